# SPDX-License-Identifier: ISC
"""A bank whose journal is a PostgreSQL database, with one host: the way there
and what is refused on it, the courier's death and the database's."""

import contextlib
import itertools
import os
import random
import shutil
import signal
import sqlite3
import unittest
from unittest import mock

from lib import atm, bank, faults, hosts, model, postgres, schema
from lib.case import SUCCESS

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_CONFIG = 64, 65, 69, 78
LOST = (atm.Closed, atm.Refused, atm.TimedOut, OSError, AssertionError)


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class OneHost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pg = postgres.Postgres()
        cls.addClassCleanup(cls.pg.close)

    def setUp(self):
        self.hosts = hosts.Hosts(1, start=False, pg=self.pg)
        self.addCleanup(self.hosts.__exit__, None, None, None)
        self.host = self.hosts[0]

    def start_behind_a_cutter(self):
        """The host serves; the cutter that its courier speaks through."""
        cutter = postgres.Cutter(self.pg.primary)
        self.addCleanup(cutter.close)
        self.host.share(self.pg.connection(port=cutter.port),
                        durability="none")
        self.host.start()
        return cutter

    def pay(self, count, name="chris", to="fey"):
        client = self.host.session(name)
        for _ in range(count):
            self.assertEqual(client.request(
                "1 %s 1 %s 0.01" % (client.txid(), to)).said(), SUCCESS)
        client.close()

    def entries(self):
        return int(self.host.status("vault-entries"))

    def refused(self, code, pattern, *words):
        result = self.host.ctl(*words, check=False)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertRegex(result.stderr, pattern)

    def check(self, *more):
        """bankd -t: its code and what it says."""
        result = bank.run(*self.host.command("-t", *more))
        return result.returncode, result.stdout + result.stderr


class Life(OneHost):
    def test_serves_and_the_database_has_the_lots(self):
        self.host.start()
        self.pay(5)
        lot = self.host.lot()
        self.assertEqual(
            int(self.pg.sql("SELECT max(n) FROM lot")), lot)
        self.assertIn("bankd: courier", bank.command_line(
            self.host.courier()))
        rows = self.host.ctl_json("hosts", "list")
        self.assertEqual([row["host"] for row in rows], ["1"])
        self.host.stop()
        model.check(self.host)
        self.host.start()
        self.pay(1)
        self.host.stop()
        model.check(self.host)

    def test_what_was_answered_is_read(self):
        """By root, who reads bank.db, which follows a bit later."""
        self.host.start()
        for count in range(1, 9):
            self.pay(1)
            self.assertEqual(
                self.host.ctl("export").stdout.count(",transfer,"), count)
            self.assertEqual(
                self.host.ctl("statement", "chris").stdout.count(
                    "transfer to fey"),
                count)

    def test_no_customer_can_be_read_in_the_database(self):
        self.host.start()
        self.pay(3)
        self.host.stop()
        found = self.pg.sql(
            "SELECT count(*) FROM lot WHERE position('chris'::bytea in data)"
            " > 0 OR position('$y$'::bytea in data) > 0")
        self.assertEqual(found, "0")

    def test_no_nonce_is_used_twice(self):
        for _ in range(2):
            self.host.start()
            self.pay(3)
            self.host.stop()
        self.assertEqual(self.pg.sql(
            "SELECT count(*) FROM (SELECT host, boot, counter FROM lot"
            " GROUP BY 1, 2, 3 HAVING count(*) > 1) AS twice"), "0")
        self.assertEqual(self.pg.sql(
            "SELECT count(DISTINCT boot) FROM lot"), "3")

    def test_a_killed_host_catches_up(self):
        self.host.start()
        self.pay(20)
        entries = self.entries()
        self.host.kill()
        self.host.start()
        self.assertEqual(self.entries(), entries)
        self.pay(1)
        self.host.stop()
        model.check(self.host)

    def test_a_killed_courier_is_replaced(self):
        self.host.start()
        self.pay(3)
        for _ in range(3):
            self.host.kill_child("courier")
            self.host.atm_when_served().close()
            self.pay(2)
        self.assertEqual(self.host.status("courier-restarts"), "3")
        self.host.stop()
        model.check(self.host)

    def test_no_memory_for_the_link_to_a_courier(self):
        """The vault lives, so that courier must end and another come."""
        faulty = faults.Faulty("bankd")
        self.host.program = faulty.program
        self.host.start()
        for nth in 1, 2, 3:
            faulty.memory("vault", nth)
            self.host.kill_child("courier")
            bank.wait_for("an allocation that failed",
                          lambda: faulty.failed("vault"))
            faulty.memory("vault", 0)
            self.host.atm_when_served().close()
            self.pay(1)
        self.host.stop()
        model.check(self.host)


