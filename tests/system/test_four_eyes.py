# SPDX-License-Identifier: ISC
"""What two people are needed for: over an amount, one asks and another
approves (bankctl(8), bankd.ini(5) [operators])."""

import datetime
import json
import sqlite3
import unittest
from decimal import Decimal

from lib import model
from lib.people import People

EX_DATAERR, EX_NOPERM = 65, 77


class FourEyes(People):
    operators = {**People.operators, "four_eyes_over": "100"}

    def cents(self, customer):
        return self.bank.ctl_json("account", customer)[0]["savings"]

    def waiting(self, *numbers):
        """What `requests` has of these."""
        return [row for row in self.bank.ctl_json("requests")
                if row["number"] in numbers]

    def test_up_to_the_amount(self):
        before = len(self.records())
        self.by("bin", "deposit", "chris", "1", "100", "--reason", "x")
        self.assertEqual(self.records()[before]["verb"], "deposit")

    def test_refused_and_given(self):
        before = self.cents("fey")
        number = self.wait("bin", "deposit", "fey", "1", "100.01",
                           "--reason", "a gift")
        self.assertEqual(self.cents("fey"), before)
        row = json.loads(self.bank.ctl("--json=1", "requests").stdout)[-1]
        self.assertEqual((row["number"], row["by"], row["about"],
                          row["reason"]),
                         (number, "2:bin", "fey", "a gift"))
        self.by("bin", "approve", number, expect=EX_NOPERM)
        self.by("sys", "refuse", number, expect=EX_NOPERM)
        self.by("daemon", "refuse", number, "--reason", "no receipt")
        self.by("daemon", "approve", number, expect=EX_DATAERR)
        self.assertEqual(self.cents("fey"), before)

        number = self.wait("bin", "deposit", "fey", "1", "100.01",
                           "--reason", "a gift")
        self.by("news", "approve", number, "--reason", "seen")
        self.assertEqual(float(self.cents("fey")), float(before) + 100.01)
        entry = json.loads(
            self.bank.ctl("--json=1", "history", "fey", "1").stdout)[0]
        self.assertEqual((entry["by"], entry["reason"]),
                         ("2:bin", "a gift"))
        self.assertEqual(
            [(row["verb"], row["by"], row["reason"], row["of"])
             for row in self.records("--account", "fey")[-2:]],
            [("request", "2:bin", "a gift", "-"),
             ("approve", "9:news", "seen", number)])
        self.refused(EX_DATAERR, "request %s was settled: approve by 9:news"
                     % number, "approve", number)

    def test_nobody_approves_their_own(self):
        number = self.wait("daemon", "adjust", "joe", "1", "+500",
                           "--reason", "x")
        said = self.by("daemon", "approve", number, expect=EX_NOPERM).stderr
        self.assertIn("which is you", said)
        self.by("www-data", "--as", "daemon", "approve", number,
                expect=EX_NOPERM)
        # They may take it back.
        self.by("daemon", "refuse", number)

    def test_nobody_is_two_people(self):
        """One who acts as others neither asks as one and approves as the
        other, nor approves for one's own."""
        def changes(asked, approved):
            number = self.wait(*asked, "adjust", "joe", "1", "+500",
                               "--reason", "x")
            said = self.by(*approved, "approve", number,
                           expect=EX_NOPERM).stderr
            self.assertIn("somebody else has to approve it", said)
            self.by("news", "refuse", number)

        as_daemon = "www-data", "--as", "daemon"
        changes(as_daemon, ("www-data", "--as", "news"))
        changes(as_daemon, ("daemon",))
        changes(("daemon",), as_daemon)
        self.reconfigure(supervisor="daemon,news,www-data")
        changes(as_daemon, ("www-data",))
        changes(("www-data",), as_daemon)
        number = self.wait(*as_daemon, "adjust", "joe", "1", "+500",
                           "--reason", "x")
        self.by("news", "approve", number)

    def test_a_restart(self):
        number = self.wait("daemon", "adjust", "joe", "2", "-500",
                           "--reason", "a restart")
        self.bank.restart()
        before = float(self.bank.ctl_json("account", "joe")[0]["checking"])
        self.by("news", "approve", number)
        after = float(self.bank.ctl_json("account", "joe")[0]["checking"])
        self.assertEqual(after, before - 500)

    def test_asked_again(self):
        """A command whose answer was lost doesn't wait twice."""
        words = ("deposit", "joe", "1", "200", "--reason", "x", "--id",
                 "0" * 31 + "7")
        number = self.wait("bin", *words)
        self.assertEqual(self.wait("bin", *words), number)
        for other in (("joe", "1", "201"), ("fey", "1", "200")):
            self.assertIn("used for something else, request %s" % number,
                          self.by("bin", "deposit", *other, *words[4:],
                                  expect=EX_DATAERR).stderr)
        self.by("news", "approve", number)
        self.assertIn("before", self.by("bin", *words).stdout)

    def test_what_can_not_be_done_waits_on(self):
        number = self.wait("daemon", "adjust", "c-bin", "1", "-200",
                           "--reason", "x")
        self.assertIn("not so much", self.by(
            "news", "approve", number, expect=EX_DATAERR).stderr)
        self.bank.ctl("deposit", "c-bin", "1", "100", "--reason", "x")
        self.bank.ctl("deposit", "c-bin", "1", "100", "--reason", "x")
        self.by("news", "approve", number)

    # A count of a kiosk's cash whose difference is over the amount

    def facts(self):
        return json.loads(self.bank.ctl("-j", "cash", "kiosk-1").stdout)[0]

    def count(self, user, off, *words):
        """Counts so much more than there should be: (request, counted)."""
        counted = str(Decimal(self.facts()["expected"]) + Decimal(off))
        return self.wait(user, "cash", "count", "kiosk-1", counted,
                         "--reason", "evening", *words), counted

    def fill(self):
        """Notes in the machine, and what is there counted by everybody."""
        self.reconfigure(four_eyes_over="1000000")
        self.bank.ctl("cash", "count", "kiosk-1", "1000")
        self.reconfigure()

    def test_a_count_up_to_the_amount(self):
        self.fill()
        self.by("bin", "cash", "count", "kiosk-1", "900")
        self.by("bin", "cash", "count", "kiosk-1", "1000")
        facts = self.facts()
        self.assertEqual((facts["expected"], facts["difference"]),
                         ("1000.00", "100.00"))

    def test_a_count_refused_and_given(self):
        self.fill()
        before = self.facts()
        number, counted = self.count("bin", "-100.01")
        row = self.bank.ctl_json("requests")[-1]
        self.assertEqual(
            (row["number"], row["by"], row["about"], row["reason"],
             row["detail"].split()[:4]),
            (number, "2:bin", "kiosk-1", "evening",
             ["cash", "count", counted, "-100.01"]))
        self.assertEqual(self.facts(), before | {"request": int(number)})
        self.by("bin", "approve", number, "--reason", "x", expect=EX_NOPERM)
        self.by("sys", "refuse", number, expect=EX_NOPERM)
        self.by("daemon", "refuse", number, "--reason", "count again")
        self.assertEqual(self.facts(), before)

        words = "--id", "0" * 31 + "5"
        number, counted = self.count("bin", "-100.01", *words)
        # Customers go on, and the count is that of its own moment.
        atm = self.session("chris", kiosk=self.bank.kiosk())
        for request in ("WITHDRAW %s 1 60", "DEPOSIT %s 1 20"):
            atm.request(request % atm.txid())
        self.assertEqual(self.count("bin", "-60.01", *words)[0], number)
        said = self.by("news", "approve", number, "--reason", "seen").stderr
        left = Decimal(counted) - 40
        self.assertRegex(said, r"^approve: entry \d+, kiosk-1 should hold %s "
                         "now$" % format(left, ",.2f"))
        facts = self.facts()
        self.assertEqual(
            {name: facts[name] for name in (
                "counted", "difference", "loaded", "handed-out", "taken-in",
                "expected")},
            {"counted": counted, "difference": "-100.01", "loaded": "0.00",
             "handed-out": "60.00", "taken-in": "20.00",
             "expected": str(left)})
        self.assertNotIn("request", facts)
        entry = self.bank.ctl_json("journal", "--kind", "cash")[0]
        self.assertEqual(
            [entry[name] for name in ("from", "to", "amount", "kiosk", "by",
                                      "reason")],
            [":difference", ":cash/kiosk-1", "100.01", "kiosk-1", "2:bin",
             "evening"])
        self.assertEqual(
            [(row["verb"], row["by"], row["reason"], row["entry"], row["of"])
             for row in self.records("--account", "kiosk-1")[-2:]],
            [("request", "2:bin", "evening", "-", "-"),
             ("approve", "9:news", "seen", entry["seq"], number)])
        self.assertIn("before", self.by(
            "bin", "cash", "count", "kiosk-1", counted, *words).stdout)

    def test_nobody_approves_their_own_count(self):
        self.fill()
        number, _ = self.count("daemon", "500")
        for who in (("daemon",), ("www-data", "--as", "daemon")):
            self.assertIn("somebody else has to approve it", self.by(
                *who, "approve", number, expect=EX_NOPERM).stderr)
        self.by("news", "approve", number)
        self.assertEqual(self.facts()["expected"], "1500.00")

    def test_one_count_waits_at_a_time(self):
        """Two would book the same difference twice."""
        self.fill()
        number, _ = self.count("bin", "500")
        for amount in ("1000", "1400", "1500"):
            self.assertIn(
                "a count of kiosk-1 waits: approve or refuse request "
                + number, self.by("sys", "cash", "count", "kiosk-1", amount,
                                  expect=EX_DATAERR).stderr)
        self.by("bin", "cash", "load", "kiosk-1", "200")
        self.by("bin", "refuse", number)
        self.by("sys", "cash", "count", "kiosk-1", "1200")

    def test_no_request(self):
        for number in ("77777", "1"):
            self.refused(EX_DATAERR, "there is no request " + number,
                         "approve", number)
        self.refused(EX_DATAERR, "number of a request", "approve", "x")

    def test_expires(self):
        words = ("bin", "deposit", "chris", "1", "300", "--reason", "x",
                 "--id", "e" * 32)
        number = self.wait(*words)
        before = self.cents("chris")
        self.fill()
        count, _ = self.count("bin", "500")
        waiting = self.waiting(number, count)
        self.assertEqual(len(waiting), 2)
        for row in waiting:
            made, expires = (datetime.datetime.strptime(
                row[name], "%Y-%m-%dT%H:%M:%SZ")
                for name in ("time", "expires"))
            self.assertEqual(row["state"], "waiting")
            self.assertEqual(expires - made, datetime.timedelta(days=1))
        self.bank.stop()
        self.assertEqual(self.waiting(number, count), waiting)
        model.check(self.bank)
        # The bank's time goes on from the newest that it has given out.
        db = sqlite3.connect(self.bank.file("bank.db"))
        with db:
            db.execute("UPDATE meta SET value = value + 86400000 "
                       "WHERE key = 'newest'")
        db.close()
        self.bank.start()
        self.assertEqual(self.waiting(number, count),
                         [row | {"state": "expired"} for row in waiting])
        # What is asked for again isn't told to wait for an approval of that.
        again = self.wait(*words)
        self.assertNotEqual(again, number)
        self.assertEqual(self.wait(*words), again)
        self.by("bin", "refuse", again)
        self.assertIn("had expired", self.by(
            "news", "approve", number, expect=EX_DATAERR).stderr)
        self.assertEqual(self.records()[-1]["verb"], "expire")
        self.refused(EX_DATAERR, "was settled: expire", "approve", number)
        self.assertEqual(self.cents("chris"), before)
        # An old count is in nobody's way.
        self.by("sys", "cash", "count", "kiosk-1", "1000")
        self.by("news", "approve", count, expect=EX_DATAERR)
        self.assertEqual(self.facts()["expected"], "1000.00")
        self.assertEqual(self.waiting(number, count), [])


if __name__ == "__main__":
    unittest.main()
