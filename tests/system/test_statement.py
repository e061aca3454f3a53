# SPDX-License-Identifier: ISC
"""Statements for paper (bankctl(8)): what a model makes of the rows of the
journal, as text and as PDF, and the day as PDF."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import time
import unittest
from decimal import Decimal

from lib.bank import BANKCTL, run, wait_for
from lib.case import SUCCESS, Operator

EX_USAGE, EX_DATAERR, EX_IOERR = 64, 65, 74
MEMO = "'rent \\fB .so 100% ~^`'\"- and many words"
MONEY = r"-?[\d,]+\.\d\d"


def can_read_pdf():
    return shutil.which("pdftotext") and subprocess.run(
        ["groff", "-T", "pdf"], input=b"", capture_output=True,
        check=False).returncode == 0


def money(text):
    return Decimal(text.replace(",", ""))


def parse(text):
    """{account: (opening, [(seq, amount, balance, words)], closing)}."""
    sections, at = {}, None
    for line in text.split("\n"):
        entry = re.match(r" *\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +entry (\d+) +(%s)"
                         r" +(%s)$" % (MONEY, MONEY), line)
        end = re.match(r" *(opening|closing) +(%s)$" % MONEY, line)
        if line in ("Savings", "Checking"):
            at = sections[line.lower()] = [None, [], None]
        elif entry:
            at[1].append([int(entry[1]), money(entry[2]), money(entry[3]), ""])
        elif end:
            at[0 if end[1] == "opening" else 2] = money(end[2])
        elif at and re.match(r" {5,}\S", line) and at[1] \
                and not re.match(r" +\d+$", line):
            words = at[1][-1]
            words[3] = (words[3] + " " + line.strip()).strip()
    return sections


class Statement(Operator):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        atm = cls.bank.session("chris", kiosk=cls.bank.kiosk())
        for reply in (
                atm.request("WITHDRAW %s 2 40" % atm.txid()),
                atm.request("DEPOSIT %s 1 250.50" % atm.txid()),
                atm.transfer(1, "fey", "12.34", memo=MEMO),
                atm.transfer(1, "chris", 5, 2)):
            if reply.code != 200:
                raise AssertionError(reply.said())
        atm.exit()
        atm.close()
        cls.bank.ctl("adjust", "chris", "1", "-0.50", "--reason",
                     "cash count 27 Nov")
        for n in range(30):
            if n % 10 == 0:
                cls.next_second()
            cls.bank.ctl("deposit", "fey", "1", "1.%02d" % n,
                         "--reason", "number %d, %s" % (n, "long " * 25))

    @staticmethod
    def next_second():
        """A statement's time is told in seconds: what is before it must be
        in an earlier one."""
        now = int(time.time())
        wait_for("another second", lambda: int(time.time()) > now)

    def model(self, name, first=1, last=10 ** 9):
        """From the rows of the journal: as parse() has it."""
        sections = {"savings": [Decimal(0), [], None],
                    "checking": [Decimal(0), [], None]}
        balance = {"savings": Decimal(0), "checking": Decimal(0)}
        for row in self.bank.ctl_json("journal", "--limit", "1000")[::-1]:
            seq = int(row["seq"])
            for side, sign in (("from", -1), ("to", 1)):
                if row[side] != name or seq > last:
                    continue
                account = row[side + "-account"]
                account = {"1": "savings", "2": "checking"}.get(
                    account, account)
                amount = sign * Decimal(row["amount"])
                balance[account] += amount
                if seq < first:
                    sections[account][0] = balance[account]
                else:
                    sections[account][1].append(
                        [seq, amount, balance[account]])
        for account in sections:
            sections[account][2] = balance[account]
        return sections

    def check(self, text, *model):
        told = parse(text)
        words = {}
        for section in told.values():
            for entry in section[1]:
                words.setdefault(entry[0], []).append(entry.pop())
        self.assertEqual(told, self.model(*model))
        return words

    def test_text_is_what_the_entries_are(self):
        text = self.bank.ctl("statement", "chris").stdout
        words = sum(self.check(text, "chris").values(), [])
        for expected in ("adjustment: cash count 27 Nov",
                         "withdrawal at kiosk-1", "deposit at kiosk-1",
                         "transfer to own checking",
                         "transfer from own savings"):
            self.assertIn(expected, words)
        self.assertIn("transfer to fey: " + MEMO, words)
        self.assertTrue(text.startswith("Bank of the Example\n"))
        self.assertIn("\naccount  chris\n", text)
        self.assertLessEqual(max(map(len, text.split("\n"))), 80)
        self.assertEqual(self.through_the_bank("chris").partition("until")[0],
                         text.partition("until")[0])
        text = self.bank.ctl("statement", "fey").stdout
        words = self.check(text, "fey")
        self.assertLessEqual(max(map(len, text.split("\n"))), 80)
        self.assertIn("adjustment: number 29, " + ("long " * 25).strip(),
                      sum(words.values(), []))

    def test_part_of_the_time(self):
        """From one entry's second on, until another's."""
        rows = self.bank.ctl_json("history", "fey", "1000")[::-1]
        since, until = rows[len(rows) // 3]["time"], rows[-1]["time"]
        first = min(int(r["seq"]) for r in rows if since <= r["time"])
        last = max((int(r["seq"]) for r in rows if r["time"] < until),
                   default=0)
        self.assertLess(rows[0]["time"], since)
        self.assertLess(since, until)
        text = self.bank.ctl("statement", "fey", "--since", since,
                             "--until", until).stdout
        self.check(text, "fey", first, last)
        self.assertIn("from     " + since, text)
        text = self.bank.ctl(
            "statement", "fey", "--until", "2020-01-01").stdout
        self.check(text, "fey", 1, 0)
        self.assertIn("from     2020-01-01T00:00:00Z\n"
                      "until    2020-01-01T00:00:00Z\n", text)
        text = self.bank.ctl(
            "statement", "joe", "--since", "2999-01-01").stdout
        self.assertRegex(text, r"from     (\S+)\nuntil    \1\n")
        text = self.bank.ctl(
            "statement", "joe", "--since", "today").stdout
        self.assertIn("Savings", text)

    def through_the_bank(self, name):
        return self.told_over_the_socket(
            "statement Bank\\sof\\sthe\\sExample " + name)

    def test_what_is_wrong_is_told(self):
        self.refused(EX_DATAERR, "no account nobody", "statement", "nobody")
        self.refused(EX_DATAERR, "no account :adjust", "statement", ":adjust")
        self.refused(EX_USAGE, "text or pdf", "statement", "chris",
                     "--format", "html")
        self.refused(EX_USAGE, "whose", "statement", "--since", "today")
        self.refused(EX_DATAERR, "a time is", "statement", "chris",
                     "--since", "soon")
        self.refused(EX_USAGE, "not signed", "day", "yesterday", "--format",
                     "pdf", "--sign", "/tmp")

    def test_without_groff(self):
        """A sentence, and no half of a file."""
        result = subprocess.run(
            [BANKCTL, "-c", self.bank.config, "statement", "chris",
             "--format", "pdf"], env={"PATH": "/nonexistent"},
            capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (71, b""))
        self.assertIn(b"Debian: groff", result.stderr)

    def read_pdf(self, *words):
        path = self.bank.path("page.pdf")
        with open(path, "wb") as f:
            subprocess.run([BANKCTL, "-c", self.bank.config, *words],
                           stdout=f, check=True)
        result = run("pdftotext", "-layout", "-nopgbrk", path, "-")
        os.unlink(path)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    @unittest.skipUnless(can_read_pdf(), "needs groff and pdftotext")
    def test_pdf_is_the_same(self):
        """Also what groff would take for a request."""
        for name in ("chris", "fey"):
            words = self.check(
                self.read_pdf("statement", name, "--format", "pdf"), name)
            text = self.check(self.bank.ctl("statement", name).stdout, name)
            self.assertEqual(
                {seq: [" ".join(w.split()) for w in told]
                 for seq, told in words.items()},
                {seq: [" ".join(w.split()) for w in told]
                 for seq, told in text.items()})
        told = self.read_pdf("day", "today", "--format", "pdf")
        without_numbers_of_pages = re.sub(r"(?m)^ +\d+$", "", told)
        self.assertEqual(without_numbers_of_pages.split(),
                         self.bank.ctl("day", "today").stdout.split())


    @unittest.skipUnless(can_read_pdf(), "needs groff and pdftotext")
    def test_pdf_of_letters_that_the_fonts_have_not(self):
        name = "M\u00e9ga \u5317\u4eac \ufffe Co"
        run(BANKCTL, "-c", self.bank.config, "open", "mega", name,
            input="canary-mega\n")
        result = subprocess.run(
            [BANKCTL, "-c", self.bank.config, "statement", "mega",
             "--format", "pdf"], capture_output=True, check=True)
        self.assertEqual(result.stderr, b"")
        self.assertRegex(
            self.read_pdf("statement", "mega", "--format", "pdf"),
            "holder +M\u00e9ga \\?\\? \\? Co\n")

    @unittest.skipUnless(can_read_pdf(), "needs groff and pdftotext")
    def test_pdf_to_a_full_device(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [BANKCTL, "-c", self.bank.config, "statement", "chris",
                 "--format", "pdf"], stdout=full, stderr=subprocess.PIPE,
                check=False)
        self.assertEqual(result.returncode, EX_IOERR, result.stderr)
        self.assertIn(b"standard output", result.stderr)
        self.assertNotIn(b"groff", result.stderr)


class Damaged(Operator):
    """An entry that doesn't fit the balances after it, which `verify` tells,
    too."""

    def test_it_is_not_printed(self):
        served = self.fresh()
        client = served.session("chris")
        self.said(client.transfer(1, "fey", "12.34"), SUCCESS)
        client.exit()
        client.close()
        self.assertIn("12.34", served.ctl("statement", "chris").stdout)
        served.stop()
        with contextlib.closing(sqlite3.connect(
                served.path("var", "bank.db"))) as db:
            db.execute("UPDATE entry SET amount = amount + 1"
                       " WHERE seq = (SELECT max(seq) FROM entry)")
            db.commit()
        result = served.ctl("statement", "chris", check=False)
        self.assertEqual((result.returncode, result.stdout), (EX_DATAERR, ""))


if __name__ == "__main__":
    unittest.main()
