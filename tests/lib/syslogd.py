# SPDX-License-Identifier: ISC
"""A syslog socket of the test's own.  libc's path, /dev/log, is fixed: so
bankd runs in a mount namespace whose /dev is a copy with that one name in
it.  The machine's own syslog never sees a line."""

import os
import re
import socket
import subprocess
import threading

from . import bank, canary, patience

# Makes $1/dev a /dev with `log` pointing to $2, puts it in place, runs the
# rest.
SCRIPT = r"""
set -e
new=$1 socket=$2
shift 2
mkdir -p "$new"
for name in null zero full random urandom tty ptmx; do
	[ -e /dev/$name ] || continue
	: > "$new/$name"
	mount --bind /dev/$name "$new/$name"
done
for name in pts shm mqueue; do
	[ -d /dev/$name ] || continue
	mkdir -p "$new/$name"
	mount --rbind /dev/$name "$new/$name"
done
ln -sfn /proc/self/fd "$new/fd"
ln -sfn "$socket" "$new/log"
mount --rbind "$new" /dev
exec "$@"
"""


class Unable(Exception):
    """No mount namespace on this machine: a reason to skip."""


class Syslog:
    def __init__(self):
        self.directory = bank.fresh_directory("syslog")
        os.chmod(self.directory, 0o755)
        self.path = os.path.join(self.directory, "socket")
        self.lines = []         # (priority, text after `<n>time tag: `)
        self.raw = []
        self.asked = 0
        self.open()
        self.wrapper = self._wrapper()

    def open(self):
        """Also again after close_socket(), as a syslog that restarts."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        os.chmod(self.path, 0o666)
        self.thread = threading.Thread(
            target=self._read, args=(self.sock,), daemon=True)
        self.thread.start()

    def close_socket(self):
        os.unlink(self.path)
        wake = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.shutdown(socket.SHUT_RDWR)
        patience.join(self.thread)
        self.sock.close()
        wake.close()

    def _read(self, sock):
        while True:
            try:
                data = sock.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.raw.append(data)
            match = re.match(
                rb"<(\d+)>(?:\w{3} [ \d]\d [\d:]{8} )?(.*)", data, re.S)
            if match:
                self.lines.append((
                    int(match.group(1)),
                    match.group(2).decode(errors="replace").rstrip("\0\n")))

    def _wrapper(self):
        shell = ["sh", "-c", SCRIPT, "sh",
                 os.path.join(self.directory, "dev"), self.path]
        if os.getuid() == 0:
            command = ["unshare", "-m"] + shell
        else:
            # Root of a user namespace for the mounts, then oneself again.
            command = ["unshare", "-rm"] + shell + [
                "unshare", "-U", "--map-user=%d" % os.getuid(),
                "--map-group=%d" % os.getgid()]
        probe = subprocess.run(
            command + ["test", "-S", "/dev/log"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if probe.returncode != 0:
            raise Unable("no mount namespace with a /dev/log of its own: "
                         + probe.stdout.decode().strip())
        return command

    def told(self):
        """All lines that were sent before this call, one way or another.

        The socket keeps their order: the thread has read them all once it
        has read a last one of our own.
        """
        self.asked += 1
        last = "told %d" % self.asked
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(("<7>" + last).encode(), self.path)
        own_line = self.has("^%s$" % last)
        lines = list(self.lines)
        del self.lines[:lines.index(own_line) + 1]
        return lines[:lines.index(own_line)]

    def has(self, pattern, timeout=10):
        """Waits for a line that fits: (priority, line)."""
        def find():
            for line in list(self.lines):
                if re.search(pattern, line[1]):
                    return line
            return None
        return bank.wait_for("a syslog line like %r in %r" % (
            pattern, self.lines), find, timeout)

    def close(self):
        self.close_socket()
        canary.check("syslog", b"\n".join(self.raw))
