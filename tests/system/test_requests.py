# SPDX-License-Identifier: ISC
"""Requests in a session: forms, the order of checks, limits, where money lands
(atm-protocol(7), section 4)."""

import base64
import re
import unittest

from lib.atm import Closed
from lib.case import (INCORRECT, NO_FUNDS, NO_RECIPIENT, NOT_ALLOWED, OVER,
                      STALE, SUCCESS, UNAVAILABLE, USED, BankCase)

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


class Form(BankCase):
    people = 4

    def test_amounts_that_are(self):
        atm = self.session("p1")
        for amount in ("1", "1.5", "1.50", "0.01", "0.1", "00.01", "01",
                       "0000000000001", "0000000000001.25"):
            self.said(atm.transfer(1, "p2", amount), SUCCESS, amount)
        for amount in ("9999999999999", "9999999999999.9",
                       "9999999999999.99"):
            self.said(atm.transfer(1, "p2", amount), NO_FUNDS, amount)
        self.assertEqual(atm.balances()[0], "9992.63")

    def test_amounts_that_are_not(self):
        atm = self.session("p3")
        before = atm.balances()
        for amount in ("0", "0.0", "0.00", "00", "-1", "+1", "1.", ".5", ".",
                       "1.234", "1.2.3", "1e3", "1E3", "1,000", "1'000",
                       "0x10", "10000000000000", "00000000000001",
                       "inf", "nan", "1d", "\uff11", "1\u00a0", "one"):
            self.said(atm.transfer(1, "p4", amount), INCORRECT, repr(amount))
        self.assertEqual(atm.balances(), before)

    def test_accounts(self):
        atm = self.session("p3")
        for account in ("0", "3", "12", "01", "a", "-1", "savings", "\u00b9"):
            self.said(atm.transfer(account, "p4", 1), INCORRECT, account)
            self.said(atm.transfer(1, "p4", 1, account), INCORRECT, account)

    def test_lines(self):
        atm = self.session("p3")
        before = atm.balances()
        txid = atm.txid()
        for line in ("", " ", "1", "1 ", "1 " + txid, "1 %s 1 p4" % txid,
                     "1 %s 1 p4 1 2 3" % txid, "1 %s 1 p4 1 " % txid,
                     " 1 %s 1 p4 1" % txid, "1  %s 1 p4 1" % txid,
                     "1 %s 1 p4  1" % txid, "1\t%s\t1\tp4\t1" % txid,
                     "1 %s 1 p4 1\n" % txid, "1 %s 1 p4 1\r" % txid,
                     "2 ", "2 2", " 2", "2\n", "2\n3", "3 now", "4", "0",
                     "ping", "PING ", "PING 1", "OUTCOME", "OUTCOME " + txid
                     + " 1", "EXIT", "transfer", "G", "\x7f", "\u0085",
                     "x" * 255, "x" * 256, "1 " * 127):
            self.said(atm.request(line), INCORRECT, repr(line))
        self.assertEqual(atm.balances(), before)

    def test_bytes(self):
        atm = self.session("p3")
        for line in (b"2\xff", b"\x80", b"2 \xc0\x80", b"2 \xed\xa0\x80",
                     b"2 \xf4\x90\x80\x80", b"PING\0PING", b"\0" + b"2",
                     b"2\0x"):
            self.said(atm.request(line), INCORRECT, repr(line))
        # A text that fills its block has no zero behind it.
        self.said(atm.request(b"2" + b"\xff" * 255), INCORRECT)
        self.assertEqual(atm.request("PING").said(), "200 pong")

    def test_txids(self):
        atm = self.session("p3")
        good = atm.txid()
        for txid in ("", "0", good[:-1], good + "0", good.upper(),
                     "g" + good[1:], "0x" + good[2:], good[:-1] + "G",
                     good[:16] + "-" + good[17:]):
            if txid == good:    # no letters in it
                continue
            self.said(atm.transfer(1, "p4", 1, txid=txid or " "), INCORRECT,
                      txid)
            self.said(atm.request("OUTCOME " + txid), INCORRECT, txid)

    def test_recipients(self):
        atm = self.session("p3")
        for name in ("nobody", "P4", "p4x", "a" * 32, "A.b_c-9"):
            self.said(atm.transfer(1, name, 1), NO_RECIPIENT, name)
        for name in ("-p4", ".p4", "_p4", "a" * 33, ":cash", ":adjust", "p/4",
                     "p4\u00e9", "*", "p4;"):
            self.said(atm.transfer(1, name, 1), INCORRECT, name)

    def test_memos(self):
        """In one way only; both sides have it in their history."""
        atm = self.session("p3")
        for memo in ("x", "rent", "?>~", "caf\u00e9 \u65e5\u672c", "a  b",
                     "m" * 64, "\u00e9" * 32):
            seq = self.said(atm.transfer(1, "p4", 1, memo=memo),
                            SUCCESS)["seq"]
            for who in ("p3", "p4"):
                self.assertEqual(self.memos(who).get(seq), memo)
        seq = self.said(atm.transfer(1, "p3", 1, 2, memo="mine"),
                        SUCCESS)["seq"]
        reply = self.session("p3").request("HISTORY 1")
        self.assertEqual(
            [(key, value.split(" ")[0]) for key, value in reply.pairs],
            [("entry", seq), ("entry", seq), ("memo", seq)])
        self.said(atm.transfer(1, "p4", 1), SUCCESS)
        self.assertEqual(len(self.memos("p4")), 7)
        head = "1 %s 1 p4 1 " % atm.txid()
        for word in ("m=", "m", "m=cmVudA==", "m=cmVudB", "m=cmVu+A",
                     "m=cmVu dA", "m=Cg", "m=_w", "m=c", "cmVudA",
                     "M=cmVudA", "m=cmVudA 2", "m=cmVudA m=cmVudA",
                     "2 m=cmVudA x", "m=" + 86 * "A", "m=" + 88 * "c"):
            self.said(atm.request(head + word), INCORRECT, word)
        self.said(atm.request("DEPOSIT %s 1 5 m=cmVudA" % atm.txid()),
                  INCORRECT)

    def memos(self, who):
        """{seq: word} as HISTORY tells them."""
        reply = self.session(who).request("HISTORY 100")
        return {seq: base64.urlsafe_b64decode(word + "==").decode()
                for seq, word in map(str.split, reply.all("memo"))}

    def test_to_oneself(self):
        atm = self.session("p4")
        total = sum(map(float, atm.balances()))
        self.said(atm.transfer(1, "p4", 1, 1), INCORRECT)
        self.said(atm.transfer(2, "p4", 1, 2), INCORRECT)
        self.said(atm.transfer(2, "p4", 1), INCORRECT)
        self.said(atm.transfer(1, "p4", 5), SUCCESS)
        self.said(atm.transfer(2, "p4", 7, 1), SUCCESS)
        self.assertEqual(sum(map(float, atm.balances())), total)

    def test_a_reply_as_the_page_has_it(self):
        atm = self.session("p4")
        reply = self.said(atm.transfer(1, "p3", "2.50"), SUCCESS)
        self.assertEqual(set(reply.keys()),
                         {"seq", "time", "savings", "checking"})
        self.assertRegex(reply["time"], TIME)
        self.assertRegex(reply["seq"], r"^[1-9][0-9]*$")
        self.assertRegex(reply["savings"], r"^\d+\.\d\d$")
        again = self.said(atm.transfer(1, "p3", 1), SUCCESS)
        self.assertEqual(int(again["seq"]), int(reply["seq"]) + 1)
        self.assertGreaterEqual(again["time"], reply["time"])
        reply = self.said(atm.exit(), "200 goodbye")
        self.assertEqual(set(reply.keys()), {"savings", "checking"})

    def test_verbs_of_later_are_not_given(self):
        """Whatever this bank doesn't give is 403, and never a 500."""
        atm = self.session("p4")
        for line in ("DEPOSIT %s 1 5" % atm.txid(),
                     "WITHDRAW %s 1 5" % atm.txid()):
            self.said(atm.request(line), NOT_ALLOWED, line)
        self.said(atm.request("DEPOSIT %s 1" % atm.txid()), INCORRECT)
        self.said(atm.request("WITHDRAW %s 3 5" % atm.txid()), INCORRECT)

    def test_many_sent_ahead_come_back_in_order(self):
        atm = self.session("p4")
        first = float(atm.balances()[0])
        txids = [atm.txid() for _ in range(300)]
        for txid in txids:
            atm.send("1 %s 1 p3 0.01" % txid)
        seqs = []
        for number, _ in enumerate(txids, 1):
            reply = self.said(atm.receive(), SUCCESS)
            self.assertAlmostEqual(
                float(reply["savings"]), first - number / 100, 2)
            seqs.append(int(reply["seq"]))
        self.assertEqual(seqs, sorted(set(seqs)))

    def test_ahead_of_an_exit(self):
        """What comes after `3` is not carried out."""
        atm = self.session("p4")
        before = atm.balances()
        atm.send("1 %s 1 p3 1" % atm.txid())
        atm.send("3")
        atm.send("1 %s 1 p3 1" % atm.txid())
        self.said(atm.receive(), SUCCESS)
        reply = self.said(atm.receive(), "200 goodbye")
        self.assertEqual(float(reply["savings"]), float(before[0]) - 1)
        with self.assertRaises(Closed):
            atm.receive()
        self.assertEqual(self.session("p4").balances()[0], reply["savings"])


