# SPDX-License-Identifier: ISC
"""The front's TLS as scanners see it: TLS 1.3 alone, and nothing above INFO.
What the certificates say is in test_front: they are the bank's own, and no
public authority's, as such scanners expect."""

import json
import re
import shutil
import unittest

from lib import bank
from lib.case import BankCase

# What testssl says of itself, or of what it can't do here.
OF_ITS_OWN = ("engine_problem", "scanProblem", "service", "scanTime")
HARMLESS = ("OK", "INFO")
# What it warns of as it can't look: testssl 3.2 of NPN, which TLS 1.3 hasn't.
NOT_POSSIBLE = "not possible for TLS 1.3-only hosts"
OLD = ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2")
SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256"}


class Scanned(BankCase):
    options = {"session_max_sessions_per_address": "1000"}

    def program(self, *names):
        for name in names:
            if shutil.which(name):
                return name
        self.skipTest("not installed: " + names[0])


class Sslscan(Scanned):
    def test_sslscan(self):
        said = bank.run(
            self.program("sslscan"), "--no-colour",
            "%s:%d" % (self.bank.address, self.bank.port)).stdout
        versions = dict(re.findall(
            r"^((?:SSL|TLS)v[0-9.]+) +(enabled|disabled)$", said, re.M))
        self.assertEqual(len(versions), 6, said)
        self.assertEqual([name for name, state in versions.items()
                          if state == "enabled"], ["TLSv1.3"])
        ciphers = re.findall(
            r"^(?:Preferred|Accepted) +(\S+) +\d+ bits +(\S+)", said, re.M)
        self.assertEqual({version for version, _ in ciphers}, {"TLSv1.3"})
        self.assertEqual({suite for _, suite in ciphers}, SUITES)
        self.assertNotRegex(said, r"(?<!not )vulnerable")
        self.assertNotRegex(said, r"(?i)compression enabled|insecure")


class Testssl(Scanned):
    weight = 60

    def test_testssl(self):
        path = self.bank.path("testssl.json")
        bank.run(self.program("testssl", "testssl.sh"), "--quiet",
                 "--color", "0", "--warnings", "off", "--ip",
                 self.bank.address, "--nodns", "none", "-p", "-s", "-f",
                 "-P", "-U", "--jsonfile", path,
                 "%s:%d" % (self.bank.address, self.bank.port), timeout=120)
        with open(path) as f:
            found = [line for line in json.load(f)
                     if line["id"] not in OF_ITS_OWN]
        self.assertGreater(len(found), 30)
        for line in found:
            if line["finding"] != NOT_POSSIBLE:
                self.assertIn(line["severity"], HARMLESS, line)
        told = {line["id"]: line["finding"] for line in found}
        for version in OLD:
            self.assertIn("not offered", told[version], version)
        self.assertIn("offered", told["TLS1_3"])
        self.assertNotIn("not offered", told["TLS1_3"])


if __name__ == "__main__":
    unittest.main()
