# SPDX-License-Identifier: ISC
"""The Nth allocation fails, N = 1, 2, 3 ... until there are no more: of the
real front, vault and monitor from connect to transfer and at their start, of
the real kiosk in plain mode.  No process crashes, no money is lost, and a
bank that served serves again.

    LIBRARIES=1   every library's allocations too, but at a start
    STRIDE=n      every nth alone (a start's: default 10, and 40 under a
                  sanitizer), from where SEED=n
                  says
"""

import itertools
import os
import random
import time
import unittest

from lib import atm, bank, faults, model
from lib.case import SUCCESS
from lib.guesses import FREE, Guesses
from lib.wire import Broken

LOST = (atm.Closed, atm.Refused, atm.TimedOut, OSError, Broken)
LIBRARIES = bool(os.environ.get("LIBRARIES"))
STRIDE = int(os.environ.get("STRIDE", "0"))
SEED = int(os.environ.get("SEED", random.randrange(1 << 31)))
SERVING_S = 2       # from the end of the fault to a session
KIOSK_TYPED = "chris\ncanary-chris\n1\n1\nfey\n0.01\n2\n3\n"
EX_CONFIG = 78
ENDS = {0, 1, 64, 65, 69, 70, 71, 74, 77, 78}   # of sysexits(3)


def numbers(stride):
    """The Ns to try; the caller ends at the first that is never reached."""
    return itertools.count(1 + SEED % stride, stride)


class Serving(unittest.TestCase):
    """One bank; each round is a connection, a login and a transfer."""

    weight = 70

    @classmethod
    def setUpClass(cls):
        print("SEED=%d" % SEED)

    def setUp(self):
        self.bank = bank.Bank(start=False, limits_rate="0", **FREE)
        self.addCleanup(self.bank.close)
        self.faulty = faults.Faulty("bankd", self.bank.path("var"))
        self.bank.program = self.faulty.program
        self.bank.start()
        self.acknowledged = {}      # txid: seq
        self.refused = set()        # txids that OUTCOME called unknown
        self.slowest = 0

    def transfer(self):
        """From connect to transfer, and on to the exit: (txid, seq or
        None); without a txid where it didn't come so far."""
        txid = client = None
        try:
            client = self.bank.atm(timeout=10)
            if client.login("chris", "canary-chris").code != 200:
                return None, None
            txid = client.txid()
            reply = client.transfer(1, "fey", "0.01", txid=txid)
            seq = int(reply["seq"]) if reply.said() == SUCCESS else None
            client.balances()
            client.request("HISTORY 5")
            client.exit()
            return txid, seq
        except LOST:
            pass
        finally:
            if client is not None:
                client.close()
        return txid, self.acknowledged.get(txid)

    def served(self):
        """A session within the bound: the client."""
        began = time.monotonic()
        found, why = [], []

        def attempt():
            client = None
            try:
                client = self.bank.atm(timeout=2)
                reply = client.login("chris", "canary-chris")
                if reply.code == 200:
                    found.append(client)
                    return True
                why[:] = [reply.said()]
            except LOST as e:
                why[:] = [e]
            if client is not None:
                client.close()
            return False
        try:
            bank.wait_for("a session after the fault", attempt, SERVING_S)
        except bank.Failed as e:
            self.fail("%s: %s\n%s" % (e, why, self.bank.said[-2000:]))
        self.slowest = max(self.slowest, time.monotonic() - began)
        return found[0]

    def settle(self, txid, seq):
        """OUTCOME agrees with what was said, and the books with both."""
        client = self.served()
        if txid is not None:
            reply = client.outcome(txid)
            told = int(reply["seq"]) if reply.said() == SUCCESS else None
            if seq is not None:
                self.assertEqual(told, seq)
            if told is None:
                self.assertEqual(reply.code, 404, reply.said())
                self.refused.add(txid)
            else:
                self.acknowledged[txid] = told
        client.exit()
        client.close()
        books = model.check(self.bank, stopped=False)
        self.assertEqual(
            {txid: n for (_, txid), n in books.txids.items()},
            self.acknowledged)

    def no_crash(self, n):
        self.assertNotRegex(
            self.bank.said, r"signal=|system_call_refused|Sanitizer",
            "allocation %d" % n)

    def rounds(self, role, act):
        """act: what the fault comes into, and what is right after it."""
        tried = 0
        for n in numbers(STRIDE or 1):
            before = self.bank.family()
            self.faulty.memory(role, n, LIBRARIES)
            told = act()
            failed = self.faulty.failed(role)
            self.faulty.memory(role, 0)
            self.settle(*told)
            self.no_crash(n)
            if not failed:
                break
            tried += 1
            # Its next end is a first one again.
            if self.bank.family() != before:
                self.bank.restart()
        self.bank.stop()
        books = model.check(self.bank)
        self.assertEqual(len(books.txids), len(self.acknowledged))
        print("# %d allocations of the %s failed, a session again after at "
              "most %.2f s" % (tried, role, self.slowest))
        self.assertGreater(tried, 0)

    def test_front(self):
        self.rounds("front", self.transfer)

    def test_vault(self):
        self.rounds("vault", self.transfer)

    def test_guesses(self):
        """A wrong password that was refused stays counted: in the rows of
        its ID or, where its envelope could not be opened and nothing was
        compared, nowhere."""
        guesses = Guesses(self.bank)

        def guess():
            before = model.check(self.bank, stopped=False).attempted
            try:
                code = guesses.guess(self.bank)
            except LOST:
                return None, None
            books = model.check(self.bank, stopped=False)
            rows = {key for key, time_ms in books.attempted.items()
                    if before.get(key) != time_ms}
            if code == 401 and rows != guesses.rows:
                self.assertEqual(rows, set())
                guesses.told -= 1
            return None, None
        self.rounds("vault", guess)
        self.assertGreater(guesses.told, 1)
        guesses.check(model.check(self.bank))

    def test_no_memory_turns_no_bank_off(self):
        """An end for want of memory isn't one of the three in a minute."""
        ends = 0
        for _ in range(12):
            self.faulty.memory("vault", 1)
            txid, seq = self.transfer()
            self.faulty.memory("vault", 0)
            self.settle(txid, seq)
            ends = self.bank.said.count("process=vault pid=") - \
                self.bank.said.count("ready process=vault")
            if ends > 3:
                break
        self.assertGreater(ends, 3)
        self.assertNotIn("giving_up", self.bank.said)


