#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""kill -9 of vault, front and monitor at random moments under clients that
note what was acknowledged.  Then the books, replayed by the model, must hold
each acknowledged transaction exactly once, each refused one not at all, and
each that was never answered as OUTCOME told.

    tests/crash/crash.py [--build DIR] [--cycles N] [--clients N] [--seed N]
                         [--kill ROLES] [--hours N] [--accounts N]
                         [--hot N] [--network]

ROLES are of vault,front,both,monitor,none.  With --hours, one trial of N cycles
after the other until the time is over, each with its own seed.  Ends with a
line of counts; exit code 0 where all promises held.
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

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
if "--build" in sys.argv[1:-1]:     # lib.bank reads it when it is loaded
    os.environ["BUILD"] = sys.argv[sys.argv.index("--build") + 1]

from lib import atm, bank, model, proxy  # noqa: E402
from lib.atm import Closed, Refused, TimedOut  # noqa: E402
from lib.wire import Broken  # noqa: E402

LOST = (Closed, Refused, TimedOut, OSError)
SUCCESS = "your transaction is successful"
SLOWEST = "slowest wait ms"
SERVING_BOUND_S = 15    # the pause before a restart is up to 5 s

Note = collections.namedtuple(
    "Note", "customer txid account to amount code seq how")


class Client(threading.Thread):
    """One customer who transfers until told to stop, and never forgets."""

    def __init__(self, trial, number):
        super().__init__(daemon=True)
        self.trial = trial
        self.name = "p%d" % number
        self.chance = random.Random("%d/%d" % (trial.seed, number))
        self.source = "127.0.2.%d" % (number % 250 + 1)
        self.atm = None
        self.open = None        # the transaction that has no answer yet
        self.doubt = False      # it was sent in a session that is gone
        self.notes = []
        self.outcomes = 0       # unknown ones asked about on this session
        self.error = None
        self.lost = None        # the newest thing that went wrong

    def run(self):
        try:
            while not self.trial.over.is_set() or (
                    self.open is not None and not self.trial.failed):
                try:
                    self.step()
                except LOST as e:
                    self.lost = "%.1f %s %s" % (
                        time.monotonic() - self.trial.began,
                        type(e).__name__, e)
                    self.lose()
            if self.atm is not None:
                self.atm.close()
        except Exception as e:
            self.error = "%s: %s %s" % (self.name, type(e).__name__, e)
            self.trial.over.set()

    def lose(self):
        if self.atm is not None:
            self.atm.channel.sock.close()
        # A bank that is away is asked again shortly, not at once.
        self.trial.tick.wait(self.chance.random() * 0.05)

    def step(self):
        if not self.connected():
            return
        if self.open is None:
            self.open = (self.atm.txid(), self.chance.choice("12"),
                         self.trial.recipient(self.chance),
                         "%.2f" % (self.chance.randint(1, 30000) / 100))
        # An old txid is never sent on a new login: it is asked about.
        if self.doubt:
            self.settle()
        else:
            self.ask()
        if self.outcomes >= 12:
            self.atm.exit()
            self.atm.close()
            self.atm = None

    def connected(self):
        """In a session: a lost one is resumed, else there is a login."""
        if self.atm is not None and self.atm.channel.sock.fileno() >= 0:
            return True
        if self.atm is not None and self.atm.session is not None:
            self.atm.connect()
            reply = self.atm.resume(connect=False)
            if reply.code == 200:
                self.trial.count("resumed")
                return True
            if reply.code != 401:
                raise Closed(reply.said())
        self.log_in()
        self.doubt = self.open is not None
        return True

    def log_in(self):
        served = self.trial.bank
        if self.atm is not None:
            self.atm.channel.sock.close()
            self.atm = None
        client = atm.Atm(*self.trial.where(), served.anchor,
                         source=self.source, timeout=10)
        reply = client.login(self.name, "pw-" + self.name)
        if reply.code != 200:
            client.close()
            if reply.code in (429, 503):
                raise Closed(reply.said())
            raise Broken("login: " + reply.said())
        self.atm, self.outcomes = client, 0
        self.trial.count("logins")

    def settle(self):
        txid = self.open[0]
        reply = self.atm.outcome(txid)
        if reply.code == 503:
            raise Closed(reply.said())
        if reply.said() not in ("200 " + SUCCESS, "404 no such transaction"):
            raise Broken("OUTCOME: " + reply.said())
        self.outcomes += reply.code == 404
        self.note(reply, "outcome")

    def ask(self):
        txid, account, to, amount = self.open
        reply = self.atm.transfer(account, to, amount, txid=txid)
        if reply.code == 503:
            return
        if reply.code not in (200, 402, 422):
            raise Broken("transfer: " + reply.said())
        if reply.code == 422 and to != self.name:
            raise Broken("transfer: " + reply.said())
        self.note(reply, "reply")

    def note(self, reply, how):
        txid, account, to, amount = self.open
        self.notes.append(Note(
            self.name, txid, account, to, round(float(amount) * 100),
            reply.code, reply.get("seq"), how))
        self.open, self.doubt = None, False
        self.trial.count("acknowledged" if reply.code == 200 else
                         "settled" if how == "outcome" else "refused")


