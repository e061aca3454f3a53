# SPDX-License-Identifier: ISC
"""What the system tests are made of: a class has one bank, which is stopped
at its end, and whose books must then be right by the model."""

import socket
import sys
import unittest

from . import bank, model

SUCCESS = "200 your transaction is successful"
CORRECT = "200 ID and password are correct"
REFUSED = "401 ID or password is incorrect"
NO_FUNDS = "402 Your account does not have enough funds"
NOT_ALLOWED = "403 not allowed"
NO_RECIPIENT = "404 the recipient's ID does not exist"
NO_TRANSACTION = "404 no such transaction"
USED = "409 this transaction ID was used for something else"
INCORRECT = "422 incorrect input"
STALE = "422 stale transaction ID"
LOCKED = "423 too many attempts, try again later"
TOO_MANY = "429 too many sessions"
OVER = "429 over the limit"
PROTOCOL_ERROR = "500 protocol error"
UNAVAILABLE = "503 the bank cannot take transactions now"
# Options of a bank where guesses are free.
FREE = {"login_max_attempts": "1000", "login_max_attempts_total": "10000",
        "login_max_logins_waiting_per_address": "64"}


class BankCase(unittest.TestCase):
    """options: the bank's; people: how many customers p1, p2 ... besides the
    demonstration's, each with 10000 and 1000 and the password `canary-` ID;
    rich: lines to add to `balance` for IDs not in that."""

    options = {}
    people = 0
    extra_balance = ""
    extra_password = ""
    start_bank = True

    @classmethod
    def setUpClass(cls):
        cls.bank = bank.Bank(start=False, **cls.options)
        for name, more, line in (
                ("password", cls.extra_password, "p%d canary-p%d\n"),
                ("balance", cls.extra_balance, "p%d 10000 1000\n")):
            added = "".join(line % ((i,) * line.count("%d"))
                            for i in range(1, cls.people + 1)) + more
            if added:
                cls.bank.write(name, cls.bank.read(name) + added)
        try:
            if cls.start_bank:
                cls.bank.start()
        except Exception:
            cls.bank.close()
            raise

    @classmethod
    def tearDownClass(cls):
        try:
            if cls.bank.running():
                cls.bank.stop()
                model.check(cls.bank)
        except Exception:
            sys.stdout.write("bankd said:\n%s\n" % cls.bank.said[-8000:])
            raise
        finally:
            cls.bank.close()

    def run(self, result=None):
        if getattr(self, "__unittest_skip__", False):
            return super().run(result)      # there is no bank
        before = len(result.failures) + len(result.errors)
        clients = len(self.bank.clients)
        done = super().run(result)
        self.bank.let_go(but=clients)
        if len(result.failures) + len(result.errors) > before:
            sys.stdout.write("\n%s: bankd said:\n%s\n" % (
                self.id(), self.bank.said[-8000:]))
        return done

    def atm(self, **parts):
        client = self.bank.atm(**parts)
        self.addCleanup(client.close)
        return client

    def session(self, name="chris", **parts):
        secret = bank.DEMO.get(name, "canary-" + name)
        client = self.atm(**parts)
        self.assertEqual(client.login(name, secret).said(), CORRECT)
        return client

    def said(self, reply, expected, message=None):
        self.assertEqual(reply.said(), expected, message)
        return reply

    def fresh(self, start=True, **options):
        """A bank of this test's own."""
        served = bank.Bank(start=False, **options)
        self.addCleanup(served.close)
        if start:
            served.start()
        return served


class Files(BankCase):
    """Banks of each test's own, whose files are made by hand."""

    start_bank = False

    def hand_made(self, password, balance, start=True, **options):
        served = bank.Bank(start=False, demo=True, password=password,
                           balance=balance, **options)
        self.addCleanup(served.close)
        if start:
            served.start()
        return served

    def login(self, served, name, secret):
        atm = served.atm()
        self.addCleanup(atm.close)
        return atm.login(name, secret).said()


class Operator(BankCase):
    """What an operator asks of a bank, and what comes of it."""

    def told_over_the_socket(self, request):
        """The lines of text that a member of control_group is given."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.bank.path("var", "control"))
            s.sendall(request.encode() + b"\n")
            s.shutdown(socket.SHUT_WR)
            with s.makefile(newline="\n") as f:
                lines = f.read().split("\n")
        self.assertEqual(lines[-2:], [". 0", ""])
        return "".join(line[2:].replace("\\n", "\n") for line in lines
                       if line.startswith("+ "))

    def refused(self, code, pattern, *words, served=None):
        result = (served or self.bank).ctl(*words, check=False)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertRegex(result.stderr, pattern)
        return result

    def newest(self, name, served=None):
        """A customer's newest entry: a dictionary."""
        return (served or self.bank).ctl_json("history", name, "1")[0]

    def balances(self, name, served=None):
        row = (served or self.bank).ctl_json("account", name)[0]
        return row["savings"], row["checking"]

    def withdraw(self, name, amount):
        """The number of the entry."""
        atm = self.session(name, kiosk=self.bank.kiosk())
        self.said(atm.request("WITHDRAW %s 1 %s" % (atm.txid(), amount)),
                  SUCCESS)
        atm.exit()
        return self.newest(name)["seq"]


class PrivateCase(unittest.TestCase):
    """Banks of each test's own."""

    def bank(self, start=False, **options):
        served = bank.Bank(start=False, **options)
        self.addCleanup(served.close)
        if start:
            served.start()
        return served

    def daemon(self, served, *more, timeout=60):
        """bankd without -f: the CompletedProcess of the command."""
        words = served.command(*more)
        words.remove("-f")
        return bank.run(*words, timeout=timeout)

    def pid_file(self, served):
        return served.path("bankd.pid")