class Walk(OneHost):
    """bankctl verify --journal: lots beside entries."""

    def walk(self, served):
        """Of all of it: a bank.db that is behind has it a bit later."""
        def even():
            facts = served.ctl_json("verify", "--journal")[0]
            return facts if facts["lots-behind"] == "0" else None
        fact = bank.wait_for("a bank.db with all lots", even)
        return int(fact["first-lot"]), int(fact["last-lot"]), int(
            fact["entries"])

    def test_of_a_database(self):
        self.host.start()
        self.pay(7)
        first, last, entries = self.walk(self.host)
        self.assertEqual((last, entries), (self.host.lot(), 7))
        self.host.stop()
        self.assertEqual(self.walk(self.host), (first, last, entries))
        self.pg.sql("UPDATE lot SET data = data || 'x' WHERE n = %d" % last)
        self.refused(EX_UNAVAILABLE, "lot %d in the database isn't what" % last,
                     "verify", "--journal")

    def test_each_answer_of_the_database_is_lost(self):
        """A walk that is asked again is the same walk."""
        cutter = self.start_behind_a_cutter()
        self.pay(7)
        self.host.stop()
        walk, lost = self.walk(self.host), 0
        while cutter.cuts == lost:
            cutter.lose, cutter.after = True, lost
            self.assertEqual(self.walk(self.host), walk)
            lost += 1
        print("# %d answers lost" % cutter.cuts)
        self.assertGreater(cutter.cuts, 3)

    def test_of_a_file(self):
        served = bank.Bank()
        self.addCleanup(served.close)
        client = served.session()
        for _ in range(7):
            self.assertEqual(client.request(
                "1 %s 1 fey 0.01" % client.txid()).said(), SUCCESS)
        client.close()
        first, last, entries = self.walk(served)
        self.assertGreaterEqual(entries, 7)
        self.assertLess(first, last)
        served.stop()
        self.assertEqual(self.walk(served)[2], entries)
        with contextlib.closing(sqlite3.connect(
                served.file("bank.db"))) as db, db:
            db.execute("UPDATE entry SET time = time + 1 WHERE seq ="
                       " (SELECT max(seq) - 2 FROM entry)")
        result = served.ctl("verify", "--journal", check=False)
        self.assertEqual(result.returncode, EX_DATAERR, result.stderr)
        self.assertIn("another entry than bank.db", result.stderr)


class LostAnswers(OneHost):
    def test_a_lot_whose_answer_is_lost_is_there_once(self):
        cutter = self.start_behind_a_cutter()
        client = self.host.session()
        before, sent = self.entries(), []
        for i in range(12):
            words = "1 %s 1 fey 0.01" % client.txid()
            cutter.lose = i % 3 == 0
            self.assertEqual(client.request(words).said(), SUCCESS)
            sent.append(words)
        self.assertGreater(cutter.cuts, 2)
        for words in sent:
            self.assertEqual(client.request(words).said(), SUCCESS)
        self.assertEqual(self.entries(), before + len(sent))
        self.host.stop()
        model.check(self.host)


