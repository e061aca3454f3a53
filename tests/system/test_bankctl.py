# SPDX-License-Identifier: ISC
"""The operator's commands: money, limits, pauses, the log's level, backups,
exports (bankctl(8))."""

import array
import contextlib
import csv
import ctypes
import datetime
import fcntl
import io
import locale
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import termios
import threading
import unittest
import zoneinfo
from decimal import Decimal

from lib import bank, model, patience
from lib.bank import BANKCTL, run, wait_for
from lib.case import OVER, SUCCESS, BankCase

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 69, 73
EX_IOERR, EX_NOPERM = 74, 77
UNAVAILABLE = 503


class Operator(BankCase):
    def refused(self, code, pattern, *words, served=None):
        result = (served or self.bank).ctl(*words, check=False)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertRegex(result.stderr, pattern)
        return result

    def newest(self, name, served=None):
        """A customer's newest entry: a dictionary."""
        return (served or self.bank).ctl_json("history", name, "1")[0]

    def balances(self, name, served=None):
        row = (served or self.bank).ctl_json("account", name)[0]
        return row["savings"], row["checking"]

    def withdraw(self, name, amount):
        """The number of the entry."""
        atm = self.session(name, kiosk=self.bank.kiosk())
        self.said(atm.request("WITHDRAW %s 1 %s" % (atm.txid(), amount)),
                  SUCCESS)
        atm.exit()
        return self.newest(name)["seq"]


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
            self.refused(EX_USAGE, "usage", "deposit", *words)
        for amount in ("-5", "+5", "0", "1.234", "x"):
            self.refused(EX_DATAERR, "amount", "deposit", "p1", "1", amount,
                         "--reason", "x")

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
        process.send_signal(signal.SIGSTOP)
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
        """Of a bank that is stopped; all of them: unit/test_store_read."""
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


