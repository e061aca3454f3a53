# SPDX-License-Identifier: ISC
"""The short form of tests/crash/crash.py: SEED is printed and taken."""

import os
import random
import sys
import unittest

from lib import bank, postgres

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "crash"))
import crash  # noqa: E402
import hosts  # noqa: E402


def trial(kind=crash.Trial, **parts):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("SEED=%d" % seed, flush=True)
    counts = kind(seed=seed, **parts).run()
    print(dict(counts))
    return counts


def shorter(full):
    """What a sanitizer's processes do in the same time, and a quick run."""
    return full // (10 if bank.sanitized() else
                    int(os.environ.get("CRASH_SHARE", "1")))


class Kill(unittest.TestCase):
    weight = 100

    def test_vault_front_both_monitor_and_atm_by_turns(self):
        cycles = int(os.environ.get("CYCLES", shorter(100)))
        counts = trial(cycles=cycles, clients=64)
        self.assertGreater(counts["acknowledged"], cycles)
        self.assertEqual(sum(counts["killed " + what]
                             for what in crash.KILLS), cycles)


class Network(unittest.TestCase):
    weight = 90

    def test_cuts_delays_drips_and_clocks(self):
        """So long that each of them has happened."""
        trial(cycles=0, clients=16, what=("none",), network=True,
              seconds=shorter(60), wanted=(
                  "resumed", "delayed", "connections held", "network reset",
                  "network drip", "refused, 422"))


class BankTest(unittest.TestCase):
    """8 hot accounts of 1,000, and everything goes wrong by turns, so long
    that a disk, memory and a read of all were among it."""

    weight = 110

    def test_all_faults_mixed(self):
        trial(
            cycles=0, clients=64, proxied=16, accounts=shorter(1000), hot=8,
            cash=True, network=True, work=2000,
            what=crash.KILLS + ("disk", "disk", "memory"),
            seconds=shorter(60), transactions=shorter(50000),
            wanted=("reads of the whole bank",))


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class ManyHosts(unittest.TestCase):
    """So long that each of what breaks was broken."""

    weight = 105

    def test_hosts_servers_links_and_disks(self):
        trial(hosts.Trial, clients=16, seconds=shorter(45))


if __name__ == "__main__":
    unittest.main()
