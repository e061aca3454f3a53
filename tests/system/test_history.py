# SPDX-License-Identifier: ISC
"""The checker of histories: what is right passes, and each planted violation
is found."""

import types
import unittest

from lib import history
from lib.lots import Wrong

NOON = 1700000000000 // 86400000 * 86400000 + 43200000
IDS = {1: "a", 2: "b", 3: ":cash/k"}


def books():
    """b has 50.00; a gets 100.00, pays b 30.00, then 20.00, then b pays a
    10.00: entries 1 to 5, txids t1 to t5."""
    found = types.SimpleNamespace(entries=[], txids={}, ids=IDS)
    cents = {1: [0, 0], 2: [0, 0], 3: [0, 0]}
    for seq, (kind, debit, credit, amount) in enumerate((
            ("deposit", 3, 2, 5000), ("deposit", 3, 1, 10000),
            ("transfer", 1, 2, 3000), ("transfer", 1, 2, 2000),
            ("transfer", 2, 1, 1000)), 1):
        cents[debit][0] -= amount
        cents[credit][0] += amount
        entry = {"seq": seq, "kind": kind, "amount": amount,
                 "time": NOON + seq, "debit": debit, "credit": credit}
        for side, number in (("debit", debit), ("credit", credit)):
            entry[side + "_account"] = 0
            entry[side + "_savings"] = cents[number][0]
            entry[side + "_checking"] = cents[number][1]
        found.entries.append(entry)
        owner = IDS[credit if kind == "deposit" else debit]
        found.txids[owner, "t%d" % seq] = seq
    return found


def a_done(seq, asked, told, cents=None):
    owner = {1: "b", 5: "b"}.get(seq, "a")
    return history.done(owner + "1", owner, (asked, told), "t%d" % seq, cents)


def read(asked, told, savings, session="a1"):
    return history.balances(session, "a", (asked, told), (savings, 0))


GOOD = [
    a_done(1, 0, 1, (5000, 0)), a_done(2, 2, 3, (10000, 0)),
    read(4, 5, 10000), a_done(3, 6, 9, (7000, 0)),
    read(7, 8, 7000, "a2"), a_done(4, 10, 13, (5000, 0)),
    a_done(5, 11, 14), read(15, 16, 6000),
    history.notice("b1", "b", 8, 3, 3000, "a"),
]


class Good(unittest.TestCase):
    def check(self, *more, linear=True):
        return history.check(GOOD + list(more), books(), linear)

    def test_all(self):
        self.assertEqual(self.check(), {"done": 5, "balances": 3, "notice": 1})

    def test_a_read_beside_a_transfer_sees_it_or_not(self):
        self.check(read(10.1, 10.2, 7000, "a3"))
        self.check(read(10.1, 10.2, 5000, "a3"))
        self.check(read(12, 12.1, 6000, "a3"))

    def test_a_refusal_while_there_was_too_little(self):
        self.check(history.poor("a3", "a", (12, 13), 0, 5001))

    def test_a_statement(self):
        lines = history.lines_of(books().entries[2], 1, IDS)
        self.check(history.entries("a3", "a", (7, 9.5), 1, lines))

    def test_what_is_used_of_the_day(self):
        self.check(history.used("a3", "a", (15, 16), 5000, 0))

    def test_another_host_may_be_behind(self):
        self.check(read(15, 16, 5000, "a3"), linear=False)


class Planted(unittest.TestCase):
    def wrong(self, *events, instead_of=None, linear=True, says=""):
        kept = [e for e in GOOD if e is not instead_of]
        with self.assertRaisesRegex(Wrong, says):
            history.check(kept + list(events), books(), linear)

    def test_told_and_in_no_entry(self):
        self.wrong(history.done("a1", "a", (20, 21), "t9", None),
                   says="in no entry")

    def test_told_then_not_read(self):
        self.wrong(read(9.5, 9.6, 10000, "a3"), says="no state from 3")

    def test_read_before_it_was_asked_for(self):
        self.wrong(read(5.1, 5.2, 7000, "a3"), says="no state")

    def test_read_of_what_was_undone(self):
        self.wrong(read(10.1, 10.2, 4000, "a3"), says="no state")

    def test_a_session_goes_back(self):
        later = read(10.2, 10.3, 5000, "a3"), read(10.4, 10.5, 7000, "a3")
        self.wrong(*later)
        self.wrong(*later, linear=False)

    def test_a_login_sees_what_was_told_at_another_host(self):
        self.wrong(history.login("a9", "a", (15, 16)),
                   read(16.1, 16.2, 5000, "a9"), linear=False)

    def test_another_session_goes_back(self):
        self.wrong(read(10.2, 10.3, 5000, "a3"),
                   read(10.4, 10.5, 7000, "a4"))

    def test_transactions_out_of_order(self):
        """b's first was told before a's first was asked for; here a's is
        asked for and told before b's."""
        self.wrong(a_done(1, 3.5, 3.6), instead_of=GOOD[0],
                   says="was asked for after")
        self.wrong(a_done(1, 3.5, 3.6), instead_of=GOOD[0], linear=False)

    def test_balances_after_it(self):
        self.wrong(a_done(3, 6, 9, (6900, 0)), instead_of=GOOD[3],
                   says="after entry 3")

    def test_refused_though_there_was_enough(self):
        self.wrong(history.poor("a3", "a", (12, 13), 0, 5000))

    def test_a_statement_without_its_newest(self):
        lines = history.lines_of(books().entries[1], 1, IDS)
        self.wrong(history.entries("a3", "a", (9.5, 9.6), 1, lines))

    def test_a_statement_with_another_balance(self):
        lines = [line.replace("70.00", "71.00") for line in
                 history.lines_of(books().entries[2], 1, IDS)]
        self.wrong(history.entries("a3", "a", (9.5, 9.6), 1, lines))

    def test_used_of_the_day_goes_back(self):
        self.wrong(history.used("a3", "a", (15, 16), 3000, 0))

    def test_a_notice_twice(self):
        self.wrong(GOOD[-1], says="two notices")

    def test_a_notice_of_another_amount(self):
        self.wrong(history.notice("b1", "b", 15, 4, 2001, "a"),
                   says="isn't entry 4")

    def test_a_notice_of_another_customers(self):
        self.wrong(history.notice("a1", "a", 15, 4, 2000, "a"),
                   says="isn't entry 4")

    def test_a_notice_too_early(self):
        self.wrong(history.notice("b2", "b", 5, 3, 3000, "a"),
                   says="before it was asked for")

    def test_a_notice_then_not_read(self):
        self.wrong(
            history.notice("a3", "a", 12, 5, 1000, "b"),
            history.balances("a3", "a", (12.1, 12.2), (5000, 0)))


if __name__ == "__main__":
    unittest.main()
