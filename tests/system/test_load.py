# SPDX-License-Identifier: ISC
"""Load that isn't honest: 2,000 clients that are slow, half open or drip
beside 50 honest ones, a flood of logins or of handshakes, idle sessions.
What is counted is held here: nobody honest is dropped, the others are gone at
their deadline.
What is a speed is printed here and held by tests/bench/run, case `hostile`.
"""

import os
import re
import resource
import select
import threading
import time
import unittest

from lib import bank, patience, wire
from lib.atm import Channel, Closed, client_context, tcp
from lib.case import CORRECT, REFUSED, TOO_MANY, BankCase

# A sanitized bank is as slow as several others.
PART = 8 if bank.sanitized() else 1
HALF_OPEN, HELLOS, FRAMES = 1200 // PART, 600 // PART, 200 // PART
HONEST = 50 if PART == 1 else 8
FLOODERS, FLOOD = 40, 10
SHAKERS = 8
IDLE = int(os.environ.get("IDLE", 400 // PART))
FRAME_S, TLS_S = 5, 10


def percentile(waits, percent):
    return 1000 * sorted(waits)[len(waits) * percent // 100]


def raise_limit():
    """Descriptors: ours, and those that the bank will have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Dishonest(BankCase):
    weight = 60
    people = HONEST
    options = {"session_max_sessions_per_address": "10000"}

    @classmethod
    def setUpClass(cls):
        raise_limit()
        super().setUpClass()

    def setUp(self):
        self.socks, self.ended = {}, {}
        self.poll = select.poll()
        self.over, self.errors = threading.Event(), []
        self.threads = []
        self.addCleanup(self.rest)

    def add(self, kind, sock=None, data=b"", send=None):
        """`data` is dripped from now on; the sock's end will be noted."""
        began = time.monotonic()
        sock = sock or tcp(self.bank.address, self.bank.port)
        self.addCleanup(sock.close)
        sock.setblocking(False)
        self.poll.register(sock, select.POLLIN)
        self.socks[sock.fileno()] = [
            kind, sock, began, data, send or sock.send]

    def dripping_frame(self, number):
        """A login of which a byte comes now and then."""
        channel = Channel(tcp(self.bank.address, self.bank.port),
                          client_context(self.bank.anchor))
        channel.read_frame()
        self.add("frame", channel.sock, wire.frame(b"L", bytes(752)),
                 channel.tls.send)

    def drip(self):
        for fd, entry in list(self.socks.items()):
            try:
                if entry[3]:
                    if entry[0] == "frame" and len(entry[3]) == 755:
                        entry[2] = time.monotonic()
                    entry[4](entry[3][:1])
                    entry[3] = entry[3][1:]
            except Exception:
                self.gone(fd)

    def gone(self, fd):
        kind, sock, began, _, _ = self.socks.pop(fd)
        self.poll.unregister(sock)
        self.ended.setdefault(kind, []).append(time.monotonic() - began)

    def watch(self):
        """One turn: what the bank has closed is noted."""
        for fd, _ in self.poll.poll(200):
            try:
                if not self.socks[fd][1].recv(65536):
                    self.gone(fd)
            except OSError:
                self.gone(fd)

    # The honest

    def ask(self, atm, waits):
        try:
            while not self.over.is_set():
                began = time.monotonic()
                self.said(atm.request("2"), "200 balances")
                waits.append(time.monotonic() - began)
                self.over.wait(0.25)
            self.said(atm.exit(), "200 goodbye")
        except Exception as e:
            self.errors.append(repr(e))

    def be_honest(self):
        """From now on; their waits."""
        waits = []
        atms = [self.session("p%d" % n) for n in range(1, HONEST + 1)]
        self.threads = [threading.Thread(target=self.ask, args=(atm, waits))
                        for atm in atms]
        for thread in self.threads:
            thread.start()
        return waits

    def rest(self):
        """None of them was dropped, all say goodbye."""
        self.over.set()
        for thread in self.threads:
            self.assertTrue(patience.join(thread))
        self.threads = []
        self.assertEqual(self.errors, [])

    def quiet(self, waits):
        """What the honest have when they are alone."""
        bank.wait_for("some requests", lambda: len(waits) >= 10 * HONEST, 30)
        return percentile(waits, 99)

    def tell(self, alone, waits):
        print("%d requests, p50 %.1f ms, p99 %.1f ms, alone %.1f" % (
            len(waits), percentile(waits, 50), percentile(waits, 99), alone))

    def test_honest_ones_notice_nothing(self):
        waits = self.be_honest()
        alone = self.quiet(waits)
        del waits[:]
        for _ in range(HALF_OPEN):
            self.add("silent")
        for _ in range(HELLOS):
            self.add("hello", data=b"\x16\x03\x01\x02\x00" + bytes(512))
        for number in range(FRAMES):
            self.dripping_frame(number)

        def all_gone():
            self.drip()
            self.watch()
            return not self.socks
        bank.wait_for("the end of all who drip", all_gone, 30)
        # Whoever comes now is served at once.
        self.said(self.atm().login("chris", "canary-chris"), CORRECT)
        self.rest()
        self.tell(alone, waits)
        for kind, count, deadline in (
                ("silent", HALF_OPEN, TLS_S), ("hello", HELLOS, TLS_S),
                ("frame", FRAMES, FRAME_S)):
            ends = self.ended[kind]
            self.assertEqual(len(ends), count)
            self.assertGreater(min(ends), deadline - 1, kind)

    def flooder(self, number):
        return self.bank.atm(source="127.0.2.%d" % (1 + number % 10),
                             timeout=60)

    def flood(self, number):
        """Logins that can't be right, as fast as they are refused.  Where
        others want the whole machine, the bank has no time for some, and
        closes their links in the end: they come again."""
        try:
            atm = self.flooder(number)
            for _ in range(FLOOD):
                try:
                    atm.channel.write_frame(b"L", bytes(752))
                    self.assertIn(atm.answer().said(), (REFUSED, TOO_MANY))
                except Closed:
                    atm.close()
                    atm = self.flooder(number)
            atm.close()
        except Exception as e:
            self.errors.append(repr(e))

    def begin(self, what, count):
        threads = [threading.Thread(target=what, args=(number,))
                   for number in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def end(self, threads):
        """All of them were served, and so were the honest."""
        for thread in threads:
            self.assertTrue(patience.join(thread, 120))
        self.rest()

    def test_beside_a_flood_of_logins(self):
        """Who is logged in is served, and a lost link resumed: an R waits
        behind no login."""
        waits = self.be_honest()
        alone = self.quiet(waits)
        lost = self.session("chris", source="127.0.2.1")
        del waits[:]
        flooders = self.begin(self.flood, FLOODERS)
        for _ in range(10):
            lost.cut()
            self.said(lost.resume(), "200 session resumed")
        self.end(flooders)
        self.tell(alone, waits)
        self.said(lost.request("PING"), "200 pong")

    def hashing_ns(self, served):
        """What the vault's threads computed, those that take only time that
        nobody else wants, and the other ones but the loop's."""
        spare = others = 0
        vault = served.vault()
        for thread in os.listdir("/proc/%d/task" % vault):
            with open("/proc/%d/task/%s/schedstat" % (vault, thread)) as ran:
                ns = int(ran.read().split()[0])
            if os.sched_getscheduler(int(thread)) == os.SCHED_IDLE:
                spare += ns
            elif int(thread) != vault:
                others += ns
        return spare, others

    def test_a_crowd_of_logins_gives_way(self):
        """One login is worked at as usual; of many at once, those beyond a
        fourth of what may wait use no time that others want."""
        login, spare = self.lone_login(self.bank)
        self.end(self.begin(self.flood, FLOODERS))
        self.assertGreater(
            self.hashing_ns(self.bank)[0] - spare, 2 * login)

    def lone_login(self, served):
        """What it took, and what spare threads had then computed: they need
        far less than an envelope and a hash to wait."""
        before = self.hashing_ns(served)
        served.session("chris", source="127.0.2.1").exit()
        after = self.hashing_ns(served)
        self.assertLess(after[0] - before[0], (after[1] - before[1]) / 2)
        return after[1] - before[1], after[0]

    def test_a_lone_login_is_no_crowd(self):
        self.lone_login(self.fresh(login_max_logins_waiting=1))

    def shake(self, number):
        """Connections that are over where a login would begin."""
        try:
            context = client_context(self.bank.anchor)
            while not self.over.is_set():
                Channel(tcp(self.bank.address, self.bank.port, 60,
                            "127.0.3.%d" % (1 + number)),
                        context, timeout=60).sock.close()
        except Exception as e:
            self.errors.append(repr(e))

    def test_beside_a_flood_of_handshakes(self):
        """Who is logged in is served; whoever comes gets in, too."""
        waits = self.be_honest()
        alone = self.quiet(waits)
        del waits[:]
        shakers = self.begin(self.shake, SHAKERS)
        while len(waits) < 4 * HONEST:
            atm = self.session("chris", source="127.0.2.1", timeout=60)
            self.said(atm.exit(), "200 goodbye")
        self.over.set()
        self.end(shakers)
        self.tell(alone, waits)

    def test_idle_sessions(self):
        """As many as the machine has in a test; 10,000 are the bench's."""
        idle = [self.session("p%d" % (1 + n % HONEST)) for n in range(IDLE)]
        bank.wait_for("as many connections", lambda: re.search(
            r"(?m)^front-connections +%d$" % IDLE,
            self.bank.ctl("status").stdout), every=0.1)
        for atm in idle:
            self.said(atm.request("PING"), "200 pong")
        for atm in idle:
            self.said(atm.request("3"), "200 goodbye")


if __name__ == "__main__":
    unittest.main()
