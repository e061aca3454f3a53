# SPDX-License-Identifier: ISC
"""Who uses a bank that is being broken, each a thread that ends when the
trial is over, and each with a memory of what it was told: customers, the
bank's operator, one who guesses a password, and the real atm-tui."""

import collections
import json
import os
import random
import re
import subprocess
import threading
import time

from lib import atm, bank, history, patience
from lib.atm import Closed, Refused, TimedOut
from lib.wire import Broken

LOST = (Closed, Refused, TimedOut, OSError)
TOO_MUCH = 5000000      # cents; what each had at first, or nearly so
NOTICE = re.compile(r"received (\d+) (\S+) (\S+)$")
SUCCESS = "your transaction is successful"
STALE = "stale transaction ID"
STALE_S = 3600      # a clock this wrong makes a txid that is refused
GUESSES_MAX = 900   # below max_attempts

Note = collections.namedtuple(
    "Note", "customer txid kind account to amount code seq how")
Open = collections.namedtuple("Open", "txid kind account to amount stale")


def cents(text):
    return round(float(text) * 100)


def cents_of(reply):
    return cents(reply["savings"]), cents(reply["checking"])


class Party(threading.Thread):
    """error: what it can't explain; lost: the newest thing that went wrong."""

    def __init__(self, trial, name):
        super().__init__(daemon=True, name=name)
        self.trial, self.name = trial, name
        self.chance = random.Random("%d/%s" % (trial.seed, name))
        self.error = self.lost = None

    def run(self):
        try:
            self.live()
        except Exception as e:
            self.error = "%s: %s %s" % (self.name, type(e).__name__, e)
            self.trial.over.set()

    def note_lost(self, error):
        self.lost = "%.1f %s %s" % (time.monotonic() - self.trial.began,
                                    type(error).__name__, error)

    def pause(self, most_s):
        self.trial.tick.wait(self.chance.random() * most_s)


