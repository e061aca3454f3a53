# SPDX-License-Identifier: ISC
"""Plain mode has what the screens have.  Both lists are taken from the tables
in the source, screens, menu items, services, keys, words; and each thing is
then done in plain mode with the real programs."""

import os
import re
import unittest

from lib.bank import wait_for
from lib.case import BankCase
from lib.sources import paths, read, source

MENU = "Please select one of the following actions (enter 1 to 7):"
LOGIN = "%s\ncanary-%s\n"

# How plain mode does what a screen is for: what is typed, after the login or
# (with a ^) in its place, and what is said then.  @ is the customer.
SCREENS = {
    "WELCOME": ("^", "ID: "),
    "OUT": (None, "told on standard error; test_flow has it"),
    "LOGIN": ("", "ID and password are correct"),
    "SIGN_UP": ("^+\nnew-@\nNew One\ncanary-new-@\ncanary-new-@\n",
                "account opened"),
    "MAIN_MENU": ("", MENU),
    "ACCOUNT": ("1\n", "Please select an account (enter 1 or 2):"),
    "TRANSFER": ("1\n1\nfey\n5\n", "your transaction is successful"),
    "AMOUNT": ("5\n2\n40\n", "your transaction is successful"),
    "RESULT": ("1\n1\nfey\n99999\n",
               "Your account does not have enough funds"),
    "BALANCE": ("2\n", "Your savings account balance: "),
    "STATEMENT": ("6\n2\n", "adjustment"),
    "SERVICES": ("7\n5\n", "1. Account details"),
    "PASSWORD": ("7\n2\ncanary-@\nother-canary-@\nother-canary-@\n5\n",
                 "password changed"),
    "NOTICES": ("NOTICES\n", "no notices"),
    "GOODBYE": ("3\n", "goodbye"),
}
# Letters on the key line, other than those that only move or colour.
KEYS = {
    # The chart's columns are each entry's last amount.
    "g": ("6\n2\n", "adjustment  Savings  10000.00  10000.00"),
    "?": ("HELP\n", "NOTICES: Notices"),
    "L": ("LANGUAGE\n2\n", "Elija una de las siguientes opciones"),
    "n": ("NOTICES\n", "no notices"),
    "p": ("4\n1\n5\nRECEIPT\n", "Please take your receipt."),
}
# The clock's colour, the theme; leaving; which entries a statement shows;
# what the voice said, once more.
LOOKS = {"c", "t", "q", "a", "k", "s", "*"}
# Buttons of the login form.
BUTTONS = {
    "Enter": ("", "ID and password are correct"),
    "Open an account": SCREENS["SIGN_UP"],
    "Language": ("^*\n2\n", "Identificador: "),
    "Cancel": ("^", "ID: "),
}


def table(name, start):
    """The text of a table from the line that has `start` to its end."""
    text = source("atm-tui", name)
    return text[text.index(start):].split("\n};", 1)[0]


def labels(text):
    return re.findall(r'N_\("((?:[^"\\]|\\.)*)"\)', text)


