# SPDX-License-Identifier: ISC
"""Each option, key, verb, code and exit status stands in its manual page:
taken from the tables in the source, looked for in man/."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import unittest

from lib import bank, sources
from lib.bank import TOP, run
from lib.sources import paths, read, source

PAGES = sorted(name for name in os.listdir(os.path.join(TOP, "man"))
               if re.search(r"\.[1-9]$", name))


def page(name):
    return source("man", name)


def plain_page(name):
    """The page without its macros: runs of words."""
    lines = []
    for line in page(name).splitlines():
        if line.startswith('.\\"'):
            continue
        if line.startswith("."):
            line = re.sub(r"^\.\s*[A-Z][A-Za-z0-9]\s*", "", line)
            line = re.sub(r"\b(Ar|Ic|Cm|Fl|Pa|Ql|Xr|Oo|Oc|Op|Dv|Li|No|Ns|Sq)\b",
                          " ", line)
        lines.append(line.replace("\\&", "").replace("\\-", "-"))
    return re.sub(r"\s+", " ", " ".join(lines))


def table_strings(text):
    """C strings of a piece of source, adjacent ones joined."""
    return [ast.literal_eval('"%s"' % "".join(re.findall(
        r'"((?:[^"\\]|\\.)*)"', found)))
        for found in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', text)]


def option_rows(name):
    """(section, key, type, default, choices, meaning) of a table."""
    text = source(*name)
    for row in re.findall(r"^\t\[[A-Z_0-9]+\] = \{(.*?)\},$", text,
                          re.M | re.S):
        kind = re.search(r"CONFIG_([A-Z]+)", row)[1]
        strings = table_strings(row)
        yield (strings[0], strings[1], kind, strings[2],
               strings[4] if kind == "CHOICE" else None, strings[3])


class ManualCase(unittest.TestCase):
    def stands(self, text, pattern, message=None):
        """assertRegex without the whole page in the failure."""
        self.assertTrue(re.search(pattern, text), message or pattern)


class Keys(ManualCase):
    def check(self, table, name):
        text = page(name)
        plain = plain_page(name)
        rows = list(option_rows(table))
        self.assertGreater(len(rows), 20)
        for section, key, kind, default, choices, _ in rows:
            with self.subTest(key="%s.%s" % (section, key)):
                self.stands(text, r"(?m)\b%s\b" % re.escape(section))
                self.stands(text, r"(?m)^\.It .*\b%s\b" % re.escape(key))
                if default and kind != "PATH":
                    self.stands(plain, re.escape(default))
                for choice in (choices or "").split():
                    self.stands(plain, r"(?<![\w-])%s(?![\w-])"
                                     % re.escape(choice))

    def test_bankd_ini(self):
        self.check(("bankd", "options.c"), "bankd.ini.5")

    def test_atm_ini(self):
        self.check(("atm-tui", "options.c"), "atm.ini.5")

    def test_no_key_that_is_not(self):
        """The page tells of nothing that the table doesn't have."""
        for table, name in ((("bankd", "options.c"), "bankd.ini.5"),
                            (("atm-tui", "options.c"), "atm.ini.5")):
            keys = {row[1] for row in option_rows(table)}
            for key in re.findall(r"(?m)^\.It (?:Cm|Ic|Ar|Li)? ?([a-z_]+)\b",
                                  page(name)):
                self.assertIn(key, keys | {row[0] for row in
                                           option_rows(table)}, name)


class Options(ManualCase):
    def letters(self, *files):
        found = set()
        for name in files:
            for text in re.findall(
                    r'getopt(?:_long)?\([^"]*"([^"]*)"', read(name)):
                found |= set(re.sub(r"[^A-Za-z0-9]", "", text))
        self.assertTrue(found, files)
        return found

    def test_each_letter(self):
        for files, name in (
                ([f for f in paths("bankd", "*.c")
                  if not os.path.basename(f).startswith("bankctl")],
                 "bankd.8"),
                (paths("atm-tui", "main.c"), "atm-tui.1")):
            text = page(name)
            for letter in self.letters(*files):
                self.stands(text, r"(?m)^\.It Fl %s\b" % letter,
                                 "%s: -%s" % (name, letter))


