# SPDX-License-Identifier: ISC
"""The short form of tests/crash/crash.py: SEED is printed and taken."""

import importlib.util
import os
import random
import unittest

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                    "crash", "crash.py")


class Crash(unittest.TestCase):
    weight = 100

    def trial(self, cycles, *kill):
        spec = importlib.util.spec_from_file_location("crash", PATH)
        crash = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(crash)
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        print("SEED=%d" % seed, flush=True)
        counts = crash.Trial(cycles, 16, seed, kill).run()
        print(dict(counts))
        self.assertGreater(counts["acknowledged"], cycles)

    def test_vault_front_and_monitor_by_turns(self):
        self.trial(int(os.environ.get("CYCLES", "50")),
                   "vault", "front", "both", "monitor")


if __name__ == "__main__":
    unittest.main()
