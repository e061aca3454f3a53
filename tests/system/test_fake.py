# SPDX-License-Identifier: ISC
"""`bankctl fake`, the made-up past of a demonstration, and `make run`."""

import csv
import io
import os
import shutil
import unittest

from lib import bank, model
from lib.bank import DEMO
from lib.case import PrivateCase

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


class Fake(PrivateCase):
    def living(self, *words, start=False):
        served = self.bank()
        served.ctl("fake", *words)
        if start:
            served.start()
        return served

    def past(self, served, name=None):
        """What happened, without the random IDs."""
        table = served.ctl("export", *([name] if name else []),
                           "--format", "csv").stdout
        return [{key: row[key] for key in row if key not in ("txid", "chain")}
                for row in csv.DictReader(io.StringIO(table))]

    def test_it_adds_up(self):
        """Entries, chain, balances and journal, by the independent model and
        by bankctl; before the first start and after it."""
        served = self.living()
        served.ctl("verify")
        books = model.check_entries(served)
        self.assertGreater(len(books), 200)
        served.start()
        served.ctl("verify")
        served.stop()
        model.check(served)

    def test_the_files_say_what_they_said(self):
        served = self.bank()
        password = served.read("password")
        served.ctl("fake")
        self.assertEqual(served.read("password"), password)
        self.assertTrue(served.read().startswith(
            "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n"))
        served.start()
        lines = served.lines()
        self.assertGreater(len(lines), 8)
        for name in DEMO:
            self.assertEqual(lines[name][:2], ["10000", "1000"])

    def test_the_seeds_session(self):
        served = self.living(start=True)
        result = served.plain(
            "chris\ncanary-chris\n1\n3\n1\nfey\n250.50\n1\n2\nfey\n99999\n"
            "1\n1\nnobody\n5\n9\n2\n3\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(HERE, "session.expected")) as f:
            self.assertEqual(result.stdout, f.read())

    def test_there_is_something_to_see(self):
        served = self.living(start=True)
        said = served.plain("chris\ncanary-chris\n6\n2\n3\n", "-o",
                            "plain.menu=full").stdout
        self.assertIn("Welcome, Chris Walker", said)
        self.assertIn("Since your last visit:", said)
        kinds = {row["kind"] for row in self.past(served, "chris")}
        self.assertGreaterEqual(kinds, {"transfer", "withdraw"})
        self.assertRegex(served.ctl("history", "chris", "100").stdout,
                         r"(?m)^.* acme .* wages\b")

    def test_nobody_is_one_of_the_others(self):
        served = self.living(start=True)
        for name in ("acme", "maria"):
            client = served.atm()
            self.assertEqual(client.login(name, "1234").code, 401)
            client.close()

    def test_the_same_seed(self):
        """The same past; another seed another one.  What was to happen while
        the first was made may be in the second alone."""
        one, same, other = [self.past(self.living("--seed", seed))
                            for seed in ("7", "7", "8")]
        self.assertEqual(one, same[:len(one)])
        self.assertNotEqual(one, other[:len(one)])

    def test_days(self):
        few, many = [len(self.past(self.living("--days", days)))
                     for days in ("5", "200")]
        self.assertLess(few * 10, many)
        self.assertGreater(few, 10)

    def test_a_bank_with_customers_is_kept(self):
        served = self.living()
        before = self.past(served)
        result = served.ctl("fake", "--seed", "9")
        self.assertIn("its customers are kept", result.stderr)
        self.assertEqual(self.past(served), before)

    def test_a_bank_that_is_no_demonstration(self):
        served = self.bank(balance="chris 10000 999\n", password="chris x1y2\n")
        result = served.ctl("fake", check=False)
        self.assertEqual(result.returncode, 65)
        self.assertIn("only a demonstration", result.stderr)
        self.assertEqual(served.read(), "chris 10000 999\n")

    def test_a_bank_that_runs(self):
        served = self.bank(start=True)
        result = served.ctl("fake", check=False)
        self.assertNotEqual(result.returncode, 0)

    def test_wrong_words(self):
        served = self.bank()
        for words in (("--seed",), ("--seed", "x"), ("--days", "0"),
                      ("--hours", "3")):
            result = served.ctl("fake", *words, check=False)
            self.assertEqual(result.returncode, 64, words)


class MakeRun(unittest.TestCase):
    def test_a_script(self):
        """The seeds' session through `make run`, in a copy of the tree with
        the programs as they were built, at another port."""
        top = bank.fresh_directory("tree")
        for name in ("Makefile", "etc"):
            source = os.path.join(TOP, name)
            (shutil.copytree if os.path.isdir(source) else shutil.copy)(
                source, os.path.join(top, name))
        os.mkdir(os.path.join(top, "var"))
        for name in os.listdir(os.path.join(top, "etc")):
            if name.endswith((".key", ".crt")):
                os.remove(os.path.join(top, "etc", name))
        served = bank.Bank(start=False)     # for a port that is free
        self.addCleanup(served.close)
        served.start()
        port = served.port
        served.stop()
        for name, section in (("bankd.ini", "listen"), ("atm.ini", "bank")):
            path = os.path.join(top, "etc", name)
            with open(path) as f:
                text = f.read()
            with open(path, "w") as f:
                f.write(text + "\n[%s]\nport = %d\n" % (section, port))
        make = ("make", "-C", top, "-s", "--no-print-directory",
                "B=" + os.path.abspath(os.environ.get("BUILD", "build")),
                "all=", "BUILD_PACKAGES=")
        typed = ("chris\n1234\n1\n3\n1\nfey\n250.50\n1\n2\nfey\n99999\n"
                 "1\n1\nnobody\n5\n9\n2\n3\n")
        for what in ("run", "reset-demo", "run"):
            result = bank.run(*make, what, input=typed, timeout=300)
            self.assertEqual(result.returncode, 0,
                             result.stdout + result.stderr)
            if what == "reset-demo":
                for name, text in (
                        ("password", "chris 1234\nfey 5678\njoe 9012\n"),
                        ("balance", "chris 10000 1000\nfey 10000 1000\n"
                                    "joe 10000 1000\n")):
                    with open(os.path.join(top, "var", name)) as f:
                        self.assertEqual(f.read(), text)
                continue
            with open(os.path.join(HERE, "session.expected")) as f:
                self.assertEqual(result.stdout, f.read())
            self.assertIn("transactions of 60 days", result.stderr)
            self.assertIn("bankctl -c etc/bankd.ini top", result.stderr)
        with open(os.path.join(top, "var", "balance")) as f:
            self.assertIn("chris 9749.50 1000 ", f.read())


if __name__ == "__main__":
    unittest.main()