class Order(BankCase):
    """Form, txid known, stale, ..., 404, ..., 402, 429."""

    people = 4
    options = {"limits_transfer": "500"}

    def test_form_before_txid(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.transfer(1, "p2", 1, txid=txid), SUCCESS)
        self.said(atm.transfer(1, "p2", "x", txid=txid), INCORRECT)
        self.said(atm.transfer(3, "p2", 1, txid=txid), INCORRECT)

    def test_txid_before_404_402_429(self):
        atm = self.session("p1")
        txid = atm.txid()
        self.said(atm.transfer(1, "p2", 1, txid=txid), SUCCESS)
        self.said(atm.transfer(1, "nobody", 1, txid=txid), USED)
        self.said(atm.transfer(1, "p2", 99999, txid=txid), USED)
        self.said(atm.transfer(1, "p2", 501, txid=txid), USED)

    def test_form_before_stale_before_404(self):
        atm = self.session("p1")
        for off in (-660, 660, -86400, 86400):
            self.said(atm.transfer(1, "p2", "x", txid=atm.txid(off)),
                      INCORRECT)
            self.said(atm.transfer(1, "nobody", 1, txid=atm.txid(off)), STALE)
            self.said(atm.transfer(1, "p2", 1, txid=atm.txid(off)), STALE)
        self.said(atm.transfer(1, "p2", 1, txid="0" * 32), STALE)
        self.said(atm.transfer(1, "p2", 1, txid="f" * 32), STALE)
        for off in (-540, 540):
            self.said(atm.transfer(1, "p2", 1, txid=atm.txid(off)), SUCCESS)

    def test_to_oneself_is_form(self):
        atm = self.session("p1")
        self.said(atm.transfer(2, "p1", 1, txid=atm.txid(-660)), INCORRECT)

    def test_404_before_402(self):
        self.said(self.session("p1").transfer(1, "nobody", 99999),
                  NO_RECIPIENT)

    def test_402_before_429(self):
        atm = self.session("p1")
        self.said(atm.transfer(1, "p2", 99999), NO_FUNDS)
        reply = self.said(atm.transfer(1, "p2", "500.01"), OVER)
        self.assertEqual(reply["limit"], "transfer")
        self.said(atm.transfer(1, "p2", 500), SUCCESS)


    def test_403_before_503_before_404(self):
        atm = self.session("p1")
        self.bank.ctl("pause")
        self.addCleanup(self.bank.ctl, "resume")
        self.said(atm.request("DEPOSIT %s 1 5" % atm.txid(-660)), STALE)
        for verb in "DEPOSIT", "WITHDRAW":
            self.said(atm.request("%s %s 1 5" % (verb, atm.txid())),
                      NOT_ALLOWED)
        for words in ((1, "nobody", 1), (1, "p2", 99999), (1, "p2", 501)):
            self.said(atm.transfer(*words), UNAVAILABLE)


