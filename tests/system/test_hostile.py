# SPDX-License-Identifier: ISC
"""Front or vault were taken over and talk to the monitor as they like: a
malformed message ends the one that sent it, and nobody else; one that comes
where nobody asked changes nothing; no line of theirs is taken for another's.
What such a front says to the vault is in unit/test_hostile_front."""

import ctypes
import errno
import os
import socket
import struct
import unittest

from lib import bank
from lib.case import CORRECT, BankCase
from lib.mitm import HEADER, IPC

PIDFD_GETFD = 438       # the same number wherever Linux runs
LINK = 3                # a child's end of its link to the monitor
TEXT_MAX, STATUS_MAX = 4096, 16384
OTHER = {"front": "vault", "vault": "front"}


def take_fd(pid, number):
    """A copy of another process's descriptor."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    pidfd = os.pidfd_open(pid)
    try:
        fd = call(PIDFD_GETFD, pidfd, number, 0)
    finally:
        os.close(pidfd)
    if fd == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd


def message(kind, body=b"", number=0, zero=0, length=None):
    return HEADER.pack(len(body) if length is None else length,
                       IPC.get(kind, kind), zero, number) + body


def malformed(role):
    """What the table of ipc_table.c doesn't have."""
    return {
        "type 0": message(0),
        "a type that isn't there": message(1 + max(IPC.values())),
        "the monitor's own": message("STOP"),
        "one between the two": message("HELLO", b"\0\1"),
        "of the other's": message(
            *(("PROGRESS", bytes(17)) if role == "front"
              else ("STOPPED",))),
        "with a connection": message("READY", b"x", number=1),
        "what is to be zero isn't": message("READY", b"x", zero=1),
        "an empty line": message("LOG"),
        "a line too long": message("LOG", b"\6" + bytes(TEXT_MAX)),
        "a text too long": message("STATUS_REPLY", bytes(STATUS_MAX + 1)),
        "4 GiB": message("STATUS_REPLY", length=0xffffffff),
    }


def unasked(role):
    forged = b"x\n<2>bankd: forged\n\x1b[2Jforged\nbankd: forged\0y"
    return [
        message("READY", forged),
        message("READY"),
        message("STATUS_REPLY", forged),
        message("STATUS_REPLY", b"connections 999999\n" * 50),
        message("RELOADED", b"\0"),
        message("RELOADED", b"\x46" + forged),
        message("STOPPED") if role == "front" else message(
            "PROGRESS", bytes(16) + forged),
        message("ALIVE"),
        message("LOG", b"\6" + forged),
        message("LOG", b"\xff" + bytes(range(256))),
        message("LOG", b"\0" + b"\xff" * 200),
        message("FAILED", b"\x46" + forged),
    ]


class Hostile(BankCase):
    weight = 60

    def link(self, role):
        """A socket that the monitor takes for that child's."""
        try:
            fd = take_fd(self.pid(role), LINK)
        except OSError as e:
            if e.errno in (errno.EPERM, errno.ENOSYS, errno.EACCES):
                self.skipTest("no way into another process here: %s" % e)
            raise
        sock = socket.socket(fileno=fd)
        self.addCleanup(sock.close)
        sock.setblocking(True)
        return sock

    def pid(self, role):
        return bank.wait_for("a " + role, lambda: self.bank.child(role))

    def ready(self, role):
        """Until it serves, and the bank as before."""
        atm = self.bank.atm_when_served()
        self.addCleanup(atm.close)
        self.said(atm.login("chris", "canary-chris"), CORRECT)
        self.assertEqual(atm.balances(), ("10000.00", "1000.00"))
        self.assertIn("serving", self.bank.ctl("status").stdout, role)

    def not_forged(self):
        said = self.bank.said + self.bank.ctl("status").stdout
        self.assertNotIn("\x1b", said)
        for line in said.splitlines():
            self.assertFalse(line.startswith(
                ("<2>", "forged", "bankd: forged")), line)

    def ended(self, role, data):
        """These bytes end that child, whatever it says after them; another
        comes, the rest stays."""
        monitor, old = self.bank.monitor(), self.pid(role)
        other = self.pid(OTHER[role])
        sock = self.link(role)

        def goes_on():
            try:
                sock.send(data or message("ALIVE"), socket.MSG_DONTWAIT)
            except OSError:
                pass
            return self.bank.child(role) != old

        goes_on()
        data = b""
        bank.wait_for("the end of a hostile " + role, goes_on)
        self.ready(role)
        self.assertEqual(self.bank.monitor(), monitor)
        self.assertEqual(self.pid(OTHER[role]), other)

    def all_malformed(self, role):
        for name, data in malformed(role).items():
            with self.subTest(name):
                told = "malformed_message process=" + role
                before = self.bank.said.count(told)
                self.ended(role, data)
                bank.wait_for("its end to be told", lambda:
                              self.bank.said.count(told) > before)
                self.assertEqual(self.bank.said.count(told), before + 1)
        self.not_forged()

    def test_a_front_that_is_malformed(self):
        self.bank.restart()
        self.all_malformed("front")

    def test_a_vault_that_is_malformed(self):
        self.bank.restart()
        self.all_malformed("vault")

    def test_unasked(self):
        """Nobody is ended for it, and nothing is another than it was."""
        for role in OTHER:
            self.bank.restart()
            before = [self.bank.monitor(), self.pid("front"),
                      self.pid("vault")]
            sock = self.link(role)
            for data in unasked(role) * 3:
                sock.sendall(data)
            self.ready(role)
            # A real reload and a real status go through beside it.
            for data in unasked(role):
                sock.sendall(data)
                self.bank.ctl("status")
            self.bank.ctl("reload", check=False)
            self.ready(role)
            self.assertEqual([self.bank.monitor(), self.pid("front"),
                              self.pid("vault")], before)
            self.not_forged()

    def test_descriptors(self):
        """It takes none from a child: they don't pile up in it."""
        sock = self.link("front")
        where = "/proc/%d/fd" % self.bank.monitor()
        self.bank.ctl("status")
        before = len(os.listdir(where))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                   struct.pack("i", sock.fileno()))]
        try:
            for _ in range(20):
                sock.sendmsg([message("READY", b"x")], rights)
        except ConnectionError:
            pass    # it has ended this child already
        self.ready("front")
        bank.wait_for("no more descriptors in the monitor",
                      lambda: len(os.listdir(where)) <= before)

    def test_a_flood_of_lines(self):
        """Others are served beside it."""
        sock = self.link("front")
        for _ in range(200):
            sock.sendall(message("LOG", b"\7flood") * 100)
        self.ready("front")


if __name__ == "__main__":
    unittest.main()
