# SPDX-License-Identifier: ISC
"""One answer to every refused login, in bytes, record lengths and time; and
no more guesses than configured, however they are made."""

import math
import os
import random
import statistics
import threading
import time
import unittest

from lib import bank, patience, wire
from lib.atm import Atm, Closed, Refused, TimedOut
from lib.case import CORRECT, FREE, REFUSED, BankCase
from lib.proxy import PASS, Proxy

LOST = (Closed, Refused, TimedOut, OSError)
SAMPLES = int(os.environ.get("SAMPLES", 300))
COST = os.environ.get("HASH_COST", "1")     # 0: as installed
ROUNDS = 3
A_BLOCK = 900
A_LINK = 50     # a link that isn't logged in ends after 300 s
BLOCKS = 1 + ROUNDS * SAMPLES // A_BLOCK


def causes(atm, block=0):
    """What each refused login is made of; all parts fit atm's link.  An ID
    fails 1,000 times at most: each block has its own."""
    k = os.urandom(32)
    one, other = "p%d" % (2 * block + 1), "p%d" % (2 * block + 2)
    return {
        "wrong password": dict(text=one + "\nwrong!"),
        "unknown id": dict(text="z%d\ncanary-p1!" % block),
        "hash of another system": dict(text="q%d\nwrong!" % block),
        "locked by the operator": dict(text=other + "\nwrong!"),
        "broken OAEP": dict(text="p1\ncanary-p1", wrapped=bytes(384)),
        "OAEP above the modulus": dict(text="p1\ncanary-p1",
                                       wrapped=b"\xff" * 384),
        "K of 31 bytes": dict(text="p1\ncanary-p1", k=k,
                              wrapped=wire.wrap(atm.kpub, k[:31])),
        "stale nonce": dict(text="p1\ncanary-p1", nonce=bytes(32)),
        "another binding": dict(text="p1\ncanary-p1", binding=bytes(32)),
        "tag": dict(text="p1\ncanary-p1", sealed=bytes(272)),
        "form": dict(text="p1"),
    }


BASE = "wrong password"
# Each other way through the code; the rest are one of these.
TIMED = ("unknown id", "hash of another system", "locked by the operator",
         "broken OAEP", "OAEP above the modulus", "another binding", "form")
FOREIGN = "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5" \
    "knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"


def welch(one, other):
    """Welch's t of the two."""
    variance = (statistics.variance(one) / len(one)
                + statistics.variance(other) / len(other))
    return ((statistics.fmean(one) - statistics.fmean(other))
            / math.sqrt(variance))


def trimmed(times, limit):
    return [t for t in times if t <= limit]


class OneAnswer(BankCase):
    weight = 60
    people = 2 * BLOCKS
    options = dict(FREE, login_hash_cost=COST)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attempts = 0
        cls.bank.stop()
        for name, words in (("password", FOREIGN), ("balance", "1 1")):
            cls.bank.write(name, cls.bank.read(name) + "".join(
                "q%d %s\n" % (block, words) for block in range(BLOCKS)))
        cls.bank.start()
        for block in range(BLOCKS):
            cls.bank.ctl("lock", "p%d" % (2 * block + 2))

    def test_records_are_alike(self):
        """As somebody on the wire sees them: number and sizes."""
        sizes = []

        def decide(link, way, count, kind, size):
            sizes.append((way, kind, size))
            return PASS
        seen = {}
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            atm = Atm("127.0.0.1", proxy.port, self.bank.anchor)
            self.addCleanup(atm.close)
            for cause in causes(atm):
                del sizes[:]
                reply = atm.ask(b"L", **causes(atm)[cause])
                self.assertEqual((reply.raw, reply.sealed),
                                 (REFUSED.encode(), False), cause)
                seen.setdefault(tuple(sizes), []).append(cause)
        self.assertEqual(len(seen), 1, seen)

    def sample(self, which, chance):
        """{cause: seconds of SAMPLES logins}, interleaved."""
        times = {cause: [] for cause in which}
        order = list(times)
        for number in range(SAMPLES):
            if number % A_LINK == 0:
                atm = self.atm()
            chance.shuffle(order)
            block = self.attempts // A_BLOCK
            type(self).attempts += 1
            for cause in order:
                body = atm.body(b"L", **causes(atm, block)[cause])
                began = time.perf_counter()
                atm.channel.write_frame(b"L", body)
                atm.channel.read_frame()
                times[cause].append(time.perf_counter() - began)
                atm.greet()
        return times

    def told_apart(self, which, chance):
        """Those of which one sample says that they are no wrong password."""
        times = self.sample(which, chance)
        # A machine with other work has a long tail, the same for all.
        limit = statistics.quantiles(sum(times.values(), []), n=10)[7]
        base = trimmed(times[BASE], limit)
        found = set()
        for cause, taken in sorted(times.items()):
            t = welch(trimmed(taken, limit), base)
            print("%-24s %7.3f ms  t %6.2f" % (
                cause, 1000 * statistics.median(taken), t), flush=True)
            if abs(t) >= 4.5:
                found.add(cause)
        return found

    def test_times_are_alike(self):
        """What stands out in one sample by noise does not in three."""
        if bank.sanitized():
            self.skipTest("times of a sanitized build say nothing")
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        print("SEED=%d" % seed, flush=True)
        chance = random.Random(seed)
        suspects = set(TIMED)
        print("# %d samples of each cause, hash_cost %s" % (SAMPLES, COST))
        for _ in range(ROUNDS):
            suspects &= self.told_apart({BASE} | suspects, chance)
            if not suspects:
                return
        self.fail("told apart by their times: %s" % sorted(suspects))


