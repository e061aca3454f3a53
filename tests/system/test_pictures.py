# SPDX-License-Identifier: ISC
"""A screen test for each screen and each refusal, at 80x24, 60x20 and 132x43,
in three languages: what the kiosk can say is taken from its source, and each
sentence of it is looked for in the pictures of all nine, whole."""

import gettext
import glob
import os
import re
import unicodedata
import unittest
import xml.etree.ElementTree

from lib.bank import BUILD, TOP
from lib.sources import paths, read, source

VARIANTS = ("en-80x24", "en-60x20", "es-80x24", "es-60x20",
            "en-132x43", "es-132x43", "ar-80x24", "ar-60x20", "ar-132x43")
ARABIC = "[\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*"
SOURCES = ("screen_*.c", "errand.c", "kiosk.c", "kiosk_[!d]*.c", "confirm.c", "idle.c",
           "input.c", "news.c",
           "limits.c", "cash.c", "chart.c", "chrome_*.c", "form*.c",
           "statement_*.c")

# What no customer sees on a screen of these, and why.
NOT_SHOWN = {
    # of the bank
    "no such transaction": "OUTCOME and REVERSE answer it to the kiosk",
    "this transaction ID was used for something else":
        "the kiosk makes a new one for each thing asked for",
    "already reversed": "settles the kiosk's own question",
    "stale transaction ID": "the kiosk reckons by the bank's clock",
    "protocol error": "told as a bank that does not speak as it should",
    "the account is not empty":
        "the kiosk asks first what is left; money that comes meanwhile",
    # of the kiosk
    "Too many requests. Please log in again.":
        "the 17th left over of one customer; unit/test_kiosk has OUTCOME",
    "Too many refused transactions. Please exit and log in again.":
        "the 129th new one of a visit; system/faces.Done has it",
    "Sorry, this machine's clock is wrong": "system/test_voice has it",
    "The bank's certificate is valid from %s": "the same",
    "The bank's certificate was valid until %s": "the same",
    "This machine's clock says %s": "the same",
    "This language is not installed here":
        "only where the catalogue is missing, so in English alone",
    "No connection to the bank from %1$s to %2$s": "screens/test_screens",
    "Trying again now...": "a moment between two tries",
    "Press * to hear something again, and ? to hear the keys.":
        "said aloud alone; system/test_voice has it",
    "on the screen": "of the keypad, in the help; screens/test_sizes has it",
    "say again": "only with a voice; screens/test_sizes has it",
    "One-time password": "an operator's; screens/test_features has it",
    "Please choose a password of your own": "the same",
    "Please take your cash": "a machine that doesn't know its notes",
    "There is more. Please look at your statement.":
        "more than a list holds; unit/test_news and unit/test_receipt",
    'cash.notes: "%s" is not a list of notes': "at the start, for an operator",
    'cash.stock: "%s" must have one number for each of cash.notes':
        "at the start, for an operator",
}
# Those of the accounts that the tours don't use: their twins are shown.
TWINS = {
    "Withdraw %s from your savings account?",
    "Deposit %s into your checking account?",
    "Move %s from your checking account to your savings account?",
    "Send %s from your checking account to %s?",
    "Who gets the money from your checking account?",
    "To my savings account",
    "%1$s left your checking account for %2$s.",
    "At most %s today", "At most %s at a time",
    "From checking", "To savings", "Received from %s",
    "Withdrawal reversed", "%1$d-%2$d of the newest %3$d",
    "the one-time password is incorrect",
    "Time",     # a column that has no room at 60x20
}
# Told as notices, which are sentences of a list.
NOTICES = {
    "Your earlier transfer of %1$s to %2$s was completed",
    "Your earlier transfer of %1$s to %2$s was not completed",
    "Your earlier deposit of %1$s was completed",
    "Your earlier deposit of %1$s was not completed",
    "Your earlier withdrawal of %1$s was completed",
    "Your earlier withdrawal of %1$s was not completed",
}


def marked(text):
    """The strings of _() and N_(), adjacent ones joined."""
    found = set()
    for match in re.findall(r'\bN?_\(((?:\s*"(?:[^"\\]|\\.)*")+)', text):
        found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match))
                  .replace('\\"', '"'))
    return found


def without_hints(text):
    """The key line gives way where room is short."""
    return re.sub(r"chrome_hint\(.*?\);", "", text, flags=re.S)


def spoken():
    """All that screens say, but for keys and for what is being waited for."""
    found = set()
    for name in paths("atm-tui", *SOURCES):
        found |= marked(without_hints(read(name)))
    return found


def refusals_of_the_bank():
    rows = re.findall(r'\[WIRE_[A-Z_]+\] = \{ ([45]\d\d),\s*"([^"]*)" \}',
                      source("shared", "wire_reply.c"))
    assert len(rows) > 10
    return {text for _, text in rows}


def read_from_the_right(text):
    """Arabic as it is read, of letters as they are seen; what else stands in
    a row is turned over with it."""
    return "\n".join(unicodedata.normalize("NFKC", line[::-1])
                     for line in text.splitlines())


