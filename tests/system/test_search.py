# SPDX-License-Identifier: ISC
"""journal, history and accounts find what a search of all rows by hand finds,
from the bank that serves and from the state of a stopped one (bankctl(8))."""

import os
import random
import unittest
from decimal import Decimal

from lib.bank import BANKCTL, run
from lib.case import Operator

EX_USAGE, EX_DATAERR = 64, 65
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
ENTRIES = 600  # more than a reader takes at once
KINDS = ("transfer", "deposit", "withdraw", "adjust", "reversal")


class Search(Operator):
    people = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        print("SEED=%d" % SEED)
        cls.random = random.Random(SEED)
        atms = [(name, cls.bank.session(name, "canary-" + name,
                                  kiosk=cls.bank.kiosk()))
                for name in ("p1", "p2")]
        for _ in range(ENTRIES):
            name, atm = cls.random.choice(atms)
            amount = "%d.%02d" % (cls.random.randrange(1, 50),
                                  cls.random.randrange(100))
            cls.random.choice((
                lambda: atm.transfer(1, "p3", amount),
                lambda: atm.transfer(1, name, "0.01", 2),
                lambda: atm.request("WITHDRAW %s 1 20" % atm.txid()),
                lambda: atm.request("DEPOSIT %s 2 40" % atm.txid())))()
        for _, atm in atms:
            atm.exit()
            atm.close()
        for row in cls.rows("history", "p1", "--kind", "withdraw")[:2]:
            cls.bank.ctl("reverse", row["seq"])
        cls.bank.ctl("deposit", "p2", "1", "7", "--reason", "a search")
        cls.bank.ctl("lock", "p3")
        cls.all = cls.rows("journal", "--limit", "100000")

    @classmethod
    def rows(cls, *words):
        return cls.bank.ctl_json(*words)

    def test_all_of_it(self):
        seqs = [int(row["seq"]) for row in self.all]
        self.assertEqual(seqs, list(range(len(seqs), 0, -1)))
        self.assertGreater(len(seqs), ENTRIES)

    def test_the_bank_itself_has_no_savings(self):
        for row in self.all:
            for side in ("from", "to"):
                self.assertEqual(row[side + "-account"] == "-",
                                 row[side].startswith(":"), row)

    def test_pages(self):
        found, before = [], ()
        while True:
            page = self.rows("journal", "--limit", "97", *before)
            found += page
            if not page:
                break
            before = ("--before", page[-1]["seq"])
        self.assertEqual(found, self.all)
        said = self.bank.ctl("journal", "--limit", "3").stderr
        self.assertIn("--before %s" % self.all[2]["seq"], said)
        self.assertEqual(self.bank.ctl("journal", "--before", "4").stderr, "")

    def filters(self):
        """Random options, and what each means of a row."""
        rows = self.all
        row, other = self.random.choice(rows), self.random.choice(rows)
        cents = sorted(Decimal(r["amount"]) for r in (row, other))
        times = sorted((row["time"], other["time"]))
        known = {
            "--kind": (row["kind"], lambda r: r["kind"] == row["kind"]),
            "--kiosk": (row["kiosk"], lambda r: r["kiosk"] == row["kiosk"]),
            "--account": (row["to"],
                          lambda r: row["to"] in (r["from"], r["to"])),
            "--amount": ("%s..%s" % tuple(cents), lambda r:
                         cents[0] <= Decimal(r["amount"]) <= cents[1]),
            "--since": (times[0], lambda r: r["time"] >= times[0]),
            "--until": (times[1], lambda r: r["time"] < times[1]),
            "--txid": (row["txid"], lambda r: r["txid"] == row["txid"]),
            "--before": (other["seq"],
                         lambda r: int(r["seq"]) < int(other["seq"])),
        }
        for name in ("--kiosk", "--txid"):
            if known[name][0] == "-":
                del known[name]
        return {name: known[name] for name in self.random.sample(
            sorted(known), self.random.randrange(1, 4))}

    def check_some(self, count):
        for _ in range(count):
            chosen = self.filters()
            words = [w for name, (value, _) in chosen.items()
                     for w in (name, value)]
            wanted = [row for row in self.all if all(
                test(row) for _, test in chosen.values())]
            self.assertEqual(
                self.rows("journal", *words, "--limit", "1000"), wanted,
                "SEED=%d %s" % (SEED, words))

    def test_filters(self):
        self.check_some(60)

    def test_stopped(self):
        history = self.rows("history", "p1", "--amount", "20..40")
        accounts = self.rows("accounts", "--sort", "-savings")
        self.addCleanup(self.bank.start)
        self.bank.stop()
        self.assertEqual(self.rows("journal", "--limit", "100000"), self.all)
        self.assertEqual(
            self.rows("history", "p1", "--amount", "20..40"), history)
        self.assertEqual(self.rows("accounts", "--sort", "-savings"), accounts)
        self.check_some(20)
        self.refused(EX_DATAERR, "no account nobody", "history", "nobody")

    def test_history(self):
        rows = self.rows("history", "p1", "1000")
        own = [row for row in self.all if "p1" in (row["from"], row["to"])]
        self.assertEqual(
            [row["seq"] for row in own],
            sorted({row["seq"] for row in rows}, key=int, reverse=True))
        for kind in KINDS:
            self.assertEqual(
                self.rows("history", "p1", "1000", "--kind", kind),
                [row for row in rows if row["kind"] == kind])

    def test_history_takes_the_same_filters(self):
        whole = self.rows("history", "p1", "--limit", "1000")
        own = [row for row in self.all if "p1" in (row["from"], row["to"])]
        memo = "--memo", "A SEARCH"
        for _ in range(20):
            chosen = self.filters()
            chosen.pop("--account", None)
            words = [w for name, (value, _) in chosen.items()
                     for w in (name, value)]
            found = {row["seq"] for row in own if all(
                test(row) for _, test in chosen.values())}
            self.assertEqual(
                self.rows("history", "p1", *words, "--limit", "1000"),
                [row for row in whole if row["seq"] in found],
                "SEED=%d %s" % (SEED, words))
        row, = self.rows("history", "p2", *memo)
        self.assertEqual(row["reason"], "a search")
        self.assertEqual(self.rows("history", "p1", *memo), [])
        self.assertEqual(
            self.rows("history", "p1", "--sort", "-amount", "--limit", "9"),
            sorted(whole, key=lambda row: -Decimal(row["amount"]))[:9])

    def test_sort(self):
        for column in ("amount", "seq", "kind"):
            key = ((lambda r: r["kind"]) if column == "kind" else
                   (lambda r, c=column: Decimal(r[c])))
            rows = self.rows(
                "journal", "--sort", column, "--limit", "50")
            self.assertEqual(rows, sorted(self.all, key=key)[:50])
            rows = self.rows("journal", "--sort", "-" + column)
            self.assertEqual(
                rows, sorted(self.all, key=key, reverse=True)[:20])
        self.refused(EX_USAGE, "no such column", "journal", "--sort", "colour")

    def test_accounts(self):
        rows = self.rows("accounts")
        def told(*words):
            return [row["id"] for row in self.rows("accounts", *words)]
        self.assertEqual(told("--locked"), ["p3"])
        self.assertEqual(told("--closed"), [])
        run(BANKCTL, "-c", self.bank.config, "open", "gone", "Zoe Gone",
            input="geheim-4711\n")
        self.bank.ctl("close", "gone")
        self.assertEqual(told("--closed"), ["gone"])
        self.assertEqual(told("--closed", "--locked"), [])
        self.assertEqual(told("--name", "zoe"), ["gone"])
        rows = self.rows("accounts")
        self.assertEqual(told("--sort", "-name", "--limit", "1"), ["gone"])
        self.assertEqual(told("--name", "P"), ["p1", "p2", "p3"])
        self.assertEqual(told("--since", "today"), [
            row["id"] for row in rows if row["opened"] != "-"])
        self.assertEqual(told("--until", "2020-01-01"), [])
        self.assertEqual(told("--amount", "11000"), [
            row["id"] for row in rows if Decimal(row["savings"]) +
            Decimal(row["checking"]) == 11000])
        said = self.bank.ctl("accounts", "--limit", "2").stderr
        self.assertIn("--limit", said)

    def test_words(self):
        for words, said in (
                (("--kind", "gift"), "a kind is"),
                (("--amount", "5.."), None), (("--amount", ".."), None),
                (("--amount", "five"), "a range is"),
                (("--amount", "5..1"), "the least first"),
                (("--since", "today", "--until", "yesterday"),
                 "--until is a time before --since"),
                (("--since", "monday"), "a time is"),
                (("--since", "2026-02-30"), "a time is"),
                (("--txid", "12"), "32 digits"),
                (("--limit", "0"), "count is a number"),
                (("--before", "0"), "1 or more")):
            if said is None:
                self.bank.ctl("journal", *words)
            else:
                self.refused(EX_DATAERR, said, "journal", *words)
        for words, said in ((("--locked",), "no option here"),
                            (("p1",), "no option here"),
                            (("--since",), "needs a value")):
            self.refused(EX_USAGE, said, "journal", *words)
        self.refused(EX_USAGE, "no option here", "accounts", "--kiosk", "x")


if __name__ == "__main__":
    unittest.main()