class Backup(Operator):
    people = 2

    def copy(self, served):
        path = served.path("copy.db")
        if os.path.exists(path):
            os.unlink(path)
        served.ctl("backup", path)
        return path

    def test_one_moment_while_it_serves(self):
        """Transfers go on between two; in each copy nothing is missing."""
        served = self.fresh()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        done = threading.Event()

        def work():
            while not done.is_set():
                atm.transfer(1, "fey", "0.01")
        worker = threading.Thread(target=work)
        worker.start()
        try:
            for _ in range(5):
                path = self.copy(served)
                status = os.stat(path)
                self.assertEqual(status.st_mode & 0o777, 0o600)
                self.assertEqual(status.st_uid,
                                 os.stat(served.file("")).st_uid)
                place = served.path("copy")
                os.makedirs(place, exist_ok=True)
                shutil.copy(path, os.path.join(place, "bank.db"))
                self.assertEqual(model.Books(place).sum(), 0)
        finally:
            done.set()
            worker.join()
        self.assertEqual(os.listdir(served.directory).count("copy.db.new"), 0)

    def test_nothing_is_replaced(self):
        path = self.copy(self.bank)
        self.refused(EX_CANTCREAT, "exists", "backup", path)
        self.refused(EX_CANTCREAT, "No such", "backup",
                     self.bank.path("none", "copy"))

    def test_a_rest_of_one_that_was_killed(self):
        path = self.bank.path("other.db")
        with open(path + ".new", "w") as f:
            f.write("half")
        self.bank.ctl("backup", path)
        self.assertFalse(os.path.exists(path + ".new"))

    def test_there_and_back(self):
        served = self.fresh()
        served.ctl("deposit", "joe", "1", "5", "--reason", "x")
        path = self.copy(served)
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        self.refused(EX_UNAVAILABLE, "bankd", "-y", "restore", path,
                     served=served)
        served.stop()
        self.refused(EX_USAGE, "confirm with", "restore", path, served=served)
        facts = served.ctl_json("-y", "restore", path)[0]
        self.assertTrue(os.path.exists(facts["kept"]))
        self.assertRegex(facts["kept"],
                         r"/bank\.db\.replaced\.\d{8}T\d{6}Z$")
        self.assertEqual(os.stat(served.file("bank.db")).st_mode & 0o777,
                         0o600)
        self.assertFalse(os.path.exists(served.file("restore.new")))
        served.start()
        self.assertEqual(self.balances("joe", served)[0], "10005.00")
        self.assertEqual(served.lines()["joe"][0], "10005")
        self.assertEqual(served.ctl_json("verify")[0]["seq"], facts["seq"])
        served.stop()
        model.check(served)

    def test_after_a_crash(self):
        """The state's log has entries that the restored one must not get."""
        served = self.fresh()
        path = self.copy(served)
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        family = served.family()
        served.process.kill()
        served.process.wait()
        for pid in family:
            bank.kill(pid)
        served.process.stdout.close()
        wait_for("the vault to leave its state", served.is_left)
        served.ctl("-y", "restore", path)
        served.start()
        self.assertEqual(self.balances("joe", served)[0], "10000.00")

    def test_stopped(self):
        served = self.fresh()
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        served.stop()
        path = self.copy(served)
        os.unlink(served.file("bank.db"))
        served.ctl("-y", "restore", path)
        served.start()
        self.assertEqual(self.balances("joe", served)[0], "10007.00")

    def test_stopped_and_newer_files(self):
        """What `password` and `balance` had since is no edit of its."""
        served = self.fresh()
        served.stop()
        path = self.copy(served)
        served.start()
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        served.stop()
        served.ctl("-y", "restore", path)
        served.start()
        self.assertEqual(self.balances("joe", served)[0], "10000.00")
        self.assertEqual(served.lines()["joe"][0], "10000")

    def test_what_is_no_backup(self):
        served = self.fresh()
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        path = self.copy(served)
        served.stop()
        with open(served.file("bank.db"), "rb") as f:
            before = f.read()

        def refused(pattern, name=path):
            self.refused(EX_DATAERR, pattern, "-y", "restore", name,
                         served=served)
            with open(served.file("bank.db"), "rb") as f:
                self.assertEqual(f.read(), before)
        for data in (b"", b"x" * 8192):
            other = served.path("other")
            with open(other, "wb") as f:
                f.write(data)
            refused("not a backup", other)
        db = sqlite3.connect(path)
        db.execute("UPDATE entry SET amount = amount + 1")
        db.commit()
        refused("nothing was changed")
        db.execute("UPDATE entry SET amount = amount - 1")
        db.execute("DELETE FROM entry WHERE seq = 2")
        db.commit()
        db.close()
        refused("nothing was changed")
        result = served.ctl("-y", "restore", served.path("none"), check=False)
        self.assertEqual(result.returncode, 66)


