# SPDX-License-Identifier: ISC
"""The runner of the tests itself: a test that fails ends, whatever it leaves
behind."""

import importlib.machinery
import importlib.util
import os
import tempfile
import types
import unittest

from lib.bank import BUILD, TOP, run, scratch, wait_for

LEAVES = "trap : TERM; sleep 600 & echo $!; "


def runner():
    loader = importlib.machinery.SourceFileLoader(
        "runner", os.path.join(TOP, "tests", "run"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("runner", loader))
    loader.exec_module(module)
    return module


class Item(unittest.TestCase):
    def run_one(self, script, limit_s):
        module = runner()
        module.LIMIT_S = limit_s
        build = types.SimpleNamespace(
            sanitized=False, environment=lambda *_: dict(os.environ))
        item = module.Item(build, "one", ["sh", "-c", script])
        item.run(tempfile.mkdtemp(dir=scratch()), None)
        left = int(item.output.split()[0])
        wait_for("its end", lambda: not os.path.exists("/proc/%d/cwd" % left))
        self.assertLess(item.seconds, 60)
        self.assertEqual(item.failed, 1)
        return item.output

    def test_ended_with_something_left(self):
        self.assertIn("exit code 3", self.run_one(LEAVES + "exit 3", 60))

    def test_late(self):
        self.assertIn("took more than 1 s", self.run_one(LEAVES + "wait", 1))


class Builds(unittest.TestCase):
    def test_another_one_alone(self):
        """As in a fresh tree, of which nothing else was ever built."""
        result = run(
            os.path.join(TOP, "tests", "run"), "--list", "--build", BUILD,
            env=dict(os.environ, BUILD="/nonexistent"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("system/runner.Builds\n", result.stdout)


if __name__ == "__main__":
    unittest.main()
