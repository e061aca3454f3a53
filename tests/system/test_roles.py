# SPDX-License-Identifier: ISC
"""Who may what, and who did it and why (bankctl(8), bankd.ini(5)
[operators])."""

import json
import os
import re
import sys
import unittest

from lib import bank, model, sources, syslogd
from lib.bank import BANKCTL, run
from lib.case import CORRECT, INCORRECT, NOT_ALLOWED, REFUSED
from lib.people import USERS, People

EX_USAGE, EX_DATAERR, EX_NOPERM, EX_CONFIG = 64, 65, 77, 78
ANY = {"auditor", "teller", "supervisor", "admin"}
BRANCH = {"teller", "supervisor"}
# Each verb: its words, and who may.  {u} is another customer for each user.
VERBS = {
    "cash": ("kiosk-1", ANY), "cash load": ("kiosk-1 5", BRANCH),
    "cash count": ("kiosk-1 5", BRANCH), "settle": ("1", BRANCH),
    "account": ("chris", ANY), "accounts": ("", ANY),
    "history": ("chris", ANY), "journal": ("", ANY), "audit": ("", ANY),
    "requests": ("", ANY), "export": ("", ANY), "verify": ("", ANY),
    "statement": ("chris", ANY),
    "day": ("", ANY), "sessions": ("", ANY), "status": ("", ANY), "metrics": ("", ANY),
    "kiosk list": ("", ANY),
    "open": ("new-{u}", BRANCH), "lock": ("c-{u}", BRANCH),
    "unlock": ("c-{u}", BRANCH), "close": ("e-{u}", BRANCH),
    "deposit": ("chris 1 5 --reason x", BRANCH),
    "refuse": ("1", BRANCH),
    "passwd": ("c-{u}", {"supervisor"}),
    "passwd --one-time": ("c-{u}", BRANCH),
    "adjust": ("chris 1 +5 --reason x", {"supervisor"}),
    "reverse": ("1", {"supervisor"}), "approve": ("1", {"supervisor"}),
    "limit": ("c-{u} transfer 5", {"supervisor"}),
    "kiosk add": ("k-{u}", {"supervisor"}),
    "kiosk rekey": ("k-{u}", {"supervisor"}),
    "kiosk revoke": ("k-{u}", {"supervisor"}),
    "pause": ("", {"admin"}), "resume": ("", {"admin"}),
    "reload": ("", {"admin"}), "log": ("default", {"admin"}),
    "stop": ("", {"admin"}),
}
# Requests that bankctl makes beside its own work, or of the words of others.
REQUESTS = {"hosts forget": ("7", {"admin"}), "backup": ("/x", {"admin"}),
            "renew": ("", {"admin"})}
# Those that ask no bank, but work on files, whose rights are the host's.
FILES = {"backup", "config", "fake", "help", "hosts", "init", "rejoin",
         "renew", "restore"}
# Those that never end by themselves; they ask what `status` and `log` ask.
ENDLESS = {"monitor", "top"}


def verbs_of_bankctl():
    """Those that ask a bank."""
    return {verb for verb in sources.verbs()
            if verb.split()[0] not in FILES and verb != "verify --journal"}


def verbs_of_bankd():
    """All that the vault and the monitor have a row for."""
    for path in sources.paths("bankd/vault/operator", "*.c"):
        yield from re.findall(r'\.name = "([^"]+)"', sources.read(path))
    table = re.search(r"(?s)commands\[\] = \{(.*?)\n\};", sources.source(
        "bankd/monitor", "monitor_command.c"))[1]
    yield from re.findall(r'\{ "([^"]+)"', table)


