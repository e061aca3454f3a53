# SPDX-License-Identifier: ISC
"""The front against strangers: TLS, ALPN, deadlines, limits, clients that
are cut off (atm-protocol(7), sections 1, 2 and 6)."""

import os
import select
import socket
import ssl
import subprocess
import time
import unittest

from OpenSSL import SSL
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from lib import bank, patience, wire
from lib.atm import Channel, Closed, Refused, client_context, tcp
from lib.case import CORRECT, BankCase


class Tls(BankCase):
    def channel(self, **parts):
        channel = Channel(tcp(self.bank.address, self.bank.port),
                          client_context(self.bank.anchor, **parts))
        self.addCleanup(channel.sock.close)
        return channel

    def test_tls_1_2_is_refused(self):
        with self.assertRaisesRegex(Closed, "^tls .*version"):
            self.channel(newest=SSL.TLS1_2_VERSION)

    def test_tls_1_2_is_refused_by_openssl_too(self):
        result = patience.run(
            ["openssl", "s_client", "-tls1_2", "-connect",
             "%s:%d" % (self.bank.address, self.bank.port)],
            stderr=subprocess.STDOUT)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"alert protocol version", result.stdout)

    def test_alpn(self):
        for offered in ((b"http/1.1",), (b"atm/2", b"h2"), (b"atm/10",)):
            with self.assertRaisesRegex(Closed, "^tls ", msg=offered):
                self.channel(alpn=offered).read_frame()
        channel = self.channel(alpn=(b"h2", b"atm/1"))
        self.assertEqual(channel.tls.get_alpn_proto_negotiated(), b"atm/1")

    def test_no_tickets_no_compression(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.bank.anchor)
        context.set_alpn_protocols(["atm/1"])
        with context.wrap_socket(tcp(
                self.bank.address, self.bank.port)) as sock:
            self.assertIsNone(sock.compression())
            self.assertEqual(len(sock.recv(35)), 35)
            self.assertFalse(sock.session and sock.session.has_ticket)
            self.assertEqual(sock.version(), "TLSv1.3")

    def test_nothing_is_trusted_without_the_banks_certificate(self):
        with self.assertRaisesRegex(Closed, "^tls certificate verify"):
            Channel(tcp(self.bank.address, self.bank.port),
                    client_context(None))

    def certificates(self):
        channel = self.channel()
        chain = [c.to_cryptography()
                 for c in channel.tls.get_peer_cert_chain()]
        with open(self.bank.anchor, "rb") as f:
            return chain[0], x509.load_pem_x509_certificate(f.read())

    def test_certificates(self):
        leaf, anchor = self.certificates()
        self.assertIsInstance(anchor.public_key(), rsa.RSAPublicKey)
        self.assertEqual(anchor.public_key().key_size, 3072)
        self.assertIsInstance(leaf.public_key(), ed25519.Ed25519PublicKey)
        self.assertTrue(anchor.extensions.get_extension_for_class(
            x509.BasicConstraints).value.ca)
        self.assertFalse(leaf.extensions.get_extension_for_class(
            x509.BasicConstraints).value.ca)
        self.assertEqual(
            [u for u in leaf.extensions.get_extension_for_class(
                x509.ExtendedKeyUsage).value],
            [ExtendedKeyUsageOID.SERVER_AUTH])
        usage = anchor.extensions.get_extension_for_class(
            x509.KeyUsage).value
        self.assertEqual(
            (usage.key_cert_sign, usage.key_encipherment,
             usage.digital_signature, usage.crl_sign),
            (True, True, False, False))
        years = (anchor.not_valid_after - anchor.not_valid_before).days / 365
        self.assertAlmostEqual(years, 20, delta=0.1)
        self.assertEqual(leaf.issuer, anchor.subject)
        # RSASSA-PSS
        self.assertEqual(leaf.signature_algorithm_oid.dotted_string,
                         "1.2.840.113549.1.1.10")

    def test_keys_of_two_banks_differ(self):
        directory = bank.fresh_directory()
        result = bank.run(bank.BANKCTL, "init", "--demo", directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(directory, "etc/bank.crt"), "rb") as f:
            other = x509.load_pem_x509_certificate(f.read())
        self.assertNotEqual(other.public_key().public_numbers(),
                            self.certificates()[1].public_key(
                            ).public_numbers())

    def test_binding_differs_by_connection(self):
        self.assertNotEqual(self.channel().binding, self.channel().binding)


