# SPDX-License-Identifier: ISC
"""An independent bookkeeper: replays every entry of bank.db, and of the lots
that bank.db doesn't have yet, from the first, in its own arithmetic, and says
where the books are not right (bankd-files(5)).  Reads a copy, so that it
leaves no trace.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import struct
import sys
import tempfile

from . import lots
from .bank import wait_for
from .lots import Wrong, need

MAXIMUM = 999999999999999
KINDS = ("transfer", "deposit", "withdraw", "adjust", "reversal", "cash")
SAVINGS, CHECKING = 0, 1


def number(value):
    return struct.pack(">q", value)


def text(value):
    data = value.encode()
    return bytes([len(data)]) + data


def link(chain, row, ids):
    """The link of the chain that belongs to a row of `entry`."""
    def posting(side):
        return (number(row[side]) + text(ids[row[side]])
                + bytes([row[side + "_account"]])
                + number(row[side + "_savings"])
                + number(row[side + "_checking"])
                + number(row[side + "_previous"]))
    return hashlib.sha256(
        chain + number(row["seq"]) + number(row["time"])
        + (row["txid"] or bytes(16)) + bytes([row["kind"]])
        + text(row["kiosk"]) + posting("debit") + posting("credit")
        + number(row["amount"]) + number(row["reverses"] or 0)
        + entry_texts(row)).digest()


def entry_texts(row):
    """Memo, by and reason; an entry without any has no bytes of them."""
    texts = [row.get(name) or "" for name in ("memo", "by", "reason")]
    return b"".join(map(text, texts)) if any(texts) else b""


def audit_link(chain, row):
    """The link of the chain that belongs to a row of `audit`."""
    return hashlib.sha256(
        chain + number(row["number"]) + number(row["time"]) + b"".join(
            text(row[name] or "")
            for name in ("by", "verb", "about", "detail", "reason"))
        + number(row["seq"]) + number(row["of"])).digest()


class Account:
    def __init__(self, row):
        self.number, self.id, self.line = row["number"], row["id"], row["line"]
        self.cents = [0, 0]
        self.last_seq = 0

    def is_customer(self):
        return not self.id.startswith(":")


class Books:
    """The replay: accounts by id and by number, entries as dictionaries."""

    def __init__(self, directory, is_backup=False):
        self.entries = []
        self.taken_over = 0     # lots that bank.db didn't have
        copy = tempfile.mkdtemp(prefix="books-")
        try:
            for name in ("bank.db", "bank.db-wal"):
                path = os.path.join(directory, name)
                if os.path.exists(path):
                    shutil.copy(path, copy)
            with contextlib.closing(
                    sqlite3.connect(os.path.join(copy, "bank.db"))) as db:
                self.prove(db)
                if not is_backup:
                    self.take_over(db, os.path.join(directory, "journal"))
                db.row_factory = sqlite3.Row
                self.read(db)
        finally:
            shutil.rmtree(copy)

    def prove(self, db):
        need(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok",
             "integrity_check")
        self.bounds(db)
        self.meta = dict(db.execute("SELECT key, value FROM meta"))
        need(self.meta["journal"] in ("new", "begun", "hosts"), "meta: journal %r",
             self.meta["journal"])

    def take_over(self, db, directory):
        if self.meta["journal"] == "hosts":
            return      # its lots are in a database
        if not os.path.exists(directory):
            need(self.meta["journal"] == "new", "there is no journal")
            return
        put_on = lots.PutOn(db, link, audit_link)
        for lot in lots.Journal(directory).behind(
                self.meta["lot"], self.meta["digest"]):
            put_on.lot(lot)
            self.taken_over += 1

    def read(self, db):
        self.rows = [dict(row) for row in db.execute(
            "SELECT * FROM account ORDER BY number")]
        self.numbers = {row["number"]: Account(row) for row in self.rows}
        self.ids = {a.number: a.id for a in self.numbers.values()}
        self.accounts = {a.id: a for a in self.numbers.values()}
        need(len(self.accounts) == len(self.rows), "an ID twice")
        self.chain = bytes(32)
        self.txids = {}
        self.reversed = set()
        self.newest = 0
        for row in db.execute("SELECT * FROM entry ORDER BY seq"):
            self.replay(dict(row))
        self.audits = [dict(row) for row in db.execute(
            "SELECT * FROM audit ORDER BY number")]
        self.prove_audits()
        self.settled = {(row["owner"], row["txid"].hex()) for row in
                        db.execute("SELECT owner, txid FROM settled")}
        rows = db.execute(
            "SELECT key, count, time FROM attempt UNION ALL "
            "SELECT key, count, time FROM stranger").fetchall()
        self.attempts = {row["key"]: row["count"] for row in rows}
        self.attempted = {row["key"]: row["time"] for row in rows}

    def prove_audits(self):
        chain = bytes(32)
        for i, row in enumerate(self.audits):
            need(row["number"] == i + 1, "audit record %d behind %d",
                 row["number"], i)
            chain = audit_link(chain, row)
            need(chain == row["chain"], "audit record %d: chain", i + 1)
            need(0 <= row["of"] <= i and row["seq"] <= len(self.entries),
                 "audit record %d: of %d, entry %d", i + 1, row["of"],
                 row["seq"])

    def bounds(self, db):
        """No ID has more rows of attempts than it may."""
        def most(sql):
            return db.execute(sql).fetchone()[0] or 0
        need(most("SELECT count(*) FROM attempt WHERE owner NOT IN "
                  "(SELECT number FROM account)") == 0,
             "an attempt without an account")
        rows = most("SELECT max(n) FROM (SELECT count(*) AS n FROM attempt "
                    "GROUP BY owner)")
        need(rows <= 17, "%d rows of attempts of an account", rows)
        rows = most("SELECT max(n) FROM (SELECT count(*) AS n FROM stranger "
                    "WHERE total <> x'' GROUP BY total)")
        need(rows <= 9, "%d rows of attempts of an ID", rows)
        rows = most("SELECT count(*) FROM stranger")
        need(rows <= 100000, "%d rows of IDs that nobody has", rows)

    def replay(self, row):
        seq = row["seq"]
        need(seq == len(self.entries) + 1, "seq %d after %d", seq,
             len(self.entries))
        need(row["amount"] > 0, "entry %d: amount %d", seq, row["amount"])
        need(row["time"] >= self.newest, "entry %d: time goes back", seq)
        self.newest = row["time"]
        sides = [("debit", -row["amount"]), ("credit", row["amount"])]
        for side, change in sides:
            account = self.numbers.get(row[side])
            need(account, "entry %d: no account %s", seq, row[side])
            need(row[side + "_previous"] == account.last_seq,
                 "entry %d: previous of %s is %d, not %d", seq, side,
                 row[side + "_previous"], account.last_seq)
            account.cents[row[side + "_account"]] += change
        for side, _ in sides:
            account = self.numbers[row[side]]
            account.last_seq = seq
            self.balances(seq, side, row, account)
        self.chain = link(self.chain, row, self.ids)
        need(self.chain == row["chain"], "entry %d: chain", seq)
        row["kind"] = KINDS[row["kind"]]
        self.check_names(row)
        self.entries.append(row)

    def balances(self, seq, side, row, account):
        told = [row[side + "_savings"], row[side + "_checking"]]
        need(told == account.cents, "entry %d: %s's balances %r, not %r",
             seq, account.id, told, account.cents)
        if account.is_customer():
            need(all(0 <= cents <= MAXIMUM for cents in told),
                 "entry %d: %s has %r", seq, account.id, told)

    def check_names(self, row):
        """txid, kind and the two accounts go together."""
        seq, kind = row["seq"], row["kind"]
        debit = self.numbers[row["debit"]]
        credit = self.numbers[row["credit"]]
        bank = {"transfer": None, "deposit": debit, "withdraw": credit,
                "reversal": debit}.get(kind)
        if kind == "adjust":
            need(":adjust" in (debit.id, credit.id), "entry %d", seq)
        elif kind == "cash":
            other, = {debit.id, credit.id} - {":cash/" + row["kiosk"]}
            need(other in (":safe", ":difference") and row["by"],
                 "entry %d: %s", seq, other)
        elif bank is not None:
            need(bank.id.startswith(":cash/"), "entry %d: %s", seq, bank.id)
        else:
            need(debit.is_customer() and credit.is_customer(),
                 "entry %d", seq)
            need(debit is not credit or
                 row["debit_account"] != row["credit_account"],
                 "entry %d: to itself", seq)
        if kind == "reversal":
            self.check_reversal(row)
        if row["txid"] is not None:
            owner = credit if kind in ("deposit", "reversal") else debit
            # Operators share their txids; a customer's reversal has a kiosk.
            if kind in ("adjust", "cash") or (
                    kind == "reversal" and not row["kiosk"]):
                key = "operators", row["txid"].hex()
            else:
                key = owner.id, row["txid"].hex()
            need(key not in self.txids, "entry %d: txid of entry %d", seq,
                 self.txids.get(key, 0))
            self.txids[key] = seq

    def check_reversal(self, row):
        seq, of = row["seq"], row["reverses"]
        need(of and 0 < of < seq and of not in self.reversed,
             "entry %d: reverses %s", seq, of)
        old = self.entries[of - 1]
        need(old["kind"] == "withdraw" and old["amount"] == row["amount"]
             and old["debit"] == row["credit"]
             and old["debit_account"] == row["credit_account"],
             "entry %d: is no reversal of %d", seq, of)
        self.reversed.add(of)

    def sum(self):
        return sum(sum(a.cents) for a in self.numbers.values())

    def entry_of(self, customer, txid):
        """The entry of a customer's txid, or None."""
        seq = self.txids.get((customer, txid))
        return self.entries[seq - 1] if seq else None

    def check_rows(self):
        """After a proper stop bank.db has all lots, and the rows of account
        are up to date."""
        need(self.taken_over == 0, "bank.db doesn't have %d lots",
             self.taken_over)
        for row in self.rows:
            account = self.numbers[row["number"]]
            told = [row["savings"], row["checking"]], row["last_seq"]
            need(told == (account.cents, account.last_seq),
                 "account %s: %r in its row, %r by its entries",
                 account.id, told, (account.cents, account.last_seq))

    def check_files(self, directory):
        """Both files equal the truth, line by line."""
        lines = {}
        for name, width in (("balance", 80), ("password", 192)):
            with open(os.path.join(directory, name), "rb") as f:
                data = f.read()
            need(len(data) % width == 0, "%s: %d bytes", name, len(data))
            lines[name] = []
            for start in range(0, len(data), width):
                line = data[start:start + width]
                need(re.fullmatch(rb"[^\n]* *\n", line),
                     "%s: line %r", name, line)
                lines[name].append(line.decode().split())
        customers = [row for row in self.rows if row["line"] >= 0]
        need(sorted(row["line"] for row in customers)
             == list(range(len(customers))), "lines of accounts")
        need(len(lines["balance"]) == len(customers),
             "balance: %d lines for %d customers", len(lines["balance"]),
             len(customers))
        for row in customers:
            expected = [] if row["closed"] else [row["id"]] + [
                money(cents) for cents in self.numbers[row["number"]].cents]
            need(lines["balance"][row["line"]] == expected,
                 "balance line %d: %r, not %r", row["line"] + 1,
                 lines["balance"][row["line"]], expected)
            self.check_password(row, lines["password"])

    @staticmethod
    def check_password(row, lines):
        line = lines[row["line"]] if row["line"] < len(lines) else []
        if row["closed"] or not row["hash"]:
            need(len(line) < 2, "password line of %s: %r", row["id"], line)
        else:
            need(line == [row["id"], row["hash"]],
                 "password line of %s differs", row["id"])


def money(cents):
    """As `balance` has it: 10000, and 9899.50 where there are cents."""
    text = "%d.%02d" % divmod(cents, 100)
    return text[:-3] if text.endswith(".00") else text


def check_directory(directory, stopped=True):
    """Raises Wrong where the books are not right; the Books."""
    books = Books(directory)
    need(books.sum() == 0, "the sum is %d", books.sum())
    if stopped:
        books.check_rows()
    books.check_files(directory)
    return books


def check(bank, stopped=True):
    if bank.lends and not stopped:
        # A reader has bank.db take all lots; what fails may fail there.
        wait_for("a reader", lambda: bank.ctl(
            "accounts", check=False).returncode == 0)
    return check_directory(bank.path("var"), stopped)


def check_entries(bank):
    """The entries of a stopped bank whose files a test has edited."""
    return Books(bank.path("var")).entries


if __name__ == "__main__":
    check_directory(sys.argv[1], stopped=False)
