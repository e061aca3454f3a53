# SPDX-License-Identifier: ISC
"""The arithmetic of atm-protocol(7): keys, seals, envelopes, the kiosk block,
replies.  Written from that page alone and shares nothing with the C, so that
a mistake of one side is not also the other's.  Knows no sockets.
"""

import os
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

ALPN = b"atm/1"
BINDING_LABEL = b"EXPORTER-Channel-Binding"
BLOCK = 256
TAG = 16
NOTICE_BLOCK = 128
NO_KIOSK = bytes(96)

# How much longer than itself a sealed request is as one TLS record: header
# of the frame, the inner content type, the tag.
RECORD_OF_S = 2 + 1 + BLOCK + TAG + 1 + 16


class Broken(Exception):
    """The other side said what the protocol doesn't allow."""


class BadSeal(Broken):
    pass


def frame(kind, body):
    """The bytes of a frame; kind is one byte."""
    return struct.pack(">H", len(kind) + len(body)) + kind + body


def pad(text, block=BLOCK):
    return text + bytes(-len(text) % block)


def unpad(plain, block=BLOCK):
    text = plain.rstrip(b"\0")
    if len(plain) % block != 0 or len(plain) - len(text) >= block:
        raise Broken("padding: %d bytes for a text of %d"
                     % (len(plain), len(text)))
    if b"\0" in text:
        raise Broken("a zero byte within a text")
    return text


class Direction:
    """One way of a connection: a key and the number of its next message."""

    def __init__(self, key, counter=0):
        self.key = key
        self.counter = counter

    def _iv(self, counter):
        return bytes(4) + struct.pack(">Q", counter)

    def seal_plain(self, kind, plain, counter=None):
        """Seals without padding; counter given: out of turn."""
        if counter is None:
            counter = self.counter
            self.counter += 1
        return AESGCM(self.key).encrypt(self._iv(counter), plain, kind)

    def seal(self, kind, text, counter=None):
        if isinstance(text, str):
            text = text.encode()
        # Upwards there is always a block.
        return self.seal_plain(kind, pad(text) or bytes(BLOCK), counter)

    def open(self, kind, sealed):
        try:
            plain = AESGCM(self.key).decrypt(
                self._iv(self.counter), sealed, kind)
        except InvalidTag:
            raise BadSeal("seal %d of the bank doesn't open"
                          % self.counter) from None
        self.counter += 1
        return unpad(plain)


class Keys:
    """What is derived of K for one connection."""

    def __init__(self, k, nonce, binding):
        extract = hmac.HMAC(nonce + binding, hashes.SHA256())
        extract.update(k)
        prk = extract.finalize()
        self.up = Direction(self._expand(prk, b"atm/1 up"))
        self.down = Direction(self._expand(prk, b"atm/1 down"))
        self.notices = self._expand(prk, b"atm/1 notice")

    @staticmethod
    def _expand(prk, info):
        return HKDFExpand(hashes.SHA256(), 32, info).derive(prk)


OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()),
                    algorithm=hashes.SHA256(), label=None)


def wrap(public_key, k):
    return public_key.encrypt(k, OAEP)


class Kiosk:
    """An enrolled kiosk: its name and its Ed25519 key (PEM, PKCS#8)."""

    def __init__(self, name, key):
        self.name = name.encode()
        self.key = key

    @classmethod
    def load(cls, name, path):
        with open(path, "rb") as f:
            key = serialization.load_pem_private_key(f.read(), None)
        return cls(name, key)

    @classmethod
    def make(cls, name):
        """One that nobody has enrolled."""
        return cls(name, Ed25519PrivateKey.generate())

    def block(self, kind, nonce, binding, rest):
        signed = b"atm/1 kiosk" + kind + nonce + binding + rest
        return self.name.ljust(32, b"\0") + self.key.sign(signed)


def kiosk_verifies(block, public_key, kind, nonce, binding, rest):
    """The bank's side of Kiosk.block(), for the fake bank."""
    try:
        public_key.verify(
            block[32:], b"atm/1 kiosk" + kind + nonce + binding + rest)
    except InvalidSignature:
        return False
    return True


def split_reply(text):
    """`CODE-key value` lines, then `CODE text`: (code, text, pairs)."""
    lines = text.split("\n")
    code = lines[-1][:3]
    if not code.isdigit() or lines[-1][3:4] != " ":
        raise Broken("not a reply: %r" % text)
    pairs = []
    for line in lines[:-1]:
        key, _, value = line[4:].partition(" ")
        if line[:4] != code + "-" or not key:
            raise Broken("not a key line: %r" % line)
        pairs.append((key, value))
    return int(code), lines[-1][4:], pairs


class Reply:
    """What the bank said, and how: sealed, or as a plain E."""

    def __init__(self, raw, sealed, record=b""):
        self.raw = raw
        self.sealed = sealed
        self.record = record    # the frame's body as it came
        try:
            decoded = raw.decode()
        except UnicodeDecodeError:
            raise Broken("a reply that is not UTF-8: %r" % raw) from None
        self.code, self.text, self.pairs = split_reply(decoded)
        if not sealed and self.pairs:
            raise Broken("key lines in a plain E: %r" % raw)

    def __getitem__(self, key):
        for name, value in self.pairs:
            if name == key:
                return value
        raise KeyError("%s: no %s in %r" % (self, key, self.raw))

    def get(self, key, default=None):
        return dict(self.pairs).get(key, default)

    def all(self, key):
        return [value for name, value in self.pairs if name == key]

    def keys(self):
        return [name for name, _ in self.pairs]

    def said(self):
        return "%d %s" % (self.code, self.text)

    def __repr__(self):
        return "<%s%s>" % ("" if self.sealed else "E ", self.said())


def make_txid(ms, tail=None):
    """A txid of the bank's time `ms`; tail: its 10 random bytes."""
    return (ms.to_bytes(6, "big") + (tail or os.urandom(10))).hex()


def open_datagram(key, data):
    """(key-id as hex, counter, text) of a notice's datagram."""
    iv = bytes(4) + data[4:12]
    try:
        plain = AESGCM(key).decrypt(iv, data[12:], data[:12])
    except InvalidTag:
        raise BadSeal("a datagram that doesn't open") from None
    return (data[:4].hex(), struct.unpack(">Q", data[4:12])[0],
            unpad(plain, NOTICE_BLOCK).decode())