class Limits(BankCase):
    people = 2
    options = {"limits_transfer": "500", "limits_transfer_day": "800.50"}
    extra_balance = "full 1 9999999999999.99\nfull2 9999999999999.98 0\n"
    extra_password = "full canary-full\nfull2 canary-full2\n"

    def test_one_and_the_day(self):
        atm = self.session("p1")
        self.assertEqual(
            self.said(atm.transfer(1, "p2", "500.01"), OVER)["limit"],
            "transfer")
        self.said(atm.transfer(1, "p2", 500), SUCCESS)
        self.assertEqual(
            self.said(atm.transfer(1, "p2", "300.51"), OVER)["limit"],
            "transfer-day")
        # Between one's own accounts there is no limit.
        self.said(atm.transfer(1, "p1", 5000), SUCCESS)
        self.said(atm.transfer(1, "p2", "300.50"), SUCCESS)
        self.said(atm.transfer(1, "p2", "0.01"), OVER)
        # The sum of the day is no session's.
        self.said(self.session("p1").transfer(1, "p2", "0.01"), OVER)
        self.bank.kill_child("vault")
        again = self.bank.atm_when_served()
        self.addCleanup(again.close)
        again.login("p1", "canary-p1")
        self.said(again.transfer(1, "p2", "0.01"), OVER)

    def test_the_largest_balance(self):
        atm = self.session("p2")
        reply = self.said(atm.transfer(2, "full", "0.01"), OVER)
        self.assertEqual(reply["limit"], "balance")
        self.said(atm.transfer(2, "full2", "0.01", 1), SUCCESS)
        reply = self.said(atm.transfer(2, "full2", "0.01", 1), OVER)
        self.assertEqual(reply["limit"], "balance")
        full = self.session("full")
        self.assertEqual(full.balances(), ("1.00", "9999999999999.99"))
        self.said(full.transfer(1, "full", "0.01"), OVER)
        self.said(full.transfer(2, "full", 1, 1), SUCCESS)


