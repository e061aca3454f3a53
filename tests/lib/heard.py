# SPDX-License-Identifier: ISC
"""The real atm-tui in a terminal of ours, with a command of ours for its
voice."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios

from . import bank
from .bank import ATM_TUI, wait_for
from .case import BankCase


class Screens:
    """atm-tui on a terminal of 80x24; nobody reads the pictures."""

    def __init__(self, test, *options, port=None):
        served = test.bank
        command = [ATM_TUI, "-c", served.path("etc", "atm.ini"),
                   "-o", "kiosk.state=" + test.state]
        command += [word for option in options for word in ("-o", option)]
        command += ["127.0.0.1", str(port or served.port)]
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            os.execv(ATM_TUI, command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, 80, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        test.addCleanup(self.close)

    def drain(self):
        while select.select([self.fd], [], [], 0)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data

    def type(self, text):
        """A key at a time, as a person does."""
        for key in text:
            self.drain()
            os.write(self.fd, key.encode())
        return self

    def press(self, bytes_of_keys):
        """Several at once, or one of several bytes."""
        self.drain()
        os.write(self.fd, bytes_of_keys)

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Heard(BankCase):
    """Kiosks whose voice writes down what it is told; a customer for each
    test."""

    weight = 15
    people = 30
    used = 0

    def setUp(self):
        cls = type(self)
        cls.used += 1
        self.name = "p%d" % cls.used
        self.state = self.bank.path("kiosk-%d" % cls.used)
        os.makedirs(self.state)
        self.heard_file = self.bank.path("heard-" + self.name)

    def script(self, name, text):
        path = self.bank.path("%s-%s" % (name, self.name))
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    def heard(self):
        try:
            with open(self.heard_file) as f:
                return " ".join(f.read().split())
        except FileNotFoundError:
            return ""

    def wait(self, kiosk, text):
        """Until the voice has said it; what it had said before goes."""
        def said():
            kiosk.drain()
            return text in self.heard()
        try:
            wait_for(repr(text), said)
        except bank.Failed:
            self.fail("%r in\n%s\n%s" % (text, self.heard(), kiosk.seen[-3000:]))
        past = self.heard()
        os.remove(self.heard_file)
        return past

    def voice(self):
        return "speech.command=" + self.script(
            "voice", 'cat >"$0.$$" && cat "$0.$$" >>%s\n' % self.heard_file)

    def log_in(self, kiosk):
        self.wait(kiosk, "press any key")
        kiosk.type(" ")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type("%s\rcanary-%s\r" % (self.name, self.name))
        self.wait(kiosk, "Please select one")

    def withdraw(self, kiosk):
        kiosk.type("52")
        self.wait(kiosk, "How much would you like to withdraw?")
        kiosk.type("2")
        self.wait(kiosk, "Withdraw $40.00 from your checking account?")
        kiosk.type("\r")

    def checking(self):
        return float(self.bank.lines()[self.name][1])
