# SPDX-License-Identifier: ISC
"""bankctl as a tool among others: its manners, who may what, and figures for
other programs (bankctl(8))."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import ssl
import stat
import subprocess
import termios
import unittest

from lib import patience, sources
from lib.atm import Closed, Refused
from lib.bank import BANKCTL, TOP, run, wait_for
from lib.case import CORRECT, OVER, REFUSED, SUCCESS, Operator

EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE = 64, 65, 66, 69
EX_CANTCREAT, EX_NOPERM = 73, 77


class Manners(Operator):
    def test_a_command_may_be_shortened(self):
        self.assertIn("serving", self.bank.ctl("statu").stdout)
        self.assertIn("chris", self.bank.ctl("accounts").stdout)
        # A whole name that begins another.
        self.assertNotIn("fey", self.bank.ctl("account", "chris").stdout)
        self.refused(EX_USAGE, "statement or status", "st")
        for word in ("statuss", "x", ""):
            self.refused(EX_USAGE, "unknown command", word)

    def test_a_wrong_option_is_told_in_few_lines(self):
        for words, said in (
                (("--json=3", "status"), "bankctl: --json=3: the forms are"),
                (("--as",), "bankctl: --as: no such option, or its value"),
                (("-q", "status"), "invalid option -- 'q'"), ((), "usage")):
            result = run(BANKCTL, *words)
            self.assertEqual((result.returncode, result.stdout),
                             (EX_USAGE, ""))
            self.assertIn(said, result.stderr)
            self.assertIn("usage: bankctl [-jVy] [--json[=form]] ",
                          result.stderr)
            self.assertLessEqual(result.stderr.count("\n"), 3)

    def test_an_empty_word_is_refused(self):
        """And no other is taken in its place."""
        before = self.bank.lines()
        for words in (("open", "", "ann"), ("history", "", "5"),
                      ("lock", ""), ("journal", "", "--since", "today"),
                      ("limit", "chris", "", "5"), ("close", "", "fey")):
            self.refused(EX_USAGE, "a word is empty; usage: bankctl " +
                         words[0], *words)
        self.assertEqual(self.bank.lines(), before)

    def test_no_word_moves_the_cursor(self):
        for words in (("account",), ("statement",), ("day",), ("lock",)):
            result = self.refused(
                EX_DATAERR, "\u00e9\\?\\[31m\\?+x", *words,
                "\u00e9\x1b[31m\n\u009bx")
            self.assertEqual(result.stderr.count("\n"), 1)

    def test_options_come_first(self):
        """One that comes late is no word of the command's."""
        before = self.balances("chris")
        for option, words in (
                ("-y", ("deposit", "chris", "1", "5")),
                ("-y", ("deposit", "chris", "1", "5", "--reason", "x")),
                ("-j", ("history", "chris")), ("-j", ("status",)),
                ("-V", ("open", "new")), ("-c", ("status",))):
            file = ["file"] if option == "-c" else []
            self.refused(
                EX_USAGE, "options come before the command: bankctl %s %s" % (
                    " ".join([option] + file), words[0]),
                *words, option, *file)
        self.assertEqual(self.balances("chris"), before)

    def test_hosts_of_a_bank_that_has_none(self):
        """What is misspelt is told first."""
        for words in (("frob",), ("list", "x"), ("forget",), ("init", "7")):
            self.refused(EX_USAGE, "usage: bankctl hosts", "hosts", *words)
        self.refused(78, "the journal of this bank is a file", "hosts",
                     "list")

    def test_an_empty_word(self):
        """It is told, with what the command takes."""
        for words in (("lock", ""), ("account", ""), ("refuse", ""),
                      ("limit", "chris", "", "5"), ("cash", "load", "", "5")):
            self.refused(EX_USAGE, "a word is empty; usage: bankctl %s" %
                         words[0], *words)

    def test_a_complaint_moves_no_terminal(self):
        for word in ("a\nb", "\x1b[2J", "\x9b1m", "\udcff\udcfe"):
            said = self.refused(EX_DATAERR, r"no account [ab?[0-9Jm]+$",
                                "account", word).stderr
            self.assertRegex(said, "^[ -~]+\n$")
        self.refused(EX_DATAERR, "no account Jos\u00e9", "account",
                     "Jos\u00e9")

    def test_a_reason_of_spaces_is_none(self):
        self.refused(EX_USAGE, "deposit needs --reason text", "deposit",
                     "chris", "1", "5", "--reason", "  ")
        self.bank.ctl("unlock", "chris", "--reason", "  ")
        self.assertEqual(self.bank.ctl_json("audit")[-1]["reason"], "-")

    def test_data_and_talk(self):
        path = self.bank.path("copy")
        result = self.bank.ctl("backup", path)
        self.assertEqual(result.stdout, "")
        self.assertIn("a backup of", result.stderr)
        for words in (("accounts",), ("status",), ("history", "chris"),
                      ("export",), ("metrics",), ("kiosk", "list")):
            result = self.bank.ctl(*words)
            self.assertNotEqual(result.stdout, "")
            self.assertEqual(result.stderr, "")
        result = self.bank.ctl("account", "nobody", check=False)
        self.assertEqual(result.stdout.count("nobody"), 0)
        self.assertRegex(result.stderr, "^bankctl: no account nobody\n$")

    def test_json(self):
        for words in (("accounts",), ("account", "chris"), ("status",),
                      ("sessions",), ("history", "chris"), ("verify",),
                      ("kiosk", "list")):
            rows = json.loads(self.bank.ctl("--json=1", *words).stdout)
            self.assertIsInstance(rows, list, words)
            for row in rows:
                self.assertTrue(all(isinstance(value, str)
                                    for value in row.values()), words)

    def test_json_of_a_bank_that_does_not_run(self):
        """Whatever stands in a path: the answer has the path as it is."""
        odd = self.bank.path("etc", "a\tb\nc\"d\\e\x7f\u00e9.ini")
        bad = self.bank.path("etc", "bad%s.ini")
        self.addCleanup(self.bank.start)
        self.bank.stop()
        for path, told in ((odd, odd), (bad % "\udcff", bad % "\ufffd")):
            shutil.copy(self.bank.config, path)
            self.addCleanup(os.unlink, path)
            result = run(BANKCTL, "-j", "-c", path, "status")
            self.assertEqual(result.returncode, EX_UNAVAILABLE)
            facts, = json.loads(result.stdout)
            self.assertEqual(facts["configuration"], told)
            self.assertEqual(facts["state"], "stopped")

    reason = b"\n"

    def at_a_terminal(self, words, typed):
        """What it said, its exit code, whether the terminal echoes then."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        process = subprocess.Popen(
            [BANKCTL, "-c", self.bank.config, *words], stdin=slave,
            stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        said = b""
        bound = patience.Bound(20)
        while process.poll() is None:
            self.assertFalse(bound.over(), said)
            if select.select([master], [], [], 0.05)[0]:
                said += os.read(master, 4096)
                if said.endswith((b"password: ", b"again: ")):
                    os.write(master, typed.pop(0))
                    said += b"<typed>"
                elif said.endswith(b"reason: "):
                    os.write(master, self.reason)
                    said += b"<typed>"
        while select.select([master], [], [], 0)[0]:
            said += os.read(master, 4096)
        echoes = termios.tcgetattr(slave)[3] & termios.ECHO != 0
        return said.decode(), process.returncode, echoes

    def test_a_password_is_not_seen(self):
        said, code, echoes = self.at_a_terminal(
            ["open", "seen"], [b"geheim-4711\n"] * 2)
        self.assertEqual((code, echoes), (0, True), said)
        self.assertRegex(said, r"(?s)password: .*again: ")
        self.assertNotIn("4711", said)
        self.said(self.atm().login("seen", "geheim-4711"), CORRECT)

    def test_a_terminal_answers_late(self):
        """What it says to another program is no part of a password."""
        said, code, _ = self.at_a_terminal(["open", "late"], [
            b"\x1b]11;rgb:1e1e/2020/2a2a\x1b\\geheim-\x1b[24;80R4712\n",
            b"geheim-4712\n"])
        self.assertEqual(code, 0, said)
        self.said(self.atm().login("late", "geheim-4712"), CORRECT)

    def test_what_is_not_typed_twice_is_not_taken(self):
        said, code, echoes = self.at_a_terminal(
            ["passwd", "joe"], [b"geheim-4711\n", b"geheim-4712\n"])
        self.assertEqual((code, echoes), (EX_DATAERR, True), said)
        self.assertIn("the passwords differ", said)
        self.session("joe").exit()

    def test_a_terminal_is_asked_for_the_reason(self):
        self.reason = b"card lost\n"
        said, code, _ = self.at_a_terminal(["lock", "joe"], [])
        self.assertEqual(code, 0, said)
        self.assertEqual(
            self.bank.ctl_json("audit")[-1]["reason"], "card lost")
        self.reason = b"\n"
        said, code, _ = self.at_a_terminal(["unlock", "joe"], [])
        self.assertEqual(code, 0, said)
        self.assertEqual(self.bank.ctl_json("audit")[-1]["reason"], "-")
        said, code, _ = self.at_a_terminal(
            ["lock", "joe", "--reason", "given"], [])
        self.assertNotIn("reason: ", said)
        self.bank.ctl("unlock", "joe")

    def test_each_that_changes_money_or_access_asks(self):
        """What a terminal is asked for is in the record of each that has
        one."""
        key = self.bank.path("asked.key")
        asks = {
            "lock": "joe", "unlock": "joe", "open": "asked",
            "passwd": "asked", "passwd --one-time": "asked",
            "close": "asked", "limit": "joe transfer 5",
            "deposit": "joe savings 5", "adjust": "joe savings -5",
            "kiosk add": "--key %s asked" % key,
            "kiosk rekey": "--key %s2 asked" % key, "kiosk revoke": "asked",
            "cash load": "kiosk-1 5", "cash count": "kiosk-1 5"}
        not_there = {"approve": "1", "refuse": "1", "settle": "1",
                     "reverse": "1", "restore": "/nowhere",
                     "rejoin": "/nowhere"}
        self.assertEqual({verb.split()[0] for verb in asks | not_there},
                         sources.asking() | {"deposit", "adjust"})
        with open(os.path.join(TOP, "man", "bankctl.8")) as f:
            told = re.search(r"(?s)\.Fl -reason Ar text :\n(.*?)\nOn a term",
                             f.read())[1]
        self.assertEqual(
            {verb.replace(" --one-time", "") for verb in asks | not_there},
            set(re.findall(r"[a-z]+(?: [a-z]+)?",
                           re.sub(r"(?m)^\.Ic|^and", "", told))))
        self.reason = b"asked for\n"
        for verb, words in (asks | not_there).items():
            said, code, _ = self.at_a_terminal(
                [*verb.split(), *words.split()], [b"geheim-4711\n"] * 2)
            self.assertIn("reason: <typed>", said, verb)
            self.assertEqual(code == 0, verb in asks, said)
            if verb in asks:
                row = self.bank.ctl_json("audit")[-1]
                self.assertEqual((row["verb"], row["reason"]),
                                 (verb, "asked for"))
            said, _, _ = self.at_a_terminal(
                ["-y", *verb.split(), "--help"], [])
            self.assertNotIn("reason: <typed>", said)

    def test_those_about_the_bank_do_not_ask(self):
        for words in (("pause",), ("resume",), ("reload",), ("renew",),
                      ("log", "default"), ("cash", "kiosk-1"),
                      ("kiosk", "list"), ("-y", "lock", "joe"),
                      ("-y", "unlock", "joe"),
                      ("backup", self.bank.path("unasked"))):
            said, code, _ = self.at_a_terminal(words, [])
            self.assertEqual(code, 0, said)
            self.assertNotIn("reason: <typed>", said)

    def test_a_deposit_needs_one(self):
        self.reason = b"\n"
        for verb in ("deposit", "adjust"):
            self.refused(EX_USAGE, verb + " needs --reason text", verb, "joe",
                         "1", "5")
            said, code, _ = self.at_a_terminal([verb, "joe", "1", "5"], [])
            self.assertIn("%s needs --reason text" % verb, said)
            self.assertEqual(code, EX_USAGE)

    def test_an_interrupted_one_leaves_the_terminal_as_it_was(self):
        for typed in ([b"half\x03"], [b"half-4711\n", b"half\x03"]):
            said, code, echoes = self.at_a_terminal(["passwd", "joe"], typed)
            self.assertTrue(echoes, said)
            self.assertNotEqual(code, 0)
            self.assertNotIn("half", said)
        self.session("joe").exit()

    def test_passwords_that_are_none(self):
        for secret in ("", "\n", "x" * 65 + "\n", "a\tb\n"):
            result = run(BANKCTL, "-c", self.bank.config, "passwd", "fey",
                         input=secret)
            self.assertIn(result.returncode, (EX_DATAERR, 74), repr(secret))
        # A hash is piped in for its password, not to become one.
        result = run(BANKCTL, "-c", self.bank.config, "passwd", "fey",
                     input="$2y$05$abcdefghijklmnopqrstuu\n")
        self.assertEqual(result.returncode, EX_DATAERR)
        self.assertIn("the form of a hash", result.stderr)
        # Not a prefix of what was too long, either.
        atm = self.atm()
        self.said(atm.login("fey", "x" * 64), REFUSED)
        self.session("fey").exit()


class Files(Operator):
    """Of a file that can't be read or made, the exit code says which."""

    def setUp(self):
        self.past = "2020-01-01"
        self.fifo = self.bank.path("fifo")
        if not os.path.exists(self.fifo):
            os.mkfifo(self.fifo)

    def reading(self, path):
        yield "day", self.past, "--sign", self.bank.directory, "--key", path

    def making(self, path):
        yield "kiosk", "add", "--key", path, "new"
        yield "kiosk", "rekey", "--key", path, "kiosk-1"
        yield "metrics", "--textfile", path
        yield "backup", path
        yield "day", self.past, "--sign", path
        yield "init", path + "/sub"

    def test_what_is_read(self):
        for path in ("/nowhere/file", self.bank.config + "/file",
                     self.bank.directory, self.fifo):
            for words in self.reading(path):
                self.refused(EX_NOINPUT, re.escape(path), *words)
        # A key that is there already is read, too.
        for verb, name in (("add", "new"), ("rekey", "kiosk-1")):
            for path in self.bank.directory, self.fifo:
                self.refused(EX_NOINPUT, "not a regular file", "kiosk", verb,
                             "--key", path, name)

    def test_what_is_made(self):
        for path in "/nowhere/file", self.bank.config + "/file":
            for words in self.making(path):
                self.refused(EX_CANTCREAT, re.escape(path), *words)

    def test_what_is_no_file_is_left(self):
        """A device, above all: root could replace it."""
        self.refused(EX_CANTCREAT, "not a regular file", "metrics",
                     "--textfile", self.fifo)
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.fifo).st_mode))
        self.refused(EX_CANTCREAT, "not a regular file", "metrics",
                     "--textfile", self.bank.directory)

    @unittest.skipIf(os.geteuid() == 0, "root may everything")
    def test_what_is_not_allowed(self):
        closed = self.bank.path("closed")
        os.mkdir(closed, 0)
        self.addCleanup(os.rmdir, closed)
        for make in self.reading, self.making:
            for words in make(closed + "/file"):
                self.refused(EX_NOPERM, "Permission denied", *words)