class Roles(People):
    def test_the_table_has_every_verb(self):
        self.assertEqual(verbs_of_bankctl() - ENDLESS, set(VERBS))
        # bankctl makes metrics of what status tells.
        self.assertEqual(set(verbs_of_bankd()) - ENDLESS,
                         set(VERBS) - {"metrics"} | set(REQUESTS))

    def ask(self, user, *words):
        """A request by the user's own words, past bankctl."""
        return self.by(user, *words, program=(sys.executable, "-c", (
            "import socket, sys; s = socket.socket(socket.AF_UNIX);"
            "s.connect(sys.argv[1]); s.sendall(' '.join(sys.argv[2:]).encode()"
            " + b'\\n'); s.shutdown(socket.SHUT_WR);"
            "sys.exit(s.makefile().read()[2:])"), self.staff.public + "/control"),
            expect=None)

    def test_each_role_tries_every_verb(self):
        for verb, (words, roles) in (VERBS | REQUESTS).items():
            for user, role in USERS.items():
                if verb == "stop" and role in roles:
                    continue
                said = (self.ask if verb in REQUESTS else self.tries)(
                    user, *verb.split(), *words.format(u=user).split()).stderr
                self.assertEqual("needs the role" in said, role not in roles,
                                 (user, verb, said))
        self.bank.log_has("operator_refused command=lock on=c-games "
                          "by=5:games reason=\"\" why=.*needs the role")
        self.bank.log_has(
            "operator_refused command=stop by=5:games why=.*needs the role")

    def tries(self, user, *words):
        result = self.by(user, *words, expect=None, input="geheim-4711\n")
        self.assertEqual(result.returncode == EX_NOPERM,
                         "needs the role" in result.stderr, result.stderr)
        return result

    def test_nothing_is_left_of_what_was_refused(self):
        before = len(self.records())
        self.by("games", "lock", "chris", expect=EX_NOPERM)
        self.by("bin", "adjust", "chris", "1", "5", "--reason", "x",
                expect=EX_NOPERM)
        self.assertEqual(len(self.records()), before)

    def test_as_somebody_else(self):
        self.by("www-data", "--as", "bin", "lock", "c-bin")
        record = self.records()[-1]
        self.assertEqual(record["by"], "2:bin(33:www-data)")
        self.assertEqual(len(self.records("--by", "bin")),
                         len(self.records("--by", "2")))
        for peer in ("www-data", "33"):
            self.assertEqual(self.records("--by", peer)[-1], record)
        for user, other in (("bin", "daemon"), ("www-data", "root"),
                            ("www-data", "no-such-user"),
                            ("www-data", "games")):
            self.by(user, "--as", other, "lock", "c-bin", expect=EX_NOPERM)
        self.bank.log_has("operator_refused command=lock by=2:bin why=.*--as")
        self.bank.log_has(
            "operator_refused command=lock by=33:www-data why=.*as root")
        # Root may; it has the rights of the other then.
        self.bank.ctl("--as", "daemon", "limit", "chris", "transfer", "5")
        self.assertNotEqual(
            self.bank.ctl("--as", "games", "limit", "chris", "transfer", "5",
                          check=False).returncode, 0)

    def test_a_teller_s_limit(self):
        self.reconfigure(teller_deposit="100")
        self.by("bin", "deposit", "fey", "1", "100", "--reason", "x")
        said = self.by("bin", "deposit", "fey", "1", "100.01", "--reason",
                       "x", expect=EX_NOPERM).stderr
        self.assertIn("at most 100.00", said)
        self.bank.log_has("operator_refused command=deposit on=fey by=2:bin "
                          "reason=x why=.*at most 100.00")
        self.by("news", "deposit", "fey", "1", "100.01", "--reason", "x")


