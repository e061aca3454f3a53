# SPDX-License-Identifier: ISC
"""The cash of kiosks as the bank knows it: reports by frame C, loads and
counts by operators, cases that wait for one (atm-protocol(7), bankctl(8))."""

import contextlib
import json
import re
import sqlite3
import unittest
from decimal import Decimal

from lib import bank, wire
from lib.bank import ATM_TUI, run, wait_for
from lib.case import (INCORRECT, NO_RECIPIENT, NOT_ALLOWED, PROTOCOL_ERROR,
                      Operator)
from system import test_cash

NOTED = "200 noted"
EX_DATAERR = 65
TXID = "0" * 31 + "7"


class Known(Operator):
    """What an operator is told."""

    def facts(self, kiosk="kiosk-1"):
        lines = self.bank.ctl("cash", kiosk).stdout.splitlines()
        return dict(line.split(None, 1) for line in lines)

    def waiting(self, verb):
        rows = json.loads(self.bank.ctl("--json=1", "requests").stdout)
        return [row for row in rows if row["verb"] == verb]


class Seen(Operator):
    """When a kiosk was last seen, and from where."""

    def setUp(self):
        super().setUp()
        self.served = self.fresh()
        self.kiosks = {"kiosk-1": self.served.kiosk()}
        key = self.served.path("lobby.key")
        self.served.ctl("kiosk", "add", "--key", key, "lobby")
        self.kiosks["lobby"] = wire.Kiosk.load("lobby", key)
        for kiosk in self.kiosks.values():
            client = self.served.session("chris", kiosk=kiosk)
            client.exit()
            client.close()

    def listed(self):
        return self.served.ctl_json("kiosk", "list")

    def test_after_a_stop(self):
        """Also while the bank doesn't run."""
        before = self.listed()
        self.assertEqual([row["name"] for row in before], sorted(self.kiosks))
        for row in before:
            self.assertRegex(row["seen"], "^20.*Z$")
            self.assertEqual(row["address"], "127.0.0.1")
        self.served.restart()
        self.assertEqual(self.listed(), before)
        self.served.stop()
        self.assertEqual(self.listed(), before)

    def test_the_version_by_the_kiosk_s_own_word(self):
        """One more name in ALPN, which no bank has to read."""
        def version(*software):
            atm = self.served.atm(kiosk=self.kiosks["kiosk-1"],
                                  software=software)
            self.said(atm.report("STOCK 20:36"), NOTED)
            atm.close()
            self.served.let_go()
            return {row["name"]: row["version"] for row in self.listed()}
        self.assertEqual(version(), {"kiosk-1": "-", "lobby": "-"})
        self.assertEqual(version(b"teller-9/1.2+b"),
                         {"kiosk-1": "teller-9/1.2+b", "lobby": "-"})
        before = self.listed()
        self.served.restart()
        self.assertEqual(self.listed(), before)
        # What has no such form is none; the first that has it counts.
        for software, told in (((b"a b",), "-"), ((b"x" * 32,), "x" * 32),
                               ((b"x" * 33, b"a\x1b[m", b"atm-9/1"), "atm-9/1"),
                               ((b"atm/1", b"one", b"two"), "one"),
                               ((b"\0",), "-")):
            self.assertEqual(version(*software)["kiosk-1"], told, software)

    def kept(self):
        with contextlib.closing(sqlite3.connect(
                "file:%s?mode=ro" % self.served.path("var", "bank.db"),
                uri=True)) as db:
            return {name for name, in db.execute("SELECT kiosk FROM visit")}

    def test_after_a_vault_died(self):
        before = self.listed()
        wait_for("both kiosks in bank.db",
                 lambda: self.kept() == set(self.kiosks))
        self.served.kill_child("vault")
        self.served.atm_when_served().close()
        self.assertEqual(self.listed(), before)

    def test_the_newest_counts(self):
        """A report of stock is a visit too; a later one has a later time."""
        atm = self.served.atm(kiosk=self.kiosks["kiosk-1"])
        self.addCleanup(atm.close)
        self.said(atm.report("STOCK 20:36"), NOTED)
        self.served.restart()
        row, = [row for row in self.listed() if row["name"] == "kiosk-1"]
        self.assertEqual(row["stock"], "20:36")
        self.assertEqual(row["address"], "127.0.0.1")
        self.assertGreaterEqual(row["seen"], dict(
            line.split(None, 1) for line in self.served.ctl(
                "cash", "kiosk-1").stdout.splitlines())["stock-time"])

    def change(self, words):
        with contextlib.closing(sqlite3.connect(
                self.served.path("var", "bank.db"))) as db:
            db.execute(words)
            db.commit()

    def test_a_state_of_before(self):
        """That of an older bankd has no such rows."""
        self.served.stop()
        # Without a kiosk's version, and without any of it.
        before = self.listed()
        self.change("ALTER TABLE visit DROP COLUMN software")
        self.served.start()
        self.assertEqual(self.listed(), before)
        self.served.stop()
        self.change("DROP TABLE visit")
        for _ in range(2):
            for row in self.listed():
                self.assertEqual((row["seen"], row["address"]), ("-", "-"))
            if not self.served.running():
                self.served.start()
        client = self.served.session("chris", kiosk=self.kiosks["lobby"])
        client.exit()
        client.close()
        self.assertEqual(
            [(row["name"], row["address"]) for row in self.listed()],
            [("kiosk-1", "-"), ("lobby", "127.0.0.1")])


