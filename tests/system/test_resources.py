# SPDX-License-Identifier: ISC
"""What one customer asks for without end leaves others their turn; the page of
the tests has what each thing costs."""

import os
import re
import signal
import unittest

from lib import bank, resources
from lib.case import SUCCESS, BankCase

QUEUED = 300        # of one customer's, when another's request comes
AHEAD = 30          # so many of them may be before it
README = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "README.md")


class Turns(BankCase):
    options = {"limits_rate": "0"}

    def ahead(self, texts):
        """How many transfers of a customer's were booked before another's,
        which came when all of them were already waiting."""
        greedy, other = self.bank.session("chris"), self.bank.session("fey")
        mine = other.txid()
        front = self.bank.front()
        bank.freeze(front)
        try:
            for text in texts:
                greedy.send(text.replace("@", greedy.txid()))
            other.send("1 %s 1 joe 0.01" % mine)
        finally:
            os.kill(front, signal.SIGCONT)
        self.assertEqual(other.receive().said(), SUCCESS)
        for _ in texts:
            self.assertEqual(greedy.receive().code, 200)
        order = sorted((int(entry["seq"]), entry["txid"]) for entry in
                       self.bank.ctl_json("journal", "--limit", "1000"))
        newest = [txid for _, txid in order[-len(texts) - 1:]]
        return newest.index(mine)

    def test_transfers(self):
        self.assertLessEqual(
            self.ahead(["1 @ 1 joe 0.01"] * QUEUED), AHEAD)

    def test_statements_between(self):
        self.assertLessEqual(self.ahead(
            ["HISTORY 50", "1 @ 1 joe 0.01"] * (QUEUED // 2)), AHEAD)


class Costs(unittest.TestCase):
    def test_the_page_has_them(self):
        with open(README) as f:
            table = f.read().partition("<!-- resources: begin -->")[2]
        rows = re.findall(r"(?m)^\| (\w+) \| (.*?) \| (.*?) \| [\d,]+ \|$",
                          table.partition("<!-- resources: end -->")[0])
        self.assertEqual(
            rows, [thing[:3] for thing in resources.THINGS])

    def test_they_are_measured(self):
        with bank.Bank(process_busy_poll="0") as served:
            for who, what, _, make in resources.THINGS:
                cost = resources.cost_us(served, make(served), seconds=0)
                self.assertGreater(cost, 0, what)
                served.let_go()


if __name__ == "__main__":
    unittest.main()