class Rate(BankCase):
    """So many of the customer's own transactions in a minute."""

    people = 10
    options = {"limits_rate": "5"}

    def over(self, reply):
        self.assertEqual(self.said(reply, OVER)["limit"], "rate")

    def left(self, atm, most=5):
        rate, left = map(int, atm.limits()["rate"])
        self.assertEqual(rate, most)
        return left

    def test_all_sessions_together(self):
        one, two = self.session("p1"), self.session("p1")
        self.assertEqual(self.left(one), 5)
        for number, atm in enumerate((one, two, one, two, one), 1):
            self.said(atm.transfer(1, "p1", 1), SUCCESS)
            self.assertEqual(self.left(two), 5 - number)
        self.over(one.transfer(1, "p1", 1))
        self.over(two.transfer(1, "p2", 1))
        one.cut()
        self.said(one.resume(), "200 session resumed")
        self.over(one.transfer(1, "p2", 1))
        self.said(two.exit(), "200 goodbye")
        self.over(self.session("p1").transfer(2, "p2", 1))
        self.assertEqual(self.left(one), 0)

    def test_sent_ahead(self):
        atm = self.session("p3")
        for _ in range(9):
            atm.send("1 %s 1 p3 1" % atm.txid())
        self.assertEqual([atm.receive().code for _ in range(9)],
                         5 * [200] + 4 * [429])

    def test_what_does_not_count(self):
        """Refusals, repeats, what comes from others or an operator."""
        atm, other = self.session("p4"), self.session("p5")
        txid = atm.txid()
        self.said(atm.transfer(1, "p5", 1, txid=txid), SUCCESS)
        for _ in range(6):
            self.said(atm.transfer(1, "p5", 1, txid=txid), SUCCESS)
            self.said(atm.transfer(1, "p5", 99999), NO_FUNDS)
            self.bank.ctl("deposit", "p4", "1", "1", "a gift")
        for _ in range(5):
            self.said(other.transfer(1, "p4", 1), SUCCESS)
        self.assertEqual(self.left(atm), 4)
        for _ in range(4):
            self.said(atm.transfer(1, "p5", 1), SUCCESS)
        # 402 comes before, a repeat before all; what comes in still does.
        self.said(atm.transfer(1, "p5", 99999), NO_FUNDS)
        self.over(atm.transfer(1, "p5", 1))
        self.said(atm.transfer(1, "p5", 1, txid=txid), SUCCESS)
        self.said(self.session("p6").transfer(1, "p4", 1), SUCCESS)

    def test_it_is_reloaded_and_settles_the_txid(self):
        served = self.fresh()
        with open(served.config) as f:
            before = f.read()

        def reload(rate):
            with open(served.config, "w") as f:
                f.write(before + "\n[limits]\nrate = %d\n" % rate)
            served.ctl("reload")
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.assertEqual(self.left(atm, 600), 600)
        for _ in range(3):
            self.said(atm.transfer(1, "chris", 1), SUCCESS)
        reload(2)
        self.assertEqual(self.left(atm, 2), 0)
        txid = atm.txid()
        self.over(atm.transfer(1, "chris", 1, txid=txid))
        reload(4)
        self.over(atm.transfer(1, "chris", 1, txid=txid))
        self.said(atm.transfer(1, "chris", 1), SUCCESS)
        self.over(atm.transfer(1, "chris", 1))
        reload(0)
        self.assertNotIn("rate", atm.limits())
        for _ in range(10):
            self.said(atm.transfer(1, "chris", 1), SUCCESS)
        self.over(atm.transfer(1, "chris", 1, txid=txid))

    def test_cash(self):
        atm = self.session("p9", kiosk=self.bank.kiosk())
        taken = [atm.txid() for _ in range(3)]
        self.said(atm.request("DEPOSIT %s 1 10" % atm.txid()), SUCCESS)
        for txid in taken:
            self.said(atm.request("WITHDRAW %s 1 10" % txid), SUCCESS)
        self.said(atm.transfer(1, "p10", 1), SUCCESS)
        self.over(atm.request("DEPOSIT %s 1 10" % atm.txid()))
        self.over(atm.request("WITHDRAW %s 1 10" % atm.txid()))
        # Whoever got no notes gets the money back.
        self.said(atm.request("REVERSE %s %s" % (atm.txid(), taken[0])),
                  SUCCESS)
        link = self.atm(kiosk=self.bank.kiosk())
        self.said(link.reversal("p9", taken[1]), SUCCESS)
        self.over(atm.request("DEPOSIT %s 1 10" % atm.txid()))


