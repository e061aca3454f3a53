# SPDX-License-Identifier: ISC
"""What root does by name where somebody else may write: nothing that a link
could turn on a file of root's (bankd(8), bankctl(8))."""

import grp
import os
import signal
import stat
import subprocess
import sys
import unittest

from lib import bank, trace
from lib.bank import BANKCTL
from lib.case import PrivateCase

USER = 54321        # nobody else's, and the bank's here
OTHER = 54322
EX_OSERR, EX_CANTCREAT, EX_CONFIG = 71, 73, 78


def describe(path):
    status = os.lstat(path)
    with open(path) as f:
        return (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode),
                f.read())


class Rights(PrivateCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root's names are dangerous")
        # The bank's user has to come through.
        os.chmod(bank.scratch(), 0o755)

    def users_bank(self, start=False, **options):
        """Started by root; its state and where it runs are the user's."""
        served = self.bank()
        os.chmod(served.directory, 0o755)
        self.run_directory = served.path("run")
        os.mkdir(self.run_directory)
        for directory in (self.run_directory, served.path("var")):
            bank.run("chown", "-R", "%d:%d" % (USER, USER), directory)
        with open(served.config) as f:
            text = f.read()
        with open(served.config, "w") as f:
            f.write(text.replace("../var/bankd.pid", "../run/bankd.pid")
                    .replace("../var/control", "../run/control"))
        served.set(**options)
        if start:
            served.start()
        return served

    def secret(self, served):
        """A file of root's, which nobody else may change."""
        path = served.path("secret")
        with open(path, "w") as f:
            f.write("root's\n")
        os.chmod(path, 0o600)
        return path, describe(path)


class Traced(Rights):
    """By strace: each call by name, whoever runs beside it."""

    def setUp(self):
        super().setUp()
        why = trace.reason()
        if why:
            self.skipTest(why)

    def traced(self, served, *words):
        """A command of bankctl's: its Trace."""
        path = served.path("trace")
        result = bank.run(*trace.wrapper(path), BANKCTL, "-c", served.config,
                          *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return trace.Trace(path)

    def test_a_start_and_a_stop(self):
        for group in ("", "daemon"):
            served = self.users_bank(process_control_group=group)
            path = served.path("trace")
            served.wrapper = trace.wrapper(path)
            served.start()
            status = os.stat(os.path.join(self.run_directory, "control"))
            self.assertEqual(stat.S_IMODE(status.st_mode),
                             0o660 if group else 0o600)
            self.assertEqual(status.st_uid, USER)
            self.assertEqual(status.st_gid, grp.getgrnam(group).gr_gid
                             if group else USER)
            status = os.stat(os.path.join(self.run_directory, "bankd.pid"))
            self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)),
                             (USER, 0o644))
            served.kill_child("front")
            served.kill_child("vault")
            served.atm_when_served().close()
            os.kill(served.monitor(), signal.SIGTERM)
            self.assertEqual(served.ended(), 0)
            traced = trace.Trace(path)
            # It sees what there is to see.
            for name, call in (("bankd.pid", "openat"), ("control", "bind"),
                               ("control", "unlinkat")):
                self.assertTrue([found for found in traced.below(
                    self.run_directory) if found[1] == call
                    and found[3].endswith(name)], name)
            self.assertEqual(traced.followed(
                self.run_directory, served.path("var")), [])
            self.assertEqual(os.listdir(self.run_directory), [])

    def test_bankctl(self):
        served = self.users_bank(start=True)
        backups = served.path("backups")
        os.mkdir(backups)
        os.chown(backups, USER, USER)
        there = os.path.join(backups, "metrics")
        with open(there, "w") as f:
            f.write("old\n")
        os.chown(there, USER, USER)
        strangers = backups, served.path("var"), self.run_directory
        copy = os.path.join(backups, "copy")
        for words in (["metrics", "--textfile", there], ["backup", copy]):
            self.assertEqual(self.traced(served, *words).followed(
                *strangers), [], words)
        served.stop()
        for words in (["accounts"], ["kiosk", "list"], ["verify"],
                      ["-y", "restore", copy],
                      ["kiosk", "add", "--key",
                       os.path.join(backups, "key"), "kiosk-7"]):
            found = self.traced(served, *words).followed(
                *strangers, looking=False)
            self.assertEqual([one for one in found
                              if not one.startswith("openat(AT_FDCWD") or
                              "O_RDONLY" not in one], [], words)
        for name in ("copy", "metrics"):
            self.assertEqual(os.stat(os.path.join(backups, name)).st_uid,
                             USER, name)


