# SPDX-License-Identifier: ISC
"""Banks of any number of customers in directories of their own, started as
installed, and the check of their money."""

import collections
import contextlib
import json
import os
import sqlite3
import time

from lib import bank as lib
from programs import Trouble, call, load

CENTS = 100000000       # in each of a customer's two balances, at the start
PASSWORD = "1234"
START_LIMIT_S = 120


def balances(path):
    """(id, (savings, checking)) in cents for each line of var/balance."""
    def cents(text):
        whole, _, rest = text.partition(".")
        return int(whole) * 100 + int(rest.ljust(2, "0"))

    with open(path) as f:
        for line in f:
            words = line.split()
            if words:
                yield words[0], (cents(words[1]), cents(words[2]))


class Bank:
    """`customers` of them with the ids c0000000 up, all with one password.
    `cost` is yescrypt's for it, 0 the default; 1 makes many logins cheap
    where they aren't what is measured.  `like`: a bank to begin as a copy
    of, which is stopped for it; sooner than learning a million customers."""

    def __init__(self, settings, customers, cost=1, name=None, like=None):
        self.settings, self.customers, self.cost = settings, customers, cost
        self.name = name or "bank-%d" % customers
        self.directory = settings.path(self.name)
        self.process = None
        self.acknowledged = self.unanswered = 0
        if like is None:
            self.make()
        else:
            like.stop()
            call(["cp", "-a", like.directory, self.directory], 120)
        self.process = lib.Bank(
            start=False, directory=self.directory,
            login_hash_cost=self.cost, limits_rate=0)
        self.start()
        self.base = self.last_seq()

    def make(self):
        os.mkdir(self.directory)
        lib.init(self.directory, demo=False)
        hashed = call([self.settings.program("probe"), "password", self.cost,
                       PASSWORD], 30).strip()
        units = CENTS // 100
        for file, rest in (("password", hashed),
                           ("balance", "%d %d" % (units, units))):
            with open(self.file(file), "w") as f:
                f.writelines("c%07d %s\n" % (i, rest)
                             for i in range(self.customers))
        os.chmod(self.file("password"), 0o600)

    def file(self, name):
        return os.path.join(self.directory, "var", name)

    @property
    def etc(self):
        return os.path.join(self.directory, "etc")

    def start(self):
        """Seconds until it serves."""
        begun = time.monotonic()
        self.process.said = ""
        self.process.start(START_LIMIT_S)
        took = time.monotonic() - begun
        self.pids = [("front", self.process.front()),
                     ("vault", self.process.vault())]
        return took

    def up(self):
        if not self.process.running():
            self.start()
        return self

    def stop(self):
        if self.process.running():
            self.process.stop(START_LIMIT_S)

    def kill(self):
        """All three at once."""
        family = self.process.family()
        for pid in [self.process.process.pid] + family:
            lib.kill(pid)
        self.process.ended(30)
        lib.wait_for("the vault to leave its state", self.process.is_left)

    def commits(self):
        """(commits, microseconds that they took, transactions) so far."""
        facts = json.loads(lib.bankctl(
            self.directory, "-j", "status").stdout)[0]
        return [facts["vault-" + name] for name in (
            "commits", "commit-total-us", "carried-out")]

    def measure(self, *groups, **more):
        """The load generator on it: a dict for each group; with how many
        transactions went into a commit, and how long that took."""
        self.up()
        before = self.commits()
        found = load(
            self.settings, os.path.join(self.etc, "bank.crt"),
            self.process.port, groups, self.customers, processes=self.pids,
            **more)
        commits, took_us, moved = (
            now - then for now, then in zip(self.commits(), before))
        found[0]["commit"] = {"transfers": moved / max(1, commits),
                              "us": took_us / max(1, commits)}
        for group in found:
            self.acknowledged += group["acknowledged"]
            self.unanswered += group["unanswered"]
            if group["errors"]:
                raise Trouble("%s: %d errors of %d requests: %s" % (
                    group["case"], group["errors"], group["requests"],
                    group["codes"]))
        return found

    def database(self):
        return contextlib.closing(sqlite3.connect(
            "file:%s?mode=ro" % self.file("bank.db"), uri=True, timeout=30))

    def last_seq(self):
        with self.database() as db:
            return db.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0

    def read_rows(self):
        """Every value of the customers' rows, by SQLite alone."""
        with self.database() as db:
            names = [row[1] for row in db.execute(
                "PRAGMA table_info(account)")]
            db.execute("SELECT %s FROM account" % ", ".join(
                "max(%s)" % name for name in names)).fetchone()

    def read_lines(self):
        for name in ("password", "balance"):
            with open(self.file(name), "rb") as f:
                collections.deque(f, 0)

    def replay(self):
        """var/balance, made from nothing but the entries."""
        cents = {}
        with self.database() as db:
            for amount, *sides in db.execute(
                    "SELECT amount, debit, debit_account, credit, "
                    "credit_account FROM entry"):
                debit, credit = tuple(sides[:2]), tuple(sides[2:])
                cents[debit] = cents.get(debit, 0) - amount
                cents[credit] = cents.get(credit, 0) + amount
            names = dict(db.execute(
                "SELECT id, number FROM account WHERE line >= 0"))
        for name, both in balances(self.file("balance")):
            for account in 0, 1:
                if cents.get((names[name], account), 0) != both[account]:
                    raise Trouble("%s: %s in the file, %s by its entries" % (
                        name, both, cents.get((names[name], account), 0)))

    def size(self):
        """Bytes that the state's files take on the disk."""
        return sum(os.stat(self.file(name)).st_blocks * 512
                   for name in os.listdir(os.path.dirname(self.file("x")))
                   if name != "reserve")

    def entry_sizes(self):
        """Bytes of an entry: its row, its txid, and what their pages take
        beside these."""
        with self.database() as db:
            count = db.execute("SELECT count(*) FROM entry").fetchone()[0]
            (row, page), (txid, more) = (db.execute(
                "SELECT sum(payload), sum(pgsize) FROM dbstat WHERE name = ?",
                (name,)).fetchone() for name in ("entry", "entry_txid"))
        return tuple(size / count for size in (
            row, txid, page - row + more - txid))

    def fill(self, entries):
        """Transfers by the store's own calls, the bank being stopped."""
        call([self.settings.program("fill"), os.path.dirname(self.file("x")),
              entries, self.customers], 400)
        self.acknowledged += entries

    def check(self, prove=True):
        """Stops it.  No cent came or went, what was acknowledged is there,
        once; to prove it, every balance follows from the entries, by a sum
        of ours and by the bank's own proof.  Else Trouble."""
        self.stop()
        total = customers = 0
        for _, both in balances(self.file("balance")):
            total, customers = total + sum(both), customers + 1
        if (total, customers) != (2 * CENTS * self.customers, self.customers):
            raise Trouble("money: %d cents of %d customers, not %d of %d" % (
                total, customers, 2 * CENTS * self.customers, self.customers))
        moved = self.last_seq() - self.base
        if not self.acknowledged <= moved <= (
                self.acknowledged + self.unanswered):
            raise Trouble("entries: %d, but %d acknowledged and %d unknown" % (
                moved, self.acknowledged, self.unanswered))
        if prove:
            self.replay()
            lib.bankctl(self.directory, "verify")
        return "%d transfers, no cent lost" % moved

    def close(self):
        self.process.close()
