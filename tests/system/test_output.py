# SPDX-License-Identifier: ISC
"""Standard output that can't be written: a full device, a closed descriptor,
a pipe whose reader has left.  Each program says so and exits 74."""

import os
import shutil
import subprocess
import unittest

from lib import bank
from lib.bank import ATM_TUI, BANKCTL, BANKD
from lib.case import BankCase

EX_IOERR = 74


def to_full_device(words, **more):
    with open("/dev/full", "w") as full:
        return subprocess.run(words, stdout=full, **more)


def to_closed_descriptor(words, **more):
    return subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh"] + words, **more)


def to_closed_pipe(words, **more):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(words, stdout=writing, **more)
    finally:
        os.close(writing)


LOST = ((to_full_device, "No space left on device"),
        (to_closed_descriptor, "Bad file descriptor"),
        (to_closed_pipe, "Broken pipe"))


class Output(BankCase):
    def lost(self, *words, input="", why=None):
        for run, reason in LOST:
            with self.subTest(run=run.__name__, words=words):
                result = run([str(word) for word in words], input=input,
                             stderr=subprocess.PIPE, text=True,
                             timeout=60 * bank.SLOW)
                self.assertEqual(result.returncode, EX_IOERR, result.stderr)
                self.assertEqual(
                    result.stderr.strip().splitlines()[-1],
                    "%s: standard output: %s" % (
                        os.path.basename(words[0]), why or reason))

    def test_versions(self):
        for program in (BANKD, BANKCTL, ATM_TUI):
            self.lost(program, "-V")

    def test_configuration_and_check(self):
        self.lost(BANKD, "-T", "-c", self.bank.config)
        self.lost(BANKD, "-t", "-c", self.bank.config)

    def test_bankctl(self):
        for words in (["status"], ["-j", "status"], ["accounts"], ["export"]):
            self.lost(BANKCTL, "-c", self.bank.config, *words)
        # More than stdio keeps: why a write before the last one failed is gone.
        self.lost(BANKCTL, "-c", self.bank.config, "metrics",
                  why="the output could not be written completely")

    @unittest.skipUnless(shutil.which("gropdf"), "no groff that makes PDF")
    def test_paper(self):
        for words in (["day"], ["statement", "chris"]):
            self.lost(BANKCTL, "-c", self.bank.config, *words, "--format",
                      "pdf", why="the output could not be written completely")

    def test_plain_mode(self):
        """Who can't be shown a question isn't asked for money."""
        before = self.bank.lines()
        state = self.bank.path("atm-state")
        os.makedirs(state, exist_ok=True)
        self.lost(ATM_TUI, "-p", "-c", self.bank.path("etc", "atm.ini"), "-o",
                  "kiosk.state=" + state, "127.0.0.1", self.bank.port,
                  input="chris\ncanary-chris\n1\n1\nfey\n5\n3\n",
                  why="the output could not be written completely")
        self.assertEqual(self.bank.lines(), before)

    def test_a_bank_serves_without_it(self):
        served = self.fresh(start=False)
        with open("/dev/full", "w") as full:
            process = subprocess.Popen(
                served.command(), stdin=subprocess.DEVNULL, stdout=full,
                stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "serving" in line:
                break
            self.assertNotIn("failed", line)
        served.ctl("stop")
        process.communicate(timeout=60 * bank.SLOW)
        self.assertEqual(process.returncode, 0)

    def test_a_failure_keeps_its_code(self):
        """The first thing that is wrong is what the status tells."""
        result = to_full_device(
            [BANKCTL, "-c", self.bank.config, "account", "nobody"],
            stderr=subprocess.PIPE, text=True)
        self.assertNotIn(result.returncode, (0, EX_IOERR), result.stderr)
        self.assertNotIn("standard output", result.stderr)

    def test_a_closed_error_takes_no_files_number(self):
        """What is said goes nowhere, and not into a key that is made."""
        path = self.bank.path("new.key")
        result = subprocess.run(
            ["sh", "-c", 'exec "$@" 0<&- >&- 2>&-', "sh", BANKCTL, "-c",
             self.bank.config, "kiosk", "add", "--key", path, "closed"],
            timeout=60 * bank.SLOW)
        self.assertEqual(result.returncode, 0)
        with open(path) as f:
            text = f.read()
        self.assertRegex(text, r"\A-----BEGIN PRIVATE KEY-----\n[^-]*"
                               r"-----END PRIVATE KEY-----\n\Z")
