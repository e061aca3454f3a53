# SPDX-License-Identifier: ISC
"""A bank in one process that says the protocol's own words, or, by its two
hooks, whatever a test wants: to try the second-hand ATM without bankd, and
to be the bank, or the taken-over front, that lies to atm-tui.

It keeps money in a dictionary.  It is no bank.
"""

import datetime
import os
import socket
import threading
import time

from OpenSSL import SSL
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import patience, wire

DONE = "your transaction is successful"
REFUSED = b"401 ID or password is incorrect"


def make_keys(directory, not_before=None):
    """bank.key, bank.crt, leaf.key, leaf.crt, for when there is no bankctl.
    cryptography 38 can't sign by RSA-PSS: the leaf's is PKCS #1 v1.5."""
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def save(file, data):
        with open(os.path.join(directory, file), "wb") as f:
            f.write(data)

    def private(key):
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())

    def certificate(subject, key, usage, purpose=None):
        start = not_before or (
            datetime.datetime.utcnow() - datetime.timedelta(hours=1))
        builder = x509.CertificateBuilder(
            name("test bank"), name(subject), key.public_key(),
            x509.random_serial_number(), start,
            start + datetime.timedelta(days=365))
        builder = builder.add_extension(
            x509.BasicConstraints(purpose is None, None), True)
        builder = builder.add_extension(usage, True)
        if purpose:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([purpose]), False)
        return builder.sign(bank, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM)

    def usage(**on):
        names = ("digital_signature content_commitment key_encipherment "
                 "data_encipherment key_agreement key_cert_sign crl_sign "
                 "encipher_only decipher_only").split()
        return x509.KeyUsage(**{n: on.get(n, False) for n in names})

    bank = rsa.generate_private_key(65537, 3072)
    leaf = ed25519.Ed25519PrivateKey.generate()
    save("bank.key", private(bank))
    save("leaf.key", private(leaf))
    save("bank.crt", certificate(
        "test bank", bank, usage(key_cert_sign=True, key_encipherment=True)))
    save("leaf.crt", certificate(
        "test front", leaf, usage(digital_signature=True),
        ExtendedKeyUsageOID.SERVER_AUTH))


class Session:
    def __init__(self, name, k, kiosk):
        self.name, self.k, self.kiosk = name, k, kiosk
        self.number = os.urandom(16)
        self.connection = None


