# SPDX-License-Identifier: ISC
"""A txid that comes again with something else in it, and what was asked too
early, too late or of nobody (atm-protocol(7), section 4)."""

import time

from lib.case import (INCORRECT, NO_TRANSACTION, NOT_ALLOWED, STALE, SUCCESS,
                      USED)
from system.test_verbs import FREE, TIME, VerbCase


class Repeats(VerbCase):
    people = 8
    options = FREE

    def test_a_transfer_to_the_other_account(self):
        atm = self.session("p1")
        txid = atm.txid()
        reply = self.said(
            atm.transfer(1, "p2", 5, to_account=1, txid=txid), SUCCESS)
        for to_account in (1, None):
            again = atm.transfer(
                1, "p2", 5, to_account=to_account, txid=txid)
            self.assertEqual(again.raw, reply.raw)
        self.said(atm.transfer(1, "p2", 5, to_account=2, txid=txid), USED)
        self.said(atm.transfer(2, "p2", 5, to_account=1, txid=txid), USED)
        self.said(atm.transfer(1, "p3", 5, to_account=1, txid=txid), USED)
        # Its own account, and the same one: that has no right form.
        self.said(atm.transfer(1, "p1", 5, to_account=1, txid=txid),
                  INCORRECT)
        self.assertEqual(self.bank.lines()["p1"], ["9995", "1000"])

    def test_cash(self):
        atm = self.cash("p3")
        drawn, paid = atm.txid(), atm.txid()
        self.said(atm.request("WITHDRAW %s 1 40" % drawn), SUCCESS)
        self.said(atm.request("DEPOSIT %s 1 40" % paid), SUCCESS)
        for line in ("DEPOSIT %s 1 40" % drawn, "WITHDRAW %s 2 40" % drawn,
                     "WITHDRAW %s 1 40" % paid, "DEPOSIT %s 2 40" % paid,
                     "REVERSE %s %s" % (drawn, drawn)):
            self.said(atm.request(line), USED, line)
        self.assertEqual(self.bank.lines()["p3"], ["10000", "1000"])

    def test_a_reversal_of_another(self):
        atm = self.cash("p4")
        first, second, txid = atm.txid(), atm.txid(), atm.txid()
        for drawn in (first, second):
            self.said(atm.request("WITHDRAW %s 1 40" % drawn), SUCCESS)
        line = "REVERSE %s %s" % (txid, first)
        reply = self.said(atm.request(line), SUCCESS)
        self.assertEqual(atm.request(line).raw, reply.raw)
        self.said(atm.request("REVERSE %s %s" % (txid, second)), USED)
        self.said(atm.request("REVERSE %s %s" % (txid, atm.txid())), USED)
        self.assertEqual(self.bank.lines()["p4"][0], "9960")

    def test_reversals_of_nobodys(self):
        atm = self.cash("p5")
        link = self.atm(kiosk=self.bank.kiosk())
        ahead = atm.txid(700)
        self.said(link.reversal("p5", ahead), STALE)
        old = atm.txid(-700)
        for name, txid in (("ghost", atm.txid()), ("p5", old),
                           ("p5", atm.txid())):
            self.said(link.reversal(name, txid), NO_TRANSACTION)
            self.said(link.reversal(name, txid), NO_TRANSACTION)
        # What is settled can't be booked when it comes late.
        late = atm.txid()
        self.said(link.reversal("p5", late), NO_TRANSACTION)
        self.said(atm.request("WITHDRAW %s 1 40" % late), USED)
        self.said(atm.request("WITHDRAW %s 1 40" % old), STALE)

    def test_a_reversal_after_a_close(self):
        self.said(self.atm().open_account("gone", "canary-gone"),
                  "200 account opened")
        atm = self.cash("gone")
        paid, drawn = atm.txid(), atm.txid()
        self.said(atm.request("DEPOSIT %s 1 40" % paid), SUCCESS)
        self.said(atm.request("WITHDRAW %s 1 40" % drawn), SUCCESS)
        self.said(atm.request("CLOSE"), "200 account closed")
        link = self.atm(kiosk=self.bank.kiosk())
        self.said(link.reversal("gone", drawn), NO_TRANSACTION)

    def test_a_kiosk_revoked_within_a_session(self):
        kiosk = self.kiosk("revoked", "--cash")
        atm = self.cash("p6", kiosk)
        self.said(atm.request("DEPOSIT %s 1 40" % atm.txid()), SUCCESS)
        self.bank.ctl("kiosk", "revoke", "revoked")
        for line in ("DEPOSIT %s 1 40", "REVERSE %s " + atm.txid()):
            self.said(atm.request(line % atm.txid()), NOT_ALLOWED)

    def test_outcomes_that_are_settled(self):
        atm = self.session("p7")
        txid, old = atm.txid(), atm.txid(-700)
        for what in (txid, txid, old, old):
            self.said(atm.outcome(what), NO_TRANSACTION)
        self.said(atm.outcome(atm.txid(700)), STALE)
        self.said(atm.transfer(1, "p1", 1, txid=txid), USED)
        self.said(atm.transfer(1, "p1", 1, txid=old), STALE)

    def test_each_stays_settled(self):
        """Whatever else is settled after it, by OUTCOME and by V."""
        atm = self.cash("p7")
        link = self.atm(kiosk=self.bank.kiosk())
        asked, reversed = ([atm.txid() for _ in range(3)] for _ in range(2))
        for one, other in zip(asked, reversed):
            self.said(atm.outcome(one), NO_TRANSACTION)
            self.said(link.reversal("p7", other), NO_TRANSACTION)
        for txid in asked + reversed:
            self.said(atm.request("WITHDRAW %s 1 5" % txid), USED)

    def test_details_say_the_login_before(self):
        self.session("p8").close()
        before = time.strftime("%Y-%m-%d", time.gmtime())
        reply = self.session("p8").request("DETAILS")
        self.assertRegex(reply["last-login"], TIME)
        self.assertGreaterEqual(reply["last-login"][:10], before)
