# SPDX-License-Identifier: ISC
"""S1 to S9 with the real atm-tui in plain mode and the real bankd."""

import datetime
import os
import pty
import select
import shutil
import socket
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
SERVICES = "Please select one of the following services"


class Plain(BankCase):
    people = 6

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
        self.assertNotIn("does not trust", result.stderr)
        when = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        self.assertRegex(result.stderr, r"atm-tui: %s which=bank\.crt "
                         r"\w+=%s clock=%s" % (event, when, when))
        self.assertRegex(result.stderr, words % (2 * (
            r"\d{1,2} \w{3} 20\d\d \d\d:\d\d",)))

    def test_a_certificate_that_has_ended(self):
        self.not_valid(
            366, "certificate_expired", r"expired, or this machine's clock is "
            r"wrong\natm-tui: The bank's certificate was valid until %s\n"
            r"atm-tui: This machine's clock says %s\n")

    def test_a_certificate_that_has_not_begun(self):
        self.not_valid(
            -1, "certificate_not_yet_valid", r"this machine's clock is "
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

    def test_whose_account_it_is(self):
        """CONSULTA says it before the balances; 2, the seeds', doesn't."""
        served = self.fresh()
        client = served.atm()
        client.open_account("ana", "canary-ana", "Ana Ruiz")
        client.close()
        text = served.plain("ana\ncanary-ana\n2\nconsulta\n3\n").stdout
        self.assertEqual(text.count("Ana Ruiz"), 1)
        self.in_order(text, ["Your savings account balance: 0.00",
                             "Name: Ana Ruiz\nID: ana\n"
                             "Your savings account balance: 0.00"])

    def test_a_word_for_a_transfer(self):
        before = [float(x) for x in self.bank.lines()["p6"][:2]]
        text = self.play("p5\ncanary-p5\ntransferir p6 7.50\n"
                         "TRANSFER\n1\np6\n2.50\nsalir\n")
        self.assertEqual(
            text.count("your transaction is successful"), 2, text)
        self.assertEqual(float(self.bank.lines()["p6"][1]), before[1] + 10)
        text = self.play("p5\ncanary-p5\ntransferir p6\ntransferir p6 1 2\n"
                         "transferir ! 5\n3\n")
        self.assertEqual(text.count("incorrect input\n"), 3)

    def test_a_wrong_old_password(self):
        text = self.play("p2\ncanary-p2\nSERVICES\n2\nwrong\nneu-4711\n"
                         "neu-4711\n5\n3\n")
        self.in_order(text, ["the old password is incorrect", SERVICES])

    def test_money_stands_in_the_way_of_closing(self):
        text = self.play("p2\ncanary-p2\nSERVICES\n4\n5\n3\n")
        self.in_order(text, [
            "You can't close your account yet. There is money in it.",
            "Your savings account balance: ",
            "Your checking account balance: ",
            "Please transfer or withdraw the money first.", SERVICES])
        self.assertNotIn("Close this account?", text)


class Person(BankCase):
    """At a terminal plain mode says more than a script hears."""

    people = 4

    def sit_down(self, *options):
        state = self.bank.path("atm-state-person")
        os.makedirs(state, exist_ok=True)
        command = [ATM_TUI, "-p", "-c", self.bank.path("etc", "atm.ini"),
                   "-o", "kiosk.state=" + state]
        command += [word for option in options for word in ("-o", option)]
        command += [self.bank.address, str(self.bank.port)]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            os.execv(ATM_TUI, command)
        self.addCleanup(self.leave)
        self.heard = ""

    def leave(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def hears(self, text):
        """Reads on to this text; what was said before it."""
        def found():
            if text in self.heard:
                return True
            if select.select([self.fd], [], [], 0)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    data = b""
                self.assertTrue(data, self.heard)
                self.heard += data.decode().replace("\r\n", "\n")
            return text in self.heard
        bank.wait_for("%r" % text, found)
        before, _, self.heard = self.heard.partition(text)
        return before

    def type(self, prompt, *lines):
        """After each prompt a line; the prompts are repeated at the end."""
        before = self.hears(prompt)
        for line in lines:
            os.write(self.fd, line.encode() + b"\n")
        return before

    def log_in(self, name, *options):
        self.sit_down(*options)
        self.type("ID: ", name)
        self.type("Password: ", "canary-" + name)
        self.hears(CORRECT)

    def transfer(self, account, to, amount, memo=None):
        self.type("3. Exit\n", "1")
        self.type("2. Checking\n", account)
        self.type("Recipient's ID: ", to)
        self.type("Amount: ", amount)
        if memo is not None:
            self.type("Message (optional): ", memo)

    def test_a_transfer_is_read_back(self):
        before = float(self.bank.lines()["p2"][1])
        self.log_in("p1")
        self.transfer("1", "p2", "12.5", "")
        self.type("Transfer $12.50 from Savings to p2? (enter 1 or 2):\n"
                  "1. Yes\n2. No\n", "2")
        self.hears("Nothing was sent\n")
        self.transfer("1", "p2", "12.5", "")
        self.type("1. Yes\n2. No\n", "1")
        self.hears("your transaction is successful")
        self.assertEqual(float(self.bank.lines()["p2"][1]), before + 12.5)
        self.transfer("2", "p1", "1")
        self.hears("Transfer $1.00 from Checking to Savings?")
        self.type("2. No\n", "2", "transferir p2 3")
        self.hears("Transfer $3.00 from Checking to p2?")

    def test_a_message_goes_with_a_transfer(self):
        """It is read back, and refused with the reason while it is too
        long: the bank counts bytes."""
        paper = bank.fresh_directory("paper")
        self.addCleanup(shutil.rmtree, paper)
        self.log_in("p3", "receipt.directory=" + paper)
        self.transfer("1", "p4", "7", "x" * 65)
        self.hears("incorrect input\nPlease use fewer characters. There is "
                   "no more room.\n")
        self.type("Message (optional): ", "\u00e9" * 33)
        self.hears("incorrect input\nPlease use fewer characters. Letters "
                   "with accents take more room.\n")
        self.type("Message (optional): ", "x" * 300)
        self.hears("incorrect input\nPlease use at most 64 letters")
        self.type("Message (optional): ", "  \u0642\u0647\u0648\u0629 ")
        self.assertNotIn("incorrect", self.hears(
            "Message: \u0642\u0647\u0648\u0629\n"
            "Transfer $7.00 from Savings to p4?"))
        self.type("2. No\n", "1")
        self.hears("your transaction is successful")
        self.type("3. Exit\n", "receipt")
        self.type("3. Exit\n", "statement")
        self.hears("p4  \u0642\u0647\u0648\u0629\n")
        with open(os.path.join(paper, os.listdir(paper)[0])) as f:
            self.assertIn("Message:   \u0642\u0647\u0648\u0629\n",
                          f.read())

    def test_nobody_sends_oneself_a_message(self):
        self.log_in("p3")
        self.transfer("1", "p3", "7")
        self.hears("Transfer $7.00 from Savings to Checking?")
        self.type("2. No\n", "2")
        self.hears("Nothing was sent\n")

    def test_a_script_is_asked_for_no_message(self):
        text = self.bank.plain(
            "p3\ncanary-p3\n1\n1\np4\n1\n3\n").stdout
        self.assertIn("your transaction is successful", text)
        self.assertNotIn("Message", text)

    def test_unless_it_shall_not_be(self):
        self.log_in("p1", "plain.confirm=no")
        self.transfer("1", "p2", "12.5")
        self.assertNotIn("2. No", self.hears("your transaction is successful"))

    def test_why_a_value_is_refused(self):
        self.log_in("p1")
        for to, amount, why in (
                ("p 2", "5", "An ID has at most 32 letters and digits"),
                ("p2", "1.234", "at most two digits after the point"),
                ("p2", "0.0", "An amount must be more than 0"),
                ("p2", "-5", "Please enter digits only"),
                ("p2", "", "Please enter digits only")):
            self.transfer("1", to, amount)
            self.hears("incorrect input\n")
            self.assertLessEqual(
                len(self.hears(why)), len("An amount has "))
        self.type("3. Exit\n", "nonsense")
        self.hears("incorrect input\nEnter a number of the menu, or HELP\n")

    def test_money_and_times_are_those_of_the_screens(self):
        """A script hears the wire's."""
        self.log_in("p3", "screen.currency=\u20ac ",
                    "screen.amounts=1.234,50", "screen.dates=iso")
        self.transfer("1", "p4", "1,5", "")
        self.hears("Transfer \u20ac 1,50 from Savings to p4?")
        self.type("2. No\n", "1")
        self.hears("your transaction is successful\n")
        self.type("3. Exit\n", "balance")
        self.assertRegex(self.hears("Please select"),
                         r"balance: \u20ac [\d.]+,\d\d\n"
                         r".*balance: \u20ac [\d.]+,\d\d\n")
        self.type("3. Exit\n", "statement")
        self.assertRegex(
            self.hears("Please select"), r"\n20\d\d-\d\d-\d\d \d\d:\d\d  \d+ "
            r"transfer  Savings  -\u20ac 1,50  \u20ac [\d.]+,\d\d  p4\n")
        self.type("3. Exit\n", "services")
        self.type("5. Back\n", "1")
        self.assertRegex(
            self.hears("Transactions:"),
            r"Opened: 20\d\d-\d\d-\d\d \d\d:\d\d\n"
            r"Last login: (20\d\d-\d\d-\d\d \d\d:\d\d|-)\n")

    def test_notices_are_told(self):
        """Whatever the menu; a script with the seeds' menu hears none."""
        self.log_in("p4")
        self.hears("3. Exit\n")
        self.bank.plain("p2\ncanary-p2\n1\n1\np4\n2.25\n3\n")

        def told():
            os.write(self.fd, b"notices\n")
            return "You have received $2.25 from p2\n" in self.hears(
                "3. Exit\n")
        bank.wait_for("the notice", told)

    def test_headings(self):
        self.log_in("p1")
        self.type("3. Exit\n", "2")
        self.hears("\n\nCheck account balance\nYour savings")
        self.type("3. Exit\n", "statement")
        self.hears("\n\nStatement\ntime  number description")


if __name__ == "__main__":
    unittest.main()
