# SPDX-License-Identifier: ISC
"""What clients were told, held against the order that the books give: every
answer must be one that a bank could have given that does one thing at a time.

Each event has a time at which it was first asked for and one at which it was
told.  The books number the transactions; an event's place is the number of
the newest transaction that it has seen.  A transaction's place is its own
number; that of a read is the lowest number, at or above all places that were
told before it was asked for, whose state it shows.  It is wrong where there
is none below the first transaction that was asked for after it was told.  The
lowest number always does if any does, so this finds every wrong history.
"""

import bisect
import collections
import heapq
import time

from .lots import Wrong, need

DAY_MS = 86400000

# kind: login, done, poor (402), balances, entries, used (of the day), notice
Event = collections.namedtuple(
    "Event", "kind session customer asked told value")


def login(session, customer, times):
    """What it sees is no older than what anybody was told before it."""
    return Event("login", session, customer, *times, None)


def done(session, customer, times, txid, balances):
    """times: (asked, told); balances: savings and checking after it, cents."""
    return Event("done", session, customer, *times, (txid, balances))


def poor(session, customer, times, account, amount):
    """Refused for lack of funds: account 0 or 1, amount in cents."""
    return Event("poor", session, customer, *times, (account, amount))


def balances(session, customer, times, cents):
    return Event("balances", session, customer, *times, tuple(cents))


def entries(session, customer, times, count, lines):
    """The newest `count`, each line as HISTORY has it, without `entry`."""
    return Event("entries", session, customer, *times, (count, tuple(lines)))


def used(session, customer, times, transfers, withdrawals):
    """What DETAILS said was used of the day's limits, cents."""
    return Event("used", session, customer, *times, (transfers, withdrawals))


def notice(session, customer, told, seq, amount, sender):
    return Event("notice", session, customer, told, told,
                 (seq, amount, sender))


def money(cents):
    return "%s%d.%02d" % (("-" if cents < 0 else "",) + divmod(abs(cents), 100))


class States:
    """One customer's, one after each transaction that touched it."""

    def __init__(self):
        self.seqs = [0]         # from which number on it is so
        self.cents = [(0, 0)]
        self.lines = [()]       # that the transaction adds to a statement
        self.day = [(0, 0, 0)]  # day, transfers, withdrawals of it

    def add(self, entry, number, ids):
        side = "credit" if entry["credit"] == number else "debit"
        self.seqs.append(entry["seq"])
        self.cents.append((entry[side + "_savings"],
                           entry[side + "_checking"]))
        self.lines.append(tuple(lines_of(entry, number, ids)))
        day = entry["time"] // DAY_MS
        last, transfers, withdrawals = self.day[-1]
        if last != day:
            transfers = withdrawals = 0
        if entry["debit"] == number != entry["credit"]:
            transfers += entry["amount"] * (entry["kind"] == "transfer")
            withdrawals += entry["amount"] * (entry["kind"] == "withdraw")
        self.day.append((day, transfers, withdrawals))

    def at(self, place):
        """The index of the state that holds at a place."""
        return bisect.bisect_right(self.seqs, place) - 1

    def newest(self, index, count):
        """The lines of the newest `count` transactions."""
        found = []
        while index > 0 and count > 0:
            found += self.lines[index]
            index, count = index - 1, count - 1
        return tuple(found)