class Away(OneHost):
    """The database is away: bankd stays up, lets nobody in, and comes back
    by itself."""

    def turned_away(self):
        def refused():
            try:
                self.host.atm().close()
            except (OSError, atm.Closed, atm.Refused):
                return True
            return False
        bank.wait_for("the host to let nobody in", refused, 30)
        self.assertTrue(self.host.running())

    def test_at_a_start_and_later(self):
        self.host.start()
        self.pay(2)
        self.host.stop()
        self.pg.primary.stop()
        try:
            self.host.start()
            self.turned_away()
            self.assertNotEqual(self.host.status("courier-role"), "primary")
        finally:
            self.pg.primary.start()
        self.host.atm_when_served().close()
        self.pay(2)
        self.pg.primary.kill()
        self.turned_away()
        self.pg.primary.start()
        self.host.atm_when_served(timeout=60).close()
        self.pay(2)
        self.host.stop()
        model.check(self.host)


    def test_a_kill_while_it_waits(self):
        """The vault ends with its monitor, whatever it waits for."""
        self.host.share(self.hosts.connection, durability="none",
                        patience="1", give_up="3600")
        self.host.start()
        client = self.host.session()
        pids = self.pg.primary.pids()
        for pid in pids:
            bank.freeze(pid)
        try:
            client.send("1 %s 1 fey 0.01" % client.txid())
            self.host.log_has("journal_silent")
            self.host.kill()
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        self.host.start()
        self.pay(1)
        self.host.stop()
        model.check(self.host)


class TwoRoles(OneHost):
    def test_hosts_that_own_nothing(self):
        """By etc/hosts/roles.sql; its comment has the second form."""
        with open(os.path.join(bank.TOP, "etc", "hosts", "roles.sql")) as f:
            lines = [line[3:].strip() for line in f if line[:3] == "--\t"]
        for line in lines:
            if line.startswith("CREATE ROLE") or " ON DATABASE" in line:
                self.pg.primary.sql(line.replace(
                    "DATABASE bank", "DATABASE " + self.pg.database))
            elif line.startswith("GRANT"):
                self.pg.sql(line)
        self.host.share(self.hosts.connection.replace(
            "user=bank", "user=hosts"), durability="none")
        code, said = self.check()
        self.assertEqual(code, 0, said)
        self.host.start()
        self.pay(2)
        bank.wait_for("the host's row", lambda: self.host.ctl_json(
            "hosts", "list"))
        self.assertEqual(self.pg.sql(
            "SELECT has_table_privilege('hosts', 'lot', 'DELETE')"), "f")
        self.host.stop()


class Json(OneHost):
    def told(self, *words):
        return schema.fits(self, " ".join(words[:2]), self.host.ctl(
            "-y", "-j", *words).stdout)

    def test_each_command_fits_its_schema(self):
        self.assertEqual(self.told("hosts", "init")[0]["journal"],
                         "there already")
        self.host.start()
        self.pay(1)
        row, = bank.wait_for("the host's row", lambda: self.told(
            "hosts", "list"))
        self.assertEqual(row["host"], 1)
        schema.fits(self, "status", self.host.ctl("-j", "status").stdout)
        self.host.stop()
        self.assertEqual(self.told("hosts", "forget", "1"), [])


