# SPDX-License-Identifier: ISC
"""A link that is lost in the middle, and a bank that lies: the real atm-tui
shows its customer one result, a true one."""

import os
import random
import time
import unittest

from lib import bank, fakebank, wire
from lib.case import BankCase
from lib.proxy import CUT_AFTER, CUT_BEFORE, PASS, Proxy

SUCCESS = "your transaction is successful"
CORRECT = "ID and password are correct"
TRANSFER = "%s\n%s\n1\n1\n%s\n5\n2\n3\n"


def is_request(way, size):
    return way == "up" and size == wire.RECORD_OF_S


class Cut(BankCase):
    weight = 30
    people = 20

    def one_transfer(self, number, decide, results=1):
        """p<number> sends 5 to p<number+1> through a proxy that cuts."""
        name, other = "p%d" % number, "p%d" % (number + 1)
        before = float(self.bank.lines()[name][0])
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            result = self.bank.plain(
                TRANSFER % (name, "canary-" + name, other), port=proxy.port)
            links = len(proxy.links)
        self.assertEqual(result.returncode, 0,
                         result.stdout + result.stderr)
        self.assertEqual(result.stdout.count(SUCCESS), results,
                         result.stdout)
        self.assertEqual(float(self.bank.lines()[name][0]), before - 5,
                         result.stdout)
        return links

    def cut_once(self, what, which):
        """Cuts the link at the which-th sealed record of the first link."""
        seen = []

        def decide(link, way, count, kind, size):
            if is_request(way, size) and link == 0:
                seen.append(count)
                if len(seen) == which:
                    return what
            return PASS
        return decide

    def test_before_the_request_arrives(self):
        self.assertGreater(
            self.one_transfer(1, self.cut_once(CUT_BEFORE, 1)), 1)

    def test_after_the_request_before_the_answer(self):
        self.assertGreater(
            self.one_transfer(3, self.cut_once(CUT_AFTER, 1)), 1)

    def test_in_the_question_that_follows(self):
        self.assertGreater(
            self.one_transfer(5, self.cut_once(CUT_BEFORE, 2)), 1)

    def test_the_answer_is_lost(self):
        """Down records after the request are cut."""
        state = {"asked": False, "cut": False}

        def decide(link, way, count, kind, size):
            if link == 0 and is_request(way, size):
                state["asked"] = True
            if (way == "down" and state["asked"] and not state["cut"]
                    and link == 0):
                state["cut"] = True
                return CUT_BEFORE
            return PASS
        self.assertGreater(self.one_transfer(7, decide), 1)

    def test_several_times_in_a_row(self):
        cuts = []

        def decide(link, way, count, kind, size):
            if is_request(way, size) and len(cuts) < 4:
                cuts.append(link)
                return CUT_AFTER if len(cuts) % 2 else CUT_BEFORE
            return PASS
        self.assertGreater(self.one_transfer(9, decide), 4)

    def test_anywhere(self):
        """At random records, before or after; the seed is printed."""
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        print("SEED=%d" % seed)
        chance = random.Random(seed)
        for _ in range(6):
            cuts = [0]

            def decide(link, way, count, kind, size):
                # Nothing before the login: that a customer may be asked
                # again there is another matter.
                if not asked and not is_request(way, size):
                    return PASS
                asked.append(link)
                if cuts[0] < 3 and chance.random() < 0.4:
                    cuts[0] += 1
                    return chance.choice((CUT_BEFORE, CUT_AFTER))
                return PASS
            asked = []
            self.one_transfer(11, decide)

    def test_a_front_that_dies(self):
        """In the middle of the transfer, by kill -9."""
        killed = []

        def decide(link, way, count, kind, size):
            if is_request(way, size) and not killed:
                killed.append(self.bank.kill_child("front"))
            return PASS
        self.assertGreater(self.one_transfer(13, decide), 1)

    def test_before_a_login_unseen(self):
        """A link that ends before the login is made anew."""
        cut = []

        def decide(link, way, count, kind, size):
            # The G of the first link is let through, then it is over.
            if link == 0 and way == "down" and count >= 4 and not cut:
                cut.append(link)
                return CUT_AFTER
            return PASS
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            result = self.bank.plain(
                "p15\ncanary-p15\n2\n3\n", port=proxy.port)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(CORRECT, result.stdout)

    def test_a_vault_that_dies(self):
        """The session is gone: no untrue result, and the next login here
        asks what became of it."""
        killed = []

        def decide(link, way, count, kind, size):
            if is_request(way, size) and not killed:
                killed.append(self.bank.kill_child("vault"))
            return PASS
        before = float(self.bank.lines()["p16"][0])
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            result = self.bank.plain(
                TRANSFER % ("p16", "canary-p16", "p17"), port=proxy.port)
        self.assertEqual(result.stdout.count(SUCCESS), 0, result.stdout)
        moved = before - float(self.bank.lines()["p16"][0])
        self.assertEqual(moved, 0)
        again = self.bank.plain("p16\ncanary-p16\n3\n")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn(CORRECT, again.stdout)

    def test_a_txid_left_over_is_asked(self):
        """The answer lost and the session too: the money has moved, and the
        customer is told at the next login."""
        done = []

        def decide(link, way, count, kind, size):
            if is_request(way, size):
                done.append(way)
            if way == "down" and done:
                # The answer is there and not let through.
                self.bank.kill_child("vault")
                proxy.refuse = True
                return CUT_BEFORE
            return PASS
        before = float(self.bank.lines()["p18"][0])
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            result = self.bank.plain(
                TRANSFER % ("p18", "canary-p18", "p19"), port=proxy.port,
                timeout=150)
        self.assertEqual(result.stdout.count(SUCCESS), 0, result.stdout)
        self.assertEqual(float(self.bank.lines()["p18"][0]), before - 5)
        again = self.bank.plain("p18\ncanary-p18\n3\n")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("Your earlier transfer of $5.00 to p19 was completed\n",
                      again.stdout)
        self.assertEqual(float(self.bank.lines()["p18"][0]), before - 5)

    def test_a_question_that_is_refused_is_asked_again(self):
        """A 503 says nothing about what was left over."""
        txid = wire.make_txid(int(time.time() * 1000))
        state = self.bank.path("atm-state")
        os.makedirs(state, exist_ok=True)
        # Of a kiosk that ended before the request went out.
        with open(os.path.join(state, txid), "w") as f:
            f.write("customer p19\nrequest 1 %s 1 p20 5\nend\n" % txid)
        self.bank.ctl("pause")
        self.addCleanup(self.bank.ctl, "resume")
        typed = "p19\ncanary-p19\n3\n"
        words = "Your earlier transfer of $5.00 to p20 was not completed"
        for _ in range(2):
            said = self.bank.plain(typed).stdout
            self.assertIn(CORRECT, said)
            self.assertNotIn(words, said)
        self.bank.ctl("resume")
        self.assertIn(words, self.bank.plain(typed).stdout)
        self.assertNotIn(words, self.bank.plain(typed).stdout)


