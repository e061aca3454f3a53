# SPDX-License-Identifier: ISC
"""What stands in etc/ for an operator's host: systemd's units, users,
directories, the log's examples, completions.  systemd's own tools judge them
where they are installed; bankd is run inside the unit's system call filter
by libseccomp, so that needs no systemd."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from lib import bank
from lib.bank import BUILD, SANDBOX, TOP, run
from lib import sources

ETC = os.path.join(TOP, "etc")
MOST_EXPOSED = 2.0
NOBODY = 65534
CONFINE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       os.pardir, "lib", "confine.py")


def need(case, *programs):
    for program in programs:
        if shutil.which(program) is None:
            case.skipTest("no " + program)


def read(*names):
    with open(os.path.join(ETC, *names)) as f:
        return f.read()


def units():
    return sorted(os.path.basename(path) for path in
                  glob.glob(os.path.join(ETC, "systemd", "*")))


def settings(text, name):
    """The values of a unit's setting, in order; continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", text))
    return re.findall(r"(?m)^%s=(.*)$" % re.escape(name), joined)


def syscall_groups():
    """{@group: names and groups} as this systemd knows them."""
    groups, name = {}, None
    for line in run("systemd-analyze", "syscall-filter").stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            groups[name] = []
        elif name and line.strip() and not line.strip().startswith("#"):
            groups[name].append(line.strip())
    return groups


def expand(words, groups):
    found = set()
    for word in words:
        found |= expand(groups[word], groups) if word[0] == "@" else {word}
    return found


def allowed(text, groups):
    """The calls that a unit's SystemCallFilter= lines allow in the end."""
    calls = expand(["@default"], groups)
    for value in settings(text, "SystemCallFilter"):
        if value.startswith("~"):
            calls -= expand(value[1:].split(), groups)
        else:
            calls |= expand(value.split(), groups)
    return calls


def policies(pid):
    """How the process's threads are scheduled, see sched(7)."""
    return {os.sched_getscheduler(int(thread))
            for thread in os.listdir("/proc/%d/task" % pid)}


class Units(unittest.TestCase):
    def setUp(self):
        need(self, "systemd-analyze")
        self.directory = tempfile.mkdtemp(dir=bank.scratch())
        self.addCleanup(shutil.rmtree, self.directory)
        for name in units():
            text = re.sub(r"/usr/local/s?bin/", BUILD + "/",
                          read("systemd", name))
            with open(os.path.join(self.directory, name), "w") as f:
                f.write(text)

    def test_verify_is_clean(self):
        for name in units():
            with self.subTest(unit=name):
                result = run("systemd-analyze", "verify", "--man=no",
                             os.path.join(self.directory, name))
                self.assertEqual((result.returncode, result.stdout,
                                  result.stderr), (0, "", ""))

    def test_exposure(self):
        for name in units():
            if not name.endswith(".service"):
                continue
            with self.subTest(unit=name):
                result = run("systemd-analyze", "security", "--offline=yes",
                             "--no-pager",
                             os.path.join(self.directory, name))
                level = re.search(r"exposure level .*?: ([0-9.]+)",
                                  result.stdout)
                self.assertIsNotNone(level, result.stderr)
                self.assertLessEqual(float(level[1]), MOST_EXPOSED,
                                     result.stdout)

    def test_timer_and_next_time(self):
        for name in ("bankd-backup.timer", "bankd-day.timer"):
            for value in settings(read("systemd", name), "OnCalendar"):
                self.assertEqual(
                    run("systemd-analyze", "calendar", value).returncode, 0)