class Init(OneHost):
    def test_twice_is_once(self):
        result = self.host.ctl("-y", "hosts", "init")
        self.assertIn("there already", result.stdout)
        self.host.start()
        self.pay(1)
        self.host.stop()
        result = self.host.ctl("-y", "hosts", "init")
        self.assertIn("there already", result.stdout)

    def test_is_confirmed(self):
        self.refused(64, "-y", "hosts", "init")

    def test_not_while_it_runs(self):
        self.host.start()
        self.refused(EX_UNAVAILABLE, "lock|held|runs|in use|another", "-y", "hosts", "init")

    def test_another_banks_database(self):
        with mock.patch.dict(os.environ):
            # A bank that tests/run keeps for copying is one and the same.
            os.environ.pop("TEST_TEMPLATE", None)
            other = hosts.Host(1)
        self.addCleanup(other.close)
        other.start().stop()
        other.share(self.hosts.connection, durability="none")
        result = other.ctl("-y", "hosts", "init", check=False)
        self.assertEqual(result.returncode, EX_CONFIG)
        self.assertIn("another bank's", result.stderr)
        code, said = other.fails()
        self.assertEqual(code, EX_CONFIG, said)
        self.assertIn("another bank's", said)

    def test_forget(self):
        self.host.start()
        self.refused(EX_DATAERR, "no such host", "hosts", "forget", "7")
        for word in "0", "+1", " 1", "1x", "-18446744073709551615":
            self.refused(EX_USAGE, "a host is a number", "hosts", "forget",
                         word)
        bank.wait_for("the host's row", lambda: self.host.ctl_json(
            "hosts", "list"))
        self.host.stop()
        self.host.ctl("hosts", "forget", "1")
        self.assertEqual(self.pg.sql("SELECT count(*) FROM host"),
                         "0")

    def test_without_postgres(self):
        self.host.share("", journal="file")
        self.refused(EX_CONFIG, "journal of this bank is a file", "hosts",
                     "list")


class Alone(OneHost):
    """What only a bank alone may do."""

    def test_offline_writes_are_refused(self):
        key = self.host.path("new.key")
        self.refused(EX_UNAVAILABLE, "start bankd", "kiosk", "add", "new",
                     "--key", key)
        self.assertFalse(os.path.exists(key))
        self.host.ctl("kiosk", "list")
        self.host.ctl("verify")

    def test_hand_edits_are_refused(self):
        self.host.start()
        self.pay(1)
        self.host.stop()
        for name, change in (
                ("balance", ("10000", "10001")), ("balance", ("fey ", "fay ")),
                ("password", ("fey ", "fay "))):
            before = self.host.read(name)
            self.host.write(name, before.replace(*change, 1))
            code, said = self.host.fails()
            self.assertNotEqual(code, 0)
            self.assertIn(name, said)
            if change[0] == "10000":
                self.assertIn("a bank of many hosts takes no edits", said)
                code, said = self.check()
                self.assertNotEqual(code, 0)
                self.assertIn("a bank of many hosts takes no edits", said)
            self.host.write(name, before)
        self.host.start()
        self.pay(1)

    def test_the_file_again(self):
        self.host.share("", journal="file")
        code, said = self.host.fails()
        self.assertEqual(code, EX_DATAERR, said)
        self.assertIn("hosts", said)


