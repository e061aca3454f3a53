#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Breaks a bank at random moments, under clients that note what they were
told: kill -9 of vault, front, monitor, ATMs; disk and memory that fail; a bad
network; clocks that step.  Then the books, replayed by the model, must hold
each acknowledged transaction exactly once, each refused one not at all, and
each that was never answered as OUTCOME told; and all that the clients were
told is a history that the books' order explains (lib/history.py).

    tests/crash/crash.py [--build DIR] [--cycles N | --seconds N]
                         [--transactions N] [--clients N] [--seed N]
                         [--faults WHAT] [--hours N] [--accounts N] [--hot N]
                         [--network] [--cash]

WHAT are of vault,front,both,monitor,atm,disk,memory,none.  A trial goes on
for all its cycles, or until its seconds are over, so many transactions were
acknowledged, and disk and memory failed where they are to.  With --hours, one trial after the other until the time is
over, each with its own seed.  Ends with a line of counts; exit code 0 where
all promises held.
"""

import argparse
import collections
import os
import random
import select
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
if "--build" in sys.argv[1:-1]:     # lib.bank reads it when it is loaded
    os.environ["BUILD"] = sys.argv[sys.argv.index("--build") + 1]

from clients import Client, Guesser, Kiosk, Reader  # noqa: E402
from lib import bank, faults, history, model, patience, proxy  # noqa: E402

SLOWEST = "slowest to serve ms"
SERVING_S = 2           # from the start of a new process
PAUSE_BOUND_S = 5       # of the monitor, before that start
WORK_BOUND_S = 30
KILLS = ("vault", "front", "both", "monitor", "atm")
EX_SOFTWARE = 70
OPTIONS = {
    "login_max_logins_waiting": "1000",
    "login_max_logins_waiting_per_address": "1000",
    "login_max_attempts": "1000", "login_max_attempts_total": "10000",
    "session_max_sessions_per_address": "1000", "limits_rate": "0"}


class BadNetwork:
    """What a proxy does to each TLS record: mostly nothing."""

    FATES = ((0.002, proxy.CUT_BEFORE), (0.004, proxy.CUT_WITHIN),
             (0.006, proxy.CUT_AFTER), (0.008, proxy.RESET),
             (0.018, proxy.DRIP))

    def __init__(self, trial):
        self.trial, self.chance = trial, random.Random(trial.seed + 1)

    def __call__(self, link, way, count, kind, size):
        fate = self.chance.random()
        if 0.1 < fate < 0.13:
            self.trial.count("delayed")
            self.trial.tick.wait(self.chance.random() * 0.2)
        for bound, what in self.FATES:
            if fate < bound:
                self.trial.count("network " + what)
                return what
        return proxy.PASS

    def hold(self, link):
        """A connection that others overtake."""
        if self.chance.random() < 0.2:
            self.trial.count("connections held")
            self.trial.tick.wait(self.chance.random() * 0.3)


class Trial:
    """what: the faults of its cycles; accounts: how many besides the
    clients' own get transfers; hot: to how many of them the first half of
    all goes; network: `proxied` of the clients by way of a proxy that cuts,
    delays and drips, and all clients' clocks step; cash: deposits and
    withdrawals too; seconds, transactions: how long, in place of cycles, and
    longer until each of `wanted` was counted."""

    client, linear = Client, True

    def __init__(self, cycles, clients, seed, what=KILLS, accounts=0, hot=0,
                 network=False, cash=False, seconds=0, transactions=0,
                 work=None, proxied=None, wanted=()):
        self.cycles, self.seed, self.what = cycles, seed, what
        self.seconds, self.transactions = seconds, transactions
        self.wanted = tuple(wanted) + tuple(
            fault + " failed" for fault in ("disk", "memory")
            if fault in what)
        self.work = work or 3 * clients
        self.hot, self.cash, self.network = hot, cash, network
        self.steps = network
        self.people = max(clients, accounts)
        self.chance = random.Random(seed)
        self.over = threading.Event()
        self.failed = False
        self.tick = threading.Event()   # never set: waits with a bound
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.proxy = None
        self.make_bank()
        self.kiosk = self.bank.kiosk() if cash else None
        proxied = clients if proxied is None else proxied
        self.clients = [self.client(self, i + 1, network and i < proxied)
                        for i in range(clients)]
        self.kiosk_program = faults.Faulty("atm-tui")
        self.kiosks = [Kiosk(self, i + 1) for i in range(
            1 if "atm" in what or network else 0)]
        self.guesser = Guesser(self)

    def make_bank(self):
        self.bank = bank.Bank(start=False, **OPTIONS)
        self.faulty = faults.Faulty("bankd", self.bank.path("var"))
        self.bank.program = self.faulty.program
        for name, lines in self.lines().items():
            self.bank.write(name, self.bank.read(name) + lines)

    def lines(self):
        """Of the customers, for each of the two files."""
        names = ["p%d" % i for i in range(1, self.people + 1)]
        names += ["k1", Guesser.ID]
        return {name: "".join(line % ((n,) * line.count("%s")) for n in names)
                for name, line in (("password", "%s canary-%s\n"),
                                   ("balance", "%s 50000 50000\n"))}

    def where(self, proxied):
        """What clients connect to."""
        if proxied and self.proxy is not None:
            return "127.0.0.1", self.proxy.port
        return self.bank.address, self.bank.port

    def kiosk_words(self):
        """The same, for atm-tui."""
        return list(map(str, self.where(self.network)))

    def recipient(self, chance):
        hot = self.hot and chance.random() < 0.5
        return "p%d" % chance.randint(1, self.hot if hot else self.people)

    def count(self, what, by=1):
        with self.lock:
            self.counts[what] += by

    def memory_failed(self):
        return self.counts["memory failed"] > 0 or any(
            map(self.faulty.failed, ("front", "vault")))

    def forgiven(self):
        """How many guesses may not be counted: no memory was found."""
        return self.counts["memory failed"]

    def parties(self):
        return self.clients + self.kiosks + [self.guesser, self.reader]

    def serve(self):
        self.bank.start()

    def run(self):
        """All cycles; raises where a promise is broken."""
        try:
            self.serve()
            if self.network:
                bad = BadNetwork(self)
                self.proxy = proxy.Proxy(
                    self.bank.address, self.bank.port, bad, bad.hold)
            self.reader = Reader(self)
            for party in self.parties():
                party.start()
            try:
                while self.goes_on():
                    self.cycle()
            except Exception:
                self.failed = True
                raise
            finally:
                self.quiet()
                self.over.set()
                for party in self.parties():
                    patience.join(party)
            if self.proxy is not None:
                self.proxy.close()
            self.judge()
        except Exception:
            sys.stderr.write("bankd said:\n%s\n" % self.bank.said[-4000:])
            raise
        finally:
            self.bank.close()
        self.counts["seconds"] = int(time.monotonic() - self.began)
        return self.counts

    def goes_on(self):
        if not self.seconds:
            self.cycles -= 1
            return self.cycles >= 0
        return (time.monotonic() - self.began < self.seconds or
                self.counts["acknowledged"] < self.transactions or
                not all(self.counts[what] for what in self.wanted))

    def cycle(self):
        """Some work, then a fault at a random moment of the work after it."""
        self.progress(self.chance.randint(1, self.work), WORK_BOUND_S)
        select.select([], [], [], self.chance.random() * 0.02)
        what = self.chance.choice(self.what)
        if what == "none":
            return
        before = self.bank.family()
        getattr(self, "break_" + what, self.kill_children)(what)
        self.serve_again(before)

    def progress(self, more, bound):
        target = self.counts["acknowledged"] + more

        def enough():
            for party in self.parties():
                if party.error:
                    raise bank.Failed(party.error)
            return (self.counts["acknowledged"] >= target or
                    not self.bank.running())
        try:
            bank.wait_for("acknowledged transactions", enough, bound,
                          every=0.005)
        except bank.Failed as e:
            raise bank.Failed("%s\n%s" % (e, self.state())) from None
        if not self.bank.running():
            self.start_again(self.bank.family())

    def serve_again(self, before):
        """After a process's end there is another, and from its start on it
        is no more than so long until somebody is served."""
        if not self.bank.running():
            self.start_again(before)
            return
        if all(map(bank.alive, before)):
            return

        def replaced():
            family = self.bank.family()
            return (not self.bank.running() or
                    len(family) == self.bank.processes and
                    all(map(bank.alive, family)))
        bank.wait_for("new processes", replaced, PAUSE_BOUND_S + 1, 0.02)
        began = time.monotonic()
        self.progress(1, SERVING_S)
        self.counts[SLOWEST] = max(
            self.counts[SLOWEST], int(1000 * (time.monotonic() - began)))

    def state(self):
        """What a trial that doesn't go on looks like."""
        lines = ["at %.1f, %s" % (time.monotonic() - self.began,
                                  dict(self.counts)),
                 "processes: monitor %s, %s" % (
                     self.bank.process.poll(),
                     [bank.command_line(p) for p in self.bank.family()])]
        lines += ["%s: %d notes, open %s, doubt %s, lost at %s" % (
            c.name, len(c.notes), c.open, c.doubt, c.lost)
            for c in self.clients if c.is_alive()][:8]
        return "\n".join(lines)

    # What is broken

    def kill_children(self, victim):
        self.counts["killed " + victim] += 1
        self.kill_those(victim)
        if self.chance.random() < 0.3:      # and again while it starts
            select.select([], [], [], self.chance.random() * 0.05)
            self.kill_those(victim)

    def kill_those(self, victim):
        for role in ("front", "vault"):
            if victim in (role, "both"):
                pid = self.bank.child(role)
                if pid is not None:
                    bank.kill(pid)

    def break_atm(self, _):
        for client in self.chance.sample(self.clients, max(
                1, len(self.clients) // 8)):
            client.kill()
        self.counts["killed atm"] += 1

    def break_disk(self, _):
        """A storage call of the vault's; the file system's whole choice."""
        kind = self.chance.choice(("write", "write", "sync", "read", "open"))
        error = self.chance.choice(
            ("EIO", "EINTR") if kind == "read" else
            ("ENOSPC", "EDQUOT", "EINTR", "short") if kind == "write" else
            ("EIO", "ENOSPC"))
        times = self.chance.choice((1, 1, 3, 30))
        self.faulty.disk(kind, error, self.chance.randint(1, 20), times)
        self.let_fail("disk", self.faulty.disk_failed)
        self.faulty.disk()

    def break_memory(self, _):
        role = self.chance.choice(("front", "vault"))
        self.faulty.memory(role, self.chance.randint(1, 20))
        self.let_fail("memory", lambda: self.faulty.failed(role))
        self.faulty.memory(role, 0)

    def let_fail(self, what, failed):
        """What nobody comes by in a moment doesn't fail this time."""
        until = time.monotonic() + 0.2

        def happened():
            return failed() or time.monotonic() > until
        bank.wait_for("a fault", happened, 5)
        self.counts[what + " failed"] += failed()

    def quiet(self):
        """No fault that was armed is left over."""
        self.faulty.disk()
        for role in faults.ROLES:
            self.faulty.memory(role, 0)

    def break_monitor(self, _):
        """Front and vault end with it; it is started anew, elsewhere."""
        self.counts["killed monitor"] += 1
        family = self.bank.family()
        self.bank.process.send_signal(signal.SIGKILL)
        self.start_again(family, -signal.SIGKILL)

    def start_again(self, family, expected=EX_SOFTWARE):
        """Killed, or by itself after three ends that count in a minute."""
        self.quiet()
        code = self.bank.ended()
        if code != expected:
            raise bank.Failed("bankd ended with %d\n%s" % (
                code, self.bank.said[-4000:]))
        if code == EX_SOFTWARE:
            self.counts["gave up"] += 1
        bank.wait_for("front and vault to end with the monitor",
                      lambda: not any(map(bank.alive, family)))
        began = time.monotonic()
        self.bank.start()
        if self.proxy is not None:
            self.proxy.where = (self.bank.address, self.bank.port)
        for client in self.clients:
            if client.atm is not None:
                client.atm.where = self.where(client.proxied)
        self.progress(1, SERVING_S)
        self.counts[SLOWEST] = max(
            self.counts[SLOWEST], int(1000 * (time.monotonic() - began)))

    # What must be right in the end

    def judge(self):
        for party in self.parties():
            if party.is_alive():
                raise bank.Failed("%s doesn't end\n%s" % (
                    party.name, self.state()))
            if party.error:
                raise bank.Failed(party.error)
        self.guesser.judge()
        self.judge_books(self.books())

    def books(self):
        """Of the bank, which has ended then."""
        model.check(self.bank, stopped=False)   # it is quiet
        self.bank.stop()
        return model.check(self.bank)

    def judge_books(self, books):
        for kiosk in self.kiosks:
            kiosk.judge(books)
        for kind, count in history.check(
                [event for client in self.clients for event in client.events],
                books, self.linear).items():
            self.counts["history, " + kind] += count
        noted = {}
        for client in self.clients:
            for note in client.notes:
                noted[note.customer, note.txid] = note
                self.judge_note(books, note)
        for key, seq in books.txids.items():
            if key[0][0] == "k":
                continue
            if key not in noted or noted[key].code != 200:
                raise bank.Failed(
                    "entry %d of %s %s was never acknowledged, though all "
                    "were settled" % ((seq,) + key))

    @staticmethod
    def judge_note(books, note):
        entry = books.entry_of(note.customer, note.txid)
        if note.code != 200:
            if entry is not None:
                raise bank.Failed("%s is entry %d" % (note, entry["seq"]))
            return
        if entry is None:
            raise bank.Failed("%s is lost" % (note,))
        own, other = ("credit", "debit") if note.kind == "deposit" else (
            "debit", "credit")
        told = (entry["seq"], entry["amount"], entry["kind"],
                str(entry[own + "_account"] + 1))
        to = books.numbers[entry[other]].id
        if told != (int(note.seq), note.amount, note.kind, note.account) or \
                note.to not in (None, to):
            raise bank.Failed("%s is %r to %s" % (note, told, to))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build")
    parser.add_argument("--cycles", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--transactions", type=int, default=0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--proxied", type=int)
    parser.add_argument("--work", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--faults", default=",".join(KILLS))
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--hot", type=int, default=0)
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--cash", action="store_true")
    parser.add_argument("--hours", type=float, default=0)
    arguments = vars(parser.parse_args())
    del arguments["build"]
    until = time.monotonic() + 3600 * arguments.pop("hours")
    what = arguments.pop("faults").split(",")
    total, seed = collections.Counter(), arguments.pop("seed")
    while True:
        print("seed %d" % seed, flush=True)
        counts = Trial(seed=seed, what=what, **arguments).run()
        slowest = max(counts.pop(SLOWEST, 0), total.pop(SLOWEST, 0))
        total.update(counts)
        total[SLOWEST] = slowest
        if time.monotonic() >= until:
            break
        seed = (seed + 1) % (1 << 32)
    print(", ".join("%s %d" % pair for pair in sorted(total.items())))


if __name__ == "__main__":
    main()
