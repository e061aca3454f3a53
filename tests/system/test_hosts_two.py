# SPDX-License-Identifier: ISC
"""Two hosts of one bank on one PostgreSQL: money moves at both at once, what
is done on one is seen on the other, and both have the same in the end."""

import os
import re
import shutil
import signal
import threading
import unittest

from lib import atm, bank, hosts, postgres
from lib.case import SUCCESS

AGAIN = 30      # of each customer's
# The version, as the programs have it, and that of the next ones.
with open(os.path.join(bank.TOP, "Makefile")) as makefile:
    OLD = b"\0%s\0" % re.search(
        r"(?m)^VERSION = (\S+)", makefile.read())[1].encode()
NEW = b"\0" + b"9.9".ljust(len(OLD) - 1, b"\0")


def pay(host, name, to, count, sent):
    """Until all is acknowledged; notes what was."""
    atm = host.session(name)
    for _ in range(count):
        words = "1 %s 1 %s 0.01" % (atm.txid(), to)
        reply = atm.request(words).said()
        if reply != SUCCESS:
            raise bank.Failed("%s: %s" % (words, reply))
        sent.append((name, words))
    atm.close()


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class Hosts(unittest.TestCase):
    count, standby, store = 2, False, {}
    options = {"limits_rate": "0"}

    def setUp(self):
        self.hosts = self.make()
        self.addCleanup(self.hosts.__exit__, None, None, None)
        self.one, self.two = self.hosts[0], self.hosts[1]
        self.pg = self.hosts.pg
        self.sent = []

    def make(self):
        return hosts.Hosts(self.count, standby=self.standby,
                           store=self.store, **self.options)

    def load(self, count=15, pairs=(("chris", "fey"), ("fey", "joe"))):
        """Each host has a customer of its own who pays."""
        failed = []

        def work(*words):
            try:
                pay(*words)
            except Exception as error:   # pylint: disable=broad-except
                failed.append(error)
        workers = [threading.Thread(target=work, args=(
            host, *pair, count, self.sent))
            for host, pair in zip(self.hosts.all, pairs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failed:
            raise failed[0]

    def nothing_is_lost_or_doubled(self, host):
        """The newest requests, sent again, are known, and make no entry."""
        before = host.status("vault-entries")
        for name in sorted({name for name, _ in self.sent}):
            atm = host.session(name)
            for words in [words for customer, words in self.sent
                          if customer == name][-AGAIN:]:
                self.assertEqual(atm.request(words).said(), SUCCESS)
            atm.close()
        self.assertEqual(host.status("vault-entries"), before)

    def right_in_the_end(self):
        """Each host has every transaction that was acknowledged, by the
        model's replay, which knows no transaction twice."""
        self.hosts.same()
        for host in self.hosts.all:
            self.nothing_is_lost_or_doubled(host)
        for books in self.hosts.stop():
            for name, words in self.sent:
                self.assertIsNotNone(
                    books.entry_of(name, words.split()[1]), words)


class Together(Hosts):
    def test_money_moves_at_both(self):
        self.load()
        self.hosts.same()
        self.assertEqual(self.one.status("vault-chain"),
                         self.two.status("vault-chain"))
        self.nothing_is_lost_or_doubled(self.two)
        self.nothing_is_lost_or_doubled(self.one)
        rows = self.one.ctl_json("hosts", "list")
        self.assertEqual([row["host"] for row in rows], ["1", "2"])
        self.hosts.stop()

    def test_a_password_changed_here_ends_sessions_there(self):
        here, there = self.one.session("joe"), self.two.session("joe")
        self.assertEqual(here.request("PASSWORD %s\n%s" % (
            bank.DEMO["joe"], "canary-joe-2")).code, 200)
        with self.assertRaises(Exception):
            for _ in range(1000):
                there.request("BALANCE")
        self.hosts.stop()

    def test_a_killed_host_catches_up(self):
        self.load(5)
        self.two.kill()
        pay(self.one, "chris", "joe", 10, self.sent)
        self.two.start()
        self.hosts.same()
        self.nothing_is_lost_or_doubled(self.two)
        self.hosts.stop()

    def test_a_host_is_forgotten(self):
        self.two.kill()
        self.one.ctl("hosts", "forget", "2", "--reason", "burnt")
        record = self.one.ctl_json("audit")[-1]
        self.assertEqual(
            [record[name] for name in ("verb", "detail", "reason")],
            ["hosts forget", "2", "burnt"])
        rows = self.one.ctl_json("hosts", "list")
        self.assertEqual([row["host"] for row in rows], ["1"])
        result = self.one.ctl("hosts", "forget", "1", check=False)
        self.assertEqual(result.returncode, 65, result.stderr)

    def test_a_setting_that_differs_is_listed(self):
        self.two.stop()
        with open(self.two.config, "a") as f:
            f.write("[operators]\nfour_eyes_over = 5\n"
                    "[bank]\ncurrency = EUR\n[limits]\nrate = 7\n")
        self.two.start()
        # A test's bankd has these beside its file.
        given = {"login.hash_cost", "limits.rate"}
        wanted = {"bank.currency", "operators.four_eyes_over"}
        for host, others in (self.one, ["2"]), (self.two, ["1"]):
            bank.wait_for("the settings that differ", lambda: [
                set(row["settings"].split()) - given
                for row in host.ctl_json("hosts", "list")
                if row["host"] in others] == [wanted])
        self.hosts.stop()

    def test_a_stopped_host_catches_up(self):
        self.two.stop()
        pay(self.one, "chris", "joe", 10, self.sent)
        self.two.start()
        self.hosts.same()
        self.nothing_is_lost_or_doubled(self.two)
        self.hosts.stop()


class Upgrade(Hosts):
    """One host after the other, while the other one serves."""

    def next_version(self):
        """A copy of the programs that says so of itself; its bankd."""
        place = bank.fresh_directory("next")
        os.chmod(place, 0o755)
        for name in "bankd", "bankd-courier":
            path = os.path.join(place, name)
            shutil.copy(os.path.join(bank.BUILD, name), path)
            with open(path, "rb+") as f:
                data = f.read()
                self.assertIn(OLD, data, name)
                f.seek(0)
                f.write(data.replace(OLD, NEW))
        return os.path.join(place, "bankd")

    def versions(self):
        return [row["version"] for row in self.one.ctl_json("hosts", "list")]

    def test_one_after_the_other(self):
        program = self.next_version()
        self.load(3)
        other = {1: self.two, 2: self.one}
        for host, name in (self.two, "chris"), (self.one, "fey"):
            host.stop()
            pay(other[host.number], name, "joe", 5, self.sent)
            host.program = program
            host.start()
            bank.wait_for("its version", lambda: self.versions()[
                host.number - 1] == "9.9")
            self.load(3)
        self.assertEqual(self.versions(), ["9.9", "9.9"])
        self.right_in_the_end()


class Numbers(Hosts):
    """Two hosts started with one number: the second lets nobody in."""

    def check(self, host):
        result = bank.run(*host.command("-t"))
        return result.returncode, result.stdout + result.stderr

    def renumber(self, host, number):
        host.number = number
        host.share(self.hosts.connection, **self.hosts.store)

    def test_the_second_is_refused(self):
        self.two.stop()
        self.renumber(self.two, 1)
        code, said = self.check(self.two)
        self.assertNotEqual(code, 0, said)
        self.assertRegex(said, "host 1 is another bankd, at 127.0.0.1: give "
                         "each host a number of its own")
        self.two.start()
        self.two.log_has("host 1 is another bankd, at 127.0.0.1")
        with self.assertRaises((OSError, atm.Closed, atm.Refused)):
            self.two.atm().close()
        self.assertNotEqual(self.two.status("courier-role"), "primary")
        pay(self.one, "chris", "joe", 3, self.sent)
        self.keep_while_the_courier_is_replaced()
        pay(self.one, "chris", "joe", 3, self.sent)
        self.assertEqual(self.check(self.one)[0], 0)
        self.two.stop()
        self.renumber(self.two, 2)
        self.two.start()
        self.load(3)
        self.hosts.stop()

    def keep_while_the_courier_is_replaced(self):
        """The second asks for the number, which no session has meanwhile."""
        def asked():
            return int(self.two.status("courier-connects"))
        self.one.process.send_signal(signal.SIGSTOP)
        try:
            bank.kill(self.one.child("courier"))
            bank.wait_for("no session", lambda: self.sessions() == 0)
            enough = asked() + 2
            bank.wait_for("the second to ask", lambda: asked() >= enough)
            self.assertNotEqual(self.two.status("courier-role"), "primary")
            self.assertEqual(self.sessions(), 0)
            code, said = self.check(self.two)
            self.assertNotEqual(code, 0, said)
            self.assertRegex(said, "host 1 is another bankd, at \\S+:" +
                             re.escape(self.one.path("var")))
        finally:
            self.one.process.send_signal(signal.SIGCONT)
        bank.wait_for("a courier", lambda: self.one.status(
            "courier-role") == "primary")
        self.one.atm_when_served().close()

    def test_a_host_that_was_renumbered_is_listed(self):
        """By both numbers, until the old one is forgotten.  An older table
        takes no name twice, and the log says so."""
        self.pg.sql("ALTER TABLE host ADD CONSTRAINT one_name UNIQUE (name)")
        self.two.stop()
        self.renumber(self.two, 3)
        self.two.start()
        self.two.atm_when_served().close()
        self.two.log_has("host_untold why=.*one_name")
        self.pg.sql("ALTER TABLE host DROP CONSTRAINT one_name")

        def listed():
            return {row["host"]: row["name"]
                    for row in self.one.ctl_json("hosts", "list")}
        bank.wait_for("the host's new row", lambda: "3" in listed())
        names = listed()
        self.assertEqual(sorted(names), ["1", "2", "3"])
        self.assertEqual(names["2"], names["3"])
        self.one.ctl("-y", "hosts", "forget", "2")
        self.assertEqual(sorted(listed()), ["1", "3"])
        self.load(3)
        self.hosts.stop()

    def test_a_number_is_free_when_its_host_has_stopped(self):
        """A moment later."""
        self.one.stop()
        self.two.stop()
        self.renumber(self.two, 1)
        self.two.start()
        self.two.atm_when_served().close()
        pay(self.two, "chris", "joe", 3, self.sent)
        self.two.stop()

    def test_a_session_that_outlived_its_host_is_ended(self):
        """The server heard nothing of its end: the host itself goes on, and
        nobody else has the number meanwhile."""
        self.two.stop()
        cutter = postgres.Cutter(self.pg.primary)
        self.addCleanup(cutter.close)
        self.one.stop()
        self.one.share(self.pg.connection(port=cutter.port),
                       **self.hosts.store)
        self.one.start()
        pay(self.one, "chris", "joe", 3, self.sent)
        cutter.hold = True
        self.one.kill()
        self.assertEqual(self.sessions(), 1)
        self.renumber(self.two, 1)
        code, said = self.check(self.two)
        self.assertNotEqual(code, 0, said)
        self.assertIn("host 1 is another bankd", said)
        cutter.hold = False
        self.one.start()
        pay(self.one, "chris", "joe", 3, self.sent)
        self.assertEqual(self.sessions(), 1)
        self.renumber(self.two, 2)
        self.two.start()
        self.load(3)
        self.hosts.stop()

    def sessions(self):
        """Of hosts that serve by the number 1."""
        return int(self.pg.sql(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND objsubid = 2 AND objid = 1 AND granted AND database ="
            " (SELECT oid FROM pg_database"
            "  WHERE datname = current_database())"))


if __name__ == "__main__":
    unittest.main()