class Text(unittest.TestCase):
    """What needs no systemd to be told wrong."""

    def test_pages_exist(self):
        for name in units():
            for value in settings(read("systemd", name), "Documentation"):
                for page, section in re.findall(r"man:([\w.-]+)\((\d)\)",
                                                value):
                    self.assertTrue(os.path.exists(os.path.join(
                        TOP, "man", "%s.%s" % (page, section))),
                        "%s: %s" % (name, page))

    def test_exit_codes_are_told(self):
        with open(os.path.join(TOP, "man", "bankd.8")) as f:
            page = f.read()
        for code in settings(read("systemd", "bankd.service"),
                             "RestartPreventExitStatus")[0].split():
            self.assertRegex(page, r"(?m)^\.It %s$" % code)

    def test_port_is_the_default_one(self):
        port = re.search(r'"port", CONFIG_NUMBER,\s*"(\d+)"',
                         sources.source("bankd", "options.c"))
        self.assertEqual(settings(read("systemd", "bankd.socket"),
                                  "ListenStream"), [port[1]])

    def test_key_comes_as_a_credential(self):
        unit = read("systemd", "bankd.service")
        name, _, path = settings(unit, "LoadCredential")[0].partition(":")
        self.assertTrue(path.endswith("/bank.key"))
        self.assertIn("keys.key=%%d/%s" % name, settings(
            unit, "ExecStart")[0])
        unit = read("systemd", "bankd-day.service")
        self.assertEqual(settings(unit, "LoadCredential")[0],
                         "%s:%s" % (name, path))
        self.assertIn("--key %%d/%s" % name, settings(unit, "ExecStart")[0])

    def test_reload_type_where_it_is_known(self):
        directory = tempfile.mkdtemp(dir=bank.scratch())
        self.addCleanup(shutil.rmtree, directory)
        for version, kind in (("252", "notify"), ("253", "notify-reload"),
                              ("", "notify")):
            result = run("make", "-C", TOP, "install-etc", "B=%s/b" %
                         directory, "DESTDIR=" + directory,
                         "SYSTEMD=" + version)
            self.assertEqual(result.returncode, 0, result.stderr)
            with open(directory + "/usr/local/lib/systemd/system/"
                      "bankd.service") as f:
                self.assertEqual(settings(f.read(), "Type"), [kind])

    def test_package_has_each_file(self):
        """Units, pages and completions: none is left out of all packages."""
        listed = "".join(read("debian", "%s.install" % name)
                         for name in ("bankd", "bankd-hosts", "atm-tui"))
        rules = read("debian", "rules")
        for name in units():
            self.assertRegex(rules, r"[ .\t]%s\b" % re.escape(name))
        for path in glob.glob(os.path.join(TOP, "man", "*.[1-8]")):
            page = os.path.basename(path)
            self.assertRegex(listed, r"(?m)^usr/share/man/man%s/%s$"
                             % (page[-1], re.escape(page)))

    def test_version_of_the_package(self):
        with open(os.path.join(TOP, "Makefile")) as f:
            version = re.search(r"(?m)^VERSION = (\S+)$", f.read())[1]
        self.assertEqual(re.match(r"bankd \((.*)\)",
                                  read("debian", "changelog"))[1], version)


