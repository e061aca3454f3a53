# SPDX-License-Identifier: ISC
"""The operator's commands: money, limits, pauses, the log as it comes and its
level, the proof of the books (bankctl(8))."""

import ctypes
import locale
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import unittest

from lib import patience
from lib.bank import BANKCTL, freeze, run
from lib.case import OVER, SUCCESS, BankCase, Operator

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE = 64, 65, 69
UNAVAILABLE = 503


class Money(Operator):
    people = 8

    def test_deposit_and_its_reason(self):
        self.bank.ctl("deposit", "p1", "1", "5.50", "--reason", "a gift")
        self.bank.ctl("deposit", "--reason", "b", "p1", "2", "1")
        self.bank.ctl("deposit", "p1", "2", "1", "as a word")
        self.assertEqual(self.balances("p1"), ("10005.50", "1002.00"))
        self.bank.log_has(r'operator_deposit id=p1 .*reason="?a gift')
        for words in (("p1", "1", "5"), ("p1", "1", "5", "--reason"),
                      ("p1", "1", "5", "x", "--reason", "y")):
            self.refused(EX_USAGE, "usage|needs --reason", "deposit",
                         *words)
        for amount in ("-5", "+5", "0", "1.234", "x"):
            self.refused(EX_DATAERR, "amount %s: more than 0" %
                         re.escape(amount), "deposit", "p1", "1", amount,
                         "--reason", "x")
        for account in ("3", "Savings", "0"):
            self.refused(EX_DATAERR, "account %s: 1 .savings. or 2" % account,
                         "deposit", "p1", account, "5", "--reason", "x")

    def test_numbers_are_digits(self):
        for number in ("+1", " 1", "-1", "1x", "0x1", "0", "1" + 19 * "0"):
            self.refused(EX_DATAERR, "count is a number", "history", "p1",
                         number)
            self.refused(EX_DATAERR, "number of an entry", "reverse", number)
            self.refused(EX_USAGE, "not from 1 to 65535", "init", "--port",
                         number, self.bank.path("new"))
        self.assertFalse(os.path.exists(self.bank.path("new")))

    def test_adjust_goes_both_ways(self):
        self.bank.ctl("adjust", "p2", "1", "-0.50", "--reason", "a mistake")
        self.bank.ctl("adjust", "p2", "2", "+7", "--reason", "another")
        self.assertEqual(self.balances("p2"), ("9999.50", "1007.00"))
        self.assertEqual(self.newest("p2")["kind"], "adjust")
        self.assertEqual(self.bank.lines()["p2"], ["9999.50", "1007"])
        self.refused(EX_DATAERR, "not so much", "adjust", "p2", "1",
                     "-9999.51", "--reason", "x")
        self.refused(EX_DATAERR, "largest", "adjust", "p2", "1",
                     "9999999999999.99", "--reason", "x")
        self.refused(EX_DATAERR, "no account", "adjust", "nobody", "1", "1",
                     "--reason", "x")
        self.refused(EX_USAGE, "reason", "adjust", "p2", "1", "1",
                     "--reason", "")
        self.bank.ctl("adjust", "p2", "2", "-1007", "--reason", "all of it")
        self.assertEqual(self.balances("p2"), ("9999.50", "0.00"))

    def test_reverse_is_once(self):
        seq = self.withdraw("p3", "40")
        self.bank.ctl("reverse", seq)
        self.assertEqual(self.balances("p3"), ("10000.00", "1000.00"))
        entry = self.newest("p3")
        self.assertEqual(entry["kind"], "reversal")
        self.refused(EX_DATAERR, "reversed by entry %s" % entry["seq"],
                     "reverse", seq)
        self.refused(EX_DATAERR, "not a withdrawal", "reverse", entry["seq"])
        self.refused(EX_DATAERR, "no entry", "reverse", "99999")
        for word in ("0", "-1", "1x", "99999999999999999999"):
            self.refused(EX_DATAERR, "number", "reverse", word)
        self.assertEqual(self.balances("p3"), ("10000.00", "1000.00"))

    def test_close_takes_no_other_words(self):
        """What was misspelt isn't left out."""
        run(BANKCTL, "-c", self.bank.config, "open", "empty",
            input="geheim-4711\n")
        for words in (("--too", "fey"), ("--to",), ("fey",), ("--to", "")):
            self.refused(EX_USAGE, "--to", "close", "empty", *words)
        self.bank.ctl("close", "empty", "--to", "fey")

    def test_reverse_for_a_closed_account(self):
        seq = self.withdraw("p4", "10000")
        self.bank.ctl("adjust", "p4", "2", "-1000", "--reason", "x")
        self.bank.ctl("close", "p4")
        self.refused(EX_DATAERR, "closed", "reverse", seq)
        for command in ("deposit", "adjust"):
            self.refused(EX_DATAERR, "no account", command, "p4", "1", "1",
                         "--reason", "x")
        self.assertEqual(self.balances("p4"), ("0.00", "0.00"))

    def test_limits_of_one_customer(self):
        atm = self.session("p5")
        self.bank.ctl("limit", "p5", "transfer", "10")
        self.assertEqual(atm.transfer(1, "p6", "10.01").said()[:3], OVER[:3])
        self.said(atm.transfer(1, "p6", "10"), SUCCESS)
        self.bank.ctl("limit", "p5", "transfer-day", "15")
        self.assertEqual(atm.transfer(1, "p6", "6").said()[:3], OVER[:3])
        self.bank.ctl("limit", "p5", "transfer", "0")
        self.assertEqual(atm.transfer(1, "p6", "1").said()[:3], OVER[:3])
        for name in ("transfer", "transfer-day"):
            self.bank.ctl("limit", "p5", name, "default")
        self.said(atm.transfer(1, "p6", "100"), SUCCESS)
        for words in (("nothing", "1"), ("balance", "1"), ("transfer", "-1"),
                      ("transfer", "x")):
            self.refused(EX_DATAERR, "limit takes", "limit", "p5", *words)
        self.refused(EX_DATAERR, "no account", "limit", "nobody", "transfer",
                     "1")

    def test_limits_are_kept_over_a_crash(self):
        self.bank.ctl("limit", "p7", "transfer", "10")
        self.bank.kill_child("vault")
        atm = self.bank.atm_when_served()
        self.addCleanup(atm.close)
        self.assertEqual(atm.login("p7", "canary-p7").code, 200)
        self.assertEqual(atm.transfer(1, "p6", "11").said()[:3], OVER[:3])


