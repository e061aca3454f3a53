# SPDX-License-Identifier: ISC
"""Notices by datagram and within the link (atm-protocol(7), section 5)."""

import re
import signal
import unittest

from lib import bank, patience
from lib.atm import Datagrams, TimedOut
from lib.case import CORRECT, INCORRECT, REFUSED, SUCCESS, BankCase
from lib.wire import Reply

FREE = {"login_max_attempts": "1000", "login_max_attempts_total": "10000"}


class Udp(BankCase):
    people = 8
    options = dict(FREE, bank_alert_amount="500")

    def notified(self, name, **parts):
        """A session that is told by UDP: (atm, its socket)."""
        atm = self.session(name, **parts)
        listener = Datagrams()
        self.addCleanup(listener.close)
        self.ask(atm, listener)
        return atm, listener

    def ask(self, atm, listener):
        reply = self.said(
            atm.request("NOTIFY udp %d" % listener.port), "200 notices")
        self.assertRegex(reply["key-id"], r"^[0-9a-f]{8}$")
        self.assertRegex(reply["from-port"], r"^[0-9]+$")
        listener.listen(atm, reply)
        return reply

    def test_received(self):
        _, listener = self.notified("p1")
        reply = self.said(self.session("p2").transfer(1, "p1", "2.50"),
                          SUCCESS)
        self.assertEqual(listener.receive(),
                         "received %s 2.50 p2" % reply["seq"])

    def test_from_the_port_that_was_told(self):
        atm = self.session("p1")
        listener = Datagrams()
        self.addCleanup(listener.close)
        reply = self.ask(atm, listener)
        self.said(self.session("p2").transfer(1, "p1", 1), SUCCESS)
        listener.sock.settimeout(patience.seconds(60))
        data, where = listener.sock.recvfrom(4096)
        self.assertEqual(where, ("127.0.0.1", int(reply["from-port"])))
        self.assertEqual(len(data), 12 + 128 + 16)

    def test_login_elsewhere_and_attempts(self):
        _, listener = self.notified("p3")
        other = self.atm(source="127.0.0.7")
        self.said(other.login("p3", "wrong"), REFUSED)
        self.assertRegex(listener.receive(), r"^attempts [1-9]\d*$")
        self.said(other.login("p3", "canary-p3"), CORRECT)
        self.assertEqual(listener.receive(), "login 127.0.0.7")
        kiosk = self.atm(kiosk=self.bank.kiosk())
        self.said(kiosk.login("p3", "canary-p3"), CORRECT)
        self.assertEqual(listener.receive(),
                         "login " + self.bank.kiosk().name.decode())

    def test_large(self):
        atm, listener = self.notified("p4")
        self.said(atm.transfer(1, "p5", "500.00"), SUCCESS)
        reply = self.said(atm.transfer(1, "p5", "500.01"), SUCCESS)
        self.assertEqual(listener.receive(),
                         "large %s 500.01" % reply["seq"])

    def test_the_banks_own_entries(self):
        """Deposit, adjust and reverse by an operator: from nobody."""
        atm, listener = self.notified("p8", kiosk=self.bank.kiosk())

        def newest():
            return self.bank.ctl_json("history", "p8", "1")[0]["seq"]
        self.bank.ctl("deposit", "p8", "1", "5.50", "--reason", "x")
        self.assertEqual(listener.receive(),
                         "received %s 5.50 -" % newest())
        self.bank.ctl("adjust", "p8", "2", "+7", "--reason", "x")
        self.assertEqual(listener.receive(),
                         "received %s 7.00 -" % newest())
        self.bank.ctl("adjust", "p8", "1", "-500", "--reason", "x")
        self.bank.ctl("adjust", "p8", "1", "-501", "--reason", "x")
        self.assertEqual(listener.receive(), "large %s 501.00" % newest())
        self.said(atm.request("WITHDRAW %s 1 40" % atm.txid()), SUCCESS)
        self.bank.ctl("reverse", newest())
        self.assertEqual(listener.receive(),
                         "received %s 40.00 -" % newest())
        # What the customer takes back is no news to the customer.
        txid = atm.txid()
        self.said(atm.request("WITHDRAW %s 1 20" % txid), SUCCESS)
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), txid)), SUCCESS)
        self.bank.ctl("deposit", "p8", "1", "1", "--reason", "x")
        self.assertEqual(listener.receive(),
                         "received %s 1.00 -" % newest())

    def test_off(self):
        atm, listener = self.notified("p6")
        self.said(atm.request("NOTIFY off"), "200 notices")
        self.said(self.session("p5").transfer(1, "p6", 1), SUCCESS)
        with self.assertRaises(TimedOut):
            listener.receive(0.5)

    def test_the_counter_never_goes_back(self):
        """Whatever NOTIFY requests come in between."""
        atm, listener = self.notified("p6")
        giver = self.session("p5")
        for _ in range(3):
            self.said(giver.transfer(1, "p6", 1), SUCCESS)
            listener.receive()
            self.said(atm.request("NOTIFY off"), "200 notices")
            self.ask(atm, listener)
        self.assertEqual(listener.dropped, 0)

    def test_a_resumed_session_asks_again(self):
        atm, listener = self.notified("p7")
        giver = self.session("p5")
        atm.cut()
        self.said(atm.resume(), "200 session resumed")
        self.said(giver.transfer(1, "p7", 1), SUCCESS)
        with self.assertRaises(TimedOut):
            listener.receive(0.5)
        self.ask(atm, listener)
        self.said(giver.transfer(1, "p7", 1), SUCCESS)
        self.assertTrue(listener.receive().startswith("received "))

    def test_to_the_address_of_the_peer(self):
        atm = self.session("p8", source="127.0.0.8")
        listener = Datagrams("127.0.0.8")
        self.addCleanup(listener.close)
        self.ask(atm, listener)
        self.said(self.session("p5").transfer(1, "p8", 1), SUCCESS)
        self.assertTrue(listener.receive().startswith("received "))

    def test_forms(self):
        atm = self.session("p5")
        for rest in ("", " udp", " udp 0", " udp 65536", " udp x",
                     " udp 1 2", " tls 1", " off 1", " on", " UDP 1",
                     " udp -1", " udp 99999999999999999999"):
            self.said(atm.request("NOTIFY" + rest), INCORRECT, rest)


