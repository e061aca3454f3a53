# SPDX-License-Identifier: ISC
"""What dies under a bank of two hosts, and what must hold then: nothing that
was acknowledged is lost, nothing is there twice, both hosts have the same."""

import contextlib
import os
import shutil
import signal
import threading
import unittest

from lib import bank, schema, small
from lib.case import SUCCESS, UNAVAILABLE
from system.test_hosts_two import Hosts, pay

EX_CONFIG = 78
AWAY = "journal_away|journal_silent"
TURN = 1650552427       # the lock's number


def promote(servers):
    """The primary is lost; the standby takes its place, with one behind it."""
    servers.primary.kill()
    servers.standby.promote()
    servers.standby.reload(synchronous_standby_names="''")
    third = servers.another(servers.standby)
    servers.standby.reload(synchronous_standby_names="'FIRST 1 (%s)'" % third)
    servers.primary, servers.standby = servers.standby, None


class Faults(Hosts):
    count, standby = 2, True
    store = {"patience": "2", "give_up": "60"}

    def pay_on(self, host, name, to, until):
        """Pays until told to stop, also where an answer is lost: then the
        same is asked again until it is answered."""
        while not until.is_set():
            atm = host.atm_when_served(timeout=60)
            try:
                if atm.login(name, bank.DEMO[name]).code != 200:
                    continue
                while not until.is_set():
                    self.pay_once(atm, name, to)
            except Exception:   # pylint: disable=broad-except
                pass            # lost: what is unanswered is asked again
            finally:
                atm.close()

    def pay_once(self, atm, name, to):
        pending = self.pending.pop(name, None) or (
            "1 %s 1 %s 0.01" % (atm.txid(), to))
        self.pending[name] = pending
        said = atm.request(pending).said()
        if said == SUCCESS:
            self.sent.append((name, pending))
        elif said == UNAVAILABLE:
            self.turned_down.append((name, pending))
        else:       # so many were refused: it is asked on a new session
            raise bank.Failed(said)
        del self.pending[name]

    def while_they_pay(self, trouble, enough=20):
        """The trouble, while customers pay at both hosts, and until each has
        paid more since."""
        self.pending, self.turned_down, until = {}, [], threading.Event()
        pairs = (("chris", "fey"), ("fey", "chris"))
        workers = [threading.Thread(target=self.pay_on, args=(
            host, *pair, until), daemon=True)
            for host, pair in zip(self.hosts.all, pairs)]
        for worker in workers:
            worker.start()
        try:
            self.wait_for_more(enough)
            trouble()
            self.wait_for_more(enough)
        finally:
            until.set()
            for worker in workers:
                worker.join()

    def wait_for_more(self, enough):
        before = {name: self.paid(name) for name in ("chris", "fey")}
        bank.wait_for(
            lambda: "more payments than %s, have %s" % (before, {
                name: self.paid(name) for name in before}),
            lambda: all(self.paid(name) >= count + enough
                        for name, count in before.items()), 60)

    @contextlib.contextmanager
    def held(self, lock, which):
        """Somebody has a lock, and keeps it."""
        def hold():
            with contextlib.suppress(bank.Failed):     # it is ended
                self.pg.sql(lock + "; SELECT pg_sleep(100000)")

        found = (" FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE %s"
                 " AND granted AND application_name = 'psql'" % which)
        holder = threading.Thread(target=hold)
        holder.start()
        bank.wait_for("the lock", lambda: self.pg.sql(
            "SELECT count(*)" + found) == "1")
        try:
            yield
        finally:
            self.pg.sql("SELECT pg_terminate_backend(pid)" + found)
            holder.join()

    def paid(self, name):
        return sum(customer == name for customer, _ in list(self.sent))


