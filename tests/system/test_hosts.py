# SPDX-License-Identifier: ISC
"""A kiosk whose bank has several hosts: where it turns to, what it asks there,
and that its customer sees one result, a true one.  The hosts are fake banks
that share money and outcomes, and two real ones of which one is a copy."""

import os
import shutil
import socket
import unittest

from lib import bank, fakebank, proxy
from lib.case import PrivateCase

SUCCESS = "your transaction is successful"
CORRECT = "ID and password are correct"
TRANSFER = "chris\n1234\n1\n1\nfey\n5\n2\n3\n"


class Hosts(unittest.TestCase):
    weight = 10

    def setUp(self):
        self.real = bank.Bank(start=False)
        self.addCleanup(self.real.close)
        self.hosts = []

    def host(self, **hooks):
        """One more host of the same bank."""
        made = fakebank.FakeBank(self.real.path("etc"), **hooks)
        self.addCleanup(made.close)
        made.enrol(self.real.kiosk())
        if self.hosts:
            made.share(self.hosts[0])
        self.hosts.append(made)
        return made

    def play(self, typed=TRANSFER, hosts=None, timeout=120):
        """A visit at a kiosk that knows all hosts, or these addresses."""
        names = hosts or ["%s:%d" % (h.address, h.port) for h in self.hosts]
        state = self.real.path("atm-state")
        os.makedirs(state, exist_ok=True)
        return bank.run(
            bank.ATM_TUI, "-p", "-c", self.real.path("etc", "atm.ini"),
            "-o", "kiosk.state=" + state, "-o",
            "bank.host=" + " ".join(names), input=typed, timeout=timeout)

    def at(self, number):
        return "127.0.0.1:%d" % self.hosts[number].port

    def is_served(self, result, results=1):
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stdout.count(CORRECT), 1, result.stdout)
        self.assertEqual(result.stdout.count(SUCCESS), results, result.stdout)
        self.assertEqual(
            self.hosts[0].money["fey"][1], 100000 + 500 * results)

    def test_the_first_is_taken(self):
        self.host()
        self.host()
        self.is_served(self.play())
        self.assertEqual(self.hosts[1].asked, [])

    def test_one_that_refuses(self):
        self.host()
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.is_served(self.play(hosts=[
                "127.0.0.1:%d" % nobody.getsockname()[1], self.at(0)]))

    def test_one_that_is_not_known(self):
        self.host()
        self.is_served(self.play(hosts=["no.such.host.invalid", self.at(0)]))

    def test_one_that_hears_nothing(self):
        self.host()
        with proxy.deaf() as port:
            self.is_served(self.play(hosts=[
                "127.0.0.1:%d" % port, self.at(0)]))

    def test_one_that_says_nothing(self):
        self.host()
        with socket.create_server(("127.0.0.1", 0)) as mute:
            self.is_served(self.play(hosts=[
                "127.0.0.1:%d" % mute.getsockname()[1], self.at(0)]))

    def test_one_that_turns_all_away(self):
        self.host().turned_away = "503 the bank cannot take transactions now"
        self.host()
        self.is_served(self.play())

    def test_one_that_is_another_bank(self):
        """It is not spoken to; the next one is."""
        directory = bank.fresh_directory("stranger")
        fakebank.make_keys(directory)
        with fakebank.FakeBank(directory) as stranger:
            self.host()
            self.is_served(self.play(hosts=[
                "127.0.0.1:%d" % stranger.port, self.at(0)]))
            self.assertEqual(stranger.asked, [])

    def logins(self, first):
        """What comes of a login at a host that takes it like this."""
        sent = []

        def hook(connection, kind, body):
            if kind != b"L":
                return None
            sent.append(body)
            return first(connection)
        self.host(on_frame=hook)
        self.host()
        result = self.play()
        self.assertEqual(len(sent), 1)
        return result

    def test_a_login_that_is_lost(self):
        self.is_served(self.logins(lambda connection: False))

    def test_a_login_that_gets_503(self):
        def refuse(connection):
            connection.refuse("503 the bank cannot take transactions now")
            connection.greet()
            return True
        self.is_served(self.logins(refuse))

    def test_a_login_that_gets_no_answer(self):
        self.is_served(self.logins(lambda connection: True))

    def test_all_say_503(self):
        """Each is asked once; the customer is told, and the kiosk ends."""
        asked = []

        def refuse(connection, kind, body):
            asked.append(connection.bank.port)
            connection.refuse("503 the bank cannot take transactions now")
            connection.greet()
            return True
        self.host(on_frame=refuse)
        self.host(on_frame=refuse)
        result = self.play()
        self.assertEqual(asked, [h.port for h in self.hosts])
        self.assertEqual(result.returncode, 1)
        self.assertIn("the bank cannot take transactions now", result.stdout)

    def test_a_wrong_password_is_wrong_everywhere(self):
        """Nobody gets more guesses by more hosts."""
        seen = []
        self.host(on_frame=lambda c, kind, body: seen.append("first"))
        self.host(on_frame=lambda c, kind, body: seen.append("second"))
        result = self.play("chris\n9999\n")
        self.assertEqual((result.returncode, seen), (1, ["first"]))

    def test_a_session_is_resumed_at_its_host(self):
        """Though another one is there: only its own knows the session."""
        kinds = []

        def cut(connection, text):
            if text.startswith("1 ") and len(kinds) < 3:
                connection.bank.request(connection.session, text)
                connection.cut()
                return True
            return None
        self.host(on_frame=lambda c, kind, body: kinds.append(kind),
                  on_request=cut)
        self.host()
        self.is_served(self.play())
        self.assertIn(b"R", kinds)
        self.assertEqual(self.hosts[1].asked, [])

    def test_a_session_whose_host_is_gone(self):
        """For the grace time it is looked for; then another host says what
        became of the transfer."""
        gone, resumed = [], []

        def die(connection, text):
            if text.startswith("1 "):
                gone.append(text)
                connection.bank.request(connection.session, text)
                connection.bank.turned_away = (
                    "503 the bank cannot take transactions now")
                connection.cut()
                return True
            return None
        self.host(on_request=die).grace = 3
        self.host(on_frame=lambda c, kind, body: resumed.append(kind)
                  if kind == b"R" else None)
        result = self.play()
        self.assertEqual(result.returncode, 1)
        self.assertNotIn(SUCCESS, result.stdout)
        self.assertIn("Check your statement", result.stdout)
        self.assertEqual(resumed, [])
        again = self.play("chris\n1234\n3\n")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("Your earlier transfer of $5.00 to fey was completed",
                      again.stdout)
        self.assertEqual(self.hosts[1].asked[0],
                         "OUTCOME " + gone[0].split(" ")[1])
        self.assertEqual(self.hosts[0].money["fey"][1], 100500)

    def test_nobody_is_there(self):
        with socket.socket() as one, socket.socket() as other:
            names = []
            for nobody in (one, other):
                nobody.bind(("127.0.0.1", 0))
                names.append("127.0.0.1:%d" % nobody.getsockname()[1])
            result = self.play(hosts=names)
        self.assertEqual(result.returncode, 1)
        self.assertIn("%s, %s: " % tuple(names), result.stderr)


