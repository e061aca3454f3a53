# SPDX-License-Identifier: ISC
"""A case of the benchmark, as its runs and ratios; and the banks, the echo
and the rivals that cases share."""

import time

import rivals
from banks import Bank
from programs import CORES, Echo, Trouble, middle, probe

FDATASYNC_S = 2


class Case:
    """Runs by label, a list over rounds each; and the ratios."""

    def __init__(self, name, title):
        self.name, self.title = name, title
        self.runs = {}
        self.targets = []
        self.notes = []

    def add(self, label, run):
        self.runs.setdefault(label, []).append(run)

    def of(self, label, key="throughput"):
        return middle(self.runs[label], key)

    def has(self, *labels):
        return all(label in self.runs for label in labels)

    def target(self, what, value, least=None, most=None, unit=""):
        met = (least is None or value >= least) and (
            most is None or value <= most)
        self.targets.append({
            "what": what, "value": value, "least": least, "most": most,
            "unit": unit, "met": met})

    def ratio(self, what, above, below, key="throughput", **bounds):
        if self.has(above, below):
            self.target(what, self.of(above, key) / self.of(below, key),
                        **bounds)

    def cost(self, label):
        """Microseconds of processor for a request, of all processes."""
        return sum(self.of(label, "processes/%s/cpu_us" % name)
                   for name in self.runs[label][0]["processes"])

    def note_cost(self, label, parts):
        """What a request takes of the cores: `parts`, (what, µs) as
        measured alone, the rest, and what of the cores nobody took."""
        cost, rate = self.cost(label), self.of(label)
        self.notes.append(
            "%s: a request takes %.0f µs of the cores: %s; %.0f more in the "
            "bank; %.0f %% of the cores stay idle" % (
                label, cost, ", ".join("%s %.0f" % part for part in parts),
                cost - sum(us for _, us in parts),
                100 - 100e-6 * cost * rate / CORES))

    def note_loop(self, label):
        """What the vault's one thread of money did with its time."""
        ran, ready = (100 * self.of(label, "processes/vault/" + key) /
                      self.of(label, "seconds") for key in (
                          "loop_s", "ready_s"))
        self.notes.append(
            "%s: of its time the vault's thread of money ran %.0f %%, was "
            "ready but had no core %.0f %%, slept %.0f %%" % (
                label, ran, ready, 100 - ran - ready))

    def json(self):
        return {"name": self.name, "title": self.title, "runs": self.runs,
                "targets": self.targets, "notes": self.notes}


class Bench:
    """What cases share: banks, the echo, the rivals, made when first asked
    for, and closed at the end."""

    def __init__(self, settings):
        self.settings = settings
        self.open, self.broken = {}, {}

    def shared(self, name, make):
        if name not in self.open:
            begun = time.monotonic()
            self.open[name] = make()
            self.settings.say("  made %s in %.0f s" % (
                name, time.monotonic() - begun))
        return self.open[name]

    def bank(self, customers=None, cost=1):
        customers = customers or self.settings.customers
        name = "bank-%d-%d" % (customers, cost)
        return self.shared(name, lambda: Bank(
            self.settings, customers, cost, name))

    def echo(self):
        # Any bank's certificate does, and the smallest is the first made.
        etc = self.bank(3).etc
        return self.shared("echo", lambda: Echo(self.settings, etc))

    def rivals(self, case):
        """Those that are installed; the others are told once."""
        found = []
        for rival in (rivals.Postgres, rivals.Redis):
            if not rival.programs():
                case.notes.append(rival.missing)
                continue
            etc = self.bank(3).etc
            try:
                if rival.name not in self.broken:
                    found.append(self.shared(
                        rival.name, lambda: rival(self.settings, etc)))
            except Trouble as trouble:
                self.broken[rival.name] = trouble
            if rival.name in self.broken:
                case.notes.append("%s NOT MEASURED: %s" % (
                    rival.name, self.broken[rival.name]))
        return found

    def fdatasync(self, seconds=FDATASYNC_S):
        return probe(self.settings, "fdatasync", seconds,
                     self.settings.path("fdatasync"))

    def rounds(self):
        for number in range(self.settings.rounds):
            self.settings.say("  round %d of %d" % (
                number + 1, self.settings.rounds))
            yield number

    def check(self, case, *banks):
        """The money, with the bank stopped for it."""
        for bank in banks:
            case.notes.append("%s: %s" % (bank.name, bank.check(
                prove=bank.last_seq() - bank.base < 2000000)))

    def close(self):
        for thing in reversed(list(self.open.values())):
            thing.close()
        self.open = {}
