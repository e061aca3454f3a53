# SPDX-License-Identifier: ISC
"""Where the bank listens, and what it says about it: `[listen] address`
(bankd.ini(5)), and a kiosk that is told an address (atm-tui(1))."""

import re
import socket
import unittest

from lib import bank
from lib.bank import ATM_TUI, run
from lib.case import PrivateCase


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


@unittest.skipUnless(has_ipv6(), "no IPv6 here")
class Listen(PrivateCase):
    def told(self, addresses):
        """What status says, without the port; its log and its first line
        say the same."""
        served = self.bank(start=True, listen_address=addresses)
        lines = re.findall(r"(?m)^listening +(.*)$",
                           served.ctl("status").stdout)
        match = served.log_has(r'serving .*listening="(.*?)"')
        self.assertEqual(match[1], ", ".join(lines))
        self.assertEqual("%s %d" % (served.address, served.port),
                         re.sub(r"[][]", "", lines[0]))
        self.served = served
        return [line.split()[0] for line in lines]

    def answers(self, family, host):
        with socket.socket(family) as s:
            return s.connect_ex((host, self.served.port)) == 0

    def serves(self, ipv4, ipv6):
        self.assertEqual((self.answers(socket.AF_INET, "127.0.0.1"),
                          self.answers(socket.AF_INET6, "::1")),
                         (ipv4, ipv6))

    def test_all(self):
        self.assertEqual(self.told("*"), ["*"])
        self.serves(True, True)

    def test_all_of_a_family(self):
        self.assertEqual(self.told("::"), ["[::]"])
        self.serves(False, True)
        self.assertEqual(self.told("[::]"), ["[::]"])
        self.assertEqual(self.told("0.0.0.0"), ["0.0.0.0"])
        self.serves(True, False)
        self.assertEqual(self.told("0.0.0.0 ::"), ["0.0.0.0", "[::]"])
        self.serves(True, True)

    def test_twice_is_once(self):
        self.assertEqual(self.told("127.0.0.1 127.0.0.1"), ["127.0.0.1"])
        self.assertEqual(self.told("::1 [::1] 0:0::1"), ["[::1]"])
        names = self.told("localhost")
        self.assertLessEqual(set(names), {"[::1]", "127.0.0.1"})
        self.assertEqual(self.told("localhost 127.0.0.1 localhost"),
                         names + [name for name in ["127.0.0.1"]
                                  if name not in names])

    def test_one_that_another_includes(self):
        self.assertEqual(self.told("127.0.0.1 * ::1 ::"), ["*"])
        self.assertEqual(self.told("::1 :: 127.0.0.1"),
                         ["[::]", "127.0.0.1"])
        self.serves(True, True)
        self.assertEqual(self.told("127.0.0.1 0.0.0.0"), ["0.0.0.0"])

    def test_what_can_not_be(self):
        taken = socket.socket(socket.AF_INET6)
        self.addCleanup(taken.close)
        taken.bind(("::1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = self.bank(listen_port=port)
        for address, said in (
                ("127.0.0.1 ::1", r"listen on \[::1\] port %d: Address "
                 "already" % port),
                ("[::1]", r"listen on \[::1\] port %d" % port),
                ("192.0.2.1", "listen on 192.0.2.1 port %d: Cannot assign"
                 % port),
                ("127.0.0.1 2001:db8::1", r"listen on \[2001:db8::1\] port"),
                ("[::1]:80", r"listen on \[::1\]:80: "),
                ("[localhost]", r"listen on \[localhost\]: ")):
            served.set(listen_address=address)
            code, text = served.fails()
            self.assertNotEqual(code, 0)
            self.assertRegex(text, said)
        for address in ("", " "):
            served.set(listen_address=address)
            self.assertEqual(served.fails()[0], 78)

    def test_a_kiosk_in_brackets(self):
        """On the command line and in the file."""
        self.told("::1")
        served = self.served
        port = str(served.port)
        config = served.path("etc", "atm.ini")
        words = [ATM_TUI, "-p", "-c", config]
        talk = "chris\n%s\n2\n3\n" % bank.DEMO["chris"]
        for host in ("[::1]", "::1"):
            result = run(*words, host, port, input=talk)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("10000.00", result.stdout.replace(",", ""))
            result = run(*words, "-o", "bank.host=" + host, "-o",
                         "bank.port=" + port, input=talk)
            self.assertEqual(result.returncode, 0, result.stderr)
        result = run(*words, "[localhost]", port, input=talk)
        self.assertNotEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main()
