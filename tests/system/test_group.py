# SPDX-License-Identifier: ISC
"""bankctl in the hands of a member of process.control_group (bankctl(8))."""

import grp
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import unittest

from lib import patience
from lib.bank import BANKCTL, run
from lib.case import SUCCESS, Operator

NOBODY = 65534


class Group(Operator):
    """A member of control_group, who may not read the state."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root becomes somebody else")
        cls.options = {"process_control_group": grp.getgrgid(NOBODY).gr_name,
                       "limits_rate": "0"}
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        # Where a stranger may look: the runner's directories are its own.
        cls.public = tempfile.mkdtemp(dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.public)
        os.chmod(cls.public, 0o755)
        cls.bank.stop()
        cls.bank.set(process_control_socket=cls.public + "/control")
        cls.bank.start()
        cls.config = cls.public + "/bankd.ini"
        with open(cls.config, "w") as f:
            f.write("[bank]\nname = A & B\nstate = %s\n[process]\n"
                    "control_socket = control\n" % cls.bank.file(""))
        os.chmod(cls.config, 0o644)
        shutil.copy(BANKCTL, cls.public)
        os.mkdir(cls.public + "/notes")
        os.chown(cls.public + "/notes", NOBODY, NOBODY)

    def member(self, *words, input=None, expect=0, group=NOBODY):
        result = run(
            "setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % group,
            "--clear-groups", self.public + "/bankctl", "-c", self.config,
            *words, input=input, cwd="/",
            env={"XDG_STATE_HOME": self.public + "/notes"})
        self.assertEqual(result.returncode, expect, result.stderr)
        return result

    def test_what_the_socket_gives(self):
        self.assertIn("serving", self.member("status").stdout)
        self.member("open", "new", "A Name", input="other-4711\n")
        self.member("deposit", "new", "1", "5", "--reason", "x")
        self.member("limit", "new", "transfer", "5")
        self.assertIn("adjust", self.member("history", "new").stdout)
        for words in (("accounts",), ("sessions",), ("verify",), ("reload",),
                      ("pause",), ("resume",), ("metrics",), ("lock", "new"),
                      ("kiosk", "list"), ("log", "default")):
            self.member(*words)

    def test_export(self):
        """The same as root's, through the bank."""
        for words in ((), ("chris",), ("--format", "hledger"),
                      ("fey", "--format", "hledger")):
            self.assertEqual(self.member("export", *words).stdout,
                             self.bank.ctl("export", *words).stdout)
        ofx = self.member("export", "chris", "--format", "ofx").stdout
        self.assertIn("<ORG>A &amp; B</ORG>", ofx)
        own = self.bank.ctl("export", "chris", "--format", "ofx").stdout

        def timeless(text):
            return re.sub(r"<ORG>.*</ORG>|<DT[A-Z]*>[^<]*", "", text)
        self.assertEqual(timeless(ofx), timeless(own))
        self.assertRegex(self.member("export", "nobody", expect=65).stderr,
                         "no account nobody")

    def test_a_long_one(self):
        """More than any buffer on the way takes at once."""
        atm = self.session("fey")
        for _ in range(40):
            for _ in range(50):
                atm.send("1 %s 1 joe 0.01" % atm.txid())
            for _ in range(50):
                self.said(atm.receive(), SUCCESS)
        text = self.member("export").stdout
        self.assertGreater(len(text), 100000)
        self.assertEqual(text, self.bank.ctl("export").stdout)

    def slow_bank(self, answer):
        """A control socket at which `answer` is called with the connection;
        what bankctl export then prints to, and its process."""
        path = self.public + "/slow"
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(os.unlink, path)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen()
        os.chmod(path, 0o666)
        with open(self.config) as f:
            text = f.read().replace("= control\n", "= slow\n")
        with open(self.public + "/slow.ini", "w") as f:
            f.write(text)
        os.chmod(f.name, 0o644)
        process = subprocess.Popen(
            ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
             "--clear-groups", self.public + "/bankctl", "-c", f.name,
             "export"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd="/")
        self.addCleanup(process.kill)
        listener.settimeout(patience.seconds(60))
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(patience.seconds(60))
            while connection.recv(4096):
                pass
            answer(connection, process)
        said, complaint = patience.communicate(process)
        return said, complaint.decode(), process.returncode

    def test_it_is_printed_as_it_comes(self):
        """What the bank still has to say is waited for by nobody's memory."""
        piece = b"x" * 4094

        def answer(connection, process):
            connection.sendall(b"= text\n" + 8 * (b"+ " + piece + b"\\n\n"))
            ready = select.select(
                [process.stdout], [], [], patience.seconds(60))
            self.assertNotEqual(ready[0], [], "nothing before the end")
            connection.sendall(b"+ a\\tb\\\\c\\n\n. 0\n")
        said, complaint, code = self.slow_bank(answer)
        self.assertEqual(
            said, 8 * (piece + b"\n") + b"a\tb\\c\n")
        self.assertEqual((complaint, code), ("", 0))

    def test_one_that_is_cut_off(self):
        for text in (b"= text\n+ a\n", b"= text\n+ a\n. 0", b""):
            _, complaint, code = self.slow_bank(
                lambda connection, _: connection.sendall(text))
            self.assertRegex(complaint, "cut off.*to a file")
            self.assertEqual(code, 74, text)
            self.doCleanups()

    def test_what_is_the_owners(self):
        """A backup has the hashes."""
        said = self.member("backup", "/tmp/no-such-copy", expect=77).stderr
        self.assertRegex(said, "only root and the owner.*password hashes")
        self.assertFalse(os.path.exists("/tmp/no-such-copy"))

    def test_who_is_no_member(self):
        said = self.member("status", expect=77, group=NOBODY - 1).stderr
        self.assertIn("control_group", said)
        self.member("export", expect=77, group=NOBODY - 1)

    def test_stopped(self):
        self.addCleanup(self.bank.start)
        self.bank.stop()
        self.assertIn("does not run", self.member("export", expect=77).stderr)
