# SPDX-License-Identifier: ISC
"""Kiosks of a bank that is two real hosts over one PostgreSQL: what a customer
is told whose host dies, and where an operator sees which host it is."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import unittest

from lib import bank, hosts, postgres, wire
from lib.proxy import CUT_BEFORE, PASS, Proxy

SUCCESS = "your transaction is successful"
LOST = "Connection lost. Check your statement before trying again."


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class OneTruth(unittest.TestCase):
    """Two real hosts over one journal, and a kiosk that knows both."""

    GRACE = 2

    @classmethod
    def setUpClass(cls):
        cls.pg = postgres.Postgres()
        cls.addClassCleanup(cls.pg.close)

    def serve(self, count=2):
        self.hosts = hosts.Hosts(count, pg=self.pg, session_grace=self.GRACE)
        self.addCleanup(self.hosts.__exit__, None, None, None)
        self.state = bank.fresh_directory("kiosk")

    def visit(self, typed, *names):
        """At a kiosk that knows these addresses, or all hosts'."""
        first = self.hosts[0]
        names = names or ["%s:%d" % (host.address, host.port)
                          for host in self.hosts.all]
        return bank.run(
            bank.ATM_TUI, "-p", "-c", first.path("etc", "atm.ini"), "-o",
            "kiosk.state=" + self.state, "-o", "bank.host=" + " ".join(names),
            input="chris\ncanary-chris\n" + typed)

    def savings(self, host, name):
        return float(host.lines()[name][0])

    def checking(self, host, name):
        return float(host.lines()[name][1])

    def test_a_login_elsewhere(self):
        self.serve()
        self.assertIn(SUCCESS, self.visit("1\n1\nfey\n5\n3\n").stdout)
        self.hosts[0].kill()
        said = self.visit("1\n1\nfey\n7\n3\n").stdout
        self.assertIn(SUCCESS, said)
        self.assertEqual(self.savings(self.hosts[1], "chris"), 10000 - 12)
        self.assertEqual(self.checking(self.hosts[1], "fey"), 1000 + 12)
        self.hosts[0].start()
        self.hosts.stop()

    def lost(self, cut):
        """The host dies around a transfer: what its customer is told there,
        and at the next host."""
        self.serve()
        first, second = self.hosts.all
        state = {"asked": False}

        def decide(link, way, count, kind, size):
            if way == "up" and size == wire.RECORD_OF_S:
                state["asked"] = True
                if cut == "before":
                    first.kill()
                    proxy.refuse = True
                    return CUT_BEFORE
            elif way == "down" and state["asked"]:
                first.kill()
                proxy.refuse = True
                return CUT_BEFORE
            return PASS
        with Proxy(first.address, first.port, decide) as proxy:
            names = ("127.0.0.1:%d" % proxy.port,
                     "%s:%d" % (second.address, second.port))
            result = self.visit("1\n1\nfey\n5\n2\n3\n", *names)
            self.assertTrue(state["asked"], result.stdout + result.stderr)
            self.assertNotIn(SUCCESS, result.stdout)
            self.assertIn("Check your statement", result.stdout)
            return self.visit("3\n", *names).stdout

    def settled(self, words, moved):
        second = self.hosts[1]
        self.assertEqual(self.savings(second, "chris"), 10000 - moved)
        self.assertEqual(self.checking(second, "fey"), 1000 + moved)
        self.hosts[0].start()
        self.hosts.stop()

    def test_the_answer_is_lost_with_its_host(self):
        said = self.lost("after")
        self.assertIn("Your earlier transfer of $5.00 to fey was completed\n",
                      said)
        self.settled(said, 5)

    def test_the_request_is_lost_with_its_host(self):
        said = self.lost("before")
        self.assertIn("Your earlier transfer of $5.00 to fey was not completed",
                      said)
        self.settled(said, 0)

    def test_a_person_whose_host_just_ends(self):
        """Plain mode asks for the ID again, at the other host, and says what
        became of what was typed."""
        self.serve()
        first, second = self.hosts.all
        state = {"ends": False}

        def decide(link, way, count, kind, size):
            if state["ends"] and way == "up" and size == wire.RECORD_OF_S:
                proxy.refuse = True
                return CUT_BEFORE
            return PASS
        with Proxy(first.address, first.port, decide) as proxy:
            pid, fd = pty.fork()
            if pid == 0:
                os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
                os.execv(bank.ATM_TUI, [
                    bank.ATM_TUI, "-p", "-c", first.path("etc", "atm.ini"),
                    "-o", "kiosk.state=" + self.state, "-o", "plain.confirm=no",
                    "-o", "bank.host=127.0.0.1:%d %s:%d" % (
                        proxy.port, second.address, second.port)])
            self.heard = ""
            try:
                self.types(fd, "ID: ", "chris")
                self.types(fd, "Password: ", "canary-chris")
                self.types(fd, "3. Exit", "1")
                self.types(fd, "2. Checking", "1")
                self.types(fd, "ID: ", "fey")
                self.types(fd, "Amount: ")
                # Not before: a PING is as long as a request.
                state["ends"] = True
                os.write(fd, b"5\n")
                self.types(fd, "Check your statement")
                first.stop()
                self.types(fd, "ID: ", "chris")
                self.types(fd, "Password: ", "canary-chris")
                self.types(fd, "Your earlier transfer of $5.00 to fey was not "
                           "completed")
                self.types(fd, "3. Exit", "3")
            finally:
                os.close(fd)        # which ends one that still asks
                os.waitpid(pid, 0)
        self.settled(self.heard, 0)

    def types(self, fd, prompt, line=None):
        """Reads on to this text, then types the line."""
        while prompt not in self.heard:
            self.assertTrue(select.select([fd], [], [], 120)[0], self.heard)
            self.heard += os.read(fd, 65536).decode()
        self.heard = self.heard.partition(prompt)[2]
        if line is not None:
            os.write(fd, line.encode() + b"\n")

    def test_top_says_which_host(self):
        self.serve(1)
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", LINES="24",
                              COLUMNS="100")
            os.execv(bank.BANKCTL, [bank.BANKCTL, "-c", self.hosts[0].config,
                                    "top"])
        seen = b""
        wanted = ("Bank of the Example @ " + socket.gethostname()).encode()
        try:
            while wanted not in seen:
                self.assertTrue(select.select([fd], [], [], 60)[0], seen)
                seen += os.read(fd, 65536)
        finally:
            os.write(fd, b"q")
            os.waitpid(pid, 0)
            os.close(fd)


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class RunHosts(unittest.TestCase):
    """tests/run-hosts, for somebody who watches: nothing stays behind."""

    def run_hosts(self, *words):
        """Started; its standard error, in which it says where it is."""
        self.place = bank.fresh_directory("run")
        os.chmod(self.place, 0o755)
        process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(bank.TOP, "tests",
                                                "run-hosts"),
             "--build", bank.BUILD, *words],
            env=dict(os.environ, TMPDIR=self.place, TEST_TMP=self.place),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process

    def seen(self, process, text):
        """Its lines up to the one with this text."""
        lines = []
        for line in process.stdout:
            lines.append(line)
            if text in line:
                return "".join(lines)
        self.fail("".join(lines))

    def servers(self, process):
        """Directories of its PostgreSQL."""
        return {match[1] for pid in bank.children(process.pid)
                for match in [re.search(r"-D (\S*/pg-[^/]*)",
                                        bank.command_line(pid))] if match}

    def nothing_is_left(self, process, servers):
        self.assertEqual(os.listdir(self.place), [])
        self.assertEqual([path for path in servers if os.path.exists(path)],
                         [])
        left = [text for text in map(bank.command_line, map(
            int, filter(str.isdigit, os.listdir("/proc"))))
                if self.place in text]
        self.assertEqual(left, [])

    def test_a_visit(self):
        typed = os.path.join(bank.fresh_directory("typed"), "lines")
        with open(typed, "w") as f:
            f.write("chris\n1234\n1\n1\nfey\n5\n3\n")
        process = self.run_hosts("--seconds", "0.2", "--typed", typed)
        said = self.seen(process, "top")
        servers = self.servers(process)
        said += process.stdout.read()
        # A kill may come at any moment, and a script doesn't log in again.
        lost = LOST in said
        self.assertEqual(process.wait(), 1 if lost else 0, said)
        self.assertTrue(lost or SUCCESS in said, said)
        self.assertEqual(len(servers), 1)
        self.nothing_is_left(process, servers)

    def test_the_window_is_closed(self):
        """While it is made, and later."""
        waits = os.path.join(bank.fresh_directory("typed"), "lines")
        os.mkfifo(waits)
        for text in "two databases", "top":
            process = self.run_hosts("--typed", waits)
            self.seen(process, text)
            servers = bank.wait_for("its servers", lambda: self.servers(
                process))
            process.send_signal(signal.SIGHUP)
            said = process.stdout.read()
            self.assertEqual(process.wait(), 128 + signal.SIGHUP, said)
            self.nothing_is_left(process, servers)


if __name__ == "__main__":
    unittest.main()
