# SPDX-License-Identifier: ISC
"""`atm-tui -t`: what an installer is told of a kiosk, and the exit code."""

import datetime
import os
import re
import socket
import subprocess
import unittest

from lib import bank, fakebank, patience, proxy
from lib.bank import ATM_TUI
from lib.case import BankCase

OK, BANK, WRONG = 0, 69, 78


class Check(BankCase):
    def check(self, *more, host=None, port=None, wrapper=()):
        """(exit code, {what: (mark, words)}) of one check."""
        state = self.bank.path("atm-state")
        os.makedirs(state, exist_ok=True)
        result = bank.run(
            *wrapper, ATM_TUI, "-t", "-c", self.bank.path("etc", "atm.ini"),
            "-o", "kiosk.state=" + state, *more, host or self.bank.address,
            port or self.bank.port)
        lines = {}
        for line in result.stdout.splitlines():
            found = re.fullmatch(r"(.{12}) (ok|note|FAIL) +(\S.*)", line)
            self.assertTrue(found, line)
            lines.setdefault(found[1].strip(), []).append(found.groups()[1:])
        self.lines = {what: rows[-1] for what, rows in lines.items()}
        self.rows = lines
        return result.returncode

    def says(self, what, mark, pattern):
        self.assertEqual(self.lines[what][0], mark, self.lines)
        self.assertRegex(self.lines[what][1], pattern)

    def test_all_is_well(self):
        self.assertEqual(self.check(), OK)
        self.assertEqual(
            list(self.lines),
            ["address", "port", "clock", "certificate", "kiosk key", "state",
             "cash", "dispenser", "receipts", "terminal", "locale",
             "language"])
        self.assertNotIn("FAIL", [row[0] for row in self.lines.values()])
        self.says("port", "ok", "^%d connected$" % self.bank.port)
        self.says("certificate", "ok",
                  r'^"Bank of the Example" until 20\d\d-.* own until 20\d\d-')
        self.says("kiosk key", "ok", "^kiosk-1: the bank knows it$")

    def test_nobody_is_logged_in_and_nothing_is_made(self):
        state = self.bank.path("never")
        self.assertEqual(self.check("-o", "kiosk.state=" + state), OK)
        self.says("state", "note", "not there yet")
        self.assertFalse(os.path.exists(state))

    def test_refused(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.assertEqual(self.check(port=probe.getsockname()[1]), BANK)
        self.says("address", "ok", "^127.0.0.1$")
        self.says("port", "FAIL", "refused")
        self.says("certificate", "note", "no host has shown")

    def test_timed_out(self):
        with proxy.deaf() as port:
            self.assertEqual(self.check(port=port), BANK)
        self.says("port", "FAIL", "timed out: the host is off")

    def test_a_listener_that_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            self.assertEqual(self.check(port=mute.getsockname()[1]), BANK)
        self.says("port", "FAIL", "timed out after connecting")

    def test_what_is_no_bank(self):
        child = subprocess.Popen(
            ["/usr/bin/python3", "-c", """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client = server.accept()[0]
client.sendall(b"SSH-2.0-OpenSSH_9.2\\r\\n")
client.recv(1 << 16)
client.close()
"""], stdout=subprocess.PIPE, text=True)
        try:
            port = child.stdout.readline().strip()
            self.assertEqual(self.check(port=port), WRONG)
        finally:
            child.kill()
            patience.end(child, 30)
            child.stdout.close()
        self.says("port", "FAIL", "not a bank")

    def test_unroutable(self):
        """In a network of its own, where there is not even a loopback."""
        wrapper = ("unshare", "-rn")
        if bank.run(*wrapper, "true").returncode != 0:
            self.skipTest("no network of its own")
        self.assertEqual(
            self.check(host="192.0.2.1", wrapper=wrapper), WRONG)
        self.says("port", "FAIL", "unroutable")

    def test_no_such_host(self):
        self.assertEqual(self.check(host="no.such.host.invalid"), WRONG)
        self.says("address", "FAIL", "no such host")
        self.assertNotIn("port", self.lines)

    def test_the_wrong_bank(self):
        directory = bank.fresh_directory("other")
        bank.init(directory, demo=False)
        anchor = os.path.join(directory, "etc", "bank.crt")
        self.assertEqual(
            self.check("-o", "bank.certificate=" + anchor), WRONG)
        self.says("port", "ok", "connected")
        self.says("certificate", "FAIL", "^wrong bank: what answers has not "
                  "the certificate in " + anchor)

    def test_the_clock(self):
        directory = bank.fresh_directory("tomorrow")
        fakebank.make_keys(directory, datetime.datetime.utcnow()
                           + datetime.timedelta(days=2))
        with fakebank.FakeBank(directory) as other:
            self.assertEqual(
                self.check("-o", "bank.certificate=" + other.anchor,
                           port=other.port), WRONG)
        self.says("clock", "FAIL", "before the bank's certificate begins")

    def test_a_certificate_that_has_ended(self):
        directory = bank.fresh_directory("past")
        fakebank.make_keys(directory, datetime.datetime.utcnow()
                           - datetime.timedelta(days=400))
        with fakebank.FakeBank(directory) as other:
            self.assertEqual(
                self.check("-o", "bank.certificate=" + other.anchor,
                           port=other.port), BANK)
        self.says("certificate", "FAIL", "ended 20.*bankctl renew")

    def test_a_key_that_the_bank_does_not_know(self):
        self.assertEqual(self.check("-o", "kiosk.name=stranger"), WRONG)
        self.says("kiosk key", "FAIL", "^stranger: the bank does not know")

    def test_not_enrolled(self):
        self.assertEqual(self.check("-o", "kiosk.name="), OK)
        self.says("kiosk key", "note", "kiosk add")

    def test_a_bank_that_wants_a_key(self):
        served = self.fresh(kiosks_require="yes")
        self.assertEqual(
            self.check("-o", "kiosk.name=", "-o",
                       "bank.certificate=" + served.anchor,
                       port=served.port), WRONG)
        self.says("kiosk key", "FAIL", "this bank wants one")

    def test_files_that_are_not_there(self):
        self.assertEqual(
            self.check("-o", "bank.certificate=/nowhere/bank.crt"), WRONG)
        self.says("certificate", "FAIL", "^/nowhere/bank.crt: No such file")
        self.assertEqual(self.check("-o", "kiosk.key=/nowhere/key"), WRONG)
        self.says("kiosk key", "FAIL", "/nowhere/key: No such file")
        self.says("port", "ok", "connected")
        self.assertEqual(self.check("-o", "kiosk.state=/nowhere/kiosk"), WRONG)
        self.says("state", "FAIL", "^/nowhere/kiosk: not there")

    def test_a_language_that_cannot_be_shown(self):
        self.assertEqual(
            self.check("-o", "screen.language=ar",
                       wrapper=("env", "LC_ALL=C")), WRONG)
        self.says("language", "FAIL", "^ar: needs UTF-8")

    def test_the_machine(self):
        receipts = self.bank.path("receipts")
        code = self.check(
            "-o", "cash.notes=20 50", "-o", "cash.stock=180 3",
            "-o", "cash.dispense=/nowhere/dispense",
            "-o", "receipt.command=cat", "-o", "receipt.directory=" + receipts,
            "-o", "speech.command=/nowhere/espeak-ng -v %l")
        self.assertEqual(code, WRONG)
        self.says("speech", "FAIL", "no such program")
        self.says("cash", "note", "left: 20x180 50x3; refill")
        self.says("dispenser", "FAIL", "no such program")
        self.assertEqual([row[0] for row in self.rows["receipts"]],
                         ["ok", "FAIL"])
        os.mkdir(receipts)
        for nothing in ("/etc/passwd", receipts):
            self.check("-o", "cash.dispense=" + nothing)
            self.says("dispenser", "FAIL", "not a program that this user can")
        code = self.check(
            "-o", "cash.dispense=cat -", "-o", "receipt.command=cats-and-dogs",
            "-o", "receipt.directory=" + receipts)
        self.assertEqual(code, WRONG)
        self.says("dispenser", "ok", "^cat -$")
        self.assertEqual([row[0] for row in self.rows["receipts"]],
                         ["FAIL", "ok"])

    def test_each_of_several_hosts(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            code = self.check(host="127.0.0.1:%d %s:%d" % (
                probe.getsockname()[1], self.bank.address, self.bank.port))
        self.assertEqual(code, BANK)
        self.assertEqual([row[0] for row in self.rows["port"]],
                         ["FAIL", "ok"])
        self.says("kiosk key", "ok", "the bank knows it")

    def test_hosts_that_are_none(self):
        for host, pattern in (
                ("a:b", r'"a:b" is not a host'), (":80", '":80" is not'),
                ("a:0", '"a:0" is not'), (" ", "no host"),
                (" ".join("h%d" % i for i in range(9)), "more than 8")):
            self.assertEqual(self.check(host=host), WRONG)
            self.says("address", "FAIL", pattern)


if __name__ == "__main__":
    unittest.main()