class Liar(unittest.TestCase):
    """The fake bank with the real bank's keys, as a taken-over front is not
    even: what it says falsely is never shown as a result."""

    weight = 20

    def setUp(self):
        self.real = bank.Bank(start=False)
        self.addCleanup(self.real.close)

    def play(self, typed="chris\n1234\n1\n1\nfey\n5\n3\n", timeout=120,
             **hooks):
        with fakebank.FakeBank(self.real.path("etc"), **hooks) as fake:
            kiosk = self.real.atm_config()["kiosk"]
            if kiosk.get("name"):
                fake.enrol(self.real.kiosk())
            self.fake = fake
            return self.real.plain(typed, port=fake.port, timeout=timeout)

    def test_an_honest_one_first(self):
        result = self.play()
        self.assertEqual(result.returncode, 0,
                         result.stdout + result.stderr)
        self.assertEqual(result.stdout.count(SUCCESS), 1)
        self.assertEqual(self.fake.money["fey"][1], 100500)

    def test_a_plain_402_for_a_transfer(self):
        """Once; then the honest answer on a resumed link is the result."""
        lied = []

        def lie(connection, text):
            if text.startswith("1 ") and not lied:
                lied.append(text)
                connection.bank.request(connection.session, text)
                connection.refuse("402 Your account does not have enough"
                                  " funds")
                return True
            return None
        result = self.play(on_request=lie)
        self.assertNotIn("enough funds", result.stdout)
        self.assertEqual(result.stdout.count(SUCCESS), 1, result.stdout)
        self.assertEqual(self.fake.money["fey"][1], 100500)

    def asked_twice(self, spoil):
        """The first answer is spoilt; the ATM must resume and ask again
        with the same txid."""
        seen = []

        def hook(connection, text):
            if not text.startswith("1 "):
                return None
            seen.append(text)
            if len(seen) > 1:
                return None
            reply = connection.bank.request(connection.session, text)
            spoil(connection, connection.seal(reply))
            return True
        result = self.play(on_request=hook)
        self.assertEqual(result.stdout.count(SUCCESS), 1, result.stdout)
        self.assertEqual(len(set(seen)), 1, seen)
        self.assertGreaterEqual(len(seen), 2)
        self.assertEqual(self.fake.money["fey"][1], 100500)

    def test_one_bit_of_an_answer(self):
        self.asked_twice(lambda c, sealed: c.send(
            b"S", sealed[:5] + bytes([sealed[5] ^ 1]) + sealed[6:]))

    def test_an_answer_cut_short(self):
        self.asked_twice(lambda c, sealed: c.send(b"S", sealed[:-256]))

    def test_a_wrong_type(self):
        self.asked_twice(lambda c, sealed: c.send(b"X", sealed))

    def test_a_wrong_number(self):
        def spoil(connection, sealed):
            connection.keys.down.counter += 1
            connection.reply("200 " + SUCCESS)
        self.asked_twice(spoil)

    def test_a_greeting_for_an_answer(self):
        self.asked_twice(lambda c, sealed: c.greet())

    def test_an_unanswered_one_and_a_cut(self):
        self.asked_twice(lambda c, sealed: c.cut())

    def test_an_answer_twice(self):
        """The second copy opens no more: a lost link, not a second result."""
        def twice(connection, text):
            if text.startswith("1 "):
                sealed = connection.seal(connection.bank.request(
                    connection.session, text))
                connection.send(b"S", sealed)
                connection.send(b"S", sealed)
                return True
            return None
        result = self.play(on_request=twice)
        self.assertEqual(result.stdout.count(SUCCESS), 1, result.stdout)
        self.assertEqual(self.fake.money["fey"][1], 100500)

    def test_a_resumption_of_too_many(self):
        """E 429 to the R: no second R, no untrue result; the next login asks
        what became of the transfer."""
        seen, resumed = [], []

        def lose(connection, text):
            if text.startswith("1 "):
                seen.append(text)
                connection.bank.request(connection.session, text)
                connection.cut()
                return True
            return None

        def refuse(connection, kind, body):
            if kind == b"R":
                resumed.append(body)
                connection.refuse("429 too many sessions")
                connection.greet()
                return True
            return None
        result = self.play(on_request=lose, on_frame=refuse)
        self.assertEqual((len(seen), len(resumed)), (1, 1), result.stdout)
        self.assertNotIn(SUCCESS, result.stdout)
        self.assertIn("Check your statement", result.stdout)
        self.assertNotEqual(result.returncode, 0)
        # The same bank, as it goes on.
        first = self.fake.first

        def remember(connection, text):
            connection.bank.first = first
            return None
        again = self.play("chris\n1234\n3\n", on_request=remember)
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("Your earlier transfer", again.stdout)
        self.assertEqual(self.fake.asked[0],
                         "OUTCOME " + seen[0].split(" ")[1])

    def test_nonsense_for_ever(self):
        """It resumes, is asked again, and never seals an answer: the session
        is given up long before the grace time, with no untrue result."""
        seen = []

        def spoil(connection, text):
            if text.startswith("1 "):
                seen.append(text)
                connection.send(b"S", os.urandom(272))
                return True
            return None
        result = self.play(on_request=spoil)
        self.assertEqual(len(seen), 5)
        self.assertEqual(len(set(seen)), 1)
        self.assertNotIn(SUCCESS, result.stdout)
        self.assertIn("Check your statement", result.stdout)
        self.assertNotEqual(result.returncode, 0)

    def test_nonsense_now_and_then(self):
        """An honest answer in between, and the session goes on."""
        seen = []

        def spoil(connection, text):
            if text == "2":
                seen.append(text)
                if len(seen) % 3:
                    connection.send(b"S", os.urandom(272))
                    return True
            return None
        result = self.play("chris\n1234\n%s3\n" % ("2\n" * 4),
                           on_request=spoil)
        self.assertEqual(len(seen), 12)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_login_accepted_by_one_without_kprb(self):
        """An S that doesn't open is no acceptance."""
        def accept(connection, kind, body):
            if kind == b"L":
                connection.send(b"S", os.urandom(272))
                return True
            return None
        result = self.play(on_frame=accept, timeout=150)
        self.assertNotIn(CORRECT, result.stdout)
        self.assertNotEqual(result.returncode, 0)

    def test_a_plain_200_is_no_login(self):
        def accept(connection, kind, body):
            if kind == b"L":
                connection.refuse("200 ID and password are correct")
                return True
            return None
        result = self.play(on_frame=accept, timeout=150)
        self.assertNotIn(CORRECT, result.stdout)
        self.assertNotEqual(result.returncode, 0)

    def test_control_characters_are_never_shown(self):
        painted = []

        def paint(connection, text):
            if text == "2" and not painted:
                painted.append(text)
                connection.reply("200-savings 1.00\x1b[31m\n"
                                 "200-checking 2.00\x07\n200 balances")
                return True
            return None
        result = self.play("chris\n1234\n2\n3\n", on_request=paint)
        self.assertNotIn("\x1b", result.stdout)
        self.assertNotIn("\x07", result.stdout)


if __name__ == "__main__":
    unittest.main()
