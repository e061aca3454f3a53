# SPDX-License-Identifier: ISC
"""Cash, statements, services, sign-up, reversals without a customer
(atm-protocol(7), sections 3 and 4)."""

import re
import time
import unittest

from lib import bank, wire
from lib.atm import Closed
from lib.case import (CORRECT, INCORRECT, NO_FUNDS, NO_RECIPIENT,
                      NO_TRANSACTION, NOT_ALLOWED, OVER, REFUSED, STALE,
                      SUCCESS, USED, BankCase)

FREE = {"login_max_attempts": "1000", "login_max_attempts_total": "10000"}
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
REVERSED = "409 already reversed"


class VerbCase(BankCase):
    options = FREE

    def kiosk(self, name, *more):
        """An enrolled one, made once."""
        made = self.__class__.__dict__.get("kiosks")
        if made is None:
            made = self.__class__.kiosks = {}
        if name not in made:
            path = self.bank.path("etc", name + ".key")
            self.bank.ctl("kiosk", "add", *more, "--key", path, name)
            made[name] = wire.Kiosk.load(name, path)
        return made[name]

    def cash(self, name, kiosk=None):
        """A session at a kiosk with cash."""
        return self.session(name, kiosk=kiosk or self.bank.kiosk())


class Cash(VerbCase):
    people = 10
    options = dict(FREE, limits_withdraw="300", limits_withdraw_day="500")
    extra_balance = "full 1 9999999999999.99\n"
    extra_password = "full canary-full\n"

    def test_deposit(self):
        atm = self.cash("p1")
        txid = atm.txid()
        line = "DEPOSIT %s 1 2222" % txid
        reply = self.said(atm.request(line), SUCCESS)
        self.assertEqual(set(reply.keys()),
                         {"seq", "time", "savings", "checking"})
        self.assertEqual((reply["savings"], reply["checking"]),
                         ("12222.00", "1000.00"))
        self.assertEqual(atm.request(line).raw, reply.raw)
        self.assertEqual(atm.request(line + ".00").raw, reply.raw)
        self.said(atm.request("DEPOSIT %s 2 2222" % txid), USED)
        self.said(atm.request("WITHDRAW %s 1 2222" % txid), USED)
        self.said(atm.transfer(1, "p2", 2222, txid=txid), USED)
        self.assertEqual(atm.outcome(txid).raw, reply.raw)
        self.assertEqual(self.bank.lines()["p1"], ["12222", "1000"])

    def test_withdraw(self):
        atm = self.cash("p2")
        txid = atm.txid()
        reply = self.said(atm.request("WITHDRAW %s 2 40" % txid), SUCCESS)
        self.assertEqual(reply["checking"], "960.00")
        self.assertEqual(
            atm.request("WITHDRAW %s 2 40" % txid).raw, reply.raw)
        self.said(atm.request("WITHDRAW %s 2 1000" % atm.txid()), NO_FUNDS)

    def test_forms(self):
        atm = self.cash("p3")
        for verb in ("DEPOSIT", "WITHDRAW"):
            for rest in ("", "1", "1 0", "0 5", "3 5", "1 -5", "1 5 5",
                         "1 5 p4", "1 x"):
                self.said(atm.request(("%s %s %s" % (
                    verb, atm.txid(), rest)).rstrip()), INCORRECT, rest)
            self.said(atm.request("%s %s 1 5" % (verb, atm.txid(-660))),
                      STALE)

    def test_limits(self):
        atm = self.cash("p4")
        reply = self.said(
            atm.request("WITHDRAW %s 1 300.01" % atm.txid()), OVER)
        self.assertEqual(reply["limit"], "withdraw")
        self.said(atm.request("WITHDRAW %s 1 300" % atm.txid()), SUCCESS)
        reply = self.said(atm.request("WITHDRAW %s 1 201" % atm.txid()), OVER)
        self.assertEqual(reply["limit"], "withdraw-day")
        self.said(atm.request("WITHDRAW %s 1 200" % atm.txid()), SUCCESS)
        full = self.cash("full")
        reply = self.said(full.request("DEPOSIT %s 2 1" % full.txid()), OVER)
        self.assertEqual(reply["limit"], "balance")

    def test_where_it_is_not_allowed(self):
        bare = self.session("p5")
        poor = self.session("p5", kiosk=self.kiosk("no-cash"))
        for atm in (bare, poor):
            for line in ("DEPOSIT %s 1 5", "WITHDRAW %s 1 5",
                         "REVERSE %s " + atm.txid()):
                self.said(atm.request(line % atm.txid()), NOT_ALLOWED, line)
            # Form and staleness come before, funds after.
            self.said(atm.request("WITHDRAW %s 1 x" % atm.txid()), INCORRECT)
            self.said(atm.request("WITHDRAW %s 1 5" % atm.txid(660)), STALE)
            self.said(atm.request("WITHDRAW %s 1 99999" % atm.txid()),
                      NOT_ALLOWED)

    def test_reverse(self):
        atm = self.cash("p6")
        taken, back = atm.txid(), atm.txid()
        self.said(atm.request("WITHDRAW %s 1 50" % taken), SUCCESS)
        reply = self.said(
            atm.request("REVERSE %s %s" % (back, taken)), SUCCESS)
        self.assertEqual(reply["savings"], "10000.00")
        self.assertEqual(
            atm.request("REVERSE %s %s" % (back, taken)).raw, reply.raw)
        self.assertEqual(atm.outcome(back).raw, reply.raw)
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), taken)),
                  REVERSED)
        self.said(atm.request("REVERSE %s %s" % (back, atm.txid())), USED)
        self.assertEqual(atm.balances()[0], "10000.00")

    def test_reverse_of_what_is_no_withdrawal_here(self):
        atm = self.cash("p7")
        deposit, transfer = atm.txid(), atm.txid()
        self.said(atm.request("DEPOSIT %s 1 5" % deposit), SUCCESS)
        self.said(atm.transfer(1, "p6", 5, txid=transfer), SUCCESS)
        for txid in (deposit, transfer, atm.txid()):
            self.said(atm.request("REVERSE %s %s" % (atm.txid(), txid)),
                      NO_TRANSACTION)
        other = self.cash("p7", self.kiosk("second", "--cash"))
        txid = other.txid()
        self.said(other.request("WITHDRAW %s 1 5" % txid), SUCCESS)
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), txid)),
                  NO_TRANSACTION)
        self.said(other.request("REVERSE %s %s" % (other.txid(), txid)),
                  SUCCESS)


