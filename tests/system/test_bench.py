# SPDX-License-Identifier: ISC
"""`make bench` measures: its cases run to their end on a bank of few, and no
cent is lost.  What they measure here says nothing."""

import os
import subprocess
import sys
import tempfile
import unittest

from lib.bank import BUILD, sanitized, scratch
from lib.sources import TOP

CASES = ("balance", "mix", "statement", "search", "growth", "start")


class Cases(unittest.TestCase):
    weight = 60

    @unittest.skipIf(sanitized(), "measures the plain build")
    def test_run_to_their_end(self):
        with tempfile.TemporaryDirectory(dir=scratch()) as place:
            os.chmod(place, 0o755)
            result = subprocess.run(
                [sys.executable, os.path.join(TOP, "tests", "bench", "run"),
                 "--build", BUILD, "--work", place, "--customers", "200",
                 "--entries", "2000", "--rounds", "1", "--seconds", "0.2"]
                + [word for name in CASES for word in ("--case", name)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("no cent lost", result.stdout)
        self.assertNotIn("NOT MEASURED", result.stdout)
