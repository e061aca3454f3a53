# SPDX-License-Identifier: ISC
"""bank.db read from outside of the vault: backups and the way back, a place
where nothing can be written, readers that stand still (bankctl(8))."""

import array
import contextlib
import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import termios
import threading
import unittest

from lib import bank, model, trace
from lib.bank import BANKCTL, run, wait_for
from lib.case import SUCCESS, Operator

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 69, 73
EX_IOERR, EX_NOPERM = 74, 77


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
                books = model.Books(place, is_backup=True)
                self.assertEqual(books.sum(), 0)
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


    def test_one_after_the_other(self):
        """Each keeps the bank that it replaces, within a second, too."""
        served = self.fresh()
        path = self.copy(served)
        served.stop()
        kept = {served.ctl_json("-y", "restore", path)[0]["kept"]
                for _ in range(5)}
        self.assertEqual(len(kept), 5)
        for name in kept:
            self.assertTrue(os.path.exists(name))


class Killed(Operator):
    """A restore that is killed before any of its calls that change what is
    in the state's directory leaves the old bank or the new one, or a bank
    that doesn't start and says why; and it can be made again."""

    start_bank = False
    CALLS = ("link", "rename", "renameat", "unlink", "mkdir", "rmdir",
             "fsync", "fdatasync")

    def setUp(self):
        reason = trace.reason()
        if reason:
            self.skipTest(reason)

    def starts(self, served):
        """The balance of a bank that starts; None, and why it doesn't."""
        try:
            served.start()
        except bank.Failed as error:
            self.assertEqual(served.process.returncode, EX_DATAERR, error)
            return None, str(error)
        balance = self.balances("joe", served)[0]
        served.stop()
        return balance, None

    def killed(self, served, call, number, *words):
        """Whether it was, before its call of that number."""
        result = run(
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
            "-e", "inject=%s:signal=KILL:when=%d" % (call, number), BANKCTL,
            "-c", served.config, *words)
        if result.returncode == 0:
            return False
        self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr)
        return True

    def test_before_each_change(self):
        served = self.fresh()
        path = served.path("copy.db")
        served.ctl("backup", path)
        served.ctl("deposit", "joe", "1", "7", "--reason", "y")
        served.stop()
        before, state = served.path("before"), served.file("")
        shutil.copytree(state, before)
        kills = 0
        for call in self.CALLS:
            number = 1
            while True:
                shutil.rmtree(state)
                shutil.copytree(before, state)
                if not self.killed(served, call, number, "-y", "restore",
                                   path):
                    break
                with self.subTest(call=call, number=number):
                    balance, why = self.starts(served)
                    if balance is None:
                        self.assertIn("restore", why)
                    else:
                        self.assertIn(balance, ("10007.00", "10000.00"))
                    served.ctl("-y", "restore", path)
                    self.assertEqual(self.starts(served)[0], "10000.00")
                    model.check(served)
                kills, number = kills + 1, number + 1
        self.assertGreater(kills, 10)


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
        bank.freeze(child)
        self.assertIn("ended, because", process.stderr.read())
        self.assertEqual(process.wait(60), EX_IOERR)
        self.assertFalse(bank.alive(child))
        self.assertEqual([name for name in os.listdir(served.directory)
                          if name.startswith("copy.db")], [])
        self.write_on(served, atm, self.TURN)
        self.assertLess(self.log_bytes(served), self.TURN)
        # And another goes through.
        served.ctl("backup", copy)


if __name__ == "__main__":
    unittest.main()