class Client(Party):
    """One customer who moves money until told to stop, and never forgets."""

    def __init__(self, trial, number, proxied=False):
        super().__init__(trial, "p%d" % number)
        self.source = "127.0.2.%d" % (number % 250 + 1)
        self.proxied = proxied
        self.atm = None
        self.open = None        # the transaction that has no answer yet
        self.doubt = False      # it was sent in a session that is gone
        self.killed = False     # the ATM was: its memory is its disk's
        self.skew_s = 0         # of its clock
        self.notes = []
        self.events = []        # of lib/history.py
        self.session = self.sent = None
        self.outcomes = 0       # unknown ones asked about on this session
        self.refusals = 0       # at most, on this session

    def live(self):
        while not self.trial.over.is_set() or (
                self.open is not None and not self.trial.failed):
            try:
                self.step()
            except LOST as e:
                self.note_lost(e)
                self.lose()
        if self.atm is not None:
            self.atm.close()

    def lose(self):
        if self.atm is not None:
            self.atm.channel.sock.close()
        if self.killed:
            self.killed, self.atm = False, None
        # A bank that is away is asked again shortly, not at once.
        self.pause(0.05)

    def kill(self):
        """As kill -9 of an ATM: no close_notify, and its session is lost."""
        self.killed = True
        try:
            self.atm.channel.sock.shutdown(2)
        except (AttributeError, OSError):
            pass

    def step(self):
        if not self.connected():
            return
        if self.open is None:
            if self.chance.random() < 0.1:
                self.look()
            self.open, self.sent = self.wish(), None
        # An old txid is never sent on a new login: it is asked about.
        if self.doubt:
            self.settle()
        else:
            self.ask()
        if self.outcomes >= 12 or self.refusals >= 100:
            self.atm.request("3")     # the link may end in any way
            self.atm.close()
            self.atm = None

    def wish(self):
        """What the customer wants next."""
        if self.trial.steps and self.chance.random() < (
                0.3 if abs(self.skew_s) == STALE_S else 0.02):
            self.skew_s = self.chance.choice((0, 200, -200, STALE_S,
                                              -STALE_S))
        dice, to = self.chance.random(), None
        kind = ("deposit" if dice < 0.12 else "withdraw" if dice < 0.22
                else "transfer") if self.trial.cash else "transfer"
        if kind == "transfer":
            to = self.trial.recipient(self.chance)
        return Open(self.atm.txid(self.skew_s), kind,
                    self.chance.choice("12"), to,
                    self.amount(), abs(self.skew_s) > 600)

    def amount(self):
        return (TOO_MUCH if self.chance.random() < 0.03 else
                self.chance.randint(1, 3000))

    def look(self):
        """Its own balances, statement or limits, which go into its history."""
        look = self.chance.choice(
            (self.look_at_balances, self.look_at_entries,
             self.look_at_limits))
        asked = time.monotonic()
        event = look(lambda: (asked, time.monotonic()))
        if event is not None:
            self.events.append(event)
            self.trial.count("looks")

    def read(self, text, said):
        """None where the bank has no memory or no room for an answer."""
        reply = self.atm.request(text)
        if reply.code == 503:
            return None
        if reply.said() != "200 " + said:
            raise Broken("%s: %s" % (text, reply.said()))
        return reply

    def look_at_balances(self, times):
        reply = self.read("2", "balances")
        if reply is None:
            return None
        if min(cents_of(reply)) < 0:
            raise Broken("balances: " + reply.text)
        return history.balances(
            self.session, self.name, times(), cents_of(reply))

    def look_at_entries(self, times):
        count = self.chance.randint(1, 8)
        reply = self.read("HISTORY %d" % count, "entries")
        return reply and history.entries(
            self.session, self.name, times(), count, reply.all("entry"))

    def look_at_limits(self, times):
        reply = self.read("DETAILS", "details")
        return reply and history.used(self.session, self.name, times(), *(
            cents(amount) - cents(left) for name, amount, left in map(
                str.split, reply.all("limit"))
            if name in ("transfer-day", "withdraw-day")))

    def connected(self):
        """In a session: a lost one is resumed, else there is a login."""
        if self.atm is not None and self.atm.channel.sock.fileno() >= 0:
            return True
        if self.atm is not None and self.atm.session is not None:
            self.atm.connect()
            reply = self.atm.resume(connect=False)
            if reply.code == 200:
                self.trial.count("resumed")
                self.listen()
                return True
            # 429: too many of this kiosk's were refused; a login is another.
            if reply.code not in (401, 429):
                raise Closed(reply.said())
        self.log_in()
        self.doubt = self.open is not None
        return True

    def log_in(self):
        if self.atm is not None:
            self.atm.channel.sock.close()
            self.atm = None
        client = atm.Atm(*self.trial.where(self.proxied),
                         self.trial.bank.anchor, kiosk=self.trial.kiosk,
                         source=self.source, timeout=10)
        self.atm = client       # lost with the link, where that is lost
        reply = client.login(self.name, "canary-" + self.name)
        if reply.code != 200:
            # No memory for the password is a password that isn't right.
            if reply.code in (429, 503) or (
                    reply.code == 401 and self.trial.memory_failed()):
                raise Closed(reply.said())
            raise Broken("login: " + reply.said())
        self.outcomes, self.refusals = 0, 0
        self.trial.count("logins")
        self.session = "%s/%d" % (self.name, self.trial.counts["logins"])
        self.listen()

    def listen(self):
        """To notices, on some connections."""
        if self.chance.random() < 0.3:
            self.atm.request("NOTIFY tls")

    def hear(self):
        """What came between answers."""
        notices, self.atm.notices[:] = list(self.atm.notices), []
        for line in (reply["notice"] for reply in notices):
            found = NOTICE.match(line)
            if found:
                self.trial.count("notices")
                self.events.append(history.notice(
                    self.session, self.name, time.monotonic(), int(found[1]),
                    cents(found[2]), found[3]))

    def settle(self):
        reply = self.atm.outcome(self.open.txid)
        if reply.code == 503:
            raise Closed(reply.said())
        stale = self.open.stale and reply.code == 422
        if not stale and reply.said() not in (
                "200 " + SUCCESS, "404 no such transaction"):
            raise Broken("OUTCOME: " + reply.said())
        self.outcomes += reply.code == 404
        self.note(reply, "outcome")

    def ask(self):
        wish = self.open
        self.sent = self.sent or time.monotonic()
        words = {"transfer": "1 %s %s " + str(wish.to), "deposit":
                 "DEPOSIT %s %s", "withdraw": "WITHDRAW %s %s"}[wish.kind]
        reply = self.atm.request("%s %d.%02d" % (
            (words % (wish.txid, wish.account),)
            + divmod(wish.amount, 100)))
        if not self.is_due(wish, reply):
            raise Broken("%s: %s" % (wish, reply.said()))
        self.refusals += reply.code != 200
        self.note(reply, "reply")
        if reply.code == 503:       # for good, as every refusal
            self.pause(0.02)

    def is_due(self, wish, reply):
        """An account to itself is refused for its form, before all else."""
        if reply.said() == "422 incorrect input":
            return wish.to == self.name
        if reply.code == 503:
            return reply.text == "the bank cannot take transactions now"
        if wish.stale:
            return reply.said() == "422 " + STALE
        return reply.code in (200, 402)

    def note(self, reply, how):
        wish = self.open
        self.notes.append(Note(
            self.name, wish.txid, wish.kind, wish.account, wish.to,
            wish.amount, reply.code, reply.get("seq"), how))
        times = self.sent, time.monotonic()
        if reply.code == 200:
            self.events.append(history.done(
                self.session, self.name, times, wish.txid, cents_of(reply)))
        elif reply.code == 402:
            self.events.append(history.poor(
                self.session, self.name, times, int(wish.account) - 1,
                wish.amount))
        self.hear()
        self.open, self.doubt = None, False
        self.trial.count("acknowledged" if reply.code == 200 else
                         "settled" if how == "outcome" else
                         "refused, %d" % reply.code)