class Tls(BankCase):
    people = 4
    options = FREE

    def notice(self, atm):
        """The next code 300 that comes by itself."""
        kind, body = atm.channel.read_frame(10)
        self.assertEqual(kind, b"S")
        reply = Reply(atm.keys.down.open(b"S", body), True)
        self.assertEqual((reply.said(), reply.keys()),
                         ("300 notice", ["notice"]))
        return reply["notice"]

    def test_between_replies(self):
        atm, giver = self.session("p1"), self.session("p2")
        self.said(atm.request("NOTIFY tls"), "200 notices")
        reply = self.said(giver.transfer(1, "p1", "2.50"), SUCCESS)
        self.assertEqual(self.notice(atm),
                         "received %s 2.50 p2" % reply["seq"])
        for _ in range(20):
            atm.send("PING")
            self.said(giver.transfer(1, "p1", "0.01"), SUCCESS)
        for _ in range(20):
            self.said(atm.receive(), "200 pong")
        bank.wait_for("all notices", lambda: len(atm.notices) == 20 or (
            atm.notices.append(self.notice(atm)) or False))

    def test_the_bank_is_going_down(self):
        served = self.fresh()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.said(atm.request("NOTIFY tls"), "200 notices")
        served.process.send_signal(signal.SIGTERM)
        self.assertTrue(re.match(r"^closing \d+$", self.notice(atm)))
        self.assertEqual(served.ended(), 0)


if __name__ == "__main__":
    unittest.main()
