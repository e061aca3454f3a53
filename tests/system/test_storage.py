# SPDX-License-Identifier: ISC
"""What stands in the way of the bank's files: odd objects in their places, a
limit on a file's size, other programs in bank.db, a full disk."""

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

from lib import bank, model
from lib.bank import wait_for
from lib.case import CORRECT, SUCCESS, Files

EX_DATAERR, EX_UNAVAILABLE, EX_IOERR = 65, 69, 74


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
        served.ctl("history", "chris", "1")     # bank.db has it then
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
        # A segment of the journal fits, and beside it a small log.
        self.limit(vault, (1024 + 60) * 1024)
        for done in range(1, 121):
            self.said(atm.transfer(1, "fey", 1), SUCCESS)
            if done % 10 == 0:
                served.ctl("history", "chris", "1")     # it's written then
        self.assertLess(os.path.getsize(served.file("bank.db-wal")),
                        120 * 1024)
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
        self.assertIn("this machine can't do that now", result.stdout)
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
