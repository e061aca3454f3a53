# SPDX-License-Identifier: ISC
"""The completions of bash and zsh: made from the tables in the source, they
must know each option, key, value and command, and a shell must take them."""

import functools
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from lib import sources
from lib.bank import TOP, run, scratch
from lib.sources import path, read
from system.test_manual import option_rows

MAKE = os.path.join(TOP, "etc", "completions", "make")
SOURCES = {"bankd": [path("bankd", "bankd.c"), path("bankd", "options.c")],
           "bankctl": [path("bankd", "bankctl_main.c")],
           "atm-tui": [path("atm-tui", "main.c"),
                       path("atm-tui", "options.c")]}
TABLES = {"bankd": ("bankd", "options.c"), "atm-tui": ("atm-tui", "options.c")}


@functools.lru_cache(maxsize=None)
def made(shell, program):
    result = run(MAKE, shell, program, *SOURCES[program], cwd=TOP)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return result.stdout


class Tables(unittest.TestCase):
    def test_no_usage_is_an_error(self):
        result = run(MAKE, "bash", "bankd", path("bankd", "options.c"), cwd=TOP)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no usage", result.stderr)

    def test_each_command_is_found(self):
        self.assertGreater(len(sources.commands()), 10)
        for shell in ("bash", "zsh"):
            text = made(shell, "bankctl")
            for name, arguments in sources.commands().items():
                self.assertIn("[%s]='%s'" % (name, arguments), text)

    def test_each_letter_is_found(self):
        for program, names in SOURCES.items():
            letters = re.search(r'getopt\([^"]*"\+?([^"]*)"',
                                read(names[0]))[1]
            text = made("bash", program)
            plain = re.search(r"plain=\((.*)\)", text)[1].split()
            takes = re.findall(r"\[(-.)\]=", text)
            self.assertEqual(
                set(plain), {"-" + x for x in
                             re.findall(r"([A-Za-z])(?!:)", letters)}, program)
            self.assertEqual(
                set(takes), {"-" + x for x in
                             re.findall(r"([A-Za-z]):", letters)}, program)


class Bash(unittest.TestCase):
    """Asked as the shell asks: the line in words, `=` one of its own."""

    def offered(self, program, *words):
        script = made("bash", program) + """
compopt() { echo "+$2"; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_%s
printf '%%s\\n' "${COMPREPLY[@]}"
""" % program.replace("-", "_")
        result = subprocess.run(
            ["bash", "-u", "-c", script, "bash", program, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=TOP)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return set(result.stdout.split())

    def test_options(self):
        self.assertEqual(self.offered("bankctl", "-"),
                         {"-j", "-V", "-y", "-c"})
        self.assertLessEqual({"-t", "-T", "-o"}, self.offered("bankd", "-"))
        self.assertEqual(self.offered("atm-tui", "-p"), {"-p"})

    def test_keys_and_values(self):
        for program, table in TABLES.items():
            keys = self.offered(program, "-o", "")
            self.assertIn("+nospace", keys)
            for section, key, kind, _, choices, _ in option_rows(table):
                name = "%s.%s" % (section, key)
                self.assertIn(name + "=", keys)
                wanted = set((choices or "").split())
                if kind == "BOOL":
                    wanted = {"yes", "no"}
                if kind != "PATH":
                    for more in (("=",), ("=", "")):
                        self.assertEqual(
                            self.offered(program, "-o", name, *more), wanted)

    def test_a_value_that_was_begun(self):
        self.assertEqual(self.offered(
            "bankd", "-o", "process.sandbox", "=", "re"), {"require"})
        self.assertLessEqual({"+filenames", "bankd"}, self.offered(
            "bankd", "-o", "bank.state", "=", "ban"))

    def test_commands(self):
        self.assertEqual(self.offered("bankctl", ""), set(sources.commands()))
        self.assertEqual(self.offered("bankctl", "-j", "-c", "etc", "statu"),
                         {"status"})
        self.assertEqual(self.offered("bankctl", "kiosk", ""),
                         {"add", "list", "rekey", "revoke"})
        self.assertEqual(self.offered("bankctl", "kiosk", "rev"), {"revoke"})
        self.assertEqual(self.offered("bankctl", "kiosk", "rekey", "-"),
                         {"--key"})
        self.assertEqual(self.offered("bankctl", "kiosk", "add", "-"),
                         {"--cash", "--key"})
        self.assertEqual(self.offered("bankctl", "kiosk", "list", "-"), set())

    def test_files(self):
        self.assertEqual(self.offered("bankctl", "-c", "Make"),
                         {"+filenames", "Makefile"})
        self.assertEqual(
            self.offered("bankctl", "kiosk", "add", "--key", "Make"),
            {"+filenames", "Makefile"})
        self.assertEqual(self.offered("bankctl", "init", "Make"),
                         {"+filenames", "Makefile"})
        self.assertEqual(self.offered("bankctl", "accounts", "Make"), set())

    def test_nothing_for_what_nobody_knows(self):
        self.assertEqual(self.offered("bankctl", "nonsense", ""), set())
        self.assertEqual(self.offered("bankd", "-o", "no.key", "=", ""),
                         set())


class Zsh(unittest.TestCase):
    """Typed into a zsh with a terminal of its own, and Tab pressed."""

    # What is waited for is put together only when it is printed: the echo
    # of what was typed must not look like it.  The prompt comes when zsh
    # reads keys by itself.
    ASK = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'unsetopt zle_bracketed_paste; fpath=($PWD/f $fpath)
autoload -Uz compinit; compinit -u -D; LISTMAX=9999 COLUMNS=200
bindkey "^I" list-choices; PS1="rea""dy>"'
zpty -r -m shell out '*ready>*'
zpty -w -n shell "$1"$'\t'
zpty -w -n shell $'\C-U'"print do""ne"$'\n'
zpty -r -m shell out $'*\ndone*'
print -r -- "$out"
zpty -d shell
"""

    def setUp(self):
        if shutil.which("zsh") is None:
            self.skipTest("no zsh")

    def test_syntax(self):
        for program in SOURCES:
            result = run("zsh", "-n", "-s",
                         input=made("zsh", program))
            self.assertEqual((result.returncode, result.stderr), (0, ""))

    def offered(self, directory, line):
        functions = os.path.join(directory, "f")
        os.makedirs(functions, exist_ok=True)
        for program in SOURCES:
            with open(os.path.join(functions, "_" + program), "w") as f:
                f.write(made("zsh", program))
        result = run("zsh", "-f", "-c", self.ASK, "zsh", line, cwd=directory,
                     env={"ZDOTDIR": directory, "TERM": "dumb"})
        return result.stdout + result.stderr

    def test_asked(self):
        directory = tempfile.mkdtemp(dir=scratch())
        self.addCleanup(shutil.rmtree, directory)
        for line, wanted in (
                ("bankctl ", sources.commands()),
                ("bankctl kiosk ", ("add", "list", "rekey", "revoke")),
                ("bankctl kiosk add --", ("--cash", "--key")),
                ("bankd -o process.", ("process.sandbox",)),
                ("bankd -o process.sandbox=", ("require", "best-effort")),
                ("atm-tui -o screen.th", ("screen.theme",)),
                ("bankd -", ("-t", "-T"))):
            with self.subTest(line=line):
                said = self.offered(directory, line)
                for word in wanted:
                    self.assertIn(word, said)


if __name__ == "__main__":
    unittest.main()