class Reports(Known):
    options = {"kiosks_low_notes": "20"}

    def kiosk(self, **parts):
        return self.atm(kiosk=self.bank.kiosk(), **parts)

    def test_stock(self):
        self.said(self.kiosk().report("STOCK 20:37 50:120"), NOTED)
        facts = self.facts()
        self.assertEqual(facts["stock"], "20:37 50:120")
        self.assertEqual(facts["by-notes"], "6740.00")
        row, = [row for row in self.bank.ctl_json("kiosk", "list")
                if row["name"] == "kiosk-1"]
        self.assertRegex(row["seen"], "^20.*Z$")
        self.assertEqual(row["address"], "127.0.0.1")
        self.assertEqual(row["stock"], "20:37 50:120")
        # The newest counts, on a connection that has asked before too.
        atm = self.kiosk()
        for text in ("STOCK 20:36", "STOCK 999999:999999"):
            self.said(atm.report(text), NOTED)
        self.assertEqual(self.facts()["stock"], "999999:999999")
        self.said(atm.login("chris", "canary-chris"),
                  "200 ID and password are correct")
        self.bank.restart()
        self.assertEqual(self.facts()["stock"], "999999:999999")

    def test_forms(self):
        atm = self.kiosk()
        for text in ("STOCK", "STOCK ", "STOCK 20", "STOCK 20:", "STOCK :5",
                     "STOCK 20:5 ", "STOCK  20:5", "STOCK 20:5 20:6",
                     "STOCK 0:5", "STOCK 1234567:5", "STOCK 20:1234567",
                     "STOCK 20:-5", "STOCK 20:+5", "STOCK 20:5,50:6",
                     "stock 20:5", "RECONCILE", "RECONCILE chris",
                     "RECONCILE chris " + TXID, "RECONCILE chris %s " % TXID,
                     "RECONCILE chris 12 words", "RECONCILE a/b %s x" % TXID,
                     "RECONCILE chris %s a\tb" % TXID,
                     "RECONCILE chris %s %s" % (TXID, "x" * 151), "", "X y"):
            self.said(atm.report(text), INCORRECT, text)
        self.said(atm.report("STOCK 20:0"), NOTED)

    def test_who_may(self):
        self.said(self.atm().report("STOCK 20:5"), NOT_ALLOWED)
        key = self.bank.path("bare.key")
        self.bank.ctl("kiosk", "add", "--key", key, "bare")
        bare = self.atm(kiosk=wire.Kiosk.load("bare", key))
        self.said(bare.report("STOCK 20:5"), NOT_ALLOWED)
        self.assertNotIn("stock", self.facts("bare"))
        # And never within a session.
        atm = self.kiosk()
        atm.login("chris", "canary-chris")
        atm.channel.write_frame(b"C", atm.body(b"C", "STOCK 20:5"))
        self.assertEqual(atm.refused_and_closed()[0], PROTOCOL_ERROR)

    def test_low_waits_once_and_for_an_operator(self):
        atm = self.kiosk()
        for text in ("STOCK 7:19 9:20", "STOCK 7:18 9:20"):
            self.said(atm.report(text), NOTED)
        row, = [row for row in self.waiting("low")
                if row["detail"] == "note 7"]
        self.assertEqual((row["about"], row["reason"]),
                         ("kiosk-1", "19 left"))
        self.bank.ctl("settle", row["number"], "--reason", "filled")
        self.assertEqual(
            [row for row in self.waiting("low")
             if row["detail"] == "note 7"], [])
        self.refused(EX_DATAERR, "case %s was settled by" % row["number"],
                     "settle", row["number"])
        self.said(atm.report("STOCK 7:17"), NOTED)
        self.assertEqual(len([row for row in self.waiting("low")
                              if row["detail"] == "note 7"]), 1)

    def test_cases(self):
        atm = self.kiosk()
        case = "RECONCILE fey %s the machine was stopped" % TXID
        self.said(atm.report("RECONCILE nobody %s x" % TXID), NO_RECIPIENT)
        for _ in range(3):
            self.said(atm.report(case), NOTED)
        row, = [row for row in self.waiting("reconcile")
                if row["detail"] == "fey " + TXID]
        self.assertEqual((row["about"], row["detail"], row["reason"]),
                         ("kiosk-1", "fey " + TXID,
                          "the machine was stopped"))
        self.bank.restart()
        self.refused(EX_DATAERR, "no case", "settle", "1")
        self.bank.ctl("settle", row["number"], "--reason", "counted: given")
        # One that was settled isn't new.
        self.said(self.kiosk().report(case), NOTED)
        self.assertNotIn("fey " + TXID, [
            row["detail"] for row in self.waiting("reconcile")])
        last = json.loads(self.bank.ctl("--json=1", "audit").stdout)[-1]
        self.assertEqual((last["verb"], last["of"], last["reason"]),
                         ("settle", row["number"], "counted: given"))

    def test_a_kiosk_s_cases_are_bounded(self):
        """A kiosk in the wrong hands fills no table."""
        key = self.bank.path("wrong.key")
        self.bank.ctl("kiosk", "add", "--cash", "--key", key, "wrong")
        atm = self.atm(kiosk=wire.Kiosk.load("wrong", key))
        said = [atm.report("RECONCILE joe %032x x" % i).code
                for i in range(13)]
        self.assertEqual(said, [200] * 10 + [503] * 3)


