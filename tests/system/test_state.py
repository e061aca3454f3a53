# SPDX-License-Identifier: ISC
"""The two files made and edited by hand, and what a start makes of them
(bankd-files(5))."""

import contextlib
import fcntl
import glob
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import unittest

from lib import bank, libcrypt, model
from lib.bank import Bank, wait_for
from lib.case import CORRECT, REFUSED, SUCCESS, Files

EX_DATAERR, EX_UNAVAILABLE = 65, 69
# Of `secret`, by each method that libcrypt verifies.
HASHES = [libcrypt.hashed("secret", prefix, cost) for prefix, cost in (
    ("$2y$", 5), ("$2a$", 5), ("$2b$", 5), ("$1$", 0), ("$6$", 0), ("$5$", 0),
    ("$7$", 6), ("$y$", 1))]


class FirstStart(Files):
    def test_forms_that_are_forgiven(self):
        served = self.hand_made(
            "# customers\r\n\r\n  chris\tcanary-chris  \r\nfey   canary-fey\n\n"
            "#joe 1\njoe canary-joe",
            "\n# money\nchris  10000\t1000\r\n\tfey 0.5 1.25\n"
            "joe 0007 9999999999999.99 ")
        self.assertEqual(served.lines(), {
            "chris": ["10000", "1000"], "fey": ["0.50", "1.25"],
            "joe": ["7", "9999999999999.99"]})
        for name, secret in bank.DEMO.items():
            self.assertEqual(self.login(served, name, secret), CORRECT)
        served.stop()
        model.check(served)

    def test_lines_of_fixed_width(self):
        served = self.hand_made("chris canary-chris\n", "chris 10000 1000\n")
        for name, width in (("balance", 80), ("password", 192)):
            data = served.read(name)
            self.assertEqual(len(data), width)
            self.assertTrue(data.endswith(" \n"), data)
        self.assertTrue(served.read().startswith("chris 10000 1000 "))

    def test_passwords_in_plain_text_are_hashed(self):
        served = self.hand_made("chris canary-chris\nfey canary-fey\n",
                                "chris 1 1\nfey 1 1\n")
        for name, words in served.lines("password").items():
            self.assertRegex(words[0], r"^\$y\$", name)
        self.assertNotIn("canary-chris", served.read("password"))
        # Again, and nothing is hashed a second time.
        before = served.read("password")
        served.restart()
        self.assertEqual(served.read("password"), before)
        self.assertEqual(self.login(served, "chris", "canary-chris"), CORRECT)

    def test_hashes_are_taken_as_they_are(self):
        names = dict(zip("abcdefgh", HASHES))
        served = self.hand_made(
            "".join("%s %s\n" % line for line in names.items())
            + "k !%s\nl !\nm *\n" % HASHES[0],
            "".join("%s 1 1\n" % name for name in "abcdefghklm"))
        found = served.lines("password")
        for name, secret in names.items():
            self.assertEqual(found[name], [secret])
            self.assertEqual(self.login(served, name, "secret"), CORRECT)
        self.assertEqual(found["k"], ["!" + HASHES[0]])
        self.assertEqual((found["l"], found["m"]), (["!"], ["!"]))
        for name, secret in (("k", "secret"), ("l", "!"), ("m", "*")):
            self.assertEqual(self.login(served, name, secret), REFUSED)

    def test_a_hash_that_is_none_is_no_password(self):
        """Its text would log in, and the owner's password would not."""
        for value in (HASHES[0][:-1], HASHES[3][:-1], HASHES[4][:-20],
                      "$apr1$saltsalt$0123456789012345678901", "$6$",
                      "$y$broken", "!" + HASHES[0][:-1], "$2b$17$" + "a" * 53,
                      "*0"):
            with self.subTest(value):
                said = self.refused("chris canary-chris\nfey %s\n" % value,
                                    "chris 1 1\nfey 1 1\n", "password", 2)
                if len(value) > 12:
                    self.assertNotIn(value, said)
                self.assertIn("a hash", said)

    def test_a_hash_that_fills_its_line_is_locked(self):
        """The `!` has no room in the line: it stands there alone."""
        secret = "$7$6U..../...." + "s" * 127 + "$My.km88YkU6811NXADj47PjOe" \
            "NQtMnC3ojpfxw7FfM5"
        served = self.hand_made("chris %s\nfey canary-fey\n" % secret,
                                "chris 1 1\nfey 1 1\n")
        self.assertTrue(served.read("password").startswith(
            "chris %s\n" % secret))
        served.ctl("lock", "chris")
        for change in (False, True):
            if change:
                served.stop()
                served.write("password", served.read("password").replace(
                    "fey ", "joe canary-joe\nfey "))
                served.write("balance", "joe 1 1\n" + served.read("balance"))
                served.start()
            else:
                served.restart()
            self.assertEqual(served.lines("password")["chris"], ["!"])
            self.assertEqual(self.login(
                served, "chris", "!" if change else "secret"), REFUSED)
        served.log_has("hand_edit.*joe")
        served.ctl("unlock", "chris")
        self.assertEqual(served.lines("password")["chris"], [secret])
        self.assertEqual(self.login(served, "chris", "secret"), CORRECT)

    def test_an_id_in_one_file_alone(self):
        served = self.hand_made("chris canary-chris\nfey canary-fey\n",
                                "chris 1 1\njoe 5 5\n")
        self.assertEqual(self.login(served, "fey", "canary-fey"), CORRECT)
        self.assertEqual(served.lines()["fey"], ["0", "0"])
        self.assertEqual(served.lines()["joe"], ["5", "5"])
        served.log_has(r"joe")
        self.assertEqual(self.login(served, "joe", ""), REFUSED)
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.said(atm.transfer(1, "joe", 1), SUCCESS)

    def refused(self, password, balance, name, line):
        """The start fails with file, line and reason; nothing changes."""
        served = self.hand_made(password, balance, start=False)
        before = self.everything(served)
        code, said = served.fails()
        self.assertEqual(code, EX_DATAERR, said)
        self.assertRegex(said, r"%s:%d: ." % (name, line))
        self.assertEqual(self.everything(served), before)
        return said

    @staticmethod
    def everything(served):
        found = {}
        for name in ("password", "balance"):
            with open(served.file(name), "rb") as f:
                found[name] = f.read(), os.fstat(f.fileno()).st_ino
        found["others"] = glob.glob(served.file("*.edited*"))
        return found

    def test_what_has_no_meaning_fails(self):
        good = "chris canary-chris\n"
        for line in ("chris -1 0", "chris 1", "chris 1 2 3", "chris 1 x",
                     "chris 1.234 0", "chris 1e3 0", "chris +1 0",
                     "chris 10000000000000 0", "chris .5 0", "chris 1. 0",
                     "-chris 1 1", ":cash/x 1 1", "chr/is 1 1",
                     "x" * 33 + " 1 1", "chr\u00efs 1 1", "chris"):
            with self.subTest(line=line):
                self.refused(good, "# money\n%s\n" % line, "balance", 2)
        for line in ("fey", "-fey canary-fey", "f/ey canary-fey",
                     "x" * 33 + " 1",
                     "fey " + "x" * 65, "fey a\x01b", "fey two words"):
            with self.subTest(line=line):
                self.refused(good + line + "\n", "chris 1 1\n",
                             "password", 2)

    def test_duplicates_fail(self):
        self.refused("chris canary-chris\nfey 1\nchris 2\n", "chris 1 1\n",
                     "password", 3)
        self.refused("chris canary-chris\n", "chris 1 1\n\nchris 1 1\n",
                     "balance", 3)

    def test_bytes_that_are_no_text(self):
        self.refused("chris canary-chris\n", b"chris 1 1\n\0\0\0\n",
                     "balance", 2)
        self.refused(b"chris canary-chris\nfey \xff\xfe\n", "chris 1 1\n",
                     "password", 2)


