# SPDX-License-Identifier: ISC
"""The passwords of the suite are canaries: they begin with a word that is
nowhere else, so that whatever let one out has it.  Where a bank ends its log,
its files, its processes' command lines and environments and its front's
memory are searched for it, in every test.
"""

import mmap
import os

MARK = "canary-"
BYTES = MARK.encode()
LARGEST_MAPPING = 256 << 20
DEMO = {name: MARK + name for name in ("chris", "fey", "joe")}


class Found(Exception):
    """A password is where none may be."""


def check(where, data):
    """Raises Found where it is in the text or bytes; tells what is around."""
    mark = BYTES if isinstance(data, bytes) else MARK
    at = data.find(mark)
    if at >= 0:
        raise Found("%s has a password: %r" % (
            where, data[max(0, at - 60):at + 60]))


def check_file(path):
    try:
        with open(path, "rb") as f:
            with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
                at = data.find(BYTES)
                if at >= 0:
                    check(path, data[max(0, at - 60):at + 60])
    except (FileNotFoundError, ValueError):     # gone, or empty
        pass


def check_files(directory):
    for top, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(top, name)
            check("the name of a file", path)
            if os.path.isfile(path) and not os.path.islink(path):
                check_file(path)


def check_process(pid):
    """Its command line and environment; nothing where it has gone."""
    for name in ("cmdline", "environ"):
        path = "/proc/%d/%s" % (pid, name)
        try:
            with open(path, "rb") as f:
                data = f.read()
        except OSError:
            continue    # the kernel keeps it from whoever isn't root
        check(path, data)


def check_memory(pid):
    """All that it can have written to: how many bytes were searched, or None
    where only root may look or the process has gone."""
    size = 0
    try:
        with open("/proc/%d/maps" % pid) as maps, \
                open("/proc/%d/mem" % pid, "rb", 0) as memory:
            for line in maps:
                span, rights = line.split(None, 2)[:2]
                start, end = (int(x, 16) for x in span.split("-"))
                if rights[:2] != "rw" or end - start > LARGEST_MAPPING:
                    continue
                data = os.pread(memory.fileno(), end - start, start)
                check("the memory of %d, %s" % (pid, line.strip()), data)
                size += len(data)
    except OSError:
        return None
    return size