def lines_of(entry, number, ids):
    """A statement's lines for it: debit first."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(entry["time"] // 1000))
    for side, other, sign in (("debit", "credit", -1), ("credit", "debit", 1)):
        if entry[side] != number:
            continue
        which = entry[side + "_account"]
        yield "%d %s %s %d %s %s %s" % (
            entry["seq"], when, entry["kind"], which + 1,
            money(sign * entry["amount"]),
            money(entry[side + ("_checking" if which else "_savings")]),
            ids[entry[other]] if entry["kind"] == "transfer" else "-")


class Checker:
    def __init__(self, events, books, linear=True):
        self.books, self.linear = books, linear
        self.events = sorted(events, key=lambda e: (e.asked, e.told))
        self.states = collections.defaultdict(States)
        for entry in books.entries:
            for number in {entry["debit"], entry["credit"]}:
                self.states[books.ids[number]].add(entry, number, books.ids)
        self.counts = collections.Counter()
        self.floors = collections.Counter()     # of a session; None: of all
        self.known = set()      # (session, seq) of notices
        self.ceilings()

    def ceilings(self):
        """For each time, the first transaction that was asked for later."""
        asked = {}
        for event in self.events:
            if event.kind == "done":
                seq = self.seq_of(event)
                asked[seq] = min(event.asked, asked.get(seq, event.asked))
        self.asked = asked
        pairs = sorted((when, seq) for seq, when in asked.items())
        self.times = [when for when, _ in pairs]
        self.first = [0] * (len(pairs) + 1)
        self.first[-1] = len(self.books.entries) + 1
        for i in range(len(pairs) - 1, -1, -1):
            self.first[i] = min(pairs[i][1], self.first[i + 1])

    def seq_of(self, event):
        txid, _ = event.value
        seq = self.books.txids.get((event.customer, txid))
        need(seq, "%s: told 200 for %s, which is in no entry", event.customer,
             txid)
        return seq

    def check(self):
        """Raises Wrong; returns how many of each kind were looked at."""
        told = []       # (when, number, session, place, it moved money)
        for number, event in enumerate(self.events):
            while told and told[0][0] < event.asked:
                _, _, session, place, moved = heapq.heappop(told)
                self.raise_floors(session, place, moved)
            place = getattr(self, event.kind)(event, self.floor(event))
            heapq.heappush(told, (event.told, number, event.session, place,
                                  event.kind == "done"))
            self.counts[event.kind] += 1
        return dict(self.counts)

    def raise_floors(self, session, place, moved):
        keys = [session] + ([None] if self.linear or moved else [])
        for key in keys:
            self.floors[key] = max(self.floors[key], place)

    def floor(self, event):
        """Of hosts, a read is behind what others were told, a moment long."""
        own = self.floors[event.session]
        if self.linear or event.kind in ("login", "done"):
            return max(own, self.floors[None])
        return own

    @staticmethod
    def login(_, floor):
        return floor

    def done(self, event, floor):
        seq = self.seq_of(event)
        need(seq > floor, "%s: entry %d was asked for after number %d was "
             "told", event.customer, seq, floor)
        states = self.states[event.customer]
        _, cents = event.value
        need(cents is None or states.cents[states.at(seq)] == cents,
             "%s: told %s after entry %d", event.customer, cents, seq)
        return seq

    def place(self, event, floor, fits):
        """The lowest that fits, or Wrong."""
        states = self.states[event.customer]
        end = self.first[bisect.bisect_right(self.times, event.told)]
        index = states.at(floor)
        while index < len(states.seqs) and states.seqs[index] < end:
            if fits(states, index):
                return max(floor, states.seqs[index])
            index += 1
        raise Wrong("%s, session %s: %s %s is no state from %d to %d" % (
            event.customer, event.session, event.kind, event.value, floor,
            end - 1))

    def balances(self, event, floor):
        return self.place(event, floor, lambda states, index:
                          states.cents[index] == event.value)

    def poor(self, event, floor):
        account, amount = event.value
        return self.place(event, floor, lambda states, index:
                          states.cents[index][account] < amount)

    def entries(self, event, floor):
        count, lines = event.value
        return self.place(event, floor, lambda states, index:
                          states.newest(index, count) == lines)

    def used(self, event, floor):
        """A day that has ended meanwhile has used nothing."""
        return self.place(event, floor, lambda states, index:
                          event.value in (states.day[index][1:], (0, 0)))

    def notice(self, event, floor):
        seq, amount, sender = event.value
        need(0 < seq <= len(self.books.entries), "a notice of entry %d", seq)
        entry = self.books.entries[seq - 1]
        ids = self.books.ids
        need((ids[entry["credit"]], entry["amount"]) == (
            event.customer, amount) and sender in (ids[entry["debit"]], "-"),
             "%s: notice %s isn't entry %d", event.customer, event.value, seq)
        need((event.session, seq) not in self.known,
             "%s: two notices of entry %d", event.customer, seq)
        self.known.add((event.session, seq))
        need(self.asked.get(seq, event.told) <= event.told,
             "%s: a notice of entry %d before it was asked for",
             event.customer, seq)
        return seq


def check(events, books, linear=True):
    """linear: all that was told was told by one host."""
    return Checker(events, books, linear).check()