class Window(VerbCase):
    people = 3
    options = dict(FREE, limits_reversal_window="2")

    def test_after_it(self):
        atm = self.cash("p1")
        link = self.atm(kiosk=self.bank.kiosk())
        late, vlate = atm.txid(), atm.txid()
        for txid in (late, vlate):
            self.said(atm.request("WITHDRAW %s 1 5" % txid), SUCCESS)
        while True:
            kept, began = atm.txid(), time.monotonic()
            self.said(atm.request("WITHDRAW %s 1 5" % kept), SUCCESS)
            first = link.reversal("p1", kept)
            if first.said() == SUCCESS:
                break
            self.said(first, NOT_ALLOWED)   # of a test that is late itself
            self.assertGreater(time.monotonic() - began, 2)
        began = time.monotonic()
        bank.wait_for("the window to close",
                      lambda: time.monotonic() > began + 3)
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), late)),
                  NOT_ALLOWED)
        self.said(link.reversal("p1", vlate), NOT_ALLOWED)
        # Asked again it gets the first answer, also after the window.
        self.assertEqual(link.reversal("p1", kept).raw, first.raw)


class Reversal(VerbCase):
    """V: a withdrawal taken back without a customer."""

    people = 6
    extra_password = "full canary-full\n"
    extra_balance = "full 50 9999999999999.99\n"

    def test_it(self):
        atm = self.cash("p1")
        txid = atm.txid()
        self.said(atm.request("WITHDRAW %s 2 60" % txid), SUCCESS)
        atm.cut()
        link = self.atm(kiosk=self.bank.kiosk())
        reply = self.said(link.reversal("p1", txid), SUCCESS)
        self.assertEqual(sorted(reply.keys()), ["seq", "time"])
        self.assertEqual(link.reversal("p1", txid).raw, reply.raw)
        self.assertEqual(self.bank.lines()["p1"], ["10000", "1000"])
        # On the link that V was asked on a customer may log in.
        self.said(link.login("p1", "canary-p1"), CORRECT)
        self.said(link.request("REVERSE %s %s" % (link.txid(), txid)),
                  REVERSED)

    def test_after_a_reverse(self):
        atm = self.cash("p2")
        txid = atm.txid()
        self.said(atm.request("WITHDRAW %s 1 5" % txid), SUCCESS)
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), txid)), SUCCESS)
        link = self.atm(kiosk=self.bank.kiosk())
        self.assertIn(link.reversal("p2", txid).code, (200, 409))
        self.assertEqual(self.bank.lines()["p2"][0], "10000")

    def test_refusals(self):
        atm = self.cash("p3")
        txid, deposit = atm.txid(), atm.txid()
        self.said(atm.request("WITHDRAW %s 1 5" % txid), SUCCESS)
        self.said(atm.request("DEPOSIT %s 1 5" % deposit), SUCCESS)
        link = self.atm(kiosk=self.bank.kiosk())
        for name, what in (("nobody", txid), ("p4", txid), ("p3", deposit)):
            self.said(link.reversal(name, what), NO_TRANSACTION, (name, what))
        for name, what in (("p3", ""), ("p3", "x"), ("-", txid), ("", txid),
                           ("p3", txid + "\n"), ("p3", txid.upper() + "0")):
            self.said(link.reversal(name, what), INCORRECT, (name, what))
        other = self.atm(kiosk=self.kiosk("other", "--cash"))
        self.said(other.reversal("p3", txid), NO_TRANSACTION)
        self.said(self.atm().reversal("p3", txid), NOT_ALLOWED)

    def test_a_404_settles(self):
        """A withdrawal that is still on its way can't be booked after."""
        atm = self.cash("p4")
        txid = atm.txid()
        link = self.atm(kiosk=self.bank.kiosk())
        self.said(link.reversal("p4", txid), NO_TRANSACTION)
        self.said(atm.request("WITHDRAW %s 1 5" % txid), USED)
        self.said(link.reversal("p4", txid), NO_TRANSACTION)

    def test_over_the_largest_balance(self):
        """What was taken out has been filled up since."""
        atm = self.cash("full")
        txid = atm.txid()
        self.said(atm.request("WITHDRAW %s 2 10" % txid), SUCCESS)
        self.said(atm.transfer(1, "full", 10), SUCCESS)
        link = self.atm(kiosk=self.bank.kiosk())
        self.said(link.reversal("full", txid), OVER)


