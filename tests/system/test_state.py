# SPDX-License-Identifier: ISC
"""The two files made and edited by hand, and what a start makes of them
(bankd-files(5))."""

import contextlib
import glob
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import unittest

from lib import bank, libcrypt, model
from lib.bank import Bank, wait_for
from lib.case import CORRECT, REFUSED, SUCCESS, BankCase

EX_DATAERR, EX_UNAVAILABLE, EX_IOERR = 65, 69, 74
# Of `secret`, by each method that libcrypt verifies.
HASHES = [libcrypt.hashed("secret", prefix, cost) for prefix, cost in (
    ("$2y$", 5), ("$2a$", 5), ("$2b$", 5), ("$1$", 0), ("$6$", 0), ("$5$", 0),
    ("$7$", 6), ("$y$", 1))]


class Files(BankCase):
    """Banks of each test's own, whose files are made by hand."""

    start_bank = False

    def hand_made(self, password, balance, start=True, **options):
        served = Bank(start=False, demo=True, password=password,
                      balance=balance, **options)
        self.addCleanup(served.close)
        if start:
            served.start()
        return served

    def login(self, served, name, secret):
        atm = served.atm()
        self.addCleanup(atm.close)
        return atm.login(name, secret).said()


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


class OddObjects(Files):
    """A pipe, a directory, a link or a socket in the place of a file."""

    weight = 40

    @staticmethod
    def make(kind, path):
        """Puts one there, whatever stood there before."""
        if os.path.lexists(path):
            os.rename(path, path + ".was")
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "directory":
            os.mkdir(path)
            with open(os.path.join(path, "inside"), "w") as f:
                f.write("x")
        elif kind == "link":
            os.symlink("/dev/zero", path)
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as end:
                end.bind(path)

    KINDS = ("pipe", "directory", "link", "socket")

    def set_aside(self, served, name, kind):
        """The odd one is beside, and a file with the truth in its place."""
        found = glob.glob(served.file(name + ".edited.*"))
        self.assertEqual(len(found), 1, (name, kind))
        mode = os.lstat(found[0]).st_mode
        test = {"pipe": stat.S_ISFIFO, "directory": stat.S_ISDIR,
                "link": stat.S_ISLNK, "socket": stat.S_ISSOCK}[kind]
        self.assertTrue(test(mode), kind)
        self.assertTrue(stat.S_ISREG(os.lstat(served.file(name)).st_mode))
        os.rename(found[0], served.file("seen-%s-%s" % (name, kind)))

    def clear(self, served):
        for path in glob.glob(served.file("seen-*")) + glob.glob(
                served.file("*.was")):
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)

    def test_while_it_runs(self):
        served = self.hand_made(None, None)
        vault = served.vault()
        before = served.read()
        for kind in self.KINDS:
            for name in ("balance", "password"):
                self.make(kind, served.file(name))
                wait_for("%s to be a file again, not a %s" % (name, kind),
                         lambda: glob.glob(served.file(name + ".edited.*"))
                         and os.path.isfile(served.file(name))
                         and not os.path.islink(served.file(name)))
                self.set_aside(served, name, kind)
            self.clear(served)
        served.log_has("file_edited .*balance.*not a regular file")
        self.assertEqual(served.read(), before)
        # The new file's own name may be taken as well.
        os.mkdir(served.file("balance.new"))
        self.make("pipe", served.file("balance"))
        wait_for("balance to be a file again",
                 lambda: os.path.isfile(served.file("balance")))
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        self.assertEqual(served.lines()["chris"][0], "9999")
        self.assertEqual(served.vault(), vault)

    def test_at_a_start(self):
        served = self.hand_made(None, None)
        before = served.read()
        for end in (served.stop, served.kill):
            for kind in self.KINDS:
                with self.subTest(kind=kind, end=end.__name__):
                    end()
                    for name in ("balance", "password"):
                        self.make(kind, served.file(name))
                    served.start()
                    served.log_has("file_rebuilt .*not a regular file")
                    for name in ("balance", "password"):
                        self.set_aside(served, name, kind)
                    self.assertEqual(served.read(), before)
                    self.clear(served)
        self.assertEqual(self.login(served, "chris", "canary-chris"), CORRECT)
        served.stop()
        model.check(served)

    def test_an_edit_of_the_other_file_is_still_one(self):
        served = self.hand_made(None, None).stop()
        self.make("pipe", served.file("password"))
        served.write("balance", served.read().replace(
            "chris 10000", "chris 12345"))
        served.start()
        self.assertEqual(served.lines()["chris"][0], "12345")
        self.assertEqual(self.login(served, "chris", "canary-chris"), CORRECT)

    def test_at_the_first_start(self):
        """There is no truth yet that could come in its place."""
        for name in ("balance", "password"):
            for kind in self.KINDS:
                with self.subTest(name=name, kind=kind):
                    served = self.hand_made(None, None, start=False)
                    self.make(kind, served.file(name))
                    code, said = served.fails()
                    self.assertEqual(code, EX_DATAERR, said)
                    self.assertRegex(
                        said, r"/%s: not a regular file" % name)
                    self.assertEqual(glob.glob(served.file("*.edited*")), [])
                    served.close()

    def test_of_the_other_files(self):
        """A start says which one it is, or does without; it never waits."""
        served = self.hand_made(None, None).stop()
        for name in ("lock", "bank.db", "bank.db-wal", "bank.db-shm"):
            for kind in self.KINDS:
                with self.subTest(name=name, kind=kind):
                    self.make(kind, served.file(name))
                    code, said = served.fails()
                    self.assertEqual(code, EX_DATAERR, said)
                    self.assertRegex(said, name + ": not a regular file")
                    os.rename(served.file(name), served.file("seen-x"))
                    if os.path.exists(served.file(name + ".was")):
                        os.rename(served.file(name + ".was"),
                                  served.file(name))
                    self.clear(served)
        for kind in self.KINDS:
            self.make(kind, served.file("reserve"))
            served.start()
            if kind != "directory":
                self.assertTrue(os.path.isfile(served.file("reserve")))
            served.kill()
            # What a recovery writes to.
            self.make(kind, served.file("bank.db-wal.new"))
            if kind == "directory":
                shutil.rmtree(served.file("bank.db-wal.new"))
                shutil.rmtree(served.file("reserve"))
            served.start().stop()
            self.clear(served)

    def test_of_keys_and_configuration(self):
        served = self.hand_made(None, None, start=False)
        for name in ("bank.key", "bank.crt", "leaf.crt", "bankd.ini"):
            path = served.path("etc", name)
            self.make("pipe", path)
            code, said = served.fails()
            self.assertNotEqual(code, 0)
            self.assertRegex(said, name + ".*not a regular file")
            os.unlink(path)
            os.rename(path + ".was", path)
        os.mkfifo(served.path("pipe"))
        said = bank.bankctl(served.directory, "-y", "restore",
                            served.path("pipe"), check=False)
        self.assertIn("not a backup of a bank", said.stderr)


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


