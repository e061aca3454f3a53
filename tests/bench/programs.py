# SPDX-License-Identifier: ISC
"""The benchmark's own programs, and what is made of their lines of JSON."""

import json
import os
import re
import signal
import statistics
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

CORES = os.cpu_count()


class Trouble(Exception):
    """A program failed; the case is told as such and the others go on."""


class Settings:
    """What the command line says, for all that measures."""

    def __init__(self, args, work, say):
        self.build, self.work = os.path.abspath(args.build), work
        self.rounds, self.seconds = args.rounds, args.seconds
        self.customers, self.entries = args.customers, args.entries
        self.seed, self.say = args.seed, say

    def program(self, name):
        return os.path.join(self.build, "tests", "bench", name)

    def path(self, *names):
        return os.path.join(self.work, *names)


def call(command, timeout, **more):
    """A program to its end: its standard output."""
    try:
        done = subprocess.run(
            [str(word) for word in command], timeout=timeout, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=more.pop("stdin", subprocess.DEVNULL), **more)
    except subprocess.TimeoutExpired:
        raise Trouble("%s: not done in %g s" % (
            os.path.basename(str(command[0])), timeout)) from None
    if done.returncode != 0:
        raise Trouble("%s: exit %d: %s" % (
            os.path.basename(str(command[0])), done.returncode,
            (done.stderr or done.stdout).strip()[-600:]))
    return done.stdout


def load(settings, anchor, port, groups, customers=1000, seconds=None,
         warm=1.0, processes=(), more=()):
    """Runs the load generator: a dict for each group."""
    seconds = settings.seconds if seconds is None else seconds
    command = [settings.program("load"), "-b", anchor, "-p", port,
               "-n", customers, "-d", seconds, "-w", warm,
               "-s", settings.seed]
    for name, pid in processes:
        command += ["-c", "%s=%d" % (name, pid)]
    out = call(command + list(more) + list(groups), seconds + warm + 280)
    return [json.loads(line) for line in out.splitlines()]


def probe(settings, what, seconds, word="-"):
    """The machine alone: fdatasync (word: the file), hop, rsa, yescrypt and
    hash (cost)."""
    return json.loads(call(
        [settings.program("probe"), what, seconds, word], seconds + 60))


def probe_cores(settings, what, seconds, word="-"):
    """The same on every core at once: they share caches and memory.  All
    that they did in a second, and the mean of their times."""
    with ThreadPoolExecutor(CORES) as pool:
        found = list(pool.map(
            lambda _: probe(settings, what, seconds, word), range(CORES)))
    both = {key: statistics.mean(run[key] for run in found)
            for key in found[0] if key.endswith("_us")}
    return {**found[0], **both,
            "throughput": sum(run["throughput"] for run in found)}


class WriteBack(threading.Thread):
    """While it is entered: the most that the kernel wrote back to its disks
    in 0.1 s, in MB."""

    EVERY_S = 0.1

    def __init__(self):
        super().__init__()
        self.over, self.most_mb = threading.Event(), 0.0

    @staticmethod
    def pages():
        with open("/proc/vmstat") as f:
            return next(int(line.split()[1]) for line in f
                        if line.startswith("nr_written "))

    def run(self):
        before = self.pages()
        while not self.over.wait(self.EVERY_S):
            now = self.pages()
            self.most_mb = max(self.most_mb, (now - before) *
                               os.sysconf("SC_PAGESIZE") / 1e6)
            before = now

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *trouble):
        self.over.set()
        self.join()


class Server:
    """A program that says `listening ADDRESS PORT`, and is ended by pid."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True)
        words = re.split(r"\s+", self.process.stdout.readline())
        if words[0] != "listening":
            self.process.wait(10)
            raise Trouble("%s does not listen" % command[0])
        self.port, self.pid = int(words[2]), self.process.pid

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process.stdout.close()


class Echo(Server):
    """The TLS echo of the same sizes, with the bank's own certificate."""

    def __init__(self, settings, etc):
        self.settings, self.anchor = settings, os.path.join(etc, "bank.crt")
        super().__init__([settings.program("echo"),
                          os.path.join(etc, "leaf.crt"),
                          os.path.join(etc, "leaf.key")])

    def measure(self, group, **more):
        return load(self.settings, self.anchor, self.port, [group],
                    processes=[("echo", self.pid)], **more)[0]


# Medians and spreads


def middle(runs, key):
    """The median of one figure over rounds; key may lead inwards: a.b."""
    return statistics.median(values(runs, key)) if runs else None


def values(runs, key):
    found = []
    for run in runs:
        value = run
        for part in key.split("/"):
            value = value[part]
        found.append(value)
    return found


def spread(runs, key):
    """Half the way from the least to the most, in percent of the median."""
    found = values(runs, key)
    median = statistics.median(found)
    return 50 * (max(found) - min(found)) / median if median else 0.0