class History(VerbCase):
    people = 4

    def entries(self, atm, line):
        reply = self.said(atm.request(line), "200 entries")
        return [e.split(" ") for e in reply.all("entry")]

    def test_newest_first(self):
        atm = self.cash("p1")
        self.said(atm.transfer(1, "p2", "1.50"), SUCCESS)
        self.said(atm.request("DEPOSIT %s 2 20" % atm.txid()), SUCCESS)
        self.said(atm.request("WITHDRAW %s 2 5" % atm.txid()), SUCCESS)
        got = self.entries(atm, "HISTORY 3")
        self.assertEqual(
            [e[2:] for e in got],
            [["withdraw", "2", "-5.00", "1015.00", "-"],
             ["deposit", "2", "20.00", "1020.00", "-"],
             ["transfer", "1", "-1.50", "9998.50", "p2"]])
        for entry in got:
            self.assertRegex(entry[1], TIME)
        self.assertEqual(self.entries(atm, "HISTORY 1"), got[:1])
        self.assertEqual(
            self.entries(atm, "HISTORY 2 %s" % got[0][0]), got[1:])
        # Opening balances were adjustments.
        oldest = self.entries(atm, "HISTORY 100 %s" % got[-1][0])
        self.assertEqual({e[2] for e in oldest}, {"adjust"})
        self.assertEqual(self.entries(atm, "HISTORY 5 %s" % oldest[-1][0]),
                         [])
        other = self.session("p2")
        self.assertEqual(self.entries(other, "HISTORY 1")[0][2:],
                         ["transfer", "2", "1.50", "1001.50", "p1"])

    def test_between_ones_own_is_two_lines(self):
        atm = self.session("p3")
        self.said(atm.transfer(1, "p3", 5), SUCCESS)
        for count in (1, 2):
            got = self.entries(atm, "HISTORY %d" % count)[:2]
            self.assertEqual(
                [e[2:] for e in got],
                [["transfer", "1", "-5.00", "9995.00", "p3"],
                 ["transfer", "2", "5.00", "1005.00", "p3"]])
            self.assertEqual(got[0][0], got[1][0])

    def test_a_hundred(self):
        atm = self.session("p4")
        for _ in range(120):
            atm.send("1 %s 1 p4 1" % atm.txid())
        for _ in range(120):
            self.said(atm.receive(), SUCCESS)
        got = self.entries(atm, "HISTORY 100")
        self.assertEqual(len(got), 200)
        more = self.entries(atm, "HISTORY 100 %s" % got[-1][0])
        seqs = [int(e[0]) for e in got + more]
        self.assertEqual(seqs, sorted(seqs, reverse=True))
        self.assertEqual(len(set(seqs)), 120 + 2)

    def test_forms(self):
        atm = self.session("p3")
        for rest in ("", " 0", " 101", " x", " -1", " 1 x", " 1 2 3",
                     " 1.5", " 99999999999999999999", " 1 -1"):
            self.said(atm.request("HISTORY" + rest), INCORRECT, rest)


