# SPDX-License-Identifier: ISC
"""The first frame: envelope, refusals that are all alike, nonces, kiosks,
O and V (atm-protocol(7), section 3)."""

import os
import re
import time
import unittest

from lib import bank, wire
from lib.atm import Closed
from lib.case import CORRECT, NOT_ALLOWED, REFUSED, SUCCESS, BankCase

FREE = {"login_max_attempts": "1000", "login_max_attempts_total": "10000",
        "login_max_logins_waiting_per_address": "64"}


class Login(BankCase):
    people = 6
    options = FREE

    def test_what_an_accepted_one_says(self):
        atm = self.atm()
        reply = self.said(atm.login("p1", "canary-p1"), CORRECT)
        self.assertTrue(reply.sealed)
        self.assertEqual(set(reply.keys()), {
            "session", "name", "last-login", "failed", "grace", "time-ms",
            "kiosk", "cash"})
        self.assertRegex(reply["session"], r"^[0-9a-f]{32}$")
        self.assertEqual(
            (reply["name"], reply["last-login"], reply["failed"],
             reply["grace"], reply["kiosk"], reply["cash"]),
            ("", "-", "0", "60", "-", "no"))
        self.assertLess(abs(int(reply["time-ms"]) - time.time() * 1000), 5000)

    def test_failed_and_last_login(self):
        atm = self.atm()
        for _ in range(3):
            self.said(atm.login("p2", "wrong"), REFUSED)
        reply = self.said(atm.login("p2", "canary-p2"), CORRECT)
        self.assertEqual((reply["failed"], reply["last-login"]), ("3", "-"))
        reply = self.said(self.atm().login("p2", "canary-p2"), CORRECT)
        self.assertEqual(reply["failed"], "0")
        self.assertRegex(reply["last-login"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_every_refusal_is_the_same_bytes_and_a_new_greeting(self):
        atm = self.atm()
        k, other = os.urandom(32), os.urandom(32)
        wrapped = wire.wrap(atm.kpub, k)
        stale = atm.nonce
        broken = bytes(384)
        # An OAEP that is right, of a K that isn't 32 bytes.
        short = wire.wrap(atm.kpub, k[:31])
        empty = wire.wrap(atm.kpub, b"")
        oaep_sha1 = atm.kpub.encrypt(k, wire.padding.OAEP(
            wire.padding.MGF1(wire.hashes.SHA1()), wire.hashes.SHA1(), None))
        label = atm.kpub.encrypt(k, wire.padding.OAEP(
            wire.padding.MGF1(wire.hashes.SHA256()), wire.hashes.SHA256(),
            b"atm/1"))
        pkcs1 = atm.kpub.encrypt(k, wire.padding.PKCS1v15())
        good = "p3\ncanary-p3"
        causes = {
            "wrong password": dict(text="p3\nwrong"),
            "unknown id": dict(text="nobody\ncanary-p3"),
            "id in another case": dict(text="P3\ncanary-p3"),
            "password of another": dict(text="p3\ncanary-p4"),
            "OAEP": dict(text=good, wrapped=broken, k=k),
            "OAEP of all ones": dict(text=good, wrapped=b"\xff" * 384, k=k),
            "OAEP by SHA-1": dict(text=good, wrapped=oaep_sha1, k=k),
            "OAEP with a label": dict(text=good, wrapped=label, k=k),
            "PKCS 1 v1.5": dict(text=good, wrapped=pkcs1, k=k),
            "K of 31 bytes": dict(text=good, wrapped=short, k=k),
            "K of no bytes": dict(text=good, wrapped=empty, k=k),
            "another K": dict(text=good, wrapped=wrapped, k=other),
            "stale nonce": dict(text=good, nonce=stale),
            "another binding": dict(text=good, binding=bytes(32)),
            "tag": dict(text=good, sealed=os.urandom(272)),
            "no password": dict(text="p3\n"),
            "no LF": dict(text="p3"),
            "nothing": dict(text=""),
            "three lines": dict(text="p3\ncanary-p3\n"),
            "name at the end": dict(text="p3\ncanary-p3\nname"),
            "space before": dict(text=" p3\ncanary-p3"),
            "id too long": dict(text="p" * 33 + "\ncanary-p3"),
            "password of 65": dict(text="p3\n" + "x" * 65),
            "password with a control": dict(text="p3\ncanary-p3\t"),
            "password not UTF-8": dict(text=b"p3\n\xff\xfe"),
            "zero byte": dict(text=b"p3\n\0canary-p3"),
            "a bank's own account": dict(text=":adjust\nx"),
        }
        seen = {}
        for cause, parts in causes.items():
            reply = atm.ask(b"L", **parts)
            self.assertFalse(reply.sealed, cause)
            seen.setdefault(reply.raw, []).append(cause)
        self.assertEqual(list(seen), [REFUSED.encode()])
        self.said(atm.login("p3", "canary-p3"), CORRECT)

    def test_nonces_are_all_different(self):
        atm = self.atm()
        nonces = [atm.nonce]
        for _ in range(8):
            atm.login("p4", "wrong")
            nonces.append(atm.nonce)
        nonces += [self.atm().nonce for _ in range(8)]
        self.assertEqual(len(set(nonces)), len(nonces))

    def test_a_login_is_replayed_nowhere(self):
        atm, other = self.atm(), self.atm()
        body = atm.body(b"L", "p4\ncanary-p4")
        keys, key = atm.pending, atm.pending_k
        other.channel.write_frame(b"L", body)
        self.said(other.answer(), REFUSED)
        atm.channel.write_frame(b"L", body)
        atm.pending, atm.pending_k = keys, key
        self.said(atm.answer(), CORRECT)
        atm.cut()
        again = self.atm()
        again.channel.write_frame(b"L", body)
        self.said(again.answer(), REFUSED)

    def test_a_burnt_nonce_stays_burnt(self):
        """A failed attempt with it is enough."""
        atm = self.atm()
        nonce = atm.nonce
        self.said(atm.login("p4", "wrong"), REFUSED)
        self.said(atm.login("p4", "canary-p4", nonce=nonce), REFUSED)
        self.said(atm.login("p4", "canary-p4"), CORRECT)

    def test_another_types_seal_is_not_a_login(self):
        """The type byte is in the seal: an O's is no L's."""
        atm = self.atm()
        body = atm.body(b"O", "p4\ncanary-p4")
        atm.channel.write_frame(b"L", body)
        self.said(atm.answer(), REFUSED)

    def test_open_and_reversal_without_a_kiosk(self):
        atm = self.atm()
        reply = atm.reversal("p5", wire.make_txid(0))
        self.said(reply, NOT_ALLOWED)
        self.assertTrue(reply.sealed)
        # The G that followed makes a login possible on the same link.
        self.said(atm.login("p5", "canary-p5"), CORRECT)

    def test_open_and_reversal_that_fail_as_seals(self):
        atm = self.atm()
        for kind in (b"O", b"V"):
            for parts in (dict(sealed=os.urandom(272)),
                          dict(wrapped=bytes(384), k=bytes(32)),
                          dict(nonce=bytes(32)), dict(binding=bytes(32))):
                self.assertEqual(
                    atm.ask(kind, "p5\ncanary-p5\n", **parts).raw,
                    REFUSED.encode(), (kind, parts.keys()))

    def test_passwords_are_bytes(self):
        """64 bytes of UTF-8, with what looks like a hash in it."""
        secret = "\u00e4\u20ac\U0001f511.$y$.!#"
        secret += "x" * (64 - len(secret.encode()))
        served = self.fresh(start=False)
        served.write("password", served.read("password")
                     + "long %s\n" % secret)
        served.start()
        client = served.atm()
        self.addCleanup(client.close)
        self.said(client.login("long", secret[:-1]), REFUSED)
        self.said(client.login("long", secret + "x"), REFUSED)
        self.said(client.login("long", secret), CORRECT)

    def test_the_same_customer_at_several_atms(self):
        clients = [self.session("p6") for _ in range(5)]
        for client in clients:
            self.said(client.transfer(1, "p1", 1), SUCCESS)
        self.assertEqual(
            {client.balances() for client in clients},
            {("9995.00", "1000.00")})


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


class Locks(BankCase):
    """Attempts (section 6).  Other kiosks are other loopback addresses."""

    people = 12

    def guess(self, name, count, **parts):
        atm = self.atm(**parts)
        return [atm.login(name, "wrong").code for _ in range(count)]

    def test_the_third_is_401_the_next_423(self):
        self.assertEqual(self.guess("p1", 6), [401] * 3 + [423] * 3)
        reply = self.atm().login("p1", "canary-p1")
        self.assertEqual(
            (reply.raw, reply.sealed),
            (b"423 too many attempts, try again later", False))

    def test_an_unknown_id_is_locked_alike(self):
        self.assertEqual(self.guess("ghost", 5), [401] * 3 + [423] * 2)

    def test_other_kiosks_are_not(self):
        self.assertEqual(self.guess("p2", 4), [401] * 3 + [423])
        other = self.atm(source="127.0.0.2")
        self.said(other.login("p2", "canary-p2"), CORRECT)
        enrolled = self.atm(kiosk=self.bank.kiosk())
        self.said(enrolled.login("p2", "canary-p2"), CORRECT)
        # Their success has not cleared this one's count.
        self.assertEqual(self.guess("p2", 1), [423])

    def test_ids_are_counted_apart(self):
        self.guess("p3", 4)
        self.said(self.atm().login("p4", "canary-p4"), CORRECT)

    def test_a_success_clears(self):
        for _ in range(3):
            self.assertEqual(self.guess("p5", 2), [401, 401])
            self.said(self.atm().login("p5", "canary-p5"), CORRECT)

    def test_the_total_of_all_kiosks(self):
        codes = []
        for kiosk in range(2, 7):
            codes += self.guess("p6", 2, source="127.0.0.%d" % kiosk)
        self.assertEqual(codes, [401] * 10)
        self.assertEqual(
            self.atm(source="127.0.0.9").login("p6", "canary-p6").code, 423)
        # An enrolled kiosk where this ID never succeeded is no exception.
        self.assertEqual(self.atm(kiosk=self.bank.kiosk()).login(
            "p6", "canary-p6").code, 423)

    def test_the_total_does_not_hold_at_a_customers_own_branch(self):
        kiosk = self.bank.kiosk()
        self.said(self.atm(kiosk=kiosk).login("p7", "canary-p7"), CORRECT)
        for number in range(2, 7):
            self.guess("p7", 2, source="127.0.0.%d" % number)
        self.assertEqual(self.atm().login("p7", "canary-p7").code, 423)
        self.said(self.atm(kiosk=kiosk).login("p7", "canary-p7"), CORRECT)
        # That success cleared the total.
        self.said(self.atm().login("p7", "canary-p7"), CORRECT)

    def test_killing_the_bank_buys_no_guesses(self):
        self.assertEqual(self.guess("p8", 2), [401, 401])
        self.bank.kill_child("vault")
        atm = self.bank.atm_when_served()
        self.addCleanup(atm.close)
        self.assertEqual([atm.login("p8", "wrong").code for _ in range(2)],
                         [401, 423])
        self.bank.restart()
        self.assertEqual(self.atm().login("p8", "canary-p8").code, 423)

    def test_all_refused_for_other_causes_count_no_customer(self):
        """A seal that doesn't open names no ID."""
        atm = self.atm()
        for _ in range(5):
            self.said(atm.login("p9", "canary-p9", binding=bytes(32)), REFUSED)
        self.assertEqual(atm.login("p9", "canary-p9")["failed"], "0")

    def test_many_waiting_buy_no_guesses(self):
        """Sent at once over several links, no more than 3 are compared."""
        atms = [self.atm() for _ in range(4)]
        for atm in atms:
            atm.channel.write_frame(b"L", atm.body(b"L", "p10\nwrong"))
        codes = [atm.answer().code for atm in atms]
        for atm in atms:
            atm.channel.write_frame(b"L", atm.body(b"L", "p10\nwrong"))
        codes += [atm.answer().code for atm in atms]
        self.assertEqual(sorted(codes), [401] * 3 + [423] * 5)


class LockEnds(BankCase):
    options = {"login_lock_seconds": "2"}
    people = 2

    def test_it_ends_by_itself_and_leaves_0(self):
        """Tries while locked prolong nothing."""
        atm = self.atm()
        self.until_locked(atm, 3)
        bank.wait_for("the lock to end", lambda: atm.login(
            "p1", "wrong").code == 401, 10, every=0.1)
        # That was the first of a new row of three.
        self.until_locked(atm, 2)

    def until_locked(self, atm, more):
        """So many are refused, then it is locked; what was locked and is so
        no more when a late test looks begins a new row of three."""
        while True:
            for _ in range(more):
                began = time.monotonic()
                self.said(atm.login("p1", "wrong"), REFUSED)
            code = atm.login("p1", "wrong").code
            if code == 423:
                return
            self.assertEqual(code, 401)
            self.assertGreater(time.monotonic() - began, 2)
            more = 2


class Waiting(BankCase):
    """max_logins_waiting: more get E 429 at once, and may try again."""

    options = {"login_max_logins_waiting_per_address": "1",
               "login_max_logins_waiting": "2"}

    def refused(self):
        """An ATM that was told so; asked: before its question."""
        for _ in range(10):
            atms = [self.atm() for _ in range(8)]
            frames = [atm.body(b"L", "chris\ncanary-chris") for atm in atms]
            self.asked = time.monotonic()
            for atm, body in zip(atms, frames):
                atm.channel.write_frame(b"L", body)
            replies = [atm.answer() for atm in atms]
            codes = {reply.code for reply in replies}
            self.assertLessEqual(codes, {200, 429})
            self.assertIn(200, codes)
            for atm, reply in zip(atms, replies):
                if reply.code == 429:
                    return atm
        self.fail("never too many")

    def test_more_get_429_and_a_new_greeting(self):
        atm = self.refused()
        bank.wait_for("room for a login", lambda: atm.login(
            "chris", "canary-chris").code == 200)

    def test_it_is_read_again_a_little_later(self):
        """So that a flood of logins costs little; others are read at once."""
        atm, other = self.refused(), self.atm()
        body = atm.body(b"L", "chris\ncanary-chris")
        atm.channel.write_frame(b"L", body)
        self.said(other.login("fey", "canary-fey"), CORRECT)
        self.assertIn(atm.answer().code, (200, 429))
        self.assertGreater(time.monotonic() - self.asked, 0.8)


class WithoutAVault(unittest.TestCase):
    def test_e_503_and_a_close(self):
        with bank.Bank() as served:
            bank.kill(served.vault())
            seen = set()

            def attempt():
                try:
                    served.atm(timeout=5).close()
                    seen.add("served")
                except (OSError, Closed) as e:
                    seen.add(type(e).__name__)
                except Exception as e:
                    seen.add(str(e))
                return "served" in seen
            bank.wait_for("another vault", attempt)
            self.assertLessEqual(seen, {
                "served", "503 the bank cannot take transactions now",
                "Closed", "ConnectionRefusedError", "ConnectionResetError"})


if __name__ == "__main__":
    unittest.main()