class ReadOnly(Operator):
    """A stopped bank in a place where nothing can be written: mounted so, or
    a directory that isn't its owner's to write to."""

    start_bank = False
    state = "var"
    READS = (("verify",), ("accounts",), ("account", "chris"),
             ("export",), ("export", "chris", "--format", "hledger"),
             ("kiosk", "list"))
    MOUNT = ('mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && '
             'shift && exec "$@"')

    def moved(self):
        served = self.fresh()
        atm = served.session("chris")
        for _ in range(3):
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        return served

    def mounted(self, served, *words):
        return run("unshare", "-m", "sh", "-c", self.MOUNT, "sh",
                   served.path("var"), BANKCTL, "-c", served.config, *words)

    def unwritable(self, served, *words):
        state = served.path(self.state)
        os.chmod(state, 0o500)
        try:
            return run(*self.powerless(), BANKCTL, "-c", served.config, *words)
        finally:
            os.chmod(state, 0o700)

    def powerless(self):
        """What makes root one whom a mode keeps out."""
        if os.geteuid() != 0:
            return []
        words = ["setpriv", "--bounding-set",
                 "-dac_override,-dac_read_search"]
        if run(*words, "true").returncode != 0:
            self.skipTest("root can't give rights up here")
        return words

    @staticmethod
    def all_files(served):
        return {name: (os.stat(served.file(name)).st_mtime_ns,
                       os.stat(served.file(name)).st_size)
                for name in os.listdir(served.path("var"))}

    def reads(self, served, way, has_log):
        """All of it is read, as from a place that can be written, and said."""
        before = self.all_files(served)
        found = {}
        for words in self.READS:
            result = way(served, *words)
            self.assertEqual(result.returncode, 0, result.stderr)
            if words[0] != "kiosk":
                self.assertEqual("this file is read together" in result.stderr,
                                 has_log, result.stderr)
            found[words] = result.stdout
        copy = served.path("copy-%s" % way.__name__)
        result = way(served, "backup", copy)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.all_files(served), before)
        self.assertIn("9997.00", found["account", "chris"])
        with contextlib.closing(sqlite3.connect(copy)) as db:
            self.assertEqual(db.execute(
                "SELECT count(*) FROM entry WHERE kind = 0").fetchone()[0], 3)
        return found

    def everywhere(self, way):
        served = self.moved()
        served.kill()
        self.assertGreater(os.path.getsize(served.file("bank.db-wal")), 0)
        # Before anything that may be written to has read it.
        broken = self.reads(served, way, True)
        os.unlink(served.path("copy-%s" % way.__name__))
        served.start().stop()
        stopped = self.reads(served, way, False)
        self.assertEqual(broken, stopped)
        for words, said in stopped.items():
            self.assertEqual(served.ctl(*words).stdout, said)

    def test_mounted(self):
        if run("unshare", "-m", "true").returncode != 0:
            self.skipTest("no mount namespace may be made here")
        self.everywhere(self.mounted)

    def test_a_directory_that_is_not_ours_to_write_to(self):
        self.everywhere(self.unwritable)

    def test_a_bank_that_runs_is_not_read_so(self):
        """Its files change: what is read there would be of no moment."""
        if run("unshare", "-m", "true").returncode != 0:
            self.skipTest("no mount namespace may be made here")
        served = self.moved()
        os.rename(served.file("control"), served.path("away"))
        result = self.mounted(served, "verify")
        os.rename(served.path("away"), served.file("control"))
        self.assertEqual(result.returncode, EX_UNAVAILABLE, result.stderr)
        self.assertRegex(result.stderr, "in use by another bankd, pid %d"
                         % served.vault())

    def test_nothing_is_written_there(self):
        served = self.moved().stop()
        result = self.unwritable(served, "kiosk", "add", "--key",
                                 served.path("k.key"), "k")
        self.assertEqual(result.returncode, EX_NOPERM, result.stderr)

    def test_names_that_mean_something_to_a_library(self):
        """A directory's name is a name, whatever stands in it."""
        served = self.moved().stop()
        name = served.path("a %41?mode=rw#x")
        os.rename(served.path("var"), name)
        with open(served.config) as f:
            text = f.read()
        with open(served.config, "w") as f:
            f.write(re.sub(r"(?m)^state = .*", 'state = "%s"' % name, text))
        self.state = os.path.basename(name)
        result = self.unwritable(served, "account", "chris")
        self.assertIn("9997.00", result.stdout)


