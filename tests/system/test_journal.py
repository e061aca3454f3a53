# SPDX-License-Identifier: ISC
"""bank.db and the journal are one state: what a start makes of them when one
of the two was lost, damaged or put back (bankd-files(5))."""

import contextlib
import os
import shutil
import threading
import unittest

from lib import lots, model
from lib.case import SUCCESS, Operator

EX_DATAERR = 65
DATABASE = ("bank.db", "bank.db-wal", "bank.db-shm")
TAKEN_OVER = r"lots_taken_over lots=(\d+) from=(\d+) to=(\d+)"


class Journal(Operator):
    start_bank = False
    EACH = 10   # so few that one segment holds them all

    def setUp(self):
        self.served = self.fresh(limits_rate="0")
        self.sent = []      # what was acknowledged: customer and request

    def place(self):
        return self.served.file("journal")

    def segments(self):
        return sorted(name for name in os.listdir(self.place())
                      if name.endswith(".lots"))

    def copy_database(self):
        """Of a stopped bank, under a name of its own."""
        path = self.served.path("older.db")
        shutil.copy(self.served.file("bank.db"), path)
        return path

    def put_back(self, path):
        self.take_away(*DATABASE)
        shutil.copy(path, self.served.file("bank.db"))

    def take_away(self, *names):
        for name in names:
            if os.path.exists(self.served.file(name)):
                os.unlink(self.served.file(name))

    @contextlib.contextmanager
    def session_of(self, name, served=None):
        atm = (served or self.served).session(name)
        try:
            yield atm
        finally:
            atm.close()

    def pay(self, name, to, count):
        with self.session_of(name) as atm:
            for _ in range(count):
                words = "1 %s 1 %s 0.01" % (atm.txid(), to)
                self.said(atm.request(words), SUCCESS)
                self.sent.append((name, words))

    def load(self):
        """Until all that was sent is acknowledged: batches of up to three."""
        workers = [threading.Thread(target=self.pay, args=(*pair, self.EACH))
                   for pair in (("chris", "fey"), ("fey", "joe"),
                                ("joe", "chris"))]
        before = len(self.sent)
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(len(self.sent) - before, 3 * self.EACH)

    def nothing_is_lost_or_doubled(self):
        """Each request, sent again, is known, and makes no entry."""
        seq = self.newest("chris", self.served)["seq"]
        for customer in "chris", "fey", "joe":
            with self.session_of(customer) as atm:
                for name, words in self.sent:
                    if name == customer:
                        self.said(atm.request(words), SUCCESS)
        self.assertEqual(self.newest("chris", self.served)["seq"], seq)
        self.served.stop()
        books = model.check(self.served)
        for name, words in self.sent:
            self.assertTrue(books.entry_of(name, words.split()[1]), words)

    def takes_over(self):
        self.served.said = ""
        self.served.start()
        count, first, last = map(int, self.served.log_has(TAKEN_OVER).groups())
        self.assertEqual(count, last - first + 1)
        self.nothing_is_lost_or_doubled()
        return first, last

    def refused(self, pattern):
        """It doesn't start, says why, and leaves the journal as it was."""
        before = self.all_bytes()
        code, said = self.served.fails()
        self.assertEqual(code, EX_DATAERR, said)
        self.assertRegex(said.splitlines()[-1], pattern)
        self.assertTrue(self.all_bytes() == before)

    def all_bytes(self):
        found = {}
        for directory, _, names in os.walk(self.place()):
            for name in names:
                with open(os.path.join(directory, name), "rb") as f:
                    found[name] = f.read()
        return found

    # bank.db

    def test_an_older_database_after_a_kill(self):
        path = self.copy_database_of_a_stop()
        self.load()
        self.served.kill()
        lot = model.Books(self.served.file("")).meta["lot"]
        self.put_back(path)
        older = model.Books(self.served.file(""))
        first, last = self.takes_over()
        self.assertEqual(first, older.meta["lot"] + 1)
        self.assertGreaterEqual(last, lot)

    def copy_database_of_a_stop(self):
        self.pay("chris", "fey", 3)
        self.served.stop()
        path = self.copy_database()
        self.served.start()
        return path

    def test_an_older_database_after_a_stop(self):
        path = self.copy_database_of_a_stop()
        self.load()
        self.served.stop()
        self.put_back(path)
        self.takes_over()

    def test_one_that_is_older_than_all_that_is_kept(self):
        path = self.copy_database_of_a_stop()
        number = model.Books(self.served.file("")).meta["lot"]
        self.load()
        self.served.kill()      # the next start begins a segment
        self.served.start().stop()
        first = int(self.segments()[0][:16], 16)
        kept = self.served.path("newer.db")
        shutil.copy(self.served.file("bank.db"), kept)
        self.put_back(path)
        self.refused("journal: lots %d to %d are missing: bank.db is older" % (
            number + 1, first - 1))
        self.put_back(kept)
        self.served.start()
        self.nothing_is_lost_or_doubled()

    def test_without_its_log_after_a_kill(self):
        self.copy_database_of_a_stop()
        self.load()
        self.served.kill()
        self.take_away("bank.db-wal", "bank.db-shm")
        self.takes_over()

    def test_who_reads_it_beside_the_bank(self):
        """What was answered is there, though bank.db follows a bit later."""
        for count in range(1, 6):
            self.pay("chris", "fey", 1)
            result = self.served.ctl("export", "fey", "--format", "csv")
            self.assertEqual(result.stdout.count("transfer"), count)

    # The journal

    def stopped(self):
        self.load()
        self.served.stop()
        return self

    def test_it_is_taken_away(self):
        self.stopped()
        os.rename(self.place(), self.served.path("journal"))
        self.assertFalse(os.path.exists(self.place()))
        self.refused("journal: missing; it belongs to bank.db, which has lot "
                     "%d: " % self.lot_of_database())
        os.rename(self.served.path("journal"), self.place())
        self.served.start()
        self.nothing_is_lost_or_doubled()

    def lot_of_database(self):
        """Which the model doesn't take over without a journal."""
        place = self.served.path("alone")
        shutil.copytree(self.served.file(""), place, ignore=lambda *_: [
            "control", "journal"])
        with self.assertRaisesRegex(lots.Wrong, "there is no journal"):
            model.Books(place)
        shutil.copytree(self.served.path("journal"),
                        os.path.join(place, "journal"))
        return model.Books(place).meta["lot"]

    def test_its_newest_segment_is_taken_away(self):
        self.load()
        self.served.kill()
        self.served.start()
        self.load()
        self.served.kill()
        names = self.segments()
        self.assertEqual(len(names), 2)
        away = os.path.join("journal", names[-1])
        os.rename(self.served.file(away), self.served.path(names[-1]))
        self.refused(r"journal: (it ends at lot \d+ and is older than|"
                     r"%s, byte \d+: lot \d+ is damaged or missing: it was "
                     r"written whole, and may have been answered)" % names[0])
        os.rename(self.served.path(names[-1]), self.served.file(away))
        self.served.start()
        self.nothing_is_lost_or_doubled()

    def test_a_byte_of_it_is_another(self):
        """Of the last lot, which could be torn, and of one before it."""
        path = self.copy_database_of_a_stop()
        self.load()
        self.served.kill()
        self.put_back(path)
        segment = os.path.join(self.place(), self.segments()[-1])
        found = lots.Journal(self.place()).lots
        for lot in found[-1], found[-5]:
            for at in (4, 60, lots.HEAD + 3, lot.size - 1):
                self.flip(segment, lot.at + at)
                self.refused("%s, byte %d: lot %d is damaged or missing: " % (
                    os.path.basename(segment), lot.at, lot.number))
                self.flip(segment, lot.at + at)
        self.takes_over()

    @staticmethod
    def flip(path, at):
        with open(path, "r+b") as f:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1]))

    def test_it_is_another_banks(self):
        self.stopped()
        other = self.fresh(limits_rate="0")
        for name in "chris", "fey", "joe":
            with self.session_of(name, other) as atm:
                for _ in range(2 * self.EACH):
                    self.said(atm.transfer(1, "joe" if name != "joe"
                                           else "fey", 1), SUCCESS)
        other.stop()
        os.rename(self.place(), self.served.path("journal"))
        shutil.copytree(other.file("journal"), self.place())
        self.refused(r"journal: lot \d+ is of another history than bank.db's")
        shutil.rmtree(self.place())
        os.rename(self.served.path("journal"), self.place())
        self.served.start()
        self.nothing_is_lost_or_doubled()

    # Both

    def test_a_restore_and_the_way_back(self):
        self.pay("chris", "fey", 2)
        copy, kept = self.served.path("copy.db"), list(self.sent)
        self.served.ctl("backup", copy)
        self.load()
        self.served.stop()
        all_sent = list(self.sent)
        self.served.ctl("-y", "restore", copy)
        aside = sorted(name for name in os.listdir(self.served.file(""))
                       if ".replaced." in name)
        self.assertRegex(" ".join(aside), r"^bank\.db\.replaced\.(\w+) "
                                          r"journal\.replaced\.\1$")
        # The restored one has begun its own, with a record of the restore.
        self.assertEqual(
            self.served.ctl_json("audit")[-1]["verb"], "restore")
        self.sent = kept
        self.served.start()
        self.pay("fey", "joe", 2)
        self.served.kill()
        self.served.start()
        self.nothing_is_lost_or_doubled()
        # The new database doesn't take over the old lots ...
        os.rename(self.place(), self.served.path("journal"))
        os.rename(self.served.file(aside[1]), self.place())
        self.refused(r"journal: ")
        # ... which belong to the old one.
        self.put_back(self.served.file(aside[0]))
        self.sent = all_sent
        self.served.start()
        self.nothing_is_lost_or_doubled()


if __name__ == "__main__":
    unittest.main()
