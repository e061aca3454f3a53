# SPDX-License-Identifier: ISC
"""What the end of every bank of the suite searches for passwords: it finds
one wherever it looks."""

import os
import unittest

from lib import bank, canary
from lib.case import BankCase

WORD = canary.MARK + "that-got-out"


class Canary(BankCase):
    def found(self, pattern, search, *arguments):
        with self.assertRaisesRegex(canary.Found, pattern):
            search(*arguments)

    def test_every_customer_has_one(self):
        for name, secret in bank.DEMO.items():
            self.assertTrue(secret.startswith(canary.MARK))
            self.session(name).exit()

    def test_in_the_log(self):
        served = self.fresh()
        served.said += "bankd: login password=%s\n" % WORD
        self.found("its log", served.stop)

    def test_in_a_file(self):
        served = self.fresh()
        os.mkdir(served.path("atm-state"))
        with open(served.path("atm-state", "note"), "w") as f:
            f.write("x" * 100000 + WORD)
        self.found("atm-state/note has", served.close)
        self.assertFalse(served.running())

    def test_in_a_name(self):
        served = self.fresh()
        os.mkfifo(served.file("balance." + WORD))
        self.found("the name of a file", served.close)

    def test_on_a_command_line(self):
        served = self.fresh(bank_name=WORD)
        self.found("cmdline", served.close)

    def test_in_the_fronts_memory(self):
        if bank.sanitized() or canary.check_memory(self.bank.front()) is None:
            self.skipTest("not root, no permission, or a sanitizer, which "
                          "keeps what is freed")
        served = self.fresh(bank_name=WORD)
        self.found("the memory of", canary.check_memory, served.front())
        self.found("cmdline", served.close)

    def test_in_an_environment(self):
        if os.geteuid() != 0:
            self.skipTest("not root: of what can't be dumped the kernel "
                          "shows no environment")
        os.environ["WORD"] = WORD
        try:
            served = self.fresh()
        finally:
            del os.environ["WORD"]
        self.found("environ", served.stop)
        self.found("environ", served.close)

    def test_what_a_program_says(self):
        self.found("what echo says", bank.run, "echo", WORD)


if __name__ == "__main__":
    unittest.main()
