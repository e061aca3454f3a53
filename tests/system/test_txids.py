# SPDX-License-Identifier: ISC
"""Transaction IDs: a repeat is answered once more, a refusal is remembered,
OUTCOME settles (atm-protocol(7), section 4)."""

import unittest

from lib import wire
from lib.case import (INCORRECT, NO_FUNDS, NO_TRANSACTION, OVER, SUCCESS, USED,
                      BankCase)


class Txids(BankCase):
    people = 6

    def test_a_repeat_gets_the_first_answer_and_moves_nothing(self):
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        self.said(atm.transfer(1, "p2", 1), SUCCESS)
        for amount in ("5", "5.0", "5.00", "005", "0000000000005.0"):
            self.assertEqual(
                atm.transfer(1, "p2", amount, txid=txid).raw, first.raw)
        # Without to-account it is where the first one landed.
        self.assertEqual(
            atm.transfer(1, "p2", 5, 2, txid=txid).raw, first.raw)
        self.said(atm.transfer(1, "p2", 5, 1, txid=txid), USED)

    def test_without_to_account_matches_one_with(self):
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, 1, txid=txid), SUCCESS)
        self.assertEqual(
            atm.transfer(1, "p2", 5, txid=txid).raw, first.raw)

    def test_anything_else_is_409(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        for words in ((2, "p2", 5), (1, "p3", 5), (1, "p2", "5.01"),
                      (1, "p1", 5), (2, "p1", 5, 1)):
            self.said(atm.transfer(*words, txid=txid), USED, words)

    def test_the_memo_counts(self):
        """Another word, or none against one, is another request."""
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(
            atm.transfer(1, "p2", 5, txid=txid, memo="rent"), SUCCESS)
        for again in (atm, self.session("p1")):
            self.assertEqual(again.transfer(
                1, "p2", 5, 2, txid=txid, memo="rent").raw, first.raw)
            for memo in (None, "Rent", "rent "):
                self.said(again.transfer(1, "p2", 5, txid=txid, memo=memo),
                          USED, memo)
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        self.said(atm.transfer(1, "p2", 5, txid=txid, memo="rent"), USED)

    def test_the_memo_of_a_refused_one(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.transfer(1, "p2", 99999, txid=txid, memo="rent"),
                  NO_FUNDS)
        self.said(atm.transfer(1, "p2", 99999, txid=txid, memo="rent"),
                  NO_FUNDS)
        self.said(atm.transfer(1, "p2", 99999, txid=txid), USED)
        self.said(atm.transfer(1, "p2", 99999, txid=txid, memo="x"), USED)

    def test_across_sessions(self):
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        other = self.session("p1")
        self.assertEqual(other.transfer(1, "p2", 5, txid=txid).raw, first.raw)
        self.said(other.transfer(1, "p2", 6, txid=txid), USED)

    def test_across_a_restart_of_the_vault(self):
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        self.bank.kill_child("vault")
        again = self.bank.atm_when_served()
        self.addCleanup(again.close)
        self.said(again.login("p1", "canary-p1"),
                  "200 ID and password are correct")
        self.assertEqual(again.transfer(1, "p2", 5, txid=txid).raw, first.raw)

    def test_anothers_same_txid_is_another_one(self):
        one, two = self.session("p3"), self.session("p4")
        txid = one.txid()
        first = self.said(one.transfer(1, "p4", 5, txid=txid), SUCCESS)
        second = self.said(two.transfer(2, "p3", 6, txid=txid), SUCCESS)
        self.assertNotEqual(first["seq"], second["seq"])
        self.assertEqual(one.outcome(txid).raw, first.raw)
        self.assertEqual(two.outcome(txid).raw, second.raw)

    def test_a_refusal_settles_on_its_session_alone(self):
        poor, giver = self.session("p5"), self.session("p6")
        txid = poor.txid()
        self.said(poor.transfer(2, "p6", 1500, txid=txid), NO_FUNDS)
        self.said(giver.transfer(1, "p5", 600), SUCCESS)
        self.said(poor.transfer(2, "p6", 1500, txid=txid), NO_FUNDS)
        self.said(poor.transfer(2, "p6", 1400, txid=txid), USED)
        poor.cut()
        self.said(poor.resume(), "200 session resumed")
        self.said(poor.transfer(2, "p6", 1500, txid=txid), NO_FUNDS)
        other = self.session("p5")
        self.said(other.transfer(2, "p6", 1500, txid=txid), SUCCESS)

    def test_a_malformed_one_settles_nothing(self):
        atm = self.session("p3")
        txid = atm.txid()
        self.said(atm.transfer(1, "p4", "x", txid=txid), INCORRECT)
        self.said(atm.transfer(1, "p4", 5, txid=txid), SUCCESS)

    def test_twice_in_one_batch(self):
        """Sent ahead, the same txid is one transaction."""
        atm = self.session("p3")
        before = float(atm.balances()[0])
        txid = atm.txid()
        for _ in range(20):
            atm.send("1 %s 1 p4 5" % txid)
        raw = {atm.receive().raw for _ in range(20)}
        self.assertEqual(len(raw), 1)
        self.assertEqual(float(atm.balances()[0]), before - 5)


class Refusals(BankCase):
    """A session remembers each of its refusals, and takes no new transaction
    when it can't remember one more."""

    people = 4
    MOST = 128

    def refuse(self, atm, times):
        """The txids of so many that the funds don't suffice for."""
        txids = [atm.txid() for _ in range(times)]
        for txid in txids:
            atm.send("1 %s 2 p2 1500" % txid)
        for txid in txids:
            self.said(atm.receive(), NO_FUNDS, txid)
        return txids

    def full(self, atm, *words, **more):
        reply = self.said(atm.transfer(*words, **more), OVER, words)
        self.assertEqual(reply["limit"], "refused")

    def test_a_refused_one_is_never_carried_out(self):
        """Not after any number of other refusals: neither as the first of
        them nor as the last, whatever has come to the account since."""
        atm = self.session("p1")
        txids = self.refuse(atm, self.MOST)
        self.said(self.session("p2").transfer(1, "p1", 5000), SUCCESS)
        for txid in txids:
            self.said(atm.transfer(2, "p2", 1500, txid=txid), NO_FUNDS)
        for words in ((1, "p2", 1), (1, "nobody", 1), (2, "p2", 99999)):
            self.full(atm, *words)
        self.full(atm, 1, "p2", 1, txid=atm.txid(-660))
        for txid in txids[0], txids[-1]:
            self.said(atm.transfer(2, "p2", 1500, txid=txid), NO_FUNDS)
            self.said(atm.transfer(2, "p2", 1, txid=txid), USED)

    def test_what_is_answered_then(self):
        """Form, a repeat and all that is no transaction as ever; R keeps
        the count; a new login begins anew, and what was 429 is open."""
        atm = self.session("p3")
        done = atm.txid()
        first = self.said(atm.transfer(1, "p4", 1, txid=done), SUCCESS)
        self.refuse(atm, self.MOST)
        self.said(atm.transfer(1, "p4", "x"), INCORRECT)
        self.said(atm.transfer(2, "p3", 1), INCORRECT)
        self.assertEqual(atm.transfer(1, "p4", 1, txid=done).raw, first.raw)
        self.said(atm.transfer(1, "p4", 2, txid=done), USED)
        self.assertEqual(atm.balances()[0], first["savings"])
        self.assertEqual(atm.request("HISTORY 1").said(), "200 entries")
        self.said(atm.request("DEPOSIT %s 1 5" % atm.txid()), OVER)
        txid = atm.txid()
        self.full(atm, 1, "p4", 1, txid=txid)
        atm.cut()
        self.said(atm.resume(), "200 session resumed")
        self.full(atm, 1, "p4", 1, txid=txid)
        self.said(self.session("p3").transfer(1, "p4", 1, txid=txid),
                  SUCCESS)
        # Carried out by another session: known, and no new one.
        self.said(atm.transfer(1, "p4", 1, txid=txid), SUCCESS)

    def test_what_does_not_count(self):
        atm = self.session("p4")
        txid, = self.refuse(atm, 1)
        for _ in range(self.MOST):
            self.said(atm.transfer(1, "p2", "x"), INCORRECT)
            self.said(atm.transfer(2, "p4", 1), INCORRECT)
            self.said(atm.transfer(2, "p2", 1500, txid=txid), NO_FUNDS)
            self.said(atm.transfer(2, "p2", 1, txid=txid), USED)
        self.said(atm.transfer(1, "p2", 1), SUCCESS)


class Outcome(BankCase):
    people = 4

    def test_of_one_carried_out(self):
        atm = self.session("p1")
        txid = atm.txid()
        first = self.said(atm.transfer(1, "p2", 5, txid=txid), SUCCESS)
        self.said(atm.transfer(1, "p2", 5), SUCCESS)
        self.assertEqual(atm.outcome(txid).raw, first.raw)

    def test_of_an_unknown_one_settles_it(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.outcome(txid), NO_TRANSACTION)
        self.said(atm.transfer(1, "p2", 5, txid=txid), USED)
        self.said(atm.outcome(txid), NO_TRANSACTION)
        other = self.session("p1")
        self.said(other.transfer(1, "p2", 5, txid=txid), USED)
        # It is this customer's txid that is settled, nobody else's.
        stranger = self.session("p2")
        self.said(stranger.transfer(1, "p1", 5, txid=txid), SUCCESS)

    def test_of_anothers(self):
        one, two = self.session("p1"), self.session("p2")
        txid = one.txid()
        self.said(one.transfer(1, "p2", 5, txid=txid), SUCCESS)
        self.said(two.outcome(txid), NO_TRANSACTION)
        self.assertEqual(one.outcome(txid).code, 200)

    def test_of_a_refused_one(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.transfer(1, "p2", 99999, txid=txid), NO_FUNDS)
        self.said(atm.outcome(txid), NO_TRANSACTION)

    def test_settled_is_on_stable_storage(self):
        atm = self.session("p3")
        txid = atm.txid()
        self.said(atm.outcome(txid), NO_TRANSACTION)
        self.bank.kill_child("vault")
        again = self.bank.atm_when_served()
        self.addCleanup(again.close)
        again.login("p3", "canary-p3")
        self.said(again.transfer(1, "p2", 5, txid=txid), USED)

    def test_old_and_ahead(self):
        atm = self.session("p1")
        self.said(atm.outcome(atm.txid(-660)), NO_TRANSACTION)
        self.said(atm.outcome("0" * 32), NO_TRANSACTION)
        self.assertEqual(atm.outcome(atm.txid(660)).code, 422)
        self.assertEqual(atm.outcome("f" * 32).code, 422)

    def test_the_17th_is_over_the_limit_and_settles_nothing(self):
        atm = self.session("p4")
        for number in range(16):
            self.said(atm.outcome(atm.txid()), NO_TRANSACTION, number)
        txid = atm.txid()
        reply = self.said(atm.outcome(txid), OVER)
        self.assertEqual(reply["limit"], "outcome")
        atm.cut()
        self.said(atm.resume(), "200 session resumed")
        self.said(atm.outcome(atm.txid()), OVER)
        # What is known is told still, and the 17th is still open.
        first = self.said(atm.transfer(1, "p1", 5, txid=txid), SUCCESS)
        self.assertEqual(atm.outcome(txid).raw, first.raw)
        self.said(self.session("p4").outcome(wire.make_txid(atm.bank_ms())),
                  NO_TRANSACTION)


if __name__ == "__main__":
    unittest.main()
