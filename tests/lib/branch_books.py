# SPDX-License-Identifier: ISC
"""The books of a branch as its own clerk would keep them: what people did and
were told, put down in the order in which it happened.  It shares nothing with
the bank, and asks it nothing (system/branch compares)."""

import collections
from decimal import Decimal

ACCOUNTS = {1: "savings", 2: "checking"}
Entry = collections.namedtuple(
    "Entry", "seq kind source source_account to to_account amount kiosk "
    "reverses memo by reason")
Audit = collections.namedtuple(
    "Audit", "number by verb about detail reason entry of")


class Books:
    def __init__(self):
        self.entries, self.audits = [], []
        self.balances = collections.defaultdict(Decimal)
        self.answers = collections.Counter()    # (verb, code)
        self.counts = {}            # kiosk: (counted, difference)
        self.since = {}             # kiosk: entries that a count has seen

    def open(self, customer, savings, checking):
        """One whose balances stood in a file before the first start."""
        for account, amount in ((1, savings), (2, checking)):
            if amount:
                self.book("adjust", (":adjust", 1), (customer, account),
                          amount)

    def book(self, kind, source, to, amount, kiosk="", reverses="", memo="",
             by="", reason=""):
        """The number of the entry."""
        amount = Decimal(amount)
        seq = str(len(self.entries) + 1)
        self.entries.append(Entry(
            seq, kind, source[0], ACCOUNTS[source[1]], to[0], ACCOUNTS[to[1]],
            amount, kiosk, reverses, memo, by, reason))
        self.balances[source] -= amount
        self.balances[to] += amount
        return seq

    def note(self, by, verb, about="-", detail="-", reason="-", entry="-",
             of="-"):
        """The number of the record."""
        number = str(len(self.audits) + 1)
        self.audits.append(Audit(
            number, by, verb, about, detail, reason, entry, of))
        return number

    def held(self, kiosk):
        """What should be in a machine."""
        return -self.balances[":cash/" + kiosk, 1]

    def has(self, customer, account):
        return self.balances[customer, account]

    # What the reports should say

    def own(self):
        return {name for name, _ in self.balances if name.startswith(":")}

    def day(self):
        """{account: (opening, {kind: [entries, in, out]}, closing)} of a bank
        whose first day it is.  The bank's own have the other sign."""
        lines = {name: [{}, Decimal(0)]
                 for name in self.own() | {"bank", ":cash"}}

        def add(name, kind, came, went):
            sums = lines[name][0].setdefault(kind, [0, Decimal(0), Decimal(0)])
            sums[0] += 1
            sums[1] += came
            sums[2] += went
            lines[name][1] += came - went

        for entry in self.entries:
            own = {side: side.startswith(":")
                   for side in (entry.source, entry.to)}
            if not all(own.values()):
                add("bank", entry.kind, 0 if own[entry.to] else entry.amount,
                    0 if own[entry.source] else entry.amount)
            for side, came, went in ((entry.source, entry.amount, 0),
                                     (entry.to, 0, entry.amount)):
                if own[side]:
                    add(side, entry.kind, came, went)
                if side.startswith(":cash/"):
                    add(":cash", entry.kind, came, went)
        return {name: (Decimal(0), kinds, closing)
                for name, (kinds, closing) in lines.items()}

    def count(self, kiosk, counted):
        """Before its entry: (what was counted, the difference)."""
        return self.count_of_then(kiosk, counted, counted - self.held(kiosk),
                                  len(self.entries))

    def count_of_then(self, kiosk, counted, difference, seen):
        """One that counts as of the first `seen` entries."""
        self.counts[kiosk] = counted, difference
        self.since[kiosk] = seen
        return self.counts[kiosk]

    def cash(self, kiosk):
        """What `bankctl cash` should say of a machine."""
        loaded = taken = given = Decimal(0)
        account = ":cash/" + kiosk
        for entry in self.entries[self.since[kiosk]:]:
            if account not in (entry.source, entry.to) or \
                    ":difference" in (entry.source, entry.to):
                continue
            if entry.kind == "cash":
                loaded += entry.amount if entry.source == account \
                    else -entry.amount
            elif entry.kind == "deposit":
                taken += entry.amount
            else:
                given += entry.amount if entry.kind == "withdraw" \
                    else -entry.amount
        counted, difference = self.counts[kiosk]
        return {"loaded": loaded, "taken-in": taken, "handed-out": given,
                "expected": self.held(kiosk), "counted": counted,
                "difference": difference}

    def figures(self, first):
        """{metric: {labels: value}} of the entries from number `first` on, as
        the board's queries have them."""
        found = collections.defaultdict(collections.Counter)
        for entry in self.entries[first - 1:]:
            kind, kiosk = (("kind", entry.kind),), (("kiosk", entry.kiosk),)
            found["bankd_entries_booked_total"][kind] += 1
            found["bankd_entries_amount_total"][kind] += entry.amount
            if not entry.kiosk or entry.kind == "cash":
                continue
            found["bankd_kiosk_entries_total"][kiosk] += 1
            found["bankd_kiosk_cash_in_total"][kiosk] += \
                entry.amount * entry.source.startswith(":cash/")
            found["bankd_kiosk_cash_out_total"][kiosk] += \
                entry.amount * entry.to.startswith(":cash/")
        for (verb, code), count in self.answers.items():
            found["bankd_answers_total"][
                ("verb", verb), ("code", str(code))] += count
        return found