class Processes(Faults):
    def test_couriers_are_killed(self):
        def trouble():
            for _ in range(3):
                for host in self.hosts.all:
                    host.kill_child("courier")
                self.wait_for_more(3)
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_host_is_killed(self):
        def trouble():
            self.two.kill()
            self.two.start()
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_host_is_stopped(self):
        """Also one that has its turn: the other goes on."""
        def trouble():
            pids = [self.two.monitor()] + self.two.family()
            for pid in pids:
                bank.freeze(pid)
            before = self.paid("chris")
            try:
                bank.wait_for("the other host to go on", lambda: self.paid(
                    "chris") >= before + 10, 30)
            finally:
                for pid in pids:
                    os.kill(pid, signal.SIGCONT)
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_vault_is_killed(self):
        self.while_they_pay(lambda: self.one.kill_child("vault"))
        self.right_in_the_end()

    def turn(self):
        return self.held("SELECT pg_advisory_lock(%d)" % TURN, "locktype ="
                         " 'advisory' AND objid = %d AND objsubid = 1" % TURN)

    def test_a_turn_is_not_given_back(self):
        """As by a host that was stopped while it has it: nothing but the
        order depends on turns."""
        def trouble():
            with self.turn():
                self.wait_for_more(20)
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_host_that_wants_a_turn_is_noticed(self):
        """By one that has seen no lot of its: it queues for turns itself."""
        seen = threading.Event()

        def look():
            while not seen.is_set():
                if self.pg.sql(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted AND"
                        " locktype = 'advisory' AND objid = %d" % TURN) != "0":
                    seen.set()
        self.two.stop()
        pay(self.one, "chris", "fey", 5, self.sent)
        self.assertEqual(self.one.status("courier-turns"), "0")
        with self.turn():
            looker = threading.Thread(target=look)
            looker.start()
            try:
                bank.wait_for("host 1 to queue", lambda: pay(
                    self.one, "chris", "fey", 5, self.sent)
                    or seen.is_set(), 60)
            finally:
                seen.set()
                looker.join()
        self.two.start()
        self.right_in_the_end()

    def test_a_machine_loses_its_power(self):
        """bank.db is as it was some time before: it isn't synced for each."""
        old = os.path.join(self.two.directory, "old")

        def trouble():
            vault = self.two.vault()
            bank.freeze(vault)
            try:
                os.mkdir(old)
                for name in "bank.db", "bank.db-wal":
                    shutil.copy2(self.two.file(name), old)
            finally:
                os.kill(vault, signal.SIGCONT)
            self.wait_for_more(20)
            self.two.kill()
            for name in os.listdir(old):
                shutil.copyfile(os.path.join(old, name), self.two.file(name))
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.two.file("bank.db-shm"))
            self.two.start()
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_hosts_disk_is_full(self):
        """It takes nothing, or ends; the other goes on."""
        self.two.stop()
        state, copy = self.two.path("var"), self.two.path("copy")
        shutil.copytree(state, copy)
        small.mount_for(self, state, 64)
        self.two.set(bank_min_free="8")
        shutil.copytree(copy, state, dirs_exist_ok=True)
        self.two.start()

        def trouble():
            filler = small.fill(state)
            before = self.paid("chris")
            bank.wait_for("host 2 to have no room", lambda:
                          "fey" in dict(self.turned_down)
                          or not self.two.running(), 60)
            bank.wait_for("host 1 to go on", lambda: self.paid(
                "chris") >= before + 20, 60)
            os.unlink(filler)
            if not self.two.running():
                self.two.ended()
                self.two.start()
        self.while_they_pay(trouble)
        self.right_in_the_end()