class KioskKeys(ManualCase):
    """Those that the screens' key lines and their help tell."""

    NAMES = {"PgUp": "PgUp", "PgDn": "PgDn", "Del": "Delete",
             "↑": "arrow", "↓": "arrow", "←": "arrow", "→": "arrow"}

    def told(self):
        found = set()
        for name in paths("atm-tui", "*.c"):
            found |= set(re.findall(
                r'chrome_hint\(\s*[\w>-]+,\s*(?:N_\()?"([^"]+)"', read(name)))
        found |= set(re.findall(r'\{ "[^"]+", "([^"]*/[^"]*)" \}',
                                source("atm-tui", "draw.c")))
        for row in re.findall(r'\{ "(.)", "(F\d)"',
                              source("atm-tui", "chrome_keys.c")):
            found |= set(row)
        keys = {key for label in found for key in label.split("/")}
        return {key for label in keys for key in
                (label if label[0] > "~" else [label])}

    def test_each(self):
        text = re.sub(r"\\&", "", page("atm-tui.1"))
        text = text[text.index(".Ss Keys"):text.index(".Ss When the link")]
        keys = self.told()
        self.assertGreater(len(keys), 25)
        for key in keys:
            name = self.NAMES.get(key, key)
            self.stands(text, r"(?m)(?<![\w-])%s(?![\w-])" % re.escape(name),
                        "atm-tui.1 doesn't tell of the key %s" % key)


class Commands(ManualCase):
    """bankctl's, of its table."""

    def table(self):
        rows = re.findall(
            r'\{ "([a-z]+)",\s*((?:"[^"]*"\s*)+),\s*\d+,\s*\d+,',
            source("bankd", "bankctl_main.c"))
        return [(name, "".join(re.findall('"([^"]*)"', text)))
                for name, text in rows]

    def test_each_and_its_flags(self):
        text = page("bankctl.8")
        self.assertGreater(len(self.table()), 25)
        for name, arguments in self.table():
            self.stands(text, r"(?m)^\.It Ic (.* Ic )?%s\b" % name)
            for flag in re.findall(r"--([a-z]+)", arguments):
                self.stands(text, r"Fl -%s\b" % flag)

    def test_each_letter(self):
        letters = re.search(r'getopt\([^"]*"\+([^"]*)"',
                            source("bankd", "bankctl_main.c"))[1]
        for letter in letters.replace(":", ""):
            self.stands(page("bankctl.8"), r"(?m)^\.It Fl %s\b" % letter)


