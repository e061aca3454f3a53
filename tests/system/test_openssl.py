# SPDX-License-Identifier: ISC
"""An OpenSSL that is configured so that it can't use the bank's keys: its own
reason is told, and the file that configures it; the files are never blamed,
nor anybody sent to a backup for it."""

import os
import re

from lib.bank import ATM_TUI, BANKCTL, BANKD, run
from lib.case import PrivateCase

# What OpenSSL says of its own in each case.
FIPS, LEVEL, PROVIDER = "unsupported", "key too small", "unsupported"
HEAD = "openssl_conf = init\n[init]\n"
CONFIGURATIONS = {
    "fips": (FIPS, HEAD + "alg_section = evp\n[evp]\n"
             "default_properties = fips=yes\n"),
    "level": (LEVEL, HEAD + "ssl_conf = ssl\n[ssl]\nsystem_default = all\n"
              "[all]\nCipherString = DEFAULT@SECLEVEL=4\n"),
    "no provider": (PROVIDER, HEAD + "providers = p\n[p]\nfips = f\n"
                    "[f]\nactivate = 1\n"),
}


class OpenSSL(PrivateCase):
    def setUp(self):
        self.served = self.bank()
        self.etc = self.served.path("etc")
        self.before = self.files()

    def files(self):
        found = {}
        for name in os.listdir(self.etc):
            with open(os.path.join(self.etc, name), "rb") as f:
                found[name] = f.read()
        return found

    def says(self, name, *words):
        """It fails, for that reason, and names the file."""
        reason, text = CONFIGURATIONS[name]
        path = self.served.path("openssl.cnf")
        with open(path, "w") as f:
            f.write(text)
        result = run(*words, env={"OPENSSL_CONF": path}, input="")
        said = result.stderr
        self.assertIn(result.returncode, (70, 78), said)
        self.assertIn("%s (OPENSSL_CONF)" % path, said)
        self.assertIn(reason, said)
        for wrong in ("backup", "not a certificate", "not a bank's",
                      "no certificate", "the right key?", "not an"):
            self.assertNotIn(wrong, said)
        self.assertEqual(self.files(), self.before)

    def test_bankd(self):
        for name in CONFIGURATIONS:
            with self.subTest(name):
                self.says(name, BANKD, "-t", "-c", self.served.config)
                self.says(name, *self.served.command())

    def test_bankctl(self):
        """What makes keys, and what reads one."""
        config = self.served.config
        for name in ("fips", "no provider"):
            new = self.served.path("new-" + name[0])
            with self.subTest(name):
                self.says(name, BANKCTL, "-c", config, "renew")
                self.says(name, BANKCTL, "-c", config, "kiosk", "add",
                          "--key", new + ".key", "other")
                self.says(name, BANKCTL, "-c", config, "kiosk", "add",
                          "--key", os.path.join(self.etc, "kiosk.key"),
                          "other")
                self.says(name, BANKCTL, "init", new)
                self.assertFalse(os.path.exists(new + ".key"))

    def test_kiosk(self):
        for name in ("fips", "no provider"):
            with self.subTest(name):
                self.says(name, ATM_TUI, "-p", "-c",
                          os.path.join(self.etc, "atm.ini"))

    def test_kiosk_of_a_high_level(self):
        """Its own OpenSSL refuses the bank's keys: it doesn't say that this
        isn't the bank."""
        self.served.start()
        path = self.served.path("openssl.cnf")
        with open(path, "w") as f:
            f.write(CONFIGURATIONS["level"][1])
        result = self.served.plain(
            "chris\ncanary-chris\n3\n", env={"OPENSSL_CONF": path},
            timeout=120)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("does not trust", result.stderr)
        self.assertIn("this machine's OpenSSL does not work with the bank's", result.stderr)
        self.assertRegex(result.stderr,
                         r'openssl reason="[^"]+" file="%s' % path)

    def refused(self, name, data, *words):
        """Of a file that is damaged OpenSSL's reason is told, too."""
        path = os.path.join(self.etc, name)
        with open(path, "wb") as f:
            f.write(data)
        result = run(*words, input="")
        with open(path, "wb") as f:
            f.write(self.before[name])
        self.assertIn(result.returncode, (65, 78), result.stderr)
        self.assertIn(name, result.stderr)
        self.assertRegex(result.stderr, r"\(OpenSSL: [^\x00-\x1f\x7f-\xff)]+")
        self.assertNotRegex(result.stderr, r"openssl\.cnf|OPENSSL_CONF")

    def test_damage_is_told_as_damage(self):
        for data in (b"", b"no PEM\n", re.sub(
                rb"(?m)^[A-Za-z0-9+/]{64}$", b"\x1b[2J" + b"A" * 60,
                self.before["bank.crt"], count=1)):
            check = BANKD, "-t", "-c", self.served.config
            self.refused("bank.crt", data, *check)
            self.refused("bank.key", data, *check)
            self.refused("leaf.crt", data, *check)
            self.refused("leaf.key", data, *check)
            for name in ("bank.crt", "kiosk.key"):
                self.refused(name, data, ATM_TUI, "-p", "-c",
                             os.path.join(self.etc, "atm.ini"))
            self.refused("bank.key", data, BANKCTL, "-c", self.served.config,
                         "renew")
            self.refused("kiosk.key", data, BANKCTL, "-c",
                         self.served.config, "kiosk", "add", "--key",
                         os.path.join(self.etc, "kiosk.key"), "other")
