# SPDX-License-Identifier: ISC
"""Frames in and out of time, the end of sessions, and how one is resumed
(atm-protocol(7), sections 2 to 4)."""

import os
import time
import unittest

from lib import wire
from lib.bank import wait_for
from lib.atm import Closed
from lib.case import (CORRECT, FREE, INCORRECT, NOT_ALLOWED, PROTOCOL_ERROR,
                      REFUSED, SUCCESS, TOO_MANY, BankCase)

RESUMED = "200 session resumed"


class ProtocolErrors(BankCase):
    """E 500, then the end, by close_notify; and it costs nobody else."""

    people = 2
    options = FREE

    def setUp(self):
        self.other = self.session("p2")

    def tearDown(self):
        self.assertEqual(self.other.request("PING").said(), "200 pong")
        self.other.close()

    def wrong(self, atm, data, what):
        try:
            atm.channel.write(data)
        except Closed:
            pass
        text, how = atm.refused_and_closed()
        self.assertEqual(text, PROTOCOL_ERROR, what)
        self.assertIn(how, ("notify", "reset"), what)

    def test_before_a_session(self):
        atm = self.atm()
        sizes = {b"L": 752, b"O": 752, b"V": 752, b"R": 384}
        cases = {"length 0": b"\0\0", "length 1": b"\0\1L",
                 "length 65535": b"\xff\xffL" + bytes(100),
                 "an S": wire.frame(b"S", bytes(272)),
                 "a G": wire.frame(b"G", bytes(32)),
                 "an E": wire.frame(b"E", b"500 protocol error"),
                 "another type": wire.frame(b"X", bytes(752)),
                 "type 0": wire.frame(b"\0", bytes(752)),
                 "lower case": wire.frame(b"l", bytes(752)),
                 "HTTP": b"GET / HTTP/1.1\r\n\r\n"}
        for kind, size in sizes.items():
            for off in (-1, 1, -size, 256):
                cases["%s of %d" % (kind, size + off)] = wire.frame(
                    kind, bytes(size + off))
        atm.close()
        for what, data in cases.items():
            atm = self.atm()
            self.wrong(atm, data, what)
            atm.close()

    def test_a_second_unanswered(self):
        for first, second in ((b"L", b"L"), (b"L", b"R"), (b"O", b"L"),
                              (b"V", b"V"), (b"L", b"S")):
            atm = self.atm()
            sizes = {b"R": 384, b"S": 272}
            data = wire.frame(first, atm.body(first, "p1\ncanary-p1"))
            data += wire.frame(second, bytes(sizes.get(second, 752)))
            self.wrong(atm, data, (first, second))
            atm.close()

    def test_in_a_session(self):
        def good(atm, kind):
            return wire.frame(kind, atm.body(kind, "p1\ncanary-p1"))
        cases = {
            "an L": lambda a: good(a, b"L"),
            "an O": lambda a: good(a, b"O"),
            "a V": lambda a: good(a, b"V"),
            "an R": lambda a: good(a, b"R"),
            "a G": lambda a: wire.frame(b"G", bytes(32)),
            "an S of zeros": lambda a: wire.frame(b"S", bytes(272)),
            "an S of two blocks": lambda a: wire.frame(
                b"S", a.keys.up.seal_plain(b"S", b"PING" + bytes(508))),
            "an S too short": lambda a: wire.frame(
                b"S", a.keys.up.seal_plain(b"S", b"PING")),
            "another type's seal": lambda a: wire.frame(
                b"S", a.keys.up.seal(b"L", "PING")),
            "a number too high": lambda a: wire.frame(
                b"S", a.keys.up.seal(b"S", "PING", a.keys.up.counter + 1)),
            "a number used": lambda a: wire.frame(
                b"S", a.keys.up.seal(b"S", "PING", 0)),
            "the bank's own key": lambda a: wire.frame(
                b"S", wire.Direction(a.keys.down.key, 1).seal(b"S", "PING")),
            "one bit": lambda a: self.flip(
                wire.frame(b"S", a.keys.up.seal(b"S", "PING"))),
        }
        for what, make in cases.items():
            atm = self.session("p1")
            self.wrong(atm, make(atm), what)
            atm.close()

    @staticmethod
    def flip(data):
        return data[:20] + bytes([data[20] ^ 1]) + data[21:]

    def test_a_frame_repeated(self):
        atm = self.session("p1")
        before = atm.balances()
        frame = wire.frame(b"S", atm.keys.up.seal(
            b"S", "1 %s 1 p2 5" % atm.txid()))
        atm.channel.write(frame)
        self.said(atm.receive(), SUCCESS)
        self.wrong(atm, frame, "repeated")
        self.assertEqual(float(self.session("p1").balances()[0]),
                         float(before[0]) - 5)

    def test_the_banks_frame_sent_back(self):
        atm = self.session("p1")
        atm.send("PING")
        kind, body = atm.channel.read_frame()
        self.wrong(atm, wire.frame(kind, body), "reflected")

    def test_ends_the_link_not_the_session(self):
        atm = self.session("p1")
        self.wrong(atm, wire.frame(b"S", bytes(272)), "zeros")
        self.assertIn(atm.resume().said(), (RESUMED, REFUSED))

    def test_frames_in_pieces(self):
        atm = self.atm()
        data = wire.frame(b"L", atm.body(b"L", "p1\ncanary-p1"))
        for i in range(0, len(data), 50):
            atm.channel.write(data[i:i + 50])
        self.assertEqual(atm.answer().said(), CORRECT)

    def test_frames_together(self):
        atm = self.session("p1")
        atm.channel.write(b"".join(
            wire.frame(b"S", atm.keys.up.seal(b"S", "PING"))
            for _ in range(50)))
        for _ in range(50):
            self.said(atm.receive(), "200 pong")