class Check(OneHost):
    """bankd -t tells each configuration that can't work."""

    def wrong(self, pattern, connection=None, **store):
        self.host.share(connection or self.hosts.connection,
                        durability="none", patience=1, **store)
        code, said = self.check()
        self.assertNotEqual(code, 0, said)
        self.assertRegex(said, pattern)

    def test_good(self):
        code, said = self.check()
        self.assertEqual(code, 0, said)
        self.assertIn("good", said)
        self.host.start()
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_wrong(self):
        port = self.pg.primary.port
        self.pg.sql("CREATE ROLE poor LOGIN")
        self.pg.sql("CREATE DATABASE empty")
        for pattern, connection in (
                ("connection", "hots=127.0.0.1"),
                ("none.* does not exist",
                 "host=127.0.0.1 port=%d user=bank dbname=none" % port),
                ("permission denied for table bank$",
                 "host=127.0.0.1 port=%d user=poor dbname=%s" % (port, self.pg.database)),
                ("hosts init",
                 "host=127.0.0.1 port=%d user=bank dbname=empty" % port),
                ("refused|no answer",
                 "host=127.0.0.1 port=1 user=bank dbname=none")):
            with self.subTest(connection):
                self.wrong(pattern, connection)

    def test_the_first_of_a_list_is_none(self):
        """Not even in name; the second one serves."""
        for first in "no.such.host.invalid", "/no/such/directory":
            with self.subTest(first):
                self.host.share(self.hosts.connection.replace(
                    "host=", "host=%s," % first), durability="none")
                code, said = self.check()
                self.assertEqual(code, 0, said)
        self.host.start()
        self.pay(1)

    def test_an_older_schema(self):
        self.pg.sql("UPDATE bank SET schema = 0")
        self.wrong("schema is of version 0")

    def test_no_standby(self):
        self.host.share(self.hosts.connection, durability="standby")
        code, said = self.check()
        self.assertNotEqual(code, 0, said)
        self.assertIn("synchronous_standby_names is empty", said)

    def test_another_history(self):
        self.pg.sql("UPDATE lot SET digest = sha256(digest)")
        self.wrong("fork")

    def test_no_courier(self):
        program = os.path.join(self.host.directory, "bankd")
        with open(bank.BANKD, "rb") as f, open(program, "wb") as to:
            to.write(f.read())
        os.chmod(program, 0o755)
        self.host.program = program
        code, said = self.check()
        self.assertEqual(code, EX_CONFIG, said)
        self.assertIn("bankd-hosts", said)


class FaultyCourier(OneHost):
    def setUp(self):
        super().setUp()
        self.courier = faults.Faulty("bankd-courier")
        # bankd takes the courier that is beside it.
        self.host.program = os.path.join(
            os.path.dirname(self.courier.program), "bankd")
        shutil.copy(bank.BANKD, self.host.program)


class Memory(FaultyCourier):
    """The courier lacks memory, once, at each place: it ends, and another
    comes, or an answer comes later."""

    def rounds(self, stride, act, libraries):
        seed, tried = random.randrange(stride), 0
        print("# from %d" % (1 + seed))
        for nth in itertools.count(1 + seed, stride):
            # Its next end is a first one again.
            self.host.restart()
            self.courier.memory("courier", nth, libraries)
            with contextlib.suppress(*LOST):
                act()
            failed = self.courier.failed("courier")
            self.courier.memory("courier", 0)
            self.host.atm_when_served().close()
            self.pay(1)
            if not failed:
                break
            tried += 1
        print("# %d allocations failed" % tried)
        self.assertGreater(tried, 0)
        self.assertNotRegex(self.host.said, "signal=(?!KILL)|Sanitizer")
        self.assertNotIn("exit=%d" % EX_CONFIG, self.host.said)
        self.host.stop()
        model.check(self.host)

    def again(self):
        """Another courier, until what needs it is answered."""
        self.host.kill_child("courier")
        self.pay(1)

    def test_while_it_serves(self):
        self.rounds(2, lambda: self.pay(1), True)

    def test_while_it_starts(self):
        self.rounds(8, self.again, False)


class Clock(FaultyCourier):
    """This host's is not the database's."""

    def test_it_is_told_before_a_start(self):
        for seconds in (3600, -90):
            self.courier.clock(seconds)
            code, said = self.check()
            self.assertNotEqual(code, 0, said)
            self.assertRegex(
                said, r"this host's clock is -?\d+ s off the database's; "
                "set it right")
        self.courier.clock(0)
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_a_little_is_told_and_much_is_away(self):
        self.courier.clock(10)
        self.host.start()
        self.host.log_has("clock_off ms=(9|10)")
        self.pay(1)
        self.host.stop()
        self.courier.clock(120)
        self.host.start()
        self.host.log_has("journal_away.*this host's clock is 120 s off")
        with self.assertRaises((OSError, atm.Closed, atm.Refused)):
            self.host.atm().close()
        self.courier.clock(0)
        self.host.atm_when_served().close()
        self.pay(1)
        self.host.stop()


if __name__ == "__main__":
    unittest.main()