class FileSize(Files):
    """A limit on a file's size is a full disk with a reason of its own; it
    kills nobody (SIGXFSZ)."""

    REASON = r"a file has reached the limit on its size \(RLIMIT_FSIZE\)"

    @staticmethod
    def limit(pid, size):
        subprocess.run(["prlimit", "--pid", str(pid),
                        "--fsize=%s:unlimited" % size], check=True)

    def test_while_it_runs(self):
        served = self.hand_made(None, None)
        vault = served.vault()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        self.limit(vault, 4096)
        for _ in range(3):
            self.assertEqual(atm.transfer(1, "fey", 1).code, 503)
        self.assertEqual(atm.balances()[0], "9999.00")
        served.log_has("disk_full transactions=refused why=.*" + self.REASON)
        self.assertRegex(served.ctl("status").stdout,
                         r"vault-transactions +refused, " + self.REASON)
        refused = served.ctl("deposit", "chris", "1", "5", "--reason", "x",
                             check=False)
        self.assertRegex(refused.stderr, self.REASON)
        self.limit(vault, "unlimited")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        served.log_has("disk_has_room")
        self.assertEqual(served.vault(), vault)
        served.stop()
        model.check(served)

    def test_a_log_that_reaches_it(self):
        """It is begun anew: the bank goes on as long as the rest fits."""
        served = self.hand_made(None, None)
        vault = served.vault()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.limit(vault, 400 * 1024)
        done = sum(atm.transfer(1, "fey", 1).said() == SUCCESS
                   for _ in range(120))
        self.assertGreater(done, 100)
        served.log_has("disk_full .*" + self.REASON)
        served.log_has("disk_has_room")
        self.assertEqual(served.vault(), vault)
        self.assertEqual(served.lines()["chris"][0], str(10000 - done))
        served.stop()
        model.check(served)

    def test_at_a_start(self):
        served = self.hand_made(None, None)
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        for end, size in ((served.kill, 16384), (served.stop, 16384),
                          (served.kill, 8192), (served.stop, 8192)):
            with self.subTest(end=end.__name__, size=size):
                end()
                served.wrapper = ["prlimit", "--fsize=%d" % size]
                code, said = served.fails()
                served.wrapper = []
                self.assertEqual(code, EX_IOERR, said)
                self.assertRegex(said, r"File too large; raise the limit on "
                                 r"a file's size \(ulimit -f, LimitFSIZE\)")
                served.start()
        self.assertEqual(served.lines()["chris"][0], "9999")
        served.stop()
        model.check(served)

    def test_bankctl(self):
        served = self.hand_made(None, None)
        words = ["prlimit", "--fsize=4096", bank.BANKCTL, "-c", served.config]
        copy = served.path("copy.db")
        result = bank.run(*words, "backup", copy)
        self.assertEqual(result.returncode, EX_IOERR, result.stderr)
        self.assertIn("File too large", result.stderr)
        self.assertFalse(glob.glob(copy + "*"))
        atm = served.session("chris")
        for _ in range(80):
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        with open(served.path("export"), "wb") as out:
            result = subprocess.run(
                words + ["export"], stdout=out, stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL, text=True, timeout=60)
        self.assertEqual(result.returncode, EX_IOERR, result.stderr)
        self.assertIn("standard output: File too large", result.stderr)

    def test_the_kiosks_note(self):
        """Without one nothing is sent; the kiosk says so and lives."""
        served = self.hand_made(None, None)
        os.makedirs(served.path("atm-state"))
        result = bank.run(
            "prlimit", "--fsize=0", bank.ATM_TUI, "-p", "-c",
            served.path("etc", "atm.ini"), "-o",
            "kiosk.state=" + served.path("atm-state"), "127.0.0.1",
            served.port, input="chris\ncanary-chris\n1\n1\nfey\n1\n3\n")
        self.assertGreaterEqual(result.returncode, 0, result.stderr)
        self.assertIn("this kiosk cannot do that now", result.stdout)
        self.assertEqual(served.lines()["chris"][0], "10000")


