# SPDX-License-Identifier: ISC
"""crypt(3) of the libcrypt that the programs use: Python has none of its own
any more."""

import ctypes
import ctypes.util

LIBRARY = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
LIBRARY.crypt.restype = LIBRARY.crypt_gensalt.restype = ctypes.c_char_p
LIBRARY.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
LIBRARY.crypt_gensalt.argtypes = [
    ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int]


def hashed(secret, prefix, cost=0):
    """The hash of `secret` by the method of `prefix`, `$5$` and the like,
    with a salt of its own; 0 is the method's usual cost."""
    salt = LIBRARY.crypt_gensalt(prefix.encode(), cost, None, 0)
    found = salt and LIBRARY.crypt(secret.encode(), salt)
    if not found or found.startswith(b"*"):
        raise ValueError("libcrypt has no method %s" % prefix)
    return found.decode()
