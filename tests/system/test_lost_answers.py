# SPDX-License-Identifier: ISC
"""An operator's booking is carried out once, however often it is asked for:
bankctl deposit, adjust and reverse with answers that get lost
(bankctl(8))."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from lib import bank
from lib.bank import BANKCTL, run
from lib.case import SUCCESS, Operator

TXID = "0123456789abcdef0123456789abcdef"
EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 69, 73
EX_IOERR = 74


class Relay:
    """A control socket before the bank's.  `lose`: what is done with the
    answer that the bank gave; by default it is passed on."""

    def __init__(self, path, behind):
        self.behind, self.lose, self.requests = behind, None, []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    @staticmethod
    def _all(connection):
        data = b""
        while True:
            more = connection.recv(65536)
            if not more:
                return data
            data += more

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection:
                request = self._all(connection)
                if not request:
                    return
                self.requests.append(request.decode())
                with socket.socket(socket.AF_UNIX) as to_bank:
                    to_bank.connect(self.behind)
                    to_bank.sendall(request)
                    to_bank.shutdown(socket.SHUT_WR)
                    answer = self._all(to_bank)
                if self.lose is not None:
                    self.lose(connection, answer)
                else:
                    connection.sendall(answer)

    def close(self, path):
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(path)
        self.thread.join()
        self.listener.close()


class Lost(Operator):
    people = 6

    def setUp(self):
        super().setUp()
        # A path of a socket is short.
        self.place = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.place)
        with open(self.bank.config) as f:
            text = f.read()
        control = re.search("control_socket = (.*)", text)[1]
        behind = os.path.join(self.bank.path("etc"), control)
        self.socket = os.path.join(self.place, "relay")
        self.relay = Relay(self.socket, os.path.realpath(behind))
        self.addCleanup(self.relay.close, self.socket)
        self.config = self.bank.path("etc", "relay.ini")
        with open(self.config, "w") as f:
            f.write(text.replace(
                "control_socket = " + control,
                "control_socket = " + self.socket))
        self.notes = os.path.join(self.place, "bankctl")
        self.environment = {"XDG_STATE_HOME": self.place}

    def ask(self, *words, expect=0, env=None):
        result = run(BANKCTL, "-c", self.config, *words,
                     env=env or self.environment)
        self.assertEqual(result.returncode, expect,
                         result.stdout + result.stderr)
        return result

    def noted(self):
        return os.listdir(self.notes) if os.path.isdir(self.notes) else []

    def facts(self, result):
        return dict(line.split(None, 1)
                    for line in result.stdout.splitlines())

    def lost_and_asked_again(self, *words):
        """The facts of the second answer, of which the first one was lost in
        every way that there is."""
        ways = (lambda connection, answer: None,
                lambda connection, answer: connection.sendall(answer[:-1]),
                lambda connection, answer: connection.sendall(answer[:9]))
        for self.relay.lose in ways:
            said = self.ask(*words, expect=EX_IOERR).stderr
            self.assertIn("may have been booked or not", said)
            self.assertEqual(len(self.noted()), 1)
        self.relay.lose = None
        result = self.ask(*words)
        self.assertRegex(result.stderr, "was sent at 2.*not answered")
        self.assertEqual(self.noted(), [])
        return self.facts(result)

    def test_a_deposit(self):
        words = ("deposit", "p1", "1", "5", "--reason", "a gift")
        facts = self.lost_and_asked_again(*words)
        self.assertEqual(self.balances("p1")[0], "10005.00")
        self.assertEqual(facts["booked"], "before")
        self.assertEqual(facts["entry"], self.newest("p1")["seq"])
        self.bank.log_has(r"operator_repeat command=deposit on=p1")
        # What comes after an answer is another one.
        self.assertEqual(self.facts(self.ask(*words))["booked"], "now")
        self.assertEqual(self.balances("p1")[0], "10010.00")
        self.bank.log_has(r"(operator_deposit id=p1[\s\S]*){2}")
        self.assertEqual(self.bank.said.count("operator_deposit id=p1"), 2)

    def test_an_adjustment_of_an_account_that_was_closed_since(self):
        words = ("adjust", "p2", "1", "-10000", "--reason", "all")
        self.relay.lose = lambda connection, answer: None
        self.ask(*words, expect=EX_IOERR)
        self.bank.ctl("adjust", "p2", "2", "-1000", "--reason", "all")
        self.bank.ctl("close", "p2")
        self.relay.lose = None
        self.assertEqual(self.facts(self.ask(*words))["booked"], "before")
        said = self.ask(*words, expect=EX_DATAERR).stderr
        self.assertRegex(said, "no account p2: it was closed at 2")
        self.assertEqual(self.noted(), [])

    def test_a_reversal(self):
        seq = self.withdraw("p3", "40")
        facts = self.lost_and_asked_again("reverse", seq)
        self.assertEqual(facts["booked"], "before")
        self.assertEqual(self.balances("p3")[0], "10000.00")
        self.assertIn("reversed by entry %s" % facts["entry"], self.ask(
            "reverse", seq, expect=EX_DATAERR).stderr)

    def test_killed_before_its_answer(self):
        words = ("deposit", "p4", "2", "7", "--reason", "x")
        done, go_on = threading.Event(), threading.Event()

        def hold(connection, answer):
            done.set()
            go_on.wait(20 * bank.SLOW)
        self.relay.lose = hold
        process = subprocess.Popen(
            [BANKCTL, "-c", self.config, *words],
            env=dict(os.environ, **self.environment),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(done.wait(20 * bank.SLOW))
        process.kill()
        process.communicate()
        go_on.set()
        self.relay.lose = None
        self.assertEqual(self.facts(self.ask(*words))["booked"], "before")
        self.assertEqual(self.balances("p4")[1], "1007.00")

    def test_many_at_once(self):
        """Each that is answered is one booking, equal words or not."""
        words = ["deposit", "p5", "1", "1", "--reason", "x"]
        processes = [subprocess.Popen(
            [BANKCTL, "-c", self.config, *words],
            env=dict(os.environ, **self.environment), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(8)]
        entries = set()
        for process in processes:
            out, err = process.communicate(timeout=60 * bank.SLOW)
            self.assertEqual(process.returncode, 0, err)
            self.assertIn("now", out)
            entries.add(re.search(r"entry +(\d+)", out)[1])
        self.assertEqual(len(entries), 8)
        self.assertEqual(self.balances("p5")[0], "10008.00")
        self.assertEqual(self.noted(), [])

    def test_an_id_that_is_given(self):
        def give(txid, *words, **more):
            return self.ask(*words, "--id", txid, **more)
        words = ("deposit", "p6", "1", "3", "--reason", "x")
        txid = "0" * 31 + "1"
        self.assertEqual(self.facts(give(txid, *words))["id"], txid)
        # Not the reason, which no entry has; the amount as a value.
        for same in (words, words[:3] + ("3.0", "--reason", "y"),
                     ("adjust",) + words[1:3] + ("+3", "--reason", "y")):
            self.assertEqual(self.facts(give(txid, *same))["booked"],
                             "before")
        for other in (("deposit", "p5", "1", "3", "r"),
                      ("deposit", "p6", "2", "3", "r"),
                      ("deposit", "p6", "1", "4", "r"),
                      ("adjust", "p6", "1", "-3", "r"), ("reverse", "1")):
            said = give(txid, *other, expect=EX_DATAERR).stderr
            self.assertRegex(said, r"used for something else, entry \d+")
        self.assertEqual(self.balances("p6")[0], "10003.00")
        for none in ("0" * 32, "1" * 31, "1" * 33, "A" * 32, ""):
            self.assertIn("32 digits", give(
                none, *words, expect=EX_DATAERR).stderr)
        self.ask(*words, "--id", expect=EX_USAGE)
        self.ask("reverse", "--id", txid, expect=EX_USAGE)
        self.assertEqual(self.noted(), [])

    def test_no_customer_meets_it(self):
        """A customer's same ID is another one."""
        self.ask("deposit", "chris", "1", "1", "--reason", "x", "--id", TXID)
        atm = self.session("chris")
        txid = atm.txid()
        self.ask("deposit", "chris", "1", "1", "--reason", "x", "--id", txid)
        self.said(atm.request("1 %s 1 fey 1" % txid), SUCCESS)
        self.said(atm.request("OUTCOME " + TXID), "404 no such transaction")
        self.assertIn("before", self.ask(
            "deposit", "chris", "1", "1", "--reason", "x", "--id",
            txid).stdout)

    def test_a_bank_that_is_away(self):
        """Nothing was asked, so nothing is kept; but what was, is."""
        words = ("deposit", "p1", "2", "1", "--reason", "x")
        self.addCleanup(self.bank.start)
        self.bank.stop()
        result = run(BANKCTL, "-c", self.bank.config, *words,
                     env=self.environment)
        self.assertEqual(result.returncode, EX_UNAVAILABLE)
        self.assertEqual(self.noted(), [])

    def test_on_disk_before_it_is_asked(self):
        if bank.sanitized():
            self.skipTest("LeakSanitizer traces by itself")
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        trace = os.path.join(self.place, "trace")
        if run("strace", "-o", trace, "true").returncode != 0:
            self.skipTest("strace may not trace here")
        run("strace", "-f", "-o", trace, "-e",
            "trace=openat,fsync,connect,sendto", BANKCTL, "-c", self.config,
            "deposit", "p1", "1", "1", "--reason", "x",
            env=self.environment)
        with open(trace) as f:
            text = f.read()
        note = re.search(r'openat\((\d+), "[0-9a-f]{64}", [^=]*= (\d+)', text)
        self.assertIsNotNone(note, text)
        asked = text.index("sendto(")
        for fd in (note[1], note[2]):
            synced = [match.start() for match in re.finditer(
                r"fsync\(%s\) += 0" % fd, text) if match.start() > note.end()]
            self.assertTrue(synced and synced[0] < asked, text)

    def test_no_link_is_followed(self):
        words = ("deposit", "p1", "1", "1", "--reason", "a link")
        elsewhere = os.path.join(self.place, "elsewhere")
        os.mkdir(elsewhere)
        os.symlink(elsewhere, self.notes)
        before = self.balances("p1")
        self.assertIn("use --id", self.ask(
            *words, expect=EX_CANTCREAT).stderr)
        os.unlink(self.notes)
        # A note that is a link, of the name that it will have.
        self.relay.lose = lambda connection, answer: None
        os.mkdir(self.notes, 0o700)
        self.ask(*words, "--id", TXID, expect=EX_IOERR)
        self.ask("adjust", *words[1:], expect=EX_IOERR)
        note = os.path.join(self.notes, self.noted()[0])
        with open(note) as f:
            text = f.read()
        os.unlink(note)
        os.symlink(os.path.join(elsewhere, "victim"), note)
        self.ask("adjust", *words[1:], expect=EX_CANTCREAT)
        self.assertEqual(os.listdir(elsewhere), [])
        self.assertIn("adjust p1 1 1 a link", text)
        os.chmod(self.notes, 0o777)
        self.ask("adjust", *words[1:], expect=EX_CANTCREAT)
        self.assertNotEqual(self.balances("p1"), before)

    def test_where_the_notes_are(self):
        """The user's own places alone, one after the other."""
        words = ("adjust", "p1", "1", "1", "--reason", "a place")
        self.relay.lose = lambda connection, answer: None
        home = os.path.join(self.place, "home")
        os.mkdir(home)
        for env, where in (
                ({"XDG_STATE_HOME": self.place, "HOME": home}, self.notes),
                ({"XDG_STATE_HOME": "relative", "HOME": home},
                 home + "/.local/state/bankctl"),
                ({"XDG_STATE_HOME": "", "HOME": home},
                 home + "/.local/state/bankctl")):
            self.ask(*words, expect=EX_IOERR, env=env)
            self.assertEqual(len(os.listdir(where)), 1, where)
            self.assertEqual(os.stat(where).st_mode & 0o777, 0o700)
            shutil.rmtree(where)
        self.relay.lose = None
        if os.geteuid() != 0:
            return
        # Whose home isn't theirs, and who has none.
        user = 61234
        for path in (self.place, self.socket):
            os.chmod(path, 0o777)
        program = shutil.copy(BANKCTL, self.place)
        config = shutil.copy(self.config, self.place)
        os.chmod(config, 0o644)
        shared = "/var/tmp/bankctl-%d" % user
        self.addCleanup(shutil.rmtree, shared, ignore_errors=True)

        def ask(expect):
            result = run(
                "setpriv", "--reuid=%d" % user, "--regid=%d" % user,
                "--clear-groups", program, "-c", config, *words, cwd="/",
                env={"XDG_STATE_HOME": home, "HOME": home})
            self.assertEqual(result.returncode, expect, result.stderr)
            return result
        self.relay.lose = lambda connection, answer: None
        ask(EX_IOERR)
        self.relay.lose = None
        self.assertEqual(os.listdir(home), [".local"])
        self.assertEqual(os.stat(shared).st_uid, user)
        self.assertIn("before", ask(0).stdout)
        # What somebody else put there is not used.
        shutil.rmtree(shared)
        os.mkdir(shared, 0o777)
        self.assertIn("use --id", ask(EX_CANTCREAT).stderr)


class Repeats(Operator):
    """What the other commands do when they are asked again."""
    people = 2

    def test_close(self):
        for account in ("1", "2"):
            self.bank.ctl("adjust", "p1", account,
                          "-%s" % self.balances("p1")[int(account) - 1],
                          "--reason", "x")
        self.bank.ctl("close", "p1")
        self.refused(EX_DATAERR, "no account p1: it was closed at 2",
                     "close", "p1")

    def test_open_and_passwd(self):
        def ask(*words):
            return run(BANKCTL, "-c", self.bank.config, *words,
                       input="canary-opened\n")
        self.assertEqual(ask("open", "opened").returncode, 0)
        again = ask("open", "opened")
        self.assertEqual(again.returncode, EX_DATAERR)
        self.assertIn("bankctl account shows since when", again.stderr)
        for _ in range(2):
            self.assertEqual(ask("passwd", "opened").returncode, 0)
        self.session("opened").exit()

    def test_lock(self):
        for _ in range(2):
            self.bank.ctl("lock", "p2")
        for _ in range(2):
            self.bank.ctl("unlock", "p2")
        self.session("p2").exit()


if __name__ == "__main__":
    unittest.main()
