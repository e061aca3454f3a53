# SPDX-License-Identifier: ISC
"""A day of a branch (lib/branch.py), and whether all that the bank tells of it
is what the branch's own books have: entries, the day, cash, audit, exports, and
the queries of Grafana's board.  tests/branch-day runs it for an operator."""

import collections
import csv
import io
import json
import os
import random
import re
import shutil
import unittest
from decimal import Decimal
from xml.etree import ElementTree

from lib import bank, model
from lib.bank import run
from lib.branch import CUSTOMERS, KIOSKS, Branch
from lib.branch_books import Audit
from system import test_metrics

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
ENTRIES = int(os.environ.get("ENTRIES") or
              (500 if bank.sanitized() else 2000))
CAMT = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
# Metrics of what was asked for and booked; others are of the machinery.
BOOKED = re.compile(r"bankd_(answers|entries|kiosk)_\w+")


def evaluate(expression, before, after):
    """What a query of the board gives over the whole day: {labels: value};
    for a rate, the increase that it is made of.  None: of another form."""
    match = re.fullmatch(
        r"(?:sum by \(([\w, ]+)\) \()?(?:increase|rate)\((\w+)\[\w+\]\)\)?",
        expression)
    if not match:
        return None
    kept = match[1].split(", ") if match[1] else None
    found = collections.Counter()
    for (name, labels), value in after.items():
        if name == match[2]:
            found[tuple(label for label in labels if kept is None
                        or label[0] in kept)] += Decimal(str(value)) - Decimal(
                            str(before.get((name, labels), 0)))
    return {labels: value for labels, value in found.items() if value}