class Who(People):
    def test_entries_and_records_say_who_and_why(self):
        self.by("bin", "deposit", "joe", "1", "7", "--reason",
                "cash count 27 Nov")
        self.by("bin", "lock", "joe", "--reason", "card lost")
        self.by("bin", "unlock", "joe", "--reason", "card found")
        self.by("daemon", "limit", "joe", "withdraw", "50")
        self.by("daemon", "passwd", "joe", "--reason", "forgotten",
                input="geheim-4711\n")
        self.by("daemon", "kiosk", "add", "lobby", "--reason", "new branch")
        rows = self.records("--account", "joe") + self.records(
            "--account", "lobby")
        self.assertEqual(
            [(row["by"], row["verb"], row["reason"]) for row in rows], [
                ("2:bin", "deposit", "cash count 27 Nov"),
                ("2:bin", "lock", "card lost"),
                ("2:bin", "unlock", "card found"),
                ("1:daemon", "limit", "-"),
                ("1:daemon", "passwd", "forgotten"),
                ("1:daemon", "kiosk add", "new branch")])
        entry = json.loads(
            self.bank.ctl("--json=1", "history", "joe", "1").stdout)[0]
        self.assertEqual((entry["by"], entry["reason"]),
                         ("2:bin", "cash count 27 Nov"))
        self.assertEqual(rows[0]["entry"], entry["seq"])
        self.bank.log_has(
            'operator command=lock on=joe by=2:bin reason="?card lost')

    def test_filters(self):
        self.by("bin", "lock", "c-sys")
        self.by("news", "unlock", "c-sys")
        for words, count in ((("--by", "news"), 1), (("--by", "9"), 1),
                             (("--since", "today"), 2),
                             (("--until", "yesterday"), 0),
                             (("--limit", "1"), 1)):
            rows = self.records("--account", "c-sys", *words)
            self.assertEqual(len(rows), count, words)
        self.bank.ctl("audit", "--since", "never", check=False)

    def test_of_a_stopped_bank(self):
        self.bank.stop()
        self.addCleanup(self.bank.start)
        self.assertEqual(self.bank.ctl("kiosk", "list").stderr, "")
        # An auditor gets there, but not at what is in it.
        for path in self.bank.directory, self.bank.file(""):
            os.chmod(path, 0o755)
        for words in ("audit",), ("journal",), ("kiosk", "list"):
            self.assertIn("only root and the owner may read", self.by(
                "games", *words, expect=EX_NOPERM).stderr)
        self.bank.ctl("kiosk", "add", "--key", self.bank.path("key"), "late",
                      "--reason", "while it was stopped")
        self.bank.ctl("kiosk", "revoke", "late")
        self.assertEqual(
            [(row["by"], row["verb"], row["reason"])
             for row in self.records("--account", "late")], [
                ("0:root", "kiosk add", "while it was stopped"),
                ("0:root", "kiosk revoke", "-")])
        model.check(self.bank)

    def test_a_reason_is_required(self):
        self.reconfigure(require_reason="yes")
        for words in (("lock", "chris"), ("unlock", "chris"),
                      ("limit", "chris", "transfer", "5"),
                      ("close", "chris"), ("kiosk", "revoke", "x"),
                      ("approve", "1"), ("refuse", "1"), ("settle", "1"),
                      ("cash", "load", "kiosk-1", "5"), ("pause",),
                      ("resume",), ("reload",), ("log", "debug"), ("stop",),
                      ("passwd", "--one-time", "chris")):
            self.refused(EX_USAGE, "%s needs --reason text" % (
                " ".join(words[:2]) if words[0] in ("kiosk", "cash") or
                "--one-time" in words else words[0]), *words)
        self.assertIn("open needs --reason", self.by(
            "bin", "open", "new", input="geheim-4711\n",
            expect=EX_USAGE).stderr)
        self.refused(EX_USAGE, "lock needs --reason text", "lock", "c-man",
                     "--reason", "  ")
        self.bank.ctl("lock", "c-man", "--reason", "x")
        self.assertNotIn("paused", self.bank.ctl("status").stdout)
        path = self.bank.path("copy")
        for words in ("backup", path), ("renew",), ("-y", "restore", path):
            self.refused(EX_USAGE, "needs --reason text", *words)
        self.assertFalse(os.path.exists(path))
        for _ in range(2):
            key = self.bank.path("refused.key")
            said = self.refused(
                EX_USAGE, "kiosk add needs --reason text", "kiosk", "add",
                "--key", key, "refused").stderr
            self.assertNotIn("usage", said)
            self.assertFalse(os.path.exists(key))
            if self.bank.running():
                self.bank.stop()
        self.bank.start()

    def test_what_a_reason_is(self):
        self.refused(EX_DATAERR, "at most 150 bytes", "lock", "chris",
                     "--reason", "x" * 151)
        self.refused(EX_DATAERR, "no control characters", "lock", "chris",
                     "--reason", "a\tb")
        self.bank.ctl("lock", "c-man", "--reason", "\u00fc" * 75)