class EditedWhileStopped(Files):
    def stopped(self):
        served = self.hand_made(
            "chris canary-chris\nfey canary-fey\nnil 1\n",
            "chris 10000 1000\nfey 20 30\nnil 0 0\n")
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", "0.50"), SUCCESS)
        atm.close()
        return served.stop()

    def edit(self, served, name, old, new):
        text = served.read(name)
        self.assertRegex(text, re.compile(old, re.M))
        served.write(name, re.sub(old, new, text, flags=re.M))

    def test_a_balance_becomes_an_adjustment(self):
        served = self.stopped()
        self.edit(served, "balance", r"^chris \S+ \S+", "chris 12345.67 1000")
        before = len(model.check_entries(served))
        served.start()
        served.log_has(r"chris.*9999\.50.*12345\.67")
        self.assertEqual(served.lines()["chris"], ["12345.67", "1000"])
        served.stop()
        entries = model.check(served).entries
        self.assertEqual(len(entries), before + 1)
        self.assertEqual((entries[-1]["kind"], entries[-1]["amount"]),
                         ("adjust", 234617))

    def test_down_and_both_at_once(self):
        served = self.stopped()
        self.edit(served, "balance", r"^chris \S+ \S+", "chris 0 1")
        served.start()
        self.assertEqual(served.lines()["chris"], ["0", "1"])
        served.stop()
        self.assertEqual(
            [e["kind"] for e in model.check(served).entries[-2:]],
            ["adjust", "adjust"])

    def test_form_alone_is_no_edit(self):
        """Order of lines, spaces, comments: money is as it was."""
        served = self.stopped()
        before = len(model.check_entries(served))
        lines = served.read().splitlines()
        served.write("balance", "# edited\n" + "\r\n".join(
            line.strip().replace(" ", "\t") for line in reversed(lines)))
        served.start()
        served.stop()
        self.assertEqual(len(model.check(served).entries), before)

    def test_a_new_customer_and_a_new_password(self):
        served = self.stopped()
        served.write("balance", served.read() + "ann 5 6\n")
        self.edit(served, "password", r"^chris \S+", "chris new")
        served.write("password", served.read("password") + "ann secret\n")
        served.start()
        self.assertEqual(self.login(served, "ann", "secret"), CORRECT)
        self.assertEqual(self.login(served, "chris", "canary-chris"), REFUSED)
        self.assertEqual(self.login(served, "chris", "new"), CORRECT)
        self.assertEqual(served.lines()["ann"], ["5", "6"])
        self.assertNotRegex(served.said, r"\bsecret\b")
        served.stop()
        model.check(served)

    def fails(self, served, pattern):
        before = served.read(), served.read("password")
        code, said = served.fails()
        self.assertEqual(code, EX_DATAERR, said)
        self.assertRegex(said, pattern)
        self.assertEqual((served.read(), served.read("password")), before)

    def test_a_line_taken_away(self):
        served = self.stopped()
        self.edit(served, "balance", r"^fey .*\n", "")
        self.fails(served, "fey")

    def test_a_line_of_nothing_taken_away_closes(self):
        served = self.stopped()
        self.edit(served, "balance", r"^nil .*\n", "")
        self.edit(served, "password", r"^nil .*\n", "")
        served.start()
        self.assertEqual(self.login(served, "nil", "1"), REFUSED)
        self.assertEqual(len(served.read().splitlines()), 3)
        self.assertNotIn("nil", served.read() + served.read("password"))
        atm = served.session("chris")
        self.said(atm.transfer(1, "nil", 1),
                  "404 the recipient's ID does not exist")
        atm.close()
        served.stop()
        model.check(served)
        # A closed account's ID stays taken.
        served.write("balance", served.read() + "nil 5 5\n")
        self.fails(served, "nil")

    def test_a_file_taken_away(self):
        for name in ("balance", "password"):
            served = self.stopped()
            os.rename(served.file(name), served.file("away"))
            code, said = served.fails()
            self.assertEqual(code, EX_DATAERR, said)
            self.assertIn(name, said)
            self.assertFalse(os.path.exists(served.file(name)))
            # Put back, it serves.
            os.rename(served.file("away"), served.file(name))
            served.start()

    def test_strict_in_meaning_still(self):
        served = self.stopped()
        self.edit(served, "balance", r"^fey \S+", "fey -5")
        self.fails(served, r"balance:2: ")

    def test_refuse(self):
        served = self.stopped()
        served.set(bank_hand_edits="refuse")
        kept = served.read()
        served.start().stop()
        self.edit(served, "balance", r"^fey \S+", "fey 5")
        self.fails(served, "fey")
        served.write("balance", kept)
        served.start()


