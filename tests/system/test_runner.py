# SPDX-License-Identifier: ISC
"""The runner of the tests itself: a test that fails ends, whatever it leaves
behind."""

import importlib.machinery
import importlib.util
import os
import re
import sys
import tempfile
import time
import types
import unittest

from lib.bank import BUILD, TOP, run, scratch, wait_for

LEAVES = "trap : TERM; sleep 600 & echo $!; "


def load(name):
    loader = importlib.machinery.SourceFileLoader(
        name, os.path.join(TOP, "tests", name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


class Item(unittest.TestCase):
    def run_one(self, script, limit_s):
        module = load("run")
        module.LIMIT_S = limit_s
        build = types.SimpleNamespace(
            sanitized=False, environment=lambda *_: dict(os.environ),
            skips=lambda name: None)
        item = module.Item(build, "one", ["sh", "-c", script])
        item.run(tempfile.mkdtemp(dir=scratch()), None)
        left = int(item.output.split()[0])
        wait_for("its end", lambda: not os.path.exists("/proc/%d/cwd" % left))
        self.assertEqual(item.failed, 1)
        return item.output

    def test_ended_with_something_left(self):
        self.assertIn("exit code 3", self.run_one(LEAVES + "exit 3", 60))

    def test_late(self):
        self.assertIn("said nothing more", self.run_one(LEAVES + "wait", 1))

    def test_where_one_hangs_is_told(self):
        said = self.run_one(
            LEAVES + "exec %s -X faulthandler -c 'import time\n"
            "def hangs(): time.sleep(600)\nhangs()'" % sys.executable, 1)
        self.assertRegex(said, r'File "<string>", line \d in hangs')

    def test_who_says_something_is_not_late(self):
        self.assertIn("exit code 3", self.run_one(
            LEAVES + "for i in 1 2 3 4 5 6 7 8; do echo; sleep 1; done; "
            "exit 3", 2))


class Soak(unittest.TestCase):
    """What the runs have done adds up, and only what was good."""

    def setUp(self):
        directory = tempfile.mkdtemp(dir=scratch())
        self.readme = os.path.join(directory, "README.md")
        self.counts = os.path.join(directory, "counts.json")
        with open(self.readme, "w") as f:
            f.write("above\n<!-- soak: begin -->\n<!-- soak: end -->\nbelow\n")

    def soak(self, script, seed, anew=False):
        """One round of a row of 5 coins; its figure in the page."""
        module = load("soak")
        row = module.Row("coins", "-c " + script, 5, "coins",
                         each=r"(\d+) coins")
        module.ROWS = [row]
        module.read_counts(self.counts, [row])
        if anew:
            row.begin_anew()
        arguments = types.SimpleNamespace(
            seed=seed, build=BUILD, counts=self.counts, readme=self.readme)
        until = time.monotonic() + 1000
        clock = iter([until - 900, until - 900, until - 900])
        module.time = types.SimpleNamespace(
            monotonic=lambda: next(clock, until), strftime=time.strftime)
        good = module.soak([row], arguments, until)
        with open(self.readme) as f:
            page = f.read()
        self.assertRegex(page, r"(?s)\Aabove\n.*below\n\Z")
        found = re.search(r"\| coins \|[^|]*\| (.*?) \| [^|]* \| (.*?) in ",
                          page)
        return good, found and found.groups()

    def test_runs_add_up_until_the_row_is_full(self):
        two, three = "print('2\\x20coins')", "print('3\\x20coins')"
        self.assertEqual(self.soak(two, 7), (True, ("7", "2 of 5 coins")))
        self.assertEqual(self.soak(three, 9), (True, ("7, 9", "5 coins")))
        self.assertEqual(self.soak(two, 11), (True, ("7, 9", "5 coins")))
        self.assertEqual(self.soak(two, 12, anew=True),
                         (True, ("12", "2 of 5 coins")))

    def test_a_run_that_fails_counts_for_nothing(self):
        self.assertEqual(self.soak("exit(1)", 7), (False, None))
        self.assertFalse(os.path.exists(self.counts))


class Files(unittest.TestCase):
    """What is in system/, of a tests/ of our own."""

    GOOD = """
import unittest
class %s(unittest.TestCase):
    def test_it(self):
        %s
"""

    def run_them(self, **files):
        """What the runner says of them, and its exit code."""
        top = tempfile.mkdtemp(dir=scratch())
        for name in ("run", "lib"):
            os.symlink(os.path.join(TOP, "tests", name),
                       os.path.join(top, name))
        os.mkdir(os.path.join(top, "system"))
        names = {"test_" + name: text for name, text in files.items()}
        for name, text in dict(names, __init__="").items():
            with open(os.path.join(top, "system", name + ".py"), "w") as f:
                f.write(text)
        result = run(os.path.join(top, "run"), "--build", BUILD, "--only",
                     "^system/", timeout=120)
        return result.stdout, result.returncode

    def test_one_that_can_not_be_read_fails_alone(self):
        said, code = self.run_them(
            bad="import there_is_no_such_module",
            good=self.GOOD % ("Good", "pass"))
        self.assertEqual(code, 1)
        self.assertRegex(said, r"(?m)^FAIL system/bad ")
        self.assertIn("No module named 'there_is_no_such_module'", said)
        self.assertRegex(said, r"(?m)^ok +system/good\.Good ")
        self.assertTrue(said.endswith("1 passed, 1 failed, 0 skipped\n"))

    def test_what_is_left_open_fails(self):
        for what in ("__import__('socket').socket()", "open('/dev/null')",
                     "__import__('subprocess').Popen(['sleep', '600'])",
                     "__import__('threading').Thread(target=int, "
                     "args=('x',)).start()"):
            said, code = self.run_them(good=self.GOOD % ("Leaky", what))
            self.assertEqual(code, 1, what)
            self.assertIn("left behind: ", said, what)


class Builds(unittest.TestCase):
    def listed(self, **env):
        result = run(
            os.path.join(TOP, "tests", "run"), "--list", "--build", BUILD,
            env=dict(os.environ, **env))
        self.assertEqual(result.returncode, 0, result.stderr)
        return set(result.stdout.splitlines())

    def test_another_one_alone(self):
        """As in a fresh tree, of which nothing else was ever built."""
        self.assertIn("system/runner.Builds",
                      self.listed(BUILD="/nonexistent"))

    def test_rows_with_a_rule_of_their_own_are_there(self):
        module = load("run")
        self.assertLessEqual({*module.WAITING, *module.PLAIN_ALONE,
                              *module.WEIGHTS},
                             self.listed())


if __name__ == "__main__":
    unittest.main()
