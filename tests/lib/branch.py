# SPDX-License-Identifier: ISC
"""A day of a branch, from one seed: three kiosks, two tellers, a supervisor,
an auditor and an administrator, who are real users of the machine, and a real
bank.  What everybody did and was told is put down in branch_books.py.  One
thing happens at a time, so a seed gives the same day, txids and times aside.
"""

import datetime
import json
import random
from decimal import Decimal

from . import bank, staff, wire
from .branch_books import Books
from .staff import by

AUDITOR, TELLERS, SUPERVISOR, ADMIN = "games", ("bin", "sys"), "daemon", "man"
OPERATORS = {"auditor": AUDITOR, "teller": " ".join(TELLERS),
             "supervisor": SUPERVISOR, "admin": ADMIN,
             "teller_deposit": "900", "four_eyes_over": "500",
             "require_reason": "yes"}
KIOSKS = "kiosk-1", "kiosk-2", "kiosk-3"
CUSTOMERS = ["p%d" % i for i in range(1, 25)]
MEMOS = "", "", "", "rent", "lunch, thanks", "Stra\u00dfe 5 <3"
EX_DATAERR, EX_NOPERM = 65, 77


class Wrong(Exception):
    """The bank did not say what it should have."""


def need(condition, what, *said):
    if not condition:
        raise Wrong(what + "".join("\n%s" % text for text in said))


