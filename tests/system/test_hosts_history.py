# SPDX-License-Identifier: ISC
"""What customers of two hosts saw, reads included, is a history that the
books' order explains (lib/history.py), through the kill of a host."""

import random
import threading
import time
import unittest

from lib import atm, bank, history, hosts, model, postgres
from lib.case import SUCCESS

LOST = (atm.Closed, atm.Refused, atm.TimedOut, OSError)
TOO_MUCH = 5000000      # cents; more than anybody has


def cents_of(reply):
    return tuple(round(float(reply[name]) * 100)
                 for name in ("savings", "checking"))


class Customer(threading.Thread):
    """Goes from host to host, moves money and looks, and forgets nothing."""

    def __init__(self, of, name, others, seed, rounds):
        super().__init__(name=name, daemon=True)
        self.all, self.others = of, others
        self.chance = random.Random("%s/%s" % (seed, name))
        self.rounds, self.events, self.sessions = rounds, [], 0
        self.atm = self.label = self.error = None

    def run(self):
        try:
            for _ in range(self.rounds):
                self.once()
        except Exception as error:   # pylint: disable=broad-except
            self.error = error

    def once(self):
        try:
            if self.atm is None or self.chance.random() < 0.2:
                self.log_in()
            self.chance.choice((self.pay, self.pay, self.look,
                                self.statement))()
        except LOST:
            self.atm = None

    def log_in(self):
        """A login is a lot: it sees all before it, at whichever host."""
        if self.atm is not None:
            self.atm.close()
        asked, host = time.monotonic(), self.chance.choice(self.all)
        self.atm = host.atm_when_served()
        reply = self.atm.login(self.name, bank.DEMO[self.name])
        if reply.code != 200:
            raise bank.Failed("login of %s: %s" % (self.name, reply.said()))
        self.sessions += 1
        self.label = "%s/%d" % (self.name, self.sessions)
        self.events.append(history.login(
            self.label, self.name, (asked, time.monotonic())))

    def pay(self):
        """What became of it is asked at any host, where the link is lost."""
        amount = TOO_MUCH if self.chance.random() < 0.1 else \
            self.chance.randint(1, 900)
        txid, asked = self.atm.txid(), time.monotonic()
        words = "1 %s 1 %s %d.%02d" % (
            (txid, self.chance.choice(self.others)) + divmod(amount, 100))
        try:
            reply = self.atm.request(words)
        except LOST:
            reply = self.settle(txid)
        times = asked, time.monotonic()
        if reply.said() == SUCCESS:
            self.events.append(history.done(
                self.label, self.name, times, txid, cents_of(reply)))
        elif reply.code == 402:
            self.events.append(history.poor(
                self.label, self.name, times, 0, amount))
        elif reply.code != 404:
            raise bank.Failed("%s: %s" % (words, reply.said()))

    def settle(self, txid):
        while True:
            try:
                self.log_in()
                return self.atm.outcome(txid)
            except LOST:
                self.atm = None

    def look(self):
        asked = time.monotonic()
        reply = self.atm.request("2")
        self.events.append(history.balances(
            self.label, self.name, (asked, time.monotonic()),
            cents_of(reply)))

    def statement(self):
        asked, count = time.monotonic(), self.chance.randint(1, 8)
        reply = self.atm.request("HISTORY %d" % count)
        self.events.append(history.entries(
            self.label, self.name, (asked, time.monotonic()), count,
            reply.all("entry")))


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class Histories(unittest.TestCase):
    def test_the_order_of_the_books_explains_what_was_seen(self):
        seed = random.randrange(2 ** 32)
        print("# seed %d" % seed)
        served = hosts.Hosts(2, limits_rate="0")
        self.addCleanup(served.__exit__, None, None, None)
        names = ("chris", "fey", "joe")
        customers = [Customer(served.all, name, [n for n in names
                                                 if n != name], seed, 40)
                     for name in names]
        for customer in customers:
            customer.start()
        bank.wait_for("half of it", lambda: sum(
            len(customer.events) for customer in customers) > 50, 60)
        served[1].kill()
        served[1].start()
        for customer in customers:
            customer.join()
            if customer.error:
                raise customer.error
            if customer.atm is not None:
                customer.atm.close()
        served.stop()
        events = [event for customer in customers
                  for event in customer.events]
        for host in served.all:
            counts = history.check(events, model.check(host), linear=False)
        print("# %s" % counts)
        for kind in ("done", "poor", "balances", "entries", "login"):
            self.assertGreater(counts[kind], 0, kind)


if __name__ == "__main__":
    unittest.main()