class Books(Known):
    def test_loaded_counted_and_expected(self):
        kiosk = self.bank.kiosk()
        self.bank.ctl("cash", "load", "kiosk-1", "5000", "--reason",
                      "monday's box")
        atm = self.session("chris", kiosk=kiosk)
        for request in ("WITHDRAW %s 1 120", "DEPOSIT %s 1 50",
                        "WITHDRAW %s 1 30.50"):
            self.said(atm.request(request % atm.txid()),
                      "200 your transaction is successful")
        taken = atm.txid()
        atm.request("WITHDRAW %s 1 60" % taken)
        atm.request("REVERSE %s %s" % (atm.txid(), taken))
        self.said(self.session("fey", kiosk=kiosk).request("2"),
                  "200 balances")
        facts = self.facts()
        self.assertEqual(
            {name: facts[name] for name in (
                "loaded", "handed-out", "taken-in", "expected")},
            {"loaded": "5000.00", "handed-out": "150.50",
             "taken-in": "50.00", "expected": "4899.50"})
        self.bank.ctl("cash", "count", "kiosk-1", "4879.50")
        facts = self.facts()
        self.assertEqual(
            {name: facts[name] for name in (
                "counted", "difference", "loaded", "handed-out", "expected")},
            {"counted": "4879.50", "difference": "-20.00", "loaded": "0.00",
             "handed-out": "0.00", "expected": "4879.50"})
        rows = self.bank.ctl_json("audit", "--account", "kiosk-1")[-2:]
        self.assertEqual(
            [(row["verb"], row["detail"], row["reason"]) for row in rows],
            [("cash load", "5000.00", "monday's box"),
             ("cash count", "4879.50", "-")])
        entries = self.bank.ctl_json("journal", "--kind", "cash")[1::-1]
        self.assertEqual([row["seq"] for row in entries],
                         [row["entry"] for row in rows])
        self.assertEqual(
            [tuple(row[name] for name in (
                "from", "to", "amount", "kiosk", "by", "reason"))
             for row in entries],
            [(":cash/kiosk-1", ":safe", "5000.00", "kiosk-1", bank.ME,
              "monday's box"),
             (":difference", ":cash/kiosk-1", "20.00", "kiosk-1", bank.ME,
              "-")])

    def cash(self, verb, amount, *words):
        """What is said, and what is in the machine by its account."""
        result = self.bank.ctl("cash", verb, "kiosk-1", amount, *words)
        savings, = [Decimal(row["savings"])
                    for row in self.bank.ctl_json("accounts")
                    if row["id"] == ":cash/kiosk-1"]
        self.assertEqual(Decimal(self.facts()["expected"]), -savings)
        return result.stderr, -savings

    def test_in_and_out_and_counted(self):
        self.cash("count", "0")
        entries = len(self.bank.ctl_json("journal", "--kind", "cash"))
        for verb, amount, held, said in (
                ("load", "1000", 1000, "should hold 1,000.00 now"),
                ("load", "-300.50", "699.50", "should hold 699.50 now"),
                ("count", "699.50", "699.50", "holds what it should"),
                ("count", "700", 700, "0.50 are too much"),
                ("count", "680", 680, "20.00 are missing"),
                ("count", "0", 0, "680.00 are missing")):
            told, now = self.cash(verb, amount)
            self.assertIn(said, told)
            self.assertEqual(now, Decimal(held))
        self.assertEqual(len(self.bank.ctl_json("journal", "--kind", "cash")),
                         entries + 5)
        # Nobody takes out what isn't there; what was found is counted first.
        self.cash("load", "20")
        self.refused(EX_DATAERR, "should hold only 20.00; .* cash count",
                     "cash", "load", "kiosk-1", "-20.01")
        self.assertEqual(self.cash("load", "-20")[1], 0)
        day = json.loads(self.bank.ctl("day", "--format", "json").stdout)[0]
        lines = {line["account"]: line for line in day["accounts"]}
        self.assertEqual(Decimal(lines[":cash/kiosk-1"]["closing"]), 0)
        self.assertIn(":safe", lines)
        self.assertIn(":difference", lines)

    def test_once(self):
        """A command whose answer was lost is booked once."""
        before = self.cash("count", "100")[1]
        words = "--id", "0" * 31 + "9"
        for verb, amount, other in (("load", "50", "51"),
                                    ("count", "140", None)):
            _, held = self.cash(verb, amount, *words)
            self.assertEqual(self.cash(verb, amount, *words)[1], held)
            if other:
                self.refused(EX_DATAERR, "used for something else", "cash",
                             verb, "kiosk-1", other, *words)
            words = "--id", "0" * 31 + "8"
        self.assertEqual(held, before + 40)
        self.refused(EX_DATAERR, "used for something else", "cash", "load",
                     "kiosk-1", "10", *words)

    def test_what_is_refused(self):
        self.refused(EX_DATAERR, "no kiosk x", "cash", "x")
        self.refused(EX_DATAERR, "no kiosk x", "cash", "load", "x", "5")
        for verb, amount in (("load", "0"), ("load", "--5"), ("load", "x"),
                             ("count", "-5"), ("count", "1.234")):
            self.refused(EX_DATAERR, "an amount", "cash", verb, "kiosk-1",
                         amount)


