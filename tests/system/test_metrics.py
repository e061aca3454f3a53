# SPDX-License-Identifier: ISC
"""Figures for Prometheus and Grafana (bankctl(8)): both formats are taken by
promtool, they count what happened, and rules and board ask for none that isn't
there."""

import contextlib
import grp
import json
import math
import os
import re
import select
import shutil
import socket
import sys
import tempfile
import unittest
import urllib.request

from lib import bank, hosts, postgres, prometheus
from lib.bank import BANKCTL, TOP, run
from lib.case import SUCCESS, Operator

RULES = os.path.join(TOP, "etc", "prometheus", "bankd.rules.yml")
BOARD = os.path.join(TOP, "etc", "grafana", "bankd.json")
with open(os.path.join(TOP, "man", "bankctl.schema.json")) as f:
    SCHEMA = json.load(f)


def need_promtool(test):
    if not shutil.which("promtool"):
        test.skipTest("promtool (package prometheus) is not installed")


def samples(text):
    """{(name, ((label, value), ...)): number}"""
    found = {}
    for line in text.split("\n"):
        if line == "" or line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(
            r'([a-z_]+)(?:\{(.*)\})? (\S+)', line).groups()
        key = name, tuple(re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"',
                                     labels or ""))
        if key in found:
            raise AssertionError("twice: " + line)
        found[key] = float(value)
    return found


def names(text):
    """Those of all samples that the text may have."""
    found = set()
    for name, kind in re.findall(r"(?m)^# TYPE (\S+) (\S+)$", text):
        found |= {name} if kind != "histogram" else {
            name + end for end in ("_bucket", "_sum", "_count")}
    return found


def asked(courier=False):
    """{name: a rule or a query that asks for it}; the courier's, or not."""
    with open(RULES) as f:
        texts = [f.read(), *expressions()]
    return {name: text for text in texts
            for name in re.findall(r"\bbankd_\w+", text)
            if name.startswith("bankd_courier_") == courier}


def expressions():
    with open(BOARD) as f:
        board = json.load(f)
    return [target["expr"] for panel in board["panels"]
            for target in panel["targets"]]


