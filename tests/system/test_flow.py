# SPDX-License-Identifier: ISC
"""S1 to S9 with the real atm-tui in plain mode and the real bankd."""

import datetime
import os
import shutil
import unittest

from lib import bank, fakebank
from lib.bank import ATM_TUI, run
from lib.case import BankCase

MENU = [
    "Please select one of the following actions (enter 1, 2, or 3):",
    "1. Transfer money", "2. Check account balance", "3. Exit"]
ACCOUNT = ["Please select an account (enter 1 or 2):", "1. Savings",
           "2. Checking"]
CORRECT = "ID and password are correct"
WRONG = "ID or password is incorrect"


class Plain(BankCase):
    people = 4

    def play(self, typed, *more, code=0, **parts):
        result = self.bank.plain(typed, *more, **parts)
        self.assertEqual(result.returncode, code,
                         result.stdout + result.stderr)
        self.assertNotIn("\x1b", result.stdout)
        return result.stdout

    def in_order(self, text, expected):
        """Each of the sentences, one after the other; a prompt may stand
        before one on its line."""
        at = 0
        for sentence in expected:
            found = text.find(sentence, at)
            self.assertGreaterEqual(
                found, 0, "no %r after %r in\n%s" % (
                    sentence, text[max(0, at - 200):at], text))
            at = found + len(sentence)

    def test_the_session_of_the_issue(self):
        """What `make reset-demo` and `make run` show, to the letter."""
        served = self.fresh()
        result = served.plain(
            "chris\ncanary-chris\n1\n3\n1\nfey\n250.50\n1\n2\nfey\n99999\n"
            "1\n1\nnobody\n5\n9\n2\n3\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(os.path.dirname(__file__),
                               "session.expected")) as f:
            self.assertEqual(result.stdout, f.read())
        self.in_order(
            result.stdout, [CORRECT] + MENU + ACCOUNT + ["incorrect input"]
            + ACCOUNT + ["your transaction is successful"] + MENU + ACCOUNT
            + ["Your account does not have enough funds"] + MENU + ACCOUNT
            + ["the recipient's ID does not exist"] + MENU
            + ["incorrect input"] + MENU
            + ["Your savings account balance: 9749.50",
               "Your checking account balance: 1000"] + MENU)
        self.assertRegex(served.read(), r"(?m)^chris 9749\.50 1000 ")
        self.assertRegex(served.read(), r"(?m)^fey 10000 1250\.50 ")

    def test_a_refusal_asks_again(self):
        text = self.play("p1\nwrong\np1\ncanary-p1\n3\n")
        self.in_order(text, [WRONG, CORRECT] + MENU)

    def test_balance(self):
        text = self.play("p1\ncanary-p1\n2\n3\n")
        self.in_order(text, [CORRECT] + MENU + [
            "Your savings account balance: 10000",
            "Your checking account balance: 1000"] + MENU)

    def test_menu_takes_nothing_else(self):
        text = self.play("p1\ncanary-p1\n0\n4\n12\nx\n\n1 \n3\n3\n")
        self.assertIn("incorrect input", text)

    def test_end_of_input_is_exit(self):
        for typed in ("p1\ncanary-p1\n", "p1\ncanary-p1\n1\n",
                      "p1\ncanary-p1\n1\n1\np2\n"):
            self.play(typed)
        self.assertEqual(self.bank.lines()["p2"][1], "1000")

    def test_end_of_input_before_a_login(self):
        self.play("")
        self.play("p1\n")

    def test_refused_till_the_end(self):
        self.play("p3\nwrong\n", code=1)

    def test_own_accounts(self):
        """Savings to checking is a transfer to oneself."""
        text = self.play("p4\ncanary-p4\n1\n1\np4\n100\n2\n3\n")
        self.in_order(text, ["your transaction is successful",
                             "Your savings account balance: 9900",
                             "Your checking account balance: 1100"])

    def test_no_bank(self):
        import socket
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        result = self.bank.plain("p1\ncanary-p1\n3\n", port=port, timeout=120)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertNotIn(CORRECT, result.stdout)

    def test_plain_without_being_asked(self):
        """When output is no terminal, and when TERM is dumb."""
        state = self.bank.path("atm-state-2")
        os.mkdir(state)
        result = run(ATM_TUI, "-c", self.bank.path("etc", "atm.ini"), "-o",
                     "kiosk.state=" + state, "127.0.0.1", self.bank.port,
                     input="p1\ncanary-p1\n2\n3\n", env={"TERM": "xterm"})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.in_order(result.stdout, [CORRECT] + MENU)

    def test_a_stranger_without_the_banks_certificate(self):
        other = bank.Bank(start=False)
        self.addCleanup(other.close)
        directory = bank.fresh_directory("other")
        result = run(bank.BANKCTL, "init", "--demo", directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        result = self.bank.plain(
            "p1\ncanary-p1\n3\n", "-o", "bank.certificate=%s/etc/bank.crt"
            % directory, timeout=120)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertNotIn(CORRECT, result.stdout)

    def not_valid(self, days, event, words):
        """What plain mode says of a bank whose certificate began so long
        ago, and lasts for 365 days."""
        keys = bank.fresh_directory("keys")
        self.addCleanup(shutil.rmtree, keys)
        fakebank.make_keys(keys, datetime.datetime.utcnow() -
                           datetime.timedelta(days=days))
        with fakebank.FakeBank(keys) as fake:
            result = self.bank.plain(
                "p1\ncanary-p1\n3\n", "-o",
                "bank.certificate=%s/bank.crt" % keys, port=fake.port,
                timeout=120)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("trusts", result.stderr)
        when = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        self.assertRegex(result.stderr, r"atm-tui: %s which=bank\.crt "
                         r"\w+=%s clock=%s" % (event, when, when))
        self.assertRegex(result.stderr, words % (2 * (
            r"\d{1,2} \w{3} 20\d\d \d\d:\d\d",)))

    def test_a_certificate_that_has_ended(self):
        self.not_valid(
            366, "certificate_expired", r"expired, or this kiosk's clock is "
            r"wrong\natm-tui: The bank's certificate was valid until %s\n"
            r"atm-tui: This machine's clock says %s\n")

    def test_a_certificate_that_has_not_begun(self):
        self.not_valid(
            -1, "certificate_not_yet_valid", r"this kiosk's clock is "
            r"wrong\natm-tui: The bank's certificate is valid from %s\n"
            r"atm-tui: This machine's clock says %s\n")

    def test_the_password_is_nowhere_on_disk(self):
        self.play("p2\ncanary-p2\n1\n1\np1\n5\n3\n")
        state = self.bank.path("atm-state")
        for base, _, names in os.walk(state):
            for name in names:
                with open(os.path.join(base, name), "rb") as f:
                    self.assertNotIn(b"canary-p2", f.read())

    def test_words(self):
        text = self.play(
            "p1\ncanary-p1\nbalance\nConsulta\nCONSULTAR\nsalir\n")
        # Three times as asked, and the final ones.
        self.assertEqual(text.count("Your savings account balance:"), 4)
        self.play("p1\ncanary-p1\nEXIT\n")


if __name__ == "__main__":
    unittest.main()