class RealHosts(PrivateCase):
    def test_after_a_kill(self):
        """The host dies, and a copy of its state takes over: the same
        customer, at the same kiosk, with the same money."""
        first = self.bank(start=True)
        typed = "chris\ncanary-chris\n1\n1\nfey\n5\n2\n3\n"
        first.stop()
        directory = bank.fresh_directory("second")
        os.rmdir(directory)
        shutil.copytree(first.directory, directory)
        second = bank.Bank(directory=directory, keep=True)
        self.addCleanup(second.close)
        first.start()
        names = "%s:%d %s:%d" % (
            first.address, first.port, second.address, second.port)
        state = first.path("atm-state")
        os.makedirs(state, exist_ok=True)

        def visit():
            return bank.run(
                bank.ATM_TUI, "-p", "-c", first.path("etc", "atm.ini"), "-o",
                "kiosk.state=" + state, "-o", "bank.host=" + names,
                input=typed)
        self.assertEqual(visit().stdout.count(SUCCESS), 1)
        self.assertEqual(float(first.lines()["chris"][0]), 9995)
        self.assertEqual(float(second.lines()["chris"][0]), 10000)
        first.kill()
        self.assertEqual(visit().stdout.count(SUCCESS), 1)
        self.assertEqual(float(second.lines()["chris"][0]), 9995)


if __name__ == "__main__":
    unittest.main()
