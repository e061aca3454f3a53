# SPDX-License-Identifier: ISC
"""Clients that are slow, half open or drip, 2,000 at once: by themselves a
program that renews each one the bank has cut off, until its standard input
ends.  Strangers have machines of their own, so it runs on time that nobody
else wants.  Arguments: bank.crt, port."""

import json
import os
import random
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
TURNS = 400         # a second; strangers don't drip in step
COMES = 2           # turns from one to the next, at the start
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
        self.poll, self.slow = select.epoll(), {}
        self.turns = [{} for _ in range(TURNS)]     # {number: who drips}
        self.ended = dict.fromkeys(KINDS, 0)
        self.poll.register(sys.stdin, select.EPOLLIN)
        # They come one by one, so that they go one by one too.
        kinds = [kind for kind in KINDS for _ in range(KINDS[kind][0])]
        random.Random(1).shuffle(kinds)
        self.coming = list(enumerate(kinds))

    def add(self, number, kind):
        one = Slow(number, kind, self.context, self.port)
        self.slow[one.sock.fileno()] = one
        if one.data:
            self.turns[number % TURNS][number] = one
        self.poll.register(one.sock, select.EPOLLIN)

    def over(self, fd):
        one = self.slow.pop(fd)
        self.poll.unregister(one.sock)
        one.sock.close()
        self.ended[one.kind] += 1
        self.add(one.number, one.kind)

    def drip(self, turn):
        for one in list(self.turns[turn].values()):
            try:
                one.drip()
            except Exception:   # TLS has several
                self.over(one.sock.fileno())

    def run(self):
        """A drop of each a second, by turns, until the end of standard
        input."""
        due, turn = time.monotonic(), 0
        while True:
            now = time.monotonic()
            if now >= due:
                self.drip(turn)
                if self.coming and turn % COMES == 0:
                    self.add(*self.coming.pop())
                    if not self.coming:
                        print("ready", flush=True)
                due, turn = due + 1 / TURNS, (turn + 1) % TURNS
            for fd, _ in self.poll.poll(max(0, due - now)):
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
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    crowd.run()
    print(json.dumps(crowd.ended))


if __name__ == "__main__":
    main()