class Columns(Operator):
    """Names of any width, which the kiosk measures with the same function:
    wcwidth(3) of each character."""

    NAMES = {"plain": "Joe", "accent": "Jos\u00e9",
             "marks": "Jose\u0301 a\u030a\u0323",
             "wide": "\u65e5\u672c\u8a9e \u9280\u884c", "hangul": "\ud55c\uae00",
             "half": "\uff76\uff85", "emoji": "\U0001f600 Joe",
             "joined": "a\u200db", "none": ""}

    def width(self, text):
        libc = ctypes.CDLL(None)
        libc.wcwidth.argtypes = [ctypes.c_uint32]
        widths = [libc.wcwidth(ord(c)) for c in text]
        self.assertGreaterEqual(min(widths, default=0), 0, repr(text))
        return sum(widths)

    def test_they_line_up(self):
        before = locale.setlocale(locale.LC_CTYPE)
        self.addCleanup(locale.setlocale, locale.LC_CTYPE, before)
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        self.assertEqual(self.width("\u65e5e\u0301"), 3)
        for name, text in self.NAMES.items():
            result = run(BANKCTL, "-c", self.bank.config, "open", name, text,
                         input="canary-names\n")
            self.assertEqual(result.returncode, 0, result.stderr)
        shown = {}
        for language in ("C", "C.UTF-8"):
            shown[language] = subprocess.run(
                [BANKCTL, "-c", self.bank.config, "accounts"],
                stdout=subprocess.PIPE, check=True,
                env=dict(os.environ, LC_ALL=language)).stdout.decode()
        # What a script reads is no matter of its locale.
        self.assertEqual(shown["C"], shown["C.UTF-8"])
        lines = shown["C"].splitlines()
        ends = set()
        for line in lines[1:]:
            name = line.split()[0]
            text = self.NAMES.get(name, "")
            self.assertIn(text, line)
            # The end of `savings`, which stands on the right.
            end = re.match(r"\S+ +" + re.escape(text) + r" +\S+",
                           line).end()
            ends.add(self.width(line[:end]))
        self.assertLessEqual(set(self.NAMES),
                             {line.split()[0] for line in lines})
        self.assertEqual(len(ends), 1, shown["C"])


class Pause(Operator):
    people = 4

    def tearDown(self):
        self.bank.ctl("resume")

    def status(self):
        return self.bank.ctl_json("status")[0]["vault-transactions"]

    def test_transactions_wait(self):
        atm = self.session("p1")
        self.bank.ctl("pause")
        self.assertEqual(self.status(), "refused, paused")
        self.assertEqual(atm.transfer(1, "p2", 1).code, UNAVAILABLE)
        atm.balances()
        self.session("p2").exit()
        self.bank.ctl("adjust", "p3", "1", "-1", "--reason", "put right")
        self.bank.ctl("resume")
        self.assertEqual(self.status(), "taken")
        self.said(atm.transfer(1, "p2", 1), SUCCESS)
        self.bank.log_has("resumed")

    def test_a_crash_ends_no_pause(self):
        self.bank.ctl("pause")
        self.bank.kill_child("vault")
        atm = self.bank.atm_when_served()
        self.addCleanup(atm.close)
        self.assertEqual(atm.login("p3", "canary-p3").code, 200)
        self.assertEqual(atm.transfer(1, "p2", 1).code, UNAVAILABLE)
        self.bank.ctl("reload")
        self.assertEqual(atm.transfer(1, "p2", 1).code, UNAVAILABLE)


