# SPDX-License-Identifier: ISC
"""The page of the tests: each of its figures is one that `tests/figures`
counts, and none is typed by hand."""

import importlib.machinery
import importlib.util
import os
import re
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADING = "## What is promised"


def load(name):
    """A program of the tests that has no .py in its name."""
    loader = importlib.machinery.SourceFileLoader(
        name, os.path.join(TESTS, name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


class Figures(unittest.TestCase):
    def setUp(self):
        self.program = load("figures")
        with open(os.path.join(TESTS, "README.md")) as f:
            self.page = f.read()
        self.counted = self.program.figures()

    def rows(self, page):
        section = page.partition(HEADING)[2].partition("\n## ")[0]
        return [line for line in section.splitlines()
                if line.startswith("| ")]

    def typed(self, page):
        """What is a number of the table's and has no mark."""
        return [number for row in self.rows(page)
                for number in re.findall(r"\d[\d,]*",
                                         self.program.MARKED.sub("", row))]

    def test_each_is_counted(self):
        marks = self.program.MARKED.findall(self.page)
        self.assertEqual({name for name, _ in marks}, set(self.counted))
        for name, figure in marks:
            self.assertRegex(figure, r"^\d{1,3}(,\d{3})*$", name)
        for name in "unit", "system", "screens", "mutants", "inputs", "pairs":
            self.assertGreater(self.counted[name], 10, name)

    def test_none_is_typed(self):
        self.assertGreater(len(self.rows(self.page)), 10)
        self.assertEqual(self.typed(self.page), [])
        self.assertEqual(self.typed(
            HEADING + "\n| kept | 12 times | <!--=unit-->3<!--/--> |"),
            ["12"])

    def test_they_are_written(self):
        page = "| a | <!--=unit-->0<!--/--> and <!--=edits-->1<!--/--> |"
        self.assertEqual(
            self.program.written(page, {"unit": 1234, "edits": 5}),
            "| a | <!--=unit-->1,234<!--/--> and <!--=edits-->5<!--/--> |")


if __name__ == "__main__":
    unittest.main()