class Examples(ManualCase):
    """bankctl(8) has one of each command; each is tried on a demonstration
    bank, in the order of the page."""

    ENDLESS = {"top", "monitor"}
    # What needs a record, an entry, a host or a state that isn't there.
    ELSEWHERE = {"settle", "approve", "refuse", "reverse", "rejoin", "day",
                 "verify", "hosts", "fake"}

    def examples(self):
        """[(words before the command, command, its words)]"""
        commands = sources.commands()
        text = page("bankctl.8").partition(".Sh EXAMPLES")[2]
        for line in re.findall(r"(?m)^[#$] bankctl (.*)$",
                               text.partition("\n.Sh ")[0]):
            words = shlex.split(re.split(r" [|<>]", line)[0])
            at = next(i for i, word in enumerate(words) if word in commands
                      and (i == 0 or words[i - 1] != "-c"))
            yield words[:at], words[at], words[at + 1:]

    def test_each_command_has_one(self):
        self.assertEqual({name for _, name, _ in self.examples()},
                         set(sources.commands()))

    def test_each_is_right(self):
        served = bank.Bank(start=False)
        self.addCleanup(served.close)
        served.start()
        root = served.path("root")
        def place(word):
            if not word.startswith("/"):
                return word
            os.makedirs(os.path.dirname(root + word), exist_ok=True)
            if word.endswith("-days"):
                os.makedirs(root + word, exist_ok=True)
            return root + word
        for before, name, words in self.examples():
            if name in self.ENDLESS or name == "init":
                words = ["--help"]
            elif name == "restore":
                served.ended()
            options = [w for w in before if w != "-c" and "/" not in w]
            # One prints a PDF: bytes.
            result = subprocess.run(
                [bank.BANKCTL, "-y", "-c", served.config, *options, name,
                 *map(place, words)], input=b"canary-ann-4711\n",
                capture_output=True, check=False)
            said = (name, words, result.returncode, result.stderr)
            if "pdf" in words:      # groff may be missing
                self.assertIn(result.returncode, (0, 71), said)
            elif name in self.ELSEWHERE:
                self.assertNotIn(result.returncode, (64, 71), said)
            else:
                self.assertEqual(result.returncode, 0, said)

    def test_each_has_its_help(self):
        """`help COMMAND` and `COMMAND --help` say the same."""
        for name, arguments in sources.commands().items():
            told = run(bank.BANKCTL, "help", name)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertEqual(run(bank.BANKCTL, name, "--help").stdout,
                             told.stdout)
            usage, empty, text = told.stdout.split("\n")[:3]
            self.assertTrue(usage.startswith(
                ("usage: bankctl %s %s" % (name, arguments)).rstrip()), usage)
            self.assertEqual(empty, "")
            self.assertGreater(len(text), 10, name)


class Protocol(ManualCase):
    def replies(self):
        rows = re.findall(
            r'\[WIRE_[A-Z_]+\]\s*=\s*\{\s*(\d{3}),\s*((?:"[^"]*"\s*)+)\}',
            source("shared", "wire_reply.c"))
        return [(int(code), "".join(re.findall('"([^"]*)"', text)))
                for code, text in rows]

    def test_each_code_and_text(self):
        plain = plain_page("atm-protocol.7")
        replies = self.replies()
        self.assertGreater(len(replies), 25)
        for code, text in replies:
            self.stands(plain, r"\b%d\b" % code)
            self.stands(plain, re.escape(text))

    def test_each_verb(self):
        """Of the vault's table of requests."""
        text = source("bankd", "verbs.c")
        verbs = set(re.findall(r'\{\s*(?:\.\w+ = )?"([A-Z]{3,}|[123])"', text))
        self.assertGreaterEqual(verbs, {"1", "2", "3", "OUTCOME", "PING"})
        for verb in verbs:
            self.stands(page("atm-protocol.7"),
                             r"(?m)\b%s\b" % re.escape(verb))

    def test_each_frame(self):
        for letter in "GLORVSE":
            self.stands(page("atm-protocol.7"),
                             r"(?m)^\.(It|Ql|Li|Sy|Ic) .*\b%s\b" % letter)


class ExitStatus(ManualCase):
    NAMES = {"EX_USAGE": 64, "EX_DATAERR": 65, "EX_NOINPUT": 66,
             "EX_NOUSER": 67, "EX_NOHOST": 68, "EX_UNAVAILABLE": 69,
             "EX_SOFTWARE": 70, "EX_OSERR": 71, "EX_CANTCREAT": 73,
             "EX_IOERR": 74, "EX_TEMPFAIL": 75, "EX_PROTOCOL": 76,
             "EX_NOPERM": 77, "EX_CONFIG": 78}

    def test_each(self):
        """In bankd(8) or, of the control socket and bankctl, in
        bankctl(8)."""
        used = {}
        for name in paths("bankd", "*.c"):
            for code in re.findall(r"\bEX_[A-Z]+\b", read(name)):
                used.setdefault(code, name)
        self.assertTrue(used)
        for code, name in used.items():
            if code != "EX_OK":
                self.stands(page("bankd.8") + page("bankctl.8"),
                            r"(?m)^\.It %d$" % self.NAMES[code],
                            "%s of %s" % (code, name))

    def test_the_kiosks(self):
        codes = {0, 1}
        for name in paths("atm-tui", "*.c"):
            codes |= {self.NAMES[code] for code in re.findall(
                r"\bEX_[A-Z]+\b", read(name)) if code != "EX_OK"}
        self.assertGreaterEqual(codes, {64, 69, 71, 78})
        for code in codes:
            self.stands(page("atm-tui.1"), r"(?m)^\.It %d\b" % code)


