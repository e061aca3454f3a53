# SPDX-License-Identifier: ISC
"""The first frame: envelope, refusals that are all alike, nonces, O and V,
locks, and logins that wait (atm-protocol(7), sections 3 and 6)."""

import os
import time
import unittest

from lib import bank, wire
from lib.atm import Closed
from lib.case import (CORRECT, FREE, LOCKED, NOT_ALLOWED, REFUSED, SUCCESS,
                      BankCase, Files)


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


class Frozen(BankCase):
    """An operator has locked the account: who knows the password is told so,
    and whom to call; nobody else learns anything."""

    people = 3
    options = {"login_branch_line": "Call 555-0100"}
    words = b"423 too many attempts, try again later; Call 555-0100"

    def lock(self, name):
        self.bank.ctl("-y", "lock", name, "--reason", "card lost")

    def test_the_right_password_is_told_a_wrong_one_is_not(self):
        self.lock("p1")
        atm = self.atm()
        reply = atm.login("p1", "wrong")
        self.assertEqual(
            (reply.raw, reply.sealed), (REFUSED.encode(), False))
        reply = atm.login("p1", "canary-p1")
        self.assertEqual((reply.raw, reply.sealed), (self.words, False))
        self.bank.log_has("login_refused id=p1 ")
        self.bank.ctl("-y", "unlock", "p1")
        reply = self.said(atm.login("p1", "canary-p1"), CORRECT)
        self.assertEqual(reply["last-login"], "-")

    def test_a_new_password_unlocks_nothing(self):
        self.lock("p3")
        said = self.bank.ctl("-y", "passwd", "--one-time", "p3")
        self.assertIn("p3 has to choose another password at the next login, "
                      "and is locked out still: see unlock", said.stderr)
        made = said.stdout.split()[-1]
        for secret in made, "canary-p3-new":
            self.assertEqual(self.bank.ctl_json("account", "p3")[0]["state"],
                             "locked")
            atm = self.atm()
            self.assertEqual(atm.login("p3", secret).raw, self.words)
            if secret == made:
                said = bank.run(bank.BANKCTL, "-y", "-c", self.bank.config,
                                "passwd", "p3", input="canary-p3-new\n")
                self.assertIn("p3 has a new password, and is locked out "
                              "still: see unlock", said.stderr)
        self.bank.ctl("-y", "unlock", "p3")
        self.said(self.atm().login("p3", "canary-p3-new"), CORRECT)

    def test_guesses_are_bounded_as_ever(self):
        self.lock("p2")
        atm = self.atm()
        codes = [atm.login("p2", "wrong").code for _ in range(4)]
        self.assertEqual(codes, [401] * 3 + [423])
        # The same bytes for all that is locked.
        self.assertEqual(atm.login("p2", "canary-p2").raw, self.words)
        ghosts = [atm.login("ghost", "wrong").raw for _ in range(4)]
        self.assertEqual(ghosts[3], self.words)


class NothingToTell(BankCase):
    """Without a line of the bank's, a lock is a wrong password, to all."""

    people = 1

    def test_a_right_password_is_a_wrong_one(self):
        self.bank.ctl("-y", "lock", "p1", "--reason", "card lost")
        atm = self.atm()
        replies = [atm.login("p1", secret).raw
                   for secret in ("canary-p1", "wrong") * 2]
        self.assertEqual(replies, [REFUSED.encode()] * 3 + [LOCKED.encode()])
        self.bank.log_has("login_refused id=p1 ")


class FrozenByHand(Files):
    def test_a_lock_of_the_file_is_one_too(self):
        """And a lock without a hash is never right."""
        served = self.hand_made("p1 canary-p1\np2 !\n", "p1 1 0\np2 1 0\n",
                                login_branch_line="Call 555-0100")
        served.ctl("-y", "lock", "p1")
        self.assertEqual(self.login(served, "p1", "canary-p1"),
                         LOCKED + "; Call 555-0100")
        self.assertEqual(self.login(served, "p2", "canary-p2"), REFUSED)
        self.assertEqual(self.login(served, "p2", "!"), REFUSED)
        served.stop()
        served.start()
        self.assertEqual(self.login(served, "p1", "canary-p1"),
                         LOCKED + "; Call 555-0100")


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
