# SPDX-License-Identifier: ISC
"""Passwords that are canaries: after a whole session no log, file, command
line, environment or core has them, nor the memory of any process of the
bank's."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import unittest

from lib import bank, patience
from lib.case import CORRECT, REFUSED, SUCCESS, BankCase

ROLES = ("monitor", "front", "vault")
CHUNK = 1 << 22
NOBODY = 65534


class Canaries:
    """Passwords, each told from all others; found even by a half of one."""

    def __init__(self):
        self.words = {}

    def __getitem__(self, use):
        return self.words.setdefault(use, "Qz" + secrets.token_hex(16))

    def parts(self):
        for use, word in self.words.items():
            for at in (2, 10, 18, 26):
                yield use, word[at:at + 8].encode()

    def found_in(self, data):
        """{use: where} of those that are in the bytes."""
        found = {}
        for use, part in self.parts():
            at = data.find(part)
            if at >= 0:
                found[use] = at
        return found


def proc(pid, name):
    """A file of /proc; the kernel itself may keep a process's environment
    from whoever isn't root."""
    try:
        with open("/proc/%d/%s" % (pid, name), "rb") as f:
            return f.read()
    except PermissionError:
        if os.geteuid() == 0:
            raise
        return b""


def memory_of(pid):
    """(name of a mapping, address, bytes) of all that a process has."""
    with open("/proc/%d/maps" % pid) as f:
        lines = f.read().splitlines()
    fd = os.open("/proc/%d/mem" % pid, os.O_RDONLY)
    try:
        for line in lines:
            words = line.split(None, 5)
            start, end = (int(x, 16) for x in words[0].split("-"))
            name = words[5] if len(words) > 5 else "anonymous"
            if words[1][0] != "r" or name in ("[vvar]", "[vsyscall]"):
                continue
            while start < end:
                size = min(CHUNK, end - start)
                try:
                    # Parts of two chunks overlap, so that nothing is cut.
                    yield name, start, os.pread(
                        fd, min(size + 64, end - start), start)
                except OSError:
                    break
                start += size
    finally:
        os.close(fd)