class EditedWhileRunning(Files):
    """Set aside within a minute, the difference logged, the file anew."""

    weight = 80

    def test_each_way(self):
        """All at once, each in its own bank: it is a minute for each."""
        def sed(path):
            subprocess.run(["sed", "-i", "s/^chris 10000/chris 99999/", path],
                           check=True)

        def in_place(path):
            with open(path, "r+") as f:
                f.seek(len("chris "))
                f.write("99999")

        def append(path):
            with open(path, "a") as f:
                f.write("eve 1 1\n")

        def truncate(path):
            os.truncate(path, 40)

        def empty(path):
            os.truncate(path, 0)
        banks = []
        for number, change in enumerate(
                (sed, in_place, append, truncate, empty, os.unlink)):
            served = self.hand_made(
                None, None, login_hash_cost="1")
            banks.append((served, change, served.read()))
            change(served.file("balance"))
        for served, change, before in banks:
            wait_for("the file to be written anew after " + change.__name__,
                     lambda: os.path.exists(served.file("balance"))
                     and served.read() == before, 75, every=0.2)
            if change is not os.unlink:
                self.assertEqual(
                    len(glob.glob(served.file("balance.edited.*"))), 1)
            if change in (sed, in_place):
                served.log_has(r"chris.*99999")
            atm = served.session("chris")
            self.assertEqual(atm.balances()[0], "10000.00")
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
            self.assertEqual(served.lines()["chris"][0], "9999")
            atm.close()
            served.stop()
            model.check(served)