class Reload(Operator):
    """All that can change, under a session that goes on."""

    def leaf(self):
        """The certificate that a new connection is shown."""
        return ssl.get_server_certificate(
            (self.bank.address, self.bank.port))

    def test_everything_at_once(self):
        with open(self.bank.config) as f:
            before = f.read()
        atm = self.session("chris")
        shown = self.leaf()
        with open(self.bank.config, "w") as f:
            f.write(before.replace("name = Bank of the Example",
                                   "name = Bank of Another") + """
[limits]
transfer = 50
[log]
level = warning
[session]
max_sessions = 1
""")
        self.bank.ctl("renew")
        self.bank.ctl("reload")
        # Limits, and the session that was there.
        self.assertEqual(atm.transfer(1, "fey", 51).said(), OVER)
        self.said(atm.transfer(1, "fey", 50), SUCCESS)
        # The log's level: the second of these is seen alone.
        self.bank.ctl("unlock", "joe")
        # The front's limit, and its certificate.
        with self.assertRaises((Refused, Closed, OSError)):
            self.bank.atm()
        self.assertEqual(self.bank.ctl_json("status")[0]["bank"],
                         "Bank of Another")
        with open(self.bank.config, "w") as f:
            f.write(before)
        self.bank.ctl("reload")
        self.bank.ctl("unlock", "fey")
        self.bank.log_has("operator command=unlock on=fey")
        self.assertNotIn("command=unlock on=joe", self.bank.said)
        self.assertNotEqual(self.leaf(), shown)
        self.session("fey").exit()
        self.said(atm.transfer(1, "fey", 51), SUCCESS)
        atm.exit()

    def test_what_needs_a_restart_is_named_and_kept(self):
        with open(self.bank.config) as f:
            before = f.read()

        def put_back():
            with open(self.bank.config, "w") as f:
                f.write(before)
            self.bank.ctl("reload")
        self.addCleanup(put_back)
        with open(self.bank.config, "w") as f:
            f.write(before + "\n[log]\nfacility = local5\n"
                    "[limits]\ntransfer = 40\n")
        self.assertEqual(
            self.bank.ctl("reload").stderr, "the configuration was read "
            "again; these keys wait for a restart: log.facility\n")
        self.bank.log_has("needs_restart section=log key=facility")
        self.assertEqual(self.session("joe").transfer(
            1, "fey", 41).said(), OVER)


