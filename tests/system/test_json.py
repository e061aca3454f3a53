# SPDX-License-Identifier: ISC
"""What bankctl -j prints fits man/bankctl.schema.json, whatever the command;
and --json=1 has the same keys, with strings."""

import os
import select
import shutil
import subprocess
import unittest

from lib import bank, schema, sources, staff
from lib.bank import run
from lib.case import Operator

# Those that print text in any case, or what goes to a terminal.
TEXTS = {"export", "help", "metrics", "statement", "top"}
# Those of a bank of many hosts (system/hosts_one, hosts_faults).
HOSTS = {"hosts list", "hosts init", "hosts forget", "rejoin"}


@unittest.skipIf(schema.jsonschema is None,
                 "python3-jsonschema is not installed")
class Json(Operator):
    people = 1
    start_bank = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        if os.geteuid() == 0:
            cls.staff = staff.Staff(cls.bank, {
                "supervisor": "daemon", "four_eyes_over": "5000"}, ["daemon"])
            cls.addClassCleanup(cls.staff.close)
        cls.bank.start()
        atm = cls.bank.session("chris", kiosk=cls.bank.kiosk())
        for line in ("WITHDRAW %s 1 40", "DEPOSIT %s 2 60"):
            atm.request(line % atm.txid())
        atm.transfer(1, "fey", "12.34")

    def setUp(self):
        self.seen = set()

    def fits(self, command, text):
        self.seen.add(command)
        return schema.fits(self, command, text)

    def told(self, *words, name=None, config=None, **more):
        result = run(bank.BANKCTL, "-y", "-j", "-c",
                     config or self.bank.config, *words, **more)
        self.assertEqual((result.returncode, result.stderr), (0, ""), words)
        return self.fits(name or words[0], result.stdout)

    def two(self, *words):
        """Of `kiosk list` and the like."""
        return self.told(*words, name=" ".join(words[:2]))

    def test_the_schema_is_one(self):
        schema.jsonschema.Draft202012Validator.check_schema(schema.SCHEMA)

    def test_each_command_has_one(self):
        self.assertEqual(set(schema.COMMANDS) | TEXTS, set(sources.verbs()))

    def test_each_command(self):
        self.questions()
        self.changes()
        self.kiosks()
        self.second_person()
        self.follow()
        self.stopped()
        self.new_bank()
        self.assertEqual(set(schema.COMMANDS) - self.seen, HOSTS | (
            set() if os.geteuid() == 0 else {"approve", "refuse"}))

    def questions(self):
        for words in (("accounts",), ("account", "chris"), ("history", "fey"),
                      ("history", "chris"), ("journal",), ("status",),
                      ("sessions",), ("verify",), ("day",), ("config",),
                      ("config", "-n"), ("day", "2020-01-01")):
            self.assertTrue(self.told(*words), words)
        self.two("verify", "--journal")

    def changes(self):
        self.told("deposit", "p1", "savings", "5", "--reason", "x")
        self.told("adjust", "p1", "checking", "-1", "--reason", "x")
        row = self.told("history", "chris", "--kind", "withdraw")[0]
        self.told("reverse", str(row["seq"]))
        for words in (("lock", "p1"), ("unlock", "p1"), ("pause",),
                      ("resume",), ("reload",), ("log", "default"),
                      ("renew",), ("limit", "p1", "transfer", "5"),
                      ("backup", self.bank.path("copy"))):
            self.assertEqual(self.told(*words), [])
        self.assertEqual(self.told("open", "new", input="canary-new\n"), [])
        self.assertEqual(self.told("passwd", "new", input="canary-2\n"), [])
        self.two("passwd", "--one-time", "new")
        self.assertEqual(self.told("close", "new"), [])
        self.assertTrue(self.told("audit"))

    def kiosks(self):
        self.two("kiosk", "list")
        key = self.bank.path("more.key")
        self.two("kiosk", "add", "--key", key, "more")
        self.two("kiosk", "rekey", "--key", key + "2", "more")
        self.two("kiosk", "revoke", "more")
        for verb in ("load", "count"):
            self.two("cash", verb, "kiosk-1", "50")
        self.told("cash", "kiosk-1")
        self.atm(kiosk=self.bank.kiosk()).report("STOCK 20:1")
        self.told("cash", "kiosk-1")
        case = self.told("requests")[-1]["number"]
        self.assertEqual(self.told("settle", str(case)), [])

    def second_person(self):
        if os.geteuid() != 0:
            return
        for verb, counted in (("approve", "9000"), ("refuse", "1000")):
            for words in (("deposit", "p1", "1", "5000.01", "--reason", "x"),
                          ("cash", "count", "kiosk-1", counted)):
                name = "cash count" if words[0] == "cash" else words[0]
                row, = self.told(*words, name=name)
                if name == "cash count":
                    self.assertEqual(self.told("cash", "kiosk-1")[0][
                        "request"], row["request"])
                result = self.staff.run(
                    "daemon", "-j", verb, str(row["request"]))
                self.assertEqual(result.stderr, "")
                self.fits(verb, result.stdout)

    def follow(self):
        process = subprocess.Popen(
            [bank.BANKCTL, "-j", "-c", self.bank.config, "monitor"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        def said():
            self.bank.ctl("lock", "p1")
            return select.select([process.stdout], [], [], 0)[0]
        bank.wait_for("a line", said)
        self.bank.ctl("unlock", "p1")
        text = process.stdout.readline() + process.stdout.readline()
        self.fits("monitor", text)

    def stopped(self):
        self.assertEqual(self.told("stop"), [])
        self.assertEqual(self.bank.ended(30), 0)
        try:
            for words in (("accounts",), ("journal",), ("verify",), ("day",),
                          ("audit",)):
                self.assertTrue(self.told(*words), words)
            self.two("verify", "--journal")
            self.two("kiosk", "list")
            if not self.bank.lends:     # one of many hosts is only read
                self.assertEqual(self.two("kiosk", "add", "--key",
                                          self.bank.path("k3"), "third"), [])
                self.assertEqual(self.two("kiosk", "revoke", "third"), [])
            self.assertEqual(self.told("renew"), [])
            self.told("restore", self.bank.path("copy"))
            result = run(bank.BANKCTL, "-j", "-c", self.bank.config, "status")
            self.assertEqual(self.fits("status", result.stdout)[0]["state"],
                             "stopped")
        finally:
            self.bank.start()

    def new_bank(self):
        place = bank.fresh_directory("new")
        self.addCleanup(shutil.rmtree, place)
        result = run(bank.BANKCTL, "-j", "init", "--demo", place)
        self.assertEqual(self.fits("init", result.stdout), [])
        self.assertEqual(self.told("fake", "--days", "2", config=os.path.join(
            place, "etc", "bankd.ini")), [])

    def test_kinds(self):
        facts = self.told("status")[0]
        self.assertIsInstance(facts["uptime"], int)
        self.assertIs(type(facts["vault-journal-spare"]), bool)
        self.assertIsInstance(facts["vault-commit-latency"], dict)
        self.assertIsInstance(facts["listening"], list)
        rows = self.told("journal", "--kind", "adjust")
        self.assertIsNone(rows[-1]["kiosk"])
        self.assertIsNone(rows[-1]["reverses"])

    def test_the_form_before(self):
        """The same keys and values, but all of them strings."""
        for words in (("journal",), ("history", "chris"), ("accounts",)):
            typed = self.told(*words)
            before = self.bank.ctl_json(*words)
            self.assertEqual([list(row) for row in typed],
                             [list(row) for row in before])
            for new, old in zip(typed, before):
                for key, value in new.items():
                    self.assertIsInstance(old[key], str)
                    if value is not None:
                        self.assertEqual(str(value), old[key])
        for typed in ("-j", "--json", "--json=2"):
            self.assertEqual(
                run(bank.BANKCTL, typed, "-c", self.bank.config,
                    "journal").stdout,
                run(bank.BANKCTL, "-j", "-c", self.bank.config,
                    "journal").stdout)
        result = run(bank.BANKCTL, "--json=3", "-c", self.bank.config,
                     "status")
        self.assertEqual(result.returncode, 64)


class Words(Operator):
    """For people: units, what was done, help."""

    def test_units(self):
        text = self.bank.ctl("status").stdout
        for name in ("uptime", "vault-uptime", "front-uptime"):
            self.assertRegex(text, r"(?m)^%s +[0-9]+ (s|min), since "
                             r"([0-9-]+ )?[0-9]{2}:[0-9]{2}$" % name)
        self.assertRegex(text, r"(?m)^vault-free-mb +[0-9]+ MB$")
        self.bank.ctl("deposit", "chris", "1", "1", "--reason", "x")
        self.assertRegex(self.bank.ctl("status").stdout,
                         r"(?m)^vault-commit-longest-us +[0-9]+ us$")
        self.assertRegex(self.bank.ctl("history", "chris", "1").stdout,
                         r" savings +1\.00 ")

    def test_what_was_done(self):
        def done(*words, **more):
            return self.bank.ctl(*words, **more).stderr
        said = done("deposit", "fey", "savings", "1250.50", "--reason", "x")
        self.assertRegex(
            said, r"^deposit: entry \d+, savings now 11,250\.50\n$")
        said = done("adjust", "fey", "checking", "-1", "--reason", "x")
        self.assertRegex(said, r"^adjust: entry \d+, checking now 999\.00\n$")
        txid = "01a228e608cbb9909c22fd20c4b8f021"
        done("deposit", "fey", "1", "1", "--reason", "x", "--id", txid)
        self.assertIn("before", done("deposit", "fey", "savings", "1",
                                     "--reason", "x", "--id", txid))
        self.assertEqual(done("lock", "fey"), "fey is locked out\n")
        self.assertEqual(done("unlock", "fey"), "fey may log in again\n")
        self.assertEqual(done("limit", "fey", "withdraw", "5"),
                         "the limit withdraw of fey is now 5.00\n")
        self.assertIn("refused", done("pause"))
        self.assertIn("taken", done("resume"))
        result = run(bank.BANKCTL, "-j", "-c", self.bank.config, "lock", "joe")
        self.assertEqual((result.stdout, result.stderr), ("[]\n", ""))

    def test_what_each_did(self):
        """Each says it; those that show something have nothing more to
        say."""
        copy, key = self.bank.path("copy"), self.bank.path("said.key")
        shows = {"account", "accounts", "audit", "cash", "config", "day",
                 "export", "help", "history", "journal", "kiosk list",
                 "metrics", "monitor", "requests", "sessions", "statement",
                 "status", "top", "hosts list"}
        elsewhere = {"approve", "refuse", "hosts init", "hosts forget",
                     "rejoin", "fake", "init"}
        does = {
            "open": ("said", r"said is open"),
            "passwd": ("said", r"said has a new password"),
            "passwd --one-time": ("said", r"said has to choose another "
                                  r"password at the next login"),
            "lock": ("said", r"said is locked out"),
            "unlock": ("said", r"said may log in again"),
            "limit": ("said withdraw-day default",
                      r"the limit withdraw-day of said is the bank's again"),
            "deposit": ("said savings 1250.5 --reason x",
                        r"deposit: entry \d+, savings now 1,250\.50"),
            "adjust": ("said checking +7 --reason x",
                       r"adjust: entry \d+, checking now 7\.00"),
            "close": ("said --to joe", r"said is closed: entry \d+, savings "
                      r"1,250\.50 to joe; entry \d+, checking 7\.00 to joe"),
            "reverse": (self.withdrawal(),
                        r"reverse: entry \d+, savings now [0-9,.]+"),
            "kiosk add": ("--key %s said" % key, r"kiosk said is enrolled; "
                          r"move \S+ to the kiosk, and let nobody else have "
                          r"it"),
            "kiosk rekey": ("--key %s2 said" % key, r"kiosk said has a new "
                            r"key, and the old one is refused; move \S+ to "
                            r"the kiosk, and let nobody else have it"),
            "kiosk revoke": ("said", r"kiosk said is refused from now on"),
            "cash load": ("kiosk-1 500", r"kiosk-1 should hold [0-9.]+ now"),
            "cash count": ("kiosk-1 7", r"[0-9.]+ are missing in kiosk-1: "
                           r"entry \d+"),
            "settle": (self.case(), r"case \d+ is settled"),
            "backup": (copy, r"\S+copy: a backup of \S+"),
            "log": ("debug", r"lines up to debug are logged until bankd "
                    r"stops"),
            "pause": ("", r"transactions are refused until `bankctl resume`"),
            "resume": ("", r"transactions are taken"),
            "reload": ("", r"the configuration was read again"),
            "renew": ("", r"the front has a new certificate and key"),
            "verify": ("", r"proven: \d+ entries, all balances, and \d+ "
                       r"audit records"),
            "verify --journal": ("", r"proven: the journal and bank\.db have "
                                 r"the same entries"),
            "stop": ("", r"bankd has stopped"),
            "restore": (copy, None)}
        self.assertEqual(set(does) | shows | elsewhere, set(sources.verbs()))
        self.addCleanup(lambda: self.bank.running() or self.bank.start())
        for verb, (words, wanted) in does.items():
            result = run(bank.BANKCTL, "-y", "-c", self.bank.config,
                         *verb.split(), *words.split(),
                         input="geheim-4711\n")
            self.assertEqual(result.returncode, 0, (verb, result.stderr))
            if wanted:
                self.assertRegex(result.stderr, "^%s\n$" % wanted)
            if verb == "stop":
                self.assertEqual(self.bank.ended(30), 0)

    def withdrawal(self):
        atm = self.session("chris", kiosk=self.bank.kiosk())
        atm.request("WITHDRAW %s 1 40" % atm.txid())
        atm.exit()
        return self.newest("chris")["seq"]

    def case(self):
        self.atm(kiosk=self.bank.kiosk()).report("STOCK 20:1")
        return self.bank.ctl_json("requests")[-1]["number"]

    def test_accounts_are_named(self):
        """Wherever somebody reads of one: in messages, records, the log."""
        self.bank.ctl("deposit", "joe", "2", "5", "--reason", "named")
        row = self.bank.ctl_json("audit")[-1]
        self.assertEqual(row["detail"], "checking 5.00")
        self.bank.log_has("operator_deposit id=joe account=checking "
                          "amount=5.00 ")
        for words in (("history", "joe"), ("journal",), ("statement", "joe"),
                      ("accounts",), ("account", "joe")):
            self.assertRegex(self.bank.ctl(*words).stdout, "(?i)checking")

    def test_help(self):
        text = self.bank.ctl("help").stdout
        self.assertEqual(text, run(bank.BANKCTL, "--help").stdout)
        for name, arguments in sources.commands().items():
            self.assertRegex(text, r"(?m)^  %s +[a-z]" % name)
            one = self.bank.ctl("help", name).stdout
            self.assertIn(("usage: bankctl %s %s" % (
                name, arguments)).strip(), one)
            self.assertEqual(one, self.bank.ctl(name, "--help").stdout)
        for verb in sources.verbs():
            one = self.bank.ctl("help", verb.split()[0]).stdout
            for words in ((*verb.split(), "--help"),
                          (*verb.split(), "x", "--help"),
                          ("help", *verb.split())):
                self.assertEqual(self.bank.ctl(*words).stdout, one)
        self.refused(64, "unknown command nope", "help", "nope")

    def test_config(self):
        text = self.bank.ctl("config", "-n").stdout
        self.assertRegex(text, r"(?m)^# default: \*\naddress = ")
        self.assertNotIn("credit_account", text)
        whole = self.bank.ctl("config").stdout
        self.assertIn("credit_account = checking", whole)
        path = self.bank.path("etc", "changed.ini")
        for content in (text, whole):
            with open(path, "w") as f:
                f.write(content)
            self.assertEqual(run(bank.BANKCTL, "-c", path, "config").stdout,
                             whole)
        self.refused(64, "usage", "config", "x")


if __name__ == "__main__":
    unittest.main()
