# SPDX-License-Identifier: ISC
"""A real bankd on a disk that is really full."""

import os
import unittest

from lib import bank, model, small
from lib.case import SUCCESS
from lib.guesses import FREE, Guesses

SERVING_S = 2
NO_ROOM = "503 the bank cannot take transactions now"


class FullDisk(unittest.TestCase):
    """bankd on a small file system of its own, for root alone."""

    weight = 40
    ROUNDS = int(os.environ.get("ROUNDS", "3"))

    def setUp(self):
        self.place = bank.fresh_directory("small")
        small.mount_for(self, self.place, 96)
        self.bank = bank.Bank(start=False, directory=self.place,
                              bank_min_free="16", limits_rate="0",
                              **FREE)
        self.addCleanup(self.bank.close)
        bank.init(self.place)
        self.bank.start()

    def again(self):
        """A vault that ends and comes back; a session on it."""
        self.bank.kill_child("vault")
        atm = self.bank.atm_when_served(SERVING_S)
        self.addCleanup(atm.close)
        self.assertEqual(atm.login("chris", "canary-chris").code, 200)
        return atm

    def balance_and_login(self, atm, expected):
        other = self.bank.session("joe")
        other.balances()
        other.close()
        self.assertEqual(float(atm.balances()[0]), expected)

    def test_filled_and_freed(self):
        atm = self.bank.session("chris")
        self.addCleanup(lambda: atm.close())
        guesses = Guesses(self.bank)
        done = 0
        for number in range(self.ROUNDS):
            self.assertEqual(atm.transfer(1, "fey", 1).said(), SUCCESS)
            done += 1
            filler = small.fill(self.place)
            if number % 2 == 1:     # on what var/reserve kept for it
                atm = self.again()
            self.assertEqual(atm.transfer(1, "fey", 1).said(), NO_ROOM)
            self.balance_and_login(atm, 10000 - done)
            self.assertIn(guesses.guess(self.bank), (401, None))
            os.unlink(filler)
            bank.wait_for("room", lambda: atm.transfer(
                1, "fey", 1).said() == SUCCESS, SERVING_S, every=0.05)
            done += 1
            bank.wait_for("var/reserve", lambda: os.path.exists(
                self.bank.file("reserve")))
        self.bank.stop()
        books = model.check(self.bank)
        guesses.check(books)
        self.assertEqual(len([e for e in books.entries
                              if e["kind"] == "transfer"]), done)
        print("# %d rounds" % self.ROUNDS)


if __name__ == "__main__":
    unittest.main()
