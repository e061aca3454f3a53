# SPDX-License-Identifier: ISC
"""What the kiosk says in English, it says in every other language: what
_(), N_() and intl_plural() mark in the sources, against each po/*.po."""

import ast
import glob
import os
import re
import shutil
import unittest

from lib.bank import TOP, run
from lib.sources import paths

SOURCES = paths("atm-tui", "*.[ch]")
CATALOGUES = sorted(glob.glob(os.path.join(TOP, "atm-tui", "po", "*.po")))

STRING = r'"(?:[^"\\\n]|\\.)*"'
STRINGS = r"((?:%s\s*)+)" % STRING
MARKED = re.compile(r"\b(?:_|N_)\(\s*%s\)" % STRINGS)
PLURAL = re.compile(r"\bintl_plural\(\s*%s,\s*%s," % (STRINGS, STRINGS))
CONVERSION = re.compile(
    r"%(?:(?P<place>\d+)\$)?(?P<flags>[-+ #0']*)(?P<width>\*|\d+)?"
    r"(?:\.(?P<precision>\*|\d+)?)?(?P<kind>(?:hh|h|ll|l|j|z|t|L)?[a-zA-Z%])")
# Plural forms of a single number each, which may be said by the word alone.
ONE_NUMBER = {"ar.po": (0, 1, 2)}


def value(literals):
    """Adjacent C strings as the one that they make."""
    text = "".join(found[1:-1] for found in re.findall(STRING, literals))
    return ast.literal_eval('"%s"' % text)


def without_comments(text):
    """Comments gone, strings as they were."""
    return re.sub(r"%s|'(?:[^'\\]|\\.)+'|/\*.*?\*/|//[^\n]*" % STRING,
                  lambda m: " " if m[0].startswith("/") else m[0], text,
                  flags=re.S)


def marked(text):
    """(one, many) for each string of a source; many is None but in plurals."""
    text = without_comments(text)
    found = {(value(m[1]), None) for m in MARKED.finditer(text)}
    return found | {(value(m[1]), value(m[2])) for m in PLURAL.finditer(text)}


def entries(text):
    """(msgid, msgid_plural or None, [msgstr...], fuzzy) of a catalogue."""
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        flags = " ".join(line for line in lines if line.startswith("#,"))
        body = "\n".join(line for line in lines if not line.startswith("#"))
        fields = [(m[1], value(m[2])) for m in re.finditer(
            r"^(msgid|msgid_plural|msgstr(?:\[\d\])?)\s+%s" % STRINGS, body,
            re.M)]
        if fields:
            named = dict(fields)
            yield (named["msgid"], named.get("msgid_plural"),
                   [text for key, text in fields
                    if key.startswith("msgstr")], "fuzzy" in flags)


def conversions(text):
    """What printf(3) would take, in the order of its arguments."""
    found, at = [], 0
    for m in CONVERSION.finditer(text):
        if m["kind"] == "%":
            continue
        stars = [m["width"], m["precision"]].count("*")
        at = int(m["place"]) if m["place"] else at + 1
        found.append((at, "*" * stars + m["kind"]))
        at += stars
    return sorted(set(found))


class Language(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wanted = {}
        for path in SOURCES:
            with open(path) as f:
                for key in marked(f.read()):
                    cls.wanted.setdefault(key, os.path.basename(path))
        cls.catalogues = {}
        for path in CATALOGUES:
            with open(path) as f:
                cls.catalogues[os.path.basename(path)] = list(
                    entries(f.read()))

    def test_there_is_something_to_say(self):
        self.assertGreater(len(self.wanted), 200)
        self.assertIn("es.po", self.catalogues)

    def test_every_mark_is_on_a_literal(self):
        """A mark on something else is one that no catalogue can know; a
        variable is looked up where N_() has marked what it may be."""
        for path in SOURCES:
            with open(path) as f:
                text = without_comments(f.read())
            text = re.sub(r"(?m)^#define.*$", "", text)
            for m in re.finditer(r"\bN_\(\s*(.)", text):
                self.assertEqual(m[1], '"', os.path.basename(path))

    def test_every_string_is_translated(self):
        for name, catalogue in self.catalogues.items():
            known = {(one, many) for one, many, texts, fuzzy in catalogue
                     if all(texts) and not fuzzy}
            missing = ["%s: %r" % (where, key[0])
                       for key, where in sorted(self.wanted.items(), key=str)
                       if key not in known]
            self.assertEqual(missing, [], "not in " + name)

    def test_nothing_is_left_over(self):
        for name, catalogue in self.catalogues.items():
            stale = [one for one, many, _, _ in catalogue
                     if one and (one, many) not in self.wanted]
            self.assertEqual(stale, [], "no longer in the sources: " + name)

    def test_no_string_is_twice(self):
        for name, catalogue in self.catalogues.items():
            ids = [entry[0] for entry in catalogue]
            self.assertEqual(len(ids), len(set(ids)), name)

    def test_conversions_agree(self):
        for name, catalogue in self.catalogues.items():
            for one, many, texts, _ in catalogue[1:]:
                wanted = conversions(many or one)
                for form, text in enumerate(texts):
                    with self.subTest(catalogue=name, text=one):
                        if (many and len(wanted) == 1 and "%" not in text
                                and form in ONE_NUMBER.get(name, ())):
                            continue
                        self.assertEqual(conversions(text), wanted)

    def test_plurals_have_their_forms(self):
        for name, catalogue in self.catalogues.items():
            header = catalogue[0][2][0]
            forms = int(re.search(r"nplurals=(\d)", header)[1])
            # what intl_plural() knows
            self.assertEqual(forms, 6 if name == "ar.po" else 2, name)
            for one, many, texts, _ in catalogue[1:]:
                self.assertEqual(len(texts), forms if many else 1, one)

    def test_ends_are_the_same(self):
        """A colon, a space, dots at the end: the screen is laid out for
        what the original has."""
        for name, catalogue in self.catalogues.items():
            for one, _, texts, _ in catalogue[1:]:
                for end in (" ", "...", ".", ":", "?", "!"):
                    with self.subTest(catalogue=name, text=one):
                        text = texts[0].replace("؟", "?")
                        self.assertEqual(text.endswith(end),
                                         one.endswith(end))

    @unittest.skipUnless(shutil.which("msgfmt"), "no msgfmt here")
    def test_msgfmt(self):
        for path in CATALOGUES:
            done = run("msgfmt", "-c", "-o", "/dev/null", path)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("xgettext"), "no xgettext here")
    def test_xgettext_sees_the_same(self):
        """This file's reading of C, against the tool's."""
        done = run("xgettext", "-k", "-k_", "-kN_", "-kintl_plural:1,2",
                   "--from-code=UTF-8", "-o", "-", *SOURCES)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({(one, many) for one, many, _, _
                          in entries(done.stdout) if one},
                         set(self.wanted))


if __name__ == "__main__":
    unittest.main()