class CreditAccount(unittest.TestCase):
    def test_where_a_transfer_lands(self):
        from lib.bank import Bank
        for choice, account, index in (
                ("checking", 1, 1), ("savings", 2, 0), ("same", 1, 0),
                ("same", 2, 1)):
            with Bank(bank_credit_account=choice) as bank:
                before = bank.lines()["fey"]
                atm = bank.session("chris")
                self.assertEqual(
                    atm.transfer(account, "fey", 7).said(), SUCCESS)
                after = bank.lines()["fey"]
                expected = list(before)
                expected[index] = str(int(before[index]) + 7)
                self.assertEqual(after, expected, (choice, account))
                if choice == "same":
                    self.assertEqual(
                        atm.transfer(account, "chris", 7).said(), INCORRECT)
                atm.close()


class Balances(BankCase):
    people = 2

    def test_the_file_is_current_at_every_reply(self):
        atm = self.session("p1")
        for amount in ("0.50", "1.25", "100", "98.25"):
            reply = self.said(atm.transfer(1, "p2", amount), SUCCESS)
            savings = re.sub(r"\.00$", "", reply["savings"])
            self.assertEqual(self.bank.lines()["p1"][0], savings)
        self.assertEqual(self.bank.lines()["p2"], ["10000", "1200"])

    def test_the_last_cent(self):
        atm = self.session("p2")
        everything = atm.balances()[0]
        self.said(atm.transfer(1, "p1", "%.2f" % (float(everything) + 0.01)),
                  NO_FUNDS)
        self.said(atm.transfer(1, "p1", everything), SUCCESS)
        self.assertEqual(atm.balances()[0], "0.00")
        self.said(atm.transfer(1, "p1", "0.01"), NO_FUNDS)
        self.assertEqual(self.bank.lines()["p2"][0], "0")


if __name__ == "__main__":
    unittest.main()
