# SPDX-License-Identifier: ISC
"""Clients that are slow, half open or drip, 2,000 at once: by themselves a
program that renews each one the bank has cut off, until its standard input
ends.  Arguments: bank.crt, port."""

import json
import os
import select
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from lib import wire  # noqa: E402
from lib.atm import Channel, client_context, tcp  # noqa: E402

# How many, and what each sends a byte of in every second.
KINDS = {"silent": (1200, b""), "hello": (600, b"\x16\x03\x01\x02\0"),
         "frame": (200, wire.frame(b"L", bytes(752)))}
AN_ADDRESS = 50
START_LIMIT_S = 60


class Slow:
    """One of them."""

    def __init__(self, number, kind, context, port):
        self.number, self.kind = number, kind
        self.data = memoryview(KINDS[kind][1])
        address = "127.8.%d.1" % (number // AN_ADDRESS)
        self.sock = tcp("127.0.0.1", port, 10, address)
        self.send = self.sock.send
        if kind == "frame":
            channel = Channel(self.sock, context)
            channel.read_frame()
            self.send = channel.tls.send
        self.sock.setblocking(False)

    def drip(self):
        if self.data:
            self.send(self.data[:1])
            self.data = self.data[1:]

    def is_over(self):
        try:
            return not self.sock.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            return True


class All:
    def __init__(self, anchor, port):
        self.context, self.port = client_context(anchor), port
        self.poll, self.slow = select.poll(), {}
        self.ended = dict.fromkeys(KINDS, 0)
        self.poll.register(sys.stdin, select.POLLIN)
        number = 0
        for kind, (count, _) in KINDS.items():
            for _ in range(count):
                self.add(number, kind)
                number += 1

    def add(self, number, kind):
        one = Slow(number, kind, self.context, self.port)
        self.slow[one.sock.fileno()] = one
        self.poll.register(one.sock, select.POLLIN)

    def over(self, fd):
        one = self.slow.pop(fd)
        self.poll.unregister(one.sock)
        one.sock.close()
        self.ended[one.kind] += 1
        self.add(one.number, one.kind)

    def drip(self):
        for fd, one in list(self.slow.items()):
            try:
                one.drip()
            except Exception:   # TLS has several
                self.over(fd)

    def run(self):
        """A drop a second, until the end of standard input."""
        due = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= due:
                self.drip()
                due = now + 1
            for fd, _ in self.poll.poll(1000 * max(0, due - now)):
                if fd == sys.stdin.fileno():
                    return
                if fd in self.slow and self.slow[fd].is_over():
                    self.over(fd)


class Crowd:
    """The program, while a `with` lasts; then `ended`: {kind: how many the
    bank has cut off}."""

    def __init__(self, bank):
        self.command = [sys.executable, os.path.abspath(__file__),
                        os.path.join(bank.etc, "bank.crt"),
                        str(bank.process.port)]
        self.ended = {}

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        ready = select.select(
            [self.process.stdout], [], [], START_LIMIT_S)[0]
        if not ready or self.process.stdout.readline() != "ready\n":
            self.process.kill()
            self.process.wait()
            raise OSError("no crowd")
        return self

    def __exit__(self, *error):
        said, _ = self.process.communicate(timeout=30)
        self.ended = json.loads(said or "{}")


def main():
    crowd = All(sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    crowd.run()
    print(json.dumps(crowd.ended))


if __name__ == "__main__":
    main()
