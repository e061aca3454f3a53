# SPDX-License-Identifier: ISC
"""The programs of build/tests/faulty/ and the page that tells them which
allocation or storage call of theirs fails (faulty/faulty.h)."""

import errno
import mmap
import os
import shutil
import struct

from . import bank

ROLES = ("monitor", "front", "vault", "kiosk", "courier")
KINDS = ("open", "read", "write", "sync", "truncate", "rename", "unlink")
SHORT = -2
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EDQUOT": errno.EDQUOT,
          "EINTR": errno.EINTR, "short": SHORT}
DISK = len(ROLES) * 4 * 8
CLOCK = DISK + 5 * 8
DIRECTORY = CLOCK + 8
SIZE = DIRECTORY + 256


class Faulty:
    """A copy of one of the programs, and its page; `state`: the
    directory whose storage calls may fail."""

    def __init__(self, name, state=""):
        place = bank.fresh_directory("faulty")
        os.chmod(place, 0o755)
        self.program = os.path.join(place, name)
        shutil.copy(os.path.join(bank.BUILD, "tests/faulty", name),
                    self.program)
        if name == "bankd":
            os.symlink(os.path.join(bank.BUILD, "bankd-courier"),
                       os.path.join(place, "bankd-courier"))
        with open(self.program + ".faults", "w+b") as f:
            f.truncate(SIZE)
            os.chmod(f.name, 0o666)
            self.page = mmap.mmap(f.fileno(), SIZE)
        path = os.path.abspath(state).encode() if state else b""
        self.page[DIRECTORY:DIRECTORY + len(path)] = path

    def _put(self, at, *numbers):
        self.page[at:at + 8 * len(numbers)] = struct.pack(
            "=%dq" % len(numbers), *numbers)

    def _get(self, at):
        return struct.unpack("=q", self.page[at:at + 8])[0]

    def memory(self, role, nth, libraries=False):
        """The nth allocation from now on fails; 0: none does."""
        at = ROLES.index(role) * 32
        self._put(at, 0)
        self._put(at + 8, int(libraries), 0, 0)
        self._put(at, nth)

    def counted(self, role):
        return self._get(ROLES.index(role) * 32 + 16)

    def failed(self, role):
        return self._get(ROLES.index(role) * 32 + 24)

    def disk(self, kind=None, error="EIO", nth=1, times=1):
        """Storage calls of that kind fail from the nth on; None: none."""
        self._put(DISK + 16, 0)
        if kind is None:
            return
        self._put(DISK, KINDS.index(kind), ERRORS[error])
        self._put(DISK + 24, times, 0)
        self._put(DISK + 16, nth)

    def disk_failed(self):
        return self._get(DISK + 32)

    def clock(self, seconds):
        """The program's clock is so far ahead."""
        self._put(CLOCK, seconds)