class Secrets(BankCase):
    weight = 20
    start_bank = False
    options = {"log_level": "debug", "process_sandbox": "off",
               "login_max_attempts": "1000",
               "login_max_attempts_total": "10000"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.canaries = Canaries()
        # In plain text, as somebody wrote it: hashed by the first start.
        cls.bank.write("password", "".join(
            "%s %s\n" % (name, cls.canaries["file " + name])
            for name in ("chris", "fey", "joe")))
        cls.bank.start()
        cls.live()
        # Now: other tests end processes.
        cls.memory = cls.look_into_memory()

    @classmethod
    def live(cls):
        """All that customers and operators do with a password."""
        words, served = cls.canaries, cls.bank
        for _ in range(6):      # on every worker
            atm = served.atm()
            assert atm.login("chris", words["wrong"]).said() == REFUSED
            assert atm.login("nobody", words["nobody"]).said() == REFUSED
            assert atm.login_text("chris\n%s\n" % words["form"]
                                  ).said() == REFUSED
            assert atm.login_text("%s\n1" % words["as an ID"]
                                  ).said() == REFUSED
            atm.login("chris", words["file chris"])
            atm.close()
        served.ctl("unlock", "chris")
        atm = served.session("chris", words["file chris"])
        assert atm.transfer(1, "fey", 5).said() == SUCCESS
        assert atm.request("PASSWORD %s\n%s" % (
            words["bad old"], words["bad new"])).said() == REFUSED
        for old, new in (("file chris", "new"), ("new", "newer")):
            assert atm.request("PASSWORD %s\n%s" % (
                words[old], words[new])).said() == "200 password changed"
        # Of no form, and one that waits behind another.
        assert atm.request("PASSWORD " + words["one"]).code == 422
        assert atm.request("PASSWORD  %s\n" % words["two"]).code == 422
        assert atm.request("PASSWOR %s" % words["verb"]).code == 422
        for old, new in (("newer", "new"), ("new", "newer"), ("newer", "new")):
            atm.send("PASSWORD %s\n%s" % (words[old], words[new]))
        for _ in range(3):
            assert atm.receive().said() == "200 password changed"
        atm.send("PASSWORD %s\n%s" % (words["new"], words["cut off"]))
        atm.cut()
        atm = served.atm()
        reply = atm.open_account("somebody", words["sign-up"], "Some Body")
        assert reply.said() == "200 account opened", reply
        reply = atm.open_account("somebody", words["taken"])
        assert reply.code == 409, reply
        assert atm.login("somebody", words["sign-up"]).said() == CORRECT
        atm.exit()
        cls.operators()

    @classmethod
    def operators(cls):
        words = cls.canaries
        for name in ("opened", "passwd"):
            what = ["open", "other"] if name == "opened" else [
                "passwd", "joe"]
            result = patience.run(
                [bank.BANKCTL, "-c", cls.bank.config] + what,
                "%s\n%s\n" % ((words[name],) * 2), text=True,
                stderr=subprocess.STDOUT)
            assert result.returncode == 0, result.stdout
        atm = cls.bank.session("joe", words["passwd"])
        atm.exit()

    @classmethod
    def pids(cls):
        return dict(zip(ROLES, (
            cls.bank.monitor(), cls.bank.front(), cls.bank.vault())))

    @classmethod
    def look_into_memory(cls):
        """(what was found, {role: bytes looked at}); None: not to be read."""
        # A sanitizer's quarantine and false stacks keep what is freed.
        if os.getuid() != 0 or bank.sanitized():
            return None
        found, looked = [], {}
        for role, pid in cls.pids().items():
            try:
                for name, start, data in memory_of(pid):
                    looked[role] = looked.get(role, 0) + len(data)
                    for use, at in cls.canaries.found_in(data).items():
                        found.append((role, use, "%s %#x: %r" % (
                            name, start + at, data[max(0, at - 48):at + 48])))
            except PermissionError:
                return None
        return found, looked

    def test_no_log_has_them(self):
        self.assertEqual(
            self.canaries.found_in(self.bank.said.encode()), {})

    def test_no_file_has_them(self):
        looked = 0
        for top, _, names in os.walk(self.bank.directory):
            for name in names:
                path = os.path.join(top, name)
                self.assertEqual(
                    self.canaries.found_in(path.encode()), {})
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as f:
                    self.assertEqual(
                        self.canaries.found_in(f.read()), {}, path)
                looked += 1
        self.assertGreater(looked, 8)

    def test_no_command_line_or_environment_has_them(self):
        for role, pid in self.pids().items():
            for name in ("cmdline", "environ", "comm", "limits"):
                self.assertEqual(
                    self.canaries.found_in(proc(pid, name)), {}, (role, name))

    def test_no_memory_has_them(self):
        if self.memory is None:
            self.skipTest("not root, no permission, or a sanitizer, which "
                          "keeps what is freed")
        found, looked = self.memory
        for role in ROLES:
            self.assertGreater(looked[role], 1 << 20)
        self.assertEqual(found, [], "\n".join(map(str, found)))

    def test_the_search_finds_what_is_there(self):
        """The customer's name is in the vault's memory."""
        if os.getuid() != 0:
            self.skipTest("only root reads another's memory")
        try:
            self.assertTrue(any(
                b"somebody" in data for _, _, data in
                memory_of(self.bank.vault())))
        except PermissionError:
            self.skipTest("no permission to read memory here")

    def test_no_core(self):
        """Limits and dumpability are such, and a crash leaves none."""
        for role, pid in self.pids().items():
            with open("/proc/%d/limits" % pid) as f:
                self.assertRegex(
                    f.read(), r"(?m)^Max core file size +0 +0 ", role)
        for role in ("front", "vault"):
            pid = self.bank.child(role)
            atm = self.bank.atm_when_served()
            body = atm.body(b"L", "fey\n" + self.canaries["file fey"])
            atm.channel.write_frame(b"L", body)
            os.kill(pid, signal.SIGSEGV)
            bank.wait_for("another " + role, lambda: self.bank.child(
                role) not in (None, pid))
            atm.channel.sock.close()
        self.bank.atm_when_served().close()
        for top in (self.bank.directory, self.bank.file(""), os.getcwd()):
            self.assertFalse(
                [n for n in os.listdir(top) if re.match(r"core(\.|$)", n)])

    def test_the_atm(self):
        """atm-tui's command line, environment, state, and what it says on a
        failure; it runs while it is looked at."""
        word = self.canaries["atm"]
        atm = self.bank.atm_when_served()
        atm.open_account("atm-user", word)
        atm.close()
        state = self.bank.path("atm-state")
        os.makedirs(state, exist_ok=True)
        process = subprocess.Popen(
            [bank.ATM_TUI, "-p", "-c", self.bank.path("etc", "atm.ini"), "-o",
             "kiosk.state=" + state, "127.0.0.1", str(self.bank.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        process.stdin.write(("atm-user\n%s\n2\n" % word).encode())
        process.stdin.flush()
        out = b""
        while b"0.00" not in out and b"incorrect" not in out:
            data = os.read(process.stdout.fileno(), 4096)
            self.assertTrue(data, out)
            out += data
        for name in ("cmdline", "environ"):
            self.assertEqual(
                self.canaries.found_in(proc(process.pid, name)), {})
        more, errors = patience.communicate(process, b"3\n")
        self.assertEqual(
            self.canaries.found_in(out + more + errors), {})
        self.test_no_file_has_them()


class Undumpable(unittest.TestCase):
    """Nobody but root gets at a process's memory, also not who runs it: what
    /proc has of it is then root's."""

    def as_who(self, served):
        """A wrapper: somebody else than root, whose the bank then is, and
        who could have a core."""
        if os.getuid() != 0:
            return []
        bank.run("chown", "-R", "%d:%d" % (NOBODY, NOBODY), served.directory)
        return ["prlimit", "--core=1048576:1048576",
                "setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
                "--clear-groups"]

    def setUp(self):
        if bank.sanitized():
            self.skipTest("a sanitizer looks into its own memory by ptrace")
        directory = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, directory)
        os.chmod(directory, 0o755)
        bank.init(directory)
        self.bank = bank.Bank(start=False, directory=directory)
        self.addCleanup(self.bank.close)
        os.mkdir(self.bank.path("atm-state"))
        self.bank.wrapper = self.as_who(self.bank)
        self.bank.start()

    def closed(self, pid):
        """None of it is its user's, and it leaves no core."""
        with open("/proc/%d/status" % pid) as f:
            self.assertNotRegex(f.read(), r"(?m)^Uid:\t0\t")
        self.assertEqual(os.stat("/proc/%d/environ" % pid).st_uid, 0)
        with open("/proc/%d/limits" % pid) as f:
            self.assertRegex(
                f.read(), r"(?m)^Max core file size +0 +0 ")

    def test_the_bank(self):
        for pid in (self.bank.monitor(), self.bank.front(),
                    self.bank.vault()):
            self.closed(pid)

    def test_a_kiosk(self):
        with subprocess.Popen(
                self.bank.wrapper + [
                    bank.ATM_TUI, "-p", "-c", self.bank.path("etc", "atm.ini"),
                    "-o", "kiosk.state=" + self.bank.path("atm-state"),
                    "127.0.0.1", str(self.bank.port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            self.assertIn(b"ID", os.read(process.stdout.fileno(), 4096))
            self.closed(process.pid)
            process.stdin.close()


if __name__ == "__main__":
    unittest.main()
