# SPDX-License-Identifier: ISC
"""The models of tests/model hold, each of their mutants is found, and their
page names functions that are in the tree."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from lib.bank import BUILD, sanitized
from lib.sources import TOP, paths, read

MODEL = os.path.join(TOP, "tests", "model")
PAGE = os.path.join(MODEL, "README.md")


class Models(unittest.TestCase):
    weight = 60

    @unittest.skipUnless(shutil.which("spin"), "spin isn't installed")
    @unittest.skipIf(sanitized(), "runs no program of the build")
    def test_all_hold_and_each_mutant_is_found(self):
        result = subprocess.run(
            [sys.executable, os.path.join(MODEL, "run"), "--jobs", "1"],
            stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 0)


class Traces(unittest.TestCase):
    weight = 60

    @unittest.skipUnless(shutil.which("spin"), "spin isn't installed")
    @unittest.skipIf(sanitized(), "the simulated banks are the plain build's")
    def test_what_simulated_banks_did_is_the_models(self):
        result = subprocess.run(
            [sys.executable, os.path.join(MODEL, "trace"), "--sim",
             os.path.join(BUILD, "tests", "sim", "test_sim"),
             "--seeds", "5", "--most", "40"] + (
                 ["--seed", os.environ["SEED"]]
                 if "SEED" in os.environ else []),
            stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 0)


class Page(unittest.TestCase):
    def test_each_function_is_in_the_tree(self):
        defined = set()
        for top in ("bankd", "shared"):
            for path in paths(top, "*.c"):
                defined |= set(re.findall(r"^(\w+)\(", read(path), re.M))
        named = set(re.findall(r"`(\w+)\(\)`", read(PAGE)))
        self.assertGreater(len(named), 20)
        self.assertEqual(sorted(named - defined), [])

    def test_each_model_and_assertion_stands_in_it(self):
        page = read(PAGE)
        models = paths(os.path.join("tests", "model"), "*.pml")
        self.assertEqual(
            sorted(re.findall(r"^## (\w+\.pml)", page, re.M)),
            sorted(os.path.basename(path) for path in models))
        everything = "".join(map(read, models))
        rows = re.findall(r"^\| [^|]+ \| (`.*) \|$", page, re.M)
        for word in {word for row in rows for word in
                     re.findall(r"`([a-z_]+)`", row)}:
            with self.subTest(word):
                self.assertIn(word, everything)


if __name__ == "__main__":
    unittest.main()