class BadNetwork:
    """What a proxy does to each TLS record: mostly nothing."""

    FATES = ((0.003, proxy.CUT_BEFORE), (0.006, proxy.CUT_AFTER),
             (0.016, proxy.DRIP))

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


class Trial:
    """accounts: how many besides the clients' own get transfers; hot: to how
    many of the first half of all transfers go; network: through a proxy that
    cuts, delays and drips."""

    def __init__(self, cycles, clients, seed, kill=(
            "vault", "front", "both", "monitor"), accounts=0, hot=0,
            network=False):
        self.cycles, self.seed, self.kill = cycles, seed, kill
        self.people, self.hot = max(clients, accounts), hot
        self.clients = clients
        self.proxy, self.network = None, network
        self.chance = random.Random(seed)
        self.over = threading.Event()
        self.failed = False
        self.tick = threading.Event()   # never set: waits with a bound
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.bank = bank.Bank(
            start=False, login_max_logins_waiting="1000",
            session_max_sessions_per_address="1000")
        for name, line in (("password", "p%d pw-p%d\n"),
                           ("balance", "p%d 1000 1000\n")):
            self.bank.write(name, self.bank.read(name) + "".join(
                line % ((i,) * line.count("%d"))
                for i in range(1, self.people + 1)))

    def where(self):
        """What clients connect to."""
        if self.proxy is not None:
            return "127.0.0.1", self.proxy.port
        return self.bank.address, self.bank.port

    def recipient(self, chance):
        hot = self.hot and chance.random() < 0.5
        return "p%d" % chance.randint(1, self.hot if hot else self.people)

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def run(self):
        """All cycles; raises where a promise is broken."""
        try:
            self.bank.start()
            if self.network:
                self.proxy = proxy.Proxy(self.bank.address, self.bank.port,
                                         BadNetwork(self))
            clients = [Client(self, i + 1) for i in range(self.clients)]
            for client in clients:
                client.start()
            try:
                for _ in range(self.cycles):
                    self.cycle(clients)
            except Exception:
                self.failed = True
                raise
            finally:
                self.over.set()
                for client in clients:
                    client.join(60 * bank.SLOW)
            if self.proxy is not None:
                self.proxy.close()
            self.judge(clients)
        except Exception:
            sys.stderr.write("bankd said:\n%s\n" % self.bank.said[-4000:])
            raise
        finally:
            self.bank.close()
        return self.counts

    def cycle(self, clients):
        """Some work, then a kill at a random moment of the work after it."""
        target = self.counts["acknowledged"] + self.chance.randint(
            1, 3 * self.clients)
        began = time.monotonic()

        def enough():
            for client in clients:
                if client.error:
                    raise bank.Failed(client.error)
            return self.counts["acknowledged"] >= target
        try:
            bank.wait_for("acknowledged transactions", enough,
                          SERVING_BOUND_S + 15, every=0.002)
        except bank.Failed as e:
            raise bank.Failed("%s\n%s" % (e, self.state(clients))) from None
        self.counts[SLOWEST] = max(
            self.counts[SLOWEST], int(1000 * (time.monotonic() - began)))
        select.select([], [], [], self.chance.random() * 0.02)
        victim = self.chance.choice(self.kill)
        if victim == "none":
            return
        self.counts["killed " + victim] += 1
        if victim == "monitor":
            self.kill_all()
            return
        self.kill_children(victim)
        if self.chance.random() < 0.3:      # and again while it starts
            select.select([], [], [], self.chance.random() * 0.05)
            self.kill_children(victim)

    def state(self, clients):
        """What a trial that doesn't go on looks like."""
        lines = ["at %.1f, %s" % (time.monotonic() - self.began,
                                  dict(self.counts)),
                 "processes: monitor %s, %s" % (
                     self.bank.process.poll(),
                     [bank.command_line(p) for p in self.bank.family()])]
        lines += ["%s: %d notes, open %s, doubt %s, lost at %s" % (
            c.name, len(c.notes), c.open is not None, c.doubt, c.lost)
            for c in clients]
        return "\n".join(lines)

    def kill_children(self, victim):
        for role in ("front", "vault"):
            if victim in (role, "both"):
                pid = self.bank.child(role)
                if pid is not None:
                    bank.kill(pid)

    def kill_all(self):
        """The monitor: front and vault end with it, and it is started anew
        on another port."""
        family = self.bank.family()
        self.bank.process.send_signal(signal.SIGKILL)
        self.bank.ended()
        bank.wait_for("front and vault to end with the monitor",
                      lambda: not any(map(bank.alive, family)))
        bank.wait_for("bankd to start again", self.started,
                      SERVING_BOUND_S, every=0.05)
        if self.proxy is not None:
            self.proxy.where = (self.bank.address, self.bank.port)
        for client in threading.enumerate():
            if isinstance(client, Client) and client.atm is not None:
                client.atm.where = self.where()

    def started(self):
        """A vault that was only just being started as its monitor died may
        hold the state for a moment longer."""
        try:
            self.bank.start()
        except bank.Failed as e:
            if "in use by another bankd" not in str(e):
                raise
            return False
        return True

    def judge(self, clients):
        for client in clients:
            if client.is_alive():
                raise bank.Failed("%s doesn't end" % client.name)
            if client.error:
                raise bank.Failed(client.error)
        self.bank.stop()
        books = model.check(self.bank)
        noted = {}
        for client in clients:
            for note in client.notes:
                noted[note.customer, note.txid] = note
                self.judge_note(books, note)
        for key, seq in books.txids.items():
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
        to = books.numbers[entry["credit"]].id
        told = (entry["seq"], entry["amount"], to,
                str(entry["debit_account"] + 1))
        if told != (int(note.seq), note.amount, note.to, note.account):
            raise bank.Failed("%s is %r" % (note, told))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build")
    parser.add_argument("--cycles", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--kill", default="vault,front,both,monitor")
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--hot", type=int, default=0)
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--hours", type=float, default=0)
    arguments = parser.parse_args()
    until = time.monotonic() + 3600 * arguments.hours
    total, seed = collections.Counter(), arguments.seed
    while True:
        print("seed %d" % seed, flush=True)
        counts = Trial(arguments.cycles, arguments.clients, seed,
                       arguments.kill.split(","), arguments.accounts,
                       arguments.hot, arguments.network).run()
        slowest = max(counts.pop(SLOWEST), total.pop(SLOWEST, 0))
        total.update(counts)
        total[SLOWEST] = slowest
        if time.monotonic() >= until:
            break
        seed = (seed + 1) % (1 << 32)
    print(", ".join("%s %d" % pair for pair in sorted(total.items())))


if __name__ == "__main__":
    main()
