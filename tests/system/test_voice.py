# SPDX-License-Identifier: ISC
"""The screens aloud."""

import datetime
import gettext
import os
import re
import shutil
import socket
import unittest

from lib import bank, fakebank
from lib.bank import BUILD, wait_for
from lib.heard import Heard, Screens
from lib.sources import source

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


class Aloud(Heard):
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

    def test_say_again_what_is_being_said(self):
        """By a voice that is still at it: once, not twice."""
        kiosk = Screens(self, "speech.command=" + self.script(
            "voice", 'cat >"$0.$$" && cat "$0.$$" >>%s\n'
            'exec tail -f /dev/null\n' % self.heard_file))
        self.wait(kiosk, "press any key or touch the screen")
        kiosk.type(" ")
        self.wait(kiosk, "Please enter your ID")
        kiosk.type(self.name)
        said = self.wait(kiosk, "ID " + self.name)
        kiosk.type("*")
        self.assertEqual(self.wait(kiosk, "ID " + self.name),
                         "ID " + self.name, said)

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
            self.shows(kiosk, "válido", "marca")

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