class Database(Faults):
    def test_the_primary_is_killed_and_started(self):
        def trouble():
            self.pg.primary.kill()
            self.pg.primary.start()
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_the_standby_is_killed_and_started(self):
        """Nothing is answered meanwhile."""
        def trouble():
            self.pg.standby.kill()
            bank.wait_for("the hosts to stop serving", lambda: all(
                bank.re.search(AWAY, host.said) for host in self.hosts.all),
                30)
            count = len(self.sent)
            self.assertLessEqual(len(self.sent), count + 2)
            self.pg.standby.start()
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_the_standby_is_promoted(self):
        self.while_they_pay(lambda: promote(self.pg))
        self.right_in_the_end()

    def test_the_names_are_emptied(self):
        """A server that doesn't wait for its standby gets nothing."""
        def trouble():
            before = [len(host.said) for host in self.hosts.all]
            self.pg.primary.reload(synchronous_standby_names="''")
            # A slow server is silent first, and its hosts say that alone.
            bank.wait_for("the hosts to stop serving", lambda: all(
                bank.re.search(AWAY + "|synchronous_standby_names is empty",
                               host.said[start:])
                for host, start in zip(self.hosts.all, before)), 30)
            self.pg.primary.reload(
                synchronous_standby_names="'FIRST 1 (one)'")
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_wait_is_cancelled(self):
        """The server says success with a warning: that is none, and neither
        is a lot that is found where no standby has it."""
        waits = " FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

        def wait():
            bank.wait_for("a commit that waits", lambda: self.pg.sql(
                "SELECT count(*)" + waits) != "0", 30)

        def trouble():
            for pid in self.pg.standby.pids():
                bank.freeze(pid)
            wait()
            count = len(self.sent)
            for _ in range(8):
                self.pg.sql("SELECT pg_cancel_backend(pid)" + waits)
                wait()
            # Whose answer was on its way is all that may have come.
            self.assertLessEqual(len(self.sent), count + 2)
            for pid in self.pg.standby.pids():
                os.kill(pid, signal.SIGCONT)
        self.while_they_pay(trouble)
        self.right_in_the_end()


class Refused(Faults):
    """The first server of the list takes writes, and must get none, as one
    that was the primary before: the next one is asked, and the reason told."""

    def ask(self, host):
        result = bank.run(*host.command("-t"))
        return result.returncode, result.stdout + result.stderr

    def test_the_next_one_serves(self):
        self.pg.another(self.pg.primary)
        other = self.pg.more[-1]
        other.promote()
        self.two.stop()
        for settings, why in (
                ({"synchronous_standby_names": "''"},
                 "synchronous_standby_names is empty"),
                ({"default_transaction_read_only": "on"}, "")):
            with self.subTest(why):
                other.reload(**settings)
                self.two.share(self.pg.connection(other, self.pg.primary),
                               **self.hosts.store)
                code, said = self.ask(self.two)
                self.assertEqual(code, 0, said)
                self.assertIn(why, said)
                self.assertIn("there already", self.two.ctl(
                    "-y", "hosts", "init").stdout)
                self.two.start()
                self.two.atm_when_served().close()
                self.assertIn(str(self.pg.primary.port),
                              self.two.status("courier-database"))
                pay(self.two, "chris", "fey", 3, self.sent)
                self.two.stop()
                self.two.share(self.pg.connection(other),
                               **self.hosts.store)
                code, said = self.ask(self.two)
                self.assertNotEqual(code, 0, said)
                self.assertIn(why or "read-only", said)
        self.two.share(self.hosts.connection, **self.hosts.store)
        self.two.start()
        self.right_in_the_end()


