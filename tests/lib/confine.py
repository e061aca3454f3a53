# SPDX-License-Identifier: ISC
"""Runs a program under a system call filter like the one that systemd makes
of a unit: confine.py JSON PROGRAM [ARG...], where JSON names the `calls` that
are allowed and the `families` of sockets.  All else fails, with EPERM and
EAFNOSUPPORT.  With `user`, a number, the program runs as that user and group,
even from where they could not find it.  By libseccomp, without systemd."""

import ctypes
import errno
import json
import os
import socket
import sys

ALLOW = 0x7fff0000
ERRNO = 0x00050000
EQUAL = 4
UNKNOWN = -1


class Compare(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def load():
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
        ctypes.c_void_p]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    return library


def confine(calls, families):
    library = load()
    context = library.seccomp_init(ERRNO | errno.EPERM)

    def add(action, name, *compare):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number == UNKNOWN:
            return
        array = (Compare * len(compare))(*compare)
        result = library.seccomp_rule_add_array(
            context, action, number, len(compare), array)
        if result not in (0, -errno.EDOM):
            raise OSError(-result, name)

    for name in calls:
        if name != "socket":
            add(ALLOW, name)
    numbers = {getattr(socket, name) for name in families}
    for number in range(64):
        action = ALLOW if number in numbers else ERRNO | errno.EAFNOSUPPORT
        add(action, "socket", Compare(0, EQUAL, number, 0))
    result = library.seccomp_load(context)
    if result != 0:
        raise OSError(-result, "seccomp_load")


def main():
    rules = json.loads(sys.argv[1])
    program = os.open(sys.argv[2], os.O_RDONLY)
    os.set_inheritable(program, False)
    if "user" in rules:
        os.setgroups([])
        os.setresgid(*[rules["user"]] * 3)
        os.setresuid(*[rules["user"]] * 3)
    confine(rules["calls"], rules["families"])
    os.execve(program, sys.argv[2:], os.environ)


if __name__ == "__main__":
    main()
