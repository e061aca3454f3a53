# SPDX-License-Identifier: ISC
"""The log of bankd: its lines, and syslog (bankd(8))."""

import os
import re
import signal
import socket
import unittest

from lib import bank, syslogd, wire
from lib.bank import run, wait_for
from lib.case import CORRECT, REFUSED, SUCCESS, PrivateCase

EX_DATAERR, EX_UNAVAILABLE, EX_NOPERM, EX_CONFIG = 65, 69, 77, 78
EVENT = r"^[\w.-]+(?: [\w.-]+=(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]*))*$"


class Log(PrivateCase):
    def test_every_line_is_an_event(self):
        """Whatever comes from outside, no peer writes a line of its own."""
        served = self.bank(start=True, log_level="debug")
        kiosk = wire.Kiosk("x\n\"bankd: login id=root ok=\\", None)
        kiosk.key = wire.Kiosk.make("x").key
        atm = served.atm(kiosk=kiosk)
        self.assertEqual(atm.login("chris", "canary-4711").said(),
                         "403 not allowed")
        atm.kiosk = None
        for name, secret in (("chris", "canary-4711"),
                             ("no-body", "canary-4711"),
                             ("a=b \"c\"\n", "canary-4711")):
            self.assertEqual(atm.login(name, secret).said(), REFUSED)
        self.assertEqual(atm.login("chris", "canary-chris").said(), CORRECT)
        atm.transfer(1, "fey", 5)
        atm.request("canary \x1b[31m")
        atm.exit()
        served.stop()
        self.assertNotIn("canary", served.said)
        for line in served.said.splitlines():
            match = re.match(r"^[\w:.TZ -]*?bankd(?:\[\d+\])?:? (.*)$", line)
            text = match[1] if match else line
            self.assertRegex(text, EVENT, repr(line))
            self.assertTrue(line.isprintable(), repr(line))


class Syslog(PrivateCase):
    def setUp(self):
        try:
            self.syslog = syslogd.Syslog()
        except syslogd.Unable as e:
            self.skipTest(str(e))
        self.addCleanup(self.syslog.close)

    def daemon_here(self, **options):
        served = self.bank(**options)
        served.wrapper = self.syslog.wrapper
        served.options["process.pid_file"] = self.pid_file(served)
        result = self.daemon(served)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.pid_file(served)) as f:
            pid = int(f.read())
        self.addCleanup(lambda: bank.kill(pid))
        status = served.ctl("status").stdout
        served.address = "127.0.0.1"
        served.port = int(re.search(r"127\.0\.0\.1[: ](\d+)", status)[1])
        return served, pid

    def stop(self, served, pid):
        os.kill(pid, signal.SIGTERM)
        wait_for("bankd to end", lambda: not bank.alive(pid))

    def test_facility_and_form(self):
        served, pid = self.daemon_here(log_facility="local3")
        atm = served.session("chris")
        atm.transfer(1, "fey", 5)
        atm.exit()
        priority, _ = self.syslog.has(r"login.*chris")
        self.assertEqual(priority >> 3, 19)
        self.stop(served, pid)
        for priority, line in self.syslog.told():
            self.assertEqual(priority >> 3, 19, line)
            match = re.match(r"^bankd(\[\d+\])?: (.*)$", line)
            self.assertTrue(match, line)
            self.assertRegex(match[2], EVENT)

    def test_a_start_that_fails_is_told_there_too(self):
        """Nobody may be reading the terminal that it was started at."""
        busy = socket.socket()
        self.addCleanup(busy.close)
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        open_key = self.bank()
        os.chmod(open_key.path("etc", "bank.key"), 0o644)
        broken = self.bank()
        broken.options["log.level"] = "loud"
        missing = self.bank()
        os.unlink(missing.config)
        failing = self.bank(balance="chris x y\n")
        for served, code, words in (
                (self.bank(listen_port=busy.getsockname()[1]),
                 EX_UNAVAILABLE, "Address already in use"),
                (open_key, EX_NOPERM, "others may read"),
                (broken, EX_CONFIG, "loud"),
                (missing, EX_CONFIG, "No such file"),
                (failing, EX_DATAERR, "balance")):
            served.wrapper = self.syslog.wrapper
            result = self.daemon(served)
            self.assertEqual(result.returncode, code, result.stderr)
            self.assertIn(words, result.stderr)
            lines = self.syslog.told()
            told = [(priority, line) for priority, line in lines
                    if words in line and "ended" not in line
                    and "vault_failed" not in line]
            self.assertEqual(len(told), 1, lines)
            self.assertEqual(told[0][0] & 7, 3)
            self.assertRegex(told[0][1], r"^bankd\[\d+\]: (start_failed|"
                             r"giving_up) exit=%d reason=" % code)
            self.assertRegex(told[0][1].split(": ", 1)[1], EVENT)
            # In the foreground, and for a check, standard error is enough.
            self.assertEqual(served.fails()[0], code)
            run(*served.command("-t"))
            self.assertEqual(self.syslog.told(), [])

    def test_syslog_that_restarts(self):
        served, pid = self.daemon_here()
        self.syslog.close_socket()
        self.syslog.open()
        self.syslog.lines.clear()

        def told():
            served.session("fey").exit()
            return any("fey" in line for _, line in self.syslog.lines)
        wait_for("a line on the new socket", told, every=0.1)
        self.stop(served, pid)

    def test_syslog_that_is_away_stops_nothing(self):
        served, pid = self.daemon_here()
        self.syslog.close_socket()
        for _ in range(3):
            atm = served.session("fey")
            self.assertEqual(atm.transfer(1, "joe", 1).said(), SUCCESS)
            atm.exit()
        self.stop(served, pid)
        self.syslog.open()


if __name__ == "__main__":
    unittest.main()
