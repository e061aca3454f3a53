#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Breaks a bank of two hosts over a primary and a standby, as crash.py breaks
one of one host: kill -9 and SIGSTOP of hosts, of their processes and of
servers, lost answers, silent cuts, failovers, cancelled waits, a server that
is told to do without its standby, full disks (root alone can make small
ones), one or several at a time.

    tests/crash/hosts.py [--build DIR] [--seconds N] [--transactions N]
                         [--clients N] [--seed N] [--events WHAT]

WHAT are names of EVENTS.  Goes on for so long, until so much was
acknowledged, and until each event has been.  In the end every host has each
acknowledged transaction once, all hosts have the same, and what clients were
told is a history of the books.
"""

import argparse
import contextlib
import os
import random
import select
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
if "--build" in sys.argv[1:-1]:     # lib.bank reads it when it is loaded
    os.environ["BUILD"] = sys.argv[sys.argv.index("--build") + 1]

import crash  # noqa: E402
from clients import LOST, Client  # noqa: E402
from lib import bank, hosts, postgres, small  # noqa: E402

BACK_S = 120            # after an event until somebody is served
WORK_S = 120
DISK_MB = 1024          # that both servers share
STATE_MB = 256          # of a host
# A host ends by itself where its disk is full, or an answer never came.
ENDS = (crash.EX_SOFTWARE, 74, 75)
# What is broken, and whose; no two of one's at the same time.
EVENTS = {
    "host killed": "host", "host stopped": "host", "vault killed": "host",
    "front killed": "host", "courier killed": "host",
    "vault stopped": "host", "courier stopped": "host", "host full": "host",
    "primary killed": "server", "primary stopped": "server",
    "standby killed": "server", "standby stopped": "server",
    "failover": "server", "wait cancelled": "server",
    "names emptied": "server", "server full": "server",
    "answer lost": "link", "link cut": "link", "both links cut": "link",
}
NEED_ROOT = ("host full", "server full")


class HostsClient(Client):
    """It stays with its host for some attempts, then it goes to another."""

    attempts = 0

    def connected(self):
        try:
            done = super().connected()
            self.attempts = 0
            return done
        except LOST:
            self.attempts += 1
            if self.attempts > 3 and self.atm is not None:
                self.atm.channel.sock.close()
                self.atm = None
            raise


class Bank(hosts.Hosts):
    """Each host reaches each server by a wire of its own."""

    def __init__(self, trial, **options):
        self.trial, self.wires = trial, []
        super().__init__(2, True, start=False, store={
            "patience": "2", "give_up": "20"}, **options)

    def servers(self, standby):
        place = postgres.place()
        self.stack.callback(shutil.rmtree, place, True)
        if self.trial.has_disks:
            small.mount(place, DISK_MB)
            os.chmod(place, 0o777)
            self.stack.callback(small.unmount, place)
        return self.stack.enter_context(postgres.Postgres(True, place))

    def wire(self, host):
        """Instead of the servers' ports, the host knows its wires'."""
        pair = [postgres.Cutter(server)
                for server in (self.pg.primary, self.pg.standby)]
        for one in pair:
            self.stack.callback(one.close)
        self.wires.append(pair)
        host.share(postgres.connection(
            [one.port for one in pair], self.pg.database), **self.store)


class Trial(crash.Trial):
    client, linear = HostsClient, False

    def __init__(self, seconds, clients, seed, transactions=0, events=None):
        self.has_disks = os.geteuid() == 0
        self.events = [name for name in events or EVENTS
                       if self.has_disks or name not in NEED_ROOT]
        super().__init__(0, clients, seed, what=("none",), seconds=seconds,
                         transactions=transactions, wanted=self.events)
        self.kiosks = [crash.Kiosk(self, 1)]

    def make_bank(self):
        demo = {"password": "".join("%s %s\n" % pair
                                    for pair in bank.DEMO.items()),
                "balance": "".join("%s 10000 1000\n" % name
                                   for name in bank.DEMO)}
        self.hosts = Bank(self, **crash.OPTIONS, **{
            name: demo[name] + lines for name, lines in self.lines().items()})
        self.bank = self.hosts[0]
        for host in self.hosts.all:
            # A port that it has again, and room that can end.
            host.set(listen_port=postgres.free_port())
            self.hosts.wire(host)
            if self.has_disks:
                self.move(host)


    def move(self, host):
        """Its state onto a small disk."""
        state, old = host.path("var"), host.path("old")
        os.rename(state, old)
        os.mkdir(state, 0o700)
        small.mount(state, STATE_MB)
        self.hosts.stack.callback(small.unmount, state)
        os.chmod(state, 0o700)
        bank.run("cp", "-a", old + "/.", state)

    def where(self, proxied):
        host = random.choice(self.hosts.all)
        return host.address, host.port

    def serve(self):
        for host in self.hosts.all:
            host.start()

    def kiosk_words(self):
        return ["-o", "bank.host=" + " ".join(
            "%s:%d" % (host.address, host.port) for host in self.hosts.all)]

    def run(self):
        with self.hosts:
            return super().run()

    def progress(self, more, bound):
        target = self.counts["acknowledged"] + more

        def enough():
            for party in self.parties():
                if party.error:
                    raise bank.Failed(party.error)
            self.revive()
            return self.counts["acknowledged"] >= target
        try:
            bank.wait_for("acknowledged transactions", enough, bound,
                          every=0.02)
        except bank.Failed as e:
            raise bank.Failed("%s\n%s" % (e, self.state())) from None

    def revive(self):
        for host in self.hosts.all:
            if host.process is not None and not host.running():
                code = host.ended()
                if code not in ENDS:
                    raise bank.Failed("host %d ended with %d\n%s" % (
                        host.number, code, host.said[-4000:]))
                self.count("hosts that ended, %d" % code)
                bank.wait_for("its state", host.is_left)
                host.start()

    def state(self):
        return super().state() + "".join(
            "\nhost %d: %s\n%s" % (host.number, [
                bank.command_line(pid) for pid in host.family()],
                host.said[-1500:]) for host in self.hosts.all
            if host.running())

    # What is broken

    def cycle(self):
        """Some work, then one or several things break for a moment."""
        self.progress(self.chance.randint(1, self.work), WORK_S)
        left = [name for name in self.events if not self.counts[name]]
        first = self.chance.choice(left or self.events)
        chosen, whose = [first], {EVENTS[first]}
        while self.chance.random() < 0.3 and len(whose) < 3:
            name = self.chance.choice(self.events)
            if EVENTS[name] not in whose:
                chosen.append(name)
                whose.add(EVENTS[name])
        # A killed host starts when it can reach what it follows.
        chosen.sort(key=lambda name: EVENTS[name] != "host")
        with contextlib.ExitStack() as stack:
            for name in chosen:
                stack.enter_context(getattr(self, name.replace(" ", "_"))())
                self.count(name)
                self.pause(0.3)
            self.pause(self.chance.choice((0.1, 0.5, 3)))
        self.progress(1, BACK_S)

    def pause(self, most_s):
        select.select([], [], [], self.chance.random() * most_s)

    def host(self):
        self.revive()
        return self.chance.choice(self.hosts.all)

    @contextlib.contextmanager
    def host_killed(self):
        host = self.host()
        host.kill()
        host.process = None
        yield
        host.start()

    @contextlib.contextmanager
    def stopped(self, pids):
        """As a machine that does nothing for a moment."""
        for pid in pids:
            self.send(pid, signal.SIGSTOP)
        yield
        for pid in pids:
            self.send(pid, signal.SIGCONT)

    @staticmethod
    def send(pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def host_stopped(self):
        host = self.host()
        return self.stopped([host.process.pid] + host.family())

    def child(self, role):
        """Of one of the hosts; there may be none just now."""
        return [pid for pid in [self.host().child(role)] if pid]

    def vault_stopped(self):
        return self.stopped(self.child("vault"))

    def courier_stopped(self):
        return self.stopped(self.child("courier"))

    @contextlib.contextmanager
    def killed(self, role):
        for pid in self.child(role):
            bank.kill(pid)
        yield

    def vault_killed(self):
        return self.killed("vault")

    def front_killed(self):
        return self.killed("front")

    def courier_killed(self):
        return self.killed("courier")

    @contextlib.contextmanager
    def full(self, place):
        filler = small.fill(place)
        yield
        os.unlink(filler)

    def host_full(self):
        return self.full(self.host().path("var"))

    @contextlib.contextmanager
    def server_full(self):
        """A server may end, which can't even write that it starts again."""
        with self.full(self.hosts.pg.directory):
            yield
        for server in self.hosts.pg.primary, self.hosts.pg.standby:
            if server.process.poll() is not None:
                server.kill()
                server.start()
                self.count("servers that ended")

    @contextlib.contextmanager
    def server_killed(self, server):
        server.kill()
        yield
        server.start()

    def primary_killed(self):
        return self.server_killed(self.hosts.pg.primary)

    def standby_killed(self):
        return self.server_killed(self.hosts.pg.standby)

    def primary_stopped(self):
        return self.stopped(self.hosts.pg.primary.pids())

    def standby_stopped(self):
        return self.stopped(self.hosts.pg.standby.pids())

    @contextlib.contextmanager
    def failover(self):
        """The standby has all that was acknowledged: it becomes the primary,
        and what is made on the place of the old one its standby."""
        pg = self.hosts.pg
        old, new = pg.primary, pg.standby
        old.kill()
        new.reload(synchronous_standby_names=pg.NAMES)
        new.promote()
        pg.primary, pg.standby = new, old
        yield
        old.again(new)

    @contextlib.contextmanager
    def wait_cancelled(self):
        pg = self.hosts.pg
        with self.stopped(pg.standby.pids()):
            self.pause(1)
            self.counts["cancelled"] += int(pg.sql(
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
                " WHERE wait_event = 'SyncRep'"))
        yield

    @contextlib.contextmanager
    def names_emptied(self):
        primary = self.hosts.pg.primary
        primary.reload(synchronous_standby_names="''")
        yield
        primary.reload(synchronous_standby_names=self.hosts.pg.NAMES)

    @contextlib.contextmanager
    def answer_lost(self):
        for wire in self.chance.choice(self.hosts.wires):
            wire.lose = True
        yield
        for wire in sum(self.hosts.wires, []):
            wire.lose = False

    @contextlib.contextmanager
    def cut(self, wires):
        for wire in wires:
            wire.light.clear()
        yield
        for wire in wires:
            wire.light.set()

    def link_cut(self):
        return self.cut(self.chance.choice(self.hosts.wires))

    def both_links_cut(self):
        return self.cut(sum(self.hosts.wires, []))

    def quiet(self):
        """Nothing is armed: what breaks here is mended at once."""

    # What must be right in the end

    def books(self):
        self.revive()
        books = self.hosts.stop()
        self.counts["lost"] = self.counts["doubled"] = 0   # as judged
        return books[0]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--events", type=lambda text: text.split(","))
    arguments = vars(parser.parse_args())
    del arguments["build"]
    print("seed %d" % arguments["seed"], flush=True)
    began = time.monotonic()
    counts = Trial(**arguments).run()
    counts["seconds"] = int(time.monotonic() - began)
    counts.pop(crash.SLOWEST, None)
    print(", ".join("%s %d" % pair for pair in sorted(counts.items())))


if __name__ == "__main__":
    main()
