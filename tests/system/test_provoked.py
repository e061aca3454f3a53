# SPDX-License-Identifier: ISC
"""Every reply and every verb of the protocol is met by the second-hand ATM in
one of the system tests: those of the tables, looked for in the tests."""

import glob
import os
import re
import unittest

from lib import case
from lib.bank import TOP
from lib.sources import read, source

NOT_TESTS = ("test_manual.py", "test_pictures.py", "test_provoked.py")


class Provoked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tests = "".join(
            read(path) for path in glob.glob(
                os.path.join(TOP, "tests", "system", "test_*.py"))
            if os.path.basename(path) not in NOT_TESTS)

    def is_met(self, reply):
        names = [name for name, value in vars(case).items()
                 if value == reply and name.isupper()]
        return reply in self.tests or any(
            re.search(r"\b%s\b" % name, self.tests) for name in names)

    def test_each_reply(self):
        rows = re.findall(
            r'\[WIRE_[A-Z_]+\] = \{ (\d{3}),\s*"([^"]*)" \}',
            source("shared", "wire_reply.c"))
        self.assertGreater(len(rows), 25)
        replies = {"%s %s" % row for row in rows}
        self.assertEqual(
            sorted(r for r in replies if not self.is_met(r)), [])

    def test_each_verb(self):
        verbs = set(re.findall(
            r'\{\s*(?:\.\w+ = )?"([A-Z]{3,}|[123])"',
            source("bankd", "verbs.c")))
        self.assertGreaterEqual(verbs, {"1", "2", "3", "OUTCOME", "NOTIFY"})
        for verb in verbs:
            self.assertRegex(self.tests, r'"%s[ "]' % verb)


if __name__ == "__main__":
    unittest.main()