class CutOff(BankCase):
    """A client that is cut off costs nobody else anything."""

    people = 2

    def setUp(self):
        self.other = self.session("p1")

    def tearDown(self):
        self.assertEqual(self.other.request("PING").said(), "200 pong")
        self.said(self.atm().login("p2", "canary-p2"), CORRECT)

    def test_before_a_byte(self):
        for _ in range(20):
            tcp(self.bank.address, self.bank.port).close()

    def test_in_the_middle_of_a_handshake(self):
        hello = self.client_hello()
        for size in (1, 5, 6, len(hello) // 2, len(hello) - 1, len(hello)):
            sock = tcp(self.bank.address, self.bank.port)
            sock.sendall(hello[:size])
            sock.close()

    def client_hello(self):
        context = client_context(self.bank.anchor)
        tls = SSL.Connection(context, None)
        tls.set_connect_state()
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            pass
        return tls.bio_read(16384)

    def test_garbage_instead_of_a_handshake(self):
        for data in (b"\0" * 1000, os.urandom(1000), b"GET / HTTP/1.0\r\n\r\n",
                     b"\x16\x03\x01\xff\xff" + os.urandom(500)):
            sock = tcp(self.bank.address, self.bank.port)
            try:
                sock.sendall(data)
                sock.close()
            except OSError:
                pass

    def test_in_the_middle_of_a_frame(self):
        for size in (1, 2, 3, 100, 754):
            atm = self.atm()
            atm.channel.write(
                wire.frame(b"L", atm.body(b"L", "p2\ncanary-p2"))[:size])
            atm.cut()

    def test_while_a_login_is_worked_on(self):
        for number in range(8):
            atm = self.atm(source="127.0.1.%d" % (1 + number))
            atm.channel.write_frame(b"L", atm.body(b"L", "p2\ncanary-p2"))
            atm.cut()

    def test_in_a_session(self):
        for _ in range(5):
            atm = self.session("p2")
            atm.send("2")
            atm.cut()

    def test_half_open(self):
        """FIN after the login, and answers still come or the link ends."""
        atm = self.session("p2")
        atm.channel.sock.shutdown(socket.SHUT_WR)
        atm.ended()


class Deadlines(BankCase):
    """Absolute ones: no end comes before its time, and each comes."""

    weight = 90
    people = 3

    def closed_after(self, sock, seconds):
        """Waits until the bank closes; began: before it was asked to wait."""
        def closed():
            if not select.select([sock], [], [], 1)[0]:
                return False
            try:
                return not sock.recv(65536)
            except OSError:
                return True
        bank.wait_for("the bank to close", closed, 2 * seconds + 10, 0)
        self.assertGreater(time.monotonic() - self.began, seconds - 0.5)

    def test_a_frame_within_5_s_of_its_first_byte(self):
        """A byte now and then restarts nothing."""
        atm = self.atm()
        data = wire.frame(b"L", atm.body(b"L", "p1\ncanary-p1"))
        self.began = time.monotonic()
        sent = [0]

        def drip():
            atm.channel.write(data[sent[0]:sent[0] + 1])
            sent[0] += 1
            if select.select([atm.channel.sock], [], [], 0.2)[0]:
                atm.channel.read_frame()
        with self.assertRaises(Closed):
            bank.wait_for("the frame's deadline", drip, 15)
        self.assertGreater(time.monotonic() - self.began, 4.5)

    def test_a_frame_in_a_session_too(self):
        atm = self.session("p2")
        data = wire.frame(b"S", atm.keys.up.seal(b"S", "2"))
        self.began = time.monotonic()
        atm.channel.write(data[:100])
        self.closed_after(atm.channel.sock, 5)

    def test_tls_within_10_s(self):
        self.began = time.monotonic()
        sock = tcp(self.bank.address, self.bank.port, 60)
        self.addCleanup(sock.close)
        sock.sendall(b"\x16\x03\x01")
        self.closed_after(sock, 10)

    def test_a_login_within_60_s_of_the_greeting(self):
        """PINGs of TCP or a refused login start it anew, nothing else."""
        self.began = time.monotonic()
        silent, guessing = self.atm(), self.atm()
        # In the middle, so that a late test has time on either side.
        bank.wait_for("30 s", lambda: time.monotonic() > self.began + 30,
                      60, every=0.5)
        guessing.login("p3", "wrong")
        self.closed_after(silent.channel.sock, 60)
        self.assertEqual(guessing.login("p3", "canary-p3").said(), CORRECT)


class Limits(BankCase):
    options = {"session_max_sessions_per_address": "4",
               "session_max_sessions": "6"}

    def taken(self, **parts):
        """An ATM, or what it was refused with."""
        try:
            return self.atm(**parts)
        except Refused as e:
            return e.reply.said()
        except (Closed, OSError):
            return "closed"

    def test_connections_of_an_address_and_in_all(self):
        refusals = ("429 too many sessions", "closed")
        first = [self.taken() for _ in range(4)]
        self.assertFalse([a for a in first if isinstance(a, str)], first)
        self.assertIn(self.taken(), refusals)
        others = [self.taken(source="127.0.0.2") for _ in range(2)]
        self.assertFalse([a for a in others if isinstance(a, str)], others)
        self.assertIn(self.taken(source="127.0.0.3"), refusals)
        # Those who are in are served, and one who leaves makes room.
        self.said(first[0].login("chris", "canary-chris"), CORRECT)
        first[1].close()
        found = []

        def room():
            found.append(self.taken())
            return not isinstance(found[-1], str)
        bank.wait_for("room", room)
        self.said(found[-1].login("fey", "canary-fey"), CORRECT)


class HonestBesideSlow(BankCase):
    weight = 15
    options = {"session_max_sessions_per_address": "2000"}

    def test_two_hundred_half_open(self):
        atm = self.session("chris")
        slow = [tcp(self.bank.address, self.bank.port) for _ in range(200)]
        for sock in slow:
            self.addCleanup(sock.close)
            sock.sendall(b"\x16\x03")
        for _ in range(50):
            atm.balances()
        self.said(self.atm().login("fey", "canary-fey"), CORRECT)


if __name__ == "__main__":
    unittest.main()
