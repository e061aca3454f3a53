# SPDX-License-Identifier: ISC
"""Kiosks that are enrolled: what their signature opens, and bankctl kiosk
(atm-protocol(7), section 3)."""

import os
import re
import unittest

from lib import bank, wire
from lib.case import CORRECT, FREE, NOT_ALLOWED, REFUSED, BankCase


class Kiosks(BankCase):
    people = 3
    options = dict(FREE, kiosks_require="no")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kiosk = cls.bank.kiosk()

    def test_an_enrolled_one(self):
        atm = self.atm(kiosk=self.kiosk)
        reply = self.said(atm.login("p1", "canary-p1"), CORRECT)
        self.assertEqual((reply["kiosk"], reply["cash"]),
                         (self.kiosk.name.decode(), "yes"))

    def refusals(self, atm):
        """Blocks that are nobody's; all else is right."""
        name = self.kiosk.name.decode()

        rest = wire.wrap(atm.kpub, bytes(32)) + bytes(272)
        other = self.kiosk.block(b"L", atm.nonce, atm.binding, rest)
        return {
            "unknown name": dict(kiosk=wire.Kiosk.make("stranger")),
            "another's key": dict(kiosk=wire.Kiosk.make(name)),
            "not over this frame": dict(block=other),
            "signature of zeros": dict(
                block=self.kiosk.name.ljust(32, b"\0") + bytes(64)),
            "no name but a signature": dict(
                block=bytes(32) + os.urandom(64)),
            "one bit": dict(block=bytes(95) + b"\1"),
            "name in another case": dict(
                kiosk=wire.Kiosk(name.swapcase(), self.kiosk.key)),
            "no zeros behind the name": dict(kiosk=wire.Kiosk(
                (name + "\0x"), self.kiosk.key)),
            "a name of 32": dict(
                kiosk=wire.Kiosk("k" * 32, self.kiosk.key)),
        }

    def test_refusals(self):
        atm = self.atm()
        for cause in self.refusals(atm):
            parts = self.refusals(atm)[cause]
            reply = atm.login("p2", "canary-p2", **parts)
            self.assertEqual((reply.raw, reply.sealed),
                             (NOT_ALLOWED.encode(), False), cause)
        self.said(atm.login("p2", "canary-p2"), CORRECT)

    def test_a_signature_is_over_nonce_binding_and_type(self):
        atm = self.atm(kiosk=self.kiosk)
        nonce = atm.nonce
        self.said(atm.login("p2", "wrong"), REFUSED)
        for change in (dict(nonce=nonce), dict(binding=bytes(32))):
            self.said(atm.login("p2", "canary-p2", **change), NOT_ALLOWED)
        body = atm.body(b"O", "p2\ncanary-p2\n")
        atm.channel.write_frame(b"L", body)
        self.said(atm.answer(), NOT_ALLOWED)
        body = bytearray(atm.body(b"L", "p2\ncanary-p2"))
        body[-1] ^= 1
        atm.channel.write_frame(b"L", bytes(body))
        self.said(atm.answer(), NOT_ALLOWED)

    def test_comes_before_anything_costly_and_counts_nothing(self):
        served = self.fresh(login_max_attempts=3)
        atm = served.atm(kiosk=wire.Kiosk.make("stranger"))
        self.addCleanup(atm.close)
        for _ in range(5):
            self.said(atm.login("chris", "wrong"), NOT_ALLOWED)
        atm.kiosk = None
        reply = self.said(atm.login("chris", "canary-chris"), CORRECT)
        self.assertEqual(reply["failed"], "0")

    def test_comes_before_anything_costly_by_the_clock(self):
        """The vault's own CPU: 100 refusals of each kind, and 20 logins
        whose password is wrong, at the cost of an installed bank."""
        served = self.fresh(
            login_hash_cost=0, kiosks_require="yes", login_max_attempts=1000,
            login_max_attempts_total=10000)
        kiosk = served.kiosk()
        path = served.path("etc", "gone.key")
        served.ctl("kiosk", "add", "--key", path, "gone")
        served.ctl("kiosk", "revoke", "gone")
        atm = served.atm(kiosk=kiosk)
        self.addCleanup(atm.close)
        stale, pid = atm.nonce, served.vault()
        before = bank.cpu_seconds(pid)
        for _ in range(20):
            self.said(atm.login("chris", "wrong"), REFUSED)
        login = (bank.cpu_seconds(pid) - before) / 20
        for cause, parts in {
                "a stranger's": dict(kiosk=wire.Kiosk.make("stranger")),
                "none": dict(block=wire.NO_KIOSK),
                "revoked": dict(kiosk=wire.Kiosk.load("gone", path)),
                "another nonce": dict(nonce=stale),
                "another's name": dict(
                    kiosk=wire.Kiosk.make(kiosk.name.decode()))}.items():
            before = bank.cpu_seconds(pid)
            for _ in range(100):
                self.said(atm.login("chris", "wrong", **parts), NOT_ALLOWED)
            spent = (bank.cpu_seconds(pid) - before) / 100
            print("%s: %.2f ms, a login %.2f" % (
                cause, 1000 * spent, 1000 * login))
            # The RSA operation alone is a tenth of it.
            if not bank.sanitized():
                self.assertLess(spent, login / 15, cause)

    def test_the_frames_of_a_stranger(self):
        """O, R and V of one are refused alike."""
        atm = self.atm(kiosk=wire.Kiosk.make("stranger"))
        for kind in (b"O", b"V"):
            self.said(atm.ask(kind, "p2\ncanary-p2\n"), NOT_ALLOWED)
        reply = atm.ask(b"R", "RESUME", session=bytes(16), k=bytes(32))
        self.said(reply, NOT_ALLOWED)

    def test_require(self):
        served = self.fresh(kiosks_require="yes")
        atm = served.atm()
        self.addCleanup(atm.close)
        for kind in (b"L", b"O", b"V"):
            self.assertEqual(
                atm.ask(kind, "chris\ncanary-chris").raw, NOT_ALLOWED.encode())
        self.assertEqual(
            atm.ask(b"R", "RESUME", session=bytes(16), k=bytes(32)).raw,
            NOT_ALLOWED.encode())
        atm.kiosk = served.kiosk()
        self.said(atm.login("chris", "canary-chris"), CORRECT)