class Starting(unittest.TestCase):
    """A start whose own code finds no memory ends with a reason, or serves
    all the same; the next one serves."""

    weight = 60

    def start(self, role):
        served = bank.Bank(start=False)
        self.addCleanup(served.close)
        faulty = faults.Faulty("bankd", served.path("var"))
        served.program = faulty.program
        served.start().stop()
        tried = 0
        for n in numbers(STRIDE or (40 if bank.sanitized() else 10)):
            said = len(served.said)
            faulty.memory(role, n)
            try:
                served.start()
            except bank.Failed:
                self.assertIn(served.process.returncode,
                              ENDS - {0, EX_CONFIG},
                              "allocation %d\n%s" % (n, served.said[said:]))
                self.assertNotEqual(served.said[said:], "", n)
            failed = faulty.failed(role)
            faulty.memory(role, 0)
            # The monitor itself kills a child that it can't tell something.
            self.assertNotRegex(served.said[said:],
                                r"signal=(?!KILL)|Sanitizer", n)
            if not served.running():
                served.start()
            # Its first answer may be what failed, and a new one come.
            client = served.atm_when_served()
            self.assertEqual(
                client.login("fey", bank.DEMO["fey"]).code, 200)
            self.assertEqual(client.balances(), ("10000.00", "1000.00"))
            client.close()
            served.stop()
            if not failed:
                break
            tried += 1
        model.check(served)
        print("# %d allocations of a start of the %s failed" % (tried, role))
        self.assertGreater(tried, 0)

    def test_monitor(self):
        self.start("monitor")

    def test_front(self):
        self.start("front")

    def test_vault(self):
        self.start("vault")


class Kiosk(unittest.TestCase):
    """atm-tui in plain mode: what it says was carried out was, once; what it
    doesn't say is settled by the next one."""

    weight = 60

    def entries(self):
        books = model.check(self.bank, stopped=False)
        return len(books.txids)

    def test_plain_mode(self):
        self.bank = bank.Bank()
        self.addCleanup(self.bank.close)
        faulty = faults.Faulty("atm-tui")
        tried = 0
        for n in numbers(STRIDE or 1):
            before = self.entries()
            faulty.memory("kiosk", n, LIBRARIES)
            result = self.bank.plain(KIOSK_TYPED, program=faulty.program)
            failed = faulty.failed("kiosk")
            faulty.memory("kiosk", 0)
            self.assertIn(result.returncode, ENDS,
                          "allocation %d\n%s%s" % (
                              n, result.stdout, result.stderr))
            self.assertNotRegex(result.stderr, r"Sanitizer|(?m:: *$)")
            done = self.entries() - before
            said = result.stdout.count("your transaction is successful")
            self.assertIn(done, (0, 1), n)
            self.assertLessEqual(said, done, "allocation %d\n%s" % (
                n, result.stdout))
            if said < done and "Check your statement" not in result.stdout:
                # The next one asks, and says.
                result = self.bank.plain("chris\ncanary-chris\n3\n",
                                         program=faulty.program)
                self.assertRegex(
                    result.stdout, r"(?m)^Your earlier transfer of "
                    r"of \$0\.01 to fey was completed$", n)
            if result.returncode != 0:
                self.assertNotEqual(result.stderr + result.stdout, "", n)
            if not failed:
                break
            tried += 1
        self.assertEqual((result.returncode, done, said), (0, 1, 1))
        print("# %d allocations of the kiosk failed" % tried)
        self.assertGreater(tried, 0)
        self.bank.stop()
        model.check(self.bank)

    @unittest.skipIf(bank.sanitized(), "a sanitizer's allocator is its own")
    def test_libraries_at_a_start(self):
        """OpenSSL's own allocations, among them those that it starts with."""
        self.bank = bank.Bank()
        self.addCleanup(self.bank.close)
        faulty = faults.Faulty("atm-tui")
        failed = 0
        for n in range(1, 400, 3):
            faulty.memory("kiosk", n, libraries=True)
            result = self.bank.plain("", program=faulty.program)
            failed += faulty.failed("kiosk")
            faulty.memory("kiosk", 0)
            self.assertIn(result.returncode, ENDS, "allocation %d" % n)
        self.assertGreater(failed, 100)


if __name__ == "__main__":
    unittest.main()