class Metrics(Operator):
    def values(self, text):
        """name: value, of text that keeps the form."""
        found, typed = {}, {}
        lines = text.split("\n")
        self.assertEqual(lines[-2:], ["# EOF", ""])
        for line in lines[:-2]:
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, typed)
                typed[name] = kind
            elif not re.match("# (HELP|UNIT) ", line):
                if re.search(r"\{(?!le=)", line):
                    continue    # test_metrics has those with labels
                name, le, value = re.fullmatch(
                    r"([a-z_]+)(?:\{le=\"([^\"]+)\"\})? ([0-9.]+)",
                    line).groups()
                if typed.get(name) is None:
                    base, _, end = name.rpartition("_")
                    self.assertIn(end, {
                        "counter": ("total",),
                        "histogram": ("bucket", "sum", "count"),
                    }[typed[base]], line)
                self.assertEqual(le is not None, name.endswith("_bucket"))
                found[(name, le) if le else name] = float(value)
        return found

    def test_numbers(self):
        values = self.values(self.bank.ctl("metrics", "--openmetrics").stdout)
        self.assertEqual(values["bankd_up"], 1)
        self.assertEqual(values["bankd_transactions_taken"], 1)
        self.assertEqual(values["bankd_customers"], 3)
        self.session("chris").exit()
        self.bank.ctl("pause")
        values = self.values(self.bank.ctl("metrics", "--openmetrics").stdout)
        self.bank.ctl("resume")
        self.assertEqual(values["bankd_transactions_taken"], 0)
        self.assertEqual(values["bankd_logins_total"], 1)

    def commits(self):
        """(bound in seconds, how many were no slower), the sum, the count."""
        values = self.values(self.bank.ctl("metrics", "--openmetrics").stdout)
        buckets = [(float(key[1]), value) for key, value in values.items()
                   if key[0] == "bankd_commit_seconds_bucket"]
        return (buckets, values["bankd_commit_seconds_sum"],
                values["bankd_commit_seconds_count"])

    def test_commits(self):
        """One for each batch that wrote, in fixed buckets that add up."""
        before = self.commits()
        for _ in range(3):
            self.bank.ctl("deposit", "joe", "1", "1", "--reason", "x")
        buckets, total, count = self.commits()
        self.assertEqual([bound for bound, _ in buckets],
                         [64e-6 * 2 ** i for i in range(16)] + [
                             float("inf")])
        for (_, fast), (_, slow) in zip(buckets, buckets[1:]):
            self.assertLessEqual(fast, slow)
        self.assertEqual(buckets[-1][1], count)
        self.assertEqual(count, before[2] + 3)
        self.assertGreater(total, before[1])
        facts = self.bank.ctl_json("status")[0]
        self.assertEqual(int(facts["vault-commits"]), count)
        pairs = [(float(bound), int(n)) for bound, n in (
            pair.split(":") for pair in
            facts["vault-commit-latency"].split())]
        self.assertEqual(sum(n for _, n in pairs), count)
        for seconds, value in buckets:
            self.assertEqual(value, sum(
                n for bound, n in pairs if bound / 1e6 <= seconds))
        half, slow = (int(facts["vault-commit-p%d-us" % percent])
                      for percent in (50, 99))
        self.assertLessEqual(half, slow)
        for percent, bound in ((50, half), (99, slow)):
            reached = sum(n for most, n in pairs if most <= bound)
            self.assertGreaterEqual(reached * 100, count * percent)

    def test_looking_commits_nothing(self):
        before = self.commits()
        self.bank.ctl("accounts")
        self.bank.ctl("history", "joe")
        self.assertEqual(self.commits(), before)

    def test_status_tells(self):
        facts = self.bank.ctl_json("status")[0]
        for name in ("uptime", "version", "libraries", "listening",
                     "front-sandbox", "vault-sandbox", "vault-sessions",
                     "front-connections", "vault-last-second",
                     "vault-last-minute", "vault-commits",
                     "vault-commit-p50-us", "vault-batches",
                     "vault-largest-batch", "vault-free-mb", "vault-lot",
                     "vault-lots-behind", "vault-journal-segments",
                     "vault-journal-mb", "vault-commit-longest-us",
                     "certificate-expires", "bank-certificate-expires"):
            self.assertNotEqual(facts.get(name, ""), "", name)
        wait_for("a spare segment", lambda: self.bank.ctl_json("status")[0][
            "vault-journal-spare"] == "yes")
        self.assertRegex(facts["libraries"], r"^OpenSSL 3\.\S+, "
                         r"SQLite 3\.\S+, libevent 2\.\S+$")

    def test_rates(self):
        before = self.bank.ctl_json("status")[0]
        atm = self.session("chris")
        for _ in range(7):
            self.said(atm.transfer(1, "fey", "0.01"), SUCCESS)
        after = self.bank.ctl_json("status")[0]
        for fact in ("vault-last-minute", "vault-carried-out"):
            self.assertEqual(int(after[fact]) - int(before[fact]), 7, fact)
        wait_for("the second to be over", lambda: self.bank.ctl_json(
            "status")[0]["vault-last-second"] == "0")
        self.assertGreaterEqual(int(after["vault-largest-batch"]), 1)

    def test_top_is_for_a_terminal(self):
        for words in (("top",), ("-j", "top")):
            self.refused(EX_USAGE, "needs a terminal", *words)

    def test_textfile(self):
        path = self.bank.path("bank.prom")
        self.bank.ctl("metrics", "--openmetrics", "--textfile", path)
        with open(path) as f:
            self.assertEqual(self.values(f.read())["bankd_up"], 1)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)
        served = self.fresh(start=False)
        self.assertEqual(
            self.values(
                served.ctl("metrics", "--openmetrics").stdout)["bankd_up"], 0)
        self.refused(EX_USAGE, "usage", "metrics", "x")


if __name__ == "__main__":
    unittest.main()