class Attacks(Rights):
    def swap(self, directory, name, target):
        """As the user: when a file of that name is made, a link to `target`
        takes its place.  Says `ready`, and `done`."""
        script = (
            "import os, sys, ctypes\n"
            "directory, name, target, user = sys.argv[1:]\n"
            "os.setgroups([]); os.setresgid(*[int(user)] * 3)\n"
            "os.setresuid(*[int(user)] * 3)\n"
            "os.chdir(directory)\n"
            "libc = ctypes.CDLL(None)\n"
            "fd = libc.inotify_init1(0)\n"
            "assert libc.inotify_add_watch(fd, b'.', 0x180) != -1\n"
            "print('ready', flush=True)\n"
            "while not os.path.lexists(name):\n"
            "    os.read(fd, 4096)\n"
            "os.symlink(target, 'link'); os.rename('link', name)\n"
            "print('done', flush=True)\n")
        process = subprocess.Popen(
            [sys.executable, "-c", script, directory, name, target,
             str(USER)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def test_a_link_in_place_of_the_socket(self):
        """bind(2) is held until the link is there."""
        why = trace.reason()
        if why:
            self.skipTest(why)
        for group in ("", "daemon"):
            served = self.users_bank(process_control_group=group)
            path, before = self.secret(served)
            swap = self.swap(self.run_directory, "control", path)
            served.wrapper = trace.wrapper(
                served.path("trace"), "-e",
                "inject=bind:delay_exit=2000000")
            served.start()
            self.assertEqual(swap.stdout.readline(), "done\n")
            self.assertEqual(describe(path), before)
            os.kill(served.monitor(), signal.SIGTERM)
            self.assertEqual(served.ended(), 0)
            self.assertEqual(describe(path), before)

    def test_a_pid_file_that_is_another_file(self):
        for link in (os.link, os.symlink):
            served = self.users_bank()
            path, before = self.secret(served)
            link(path, os.path.join(self.run_directory, "bankd.pid"))
            code, said = served.fails()
            self.assertNotEqual(code, 0)
            self.assertRegex(said, r"bankd\.pid: .*pid_file")
            self.assertEqual(describe(path), before)

    def test_a_pid_file_of_no_use(self):
        """A pipe would hold the start, and one's own file of two names is
        somebody else's too."""
        for make in (os.mkfifo, lambda name: os.link(
                served.path("run", "mine"), name)):
            served = self.users_bank()
            mine = os.path.join(self.run_directory, "mine")
            with open(mine, "w") as f:
                f.write("mine\n")
            os.chown(mine, USER, USER)
            name = os.path.join(self.run_directory, "bankd.pid")
            make(name)
            os.chown(name, USER, USER)
            code, said = served.fails()
            self.assertNotEqual(code, 0)
            self.assertRegex(said, "not a regular file")
            with open(mine) as f:
                self.assertEqual(f.read(), "mine\n")

    def test_a_lock_that_is_another_file(self):
        for link in (os.link, os.symlink):
            served = self.users_bank()
            path, _ = self.secret(served)
            os.chown(path, USER, USER)
            before = describe(path)
            os.remove(served.file("lock"))
            link(path, served.file("lock"))
            code, said = served.fails()
            self.assertNotEqual(code, 0)
            self.assertIn("lock: ", said)
            self.assertEqual(describe(path), before)

    def test_a_state_by_the_users_link(self):
        """Root would keep the bank in a directory of root's."""
        served = self.users_bank()
        home, roots = served.path("home"), served.path("roots")
        os.mkdir(home)
        os.mkdir(roots)
        os.symlink(roots, os.path.join(home, "var"))
        os.chown(home, USER, USER)
        served.set(bank_state=os.path.join(home, "var"))
        code, said = served.fails()
        self.assertEqual(code, EX_CONFIG, said)
        self.assertRegex(said, "home/var: root does not follow a symbolic link")
        self.assertEqual(os.listdir(roots), [])
        # Root's own, where root alone can put it, is a name as others are.
        os.symlink(served.path("var"), served.path("state"))
        served.set(bank_state=served.path("state"))
        served.start()

    def test_a_state_of_roots_that_others_may_write_to(self):
        served = self.bank(process_pid_file="")
        os.chmod(served.path("var"), 0o777)
        for where, words in ((served.path("run", "control"),
                              "others may write to root's state"),
                             (served.file("control"),
                              "control: others may write to this directory of root's")):
            served.set(process_control_socket=where)
            code, said = served.fails()
            self.assertNotEqual(code, 0)
            self.assertIn(words, said)

    def test_metrics_and_keys(self):
        """Owner and mode are the new file's, and never a link's target's."""
        served = self.users_bank()
        path, before = self.secret(served)
        theirs = served.path("theirs")
        os.mkdir(theirs)
        os.chown(theirs, USER, USER)
        name = os.path.join(theirs, "metrics")
        os.symlink(path, name)
        served.ctl("metrics", "--textfile", name)
        self.assertTrue(stat.S_ISREG(os.lstat(name).st_mode))
        os.chmod(name, 0o4640)
        os.chown(name, USER, -1)
        os.chmod(name, 0o4640)
        served.ctl("metrics", "--textfile", name)
        status = os.lstat(name)
        self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)),
                         (USER, 0o640))
        # A directory that is the user's link.
        os.symlink(served.path("etc"), os.path.join(theirs, "etc"))
        result = served.ctl("kiosk", "add", "--key",
                            os.path.join(theirs, "etc", "new.key"), "new",
                            check=False)
        self.assertEqual(result.returncode, EX_CANTCREAT, result.stderr)
        self.assertIn("does not follow a symbolic link", result.stderr)
        self.assertFalse(os.path.exists(served.path("etc", "new.key")))
        self.assertEqual(describe(path), before)

    def test_backups(self):
        served = self.users_bank(start=True)
        theirs = served.path("theirs")
        os.mkdir(theirs)
        os.chown(theirs, OTHER, OTHER)
        result = served.ctl("backup", os.path.join(theirs, "copy"),
                            check=False)
        self.assertEqual(result.returncode, EX_CANTCREAT, result.stderr)
        self.assertRegex(result.stderr, "users other than root .* replace")
        self.assertEqual(os.listdir(theirs), [])
        os.chown(theirs, USER, USER)
        for directory in (theirs, served.directory):
            copy = os.path.join(directory, "copy")
            served.ctl("backup", copy)
            status = os.stat(copy)
            self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)),
                             (USER, 0o600))
        served.stop()
        os.symlink(copy, os.path.join(theirs, "link"))
        result = served.ctl("-y", "restore", os.path.join(theirs, "link"),
                            check=False)
        self.assertIn("does not follow a symbolic link", result.stderr)
        served.ctl("-y", "restore", os.path.join(theirs, "copy"))

    def test_what_root_says_goes_to_no_other_socket(self):
        served = self.users_bank(start=True)
        name = os.path.join(self.run_directory, "control")
        aside = served.path("control")
        os.rename(name, aside)
        for link in (os.symlink, os.link):
            link(aside, name)
            result = served.ctl("status", check=False)
            self.assertEqual(result.returncode, EX_OSERR, result.stdout)
            self.assertIn("does not follow a symbolic link", result.stderr)
            os.remove(name)
        os.rename(aside, name)
        served.ctl("status")

    def test_init_for_somebody_else(self):
        """Is somebody else's bank, by no more rights than theirs."""
        if bank.sanitized():
            self.skipTest("a sanitizer's report can't be written by others")
        home = bank.fresh_directory("home")
        os.chown(home, USER, USER)
        roots = bank.fresh_directory("roots")
        result = bank.run(BANKCTL, "init", "--demo",
                          os.path.join(home, "bank"))
        self.assertEqual(result.returncode, 0, result.stderr)
        for base, directories, names in os.walk(home):
            for name in directories + names:
                self.assertEqual(os.lstat(os.path.join(base, name)).st_uid,
                                 USER, name)
        linked = os.path.join(home, "linked")
        os.mkdir(linked)
        os.symlink(roots, os.path.join(linked, "etc"))
        os.chown(linked, USER, USER)
        result = bank.run(BANKCTL, "init", linked)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(os.listdir(roots), [])


if __name__ == "__main__":
    unittest.main()
