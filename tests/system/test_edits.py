# SPDX-License-Identifier: ISC
"""The two files edited by hand, in each way once, running and stopped, and
backups; what must come of it is reckoned here, from bankd-files(5) alone.

    EDITS=n   n random ones more; SEED=n
"""

import glob
import itertools
import os
import random
import re
import shutil
import subprocess
import unittest

from lib import bank, model
from lib.case import CORRECT, SUCCESS
from lib.guesses import FREE, Guesses

EX_DATAERR = 65
IDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")
AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?$")
SEED = int(os.environ.get("SEED", random.randrange(1 << 31)))
EDITS = int(os.environ.get("EDITS", "0"))


def cents(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def parse(name, text):
    """{id: [cents, cents]} or {id: password}; None where a line has no
    meaning."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0][0] == "#":
            continue
        if words[0] in found or not IDS.match(words[0]):
            return None
        if name == "balance":
            if len(words) != 3 or not all(map(AMOUNT.match, words[1:])):
                return None
            found[words[0]] = [cents(word) for word in words[1:]]
        else:
            if len(words) != 2:
                return None
            found[words[0]] = words[1]
    return found


class Edits(unittest.TestCase):
    weight = 85

    def setUp(self):
        print("SEED=%d" % SEED)
        self.chance = random.Random(SEED)
        self.bank = bank.Bank(limits_rate="0", **FREE)
        self.addCleanup(self.bank.close)
        self.guesses = Guesses(self.bank)
        self.money = {name: [1000000, 100000] for name in bank.DEMO}
        self.secret = dict(bank.DEMO)
        self.new = self.backups = 0
        self.closed = set()     # their IDs stay taken
        self.old = {name: self.bank.read(name)
                    for name in ("balance", "password")}
        self.addCleanup(lambda: self.failed_at and print(
            "in: %s\n%s" % (self.failed_at, self.bank.said[-3000:])))
        self.failed_at = None

    # The ways

    def edit_sed(self, name):
        who = self.chance.choice(sorted(
            self.money if name == "balance" else self.secret))
        word = (str(self.chance.randint(1, 99999)) if name == "balance"
                else "new%d" % self.chance.randint(0, 999999))
        subprocess.run(["sed", "-i", r"s/^%s [^ ]*/%s %s/" % (
            re.escape(who), who, word), self.bank.file(name)], check=True)

    def edit_copy_over(self, name):
        """An older one, in the same place."""
        with open(self.bank.file(name), "r+") as f:
            f.write(self.old[name])
            f.truncate()

    def edit_truncate(self, name):
        path = self.bank.file(name)
        os.truncate(path, self.chance.randrange(os.path.getsize(path)))

    def edit_append(self, name):
        self.new += 1
        words = "5 6" if name == "balance" else "secret%d" % self.new
        with open(self.bank.file(name), "a") as f:
            f.write("new%d %s\n" % (self.new, words))

    def edit_delete(self, name):
        os.unlink(self.bank.file(name))

    def edit_chmod(self, name):
        os.chmod(self.bank.file(name), self.chance.choice(
            (0o600, 0o644, 0o664)))

    # What must come of it

    def running(self, way, name):
        before = self.bank.read(name)
        aside = set(glob.glob(self.bank.file(name + ".edited.*")))
        getattr(self, "edit_" + way)(name)
        try:
            same = self.bank.read(name) == before
        except FileNotFoundError:
            same = False
        bank.wait_for(name + " to be as it was", lambda: os.path.exists(
            self.bank.file(name)) and self.bank.read(name) == before, 75, 0.1)
        found = set(glob.glob(self.bank.file(name + ".edited.*"))) - aside
        # What was the same may have been mended before it was read.
        if same:
            self.assertLessEqual(len(found), 1)
        else:
            self.assertEqual(len(found), 0 if way == "delete" else 1)
        for path in found:
            with open(path) as f:
                self.assertNotEqual(f.read(), before)

    def stopped(self, way, name):
        self.bank.stop()
        before = self.bank.read(name)
        getattr(self, "edit_" + way)(name)
        edited = None
        if os.path.exists(self.bank.file(name)):
            edited = self.bank.read(name)
        if edited is None or not self.takes(name, edited, before):
            said = len(self.bank.said)
            try:
                self.bank.start()
            except bank.Failed:
                self.assertEqual(self.bank.process.returncode, EX_DATAERR)
                self.assertIn(name, self.bank.said[said:])
            else:
                self.fail("taken over: %r for %r" % (edited, before))
            if edited is None:
                self.assertFalse(os.path.exists(self.bank.file(name)))
            else:
                self.assertEqual(self.bank.read(name), edited)
            self.bank.write(name, before)
        self.bank.start()

    def takes(self, name, edited, before):
        """Whether a start takes it over; then it is what we know, too."""
        found, was = parse(name, edited), parse(name, before)
        away = set(was or ()) - set(found or ())
        if found is None or self.closed & set(found) or any(
                self.money[who] != [0, 0] for who in away):
            return False
        # Too long a password, or what is left of a hash that was cut.
        if name == "password" and any(
                len(word.encode()) > 64 or re.match(r"!?\$[^$]*\$", word)
                for who, word in found.items()
                if word != was.get(who) and word not in self.hashes):
            return False
        for who in away:
            del self.money[who]
            self.secret.pop(who, None)
            self.closed.add(who)
        if name == "balance":
            self.money.update(found)
            return True
        for who, word in found.items():
            if who not in was:
                self.money.setdefault(who, [0, 0])
            if word != was.get(who):
                self.secret[who] = self.hashes.get(word, word)
        return True

    def backup_and_restore(self):
        self.backups += 1
        path = self.bank.path("backup-%d" % self.backups)
        self.bank.ctl("backup", path)
        kept = {who: list(pair) for who, pair in self.money.items()}
        secret, closed = dict(self.secret), set(self.closed)
        told = self.guesses.told
        self.use()
        self.bank.stop()
        self.guesses.check(model.check(self.bank))
        self.bank.ctl("-y", "restore", path)
        self.bank.start()
        # A backup's count is that of its time.
        self.guesses.told = told
        self.money, self.secret, self.closed = kept, secret, closed
        shutil.rmtree(path, ignore_errors=True)

    def use(self):
        """Everybody's money and somebody's password; a transfer, which both
        files show at once."""
        rows = {row["id"]: row for row in self.bank.ctl_json("accounts")
                if row["id"][0] != ":" and row["state"] == "open"}
        self.assertEqual(
            {who: [cents(row["savings"]), cents(row["checking"])]
             for who, row in rows.items()}, self.money)
        rich = [who for who in sorted(self.secret)
                if self.money[who][0] >= 100]
        who = self.chance.choice(rich)
        to = self.chance.choice(sorted(set(self.money) - {who}))
        atm = self.bank.atm()
        self.addCleanup(atm.close)
        self.assertEqual(atm.login(who, self.secret[who]).said(), CORRECT)
        self.assertEqual(atm.transfer(1, to, "0.07").said(), SUCCESS)
        self.money[who][0] -= 7
        self.money[to][1] += 7
        atm.exit()
        self.guesses.guess(self.bank)
        for name, pair in parse("balance", self.bank.read()).items():
            self.assertEqual(pair, self.money[name])
        if self.chance.random() < 0.2:
            self.old["balance"] = self.bank.read()
            self.old["password"] = self.bank.read("password")
        self.hashes.update({
            word: self.secret[name] for name, word in
            parse("password", self.bank.read("password")).items()})

    def test_each_way(self):
        self.hashes = {}
        ways = [name[len("edit_"):] for name in sorted(dir(self))
                if name.startswith("edit_")]
        plan = list(itertools.product(
            (self.running, self.stopped), ways, ("balance", "password")))
        self.chance.shuffle(plan)
        plan += [(self.chance.choice((self.running, self.stopped)),
                  self.chance.choice(ways),
                  self.chance.choice(("balance", "password")))
                 for _ in range(EDITS)]
        self.use()
        for number, (state, way, name) in enumerate(plan):
            self.failed_at = "%d: %s %s %s" % (
                number, state.__name__, way, name)
            state(way, name)
            self.use()
            if number % 20 == 19:
                self.failed_at = "backup %d" % number
                self.backup_and_restore()
                self.use()
        self.failed_at = None
        self.bank.stop()
        self.guesses.check(model.check(self.bank))
        print("# %d edits" % len(plan))


if __name__ == "__main__":
    unittest.main()
