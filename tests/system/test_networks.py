# SPDX-License-Identifier: ISC
"""What an address is to the limits (atm-protocol(7), sections 3 and 6): a
whole IPv4 one, mapped or not; the /64 of an IPv6 one; a link-local one with
its zone.  In a network of the test's own, which has such addresses."""

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import unittest

from lib import atm, bank
from lib.atm import Closed, Refused
from lib.case import CORRECT, BankCase

NEWUSER, NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR = 0x8913, 0x8914, 0x8916
LOOPBACK = 1            # its index in a new network
OURS = "2001:db8:0:1::1"
GUESTS = ("2001:db8:0:1::2", "2001:db8:0:1:ffff::3", "2001:db8:0:1::4")
OTHER = "2001:db8:0:2::2"
LINK = ("fe80::1", "fe80::2", "fe80::3")
ON_LINK = LINK[0] + "%lo"
GUESTS_OF_LINK = tuple((address, 0, 0, LOOPBACK) for address in LINK[1:])


def new_network():
    """This process alone in a network; why it can't be, or None."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(NEWNET if uid == 0 else NEWUSER | NEWNET) != 0:
        return "no network of its own: %s" % os.strerror(ctypes.get_errno())
    if uid != 0:
        for name, text in (("setgroups", "deny"),
                           ("uid_map", "%d %d 1" % (uid, uid)),
                           ("gid_map", "%d %d 1" % (gid, gid))):
            with open("/proc/self/" + name, "w") as f:
                f.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = fcntl.ioctl(
            sock, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack(
            "16sh14x", b"lo", flags | 1))
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            for address in (OURS, OTHER) + GUESTS + LINK:
                fcntl.ioctl(sock, SIOCSIFADDR, struct.pack(
                    "=16sIi", ipaddress.ip_address(address).packed, 64,
                    LOOPBACK))
    except OSError as e:
        return "no IPv6: %s" % e
    return None


class Networks(BankCase):
    people = 9
    options = {"session_max_sessions_per_address": "3",
               "listen_address": "*"}

    @classmethod
    def setUpClass(cls):
        why = new_network()
        if why is not None:
            raise unittest.SkipTest(why)
        super().setUpClass()

    def atm(self, source, to=OURS):
        client = atm.Atm(to, self.bank.port, self.bank.anchor, source=source)
        self.addCleanup(client.close)
        return client

    def admitted(self, sources, to):
        """How many of these may be connected at once."""
        clients = []
        for source in sources:
            try:
                clients.append(self.atm(source, to))
            except (Refused, Closed, OSError):
                pass
        for client in clients:
            client.close()
        bank.wait_for("them to be gone", lambda: int(
            self.bank.ctl_json("status")[0]["front-connections"]) == 0)
        return len(clients)

    def test_connections(self):
        self.assertEqual(self.admitted(GUESTS + GUESTS[:1], OURS), 3)
        self.assertEqual(self.admitted(
            GUESTS + (OTHER,) * 3 + GUESTS[:1], OURS), 6)
        self.assertEqual(self.admitted(GUESTS_OF_LINK * 3, ON_LINK), 6)
        self.assertEqual(self.admitted(
            ("127.0.0.2",) * 4 + ("127.0.0.3",) * 3, "127.0.0.1"), 6)

    def guess(self, name, sources, to=OURS):
        codes = []
        for source in sources:
            client = self.atm(source, to)
            codes.append(client.login(name, "wrong").code)
            client.close()
        return codes

    def test_attempts(self):
        """A guess each of four hosts: the network's, not the host's."""
        self.assertEqual(self.guess("p1", GUESTS + GUESTS[:1]),
                         [401, 401, 401, 423])
        self.said(self.atm(OTHER).login("p1", "canary-p1"), CORRECT)
        self.bank.log_has("login_refused .*address=%s\\b" % GUESTS[1])
        self.assertEqual(self.guess("p2", GUESTS_OF_LINK * 4, ON_LINK),
                         [401] * 6 + [423] * 2)
        self.bank.log_has("login_refused .*address=fe80::2%%%d\\b" % LOOPBACK)

    def test_sign_ups(self):
        codes = []
        for number in range(11):
            client = self.atm(GUESTS[number % 3])
            codes.append(client.open_account(
                "new%d" % number, "canary-new").code)
            client.close()
        self.assertEqual(codes, [200] * 10 + [429])
        self.assertEqual(self.atm(OTHER).open_account(
            "other", "canary-new").code, 200)


if __name__ == "__main__":
    unittest.main()