class BrokenEnds(Files):
    def test_rebuilt_after_a_kill(self):
        served = self.hand_made(None, None)
        atm = served.session("chris")
        reply = self.said(atm.transfer(1, "fey", "12.50"), SUCCESS)
        served.kill()
        served.write("balance", "chris 1 1\n")
        served.start()
        self.assertEqual(served.lines()["chris"], ["9987.50", "1000"])
        self.assertEqual(served.lines()["fey"], ["10000", "1012.50"])
        self.assertEqual(len(glob.glob(served.file("balance.edited.*"))), 1)
        again = served.session("chris")
        self.assertEqual(again.balances()[0], reply["savings"])
        again.close()
        served.stop()
        model.check(served)

    def test_a_file_that_fits_is_not_set_aside(self):
        served = self.hand_made(None, None)
        served.kill()
        served.start()
        self.assertEqual(glob.glob(served.file("*.edited.*")), [])

    def test_a_start_waits_for_a_vault_that_ends(self):
        """Its monitor was killed; it has the lock until it hears of that."""
        served = self.hand_made(None, None).stop()
        with open(served.file("lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            started = threading.Thread(target=served.start)
            started.start()
            served.log_has('start_waits why="the state is in use by another')
        started.join()
        self.assertEqual(self.login(served, "chris", bank.DEMO["chris"]),
                         CORRECT)

    def test_a_second_bankd_is_refused(self):
        served = self.hand_made(None, None)
        pids = r"\b(%d|%d)\b" % (served.process.pid, served.vault())
        for options in ({}, {"process_control_socket": served.path("c")}):
            second = Bank(start=False, directory=served.directory,
                          process_pid_file="", **options)
            code, said = second.fails()
            self.assertEqual(code, EX_UNAVAILABLE, said)
            self.assertRegex(said, pids)
        atm = served.session("chris")
        self.said(atm.request("PING"), "200 pong")
        atm.close()

    def test_reserve(self):
        served = self.hand_made(None, None)
        stat = os.stat(served.file("reserve"))
        self.assertGreater(stat.st_size, 0)
        self.assertGreaterEqual(stat.st_blocks * 512, stat.st_size)

    def test_modes(self):
        """What is secret is nobody else's."""
        served = self.hand_made(None, None)
        for name in ("password", "bank.db"):
            self.assertEqual(os.stat(served.file(name)).st_mode & 0o077, 0,
                             name)
        for name in ("bank.key", "leaf.key"):
            self.assertEqual(os.stat(served.path(
                "etc", name)).st_mode & 0o077, 0, name)


class Check(Files):
    """bankd -t says what a start would, and leaves everything as it is."""

    def check(self, served):
        """(exit code, its last line); nothing was changed by it."""
        words = served.command("-t")
        words.remove("-f")
        before = self.all_files(served)
        result = bank.run(*words)
        self.assertEqual(self.all_files(served), before)
        return result.returncode, (result.stderr.splitlines() or [""])[-1]

    @staticmethod
    def all_files(served):
        def facts(path):
            status = os.lstat(path)
            return path, status.st_ino, status.st_size, status.st_mtime_ns
        return sorted(facts(os.path.join(base, name))
                      for base, folders, names in os.walk(served.directory)
                      for name in folders + names)

    def like_a_start(self, served, pattern):
        code, said = self.check(served)
        self.assertEqual(code, EX_DATAERR, said)
        self.assertRegex(said, pattern)
        started, words = served.fails()
        self.assertEqual((code, said), (started, words.splitlines()[-1]))

    def test_before_the_first_start(self):
        served = self.hand_made(None, None, start=False)
        self.assertEqual(self.check(served), (0, ""))
        for name, text in (("balance", "chris abc\n"),
                           ("balance", "chris 1 1\nchris 1 1\n"),
                           ("password", "chris\n")):
            kept = served.read(name)
            served.write(name, text)
            self.like_a_start(served, r"/%s:\d: " % name)
            served.write(name, kept)
        os.rename(served.file("balance"), served.file("away"))
        self.like_a_start(served, "/balance: missing")
        os.rename(served.file("away"), served.file("balance"))
        # With a bank.db that a start made which then failed.
        self.assertEqual(self.check(served), (0, ""))

    def test_edits_by_hand(self):
        served = self.hand_made(None, None).stop()
        self.assertEqual(self.check(served), (0, ""))
        kept = served.read()
        for text in (kept.replace("chris 10000", "chris abc"),
                     kept.replace("chris ", "#"), kept + kept[:80]):
            served.write("balance", text)
            self.like_a_start(served, "/balance:")
        served.write("balance", kept.replace("chris 10000", "chris 12345"))
        self.assertEqual(self.check(served), (0, ""))
        served.set(bank_hand_edits="refuse")
        self.like_a_start(served, "chris: edited while bankd was stopped")
        served.write("balance", kept)
        os.rename(served.file("password"), served.file("away"))
        self.like_a_start(served, "/password: it was removed")
        os.rename(served.file("away"), served.file("password"))
        self.assertEqual(self.check(served), (0, ""))
        served.start()

    def test_what_is_wrong_with_the_truth(self):
        served = self.hand_made(None, None).stop()
        path = served.file("bank.db")
        shutil.copy(path, path + ".kept")
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE account SET savings = savings + 1"
                       " WHERE id = 'chris'")
        self.like_a_start(served, "damaged: .*; restore a backup")
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE meta SET value = 99 WHERE key = 'schema'")
        self.like_a_start(served, "a newer bankd made it")
        with open(path, "wb") as f:
            f.write(b"x" * 8192)
        self.like_a_start(served, "file is not a database")
        shutil.copy(path + ".kept", path)
        self.assertEqual(self.check(served), (0, ""))
        served.start()

    def test_after_a_broken_end(self):
        """What its log holds is read; the two files would be made anew."""
        served = self.hand_made(None, None)
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        served.kill()
        self.assertGreater(os.path.getsize(served.file("bank.db-wal")), 0)
        self.assertEqual(self.check(served), (0, ""))
        served.write("balance", "chris abc\n")
        self.assertEqual(self.check(served), (0, ""))
        served.start()
        self.assertEqual(served.lines()["chris"][0], "9999")

    def test_of_a_bank_that_runs(self):
        served = self.hand_made(None, None)
        words = served.command("-t")
        words.remove("-f")
        atm = served.session("chris")
        for _ in range(5):
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
            self.assertEqual(bank.run(*words).returncode, 0)
        atm.close()
        self.assertEqual(served.lines()["chris"][0], "9995")
        served.stop()
        model.check(served)


if __name__ == "__main__":
    unittest.main()