class Tables(unittest.TestCase):
    def test_each_screen(self):
        named = set(re.findall(r"\[SCREEN_([A-Z_]+)\] = &screen_",
                               source("atm-tui", "screens_table.c")))
        self.assertGreater(len(named), 10)
        self.assertEqual(named, set(SCREENS))

    def commands(self):
        """(word, language, label) of plain mode's one table."""
        return [(word, language.strip('"'), label) for
                word, language, label in re.findall(
                    r'\{ "(\w+)",\s*("\w+"|NULL),\s*\w+,\s*\w+,\s*'
                    r'(?:N_\("([^"]*)"\)|NULL),',
                    table("plain_menu.c", "static const struct command"))]

    def test_the_main_menu(self):
        """The same items, in the same order, by the same numbers."""
        screens = labels(table("screen_menu.c", "} entries[] = {"))
        plain = [(word, label) for word, language, label in self.commands()
                 if language == "NULL"]
        self.assertEqual(
            plain, [(str(i + 1), label) for i, label in enumerate(screens)])

    def test_words(self):
        """Each language has a word for whatever the other has one for, and
        for the menu's items that need no dialogue."""
        by_language = {}
        for _, language, label in self.commands():
            if label:
                by_language.setdefault(language, set()).add(label)
        self.assertEqual(by_language["en"], by_language["es"])
        self.assertLessEqual(
            by_language["NULL"] - {"Transfer money"}, by_language["en"])

    def test_the_services(self):
        screens = labels(table("screen_services.c", "} entries[] = {"))
        text = source("atm-tui", "plain_services.c")
        plain = labels(text[text.index("\nplain_services("):].split(
            "};", 1)[0])
        self.assertEqual(
            [label.replace(" to the menu", "") for label in screens], plain)

    def test_keys(self):
        found = set()
        for name in paths("atm-tui", "*.c"):
            found |= set(re.findall(
                r'chrome_hint\(\s*(?:kiosk->)?chrome, "([^\s\d])(?:/\d)?"',
                read(name)))
        found |= set(re.findall(r'\{ "(\S)", "F\d"',
                                source("atm-tui", "chrome_keys.c")))
        self.assertEqual(found, set(KEYS) | LOOKS)

    def test_the_login(self):
        buttons = labels(re.search(
            r"\.buttons = \{(.*?)\}", source("atm-tui", "screen_login.c"), re.S)[1])
        self.assertEqual(set(buttons), set(BUTTONS))