class Noted(People):
    """What is no entry and no account's: the bank itself."""

    def newest(self, count=1):
        return [tuple(row[name] for name in (
            "by", "verb", "about", "detail", "reason"))
            for row in self.records()[-count:]]

    def test_of_a_running_bank(self):
        for words, detail in ((("pause",), "-"), (("resume",), "-"),
                              (("log", "debug"), "debug"),
                              (("log", "default"), "default"),
                              (("reload",), "-")):
            self.by("man", *words, "--reason", "a test, 9:30")
            self.assertEqual(self.newest(), [
                ("6:man", words[0], "-", detail, "a test, 9:30")])
            self.bank.log_has(
                r'operator command=%s on=\S+ by=6:man reason="a test, 9:30"'
                % words[0])
        self.by("man", "stop", "--reason", "a new disk")
        self.bank.ended()
        self.assertEqual(self.newest(), [
            ("6:man", "stop", "-", "-", "a new disk")])
        model.check(self.bank)
        self.bank.start()

    def test_what_was_not_done_has_no_record(self):
        before = self.records()
        self.by("man", "log", "chatty", "--reason", "x", expect=EX_USAGE)
        self.by("man", "log", "--reason", "x", expect=EX_USAGE)
        self.by("man", "reload", "--reason", "x" * 151, expect=EX_DATAERR)
        self.by("games", "stop", "--reason", "x", expect=EX_NOPERM)
        with open(self.bank.config, "a") as f:
            f.write("[limits]\ntransfer = many\n")
        self.by("man", "reload", "--reason", "x", expect=EX_CONFIG)
        self.staff.configure()
        self.assertEqual(self.records(), before)

    def test_for_somebody_else(self):
        self.by("www-data", "--as", "man", "reload", "--reason", "x")
        self.assertEqual(self.newest(), [
            ("6:man(33:www-data)", "reload", "-", "-", "x")])

    def test_what_bankctl_does_by_itself(self):
        path = self.bank.path("copy.1")
        self.bank.ctl("backup", path, "--reason", "monday")
        self.assertEqual(self.newest(), [
            ("0:root", "backup", "-", path, "monday")])
        self.bank.ctl("renew")
        self.assertEqual(self.newest(2), [
            ("0:root", verb, "-", "-", "a new certificate")
            for verb in ("renew", "reload")])
        records = self.records()
        self.bank.stop()
        self.addCleanup(self.bank.start)
        self.bank.ctl("backup", self.bank.path("copy.2"))
        self.assertEqual(self.records(), records)
        self.bank.ctl("-y", "restore", path, "--reason", "disk 2 is dead")
        self.assertEqual(self.newest(), [
            ("0:root", "restore", "-", path, "disk 2 is dead")])
        self.assertEqual(len(self.records()), len(records) - 2)

    def test_where_there_is_no_room(self):
        """What stops the money is done, with a line of the log alone."""
        before = self.records()
        self.bank.restart(bank_min_free=1 << 20)
        self.addCleanup(self.bank.restart, bank_min_free=1)
        self.by("man", "pause", "--reason", "x")
        self.bank.log_has("operator command=pause")
        self.by("man", "resume", "--reason", "x")
        self.assertEqual(self.records(), before)


class OfAStoppedBank(unittest.TestCase):
    def test_the_system_s_log_has_it(self):
        try:
            log = syslogd.Syslog()
        except syslogd.Unable as e:
            self.skipTest(str(e))
        self.addCleanup(log.close)
        served = bank.Bank(start=False)
        self.addCleanup(served.close)
        served.start().stop()
        path = served.path("copy")
        for words, on in ((("backup", path), path), (("renew",), "-"),
                          (("-y", "restore", path), path)):
            result = run(*log.wrapper, BANKCTL, "-c", served.config, *words,
                         "--reason", "a test")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(
                "\n".join(line for _, line in log.told()),
                r'operator command=%s on=%s by=0:root reason="a test"' % (
                    words[-1 if len(words) == 1 else -2], on))


class Closing(People):
    operators = {**People.operators, "four_eyes_over": "5000"}

    def test_with_a_last_transfer(self):
        self.bank.ctl("limit", "c-man", "transfer", "1")
        before = self.bank.lines()
        fey = self.session("fey")
        self.by("bin", "close", "c-man", "--to", "fey", "--reason",
                "moved abroad")
        after = self.bank.lines()
        self.assertNotIn("c-man", after)
        self.assertEqual(
            [float(cents) for cents in after["fey"]],
            [float(cents) + 10 for cents in before["fey"]])
        self.said(fey.request("2"), "200 balances")
        rows = json.loads(
            self.bank.ctl("--json=1", "history", "fey", "2").stdout)
        self.assertEqual(
            [(row["kind"], row["counterparty"], row["by"], row["reason"])
             for row in rows],
            [("transfer", "c-man", "2:bin", "moved abroad")] * 2)
        row = self.records("--account", "c-man")[-1]
        self.assertEqual((row["verb"], row["detail"], row["entry"]),
                         ("close", "--to fey", rows[0]["seq"]))

    def test_what_is_refused(self):
        before = self.bank.lines()
        for words in ((), ("--to", "nobody"), ("--to", "c-bin"),
                      ("--to", ":adjust")):
            self.by("bin", "close", "c-bin", *words, expect=EX_DATAERR)
        self.assertIn("two people", self.by(
            "bin", "close", "chris", "--to", "fey",
            expect=EX_DATAERR).stderr)
        self.assertEqual(self.bank.lines(), before)

    def test_wrong_words_close_no_empty_account(self):
        self.by("bin", "open", "empty", input="empty-4711\n")
        for words in (("--to",), ("fey",), ("--into", "fey")):
            self.assertIn("usage: bankctl close id [--to id]", self.by(
                "bin", "close", "empty", *words, expect=EX_USAGE).stderr)
        for words in (("--to", "nobody"), ("--to", "empty")):
            self.assertIn(words[1], self.by(
                "bin", "close", "empty", *words, expect=EX_DATAERR).stderr)
        self.assertIn("empty", self.bank.lines())
        self.by("bin", "close", "empty", "--to", "fey")
        self.assertNotIn("empty", self.bank.lines())