class Metrics(Operator):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        atm = cls.bank.session("chris", kiosk=cls.bank.kiosk())
        for line in ("WITHDRAW %s 1 40", "DEPOSIT %s 2 60", "WITHDRAW %s 1 20"):
            atm.request(line % atm.txid())
        atm.transfer(1, "fey", "12.34")
        atm.transfer(1, "nobody-at-all", "12.34")
        atm.transfer(1, "fey", "99999999")
        atm.exit()
        atm.close()
        cls.bank.ctl("deposit", "joe", "1", "7", "--reason", "x")

    def text(self, *words, served=None):
        return (served or self.bank).ctl("metrics", *words).stdout

    def values(self):
        return samples(self.text())

    def test_promtool_takes_it(self):
        need_promtool(self)
        stopped = self.fresh(start=False)
        for text in (self.text(), self.text(served=stopped)):
            result = run("promtool", "check", "metrics", input=text)
            self.assertEqual((result.returncode, result.stdout,
                              result.stderr), (0, "", ""))

    def test_forms(self):
        text, other = self.text(), self.text("--openmetrics")
        self.assertNotIn("# EOF", text)
        self.assertTrue(other.endswith("\n# EOF\n"))
        families = dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", text))
        for name, kind in re.findall(r"(?m)^# TYPE (\S+) (\S+)$", other):
            end = "_total" if kind == "counter" else ""
            self.assertEqual(families.pop(name + end), kind)
        self.assertEqual(families, {})
        self.assertEqual({key for key in samples(text)},
                         {key for key in samples(other)})
        path = self.bank.path("bank.prom")
        self.bank.ctl("metrics", "--textfile", path)
        with open(path) as f:
            self.assertEqual(set(samples(f.read())), set(samples(text)))

    def test_only_a_file_is_replaced(self):
        """Not a device, nor the link /dev/stdout, which programs need."""
        pipe = self.bank.path("pipe")
        os.mkfifo(pipe)
        for path, why in ((pipe, "not a regular file"),
                          ("/dev/stdout", "--textfile makes a file")):
            before = os.lstat(path)
            self.refused(73, "%s: %s" % (path, why), "metrics", "--textfile",
                         path)
            self.assertEqual(os.lstat(path).st_ino, before.st_ino)

    def test_counts(self):
        found = self.values()
        def of(name, **labels):
            return found["bankd_" + name, tuple(labels.items())]
        self.assertEqual(of("answers_total", verb="withdraw", code="200"), 2)
        self.assertEqual(of("answers_total", verb="transfer", code="200"), 1)
        self.assertEqual(of("answers_total", verb="transfer", code="404"), 1)
        self.assertEqual(of("answers_total", verb="transfer", code="402"), 1)
        self.assertEqual(of("entries_booked_total", kind="withdraw"), 2)
        self.assertEqual(of("entries_amount_total", kind="withdraw"), 60)
        self.assertEqual(of("entries_amount_total", kind="transfer"), 12.34)
        self.assertEqual(of("entries_amount_total", kind="adjust"), 7)
        self.assertEqual(of("kiosk_entries_total", kiosk="kiosk-1"), 4)
        self.assertEqual(of("kiosk_cash_in_total", kiosk="kiosk-1"), 60)
        self.assertEqual(of("kiosk_cash_out_total", kiosk="kiosk-1"), 60)
        self.assertEqual(of("up"), 1)
        front, own = (of("certificate_expiry_timestamp_seconds",
                         certificate=name) for name in ("front", "bank"))
        self.assertGreater(front, 1e9)
        self.assertGreater(own, front)
        self.assertGreater(of("free_bytes"), 1 << 20)
        self.assertTrue(any(name == "bankd_build_info" for name, _ in found))

    def test_a_bank_that_does_not_run(self):
        found = samples(self.text(served=self.fresh(start=False)))
        self.assertEqual(found["bankd_up", ()], 0)

    def test_status_is_not_full_of_them(self):
        self.assertNotIn("figure", self.bank.ctl("status").stdout)
        self.assertNotIn("figure", run(
            BANKCTL, "-j", "-c", self.bank.config, "status").stdout)

    def test_rules_and_board_ask_for_what_there_is(self):
        known = names(self.text())
        for name, text in asked().items():
            self.assertIn(name, known, text)

    def test_rules(self):
        need_promtool(self)
        result = run("promtool", "check", "rules", RULES)
        self.assertEqual(result.returncode, 0, result.stdout)
        result = run("promtool", "test", "rules",
                     RULES.replace(".yml", ".test.yml"))
        self.assertEqual(result.returncode, 0,
                         result.stdout + result.stderr)

    def test_each_rule_is_tested(self):
        with open(RULES) as f:
            alerts = re.findall(r"- alert: (\w+)", f.read())
        with open(RULES.replace(".yml", ".test.yml")) as f:
            tested = re.findall(r"(?s)alertname: (\w+)\s+exp_alerts:\s+- exp_",
                                f.read())
        self.assertEqual(set(alerts), set(tested))

    def test_queries_are_of_the_language(self):
        need_promtool(self)
        with tempfile.NamedTemporaryFile("w", suffix=".yml",
                                         dir=bank.scratch()) as f:
            f.write("groups:\n  - name: board\n    rules:\n")
            for i, expression in enumerate(expressions()):
                f.write("      - record: board:%d\n        expr: %s\n" % (
                    i, json.dumps(expression)))
            f.flush()
            result = run("promtool", "check", "rules", f.name)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