class KioskAdmin(BankCase):
    """bankctl kiosk add, list, rekey, revoke."""

    def add(self, name, *more):
        """Enrols; the kiosk."""
        path = self.bank.path("etc", name + ".key")
        self.bank.ctl("kiosk", "add", *more, "--key", path, name)
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        return wire.Kiosk.load(name, path)

    def test_a_kiosks_life(self):
        kiosk = self.add("branch-7")
        self.assertIn("branch-7", self.bank.ctl("kiosk", "list").stdout)
        atm = self.atm(kiosk=kiosk)
        reply = self.said(atm.login("chris", "canary-chris"), CORRECT)
        self.assertEqual((reply["kiosk"], reply["cash"]), ("branch-7", "no"))
        self.said(atm.request("DEPOSIT %s 1 5" % atm.txid()), NOT_ALLOWED)
        self.bank.ctl("kiosk", "revoke", "branch-7")
        self.said(self.atm(kiosk=kiosk).login("chris", "canary-chris"),
                  NOT_ALLOWED)
        self.assertRegex(self.bank.ctl("kiosk", "list").stdout, "branch-7")
        atm.cut()
        self.said(atm.resume(), NOT_ALLOWED)
        # The others' are as they were.
        own = self.atm(kiosk=self.bank.kiosk())
        self.said(own.login("fey", "canary-fey"), CORRECT)

    def enrolled(self, name, served=None):
        return [row for row in (served or self.bank).ctl_json("kiosk", "list")
                if row["name"] == name][0]

    def refused(self, pattern, *words, served=None):
        result = (served or self.bank).ctl("kiosk", *words, check=False)
        self.assertEqual(result.returncode, 65, result.stderr)
        self.assertRegex(result.stderr, pattern)

    def check_keys(self, served):
        """What replaces a key and a right to cash, and what doesn't."""
        path, other = (served.path("etc", name)
                       for name in ("branch.key", "other.key"))
        served.ctl("kiosk", "add", "--cash", "--key", path, "branch")
        before = self.enrolled("branch", served)
        # The same again, as after a lost answer.
        served.ctl("kiosk", "add", "--cash", "--key", path, "branch")
        for words in (("--cash", "--key", other), ("--key", path),
                      ("--key", other)):
            self.refused("branch is already enrolled, with cash; use kiosk rekey",
                         "add", *words, "branch", served=served)
        self.assertEqual(self.enrolled("branch", served), before)
        self.assertFalse(os.path.exists(other))
        self.refused("has this key already", "rekey", "--key", path,
                     "branch", served=served)
        self.refused("no kiosk ghost", "rekey", "--key", other, "ghost",
                     served=served)
        self.assertFalse(os.path.exists(other))
        served.ctl("kiosk", "rekey", "--key", other, "branch")
        after = self.enrolled("branch", served)
        self.assertNotEqual(after.pop("key"), before.pop("key"))
        self.assertEqual(after, before)
        self.refused("already enrolled", "add", "--cash", "--key", path, "branch",
                     served=served)
        served.ctl("kiosk", "revoke", "branch")
        self.refused("is revoked; kiosk add", "rekey", "--key", path,
                     "branch", served=served)
        served.ctl("kiosk", "add", "--key", path, "branch")
        self.assertEqual(self.enrolled("branch", served)["cash"], "no")
        result = served.ctl("kiosk", "rekey", "--cash", "branch", check=False)
        self.assertEqual(result.returncode, 64)

    def test_keys(self):
        self.check_keys(self.bank)
        path = [self.bank.path("etc", name + ".key")
                for name in ("branch", "other")]
        for name, said in zip(path, (CORRECT, NOT_ALLOWED)):
            self.said(self.atm(kiosk=wire.Kiosk.load("branch", name)).login(
                "chris", "canary-chris"), said)

    def test_keys_of_a_bank_that_is_stopped(self):
        self.check_keys(self.fresh(start=False))

    def test_init_again(self):
        """It enrols once: what was revoked since stays so."""
        served = self.fresh(start=False)
        name = served.atm_config()["kiosk"]["name"].strip("'\"")
        bank.run(bank.BANKCTL, "init", served.directory)
        self.assertEqual(self.enrolled(name, served)["state"], "enrolled")
        served.ctl("kiosk", "revoke", name)
        result = bank.run(bank.BANKCTL, "init", served.directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("kiosk %s is kept" % name, result.stderr)
        self.assertEqual(self.enrolled(name, served)["state"], "revoked")

    def test_init_reads_an_ini_file_as_all_do(self):
        """Of an editor that puts a mark before it, with comments."""
        served = self.fresh(start=False)
        for name in ("bankd.ini", "atm.ini"):
            with open(served.path("etc", name)) as f:
                text = f.read()
            with open(served.path("etc", name), "w") as f:
                f.write("\ufeff" + re.sub(r"(?m)^(\[.*\])$", r"\1 ; of", text))
        os.unlink(served.path("etc", "kiosk.key"))
        served.ctl("kiosk", "revoke", "kiosk-1")
        result = bank.run(bank.BANKCTL, "init", served.directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.enrolled("kiosk-1", served)["state"],
                         "enrolled")
        served.start()
        with open(served.path("etc", "atm.ini"), "a") as f:
            f.write("\n[kiosk]\nname = \"kiosk-1\n")
        os.unlink(served.path("etc", "kiosk.key"))
        result = bank.run(bank.BANKCTL, "init", served.directory)
        self.assertEqual(result.returncode, 78)
        self.assertRegex(result.stderr, r"atm.ini:\d+: the quote isn't closed")

    def test_cash(self):
        kiosk = self.add("branch-8", "--cash")
        atm = self.atm(kiosk=kiosk)
        self.assertEqual(atm.login("chris", "canary-chris")["cash"], "yes")

    def test_names(self):
        for name in ("", "-x", "a" * 33, "a/b", ":x", "\u00e4"):
            path = self.bank.path("wrong.key")
            result = self.bank.ctl(
                "kiosk", "add", "--key", path, name, check=False)
            self.assertNotEqual(result.returncode, 0, name)
            self.assertFalse(os.path.exists(path), name)

    def test_survives_a_restart(self):
        kiosk = self.add("branch-9")
        self.bank.restart()
        self.said(self.atm(kiosk=kiosk).login("chris", "canary-chris"),
                  CORRECT)

    def test_revoke_of_nobody(self):
        result = self.bank.ctl("kiosk", "revoke", "ghost", check=False)
        self.assertNotEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main()