class Reader(Party):
    """The operator, who reads the whole bank: one moment of it, whose sum is
    zero, and nobody in debt."""

    def __init__(self, trial):
        super().__init__(trial, "operator")

    def live(self):
        while not self.trial.over.is_set():
            self.read()
            self.pause(0.4)

    def read(self):
        served = self.trial.bank
        result = bank.run(bank.BANKCTL, "-j", "-c", served.config, "accounts")
        if result.returncode != 0:      # it is away just now
            self.lost = result.stderr
            return
        total = 0
        for row in json.loads(result.stdout):
            cents = [round(float(row[key]) * 100)
                     for key in ("savings", "checking")]
            if row["id"][0] != ":" and min(cents) < 0:
                raise Broken("a read has %r" % row)
            total += sum(cents)
        if total != 0:
            raise Broken("a read's sum is %d cents" % total)
        self.trial.count("reads of the whole bank")


class Guesser(Party):
    """Tries wrong passwords: each that was refused was counted for good."""

    ID = "guessed"

    def __init__(self, trial):
        super().__init__(trial, "guesser")
        self.sent = self.told = 0

    def live(self):
        while not self.trial.over.is_set() and self.sent < GUESSES_MAX:
            try:
                self.guess()
            except LOST as e:
                self.note_lost(e)
            self.pause(0.1)

    def connect(self):
        return atm.Atm(*self.trial.where(False), self.trial.bank.anchor,
                       source="127.0.3.1", timeout=10)

    def guess(self):
        client = self.connect()
        try:
            self.sent += 1
            code = client.login(self.ID, "wrong").code
            self.told += code == 401
            if code not in (401, 429, 503):
                raise Broken("a guess: %d" % code)
        finally:
            client.channel.sock.close()

    def judge(self):
        """In the end, by the bank's own count; no guess is forgotten but
        those that the trial may."""
        client = self.connect()
        reply = client.login(self.ID, "canary-" + self.ID)
        client.close()
        counted = int(reply.get("failed") or -1)
        least = self.told - self.trial.forgiven()
        if not least <= counted <= self.sent:
            raise bank.Failed("%d guesses were refused, %d sent, %d counted" % (
                self.told, self.sent, counted))
        self.trial.count("guesses", self.told)


class Kiosk(Party):
    """The real atm-tui in plain mode, killed again and again: each transfer
    of an amount of its own, so that what it says is about one."""

    EARLIER = re.compile(
        r"Your earlier transfer of \$(\S+) to p1\S* was (not )?completed")

    def __init__(self, trial, number):
        super().__init__(trial, "k%d" % number)
        self.faulty = trial.kiosk_program
        self.said = {}      # cents: True, False
        self.cents = 0

    def live(self):
        while not self.trial.over.is_set():
            self.cents += 1
            self.session("1\n1\np1\n%d.%02d\n" % divmod(self.cents, 100),
                         self.chance.random() < 0.5)
        while not self.trial.failed and self.session("", False) != 0:
            self.pause(0.1)

    def session(self, typed, doomed):
        served = self.trial.bank
        state = served.path("state-" + self.name)
        os.makedirs(state, exist_ok=True)
        if self.trial.steps:
            self.faulty.clock(self.chance.choice((0, 200, -STALE_S, STALE_S)))
        process = subprocess.Popen(
            [self.faulty.program, "-p", "-c", served.path("etc", "atm.ini"),
             "-o", "kiosk.state=" + state,
             *map(str, self.trial.where(self.trial.network))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        try:
            process.stdin.write(
                "%s\ncanary-%s\n%s3\n" % (self.name, self.name, typed))
            process.stdin.flush()
        except BrokenPipeError:     # it found no bank, and has ended
            pass
        if doomed:
            try:
                process.wait(self.chance.random() * 0.3)
            except subprocess.TimeoutExpired:
                process.kill()
                self.trial.count("killed atm-tui")
        return self.listen(process)

    def listen(self, process):
        output, error = patience.communicate(process, base=120)
        if process.returncode not in (0, 1, -9):
            raise Broken("atm-tui: %d\n%s%s" % (
                process.returncode, output, error))
        for amount, not_done in self.EARLIER.findall(output):
            cents = round(float(amount.replace(",", "")) * 100)
            if cents in self.said:
                raise Broken("atm-tui: " + output)
            self.said[cents] = not not_done
        if SUCCESS in output:
            self.said[self.cents] = True
            self.trial.count("acknowledged by atm-tui")
        return process.returncode

    def judge(self, books):
        """Said to be done: once; said not to be: never; all else, once at
        most."""
        found = collections.Counter(
            entry["amount"] for entry in books.entries
            if books.numbers[entry["debit"]].id == self.name
            and entry["txid"])
        for cents, times in found.items():
            if times > 1 or not self.said.get(cents, True):
                raise bank.Failed("%s: %d cents %d times, said %s" % (
                    self.name, cents, times, self.said.get(cents)))
        for cents, done in self.said.items():
            if done and not found[cents]:
                raise bank.Failed("%s: %d cents are lost" % (
                    self.name, cents))