@unittest.skipUnless(postgres.available(), "no PostgreSQL here")
class Courier(unittest.TestCase):
    """A bank of many hosts has more figures."""

    def test_what_it_tells_and_what_is_asked(self):
        with hosts.Hosts(2) as both:
            client = both[0].session("chris")
            client.transfer(1, "fey", 1)
            client.close()
            bank.wait_for("the other host", lambda: both[0].lot() ==
                          both[1].lot() > 0)
            text = both[1].ctl("metrics").stdout
            found = samples(text)
            known = names(text)
            for name, query in asked(courier=True).items():
                self.assertIn(name, known, query)
            for name, value in (("primary", 1), ("forked", 0),
                                ("lots_behind", 0),
                                ("newest_lot", both[1].lot())):
                self.assertEqual(found["bankd_courier_" + name, ()], value)
            self.assertGreater(found["bankd_courier_lots_got_total", ()], 0)
            self.assertGreater(samples(both[0].ctl("metrics").stdout)[
                "bankd_courier_lots_put_total", ()], 0)
            self.assertLess(
                abs(found["bankd_courier_clock_ahead_seconds", ()]), 3600)
            if shutil.which("promtool"):
                result = run("promtool", "check", "metrics", input=text)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.typed(both[1])
            both.pg.primary.stop()
            bank.wait_for("that it is missed", lambda: samples(
                both[1].ctl("metrics").stdout)["bankd_courier_primary", ()]
                == 0)

    def typed(self, host):
        status = json.loads(run(
            BANKCTL, "-j", "-c", host.config, "status").stdout)[0]
        facts = {name: status[name] for name in status if "courier" in name}
        for name in ("pid", "put", "got", "turns", "doubts", "connects",
                     "newest", "clock-ms", "uptime", "restarts"):
            self.assertIsInstance(facts["courier-" + name], int, name)
        known = SCHEMA["$defs"]["commands"]["status"]["items"]["properties"]
        self.assertEqual(set(facts) - set(known), set())