class Resume(BankCase):
    people = 8
    options = FREE

    def test_after_a_lost_link(self):
        atm = self.session("p1")
        self.said(atm.transfer(1, "p2", 5), SUCCESS)
        session = atm.session
        atm.cut()
        reply = self.said(atm.resume(), RESUMED)
        self.assertEqual(atm.session, session)
        self.assertEqual(set(reply.keys()), {
            "session", "name", "last-login", "failed", "grace", "time-ms",
            "kiosk", "cash"})
        self.said(atm.transfer(1, "p2", 5), SUCCESS)

    def test_many_times(self):
        atm = self.session("p1")
        for _ in range(10):
            atm.cut()
            self.said(atm.resume(), RESUMED)
            self.said(atm.request("PING"), "200 pong")

    def test_after_a_close(self):
        atm = self.session("p1")
        atm.close()
        self.said(atm.resume(), RESUMED)

    def test_ends_the_old_connection(self):
        old = self.session("p2")
        new = self.atm()
        new.k, new.session = old.k, old.session
        self.said(new.resume(connect=False), RESUMED)
        old.ended()
        self.said(new.request("PING"), "200 pong")

    def test_nothing_of_the_old_connection_is_carried_out_later(self):
        """Requests in flight on the old link: each is applied before R is
        accepted or never."""
        for _ in range(5):
            old = self.session("p3")
            new = self.atm()
            new.k, new.session = old.k, old.session
            body = new.body(b"R", "RESUME")
            for _ in range(40):
                old.send("1 %s 1 p4 0.01" % old.txid())
            new.channel.write_frame(b"R", body)
            reply = new.answer()
            self.said(reply, RESUMED)
            new._accept(reply)
            before = new.balances()
            old.ended()
            self.assertEqual(new.balances(), before)
            new.close()

    def test_an_answer_lost_is_given_again(self):
        atm = self.session("p4")
        txid = atm.txid()
        before = float(atm.balances()[0])
        atm.send("1 %s 1 p5 5" % txid)
        atm.cut()
        self.said(atm.resume(), RESUMED)
        reply = self.said(atm.transfer(1, "p5", 5, txid=txid), SUCCESS)
        self.assertEqual(float(reply["savings"]), before - 5)
        self.assertEqual(float(atm.balances()[0]), before - 5)

    def test_refusals(self):
        atm, other = self.session("p5"), self.session("p6")
        tries = {
            "no such session": dict(session=os.urandom(16)),
            "another's session": dict(session=other.session),
            "another K": dict(k=other.k),
            "K of zeros": dict(k=bytes(32)),
            "tag": dict(sealed=os.urandom(272)),
            "binding": dict(binding=bytes(32)),
            "nonce": dict(nonce=bytes(32)),
        }
        probe = self.atm(source="127.0.4.1")
        probe.k, probe.session = atm.k, atm.session
        for what, parts in tries.items():
            reply = probe.ask(b"R", "RESUME", **parts)
            self.assertEqual((reply.raw, reply.sealed),
                             (REFUSED.encode(), False), what)
        probe = self.atm(source="127.0.4.2")
        probe.k, probe.session = atm.k, atm.session
        for text in ("", "resume", "RESUME ", "RESUME\n", "PING"):
            self.said(probe.ask(b"R", text), REFUSED, repr(text))
        # None of it has ended the session.
        self.said(atm.request("PING"), "200 pong")
        self.said(other.request("PING"), "200 pong")

    def test_more_than_eight_a_minute(self):
        """The ninth is 429, a good one too, and what comes after it on that
        connection is read later; others and other addresses are served."""
        source = "127.0.4.3"
        atm = self.session("p8", source=source)
        probe = self.atm(source=source)
        probe.k, probe.session = atm.k, os.urandom(16)
        for _ in range(8):
            self.said(probe.ask(b"R", "RESUME"), REFUSED)
        began = time.monotonic()
        reply = self.said(probe.ask(b"R", "RESUME"), TOO_MANY)
        self.assertFalse(reply.sealed)
        self.said(probe.login("p8", "canary-p8"), CORRECT)
        self.assertGreater(time.monotonic() - began, 0.8)
        # The session is none the worse for it.
        self.said(atm.request("PING"), "200 pong")
        atm.cut()
        self.said(atm.resume(), TOO_MANY)
        atm.source = "127.0.4.4"
        self.said(atm.resume(), RESUMED)

    def test_an_r_is_replayed_nowhere(self):
        atm = self.session("p5")
        atm.cut()
        atm.connect()
        body = atm.body(b"R", "RESUME")
        atm.channel.write_frame(b"R", body)
        self.said(atm.answer(), RESUMED)
        atm.cut()
        thief = self.atm()
        thief.channel.write_frame(b"R", body)
        self.said(thief.answer(), REFUSED)

    def test_only_from_the_same_kiosk(self):
        kiosk = self.bank.kiosk()
        atm = self.session("p6", kiosk=kiosk)
        atm.cut()
        atm.kiosk = None
        self.said(atm.resume(), REFUSED)
        atm.kiosk = kiosk
        self.said(atm.resume(connect=False), RESUMED)
        bare = self.session("p6")
        bare.cut()
        bare.kiosk = kiosk
        self.said(bare.resume(), REFUSED)
        bare.kiosk = wire.Kiosk.make("stranger")
        self.said(bare.resume(connect=False), NOT_ALLOWED)

    def test_after_an_exit(self):
        atm = self.session("p7")
        atm.exit()
        self.said(atm.resume(), REFUSED)

    def test_after_another_vault(self):
        atm = self.session("p7")
        self.bank.kill_child("vault")
        atm.ended()
        again = self.bank.atm_when_served()
        self.addCleanup(again.close)
        again.k, again.session = atm.k, atm.session
        self.said(again.resume(connect=False), REFUSED)

    def test_after_another_front(self):
        """Sessions live in the vault."""
        atm = self.session("p7")
        self.bank.kill_child("front")
        atm.ended()
        again = self.bank.atm_when_served()
        self.addCleanup(again.close)
        again.k, again.session = atm.k, atm.session
        self.said(again.resume(connect=False), RESUMED)

    def test_from_another_address(self):
        atm = self.session("p7")
        atm.cut()
        atm.source = "127.0.0.3"
        self.assertIn(atm.resume().said(), (RESUMED, REFUSED))