class OneTime(People):
    """A password that the bank makes, and that opens nothing but its own
    change."""

    def give(self, user, customer):
        said = self.by(user, "passwd", "--one-time", customer).stdout
        made = re.search(r"^one-time-password +(\S+)$", said, re.M).group(1)
        self.assertRegex(made, "^([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}$")
        return made

    def test_until_it_is_changed(self):
        made = self.give("bin", "fey")
        self.said(self.atm().login("fey", bank.DEMO["fey"]), REFUSED)
        atm = self.atm(kiosk=self.bank.kiosk())
        reply = self.said(atm.login("fey", made), CORRECT)
        self.assertEqual(reply["change-password"], "yes")
        self.said(atm.request("PING"), "200 pong")
        for request in ("2", "1 %s 1 joe 5" % atm.txid(), "HISTORY 5",
                        "DETAILS", "NOTIFY tls", "CLOSE",
                        "DEPOSIT %s 1 5" % atm.txid(),
                        "OUTCOME " + atm.txid()):
            self.said(atm.request(request), NOT_ALLOWED, request)
        self.said(atm.request("PASSWORD %s\n1234" % made), INCORRECT)
        self.said(atm.request("2"), NOT_ALLOWED)
        # A restart forgets the session and not that.
        self.bank.restart()
        atm = self.atm()
        self.assertEqual(
            atm.login("fey", made)["change-password"], "yes")
        self.said(atm.request("PASSWORD %s\nmy-own-4711" % made),
                  "200 password changed")
        self.said(atm.request("2"), "200 balances")
        atm.exit()
        reply = self.said(self.atm().login("fey", "my-own-4711"), CORRECT)
        self.assertNotIn("change-password", reply.keys())

    def test_after_a_kill(self):
        made = self.give("bin", "c-sys")
        self.bank.kill()
        self.bank.start()
        self.assertEqual(
            self.atm().login("c-sys", made)["change-password"], "yes")

    def test_plain_mode(self):
        made = self.give("bin", "chris")
        said = self.bank.plain("\n".join((
            "chris", made, made, "1111", "1111", made, "own-4711",
            "own-4711", "2", "3", ""))).stdout
        self.assertEqual(said.count("Please choose a password"), 2)
        self.assertRegex(said, "(?s)too easy to guess.*password changed.*"
                         "savings account balance.*goodbye")

    def test_exit_is_possible(self):
        atm = self.atm()
        atm.login("joe", self.give("sys", "joe"))
        self.said(atm.request("3"), "200 goodbye")

    def test_two_are_different_and_neither_is_told_again(self):
        made = {self.give("bin", "c-man") for _ in range(3)}
        self.assertEqual(len(made), 3)
        with open(self.bank.file("bank.db"), "rb") as f:
            kept = f.read()
        for secret in made:
            self.assertNotIn(secret.encode(), kept)
            self.assertNotIn(secret, self.bank.said)
        self.assertEqual(self.records()[-1]["verb"], "passwd --one-time")

    def test_an_operator_s_other_password_is_for_good(self):
        self.give("bin", "c-news")
        self.by("daemon", "passwd", "c-news", input="for-good-4711\n")
        reply = self.said(self.atm().login("c-news", "for-good-4711"),
                          CORRECT)
        self.assertNotIn("change-password", reply.keys())


if __name__ == "__main__":
    unittest.main()