def pictures(variant):
    """{name: the picture as one line of words}"""
    found = {}
    for path in glob.glob(os.path.join(
            TOP, "tests", "screens", "expected", variant, "*.txt")):
        words = read(path)
        if variant.startswith("ar"):
            words = read_from_the_right(words)
        words = re.sub(r"[─-╿]", " ", words)
        found[os.path.basename(path)[:-4]] = re.sub(r"\s+", " ", words)
    return found


def pattern(text):
    """What is filled in may be anything."""
    parts = re.split(r"%(?:\d\$)?[-\d.*]*[a-z]+", text)
    return r".{1,40}?".join(re.escape(re.sub(r"\s+", " ", part))
                            for part in parts)


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.translate = {}
        for language in ("es", "ar"):
            with open(os.path.join(BUILD, "locale", language, "LC_MESSAGES",
                                   "atm-tui.mo"), "rb") as f:
                cls.translate[language] = gettext.GNUTranslations(f).gettext

    def wanted(self, variant, text):
        """What must be found in a picture."""
        language = variant[:2]
        if language == "en":
            return pattern(text)
        text = self.translate[language](text)
        if language == "es":
            return pattern(text)
        return r".{0,60}?".join(re.findall(ARABIC, text))

    def look_for(self, texts):
        missing = []
        for variant in VARIANTS:
            shown = list(pictures(variant).values())
            self.assertTrue(shown, variant)
            for text in sorted(texts):
                wanted = self.wanted(variant, text)
                if not any(re.search(wanted, words) for words in shown):
                    missing.append("%s: %s" % (variant, text))
        self.assertEqual(missing, [])

    def test_each_refusal_of_the_bank(self):
        self.look_for(refusals_of_the_bank() - set(NOT_SHOWN))

    def test_each_sentence_of_the_screens(self):
        self.look_for(spoken() - set(NOT_SHOWN) - TWINS - NOTICES)

    def test_the_exceptions_are_said_somewhere(self):
        said = spoken() | refusals_of_the_bank()
        self.assertEqual((set(NOT_SHOWN) | TWINS | NOTICES) - said, set())

    def test_each_screen(self):
        """Named by the screen, or by what it shows."""
        names = {
            "WELCOME": "welcome", "OUT": "out", "LOGIN": "login",
            "SIGN_UP": "sign-up", "MAIN_MENU": "menu", "ACCOUNT": "account",
            "TRANSFER": "transfer", "AMOUNT": "withdraw",
            "RESULT": "transfer-done", "BALANCE": "balance",
            "STATEMENT": "statement", "SERVICES": "services",
            "PASSWORD": "password", "NOTICES": "notices",
            "GOODBYE": "goodbye"}
        screens = set(re.findall(r"\[SCREEN_([A-Z_]+)\] = &screen_",
                                 source("atm-tui", "screens_table.c")))
        self.assertEqual(screens, set(names))
        for variant in VARIANTS:
            for name in names.values():
                self.assertIn(name, pictures(variant), variant)

    def test_the_same_pictures_in_each(self):
        first = set(pictures(VARIANTS[0]))
        self.assertGreater(len(first), 80)
        for variant in VARIANTS[1:]:
            self.assertEqual(set(pictures(variant)), first, variant)

    def test_each_picture_is_compared(self):
        """None is left over from a test that is gone."""
        tests = "".join(read(path) for path in glob.glob(
            os.path.join(TOP, "tests", "screens", "test_*.c")))
        for name in pictures(VARIANTS[0]):
            self.assertRegex(tests, r'"%s"' % re.escape(name))


class Drawn(unittest.TestCase):
    """The pictures of README.md."""

    def test_each_character_has_its_place(self):
        """Whatever font a reader's program takes, cells stay cells."""
        for path in glob.glob(os.path.join(TOP, "man", "pictures", "*.svg")):
            root = xml.etree.ElementTree.parse(path).getroot()
            texts = [e for e in root.iter() if e.tag.endswith("}text")]
            self.assertGreater(len(texts), 5, path)
            for element in texts:
                places = [float(x) for x in element.get("x").split()]
                self.assertEqual(len(places), len(element.text), path)
                self.assertEqual(places, sorted(set(places)), path)

    def test_each_has_the_screens_margin(self):
        """Also the one of a notice, which has a colour of its own."""
        margins = set()
        for path in glob.glob(os.path.join(TOP, "man", "pictures", "*.svg")):
            with open(path) as f:
                margins.add(re.search(r'<rect .*rx="8" fill="([^"]*)"',
                                      f.read())[1])
        self.assertEqual(len(margins), 1, margins)

    def test_each_is_shown(self):
        shown = set(re.findall(r"man/pictures/([\w-]+)\.svg",
                               source("README.md")))
        self.assertEqual(shown, {
            os.path.basename(path)[:-4] for path in glob.glob(
                os.path.join(TOP, "man", "pictures", "*.svg"))})


if __name__ == "__main__":
    unittest.main()