class Connection:
    """One link, on a thread of its own."""

    def __init__(self, bank, sock):
        self.bank, self.sock = bank, sock
        self.session = None
        self.keys = None
        self.buffer = b""
        self.requests = 0

    def run(self):
        try:
            self.tls = SSL.Connection(self.bank.context, self.sock)
            self.tls.set_accept_state()
            self.tls.do_handshake()
            self.binding = self.tls.export_keying_material(
                wire.BINDING_LABEL, 32, b"")
            if self.bank.turned_away is not None:
                self.refuse(self.bank.turned_away)
                self.tls.shutdown()
                return
            self.greet()
            while self.handle(*self.read_frame()):
                pass
            self.tls.shutdown()
        except (SSL.Error, OSError, wire.Broken):
            pass
        finally:
            self.sock.close()

    # What the hooks may use

    def send(self, kind, body):
        self.tls.sendall(wire.frame(kind, body))

    def greet(self):
        self.nonce = os.urandom(32)
        self.send(b"G", self.nonce)

    def refuse(self, text):
        """A plain E."""
        self.send(b"E", text if isinstance(text, bytes) else text.encode())

    def seal(self, text):
        if isinstance(text, str):
            text = text.encode()
        return self.keys.down.seal(b"S", text)

    def reply(self, text):
        self.send(b"S", self.seal(text))

    def cut(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    # The protocol

    def read_frame(self):
        while True:
            if len(self.buffer) >= 2:
                length = int.from_bytes(self.buffer[:2], "big")
                if length and len(self.buffer) >= 2 + length:
                    data = self.buffer[2:2 + length]
                    self.buffer = self.buffer[2 + length:]
                    return data[:1], data[1:]
            self.buffer += self.tls.recv(65536)

    def handle(self, kind, body):
        """False ends the connection."""
        hook = self.bank.on_frame
        if hook is not None:
            taken = hook(self, kind, body)
            if taken is not None:
                return taken
        sizes = {b"L": 752, b"O": 752, b"V": 752, b"C": 752, b"R": 384,
                 b"S": 272}
        if len(body) != sizes.get(kind) or (
                (kind == b"S") != (self.session is not None)):
            self.refuse("500 protocol error")
            return False
        if kind == b"S":
            return self.sealed(body)
        return self.enter(kind, body)

    def enter(self, kind, body):
        kiosk = self.kiosk(kind, body)
        if kiosk is None:
            self.refuse("403 not allowed")
            self.greet()
            return True
        try:
            if kind == b"R":
                return self.resume(body, kiosk)
            k = self.bank.key.decrypt(body[96:480], wire.OAEP)
            self.keys = wire.Keys(k, self.nonce, self.binding)
            text = self.keys.up.open(kind, body[480:]).decode()
        except (ValueError, wire.Broken):
            text = None
        if text is not None and kind in b"OV":
            self.reply("403 not allowed")
            self.greet()
            return True
        name, _, password = (text or "\n").partition("\n")
        if not password or self.bank.passwords.get(name) != password:
            self.refuse(REFUSED)
            self.greet()
            return True
        with self.bank.lock:
            self.session = Session(name, k, kiosk)
            self.session.connection = self
            self.bank.sessions[self.session.number] = self.session
        self.reply(self.welcome("200 ID and password are correct"))
        return True

    def kiosk(self, kind, body):
        """The kiosk's name, b"" for none, None where it is to be refused."""
        block = body[:96]
        if block == wire.NO_KIOSK:
            return b""
        name = block[:32].rstrip(b"\0")
        public = self.bank.kiosks.get(name)
        if public is None or not wire.kiosk_verifies(
                block, public, kind, self.nonce, self.binding, body[96:]):
            return None
        return name

    def resume(self, body, kiosk):
        session = self.bank.sessions.get(body[96:112])
        if session is None or session.kiosk != kiosk:
            self.refuse(REFUSED)
            self.greet()
            return True
        self.keys = wire.Keys(session.k, self.nonce, self.binding)
        if self.keys.up.open(b"R", body[112:]) != b"RESUME":
            raise ValueError
        old, session.connection = session.connection, self
        if old is not None and old is not self:
            old.cut()
        self.session = session
        self.reply(self.welcome("200 session resumed"))
        return True

    def welcome(self, last):
        session = self.session
        return "\n".join([
            "200-session " + session.number.hex(), "200-name ",
            "200-last-login -", "200-failed 0", "200-grace %d" % self.bank.grace,
            "200-time-ms %d" % (time.time() * 1000),
            "200-kiosk " + (session.kiosk.decode() or "-"),
            "200-cash " + ("yes" if session.kiosk else "no"), last])

    def sealed(self, body):
        try:
            text = self.keys.up.open(b"S", body).decode()
        except wire.Broken:
            self.refuse("500 protocol error")
            return False
        self.requests += 1
        self.bank.asked.append(text)
        hook = self.bank.on_request
        if hook is not None:
            taken = hook(self, text)
            if taken is not None:
                return taken
        with self.bank.lock:
            self.reply(self.bank.request(self.session, text))
        if text == "3":
            del self.bank.sessions[self.session.number]
            return False
        return True


class FakeBank:
    """Serves from the moment it is made.  `directory` holds the four files
    of make_keys() or of `bankctl init`.

    on_frame(connection, kind, body) and on_request(connection, text) return
    None (go on as the protocol says), True (the hook has seen to it) or
    False (and the connection ends)."""

    def __init__(self, directory, on_frame=None, on_request=None):
        def path(name):
            return os.path.join(directory, name)
        with open(path("bank.key"), "rb") as f:
            self.key = serialization.load_pem_private_key(f.read(), None)
        self.anchor = path("bank.crt")
        self.on_frame, self.on_request = on_frame, on_request
        self.passwords = {"chris": "1234", "fey": "5678", "joe": "9012"}
        self.money = {n: [1000000, 100000] for n in self.passwords}
        self.kiosks = {}        # name: Ed25519 public key
        self.sessions = {}
        self.first = {}         # (customer, txid): (arguments, reply)
        self.asked = []         # every request that was opened
        self.grace = 60
        self.turned_away = None  # an E in place of each G
        self.seq = 0
        self.lock = threading.RLock()
        self.context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self.context.set_min_proto_version(SSL.TLS1_3_VERSION)
        self.context.use_privatekey_file(path("leaf.key"))
        self.context.use_certificate_file(path("leaf.crt"))
        self.context.set_alpn_select_callback(self.choose)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self.listener.getsockname()
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    @staticmethod
    def choose(connection, offered):
        if wire.ALPN not in offered:
            raise SSL.Error("no atm/1")
        return wire.ALPN

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(
                target=Connection(self, sock).run, daemon=True).start()

    def share(self, other):
        """One truth with another bank: money and outcomes, not sessions."""
        self.money, self.first, self.lock = (
            other.money, other.first, other.lock)

    def enrol(self, kiosk):
        self.kiosks[kiosk.name] = kiosk.key.public_key()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        patience.join(self.thread)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    # Requests

    def request(self, session, text):
        words = text.split(" ")
        if words[0] in ("2", "3"):
            return "\n".join(self.balances(session.name) + [
                "200 balances" if words[0] == "2" else "200 goodbye"])
        if words[0] == "PING":
            return "200 pong"
        if words[0] == "OUTCOME":
            key = (session.name, words[1])
            if key not in self.first:
                self.first[key] = (None, None)
                return "404 no such transaction"
            return self.first[key][1] or "404 no such transaction"
        if words[0] == "1" and len(words) in (5, 6):
            return self.transfer(session.name, *words[1:])
        return "422 incorrect input"

    def balances(self, name):
        return ["200-%s %d.%02d" % ((key,) + divmod(cents, 100)) for
                key, cents in zip(("savings", "checking"), self.money[name])]

    def transfer(self, name, txid, account, to, amount, to_account="2"):
        arguments = (account, to, float(amount), to_account)
        known = self.first.get((name, txid))
        if known is not None:
            return (known[1] if known[0] == arguments else
                    "409 this transaction ID was used for something else")
        cents = round(float(amount) * 100)
        if to not in self.money:
            return "404 the recipient's ID does not exist"
        if self.money[name][int(account) - 1] < cents:
            return "402 Your account does not have enough funds"
        self.money[name][int(account) - 1] -= cents
        self.money[to][int(to_account) - 1] += cents
        self.seq += 1
        reply = "\n".join([
            "200-seq %d" % self.seq,
            "200-time " + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        ] + self.balances(name) + ["200 " + DONE])
        self.first[name, txid] = (arguments, reply)
        return reply
