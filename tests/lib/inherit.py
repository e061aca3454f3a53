# SPDX-License-Identifier: ISC
"""Runs a program with what a careless parent leaves it: inherit.py JSON
PROGRAM [ARG...], where JSON names signals to `block` and to `ignore`, a
`timer` in seconds, a limit of `descriptors`, soft and hard (which root may
not raise either), and whether `passed` descriptors of a service manager are
announced to it.  What is open stays open."""

import ctypes
import json
import os
import resource
import signal
import sys

PR_CAPBSET_DROP = 24
CAP_SYS_RESOURCE = 24


def wrapper(**what):
    """The words that go before a command."""
    return [sys.executable, os.path.abspath(__file__), json.dumps(what)]


def main():
    what = json.loads(sys.argv[1])
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for name in what.get("ignore", ()):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [
        getattr(signal, name) for name in what.get("block", ())])
    if "timer" in what:
        signal.setitimer(signal.ITIMER_REAL, what["timer"])
    if "passed" in what:
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = str(what["passed"])
    if "descriptors" in what:
        if os.geteuid() == 0:
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE)
        resource.setrlimit(resource.RLIMIT_NOFILE, what["descriptors"])
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