class Names(VerbCase):
    """Masked, of those whom this customer has paid, and of nobody else."""
    people = 3

    def payees(self, atm, line="HISTORY 100"):
        return self.said(atm.request(line), "200 entries").all("payee")

    def test_them(self):
        for name, full in (("ann", "Ann \u00c9xample"), ("bob", ""),
                           ("cid", "C\u00f3nan  X 1*")):
            self.said(self.atm().open_account(name, "s\u00e9cret", full),
                      "200 account opened")
        atm = self.session("p1")
        for name in ("ann", "bob", "cid", "ann", "p2"):
            self.said(atm.transfer(1, name, 1), SUCCESS)
        self.said(atm.transfer(1, "p1", 1), SUCCESS)
        # Not where the bank doesn't want it, which is the default.
        self.assertEqual(self.payees(atm), [])
        self.bank.restart(bank_show_names="masked")
        atm = self.session("p1")
        self.assertEqual(self.payees(atm), ["ann A** \u00c9******",
                                            "cid C****  X 1*"])
        self.assertEqual(self.payees(atm, "HISTORY 2"), [])
        self.assertEqual(self.payees(atm, "HISTORY 3"),
                         ["ann A** \u00c9******"])
        # Who got money knows nothing of who sent it, nor does a stranger.
        self.assertEqual(self.payees(self.session("p2")), [])
        self.assertEqual(self.payees(self.session("p3")), [])
        # The newest ten.
        for number in range(11):
            other = self.atm(source="127.0.0.%d" % (6 + number % 2))
            self.said(other.open_account("n%d" % number, "s\u00e9cret", "N"),
                      "200 account opened")
            self.said(atm.transfer(1, "n%d" % number, 1), SUCCESS)
        self.assertEqual(self.payees(atm),
                         ["n%d N" % number for number in range(10, 0, -1)])


class Services(VerbCase):
    people = 8
    extra_password = "nil canary-nil\nnil2 canary-nil2\n"
    extra_balance = "nil 0 0\nnil2 0 0\n"

    def test_details(self):
        atm = self.session("p1")
        reply = self.said(atm.request("DETAILS"), "200 details")
        self.assertEqual(reply["id"], "p1")
        self.assertEqual(reply["name"], "")
        self.assertRegex(reply["opened"], TIME)
        self.assertIn("last-login", reply.keys())
        limits = dict(line.split(" ", 1) for line in reply.all("limit"))
        self.assertGreaterEqual(set(limits), {
            "transfer", "transfer-day", "withdraw", "withdraw-day"})
        self.said(atm.request("DETAILS 1"), INCORRECT)

    def test_password(self):
        atm, other = self.session("p2"), self.session("p2")
        line = "PASSWORD canary-p2\nn\u00e9w one"
        self.said(atm.request(line), "200 password changed")
        # Asked again on the session that made it.
        self.said(atm.request(line), "200 password changed")
        with self.assertRaises(Closed):
            other.request("PING")
            other.request("PING")
        self.said(other.resume(), REFUSED)
        self.said(self.atm().login("p2", "canary-p2"), REFUSED)
        self.said(self.atm().login("p2", "n\u00e9w one"), CORRECT)
        self.said(atm.request("PING"), "200 pong")
        self.assertRegex(self.bank.lines("password")["p2"][0], r"^\$y\$")
        self.said(atm.request("PASSWORD n\u00e9w one\ncanary-p2"),
                  "200 password changed")

    def test_password_spaces_count(self):
        atm = self.session("p3")
        self.said(atm.request("PASSWORD canary-p3\n two  spaces "),
                  "200 password changed")
        self.said(self.atm().login("p3", " two  spaces "), CORRECT)
        self.said(atm.request("PASSWORD  two  spaces \ncanary-p3"),
                  "200 password changed")

    def test_password_forms(self):
        atm = self.session("p4")
        for rest in ("", " ", " canary-p4", " canary-p4\n", " \nx",
                     " canary-p4\nx\ty",
                     " canary-p4\na\nb", " canary-p4\n" + "x" * 65,
                     " canary-p4\n\x7f"):
            self.said(atm.request("PASSWORD" + rest), INCORRECT, repr(rest))
        self.said(atm.request("PASSWORD wrong\nxyyz"), REFUSED)
        self.said(self.atm().login("p4", "canary-p4"), CORRECT)

    def test_close(self):
        atm, other = self.session("nil"), self.session("nil")
        self.said(atm.request("CLOSE 1"), INCORRECT)
        self.said(atm.request("CLOSE"), "200 account closed")
        self.assertEqual(atm.ended(), "notify")
        other.ended()
        self.said(atm.resume(), REFUSED)
        self.said(self.atm().login("nil", "canary-nil"), REFUSED)
        self.said(self.session("p5").transfer(1, "nil", 1), NO_RECIPIENT)
        self.assertNotIn("nil", self.bank.lines())
        self.assertNotIn("nil", self.bank.lines("password"))
        reply = self.atm().open_account("nil", "again")
        self.said(reply, "409 this ID is taken")

    def test_close_of_one_that_is_not_empty(self):
        atm = self.session("p6")
        self.said(atm.request("CLOSE"), "409 the account is not empty")
        self.said(atm.request("PING"), "200 pong")

    def test_close_of_one_that_was_emptied(self):
        giver = self.session("p7")
        atm = self.session("nil2")
        self.said(giver.transfer(1, "nil2", 5), SUCCESS)
        self.said(atm.request("CLOSE"), "409 the account is not empty")
        self.said(atm.transfer(2, "p7", 5), SUCCESS)
        self.said(atm.request("CLOSE"), "200 account closed")