class Follow(BankCase):
    people = 2

    def follower(self, *words):
        process = subprocess.Popen(
            [BANKCTL, "-c", self.bank.config, *words, "monitor"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def read_until(self, process, pattern, doing):
        """What it printed, up to a line that fits; `doing` again until."""
        said = ""
        bound = patience.Bound(20)
        while not re.search(pattern, said):
            self.assertFalse(bound.over(), said)
            doing()
            if select.select([process.stdout], [], [], 0.2)[0]:
                said += os.read(process.stdout.fileno(), 65536).decode()
        return said

    def lock(self):
        self.bank.ctl("lock", "p1")

    def test_lines_as_they_come(self):
        said = self.read_until(
            self.follower(), "notice: operator .*on=p1", self.lock)
        self.assertNotIn("debug: ", said)
        said = self.read_until(self.follower("-j"), '"line": "operator ',
                               self.lock)
        self.assertIn('"level": "notice"', said)

    def test_those_that_are_gone_are_forgotten(self):
        for _ in range(20):
            process = self.follower()
            self.read_until(process, "on=p1", self.lock)
            process.kill()
            process.wait()

    def test_one_that_does_not_read_keeps_nobody_waiting(self):
        process = self.follower()
        self.read_until(process, "on=p1", self.lock)
        freeze(process.pid)
        self.bank.ctl("log", "debug")
        atm = self.session("p2")
        for _ in range(300):
            self.said(atm.transfer(1, "chris", "0.01"), SUCCESS)
        self.bank.ctl("log", "default")
        process.send_signal(signal.SIGCONT)

    def test_level(self):
        atm = self.session("p2")
        self.said(atm.transfer(1, "chris", 1), SUCCESS)
        self.bank.ctl("log", "debug")
        self.said(atm.transfer(1, "chris", 2), SUCCESS)
        self.bank.log_has("transaction kind=transfer .*amount=2.00")
        self.assertNotRegex(self.bank.said, "transaction .*amount=1.00")
        self.bank.kill_child("vault")
        atm = self.bank.atm_when_served()
        self.addCleanup(atm.close)
        atm.login("p2", "canary-p2")
        self.said(atm.transfer(1, "chris", 3), SUCCESS)
        self.bank.log_has("transaction kind=transfer .*amount=3.00")
        self.bank.ctl("log", "default")
        self.said(atm.transfer(1, "chris", 4), SUCCESS)
        self.lock()
        self.assertNotRegex(self.bank.said, "transaction .*amount=4.00")
        for word in ("loud", "", "debug info"):
            result = self.bank.ctl("log", word, check=False)
            self.assertEqual(result.returncode, EX_USAGE)

    def test_the_end_of_the_bank(self):
        served = self.fresh()
        process = subprocess.Popen(
            [BANKCTL, "-c", served.config, "monitor"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.read_until(process, "operator",
                        lambda: served.ctl("unlock", "joe"))
        served.ctl("stop")
        self.assertIn("stop", patience.communicate(process)[0])
        self.assertEqual(process.returncode, 0)
        result = served.ctl("monitor", check=False)
        self.assertEqual(result.returncode, EX_UNAVAILABLE)


class Verify(Operator):
    def test_a_changed_row_by_name(self):
        """Of a bank that is stopped; all of them: unit/test_store_proof."""
        served = self.fresh()
        served.ctl("deposit", "joe", "1", "1", "--reason", "x")
        served.stop()
        seq = served.ctl_json("verify")[0]["seq"]
        changes = {
            "UPDATE entry SET amount = amount + 1 WHERE seq = 2": "entry 2: ",
            "DELETE FROM entry WHERE seq = 3": "entry 3: missing",
            "UPDATE account SET savings = 7 WHERE id = 'joe'": "account joe"}
        for change, name in changes.items():
            copy = served.path("copy.db")
            shutil.copy(served.file("bank.db"), copy)
            db = sqlite3.connect(served.file("bank.db"))
            db.execute(change)
            db.commit()
            db.close()
            self.refused(EX_DATAERR, name, "verify", served=served)
            shutil.copy(copy, served.file("bank.db"))
        self.assertEqual(served.ctl_json("verify")[0]["seq"], seq)


class Heads(Operator):
    def test_head_is_found_again(self):
        self.bank.ctl("deposit", "joe", "1", "1", "--reason", "x")
        facts = self.bank.ctl_json("verify")[0]
        self.bank.ctl("deposit", "joe", "1", "1", "--reason", "y")
        head = "%s:%s" % (facts["seq"], facts["chain"])
        other = "%s:%s" % (facts["seq"], "0" * 64)
        late = "%d:%s" % (int(facts["seq"]) + 9, facts["chain"])

        def check():
            self.bank.ctl("verify", "--head", head)
            self.refused(EX_DATAERR, "does not match", "verify", "--head",
                         other)
            self.refused(EX_DATAERR, "is missing", "verify", "--head", late)
            for word in ("1", "0:" + "0" * 64, "1:00", "x:" + "0" * 64):
                self.refused(EX_DATAERR, "SEQ:HASH", "verify", "--head",
                             word)
            self.refused(EX_USAGE, "--head", "verify", head)
        check()
        self.bank.stop()
        check()
        self.bank.start()


if __name__ == "__main__":
    unittest.main()
