# SPDX-License-Identifier: ISC
"""A small file system of a test's own, which root alone can mount."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def mount(place, megabytes, owner=None):
    """On a directory; OSError without the right to it."""
    if libc.mount(b"none", place.encode(), b"tmpfs", 0,
                  b"size=%dm,mode=755" % megabytes) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if owner is not None:
        os.chown(place, owner, -1)


def unmount(place):
    """Also one that is still in use, as soon as it isn't."""
    libc.umount2(place.encode(), 2)


def mount_for(test, place, *words):
    """Until the test ends; it is skipped where there can't be one."""
    try:
        mount(place, *words)
    except OSError as error:
        test.skipTest("can't mount: %s" % error)
    test.addCleanup(unmount, place)


def fill(place):
    """To the last block; the file to take away again.  Once more: the rest."""
    path = os.path.join(place, "filler")
    with open(path, "ab", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass
    return path