class Scrape(Operator):
    """[metrics] listen, and who asks for something else there."""

    options = {"metrics_listen": "127.0.0.1:0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        cls.port = int(
            cls.bank.ctl_json("status")[0]["metrics"].split(":")[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def ask(self, request, cut=False):
        with self.connect() as s:
            s.settimeout(60)
            try:
                s.sendall(request)
                if cut:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass        # it was refused before it was all there
            answer = b""
            while True:
                try:
                    more = s.recv(65536)
                except ConnectionError:
                    break
                if not more:
                    break
                answer += more
        head, _, body = answer.decode().partition("\r\n\r\n")
        return head.split("\r\n"), body

    def test_figures(self):
        for _ in range(20):
            head, body = self.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(head[0], "HTTP/1.0 200 OK")
            self.assertIn("Content-Type: text/plain; version=0.0.4; "
                          "charset=utf-8", head)
            self.assertIn("Content-Length: %d" % len(body), head)
        self.assertEqual(
            {name for name, _ in samples(body)},
            {name for name, _ in samples(self.bank.ctl("metrics").stdout)})
        with urllib.request.urlopen(
                "http://127.0.0.1:%d/metrics" % self.port) as answer:
            self.assertIn(b"bankd_up 1", answer.read())

    def test_other_questions(self):
        for line in (b"GET / HTTP/1.1", b"POST /metrics HTTP/1.1",
                     b"PUT /metrics HTTP/1.1",
                     b"GET /metricsx HTTP/1.1", b"x"):
            head, _ = self.ask(line + b"\r\n\r\n")
            self.assertEqual(head[0], "HTTP/1.0 404 Not Found", line)
        self.assertEqual(self.ask(b"GET /met", cut=True), ([""], ""))
        self.assertEqual(self.ask(b"x" * 5000, cut=True), ([""], ""))

    def test_many_at_once(self):
        """Those beyond the bound are not answered; the bank is, later."""
        crowd = [self.connect() for _ in range(30)]
        for s in crowd:
            self.addCleanup(s.close)
        # The first has its time; the last has none.
        ended, _, _ = select.select([crowd[0], crowd[-1]], [], [], 60)
        self.assertEqual(ended, crowd[-1:])
        self.bank.ctl("status")
        for s in crowd:
            s.close()
        bank.wait_for("an answer", self.answered)

    def answered(self):
        return self.ask(b"GET /metrics HTTP/1.0\r\n\r\n")[0][0].endswith(
            "200 OK")

    def test_who_takes_nothing_holds_up_nobody(self):
        """Nor who never ends the request.  Each has its time, and the bank
        goes on meanwhile."""
        crowd = []
        for i in range(60):
            s = self.connect()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            crowd.append(s)
            self.addCleanup(s.close)
            with contextlib.suppress(OSError):
                s.sendall(b"GET /metrics HTTP/1.1\r\n\r\n"[:-1 - i % 2]
                          if i % 3 else b"GET /metrics HTTP/1.1\r\n\r\n")
        client = self.session("chris")
        for _ in range(20):
            self.said(client.transfer(1, "fey", "0.01"), SUCCESS)
        self.assertIn("serving", self.bank.ctl("status").stdout)
        bank.wait_for("an answer", self.answered)

    def test_off_by_default(self):
        served = self.fresh()
        self.assertNotIn("metrics", served.ctl_json("status")[0])

    def test_not_for_the_network(self):
        for address in ("0.0.0.0:9280", "9280", "192.0.2.1:1", "[::]:1",
                        "localhost:1", "127.0.0.1:x", "127.0.0.1:70000"):
            served = self.fresh(start=False, metrics_listen=address)
            code, said = served.fails()
            self.assertEqual(code, 78, said)
            self.assertIn("[metrics] listen", said)


def panels():
    """The queries of the board."""
    return {query: query for query in expressions()}


def alerts():
    """{the query of a rule: one that has a series whether it is true or not}"""
    with open(RULES) as f:
        queries = re.findall(
            r"(?m)^        expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", f.read())
    return {query: re.sub(r" (==|[<>]) ", r" \1 bool ", query) for query in (
        " ".join("".join(lines).split()) for lines in queries)}


@unittest.skipUnless(prometheus.PROGRAM,
                     "prometheus (package prometheus) is not installed")
class Engine(Operator):
    """Prometheus itself asks the bank, the board and the rules."""

    options = {"metrics_listen": "127.0.0.1:0"}

    def server(self, served):
        server = prometheus.Prometheus(
            served.ctl_json("status")[0]["metrics"], RULES)
        self.addCleanup(server.close)
        bank.wait_for("the first figures", lambda: server.ask("bankd_up"))
        return server

    def asked(self, server, queries, traffic, courier):
        """All are asked until each has a series of numbers, while something
        goes on in the bank."""
        left = {query: wanted for query, wanted in queries.items()
                if ("bankd_courier_" in query) == courier}
        self.assertTrue(left)
        for query in left:
            server.ask(query)
        def ask():
            traffic()
            for query, wanted in list(left.items()):
                found = server.ask(wanted)
                if found and all(math.isfinite(n) for _, n in found):
                    del left[query]
            return not left
        bank.wait_for(lambda: "series of %r" % sorted(left), ask, 60, 0.5)

    def test_board_and_rules(self):
        server = self.server(self.bank)
        atm = self.session("chris", kiosk=self.bank.kiosk())
        def traffic():
            self.said(atm.request("WITHDRAW %s 1 1" % atm.txid()), SUCCESS)
            self.said(atm.transfer(1, "fey", "0.01"), SUCCESS)
        self.asked(server, panels() | alerts(), traffic, False)
        self.assertEqual({rule["health"] for rule in bank.wait_for(
            "rules that were reckoned", lambda: self.reckoned(server))},
            {"ok"})
        def is_(state):
            return server.rules()["BankTransactionsRefused"]["state"] == state
        self.assertTrue(is_("inactive"))
        self.bank.ctl("pause")
        self.addCleanup(self.bank.ctl, "resume")
        bank.wait_for("the alert", lambda: is_("pending"))

    def reckoned(self, server):
        rules = server.rules().values()
        return rules if all(
            rule["health"] != "unknown" for rule in rules) else None

    def test_figures(self):
        """What it has kept is what was done."""
        server = self.server(self.bank)
        query = 'bankd_entries_amount_total{kind="deposit"}'
        atm = self.session("fey", kiosk=self.bank.kiosk())
        before = sum(n for _, n in server.ask(query))
        for _ in range(3):
            self.said(atm.request("DEPOSIT %s 1 7" % atm.txid()), SUCCESS)
        bank.wait_for("three deposits", lambda: sum(
            n for _, n in server.ask(query)) == before + 21)
        self.assertEqual(
            server.ask("bankd_build_info")[0][0]["job"], "bank")

    @unittest.skipUnless(postgres.available(), "no PostgreSQL here")
    def test_many_hosts(self):
        with hosts.Hosts(1, **self.options) as one:
            server = self.server(one[0])
            client = one[0].session("chris")
            self.addCleanup(client.close)
            self.asked(server, panels() | alerts(), lambda: self.said(
                client.transfer(1, "fey", "0.01"), SUCCESS), True)


class ScrapeSocket(unittest.TestCase):
    """[metrics] listen with a path, and group."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.directory)
        os.chmod(self.directory, 0o755)
        self.path = self.directory + "/metrics"

    def serve(self, **options):
        served = bank.Bank(start=False, metrics_listen=self.path, **options)
        self.addCleanup(served.close)
        served.start()
        return served

    def ask(self, *as_user):
        return run(*as_user, sys.executable, "-c",
                   "import socket, sys\n"
                   "s = socket.socket(socket.AF_UNIX)\n"
                   "s.connect(sys.argv[1])\n"
                   "s.sendall(b'GET /metrics HTTP/1.0\\r\\n\\r\\n')\n"
                   "sys.stdout.write(s.makefile(newline='\\n').read())",
                   self.path)

    def test_figures_and_who_may(self):
        served = self.serve()
        self.assertEqual(served.ctl_json("status")[0]["metrics"], self.path)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)
        self.assertIn("\nbankd_up 1\n", self.ask().stdout)
        if os.geteuid() == 0:
            self.assertIn("PermissionError", self.ask(
                "setpriv", "--reuid=nobody", "--regid=users",
                "--clear-groups").stderr)
        served.kill()
        served.start()      # in the place of what was left
        self.assertIn("\nbankd_up 1\n", self.ask().stdout)
        served.stop()
        self.assertFalse(os.path.exists(self.path))

    @unittest.skipIf(os.geteuid() != 0, "only root becomes somebody else")
    def test_a_group(self):
        self.serve(metrics_group="users")
        stat = os.stat(self.path)
        self.assertEqual(stat.st_mode & 0o777, 0o660)
        self.assertEqual(stat.st_gid, grp.getgrnam("users").gr_gid)
        for group, seen in (("users", True), ("games", False)):
            result = self.ask("setpriv", "--reuid=nobody",
                              "--regid=" + group, "--clear-groups")
            self.assertEqual("bankd_up 1" in result.stdout, seen)

    def test_what_is_wrong_is_told(self):
        def fails(pattern, code, **options):
            served = bank.Bank(start=False, **options)
            self.addCleanup(served.close)
            found, said = served.fails()
            self.assertEqual(found, code, said)
            self.assertRegex(said, pattern)
            checked = run(*served.command("-t"))
            if code == 78 and "somebody else" not in pattern:
                self.assertEqual(checked.returncode, code)
                self.assertRegex(checked.stderr, pattern)
            else:   # it did not try to listen
                self.assertEqual(checked.returncode, 0, checked.stderr)
        fails("no address of this host alone", 78,
              metrics_listen="0.0.0.0:9280")
        fails("no group nobodys; bankd.ini: .metrics. group", 78,
              metrics_listen=self.path, metrics_group="nobodys")
        fails("[metrics] listen", 71, metrics_listen="/proc/none/x")
        self.serve()
        fails("somebody else does; bankd.ini: .metrics. listen", 78,
              metrics_listen=self.path)


if __name__ == "__main__":
    unittest.main()
