# SPDX-License-Identifier: ISC
"""What of the kiosk is written down twice, in source and elsewhere: its log's
events and their manual, its times and its unit's."""

import re
import unittest

from lib.sources import paths, read, source


def number(name, text):
    return int(re.search(r"#define %s (\d+)" % name, text)[1])


class Log(unittest.TestCase):
    def events(self):
        found = set()
        for name in paths("atm-tui", "*.c"):
            found |= set(re.findall(
                r'log_event\(\s*LOG_[A-Z]+,\s*(?:\w+ \? "[^"]+" : )?"([^"]+)"',
                read(name)))
            found |= set(re.findall(
                r'log_event\(\s*LOG_[A-Z]+,\s*\w+ \? "([^"]+)"', read(name)))
        self.assertGreater(len(found), 10)
        return found

    def test_one_way_to_write_them(self):
        """As bankd's."""
        for event in self.events():
            self.assertRegex(event, r"^[a-z]+(_[a-z]+)*$")

    def test_each_is_in_the_manual(self):
        page = source("man", "atm-tui.1").split(".Sh DIAGNOSTICS")[1]
        self.assertEqual(
            set(re.findall(r"(?m)^\.It ([a-z_]+) ", page)), self.events())


class Unit(unittest.TestCase):
    def test_it_waits_for_the_machine(self):
        """As long as the dispense command may take and the goodbye after
        it; and the command isn't told to end with the kiosk."""
        unit = source("etc", "systemd", "atm-kiosk@.service")
        longest = number("DISPENSE_SECONDS", source("atm-tui", "cash.c")) + \
            number("END_SECONDS", source("atm-tui", "kiosk.c"))
        stop = int(re.search(r"(?m)^TimeoutStopSec=(\d+)$", unit)[1])
        self.assertGreaterEqual(stop, longest)
        self.assertIn("\nKillMode=mixed\n", unit)
        page = source("man", "atm-tui.1").split(".Ss Signals")[1]
        self.assertIn("120 seconds", page.split(".Ss")[0])


if __name__ == "__main__":
    unittest.main()