class Branch:
    def __init__(self, seed, entries, directory=None):
        self.random, self.wanted = random.Random(seed), entries
        self.books = Books()
        hour = datetime.datetime.now(datetime.timezone.utc).hour
        self.bank = bank.Bank(start=False, directory=directory,
                              limits_rate="0")
        if directory is not None:
            bank.init(directory)
        # No midnight comes in between, and the bank's date is never that of
        # its operators, whose own files name no zone.
        self.configure("[bank]\n", "[bank]\ntime_zone = %s\n" % (
            "Etc/GMT+12" if hour < 10 else "Etc/GMT-14"))
        self.staff = None
        self.disputed = []      # (number of the case, entry, customer)

    # The beginning

    def open(self):
        opened = [(name, self.random.randrange(200, 2000),
                   self.random.randrange(0, 500)) for name in CUSTOMERS]
        self.bank.write("password", "".join(
            "%s canary-%s\n" % (name, name) for name in CUSTOMERS))
        self.bank.write("balance", "".join(
            "%s %d %d\n" % line for line in opened))
        for line in opened:
            self.books.open(*line)
        self.staff = staff.Staff(
            self.bank, OPERATORS, (AUDITOR, *TELLERS, SUPERVISOR, ADMIN))
        self.bank.start()
        self.kiosks = {KIOSKS[0]: self.bank.kiosk()}
        for name in KIOSKS[1:]:
            key = self.bank.path(name + ".key")
            self.bank.ctl("kiosk", "add", "--cash", "--key", key, name,
                          "--reason", "a new machine")
            self.kiosks[name] = wire.Kiosk.load(name, key)
        # Who enrolled the kiosks is no part of the day.
        for row in self.bank.ctl_json("audit"):
            self.books.note(*[row[name] for name in (
                "by", "verb", "about", "detail", "reason", "entry", "of")])
        self.first_audit = len(self.books.audits) + 1
        self.first_entry = len(self.books.entries) + 1
        self.before = self.bank.ctl("metrics").stdout

    def configure(self, old, new):
        with open(self.bank.config) as f:
            text = f.read()
        with open(self.bank.config, "w") as f:
            f.write(text.replace(old, new))

    def close(self):
        if self.staff is not None:
            self.staff.close()
            # The directory is all that there is of a bank that is kept.
            self.configure(self.staff.public + "/control", "../var/control")
        self.bank.close()

    # Customers

    def atm(self, kiosk):
        return self.bank.atm(kiosk=self.kiosks[kiosk])

    def told(self, atm, verb, reply, code, customer):
        self.books.answers[verb, reply.code] += 1
        need(reply.code == code, "%s of %s: %d was expected" % (
            verb, customer, code), reply.said())
        if code == 200:
            need([Decimal(reply[name]) for name in ("savings", "checking")] ==
                 [self.books.has(customer, account) for account in (1, 2)],
                 "balances of %s after %s" % (customer, verb), reply.said())

    def withdraw(self, atm, kiosk, customer):
        account = self.random.choice((1, 1, 2))
        amount = 20 * self.random.randrange(1, 20)
        good = amount <= self.books.has(customer, account)
        txid = atm.txid()
        reply = atm.request("WITHDRAW %s %d %d" % (txid, account, amount))
        if good:
            self.books.book("withdraw", (customer, account),
                            (":cash/" + kiosk, 1), amount, kiosk)
        self.told(atm, "withdraw", reply, 200 if good else 402, customer)
        return txid if good else None

    def deposit(self, atm, kiosk, customer):
        account, amount = (self.random.choice((1, 2)),
                           5 * self.random.randrange(1, 60))
        reply = atm.request("DEPOSIT %s %d %d" % (atm.txid(), account, amount))
        self.books.book("deposit", (":cash/" + kiosk, 1), (customer, account),
                        amount, kiosk)
        self.told(atm, "deposit", reply, 200, customer)

    def transfer(self, atm, kiosk, customer):
        account = self.random.choice((1, 2))
        to, to_account = self.random.choice(CUSTOMERS), 2
        if to == customer:
            to_account = 3 - account
        if self.random.random() < 0.05:
            to = "nobody"
        amount = Decimal(self.random.randrange(1, 30000)) / 100
        memo = self.random.choice(MEMOS)
        code = 404 if to == "nobody" else \
            200 if amount <= self.books.has(customer, account) else 402
        reply = atm.transfer(account, to, amount, to_account,
                             memo=memo or None)
        if code == 200:
            self.books.book("transfer", (customer, account), (to, to_account),
                            amount, kiosk, memo=memo)
        self.told(atm, "transfer", reply, code, customer)

    def visit(self):
        kiosk = self.random.choice(KIOSKS)
        customer = self.random.choice(CUSTOMERS)
        atm = self.bank.session(customer, "canary-" + customer,
                                kiosk=self.kiosks[kiosk])
        for _ in range(self.random.randrange(2, 14)):
            self.random.choice((self.withdraw, self.deposit, self.deposit,
                                self.transfer))(atm, kiosk, customer)
        atm.exit()
        atm.close()
        self.bank.let_go()

    def dispute(self):
        """The notes may have come, or not: the kiosk can't tell."""
        kiosk = self.random.choice(KIOSKS)
        customer = max(CUSTOMERS, key=lambda name: min(
            self.books.has(name, account) for account in (1, 2)))
        atm = self.bank.session(customer, "canary-" + customer,
                                kiosk=self.kiosks[kiosk])
        txid = self.withdraw(atm, kiosk, customer)
        entry = self.books.entries[-1]
        atm.exit()
        atm.close()
        atm = self.atm(kiosk)
        words = "the shutter did not close"
        reply = atm.report("RECONCILE %s %s %s" % (customer, txid, words))
        need(reply.said() == "200 noted", "a case", reply.said())
        atm.close()
        self.bank.let_go()
        number = self.books.note("-", "reconcile", kiosk,
                                 "%s %s" % (customer, txid), words)
        self.disputed.append((number, entry, kiosk))

    # Operators

    def does(self, user, *words, code=0, says=None, **more):
        result = self.staff.run(user, *words, **more)
        need(result.returncode == code, "%s: %s: %d was expected" % (
            user, " ".join(words), code), result.returncode, result.stderr)
        need(says is None or says in result.stderr, "%s: %s: no %r" % (
            user, " ".join(words), says), result.stderr)
        return result

    def cheque(self):
        teller, customer = (self.random.choice(TELLERS),
                            self.random.choice(CUSTOMERS))
        amount, reason = (str(self.random.randrange(1, 500)),
                          "cheque %d" % self.random.randrange(10000))
        self.does(teller, "deposit", customer, "savings", amount, "--reason",
                  reason)
        seq = self.books.book("adjust", (":adjust", 1), (customer, 1), amount,
                              by=by(teller), reason=reason)
        self.books.note(by(teller), "deposit", customer,
                        "savings %s.00" % amount, reason, seq)

    def too_much(self):
        self.does(TELLERS[0], "deposit", CUSTOMERS[0], "1", "900.01",
                  "--reason", "x", code=EX_NOPERM, says="at most 900.00")

    def wait(self, user, verb, customer, amount, reason):
        """A request: its number, and what its record tells."""
        txid = "%032x" % self.random.randrange(1, 1 << 128)
        self.does(user, verb, customer, "1", amount, "--reason", reason,
                  "--id", txid, says="waits until another operator")
        detail = "%s savings %s.00 %s" % (verb, amount.lstrip("+"), txid)
        return self.books.note(
            by(user), "request", customer, detail, reason), detail

    def four_eyes(self):
        """A teller asks; the supervisor gives, or refuses."""
        teller, customer = (self.random.choice(TELLERS),
                            self.random.choice(CUSTOMERS))
        amount = str(self.random.randrange(501, 900))
        number, detail = self.wait(teller, "deposit", customer, amount,
                                   "sold a car")
        self.does(teller, "approve", number, "--reason", "my own",
                  code=EX_NOPERM, says="needs the role")
        self.does(AUDITOR, "refuse", number, "--reason", "x", code=EX_NOPERM)
        if self.random.random() < 0.5:
            self.does(SUPERVISOR, "refuse", number, "--reason", "no contract")
            self.books.note(by(SUPERVISOR), "refuse", customer, detail,
                            "no contract", of=number)
            return
        self.does(SUPERVISOR, "approve", number, "--reason", "saw it")
        seq = self.books.book("adjust", (":adjust", 1), (customer, 1), amount,
                              by=by(teller), reason="sold a car")
        self.books.note(by(SUPERVISOR), "approve", customer, detail, "saw it",
                        seq, number)

    def own_eyes(self):
        """Nobody approves their own; they take it back."""
        number, detail = self.wait(SUPERVISOR, "adjust", CUSTOMERS[1], "+501",
                                   "a gift")
        self.does(SUPERVISOR, "approve", number, "--reason", "x",
                  code=EX_NOPERM, says="somebody else")
        self.does(SUPERVISOR, "refuse", number, "--reason", "a mistake")
        self.books.note(by(SUPERVISOR), "refuse", CUSTOMERS[1], detail,
                        "a mistake", of=number)

    def card_lost(self):
        teller, customer = (self.random.choice(TELLERS),
                            self.random.choice(CUSTOMERS))
        self.does(AUDITOR, "lock", customer, "--reason", "x", code=EX_NOPERM)
        for verb, reason in (("lock", "card lost"), ("unlock", "card found")):
            self.does(teller, verb, customer, "--reason", reason)
            self.books.note(by(teller), verb, customer, reason=reason)

    def limit(self):
        customer = self.random.choice(CUSTOMERS)
        self.does(SUPERVISOR, "limit", customer, "withdraw", "5000",
                  "--reason", "asked for it")
        self.books.note(by(SUPERVISOR), "limit", customer, "withdraw 5000.00",
                        "asked for it")

    def pause(self):
        """Customers are refused meanwhile, and nothing is booked."""
        self.does(ADMIN, "pause", "--reason", "a fire drill")
        self.books.note(by(ADMIN), "pause", reason="a fire drill")
        customer = CUSTOMERS[2]
        atm = self.bank.session(customer, "canary-" + customer,
                                kiosk=self.kiosks[KIOSKS[0]])
        reply = atm.transfer(1, CUSTOMERS[3], "0.01")
        self.told(atm, "transfer", reply, 503, customer)
        atm.exit()
        atm.close()
        self.does(ADMIN, "resume", "--reason", "it was one")
        self.books.note(by(ADMIN), "resume", reason="it was one")

    def settle(self):
        """The supervisor takes each disputed withdrawal back."""
        for number, entry, kiosk in self.disputed:
            self.does(SUPERVISOR, "reverse", entry.seq, "--reason",
                      "notes in the tray")
            account = 1 if entry.source_account == "savings" else 2
            seq = self.books.book(
                "reversal", (":cash/" + kiosk, 1), (entry.source, account),
                entry.amount, reverses=entry.seq, by=by(SUPERVISOR),
                reason="notes in the tray")
            self.books.note(by(SUPERVISOR), "reverse", entry.source,
                            "entry " + entry.seq, "notes in the tray", seq)
            self.does(SUPERVISOR, "settle", number, "--reason", "reversed")
            case = self.books.audits[int(number) - 1]
            self.books.note(by(SUPERVISOR), "settle", kiosk, case.detail,
                            "reversed", of=number)

    # Cash

    def load(self, user, kiosk, amount):
        self.does(user, "cash", "load", kiosk, str(amount), "--reason",
                  "a box")
        sides = (":cash/" + kiosk, 1), (":safe", 1)
        seq = self.books.book("cash", *(sides if amount > 0 else sides[::-1]),
                              abs(amount), kiosk, by=by(user), reason="a box")
        self.books.note(by(user), "cash load", kiosk, "%d.00" % amount, "a box",
                        seq)

    def count(self, user, kiosk, off):
        counted = self.books.held(kiosk) + off
        counted, difference = self.books.count(kiosk, counted)
        result = self.does(user, "cash", "count", kiosk, str(counted),
                           "--reason", "evening")
        seq = "-"
        if difference:
            sides = (":cash/" + kiosk, 1), (":difference", 1)
            seq = self.books.book(
                "cash", *(sides if difference > 0 else sides[::-1]),
                abs(difference), kiosk, by=by(user), reason="evening")
        self.books.note(by(user), "cash count", kiosk, "%.2f" % counted,
                        "evening", seq)
        need(("should" in result.stderr) == (difference == 0), "a count",
             result.stderr)

    def big_difference(self):
        """It waits for a second person, while customers go on."""
        kiosk, txid = KIOSKS[2], "%032x" % self.random.randrange(1, 1 << 128)
        counted = self.books.held(kiosk) + 600
        words = ("cash", "count", kiosk, str(counted), "--reason", "noon",
                 "--id", txid)
        self.does(TELLERS[0], *words, says="waits until another operator")
        detail = "cash count %.2f 600.00 %s" % (counted, txid)
        number = self.books.note(
            by(TELLERS[0]), "request", kiosk, detail, "noon")
        seen = len(self.books.entries)
        for _ in range(3):
            self.visit()
        self.does(TELLERS[1], "cash", "count", kiosk, "1", "--reason", "x",
                  code=EX_DATAERR, says="waits")
        self.does(TELLERS[0], "approve", number, "--reason", "my own",
                  code=EX_NOPERM)
        self.does(SUPERVISOR, "approve", number, "--reason", "a box too many")
        seq = self.books.book("cash", (":cash/" + kiosk, 1),
                              (":difference", 1), 600, kiosk,
                              by=by(TELLERS[0]), reason="noon")
        self.books.count_of_then(kiosk, counted, 600, seen)
        self.books.note(by(SUPERVISOR), "approve", kiosk, detail,
                        "a box too many", seq, number)

    def report(self, kiosk):
        """What the kiosk itself has counted, in one kind of note."""
        atm = self.atm(kiosk)
        reply = atm.report("STOCK 5:%d" % (self.books.held(kiosk) / 5))
        need(reply.said() == "200 noted", "a report", reply.said())
        atm.close()
        self.bank.let_go()

    def day(self):
        self.open()
        for kiosk in KIOSKS:
            self.count(TELLERS[0], kiosk, Decimal(0))
            self.load(self.random.choice(TELLERS), kiosk, 20000)
        # What happens once does so at a moment of the seed's.
        work = [self.too_much, self.own_eyes, self.pause, self.dispute,
                self.big_difference]
        work += [self.dispute] + 2 * [self.card_lost, self.limit]
        work += 4 * [self.four_eyes] + 4 * [self.cheque]
        self.random.shuffle(work)
        pieces = len(work) + 1
        for i in range(pieces):
            until = self.first_entry + self.wanted * (i + 1) // pieces
            while len(self.books.entries) < until:
                self.visit()
            if i < len(work):
                work[i]()
        self.settle()
        self.load(TELLERS[1], KIOSKS[1], -500)
        for kiosk in KIOSKS:
            self.report(kiosk)
        self.evening = [(self.json("cash", kiosk)[0], self.books.cash(kiosk))
                        for kiosk in KIOSKS]
        for kiosk, off in zip(KIOSKS, (0, -40, 0)):
            self.count(TELLERS[1], kiosk, Decimal(off))
        self.after = self.bank.ctl("metrics").stdout

    def papers(self):
        """What an operator would look at."""
        yield self.bank.ctl("day").stdout
        for kiosk in KIOSKS:
            yield self.bank.ctl("cash", kiosk).stdout
        yield self.bank.ctl("kiosk", "list").stdout
        yield self.bank.ctl("audit", "--by", SUPERVISOR).stdout

    def json(self, *words):
        return json.loads(self.staff.run(AUDITOR, "-j", *words).stdout)