class Guessing(BankCase):
    weight = 30
    people = 8
    options = {"login_max_logins_waiting_per_address": "64",
               "login_max_logins_waiting": "1000"}

    def guess(self, name, source, codes, locked, until):
        """Guesses until `until` is set, over whatever links there are; each
        answer is kept, and who is locked."""
        while not until.is_set():
            try:
                atm = self.bank.atm(source=source, timeout=10)
                try:
                    while not until.is_set():
                        code = atm.login(name, "wrong").code
                        codes.append(code)
                        if code == 423:
                            locked.add(source)
                finally:
                    atm.channel.sock.close()
            except LOST:
                until.wait(0.02)

    def attack(self, name, sources, kills):
        """From all of them at once, until no place is left that isn't locked;
        all answers."""
        codes, locked, until = [], set(), threading.Event()
        threads = [threading.Thread(
            target=self.guess, args=(name, source, codes, locked, until))
            for source in sources]
        for thread in threads:
            thread.start()
        try:
            for _ in range(kills):
                until.wait(random.random() * 0.1)
                self.bank.kill_child("vault")
                self.bank.atm_when_served().close()
            bank.wait_for("the lock", lambda: codes.count(423) >= 30 and
                          locked == set(sources), 60)
        finally:
            until.set()
            for thread in threads:
                patience.join(thread)
        return codes

    def still_locked(self, name, **parts):
        atm = self.bank.atm_when_served(**parts)
        self.addCleanup(atm.close)
        self.assertEqual(atm.login(name, "canary-" + name).code, 423)

    def test_in_parallel(self):
        codes = self.attack("p1", ["127.0.0.1"] * 12, 0)
        self.assertEqual(codes.count(401), 3)
        self.assertEqual(set(codes), {401, 423})
        self.still_locked("p1")

    def test_in_parallel_from_many_places(self):
        codes = self.attack(
            "p2", ["127.0.3.%d" % n for n in range(1, 17)], 0)
        self.assertEqual(codes.count(401), 10)
        self.still_locked("p2", source="127.0.3.99")

    def test_with_a_vault_that_is_killed_between(self):
        codes = self.attack("p3", ["127.0.0.1"] * 6, 4)
        self.assertLessEqual(codes.count(401), 3)
        self.still_locked("p3")

    def test_many_places_and_kills(self):
        codes = self.attack(
            "p4", ["127.0.4.%d" % n for n in range(1, 13)], 4)
        self.assertLessEqual(codes.count(401), 10)
        self.still_locked("p4", source="127.0.4.99")

    def test_one_kill_for_each_guess(self):
        """Before its answer can have come: at most one is taken back for
        each start, and none that was compared and told."""
        told = 0
        for _ in range(5):
            atm = self.bank.atm_when_served()
            try:
                atm.channel.write_frame(b"L", atm.body(b"L", "p5\nwrong"))
                self.bank.kill_child("vault")
                told += atm.answer(10).code == 401
            except LOST:
                pass
            atm.channel.sock.close()
        codes = self.attack("p5", ["127.0.0.1"], 0)
        self.assertLessEqual(told + codes.count(401), 3)
        self.still_locked("p5")

    def test_a_hostile_kiosk_locks_nobody_elsewhere(self):
        kiosk = self.bank.kiosk()
        atm = self.atm(kiosk=kiosk)
        codes = [atm.login("p6", "wrong").code for _ in range(40)]
        self.assertEqual(codes, [401] * 3 + [423] * 37)
        self.said(self.atm().login("p6", "canary-p6"), CORRECT)


if __name__ == "__main__":
    unittest.main()