class Done(BankCase):
    """Each of them, in plain mode with its full menu."""

    weight = 20
    people = 30
    used = 0

    def do(self, typed, said):
        type(self).used += 1
        name = "p%d" % self.used
        typed = typed.replace("@", name)
        login = "" if typed.startswith("^") else LOGIN % (name, name)
        result = self.bank.plain(
            login + typed.lstrip("^"), "-o", "plain.menu=full",
            "-o", "receipt.directory=" + self.bank.directory)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(said, result.stdout)
        self.assertNotIn("incorrect input", result.stdout)
        return result.stdout

    def test_screens(self):
        for screen, (typed, said) in sorted(SCREENS.items()):
            if typed is not None:
                with self.subTest(screen=screen):
                    self.do(typed, said)

    def test_keys(self):
        for key, (typed, said) in sorted(KEYS.items()):
            with self.subTest(key=key):
                self.do(typed, said)

    def test_buttons(self):
        for button, (typed, said) in sorted(BUTTONS.items()):
            if button != "Open an account":
                with self.subTest(button=button):
                    self.do(typed, said)

    def test_each_service(self):
        said = self.do("7\n1\n5\n", "Last login: ")
        self.assertNotIn("Name:", said)     # these have none
        self.do("7\n3\n2\n5\n", "Elija")
        self.do("7\n4\n5\n", "There is money in it.")

    def test_the_limits_come_first(self):
        """Before the amount is asked for, and in words when it was over."""
        served = self.fresh(limits_withdraw="100", limits_withdraw_day="150",
                            limits_transfer="50")
        result = served.plain(
            "chris\ncanary-chris\n5\n1\n200\n5\n1\n100\n5\n1\n60\n1\n1\nfey\n"
            "60\n"
            "7\n1\n5\n3\n", "-o", "plain.menu=full")
        at = -1
        for said in ("At most $100.00 at a time, $150.00 left today",
                     "Amount: ", "over the limit",
                     "It is over the limit for one withdrawal.",
                     "Amount: ", "your transaction is successful",
                     "At most $50.00 at a time, $50.00 left today",
                     "Amount: ", "over the limit",
                     "It is more than you can still withdraw today.",
                     "At most $50.00 at a time", "Recipient's ID: ",
                     "over the limit", "It is over the limit for one transfer.",
                     "Transfers: At most $50.00 at a time",
                     "Withdrawals: At most $50.00 at a time, $50.00 left",
                     "Transactions: At most 600 a minute\n"):
            found = result.stdout.find(said, at + 1)
            self.assertGreater(found, at, "%r in\n%s" % (
                said, result.stdout[at:]))
            at = found

    def test_the_rate(self):
        served = self.fresh(limits_rate="1")
        result = served.plain(
            "chris\ncanary-chris\n" + 2 * "1\n1\nchris\n1\n" + "3\n")
        self.assertRegex(result.stdout, "(?s)your transaction is successful"
                         ".*over the limit\nToo many transactions in one minute. Please "
                         "wait a little.\n")
        served.restart(limits_rate="0")
        result = served.plain("chris\ncanary-chris\n7\n1\n5\n3\n",
                              "-o", "plain.menu=full")
        self.assertIn("Last login", result.stdout)
        self.assertNotIn("a minute", result.stdout)

    def test_what_to_do_after_too_many_refusals(self):
        too_much, fits = "1\n1\nfey\n99999\n", "1\n1\nfey\n1\n"
        for typed, words in (
                ("", "Too many refused transactions. Please exit and log in again."),
                ("LANGUAGE\n2\n",
                 "Demasiados rechazos. Salga y vuelva a identificarse.")):
            said = self.bank.plain(
                "p24\ncanary-p24\n" + typed + too_much * 128 + fits +
                "3\n").stdout
            self.assertEqual(said.count(words), 1, said[-2000:])
            said = self.bank.plain("p24\ncanary-p24\n" + fits + "3\n").stdout
            self.assertIn("your transaction is successful", said)

    def test_since_the_last_visit(self):
        session = self.session("p28")
        self.bank.plain("p29\ncanary-p29\n3\n")
        self.wait_a_second(session)
        session.request("1 %s 1 p29 12.50" % session.txid())
        more = ("-o", "plain.menu=full")
        said = self.bank.plain("p29\ncanary-p29\nNOTICES\n3\n", *more).stdout
        self.assertEqual(len(re.findall(
            "Since your last visit:\n.*: you received \\$12.50 from p28\n",
            said)), 2, said)
        self.wait_a_second(session)
        said = self.bank.plain("p29\ncanary-p29\n3\n", *more).stdout
        self.assertNotIn("Since your last visit", said)
        # The seeds' login is to the letter.
        said = self.bank.plain("p28\ncanary-p28\n3\n").stdout
        self.assertNotIn("Since", said)

    def wait_a_second(self, session):
        """By the bank's clock, which is what is compared."""
        first = session.request("1 %s 1 p30 1" % session.txid())["time"]
        wait_for("a second", lambda: session.request(
            "1 %s 1 p30 1" % session.txid())["time"] > first, every=0.2)

    def test_statement_pages_and_paper(self):
        session = self.session("p27")
        for _ in range(25):
            session.request("1 %s 1 p26 1" % session.txid())
        said = self.bank.plain(
            "p27\ncanary-p27\nSTATEMENT\n1\n2\n3\n",
            "-o", "plain.menu=full").stdout
        self.assertEqual(said.count("  transfer  Savings") +
                         said.count(" transfer  Savings"), 25, said)
        self.assertIn("Older entries? (enter 1 or 2):", said)
        said = self.bank.plain(
            "p27\ncanary-p27\nSTATEMENT\n1\n1\n2\n3\n",
            "-o", "plain.menu=full",
            "-o", "receipt.directory=" + self.bank.path("var")).stdout
        self.assertIn("1. Older entries\n2. Print\n3. Back", said)
        self.assertIn("Please take your receipt.", said)
        papers = [name for name in os.listdir(self.bank.path("var"))
                  if name.startswith("statement-")]
        self.assertEqual(len(papers), 1)
        with open(self.bank.file(papers[0])) as f:
            self.assertEqual(len(re.findall(
                r"transfer +Savings +-1\.00", f.read())), 25)

    def test_no_printer(self):
        said = self.bank.plain("p25\ncanary-p25\nRECEIPT\n3\n").stdout
        self.assertIn("this machine doesn't print receipts", said)


if __name__ == "__main__":
    unittest.main()
