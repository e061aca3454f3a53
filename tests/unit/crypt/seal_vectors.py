#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Prints seal_vectors.h: known answers for test_seal.c and test_kiosk.c.

Written from atm-protocol(7) over python3-cryptography; shares no code with
shared/.  The RSA key and its envelope are new in each run, the rest is fixed.
"""

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

K = bytes(range(32))
NONCE = bytes(range(0x40, 0x60))
BINDING = bytes(range(0x80, 0xA0))
RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
PKCS8 = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
         serialization.NoEncryption())


def expand(info):
    extract = hmac.HMAC(NONCE + BINDING, hashes.SHA256())
    extract.update(K)
    return HKDFExpand(hashes.SHA256(), 32, info).derive(extract.finalize())


def seal(key, counter, aad, text, block=256):
    padded = text.ljust(-(-len(text) // block) * block, b"\0")
    nonce = bytes(4) + counter.to_bytes(8, "big")
    return AESGCM(key).encrypt(nonce, padded, aad)


def oaep(digest):
    return padding.OAEP(padding.MGF1(digest), digest, None)


def define(name, value):
    digits = value.hex()
    print(f"\n#define VECTOR_{name} \\")
    lines = [digits[i:i + 60] for i in range(0, len(digits), 60)]
    print(" \\\n".join(f'\t"{line}"' for line in lines))


up, down, notice = (expand(b"atm/1 " + name)
                    for name in (b"up", b"down", b"notice"))
head = b"\xde\xad\xbe\xef" + (1).to_bytes(8, "big")
bank = rsa.generate_private_key(65537, 3072)
kiosk = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
signed = b"atm/1 kiosk" + b"R" + NONCE + BINDING + b"Z" * 288

print("/* SPDX-License-Identifier: ISC */")
print("/* Made by seal_vectors.py, which says how.  Hex. */")
print("/* clang-format off */")
print("#ifndef SEAL_VECTORS_H\n#define SEAL_VECTORS_H")
define("K", K)
define("NONCE", NONCE)
define("BINDING", BINDING)
define("UP", up)
define("DOWN", down)
define("NOTICE", notice)
define("LOGIN", seal(up, 0, b"L", b"chris\n1234"))
define("REQUEST", seal(up, 1, b"S", b"2"))
define("ZERO_INSIDE", seal(up, 2, b"S", b"a\0b"))
define("TWO_BLOCKS", seal(down, 0, b"S", b"0123456789abcdef" * 32))
define("DATAGRAM", head + seal(notice, 1, head, b"received 7 2.50 fey", 128))
define("BANK_KEY", bank.private_bytes(*PKCS8))
define("WRAPPED", bank.public_key().encrypt(K, oaep(hashes.SHA256())))
define("WRAPPED_SHORT",
       bank.public_key().encrypt(K[:16], oaep(hashes.SHA256())))
define("WRAPPED_LONG",
       bank.public_key().encrypt(K + K, oaep(hashes.SHA256())))
define("WRAPPED_SHA1", bank.public_key().encrypt(K, oaep(hashes.SHA1())))
define("KIOSK_KEY", kiosk.private_bytes(*PKCS8))
define("KIOSK_PUBLIC", kiosk.public_key().public_bytes(*RAW))
define("KIOSK_SIGNATURE", kiosk.sign(signed))
print("\n#endif")