class PasswordLock(VerbCase):
    people = 2
    options = {}

    def test_a_wrong_old_counts(self):
        atm = self.session("p1")
        for _ in range(3):
            self.said(atm.request("PASSWORD wrong\nxyyz"), REFUSED)
        locked = "423 too many attempts, try again later"
        reply = self.said(atm.request("PASSWORD canary-p1\nxyyz"), locked)
        self.assertTrue(reply.sealed)
        # Form comes before even that.
        self.said(atm.request("PASSWORD"), INCORRECT)
        self.said(self.atm().login("p1", "canary-p1"), locked)
        self.said(atm.request("PING"), "200 pong")


class SignUp(VerbCase):
    def test_it(self):
        atm = self.atm()
        reply = self.said(atm.open_account(
            "ann", "s\u00e9cret", "Ann \u00c9xample"), "200 account opened")
        self.assertTrue(reply.sealed)
        reply = self.said(atm.login("ann", "s\u00e9cret"), CORRECT)
        self.assertEqual(reply["name"], "Ann \u00c9xample")
        self.assertEqual(atm.balances(), ("0.00", "0.00"))
        self.assertEqual(self.bank.lines()["ann"], ["0", "0"])
        self.assertRegex(self.bank.lines("password")["ann"][0], r"^\$y\$")
        self.said(self.atm().open_account("ann", "xyyz"),
                  "409 this ID is taken")
        self.said(self.atm(source="127.0.0.2").open_account("chris", "xyyz"),
                  "409 this ID is taken")

    def test_forms(self):
        atm = self.atm(source="127.0.0.3")
        for text in ("bob", "bob\nx", "\nx\n", "bob\n\n", "-b\nx\n",
                     "b" * 33 + "\nx\n", "bob\n" + "x" * 65 + "\n",
                     "bob\nx\n" + "y" * 65, "bob\nx\ny\n", "bob\nx\ty\n",
                     "bob\nx\n\x1b", ":bob\nx\n"):
            reply = atm.ask(b"O", text)
            self.said(reply, INCORRECT, repr(text))
            atm.greet()
        self.said(atm.open_account("bob", "xyyz"), "200 account opened")

    def test_ten_an_hour_and_kiosk(self):
        atm = self.atm(source="127.0.0.4")
        for number in range(10):
            name = "t%d" % (number // 2)
            self.said(atm.open_account(name, "xyyz"), "409 this ID is taken"
                      if number % 2 else "200 account opened")
        self.said(atm.open_account("t9", "xyyz"), OVER)
        self.said(self.atm(source="127.0.0.5").open_account("t9", "xyyz"),
                  "200 account opened")

    def test_not_where_sign_up_is_off(self):
        served = self.fresh(login_sign_up="no")
        atm = served.atm()
        self.addCleanup(atm.close)
        reply = self.said(atm.open_account("bob", "xyyz"), NOT_ALLOWED)
        self.assertTrue(reply.sealed)

    def test_ids_differ_by_case(self):
        atm = self.atm(source="127.0.0.6")
        self.said(atm.open_account("Chris", "xyyz"), "200 account opened")
        self.said(atm.login("Chris", "xyyz"), CORRECT)
        self.assertEqual(atm.balances()[0], "0.00")


class PasswordRules(VerbCase):
    """One rule for each new password, whoever gives it."""

    people = 1
    options = {"login_max_attempts": "2"}
    BROKEN = {"length": ("y", "123", "\u20ac\u20ac\u20ac"),
              "easy": ("1111", "1234", "4321", "aAaA", "wxyz", "Password",
                       "2580", "\u20ac" * 4),
              "id": ("Pete7", "7etep", "7ETEP")}

    def refused(self, reply, rule, what):
        self.said(reply, INCORRECT, what)
        self.assertEqual(reply.all("rule"), [rule], what)

    def test_at_a_sign_up(self):
        atm = self.atm()
        for rule, words in self.BROKEN.items():
            for word in words:      # more than ten: nothing is counted
                self.refused(atm.open_account("pete7", word), rule, word)
        # The ID isn't looked up, nor whether sign-ups are on.
        self.refused(atm.open_account("p1", "y"), "length", "taken")
        served = self.fresh(login_sign_up="no")
        off = served.atm()
        self.addCleanup(off.close)
        self.refused(off.open_account("pete7", "y"), "length", "off")
        self.said(atm.open_account("pete7", "pete"), "200 account opened")
        self.said(atm.login("pete7", "pete"), CORRECT)

    def test_at_a_change(self):
        atm = self.session("p1")
        for rule, words in dict(
                self.BROKEN, id=(), same=("canary-p1",)).items():
            for word in words:
                self.refused(atm.request("PASSWORD canary-p1\n" + word), rule,
                             word)
        # Before the old one is compared: a wrong one is no attempt.
        for _ in range(3):
            self.refused(atm.request("PASSWORD wrong\n1111"), "easy", "wrong")
        self.said(self.atm().login("p1", "canary-p1"), CORRECT)
        # A lock comes before it.
        for _ in range(2):
            self.said(atm.request("PASSWORD wrong\nxyyz"), REFUSED)
        reply = atm.request("PASSWORD canary-p1\n1111")
        self.said(reply, "423 too many attempts, try again later")
        self.assertEqual(reply.all("rule"), [])

    def test_by_an_operator(self):
        before = self.bank.read("password")
        for rule, words in self.BROKEN.items():
            for word in words:
                for command in ("open", "passwd"):
                    result = bank.run(
                        bank.BANKCTL, "-c", self.bank.config, command,
                        "pete7", input=word + "\n")
                    self.assertEqual(result.returncode, 65, word)
                    self.assertIn("rules refuse", result.stderr, word)
                    if len(word) > 3:
                        self.assertNotIn(word, result.stderr)
        self.assertEqual(self.bank.read("password"), before)

    def test_those_that_there_are_stay(self):
        served = bank.Bank(
            start=False, demo=True, password="chris 1234\nfey y\n",
            balance="chris 1 1\n")
        self.addCleanup(served.close)
        served.start()
        for name, word in (("chris", "1234"), ("fey", "y")):
            atm = served.session(name, word)
            self.addCleanup(atm.close)
            self.said(atm.request("PASSWORD %s\nxyyz-%s" % (word, name)),
                      "200 password changed")


class Forms(unittest.TestCase):
    """What DETAILS and limits say is money of two decimals, but for a rate,
    which is numbers."""

    def test_limits_in_details(self):
        with bank.Bank(limits_transfer="500",
                       limits_transfer_day="800") as served:
            atm = served.session("chris")
            self.assertEqual(
                atm.transfer(1, "fey", "100.25").said(), SUCCESS)
            reply = atm.request("DETAILS")
            limits = {w[0]: w[1:] for w in (
                line.split(" ") for line in reply.all("limit"))}
            self.assertEqual(limits["transfer"][0], "500.00")
            self.assertEqual(limits["transfer-day"], ["800.00", "699.75"])
            self.assertEqual(limits.pop("rate"), ["600", "599"])
            for words in limits.values():
                for word in words:
                    self.assertTrue(
                        word == "-" or re.match(r"^\d+\.\d\d$", word), limits)
            atm.close()


if __name__ == "__main__":
    unittest.main()