class OtherPrograms(Files):
    """An editor of databases that has bank.db open: it may read."""

    def editor(self, served):
        db = sqlite3.connect(served.file("bank.db"), timeout=0.05,
                             isolation_level=None, check_same_thread=False)
        self.addCleanup(db.close)
        return db

    def test_nobody_else_writes_while_it_runs(self):
        served = self.hand_made(None, None)
        vault = served.vault()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        db = self.editor(served)
        for _ in range(3):
            for change in ("BEGIN IMMEDIATE", "DELETE FROM settled",
                           "UPDATE account SET savings = 0", "VACUUM",
                           "PRAGMA journal_mode = DELETE",
                           "CREATE TABLE other (x)"):
                with self.assertRaisesRegex(
                        sqlite3.OperationalError, "locked", msg=change):
                    db.execute(change)
            # 1: the checkpoint found it busy.
            self.assertEqual(db.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0], 1)
            self.assertEqual(db.execute(
                "SELECT count(*) FROM account WHERE id = 'chris'"
            ).fetchone(), (1,))
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
        served.ctl("deposit", "chris", "1", "5", "--reason", "x")
        # Another vault has the locks of the one before.
        served.kill_child("vault")
        again = served.atm_when_served()
        self.addCleanup(again.close)
        self.assertNotEqual(served.vault(), vault)
        with self.assertRaisesRegex(sqlite3.OperationalError, "locked"):
            db.execute("BEGIN IMMEDIATE")
        served.stop()
        model.check(served)

    def waits_and_serves(self, served, db, let_go):
        """Started while db has a change open, it serves once it hasn't."""
        starting = threading.Thread(target=served.start)
        starting.start()
        try:
            served.log_has(r"start_waits why=.*bank\.db: process %d is "
                           r"writing to it" % os.getpid())
            said = wait_for("status to tell", lambda: re.search(
                r"vault-doing +.*process %d is writing" % os.getpid(),
                served.ctl("status", check=False).stdout))
            self.assertTrue(said)
        finally:
            let_go()
            starting.join(60)
        self.assertEqual(self.login(served, "chris", "canary-chris"), CORRECT)
        self.assertNotIn("vault_failed", served.said)
        self.assertNotIn("vault-doing", served.ctl("status").stdout)
        served.stop()
        model.check(served)

    def test_a_change_open_at_a_start(self):
        served = self.hand_made(None, None).stop()
        db = self.editor(served)
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE account SET name = 'x' WHERE id = 'chris'")
        self.waits_and_serves(served, db, lambda: db.execute("ROLLBACK"))

    def test_one_that_is_committed_after_a_broken_end(self):
        """It is in the log that a start would copy: nothing of it is lost,
        and nothing of ours."""
        served = self.hand_made(None, None)
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        atm.close()
        served.kill()
        db = self.editor(served)
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE account SET name = 'x' WHERE id = 'fey'")
        self.waits_and_serves(served, db, lambda: db.execute("COMMIT"))
        with contextlib.closing(sqlite3.connect(
                "file:%s?mode=ro" % served.file("bank.db"), uri=True)) as db:
            self.assertEqual(db.execute(
                "SELECT name FROM account WHERE id = 'fey'").fetchone(),
                ("x",))
        self.assertEqual(served.lines()["chris"][0], "9999")

    def test_one_that_has_it_for_itself(self):
        served = self.hand_made(None, None).stop()
        db = self.editor(served)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("UPDATE meta SET value = value")
        starting = threading.Thread(target=served.start)
        starting.start()
        try:
            served.log_has("start_waits why=.*another program keeps it locked")
        finally:
            db.close()
            starting.join(60)
        self.assertEqual(self.login(served, "chris", "canary-chris"), CORRECT)

    def test_a_stop_while_it_waits(self):
        served = self.hand_made(None, None).stop()
        db = self.editor(served)
        db.execute("BEGIN IMMEDIATE")
        process = subprocess.Popen(
            served.command(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        for line in process.stderr:
            if "start_waits" in line:
                break
        served.ctl("stop")
        process.stderr.read()
        self.assertEqual(process.wait(60), 0)

    def test_bankctl_says_so(self):
        served = self.hand_made(None, None).stop()
        db = self.editor(served)
        db.execute("BEGIN IMMEDIATE")
        result = served.ctl("accounts", check=False)
        self.assertEqual(result.returncode, EX_UNAVAILABLE, result.stderr)
        self.assertRegex(result.stderr,
                         "process %d is writing to it" % os.getpid())


class FullDisk(Files):
    def test_min_free(self):
        """Below min_free: 503 for what writes money, balances and logins
        still work, and it comes back by itself."""
        free = os.statvfs(bank.scratch())
        mega = free.f_bavail * free.f_frsize >> 20
        if mega >= 1 << 20:
            self.skipTest("a disk of more than 1 TB free")
        served = self.hand_made(None, None)
        atm = served.session("chris")
        self.said(atm.transfer(1, "fey", 1), SUCCESS)
        with open(served.config) as f:
            text = f.read()
        self.reload(served, text, str(1 << 20))
        unavailable = "503 the bank cannot take transactions now"

        def refused():
            reply = atm.transfer(1, "fey", 1)
            return reply.said() == unavailable
        wait_for("503", refused, every=0.1)
        atm.balances()
        other = served.session("fey")
        other.close()
        self.reload(served, text, "0")
        wait_for("room", lambda: atm.transfer(
            1, "fey", 1).said() == SUCCESS, every=0.1)
        atm.close()

    @staticmethod
    def reload(served, text, megabytes):
        text = re.sub(r"^\s*min_free.*\n", "", text, flags=re.M)
        text = re.sub(r"^\[bank\]", "[bank]\nmin_free = " + megabytes, text,
                      flags=re.M)
        with open(served.config, "w") as f:
            f.write(text)
        served.process.send_signal(signal.SIGHUP)


if __name__ == "__main__":
    unittest.main()