class Day(unittest.TestCase):
    weight = 20

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root becomes somebody else")
        print("SEED=%d ENTRIES=%d" % (SEED, ENTRIES))
        cls.branch = Branch(SEED, ENTRIES, os.environ.get("BRANCH"))
        cls.addClassCleanup(cls.branch.close)
        cls.bank, cls.books = cls.branch.bank, cls.branch.books
        try:
            cls.branch.day()
        except Exception:
            print("bankd said:\n%s" % cls.bank.said[-8000:])
            raise
        cls.papers = list(cls.branch.papers())

    @classmethod
    def tearDownClass(cls):
        cls.bank.stop()
        model.check(cls.bank)

    def export(self, form):
        return self.branch.staff.run(
            "games", "export", "--format", form).stdout

    def balances(self):
        return {(name, account): amount for (name, account), amount
                in self.books.balances.items() if name in CUSTOMERS}

    def test_entries(self):
        rows = list(csv.DictReader(io.StringIO(self.export("csv"),
                                               newline="")))
        self.assertEqual(len(rows), len(self.books.entries))
        for row, entry in zip(rows, self.books.entries):
            self.assertEqual(
                (row["seq"], row["kind"], row["from"], row["from_account"],
                 row["to"], row["to_account"], Decimal(row["amount"]),
                 row["kiosk"], row["reverses"], row["memo"], row["by"],
                 row["reason"]), tuple(entry))

    def test_accounts(self):
        told = {(row["id"], account): Decimal(row[name])
                for row in self.branch.json("accounts")
                for account, name in ((1, "savings"), (2, "checking"))}
        self.assertEqual({key: value for key, value in told.items() if value},
                         {key: value for key, value in
                          self.books.balances.items() if value})

    def test_day(self):
        told = json.loads(self.branch.staff.run(
            "games", "day", "--format", "json").stdout)[0]
        self.assertEqual(told["entries"], len(self.books.entries))
        self.assertEqual({line["account"]: (
            Decimal(line["opening"]),
            {kind["kind"]: [kind["entries"], Decimal(kind["in"]),
                            Decimal(kind["out"])] for kind in line["kinds"]},
            Decimal(line["closing"])) for line in told["accounts"]},
            self.books.day())

    def test_cash(self):
        night = [(self.branch.json("cash", kiosk)[0], self.books.cash(kiosk))
                 for kiosk in KIOSKS]
        for told, wanted in self.branch.evening + night:
            self.assertEqual({name: Decimal(told[name]) for name in wanted},
                             wanted)
        for told, _ in self.branch.evening:
            self.assertEqual(told["by-notes"], told["expected"])
        self.assertEqual([self.books.counts[kiosk][1] for kiosk in KIOSKS],
                         [0, -40, 0])

    def test_audit(self):
        rows = json.loads(self.branch.staff.run(
            "games", "--json=1", "audit").stdout)
        self.assertEqual(
            [Audit(*[row[name] for name in Audit._fields]) for row in rows],
            self.books.audits)
        # All that was asked for was settled, one way or another.
        self.assertEqual(self.branch.json("requests"), [])

    def test_who_did_it_is_in_the_history(self):
        own = [entry for entry in self.books.entries if entry.by
               and entry.to in CUSTOMERS][-1]
        rows = self.branch.json("history", own.to, "1000")
        row, = [row for row in rows if str(row["seq"]) == own.seq]
        self.assertEqual((row["by"], row["reason"]), (own.by, own.reason))

    def test_ofx(self):
        found = {}
        for part in self.export("ofx").split("<STMTRS>")[1:]:
            name, account = re.search(
                "<ACCTID>([^<]*)-([12])<", part).groups()
            amounts = re.findall("<TRNAMT>([^<]*)", part)
            self.assertEqual(sum(map(Decimal, amounts)), Decimal(
                re.search("<BALAMT>([^<]*)", part)[1]))
            found[name, int(account)] = sum(map(Decimal, amounts))
        self.assertEqual(found, dict.fromkeys(found, 0) | self.balances())

    def test_camt(self):
        found, seqs = {}, collections.Counter()
        for part in ElementTree.fromstring(self.export(
                "camt053").encode()).iter(CAMT + "Stmt"):
            name, account = part.findtext("/".join(CAMT + tag for tag in (
                "Acct", "Id", "Othr", "Id"))).rsplit("-", 1)
            total = Decimal(0)
            for entry in part.iter(CAMT + "Ntry"):
                seqs[entry.findtext(CAMT + "NtryRef")] += 1
                amount = Decimal(entry.findtext(CAMT + "Amt"))
                total += amount if entry.findtext(
                    CAMT + "CdtDbtInd") == "CRDT" else -amount
            found[name, int(account)] = total
        self.assertEqual(found, dict.fromkeys(found, 0) | self.balances())
        self.assertEqual(seqs, {entry.seq: count for entry in
                                self.books.entries if (count := sum(
                                    side in CUSTOMERS for side in
                                    (entry.source, entry.to)))})

    def test_hledger(self):
        if not shutil.which("hledger"):
            self.skipTest("hledger is not installed")
        result = run("hledger", "-f", "-", "balance", "-O", "csv", "--flat",
                     input=self.export("hledger"), env={"LC_ALL": "C.UTF-8"})
        self.assertEqual(result.returncode, 0, result.stderr)
        told = {row["account"]: Decimal(row["balance"])
                for row in csv.DictReader(io.StringIO(result.stdout))}
        told.pop("total", told.pop("Total:", None))
        names = {1: "savings", 2: "checking"}
        self.assertEqual(told, {
            (name[1:].replace("/", ":") if name.startswith(":") else
             "customer:%s:%s" % (name, names[account])): amount
            for (name, account), amount in self.books.balances.items()
            if amount})

    def test_board(self):
        """Each query that is about entries or answers gives what the books
        have, and there is none that this test doesn't know."""
        before, after = (test_metrics.samples(text) for text in (
            self.branch.before, self.branch.after))
        figures = self.books.figures(self.branch.first_entry)
        # `2`, `3` and the like are answers too.
        verbs = {verb for verb, _ in self.books.answers}
        compared = set()
        for expression in test_metrics.expressions():
            match = BOOKED.search(expression)
            if not match:
                continue
            name = match[0]
            compared.add(name)
            told = evaluate(expression, before, after)
            self.assertIsNotNone(told, expression)
            if name == "bankd_answers_total":
                told = {labels: value for labels, value in told.items()
                        if dict(labels)["verb"] in verbs}
            self.assertEqual(told, {
                labels: value for labels, value in figures[name].items()
                if value}, expression)
        self.assertEqual(compared, set(figures))


if __name__ == "__main__":
    unittest.main()