class Found(Faults):
    """A lot that is put again, and is there."""

    def backends(self, which, count=1):
        """Whose statements wait, as soon as there are so many."""
        def look():
            pids = self.pg.sql("SELECT pid FROM " + which).split()
            return pids if len(pids) >= count else None
        return {int(pid) for pid in bank.wait_for(which, look, 30)}

    def test_on_one_disk_alone(self):
        """It was put twice, as a courier died, and the first of the two, which
        no standby has, was there when the second came: no success yet."""
        self.two.stop()
        self.one.stop()
        self.one.share(self.hosts.connection, **self.hosts.store | {
            "turn": "no", "patience": "20"})    # no session waits for another
        self.one.start()
        put = "pg_locks WHERE NOT granted AND relation = 'lot'::regclass"
        kept = "pg_stat_activity WHERE wait_event = 'SyncRep' AND pid = %d"
        client = self.one.session("chris")
        words = "1 %s 1 fey 0.01" % client.txid()
        said = []
        payer = threading.Thread(target=lambda: said.append(
            client.request(words, timeout=60).said()), daemon=True)
        with self.held("LOCK TABLE lot IN EXCLUSIVE MODE",
                       "relation = 'lot'::regclass"):
            payer.start()
            first, = self.backends(put)
            self.one.kill_child("courier")
            second, = self.backends(put, 2) - {first}
            frozen = [second] + self.pg.standby.pids()
            for pid in frozen:
                bank.freeze(pid)
        self.backends(kept % first)
        os.kill(second, signal.SIGCONT)
        self.backends("pg_locks WHERE NOT granted AND pid = %d" % second)
        self.pg.sql("SELECT pg_cancel_backend(%d)" % first)
        bank.wait_for("an answer, or a barrier", lambda: said or self.pg.sql(
            "SELECT pid FROM " + kept % second), 30)
        self.assertEqual(said, [])
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        payer.join()
        self.assertEqual(said, [SUCCESS])
        client.close()
        self.sent.append(("chris", words))
        self.nothing_is_lost_or_doubled(self.one)


class Full(Faults):
    """The disk of the database; one server, as a standby on this machine
    would have its tables in the same place."""

    standby = False

    def test_the_databases_disk_is_full(self):
        place = os.path.join(self.pg.directory, "small")
        os.mkdir(place)
        small.mount_for(self, place, 8, os.stat(
            self.pg.primary.directory).st_uid)
        self.addCleanup(self.pg.primary.kill)
        self.pg.sql("CREATE TABLESPACE small LOCATION '%s'" % place)
        self.pg.sql("ALTER TABLE lot SET TABLESPACE small;"
                    " ALTER INDEX lot_pkey SET TABLESPACE small")

        def trouble():
            filler = small.fill(place)
            bank.wait_for("both hosts to have no room", lambda: len(
                dict(self.turned_down)) == 2, 60)
            os.unlink(filler)
        self.while_they_pay(trouble)
        self.right_in_the_end()


class Lost(Hosts):
    """An older database: each host says so and ends."""
    store = {"patience": "2"}

    def test_a_restored_database_is_a_fork(self):
        self.load(5)
        self.hosts.same()
        lot = self.one.lot()
        self.load(5)
        self.hosts.same()
        self.pg.sql("DELETE FROM lot WHERE n > %d" % lot)
        for host in self.hosts.all:
            self.assertEqual(host.ended(30), EX_CONFIG, host.said)
            self.assertIn("fork", host.said)
            code, said = host.fails()
            self.assertEqual(code, EX_CONFIG, said)
            self.assertRegex(said, r"fork: lot \d+ is \w+ here and \w+ in")
            result = bank.run(*host.command("-t"))
            self.assertNotEqual(result.returncode, 0)
            self.assertRegex(
                result.stderr, r"(?m)^bankd: fork: lot \d+ is \w+ here and")
        schema.fits(self, "hosts init", self.one.ctl(
            "-y", "-j", "hosts", "init").stdout)
        self.one.start()
        backup = self.one.path("again.db")
        self.one.ctl("backup", backup)
        schema.fits(self, "rejoin", self.two.ctl(
            "-y", "-j", "rejoin", backup).stdout)
        self.two.start()
        self.load(3)
        self.hosts.same()
        self.nothing_is_lost_or_doubled(self.two)
        self.hosts.stop()

    def test_rejoin_takes_no_backup_of_another_history(self):
        self.load(3)
        self.hosts.same()
        backup = self.one.path("old.db")
        self.two.stop()
        self.one.ctl("backup", backup)
        self.pg.sql("UPDATE lot SET digest = sha256(digest)")
        result = self.two.ctl("-y", "rejoin", backup, check=False)
        self.assertEqual(result.returncode, EX_CONFIG, result.stderr)
        self.assertIn("fork", result.stderr)


del Hosts

if __name__ == "__main__":
    unittest.main()
