# SPDX-License-Identifier: ISC
"""The second-hand ATM itself, against the fake bank: so that what it finds in
the real one is not its own."""

import os
import shutil
import unittest

from lib import bank, fakebank, wire
from lib.atm import Atm, Closed, Datagrams, TimedOut
from lib.proxy import CUT_AFTER, PASS, Proxy


class SecondHand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = bank.fresh_directory("keys")
        fakebank.make_keys(cls.directory)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory)

    def serve(self, **hooks):
        served = fakebank.FakeBank(self.directory, **hooks)
        self.addCleanup(served.close)
        return served

    def atm(self, served, port=None, **parts):
        client = Atm(served.address, port or served.port, served.anchor,
                     timeout=10, **parts)
        self.addCleanup(client.close)
        return client

    def test_a_session(self):
        atm = self.atm(self.serve())
        self.assertEqual(atm.login("chris", "0000").said(),
                         "401 ID or password is incorrect")
        self.assertEqual(atm.login("chris", "1234").said(),
                         "200 ID and password are correct")
        self.assertEqual(atm.balances(), ("10000.00", "1000.00"))
        txid = atm.txid()
        first = atm.transfer(1, "fey", "250.5", txid=txid)
        self.assertEqual(first["savings"], "9749.50")
        self.assertEqual(atm.transfer(1, "fey", "250.50", txid=txid).raw,
                         first.raw)
        self.assertEqual(atm.outcome(txid)["seq"], "1")
        self.assertEqual(atm.outcome(atm.txid()).code, 404)
        self.assertEqual(atm.exit()["savings"], "9749.50")

    def test_resume_gets_new_keys(self):
        atm = self.atm(self.serve())
        atm.login("fey", "5678")
        before = atm.keys
        atm.request("2")
        atm.cut()
        self.assertEqual(atm.resume().said(), "200 session resumed")
        self.assertNotEqual(before.up.key, atm.keys.up.key)
        self.assertEqual(atm.keys.up.counter, 1)
        self.assertEqual(atm.balances(), ("10000.00", "1000.00"))

    def test_kiosk(self):
        served = self.serve()
        kiosk = wire.Kiosk.make("branch-1")
        self.assertEqual(
            self.atm(served, kiosk=kiosk).login("joe", "9012").code, 403)
        served.enrol(kiosk)
        atm = self.atm(served, kiosk=kiosk)
        self.assertEqual(atm.login("joe", "9012")["kiosk"], "branch-1")
        atm.cut()
        atm.kiosk = None
        self.assertEqual(atm.resume().code, 401)

    def test_a_stranger_is_not_trusted(self):
        other = bank.fresh_directory("keys")
        self.addCleanup(shutil.rmtree, other)
        fakebank.make_keys(other)
        served = self.serve()
        served.anchor = os.path.join(other, "bank.crt")
        with self.assertRaisesRegex(Closed, "^tls "):
            self.atm(served)

    def test_a_plain_refusal_in_a_session_is_no_answer(self):
        def lie(connection, text):
            connection.refuse("402 Your account does not have enough funds")
            return True
        atm = self.atm(self.serve(on_request=lie))
        atm.login("chris", "1234")
        with self.assertRaisesRegex(Closed, "E 402"):
            atm.request("2")

    def test_a_seal_of_the_wrong_number_is_noticed(self):
        def skip(connection, text):
            connection.keys.down.counter += 1
        atm = self.atm(self.serve(on_request=skip))
        atm.login("chris", "1234")
        with self.assertRaises(wire.BadSeal):
            atm.request("2")

    def test_silence_is_bounded(self):
        atm = self.atm(self.serve(on_request=lambda *asked: True))
        atm.login("chris", "1234")
        with self.assertRaises(TimedOut):
            atm.request("2", timeout=0.2)

    def test_a_datagram_of_another_key_is_dropped(self):
        listener = Datagrams()
        self.addCleanup(listener.close)
        listener.key, listener.key_id = bytes(32), "00000000"
        listener.sock.sendto(bytes(156), ("127.0.0.1", listener.port))
        with self.assertRaises(TimedOut):
            listener.receive(0.2)
        self.assertEqual(listener.dropped, 1)

    def test_proxy_cuts_after_the_request(self):
        served = self.serve()

        def decide(link, way, count, kind, size):
            sealed = way == "up" and size == wire.RECORD_OF_S
            return CUT_AFTER if sealed and link == 0 else PASS
        with Proxy(served.address, served.port, decide) as proxy:
            atm = self.atm(served, proxy.port)
            atm.login("chris", "1234")
            txid = atm.txid()
            with self.assertRaises(Closed):
                atm.transfer(1, "fey", 5, txid=txid)
            self.assertEqual(atm.resume().code, 200)
            self.assertEqual(
                atm.transfer(1, "fey", 5, txid=txid)["savings"], "9995.00")
            self.assertEqual(served.money["fey"][1], 100500)


if __name__ == "__main__":
    unittest.main()