class RealKiosk(test_cash.Machine, Known):
    """The kiosk's own reports, through its screens' other half."""

    notes_ = ("cash.notes=20 50", "cash.stock=30 40")

    def test_the_stock_follows(self):
        kiosk = test_cash.Kiosk(self, *self.notes_, self.script("exit 0\n"))
        wait_for("the first report", lambda: self.facts().get("stock")
                 == "20:30 50:40")
        kiosk.type(self.login + "retiro 90\n3\n")
        self.assertIn("goodbye", kiosk.ends()[1])
        # The bank has been told when the kiosk ends.
        self.assertEqual(self.facts()["stock"], "20:28 50:39")
        row, = [row for row in self.bank.ctl_json("kiosk", "list")
                if row["name"] == "kiosk-1"]
        self.assertEqual(row["version"], "atm-tui/" + run(
            ATM_TUI, "-V").stdout.split()[1])

    def test_a_case_arrives(self):
        kiosk = test_cash.Kiosk(self, *self.notes_, self.held(0))
        kiosk.type(self.login + "retiro 90\n")
        self.wait_running()
        kiosk.kill()
        self.let_go()
        again = test_cash.Kiosk(self, *self.notes_)
        row, = wait_for("the case", lambda: [
            row for row in self.waiting("reconcile")
            if row["detail"].startswith(self.name + " ")])
        self.assertIn("while the machine was at work", row["reason"])
        again.ends()
        self.bank.ctl("settle", row["number"], "--reason", "counted")
        # The file is still there; the bank knows the case.
        self.assertTrue([name for name in self.notes()
                         if name.startswith("reconcile.")])
        third = test_cash.Kiosk(self, *self.notes_)
        wait_for("a report", lambda: re.search(
            "stock-time", self.bank.ctl("cash", "kiosk-1").stdout))
        third.ends()
        self.assertEqual([row for row in self.waiting("reconcile")
                          if row["detail"].startswith(self.name + " ")], [])



if __name__ == "__main__":
    unittest.main()
