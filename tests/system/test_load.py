# SPDX-License-Identifier: ISC
"""Load that isn't honest, in small: clients that are slow, half open or
drip, beside honest ones, of whom none is dropped."""

import select
import threading
import time
import unittest

from lib import bank, wire
from lib.atm import Channel, client_context, tcp
from lib.case import CORRECT, BankCase

HALF_OPEN, HELLOS, FRAMES = 150, 50, 50
HONEST = 8
FRAME_S, TLS_S = 5, 10


class Dishonest(BankCase):
    weight = 40
    people = HONEST
    options = {"session_max_sessions_per_address": "1000"}

    def setUp(self):
        self.socks, self.ended = {}, {}
        self.poll = select.poll()

    def add(self, kind, sock, data=b"", send=None):
        """`data` is dripped from now on; the sock's end will be noted."""
        self.addCleanup(sock.close)
        sock.setblocking(False)
        self.poll.register(sock, select.POLLIN)
        self.socks[sock.fileno()] = [
            kind, sock, time.monotonic(), data, send or sock.send]

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

    def honest(self, atm, over, waits, errors):
        try:
            while not over.is_set():
                began = time.monotonic()
                self.said(atm.request("2"), "200 balances")
                waits.append(time.monotonic() - began)
                over.wait(0.05)
            self.said(atm.exit(), "200 goodbye")
        except Exception as e:
            errors.append(repr(e))

    def test_honest_ones_notice_nothing(self):
        over, waits, errors = threading.Event(), [], []
        threads = [threading.Thread(target=self.honest, args=(
            self.session("p%d" % n), over, waits, errors))
            for n in range(1, HONEST + 1)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(HALF_OPEN):
                self.add("silent", tcp(self.bank.address, self.bank.port))
            for _ in range(HELLOS):
                self.add("hello", tcp(self.bank.address, self.bank.port),
                         b"\x16\x03\x01\x02\x00" + bytes(512))
            for number in range(FRAMES):
                self.dripping_frame(number)

            def all_gone():
                self.drip()
                self.watch()
                return not self.socks
            bank.wait_for("the end of all who drip", all_gone, 20)
            # Whoever comes now is served at once.
            self.said(self.atm().login("chris", "1234"), CORRECT)
        finally:
            over.set()
            for thread in threads:
                thread.join(30 * bank.SLOW)
        self.assertEqual(errors, [])
        waits.sort()
        print("%d requests, p50 %.1f ms, p99 %.1f ms" % (
            len(waits), 1000 * waits[len(waits) // 2],
            1000 * waits[len(waits) * 99 // 100]))
        for kind, count, deadline in (
                ("silent", HALF_OPEN, TLS_S), ("hello", HELLOS, TLS_S),
                ("frame", FRAMES, FRAME_S)):
            ends = self.ended[kind]
            self.assertEqual(len(ends), count)
            self.assertGreater(min(ends), deadline - 1, kind)
            self.assertLess(max(ends), (deadline + 3) * bank.SLOW, kind)


if __name__ == "__main__":
    unittest.main()
