# SPDX-License-Identifier: ISC
"""An operator's commands where the disk takes nothing, or not at once
(bankctl(8))."""

import os
import unittest

from lib import bank, faults, small
from lib.bank import BANKCTL, run, wait_for
from lib.case import PrivateCase

EX_UNAVAILABLE = 69
TXID = "0" * 31 + "8"


class NoRoom(PrivateCase):
    """On a small file system of its own, for root alone."""

    def setUp(self):
        place = bank.fresh_directory("small")
        small.mount_for(self, place, 96)
        self.place = place
        self.served = bank.Bank(start=False, directory=place,
                                operators_four_eyes_over="100")
        self.addCleanup(self.served.close)
        bank.init(place)
        self.served.start()

    def number_of(self, verb):
        return next(row["number"] for row in self.served.ctl_json("requests")
                    if row["verb"] == verb)

    def code(self, *words):
        return self.served.ctl(*words, check=False).returncode

    def fill(self):
        """Also what the bank kept for such a time."""
        self.filler = small.fill(self.place)
        return self.code("lock", "fey") == EX_UNAVAILABLE

    def test_commands_are_refused_and_end_nothing(self):
        self.served.ctl("deposit", "fey", "1", "100.01", "--reason", "x")
        atm = self.served.atm(kiosk=self.served.kiosk())
        atm.report("RECONCILE fey %s the machine was stopped" % TXID)
        atm.close()
        commands = [
            ("refuse", self.number_of("request")),
            ("settle", self.number_of("reconcile")),
            ("lock", "fey"), ("unlock", "fey"),
            ("limit", "fey", "transfer", "5"), ("kiosk", "revoke", "kiosk-1"),
            ("deposit", "fey", "1", "5", "--reason", "x")]
        vault = self.served.vault()
        wait_for("no room", self.fill)
        for words in commands:
            self.assertEqual(self.code(*words), EX_UNAVAILABLE, words)
        self.assertEqual(self.served.vault(), vault)
        os.unlink(self.filler)
        for words in commands[:2]:
            wait_for(words[0], lambda words=words: self.code(*words) == 0)


class CarriedOutAgain(PrivateCase):
    def test_a_password_of_one_who_is_locked_out(self):
        """A lot that found no room is made once more, in the room that was
        kept: what the first run left must not be in it."""
        served = self.bank()
        faulty = faults.Faulty("bankd", served.path("var"))
        served.program = faulty.program
        served.start()
        served.ctl("lock", "chris")
        faulty.disk("write", "ENOSPC")
        result = run(BANKCTL, "-c", served.config, "passwd", "chris",
                     input="another-1234\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(faulty.disk_failed(), 1)
        served.ctl("unlock", "chris")
        served.session("chris", "another-1234").close()


if __name__ == "__main__":
    unittest.main()
