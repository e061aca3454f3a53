# SPDX-License-Identifier: ISC
"""How long a test waits before it takes what it waits for to hang.  A bound
is given in seconds of a quiet machine of our time, and is there to end a
hang and never to judge a speed: it grows with $SLOW, which tests/run measures
for this machine and build, and with what else the machine does meanwhile.
tests/lib/patience.h is the same in C.
"""

import os
import subprocess
import time

SLOW = float(os.environ.get("SLOW", "2"))
PROBE_S = 0.02      # of processor time
MOST = 50           # so that what hangs is told in the end


def probe():
    """How many times longer work takes here and now than its processor
    time: under a quota too, of which no load average tells."""
    wall, work = time.monotonic(), time.thread_time()
    while time.thread_time() - work < PROBE_S:
        pass
    return (time.monotonic() - wall) / PROBE_S


def crowd():
    """How many want a processor or a disk, for each processor."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))


def slowness():
    return min(MOST, max(1, crowd(), probe()))


def seconds(base):
    """For a wait that can't be asked again: `base`, for this moment."""
    return base * SLOW * min(MOST, max(1, crowd()))


class Bound:
    """The bound of one wait, from now on."""

    def __init__(self, base):
        self.base = base * SLOW
        self.began = time.monotonic()
        self.most = self.base

    def passed(self):
        return time.monotonic() - self.began

    def left(self):
        """Seconds until it is to be asked again; 0 when it is over.  Only
        what is late asks how busy the machine is."""
        if self.passed() >= self.most:
            self.most = max(self.most, self.base * slowness())
        return max(0, self.most - self.passed())

    def over(self):
        return self.left() == 0

    def __str__(self):
        return "%.0f s" % self.passed()


def end(process, base=30):
    """Waits for a process's end: its exit code, or TimeoutExpired."""
    bound = Bound(base)
    while True:
        try:
            return process.wait(bound.left())
        except subprocess.TimeoutExpired:
            if bound.over():
                raise


def communicate(process, input=None, base=60):
    """Popen.communicate; what hangs is killed, and told with its output.  A
    child of its own may have its pipes for ever."""
    bound = Bound(base)
    while True:
        try:
            return process.communicate(input, bound.left())
        except subprocess.TimeoutExpired:
            input = None
            if bound.over():
                process.kill()
                process.wait()
                raise


def run(words, input=None, base=60, **more):
    """subprocess.run with a bound, its output in pipes if nothing else is
    said."""
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    if input is not None:
        more["stdin"] = subprocess.PIPE
    more.setdefault("stdin", subprocess.DEVNULL)
    with subprocess.Popen(words, **more) as process:
        output, errors = communicate(process, input, base)
    return subprocess.CompletedProcess(
        words, process.returncode, output, errors)


def join(thread, base=60):
    """Whether the thread has ended."""
    bound = Bound(base)
    while thread.is_alive() and not bound.over():
        thread.join(min(1, bound.left()))
    return not thread.is_alive()
