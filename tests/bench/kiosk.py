# SPDX-License-Identifier: ISC
"""atm-tui in a pseudo-terminal, with a clock beside it: how soon the first
screen stands, how soon a key is on the screen, what it takes at rest."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from programs import Trouble

QUIET_S = 0.06      # so long without a byte, and the screen stands
PATIENCE_S = 10


class Terminal:
    """One run of the kiosk's program, 80 by 24."""

    def __init__(self, command):
        self.begun = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", 24, 80, 0, 0))
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            try:
                os.execv(command[0], command)
            finally:
                os._exit(127)

    def read(self, wait_s):
        """(moment, bytes); no bytes where none come in time."""
        if not select.select([self.fd], [], [], wait_s)[0]:
            return time.monotonic(), b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            raise Trouble("atm-tui ended")
        return time.monotonic(), data

    def settle(self):
        """Reads until the screen stands: moment of its last byte, bytes."""
        last, data = self.read(PATIENCE_S)
        while True:
            moment, more = self.read(QUIET_S)
            if not more:
                return last, data
            last, data = moment, data + more

    def press(self, key):
        """Seconds until the first byte of what it makes."""
        begun = time.monotonic()
        os.write(self.fd, key)
        moment, data = self.read(PATIENCE_S)
        if not data:
            raise Trouble("a key that nothing came of")
        while self.read(0.01)[1]:
            pass
        return moment - begun

    def cpu_s(self):
        with open("/proc/%d/stat" % self.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rest(self, seconds):
        """(CPU seconds, bytes) of so long without a key."""
        end, before, count = time.monotonic() + seconds, self.cpu_s(), 0
        while (left := end - time.monotonic()) > 0:
            count += len(self.read(left)[1])
        return self.cpu_s() - before, count

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        ended = os.pidfd_open(self.pid)
        watched = [ended, self.fd]
        deadline = time.monotonic() + PATIENCE_S
        # What it still draws is taken, so that it can't wait for us.
        while ended not in (ready := select.select(
                watched, [], [], max(0, deadline - time.monotonic()))[0]):
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
                deadline = time.monotonic() + PATIENCE_S
                continue
            try:
                self.read(0)
            except Trouble:
                watched = [ended]
        os.waitpid(self.pid, 0)
        os.close(ended)
        os.close(self.fd)


def measure(command, keys, rest_s):
    """The figures of one run."""
    terminal = Terminal([str(word) for word in command])
    try:
        first, _ = terminal.settle()
        cpu_s, count = terminal.rest(rest_s)
        terminal.press(b"\r")   # from the welcome to the form
        terminal.rest(0.5)      # what the form draws after that
        times = sorted(terminal.press(b"a" if i % 2 == 0 else b"\x7f")
                       for i in range(keys))
        return {"first_ms": (first - terminal.begun) * 1e3,
                "key_p50_ms": times[len(times) // 2] * 1e3,
                "key_p99_ms": times[int(len(times) * 0.99)] * 1e3,
                "cpu_percent": 100 * cpu_s / rest_s,
                "tick_bytes": count / rest_s, "seconds": rest_s}
    finally:
        terminal.close()