class Grace(BankCase):
    people = 2
    options = dict(FREE, session_grace="1")

    def test_a_lost_session_is_kept_no_longer(self):
        atm = self.atm()
        self.assertEqual(atm.login("p1", "canary-p1")["grace"], "1")
        atm.cut()
        lost = time.monotonic()
        probe = self.atm()
        probe.k, probe.session = atm.k, atm.session
        # A wrong seal is refused while it lives and after: so look at it
        # by the only way there is, once it must be over.
        wait_for("grace to pass", lambda: time.monotonic() > lost + 2.5)
        self.said(probe.resume(connect=False), REFUSED)


class Idle(BankCase):
    """idle_timeout: PING and R are no activity."""

    weight = 25
    people = 2
    options = dict(FREE, session_idle_timeout="5")

    def test_pings_and_resumes_keep_nothing_alive(self):
        began = time.monotonic()
        atm = self.session("p1")
        resumed = []

        def ping():
            atm.request("PING")
            if not resumed and time.monotonic() > began + 2:
                atm.cut()
                resumed.append(atm.resume())
                if resumed[0].said() != RESUMED:    # the test was late
                    raise Closed("notify")
        with self.assertRaisesRegex(Closed, "notify|reset"):
            wait_for("the end", ping, 30, every=0.25)
        self.assertGreater(time.monotonic() - began, 4.9)
        self.said(atm.resume(), REFUSED)

    def test_requests_do(self):
        while not self.kept_by_requests():
            pass

    def kept_by_requests(self):
        """Beyond its time without any; False where the test was so late with
        one that the session was over before it."""
        began = last = time.monotonic()
        atm = self.session("p2")
        while last < began + 7:
            before, last = last, time.monotonic()
            try:
                atm.balances()
            except Closed:
                self.assertGreater(time.monotonic() - before, 4.9)
                return False
            wait_for("a moment", lambda: time.monotonic() > last + 0.25)
        self.assertEqual(atm.ended(), "notify")
        self.assertGreater(time.monotonic() - last, 4.9)
        return True


class Backpressure(BankCase):
    weight = 20
    people = 2
    options = FREE

    def test_who_takes_nothing_is_closed(self):
        atm = self.session("p1")
        other = self.session("p2")
        # Sends until the bank reads no more, and takes no answer.
        with self.assertRaises(Closed):
            wait_for("the end", lambda: atm.channel.write(b"".join(
                wire.frame(b"S", atm.keys.up.seal(b"S", "2"))
                for _ in range(100)), timeout=60), 60)
        self.said(other.request("PING"), "200 pong")

    def test_slow_but_steady_is_served(self):
        """More than 64 requests wait; all are answered once they are read."""
        atm = self.session("p1")
        for _ in range(1000):
            atm.send("2")
        for _ in range(1000):
            self.said(atm.receive(), "200 balances")

    def test_a_refused_line_keeps_the_session(self):
        atm = self.session("p1")
        self.said(atm.request("nonsense"), INCORRECT)
        self.said(atm.request("PING"), "200 pong")


if __name__ == "__main__":
    unittest.main()