class Places(unittest.TestCase):
    """Users and directories, made in an empty root."""

    def setUp(self):
        need(self, "systemd-sysusers", "systemd-tmpfiles")
        if os.geteuid() != 0:
            self.skipTest("not root")
        self.root = tempfile.mkdtemp(dir=bank.scratch())
        self.addCleanup(shutil.rmtree, self.root)
        os.mkdir(os.path.join(self.root, "etc"))
        for name in ("bankd", "atm-tui"):
            self.place("systemd-sysusers", "sysusers.d", name)

    def place(self, program, directory, name, *more):
        result = run(program, "--root=" + self.root, *more,
                     os.path.join(ETC, directory, name + ".conf"))
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def test_users(self):
        with open(os.path.join(self.root, "etc", "passwd")) as f:
            rows = {line.split(":")[0]: line.strip().split(":") for line in f}
        self.assertEqual(set(rows), {"_bankd", "_bankfront",
                                     "_bankcourier", "_atm"})
        for row in rows.values():
            self.assertIn(os.path.basename(row[6]), ("nologin", "false"))
        for name in units():
            for user in settings(read("systemd", name), "User"):
                self.assertIn(user, rows)

    def test_directories(self):
        with open(os.path.join(self.root, "etc", "passwd")) as f:
            uids = {line.split(":")[0]: int(line.split(":")[2]) for line in f}
        for name in ("bankd", "atm-tui"):
            self.place("systemd-tmpfiles", "tmpfiles.d", name, "--create")
        for path, user, mode in (("run/bankd", "_bankd", 0o755),
                                 ("var/lib/bankd", "_bankd", 0o700),
                                 ("var/backups/bankd", "_bankd", 0o700),
                                 ("var/lib/atm-tui", "_atm", 0o700)):
            st = os.stat(os.path.join(self.root, path))
            self.assertEqual((st.st_uid, st.st_mode & 0o7777),
                             (uids[user], mode), path)


class Log(unittest.TestCase):
    def test_rsyslog_takes_it(self):
        need(self, "rsyslogd")
        result = run("rsyslogd", "-N1", "-f",
                     os.path.join(ETC, "rsyslog.d", "bankd.conf"))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_logrotate_takes_it(self):
        need(self, "logrotate")
        result = run("logrotate", "-d", "-s", "/dev/null",
                     os.path.join(ETC, "logrotate.d", "bankd"))
        self.assertNotIn("error", result.stderr)
        self.assertEqual(result.returncode, 0, result.stderr)


class Confined(unittest.TestCase):
    """A bank under the system calls and socket families that its unit
    leaves it: it defends itself with what it still may, and serves."""

    def setUp(self):
        need(self, "systemd-analyze")
        if SANDBOX == "off":
            self.skipTest("sanitizers need other system calls")
        unit = read("systemd", "bankd.service")
        self.rules = {
            "calls": sorted(allowed(unit, syscall_groups())),
            "families": settings(unit, "RestrictAddressFamilies")[0].split()}

    def serve(self):
        directory = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, directory)
        bank.init(directory)
        if os.geteuid() == 0:
            self.rules["user"] = NOBODY
            os.chmod(directory, 0o755)
            run("chown", "-R", "%d:%d" % (NOBODY, NOBODY), directory)
        served = bank.Bank(
            start=False, directory=directory, process_sandbox="require",
            wrapper=[sys.executable, CONFINE, json.dumps(self.rules)])
        self.addCleanup(served.close)
        return served

    def test_transfer_reload_and_recovery(self):
        served = self.serve().start()
        with open("/proc/%d/status" % served.monitor()) as f:
            self.assertRegex(f.read(), r"(?m)^Seccomp:\s*2$")
        typed = "chris\ncanary-chris\n1\n2\nfey\n100.50\n3\n"
        result = served.plain(typed)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(served.lines()["fey"], ["10000", "1100.50"])
        self.assertEqual(served.ctl("reload").returncode, 0)
        served.kill_child("vault")
        served.kill_child("front")
        served.session("fey").close()
        self.assertIn(os.SCHED_IDLE, policies(served.vault()))
        served.stop()
        self.assertNotRegex(served.said, r"refused|no-seccomp")

    def test_it_is_confined(self):
        """The rules do refuse: a call that is not in them, a family."""
        code = ("import os, socket\n"
                "for attempt in (lambda: os.chroot('/'),\n"
                "                lambda: socket.socket(socket.AF_NETLINK)):\n"
                "    try:\n"
                "        attempt()\n"
                "        print('done')\n"
                "    except OSError as e:\n"
                "        print(e.errno)\n")
        result = subprocess.run(
            [sys.executable, CONFINE, json.dumps(self.rules),
             sys.executable, "-c", code],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(result.stdout.split(), ["1", "97"])


if __name__ == "__main__":
    unittest.main()
