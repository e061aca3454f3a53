# SPDX-License-Identifier: ISC
"""What a program does by the names of files, by strace(1): which calls it
makes as root into a directory of somebody else's, where a name may be a link
by the time it is used."""

import os
import re
import shutil
import subprocess

from lib import bank

CALLS = ("%file,bind,connect,setresuid,clone,clone3,fork,vfork,fchmod,fchown,"
         "ftruncate")
# A name of one part, by a descriptor of its directory, that isn't followed.
NOT_FOLLOWING = {
    "openat": "O_NOFOLLOW|O_EXCL", "unlinkat": "", "mkdirat": "",
    "renameat": "", "renameat2": "", "symlinkat": "", "readlinkat": "",
    "newfstatat": "AT_SYMLINK_NOFOLLOW", "statx": "AT_SYMLINK_NOFOLLOW",
    "fchownat": "AT_SYMLINK_NOFOLLOW", "faccessat2": "AT_SYMLINK_NOFOLLOW",
}
# These look, and change nothing.
LOOKING = {"stat", "lstat", "newfstatat", "statx", "access", "faccessat",
           "faccessat2", "readlink", "readlinkat", "statfs"}
LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$")
NAME = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def reason():
    """Why it can't be had here; None where it can."""
    if bank.sanitized():
        return "LeakSanitizer traces by itself"
    if os.geteuid() != 0:
        return "only root's names are dangerous"
    if shutil.which("strace") is None:
        return "no strace"
    if subprocess.run(["strace", "-o", "/dev/null", "true"],
                      stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        return "strace can't trace here"
    return None


def wrapper(path, *more):
    """The words that go before a command; the trace goes to `path`."""
    return ["strace", "-f", "-y", "-qq", "-s", "4096", "-e", "trace=" + CALLS,
            *more, "-o", path]


class Trace:
    """calls: (pid, effective user, name of the call, its text), in order."""

    def __init__(self, path):
        with open(path, errors="replace") as f:
            found = [LINE.match(line) for line in f]
        found = [m for m in found if m]
        parents = {}
        for m in found:
            if "clone" in (m[2] or m[3]) or "fork" in (m[2] or m[3]):
                child = re.search(r"= (\d+)$", m[4])
                if child:
                    parents[child[1]] = m[1]
        self.calls, users, begun = [], {}, {}
        for m in found:
            pid, call, text = m[1], m[2] or m[3], m[4]
            if pid not in users:
                users[pid] = users.get(parents.get(pid), 0)
            if text.endswith("<unfinished ...>"):
                begun[pid] = text
            elif m[2]:
                text = begun.pop(pid, "") + text
            self.calls.append((int(pid), users[pid], call, text))
            if call == "setresuid" and text.endswith("= 0"):
                user = int(re.findall(r"-?\d+", text)[1])
                if user != -1:
                    users[pid] = user

    def names(self, text):
        """(directory, name, the whole path) of each name in a call."""
        for directory, name in NAME.findall(text):
            yield directory, name, os.path.normpath(
                os.path.join(directory or "/", name))

    def below(self, directory):
        """Those with a name in it: (user, call, its directory, name, text).
        What a command's words name isn't called by that."""
        for _, user, call, text in self.calls:
            if call == "execve":
                continue
            for at, name, path in self.names(text):
                if path.startswith(directory + "/"):
                    yield user, call, at, name, text

    def followed(self, *strangers, looking=True):
        """Calls of root's by a name that one of these directories' owners
        may have made a link of; without those that look, if so asked."""
        found = []
        for directory in strangers:
            for user, call, at, name, text in self.below(directory):
                if user != 0 or not name or (
                        call in LOOKING and not looking):
                    continue
                flags = NOT_FOLLOWING.get(call)
                if flags is None or "/" in name or not at or (
                        flags and not any(flag in text
                                          for flag in flags.split("|"))):
                    found.append("%s(%s" % (call, text))
        return found