class StandsStill(Operator):
    """A reader that stands still doesn't let bank.db's log grow for ever."""

    start_bank = False
    weight = 60
    TURN = 12 << 20     # more than begins it anew, 8 MB

    def log_bytes(self, served):
        return os.path.getsize(served.file("bank.db-wal"))

    def write_on(self, served, atm, enough):
        """Transfers until so many bytes went to the log, by its frames; how
        large its file became."""
        before = served.ctl_json("history", "chris", "1")[0]["seq"]
        for _ in range(40):
            for _ in range(50):
                self.said(atm.transfer(1, "fey", "0.01"), SUCCESS)
            done = int(served.ctl_json("history", "chris", "1")[0]["seq"])
            if (done - int(before)) * self.LEAST > enough:
                return self.log_bytes(served)
        self.fail("too few transfers")

    LEAST = 2 * 4120    # bytes of the log for a transfer

    def test_an_export_that_nobody_reads(self):
        served = self.fresh(limits_rate="0")
        atm = served.session("chris")
        self.addCleanup(atm.close)
        for _ in range(1000):
            self.said(atm.transfer(1, "fey", "0.01"), SUCCESS)
        process = subprocess.Popen(
            [BANKCTL, "-c", served.config, "export"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        buffer = array.array("i", [0])

        def full():
            fcntl.ioctl(process.stdout, termios.FIONREAD, buffer)
            return buffer[0] >= 65536
        wait_for("a full pipe", full)
        self.write_on(served, atm, self.TURN)
        self.assertLess(self.log_bytes(served), self.TURN)

    def test_a_backup_that_is_stopped(self):
        served = self.fresh(limits_rate="0").stop()
        # Something that takes a copy some time.
        with contextlib.closing(sqlite3.connect(
                served.file("bank.db"))) as db, db:
            db.execute("CREATE TABLE large (x BLOB)")
            for _ in range(40):
                db.execute("INSERT INTO large WITH RECURSIVE n(i) AS (SELECT "
                           "1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                           "SELECT randomblob(300) FROM n")
        served.start()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        copy = served.path("copy.db")
        process = subprocess.Popen(
            [BANKCTL, "-c", served.config, "backup", copy], text=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for("the copy to begin", lambda: os.path.exists(copy + ".new")
                 and os.path.getsize(copy + ".new") > 0, every=0)
        child, = bank.children(process.pid)
        os.kill(child, signal.SIGSTOP)
        self.assertIn("ended, because", process.stderr.read())
        self.assertEqual(process.wait(60), EX_IOERR)
        self.assertFalse(bank.alive(child))
        self.assertEqual([name for name in os.listdir(served.directory)
                          if name.startswith("copy.db")], [])
        self.write_on(served, atm, self.TURN)
        self.assertLess(self.log_bytes(served), self.TURN)
        # And another goes through.
        served.ctl("backup", copy)


class Export(Operator):
    people = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        test = cls("test_csv")
        atm = cls.bank.session("chris", kiosk=cls.bank.kiosk())
        for line in ("WITHDRAW %s 1 40", "DEPOSIT %s 2 60"):
            test.assertEqual(atm.request(line % atm.txid()).code, 200, line)
        test.assertEqual(atm.transfer(1, "fey", "12.34").code, 200)
        test.assertEqual(atm.transfer(1, "chris", "5", 2).code, 200)
        atm.exit()
        atm.close()
        rows = cls.bank.ctl_json("history", "chris")
        cls.bank.ctl("reverse", [row["seq"] for row in rows
                                 if row["kind"] == "withdraw"][0])
        cls.bank.ctl("adjust", "fey", "2", "-1", "--reason", "<&>")

    def export(self, *words):
        return self.bank.ctl("export", *words).stdout

    def accounts(self):
        return {(row["id"], account): Decimal(row[account])
                for row in self.bank.ctl_json("accounts")
                for account in ("savings", "checking")}

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.export(), newline="")))
        self.assertEqual([int(row["seq"]) for row in rows],
                         list(range(1, len(rows) + 1)))
        sums = dict.fromkeys(self.accounts(), Decimal(0))
        for row in rows:
            sums[row["from"], row["from_account"]] -= Decimal(row["amount"])
            sums[row["to"], row["to_account"]] += Decimal(row["amount"])
        self.assertEqual(sums, self.accounts())
        own = list(csv.DictReader(io.StringIO(
            self.export("chris", "--format", "csv"), newline="")))
        self.assertEqual(own, [row for row in rows if "chris" in (
            row["from"], row["to"])])

    def hledger(self, text, *words):
        program = shutil.which("hledger")
        if not program:
            self.skipTest("hledger is not installed")
        result = run(program, "-f", "-", *words, input=text,
                     env={"LC_ALL": "C.UTF-8"})
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_hledger(self):
        for words in ((), ("chris",)):
            text = self.export("--format", "hledger", *words)
            self.hledger(text, "check", "--strict")
            self.hledger(text, "-s", "balance")
            told = {}
            for row in csv.DictReader(io.StringIO(self.hledger(
                    text, "balance", "-O", "csv", "--flat", "-E"))):
                told[row["account"]] = Decimal(row["balance"])
            self.assertEqual(told.pop("total", Decimal(0)), 0)
            self.assertEqual(sum(told.values()), 0)
            for (name, account), cents in self.accounts().items():
                full = "customer:%s:%s" % (name, account)
                if not name.startswith(":") and name in (words or (name,)):
                    self.assertEqual(told.get(full, 0), cents, full)
        self.assertEqual(told["customer:chris:savings"],
                         self.accounts()["chris", "savings"])

    def test_one_customers_names_no_others(self):
        """But those in its entries."""
        text = self.export("fey", "--format", "hledger")
        self.assertNotIn("joe", text)
        declared = re.findall(r"(?m)^account (.*)$", text)
        self.assertEqual(len(declared), len(set(declared)))
        self.assertEqual(set(declared), set(re.findall(
            r"(?m)^    (\S+)", text)))

    def days(self):
        """Of each entry, by its number: what the three formats say, as
        [(date, hour, minutes from UTC), ...]."""
        found = {}
        for row in csv.DictReader(io.StringIO(self.export(), newline="")):
            when = datetime.datetime.fromisoformat(
                row["time"].replace("Z", "+00:00"))
            found[row["seq"]] = [when]
        text = self.export("--format", "hledger")
        for date, seq, time in re.findall(
                r"(?m)^(\S+) \((\d+)\) \w+  ; (\S+)", text):
            found[seq].append(datetime.datetime.fromisoformat(
                date + time[10:].replace("Z", "+00:00")))
        for posted, seq in re.findall(
                "<DTPOSTED>([^<]*)</DTPOSTED>.*?<FITID>([^<]*)",
                self.export("--format", "ofx")):
            digits, hours = re.fullmatch(
                r"(\d{14})\.000\[([-+]?[\d.]+)(?::[A-Za-z]+)?\]",
                posted).groups()
            zone = datetime.timezone(
                datetime.timedelta(hours=float(hours)))
            found[seq].append(datetime.datetime.strptime(
                digits, "%Y%m%d%H%M%S").replace(tzinfo=zone))
        return {seq: [(when.isoformat(), when.utcoffset())
                      for when in times] for seq, times in found.items()}

    def test_days(self):
        """At any time there is another day in one of the first two."""
        self.addCleanup(self.bank.restart, bank_time_zone="UTC")
        before = self.days()
        for name in ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata",
                     "Europe/Berlin", "America/St_Johns", "UTC"):
            try:
                zone = zoneinfo.ZoneInfo(name)
            except zoneinfo.ZoneInfoNotFoundError:
                self.skipTest("tzdata is not installed")
            self.bank.restart(bank_time_zone=name)
            with open(self.bank.config) as f:
                text = f.read()
            with open(self.bank.config, "w") as f:
                f.write(re.sub(r"(?m)^time_zone.*\n", "", text).replace(
                    "[bank]\n", "[bank]\ntime_zone = %s\n" % name))
            days = self.days()
            self.assertEqual(set(days), set(before))
            for seq, told in days.items():
                utc = datetime.datetime.fromisoformat(before[seq][0][0])
                local = utc.astimezone(zone)
                self.assertEqual(
                    set(told), {(local.isoformat(), local.utcoffset())})
                self.assertGreaterEqual(len(told), 2)
            # By the bank that runs, too: its vault reads no file then.
            answer = self.through_the_bank("hledger")
            self.assertEqual(answer, self.export("--format", "hledger"))
            self.hledger(answer, "check", "--strict")

    def through_the_bank(self, form):
        """What a member of control_group is given."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.bank.path("var", "control"))
            s.sendall(("export %s Bank\n" % form).encode())
            s.shutdown(socket.SHUT_WR)
            with s.makefile() as f:
                lines = f.read().split("\n")
        self.assertEqual(lines[-2:], [". 0", ""])
        return "".join(line[2:].replace("\\n", "\n") for line in lines
                       if line.startswith("+ "))

    def test_a_zone_that_is_none(self):
        served = self.fresh(start=False)
        for name in ("Nowhere/Atall", "Europe", "../zoneinfo/UTC", "zone.tab",
                     "/usr/share/zoneinfo/UTC"):
            served.set(bank_time_zone=name)
            code, said = served.fails()
            self.assertEqual(code, 78, said)
            self.assertIn("no time zone " + name, said)
        with open(served.config, "a") as f:
            f.write("\n[bank]\ntime_zone = Nowhere/Atall\n")
        self.refused(78, "no time zone", "export", served=served)
        result = run(bank.BANKD, "-t", "-c", served.config)
        self.assertEqual(result.returncode, 78)
        self.assertIn("no time zone Nowhere/Atall", result.stderr)

    def fitids(self, text):
        found = {}
        for part in text.split("<STMTRS>")[1:]:
            account = re.search("<ACCTID>([^<]*)", part)[1]
            found[account] = re.findall(
                "<TRNAMT>([^<]*)</TRNAMT><FITID>([^<]*)", part)
            self.assertEqual(len(set(i for _, i in found[account])),
                             len(found[account]))
            self.assertEqual(sum(Decimal(a) for a, _ in found[account]),
                             Decimal(re.search("<BALAMT>([^<]*)", part)[1]))
        return found

    def test_fitids_never_change(self):
        before = self.fitids(self.export("--format", "ofx"))
        self.assertEqual(len(before), 2 * len(self.bank.lines()))
        self.bank.ctl("deposit", "chris", "1", "1", "--reason", "later")
        self.bank.restart()
        after = self.fitids(self.export("--format", "ofx"))
        for account, rows in before.items():
            self.assertTrue(set(rows) <= set(after[account]), account)
        self.assertEqual(len(after["chris-1"]), len(before["chris-1"]) + 1)
        self.assertEqual(
            self.fitids(self.export("chris", "--format", "ofx")),
            {name: after[name] for name in ("chris-1", "chris-2")})

    def test_ofxdump(self):
        program = shutil.which("ofxdump")
        if not program:
            self.skipTest("ofxdump (package ofx) is not installed")
        path = self.bank.path("export.ofx")
        for words in (("chris",), ()):
            text = self.export(*words, "--format", "ofx")
            with open(path, "w") as f:
                f.write(text)
            result = run(program, path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertNotIn("LibOFX ERROR", result.stderr)
            told = re.findall(r"Financial institution's ID for this "
                              r"transaction: (\S+)", result.stdout)
            self.assertEqual(sorted(told, key=int), sorted(
                (i for rows in self.fitids(text).values() for _, i in rows),
                key=int))
            balances = re.findall(r"Ledger balance: (\S+)", result.stdout)
            self.assertEqual([Decimal(x) for x in balances], [
                Decimal(x) for x in re.findall("<BALAMT>([^<]*)", text)])

    def test_words(self):
        self.refused(EX_USAGE, "usage", "export", "--format", "pdf")
        self.refused(EX_USAGE, "usage", "export", "chris", "fey")
        self.refused(EX_DATAERR, "no account", "export", "nobody")

    def test_stopped(self):
        self.addCleanup(self.bank.start)
        before = self.export()
        self.bank.stop()
        self.assertEqual(self.export(), before)


if __name__ == "__main__":
    unittest.main()
