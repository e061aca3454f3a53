# SPDX-License-Identifier: ISC
"""The screens aloud, and their paper: the real atm-tui in a terminal of ours,
with commands of ours for voice and printer."""

import datetime
import fcntl
import gettext
import glob
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import termios
import unittest

from lib import bank, fakebank, wire
from lib.bank import ATM_TUI, BUILD, wait_for
from lib.case import BankCase
from lib.proxy import CUT_BEFORE, PASS, Proxy
from lib.sources import source


class Screens:
    """atm-tui on a terminal of 80x24; nobody reads the pictures."""

    def __init__(self, test, *options, port=None):
        served = test.bank
        command = [ATM_TUI, "-c", served.path("etc", "atm.ini"),
                   "-o", "kiosk.state=" + test.state]
        command += [word for option in options for word in ("-o", option)]
        command += ["127.0.0.1", str(port or served.port)]
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            os.execv(ATM_TUI, command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, 80, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        test.addCleanup(self.close)

    def drain(self):
        while select.select([self.fd], [], [], 0)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data

    def type(self, text):
        """A key at a time, as a person does."""
        for key in text:
            self.drain()
            os.write(self.fd, key.encode())
        return self

    def press(self, bytes_of_keys):
        """Several at once, or one of several bytes."""
        self.drain()
        os.write(self.fd, bytes_of_keys)

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


ACCOUNTS = ["Please select an account (enter 1 or 2):", "Savings", "Checking"]
MENU = ["Please select one of the following actions (enter 1 to 7):",
        "Transfer money", "Check account balance", "Exit", "Deposit",
        "Withdraw", "Statement", "Account services"]
# What is typed, what is said then in this order, and what else.
VISIT = (
    ("", ["press any key or touch the screen"]),
    (" ", ["Welcome. Please enter your ID and password.", "ID"]),
    ("NAME\r", ["Your ID is %s.", "Password"]),
    ("canary-NAME\r", MENU + ["ID and password are correct"]),
    ("2", ["Your savings account balance: %s",
           "Your checking account balance: %s"],
     "%1$s: %2$s now, between %3$s and %4$s"),
    (" ", MENU),
    ("1", ACCOUNTS),
    ("1", ["Who gets the money from your savings account?",
           "To my checking account", "Another ID"]),
    ("2", ["Recipient's ID"]),
    ("chris\r", ["How much would you like to send?", "Amount"],
     "Available in your savings account: %s"),
    ("5\r", ["Would you like to add a message?",
             "The recipient sees it too. You can leave it empty.",
             "Message"]),
    ("thanks\r", ["Send %s from your savings account to %s?", "Message",
                  "Enter: yes", "Esc: no"]),
    ("\r", ["your transaction is successful",
            "%1$s left your savings account for %2$s.", "Message",
            "Your savings account balance: %s", "Reference %s, %s"]),
    (" ", MENU),
    ("5", ACCOUNTS),
    ("2", ["How much would you like to withdraw?", "Another amount"],
     "Available in your checking account: %s"),
    ("2", ["Withdraw %s from your checking account?", "Enter: yes",
           "Esc: no"]),
    ("\r", ["your transaction is successful", "Please take your cash: %s",
            "%s left your checking account.",
            "Your checking account balance: %s", "Reference %s, %s"]),
    (" ", MENU),
    ("6", ["Statement: %1$s, %2$s", "Withdrawn", "Sent to %s", "Balance",
           "Money in: %1$s   Money out: %2$s"]),
    ("?", ["Keys on this screen", "back", "help", "Press any key"]),
    (" \x1b", MENU),
    ("3", ["Thank you. Goodbye!"]),
)


def spoken(text):
    """What is filled in may be anything."""
    parts = re.split(r"%(?:\d\$)?[a-z]", " ".join(text.split()))
    return ".{1,60}?".join(re.escape(part) for part in parts)


class Aloud(BankCase):
    weight = 15
    people = 30
    used = 0

    def setUp(self):
        cls = type(self)
        cls.used += 1
        self.name = "p%d" % cls.used
        self.state = self.bank.path("kiosk-%d" % cls.used)
        os.makedirs(self.state)
        self.heard_file = self.bank.path("heard-" + self.name)

    def script(self, name, text):
        path = self.bank.path("%s-%s" % (name, self.name))
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    def heard(self):
        try:
            with open(self.heard_file) as f:
                return " ".join(f.read().split())
        except FileNotFoundError:
            return ""

    def wait(self, kiosk, text):
        """Until the voice has said it; what it had said before goes."""
        def said():
            kiosk.drain()
            return text in self.heard()
        try:
            wait_for(repr(text), said)
        except bank.Failed:
            self.fail("%r in\n%s\n%s" % (text, self.heard(), kiosk.seen[-3000:]))
        past = self.heard()
        os.remove(self.heard_file)
        return past

    def voice(self):
        return "speech.command=" + self.script(
            "voice", 'cat >"$0.$$" && cat "$0.$$" >>%s\n' % self.heard_file)

    def log_in(self, kiosk):
        self.wait(kiosk, "press any key")
        kiosk.type(" ")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type("%s\rcanary-%s\r" % (self.name, self.name))
        self.wait(kiosk, "Please select one")

    def test_a_session(self):
        kiosk = Screens(self, self.voice())
        self.wait(kiosk, "press any key or touch the screen")
        kiosk.type(" ")
        self.wait(kiosk, "ID")
        kiosk.type(self.name)
        self.wait(kiosk, "ID " + self.name)
        kiosk.type("\r")
        self.wait(kiosk, "Password")
        kiosk.type("9413827\x7f\x7f605\r")
        said = self.wait(kiosk, "ID or password is incorrect")
        for digits in ("9413", "605", "94138605", "*", "•"):
            self.assertNotIn(digits, said)
        self.assertFalse([c for c in "9438605" if c in said.replace(
            self.name, "")], said)
        kiosk.type(self.name + "\rcanary-" + self.name + "\r")
        said = self.wait(kiosk, "1. Transfer money")
        self.assertIn("Please select one of the following actions", said)
        self.assertNotIn("canary-", said)
        kiosk.type("\x1b[B")
        self.wait(kiosk, "2. Check account balance")
        kiosk.type("\r")
        self.wait(kiosk, "Your checking account balance: $1,000.00")
        kiosk.type("x9")
        self.wait(kiosk, "incorrect input")
        kiosk.type("6")
        self.wait(kiosk, "adjustment")

    def hear(self, kiosk, pattern):
        def said():
            kiosk.drain()
            return re.search(pattern, self.heard())
        try:
            wait_for(pattern, said)
        except bank.Failed:
            self.fail("%s in\n%s\n%s" % (
                pattern, self.heard(), kiosk.seen[-3000:]))

    def by_ear(self, language):
        """As `make demo-blind`, but that the voice writes down what it is
        told."""
        flags = re.search(r"speech\.command=espeak-ng ([^'\"]*)",
                          source("Makefile"))[1]
        kiosk = Screens(
            self, "screen.language=" + language, "speech.command=%s %s" % (
                self.script("espeak-ng", 'test "$1 $2" = "-v %s" && '
                            'cat >"$0.$$" && cat "$0.$$" >>%s\n' % (
                                language, self.heard_file)), flags))
        translate = gettext.translation(
            "atm-tui", os.path.join(BUILD, "locale"), [language],
            fallback=language == "en").gettext
        said = ""
        for keys, words, *others in VISIT:
            kiosk.type(keys.replace("NAME", self.name))
            for pattern in (".*".join(spoken(translate(w)) for w in words),
                            *(spoken(translate(w)) for w in others)):
                self.hear(kiosk, pattern)
            said += self.heard()
            os.remove(self.heard_file)
        self.assertNotIn("canary-", said)
        self.assertEqual(self.checking(), 960)

    def test_a_visit_by_ear(self):
        self.by_ear("en")

    def test_a_visit_by_ear_in_spanish(self):
        self.by_ear("es")

    def test_a_visit_by_ear_in_arabic(self):
        self.by_ear("ar")

    def test_say_again(self):
        """What was said last; asked for twice, the whole screen."""
        kiosk = Screens(self, self.voice())
        said = self.wait(kiosk, "press any key or touch the screen")
        self.assertIn("Press * to hear something again", said)
        kiosk.type("*")
        self.wait(kiosk, "press any key or touch the screen")
        kiosk.type(" ")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type(self.name)
        self.wait(kiosk, "ID " + self.name)
        kiosk.type("*")
        said = self.wait(kiosk, "ID " + self.name)
        self.assertNotIn("Please enter", said)
        kiosk.type("*")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type("\r")
        self.wait(kiosk, "Password")
        kiosk.press(b"\x1bOS")          # F4, where `*` may be typed
        self.wait(kiosk, "Password")
        kiosk.type("canary-" + self.name + "\r")
        self.wait(kiosk, "Please select one")
        kiosk.type("\x1b[B")
        self.wait(kiosk, "2. Check account balance")
        kiosk.type("*")
        self.assertEqual(self.wait(kiosk, "2. Check account balance"),
                         "2. Check account balance")
        kiosk.type("?")
        self.wait(kiosk, "*/F4 say again")
        kiosk.type("*")
        self.wait(kiosk, "*/F4 say again")

    def test_nobody_hears_it_again(self):
        """What the last customer was told is gone with them."""
        kiosk = Screens(self, self.voice(), "screen.final_balance=show")
        self.log_in(kiosk)
        kiosk.type("3")
        self.wait(kiosk, "Your checking account balance: $1,000.00")
        kiosk.press(b" *")
        said = self.wait(kiosk, "press any key or touch the screen")
        self.assertNotIn("balance", said)

    def test_another_screen_interrupts(self):
        """A voice that never ends is silent when the bank has answered."""
        go = self.bank.path("go-" + self.name)
        os.mkfifo(go)
        voice = self.script("voice", 'cat >"$0.$$" && cat "$0.$$" >>%s\n'
                            "exec sleep 1000\n" % self.heard_file)
        kiosk = Screens(
            self, "speech.command=" + voice, "cash.dispense=" + self.script(
                "dispense", "read answer <%s\n" % go))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        self.wait(kiosk, "Please take your cash: 2 × $20")
        with open(go, "w") as f:
            f.write("go\n")
        self.wait(kiosk, "your transaction is successful")

    def test_the_language(self):
        out = self.bank.path("language-" + self.name)
        kiosk = Screens(self, "screen.language=es", "speech.command=%s %%l" %
                        self.script("voice", "echo $1 >>%s; cat >>%s\n" % (
                            out, out)))
        self.heard_file = out
        self.assertTrue(self.wait(kiosk, "pulse una tecla").startswith(
            "es "))
        kiosk.type("L")
        self.assertTrue(self.wait(kiosk, "اضغط أي مفتاح").startswith("ar "))

    @unittest.skipUnless(shutil.which("espeak-ng"), "no espeak-ng")
    def test_a_real_voice(self):
        """As `make demo-blind` has it, without a loudspeaker."""
        sounds = []
        for language in ("en", "es", "ar"):
            self.heard_file = self.bank.path("sounds-" + language)
            kiosk = Screens(
                self, "screen.language=" + language, "speech.command=%s %%l" %
                self.script("speak", "espeak-ng -q --ipa -v $1 >%s\n" %
                            self.heard_file))
            wait_for("a sound", lambda: kiosk.drain() or self.heard())
            sounds.append(self.heard())
        self.assertIn("\u02c8", sounds[0])
        self.assertEqual(len(set(sounds)), 3, sounds)

    def test_a_voice_that_fails(self):
        kiosk = Screens(self, "speech.command=/nonexistent")
        for key, sign in ((" ", b"Please enter your ID"), ("x", b"x")):
            wait_for("a welcome", lambda: kiosk.drain() or
                     b"connected" in kiosk.seen)
            kiosk.type(key)
            wait_for("%r" % sign, lambda: kiosk.drain() or sign in kiosk.seen)

    def shows(self, kiosk, *words):
        wait_for(repr(words), lambda: kiosk.drain() or all(
            word.encode() in kiosk.seen for word in words))

    def test_the_clock_is_wrong(self):
        """A certificate of tomorrow: not "out of service"."""
        keys = self.bank.path("keys-" + self.name)
        os.makedirs(keys)
        fakebank.make_keys(keys, datetime.datetime.utcnow() +
                           datetime.timedelta(days=1))
        with fakebank.FakeBank(keys) as fake:
            kiosk = Screens(
                self, self.voice(), "bank.certificate=" + keys + "/bank.crt",
                port=fake.port)
            said = self.wait(kiosk, "This machine's clock says")
            self.assertIn("this machine's clock is wrong", said)
            self.assertRegex(said, r"certificate is valid from \d")
            self.assertNotIn("out of service", said)
            self.assertNotIn(b"out of service", kiosk.seen)
            kiosk.type("L")
            self.wait(kiosk, "el reloj de este cajero está mal")
            self.shows(kiosk, "vale", "marca")

    def test_the_certificate_has_ended(self):
        """A clock or a chore, with both times, and no word of trust."""
        keys = self.bank.path("keys-" + self.name)
        os.makedirs(keys)
        fakebank.make_keys(keys, datetime.datetime.utcnow() -
                           datetime.timedelta(days=366))
        with fakebank.FakeBank(keys) as fake:
            kiosk = Screens(
                self, self.voice(), "bank.certificate=" + keys + "/bank.crt",
                port=fake.port)
            said = self.wait(kiosk, "This machine's clock says")
            self.assertIn("this machine is out of service", said)
            self.assertRegex(said, r"certificate was valid until \d")
            kiosk.type("L")
            self.wait(kiosk, "fuera de servicio")
            self.shows(kiosk, "hasta", "marca")
            for word in (b"does not trust", "confía".encode()):
                self.assertNotIn(word, kiosk.seen)

    def test_a_bank_that_is_away(self):
        """Said once, however often the kiosk tries."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(0)
            tries = 0
            kiosk = Screens(self, self.voice(), port=door.getsockname()[1])

            def tried(often):
                nonlocal tries
                kiosk.drain()
                try:
                    door.accept()[0].close()
                    tries += 1
                except BlockingIOError:
                    pass
                return tries >= often
            wait_for("a try", lambda: tried(1))
            said = self.wait(kiosk, "No connection to the bank since")
            self.assertEqual(said.count("out of service"), 1, said)
            wait_for("more tries", lambda: tried(5))
        self.assertEqual(self.heard(), "")

    def test_receipts(self):
        """Result and statement, to a command and to files."""
        paper = self.bank.path("paper-" + self.name)
        files = self.bank.path("files-" + self.name)
        os.makedirs(files)
        kiosk = Screens(
            self, self.voice(), "receipt.directory=" + files,
            "receipt.command=" + self.script(
                "print", "cat >%s.new; mv %s.new %s\n" % ((paper,) * 3)))
        self.log_in(kiosk)
        kiosk.type("51")
        self.wait(kiosk, "How much would you like to withdraw?")
        kiosk.type("2")
        self.wait(kiosk, "Withdraw $40.00 from your savings account?")
        kiosk.type("\r")
        self.wait(kiosk, "your transaction is successful")
        kiosk.type("1")
        self.wait(kiosk, "Please take your receipt")
        with open(paper) as f:
            text = f.read()
        for part in ("Bank of the Example", "Kiosk: +kiosk-1",
                     "Kind: +withdrawal", "Account: +Savings",
                     r"Amount: +\$40\.00", r"Balance: +\$", "Date: ",
                     "Reference: ", r"Customer: +\*"):
            self.assertRegex(text, part)
        self.assertNotIn(self.name, text)
        os.remove(paper)
        kiosk.type("x")
        self.wait(kiosk, "Please select one")
        kiosk.type("6")
        self.wait(kiosk, "Statement")
        self.wait_for_entries(kiosk)
        kiosk.type("51")
        self.wait(kiosk, "Please take your receipt")
        with open(paper) as f:
            self.assertRegex(f.read(), r"withdrawal +Savings +-40.00")
        names = sorted(os.path.basename(path).split("-")[0]
                       for path in glob.glob(files + "/*"))
        self.assertEqual(names, ["receipt", "statement"])
        for path in glob.glob(files + "/*"):
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def wait_for_entries(self, kiosk):
        wait_for("the entries", lambda: kiosk.drain() or
                 b"-40.00" in kiosk.seen)

    def test_a_printer_that_fails(self):
        kiosk = Screens(self, self.voice(), "receipt.command=/bin/false")
        self.log_in(kiosk)
        kiosk.type("4150\r\r")
        self.wait(kiosk, "your transaction is successful")
        kiosk.type("1")
        self.wait(kiosk, "The receipt could not be printed")

    def withdraw(self, kiosk):
        kiosk.type("52")
        self.wait(kiosk, "How much would you like to withdraw?")
        kiosk.type("2")
        self.wait(kiosk, "Withdraw $40.00 from your checking account?")
        kiosk.type("\r")

    def checking(self):
        return float(self.bank.lines()[self.name][1])

    def test_money_that_does_not_come(self):
        kiosk = Screens(self, self.voice(), "cash.dispense=/bin/false",
                        "receipt.directory=" + self.bank.path("var"))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        said = self.wait(kiosk, "The money is back in your account")
        self.assertIn("The machine could not pay out your cash", said)
        self.assertNotIn("successful", said)
        self.assertEqual(self.checking(), 1000)
        kiosk.type("1")
        self.wait(kiosk, "Please take your receipt")
        paper = glob.glob(self.bank.file("receipt-*"))[0]
        with open(paper) as f:
            self.assertIn("\n\nThe money is back in your account\n", f.read())
        os.remove(paper)
        self.assertEqual(os.listdir(self.state), [])

    def test_the_session_is_gone_while_the_machine_works(self):
        """Who waits for money is told of it, and then it is over."""
        go = self.bank.path("go-" + self.name)
        running = go + ".running"
        os.mkfifo(go)
        kiosk = Screens(self, self.voice(), "cash.dispense=" + self.script(
            "dispense", "touch %s; read answer <%s\n" % (running, go)))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        wait_for("the command", lambda: kiosk.drain() or
                 os.path.exists(running))
        self.bank.kill_child("vault")
        wait_for("the lost link", lambda: kiosk.drain() or
                 b"connection lost" in kiosk.seen)
        with open(go, "w") as f:
            f.write("go\n")
        self.wait(kiosk, "Please take your cash: 2 × $20")
        kiosk.type("x")
        self.wait(kiosk, "press any key or touch the screen")
        self.assertEqual(self.checking(), 960)
        self.assertEqual(os.listdir(self.state), [])

    def lose_the_answer(self, after):
        """A withdrawal whose answer never comes, and the session with it:
        the vault dies when the bank has (`after`) or hasn't read it."""
        handed = self.bank.path("handed-" + self.name)
        asked = []

        def decide(link, way, count, kind, size):
            if link == 0 and self.asking and not asked and (
                    way == ("down" if after else "up")) and (
                    after or size == wire.RECORD_OF_S):
                asked.append(way)
                self.bank.kill_child("vault")
                return CUT_BEFORE
            return PASS
        self.asking = False
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            kiosk = Screens(self, self.voice(), "cash.dispense=" +
                            self.script("dispense", "touch %s\n" % handed),
                            port=proxy.port)
            self.log_in(kiosk)
            kiosk.type("52")
            self.wait(kiosk, "How much would you like to withdraw?")
            kiosk.type("2")
            self.wait(kiosk, "Withdraw $40.00 from your checking account?")
            self.asking = True
            kiosk.type("\r")
            said = self.wait(
                kiosk, "The connection was lost. Any charge will be reversed.")
            self.assertIn("No cash was paid out", said)
            self.assertNotIn("successful", said)
            # Without the customer, by V: it is the kiosk's word.
            wait_for("the reversal", lambda: kiosk.drain() or
                     os.listdir(self.state) == [])
            kiosk.type("x")
            self.wait(kiosk, "press any key or touch the screen")
        self.assertTrue(asked)
        self.assertFalse(os.path.exists(handed))
        self.assertEqual(self.checking(), 1000)

    def kinds(self):
        return [line.split(" ")[2] for line in self.session(
            self.name).request("HISTORY 9").all("entry")]

    def test_the_session_is_lost_with_the_request(self):
        self.lose_the_answer(after=False)
        self.assertNotIn("withdraw", self.kinds())

    def test_the_session_is_lost_with_the_answer(self):
        """It was booked: it is taken back, once."""
        self.lose_the_answer(after=True)
        self.assertEqual(self.kinds().count("withdraw"), 1)
        self.assertEqual(self.kinds().count("reversal"), 1)

    def test_the_signal_to_end_waits_for_the_machine(self):
        go = self.bank.path("go-" + self.name)
        running = go + ".running"
        os.mkfifo(go)
        kiosk = Screens(self, self.voice(), "cash.dispense=" + self.script(
            "dispense", "touch %s; read answer <%s\n" % (running, go)))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        wait_for("the command", lambda: kiosk.drain() or
                 os.path.exists(running))
        os.kill(kiosk.pid, signal.SIGTERM)
        with open(go, "w") as f:
            f.write("go\n")
        wait_for("its end", lambda: kiosk.drain() or not bank.alive(kiosk.pid))
        self.assertEqual(os.listdir(self.state), [])
        self.assertEqual(self.checking(), 960)

    def test_since_the_last_visit(self):
        def second():
            return session.request(
                "1 %s 1 fey 1" % session.txid())["time"]
        self.bank.plain("%s\ncanary-%s\n3\n" % (self.name, self.name))
        session = self.session("chris")
        first = second()
        wait_for("a second", lambda: second() > first, every=0.2)
        session.request("1 %s 1 %s 12.50" % (session.txid(), self.name))
        kiosk = Screens(self, self.voice())
        self.wait(kiosk, "press any key")
        kiosk.type(" ")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type("%s\rcanary-%s\r" % (self.name, self.name))
        self.wait(kiosk, "1 new notice")
        kiosk.type("n")
        said = self.wait(kiosk, "you received $12.50 from chris")
        self.assertIn("Since your last visit:", said)

    def test_bounces(self):
        """The same key within the time counts once, another at once."""
        kiosk = Screens(self, self.voice(), "screen.debounce_ms=2000")
        self.wait(kiosk, "press any key")
        kiosk.type(" ")
        self.wait(kiosk, "ID")
        kiosk.type("aabab")
        self.wait(kiosk, "ID abab")


if __name__ == "__main__":
    unittest.main()