class Pages(ManualCase):
    def test_mandoc_has_nothing_to_say(self):
        if shutil.which("mandoc") is None:
            self.skipTest("no mandoc")
        for name in PAGES:
            result = run("mandoc", "-T", "lint", "-W", "warning",
                         os.path.join(TOP, "man", name))
            self.assertEqual(result.stdout, "", name)

    def test_each_is_complete(self):
        for name in PAGES:
            wanted = ["NAME", "DESCRIPTION", "FILES", "EXAMPLES", "SEE ALSO",
                      "SECURITY"]
            if name[-1] in "18":
                wanted += ["SYNOPSIS", "EXIT STATUS"]
            found = re.findall(r"(?m)^\.Sh (.*)$", page(name))
            self.assertLessEqual(set(wanted), set(found), name)

    def test_files_of_the_state(self):
        """Each name that the programs give a file beside bank.db."""
        names = set()
        for name in paths("bankd", "*.[ch]"):
            text = read(name)
            names |= set(re.findall(
                r'#define (?:WORK|RESERVE|LOCK_NAME|STORE_FILE|STORE_WAL'
                r'|STORE_JOURNAL) "([^"]+)"', text))
            names |= {"bank.db." + word for word in re.findall(
                r'STORE_FILE "\.([a-z]+)[.%"]', text)}
            names |= {"journal." + word for word in re.findall(
                r'STORE_JOURNAL "\.([a-z]+)[.%"]', text)}
            names |= {"balance." + word for word in re.findall(
                r'"%s\.([a-z]+)\.%s"', text)}
        self.assertGreaterEqual(names, {
            "bank.db", "bank.db-wal", "lock", "reserve", "restore.new",
            "bank.db.replaced", "bank.db.schema", "balance.edited",
            "journal", "journal.replaced"})
        text = page("bankd-files.5")
        text = text[text.index(".Sh FILES"):]
        for name in names:
            self.stands(text, r"(?m)^\.It Pa (.* )?%s\b" % re.escape(name))

    def test_accessibility_names_tests_that_exist(self):
        text = page("atm-tui.1")
        text = text[text.index(".Sh ACCESSIBILITY"):text.index(".Sh SEE ALSO")]
        clauses = text.split("\n.It ")[1:]
        self.assertGreater(len(clauses), 15)
        table = set()
        for clause in clauses:
            tests = re.findall(r"^\.Pa (\w+)/(\w+)", clause, re.M)
            self.assertTrue(tests, clause)
            table |= set(tests)
        found = set(re.findall(r"tests/(?:(system)|(screens)|(unit)/\w+)/"
                               r"(\w+)\.(?:py|c)\b", "\n".join(
                                   os.path.join(where, name)
                                   for where, _, names in os.walk(
                                       os.path.join(TOP, "tests"))
                                   for name in names)))
        found = {("".join(row[:3]), row[3]) for row in found}
        self.assertEqual(table - found, set())

    def test_cross_references_of_ours_exist(self):
        ours = {p.rsplit(".", 1)[0] for p in PAGES}
        for name in PAGES:
            for other, section in re.findall(
                    r"(?m)^\.Xr (\S+) (\d)", page(name)):
                if other in ours or other.startswith(("bank", "atm")):
                    self.assertIn("%s.%s" % (other, section), PAGES, name)


if __name__ == "__main__":
    unittest.main()
