# SPDX-License-Identifier: ISC
"""bankd as a daemon: start, stop, options, signals, processes
(bankd(8), bankctl(8))."""

import fcntl
import glob
import os
import re
import signal
import socket
import subprocess
import unittest

from lib import bank, patience
from lib.bank import BANKCTL, BANKD, Bank, run, wait_for
from lib.case import CORRECT, SUCCESS, BankCase, PrivateCase

EX_USAGE, EX_UNAVAILABLE = 64, 69
EX_CONFIG = 78


class Daemon(PrivateCase):
    def test_returns_when_it_serves_and_stops_when_asked(self):
        served = self.bank()
        served.options["process.pid_file"] = self.pid_file(served)
        result = self.daemon(served)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, "")
        with open(self.pid_file(served)) as f:
            pid = int(f.read())
        self.addCleanup(lambda: bank.kill(pid))
        # It is nobody's child of ours, in a session of its own.
        self.assertNotEqual(os.getsid(pid), os.getsid(0))
        with open(self.pid_file(served), "r+") as f:
            with self.assertRaises(OSError):
                fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = served.ctl("status").stdout
        served.address = "127.0.0.1"
        served.port = int(re.search(r"127\.0\.0\.1[: ](\d+)", status)[1])
        atm = served.session("chris")
        atm.exit()
        served.ctl("stop")
        wait_for("bankd to end", lambda: not bank.alive(pid))
        self.assertFalse(os.path.exists(self.pid_file(served)))

    def test_it_holds_no_directory_and_no_terminal(self):
        if os.geteuid() != 0:
            self.skipTest("only root looks into a process without core dumps")
        served = self.bank()
        served.options["process.pid_file"] = self.pid_file(served)
        self.assertEqual(self.daemon(served).returncode, 0)
        with open(self.pid_file(served)) as f:
            pid = int(f.read())
        self.addCleanup(lambda: bank.kill(pid))
        self.assertEqual(os.readlink("/proc/%d/cwd" % pid), "/")
        for fd in (0, 1, 2):
            self.assertEqual(os.readlink("/proc/%d/fd/%d" % (pid, fd)),
                             "/dev/null")
        served.ctl("stop")
        wait_for("bankd to end", lambda: not bank.alive(pid))

    def test_a_start_that_fails_says_why(self):
        served = self.bank()
        served.write("balance", "chris x y\n")
        result = self.daemon(served)
        self.assertEqual(result.returncode, 65, result.stderr)
        self.assertRegex(result.stderr, r"balance:1: ")

    def test_the_pid_file_is_anothers(self):
        first = self.bank()
        first.options["process.pid_file"] = self.pid_file(first)
        first.start()
        second = self.bank(process_pid_file=self.pid_file(first))
        code, said = second.fails()
        self.assertEqual(code, EX_UNAVAILABLE, said)
        self.assertIn(str(first.process.pid), said)

    def test_a_busy_port(self):
        first = self.bank(start=True)
        second = self.bank(listen_port=first.port)
        code, said = second.fails()
        self.assertEqual(code, EX_UNAVAILABLE, said)
        self.assertIn(str(first.port), said)

    def test_port_as_an_argument(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        served = self.bank()
        del served.options["listen.port"]
        served.command = lambda *more, c=served.command: c(str(port))
        served.start()
        self.assertEqual(served.port, port)

    def test_signals_end_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            served = self.bank(start=True)
            atm = served.session("chris")
            txid = atm.txid()
            atm.transfer(1, "fey", 5, txid=txid)
            family = served.family()
            served.process.send_signal(number)
            self.assertEqual(served.ended(), 0, served.said)
            atm.ended()
            wait_for("children to end",
                     lambda: not any(map(bank.alive, family)))
            served.start()
            again = served.session("chris")
            self.assertEqual(again.outcome(txid).said(), SUCCESS)
            again.close()
            atm.close()

    def test_a_stop_answers_what_is_in_hand(self):
        served = self.bank(start=True)
        atm = served.session("chris")
        for _ in range(200):
            atm.send("1 %s 1 fey 0.01" % atm.txid())
        served.process.send_signal(signal.SIGTERM)
        answered = 0
        try:
            while True:
                reply = atm.receive()
                self.assertIn(reply.code, (200, 503))
                answered += reply.code == 200
        except Exception as e:
            self.assertIn(type(e).__name__, ("Closed",), e)
        self.assertEqual(served.ended(), 0)
        cents = round(100 * float(served.lines()["chris"][0]))
        self.assertEqual(1000000 - cents, answered)
        atm.close()


    def test_a_stop_that_was_asked_for_is_told_as_one(self):
        served = self.bank(start=True)
        atm = served.session("chris")
        self.addCleanup(atm.close)
        served.ctl("log", "debug")
        served.stop()
        said = served.said[served.said.index("stopping"):]
        self.assertIn("stopped exit=0", said)
        for word in ("vault_gone", "failed", "malformed"):
            self.assertNotIn(word, said)
        served.start()
        vault = served.vault()
        bank.kill(vault)
        served.log_has("vault_gone connections=")

    def held_front(self, served):
        """A new front, held before the monitor had heard that it is ready:
        one of as many as it takes, as who looks for it may come late."""
        bound = patience.Bound(60)
        while not bound.over():
            old = served.front()
            others = offspring(served.monitor())
            bank.kill(old)
            pid, = wait_for("another front", every=0, condition=lambda:
                            offspring(served.monitor()) - others)
            bank.freeze(pid)
            # Two turns of the monitor's loop: what was said is heard.
            served.ctl("log", "debug")
            served.ctl("log", "debug")
            if "ready process=front pid=%d " % pid not in served.said:
                return pid
            os.kill(pid, signal.SIGCONT)
        self.fail("each front was ready before it was held")

    def test_a_stop_before_the_front_is_ready(self):
        served = self.bank(start=True)
        pid = self.held_front(served)
        served.process.send_signal(signal.SIGTERM)
        served.log_has("^(.*: )?stopping")
        os.kill(pid, signal.SIGCONT)
        self.assertEqual(served.ended(), 0)
        said = served.said[served.said.index("stopping"):]
        for word in ("vault_gone", "failed", "malformed"):
            self.assertNotIn(word, said)


class Options(PrivateCase):
    def wrong(self, words, code, pattern):
        result = run(BANKD, *words)
        self.assertEqual(result.returncode, code, (words, result.stderr))
        self.assertRegex(result.stderr, pattern, words)
        self.assertEqual(result.stdout, "", words)

    def test_usage(self):
        for words in (["-x"], ["-c"], ["-f", "80", "90"], ["-o"],
                      ["--nonsense"]):
            self.wrong(words, EX_USAGE, "(?i)usage")

    def test_a_port_that_is_none(self):
        config = self.bank().config
        for port in ("x", "65536", "-1", "80x"):
            result = run(BANKD, "-f", "-c", config, "--", port)
            self.assertIn(result.returncode, (EX_USAGE, EX_CONFIG), port)

    def test_version(self):
        for program in (BANKD, bank.BANKCTL, bank.ATM_TUI):
            result = run(program, "-V")
            self.assertEqual(result.returncode, 0)
            self.assertRegex(result.stdout, r"^\S+ \S*\d")

    def test_no_such_file(self):
        self.wrong(["-f", "-c", "/nonexistent/x.ini"], EX_CONFIG,
                   r"/nonexistent/x\.ini")

    def test_check(self):
        served = self.bank()
        words = served.command("-t")
        words.remove("-f")
        before = self.everything(served)
        result = run(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.everything(served), before)
        self.assertEqual(run(*words, "-o", "bank.credit_account=x"
                             ).returncode, EX_CONFIG)

    @staticmethod
    def everything(served):
        """Names, sizes and times of all that is there."""
        return sorted((path, os.stat(path).st_size, os.stat(path).st_mtime_ns)
                      for base, _, names in os.walk(served.directory)
                      for path in (os.path.join(base, n) for n in names))

    def test_print(self):
        """-T prints a file that -t takes, every key of the table in it."""
        served = self.bank()
        words = served.command("-T", "-o", "limits.transfer=123.45")
        words.remove("-f")
        result = run(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^transfer *= *123\.45")
        path = served.path("etc", "printed.ini")
        with open(path, "w") as f:
            f.write(result.stdout)
        again = run(BANKD, "-T", "-c", path)
        self.assertEqual(again.stdout, result.stdout, again.stderr)


class Configuration(PrivateCase):
    def set(self, served, section, line):
        with open(served.config) as f:
            text = f.read()
        self.assertIn("[%s]" % section, text)
        # Of two equal keys the last one wins.
        text = re.sub(r"(?m)^%s *=.*\n" % line.split(" ")[0], "", text)
        text = text.replace("[%s]" % section, "[%s]\n%s" % (section, line), 1)
        with open(served.config, "w") as f:
            f.write(text)

    def test_what_is_wrong_is_told_with_the_nearest_right_key(self):
        for section, line, pattern in (
                ("bank", "credit_acount = savings",
                 r"bankd\.ini.*credit_acount.*credit_account"),
                ("bank", "credit_account = pocket",
                 r"credit_account.*checking.*savings.*same"),
                ("listen", "prot = 1", r"prot.*\bport\b"),
                ("listen", "port = many", r"listen.*port"),
                ("listen", "port = 65536", r"port.*65535"),
                ("listen", "port = -1", r"port"),
                ("session", "idle_timeout = 4", r"idle_timeout.*5"),
                ("session", "idle_timeout = 300x", r"idle_timeout"),
                ("limits", "transfer = 1.234", r"transfer"),
                ("limits", "transfer = 0", r"transfer"),
                ("kiosks", "require = perhaps", r"require.*yes.*no"),
                ("bank", "[logs]\nlevel = info", r"\blogs?\b.*\blog\b")):
            with self.subTest(line=line):
                served = self.bank()
                del served.options["listen.port"]
                if section not in self.sections(served):
                    with open(served.config, "a") as f:
                        f.write("\n[%s]\n" % section)
                self.set(served, section, line)
                code, said = served.fails()
                self.assertEqual(code, EX_CONFIG, said)
                self.assertRegex(said, pattern)

    @staticmethod
    def sections(served):
        with open(served.config) as f:
            return re.findall(r"(?m)^\[(\w+)\]", f.read())

    def test_the_command_lines_too(self):
        served = self.bank()
        for text, pattern in (("bank.credit_acount=savings",
                               "credit_account"), ("bank=x", "bank"),
                              ("nonsense", "section.key=value"),
                              ("log.level=loud", "level")):
            result = run(BANKD, "-t", "-c", served.config, "-o", text)
            self.assertIn(result.returncode, (EX_USAGE, EX_CONFIG), text)
            self.assertRegex(result.stderr, pattern)

    def test_hup_takes_all_of_it_or_nothing(self):
        served = self.bank(start=True)
        atm = served.session("chris")
        with open(served.config) as f:
            good = f.read()
        extra = "\n[limits]\ntransfer = 50\n"
        self.assertNotIn("[limits]", good)

        def hup(text):
            seen = len(served.said)
            with open(served.config, "w") as f:
                f.write(text)
            served.process.send_signal(signal.SIGHUP)
            wait_for("the log", lambda: re.search(
                r"(?m)^.*(reload|config).*$", served.said[seen:]))
        hup(good + extra)
        wait_for("the limit", lambda: atm.transfer(
            1, "fey", 51).said() == "429 over the limit")
        hup(good + extra.replace("50", "60") + "nonsense = 1\n")
        served.log_has("nonsense")
        self.assertEqual(atm.transfer(1, "fey", 51).said(),
                         "429 over the limit")
        hup(good)
        wait_for("no limit", lambda: atm.transfer(
            1, "fey", 51).said() == SUCCESS)
        atm.close()

    def test_those_asked_for_during_another_follow_it(self):
        """The file may have changed after the other read it."""
        served = self.bank(start=True)
        vault = served.vault()
        with open(served.config) as f:
            before = f.read()

        def write(limit):
            with open(served.config, "w") as f:
                f.write(before + "\n[limits]\ntransfer = %d\n" % limit)

        def reload():
            process = subprocess.Popen(
                [BANKCTL, "-c", served.config, "reload"])
            self.addCleanup(process.wait)
            return process
        bank.freeze(vault)
        self.addCleanup(bank.kill, vault)
        write(10)
        first = reload()
        # It has read the file when it waits for the vault.
        served.process.send_signal(signal.SIGHUP)
        wait_for("the first to wait", lambda: "not answering" in
                 served.ctl("status").stdout)
        write(20)
        others = [reload() for _ in range(3)]
        served.process.send_signal(signal.SIGHUP)
        os.kill(vault, signal.SIGCONT)
        for asked in [first] + others:
            self.assertEqual(patience.end(asked), 0)
        atm = served.session("chris")
        self.assertEqual(atm.transfer(1, "fey", 15).said(), SUCCESS)
        self.assertEqual(atm.transfer(1, "fey", 25).code, 429)

    def test_a_key_that_needs_a_restart_is_named(self):
        served = self.bank()
        del served.options["listen.address"]
        served.start()
        with open(served.config) as f:
            text = f.read()
        text = re.sub(r"(?m)^address *=.*\n", "", text)
        with open(served.config, "w") as f:
            f.write(text.replace("[listen]", "[listen]\naddress = 127.0.0.9"))
        served.process.send_signal(signal.SIGHUP)
        served.log_has(r"address")
        self.assertTrue(served.running())

    def test_bankctl_reload_says_what_is_wrong(self):
        served = self.bank(start=True)
        self.assertEqual(served.ctl("reload").returncode, 0)
        with open(served.config, "a") as f:
            f.write("\n[limits]\ntransfr = 5\n")
        result = served.ctl("reload", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("transfr", result.stderr)
        self.assertTrue(served.running())


class Control(BankCase):
    def test_status(self):
        status = self.bank.ctl("status").stdout
        self.assertIn(str(self.bank.port), status)
        self.assertIn("sandbox", status)

    def test_accounts(self):
        text = self.bank.ctl("accounts").stdout
        for name in bank.DEMO:
            self.assertRegex(text, r"%s\b.*10000\.00.*1000\.00" % name)
        rows = {row["id"]: row for row in self.bank.ctl_json("accounts")}
        self.assertEqual(rows["joe"]["savings"], "10000.00")

    def test_of_a_bank_that_does_not_run(self):
        served = Bank(start=False)
        self.addCleanup(served.close)
        result = served.ctl("stop", check=False)
        self.assertEqual(result.returncode, EX_UNAVAILABLE, result.stderr)

    def test_usage(self):
        for words in ([], ["nonsense"], ["kiosk"], ["status", "x"]):
            self.assertEqual(self.bank.ctl(*words, check=False).returncode,
                             EX_USAGE, words)


class Processes(BankCase):
    def status(self, pid):
        with open("/proc/%d/status" % pid) as f:
            return dict(line.rstrip("\n").split(":\t", 1)
                        for line in f if ":\t" in line)

    def test_three(self):
        self.assertEqual(len(self.bank.family()), self.bank.processes)
        self.assertNotEqual(self.bank.front(), self.bank.vault())

    def test_the_sandbox_is_in_force(self):
        if bank.SANDBOX == "off":
            self.skipTest("sandbox=off")
        for pid in (self.bank.front(), self.bank.vault()):
            status = self.status(pid)
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(status["Seccomp"], "2")
            self.assertEqual(int(status["CapEff"], 16), 0)
            self.assertEqual(int(status["CapPrm"], 16), 0)
            with open("/proc/%d/limits" % pid) as f:
                self.assertRegex(f.read(), r"Max core file size +0 +0 ")

    def test_the_front_is_nobody_in_an_empty_place(self):
        if bank.SANDBOX == "off":
            self.skipTest("sandbox=off")
        if os.getuid() != 0:
            self.skipTest("not started as root")
        pid = self.bank.front()
        status = self.status(pid)
        self.assertNotIn("0", status["Uid"].split())
        self.assertNotIn("0", status["Gid"].split())
        self.assertIn(status["Groups"].split(),
                      ([], status["Gid"].split()[:1]))
        self.assertEqual(os.listdir("/proc/%d/root" % pid), [])

    def test_the_vault_knows_no_socket_of_the_network(self):
        if os.geteuid() != 0:
            self.skipTest("only root looks into a process without core dumps")
        pid = self.bank.vault()
        links = [os.readlink("/proc/%d/fd/%s" % (pid, fd))
                 for fd in os.listdir("/proc/%d/fd" % pid)]
        inodes = {m[1] for m in (re.match(r"socket:\[(\d+)\]", link)
                                 for link in links) if m}
        for table in ("tcp", "tcp6", "udp", "udp6"):
            with open("/proc/net/" + table) as f:
                for line in f.readlines()[1:]:
                    self.assertNotIn(line.split()[9], inodes)

    def test_each_is_restarted(self):
        for role in ("front", "vault"):
            for _ in range(2):
                self.bank.kill_child(role)
                atm = self.bank.atm_when_served()
                self.said(atm.login("chris", "canary-chris"), CORRECT)
                atm.close()
        self.assertTrue(self.bank.running())

    def test_the_status_while_no_front_is_there(self):
        """It is the vault's answer too.  Each end is followed by a longer
        pause."""
        vault = self.bank.vault()

        def asked_meanwhile():
            front = self.bank.child("front")
            if front:
                bank.kill(front)
            said = self.bank.ctl("status").stdout
            return said if re.search(r"(?m)^front +(down|failing)", said) \
                and "front-pid                 0\n" in said else None
        said = wait_for("an answer without a front", asked_meanwhile)
        self.assertRegex(said, r"(?m)^vault-unsent-bytes +0 bytes$")
        self.assertEqual(self.bank.vault(), vault)
        self.bank.atm_when_served().close()

    def test_no_secret_on_a_command_line_or_in_the_environment(self):
        for pid in self.bank.family() + [self.bank.process.pid]:
            line = bank.command_line(pid)
            self.assertNotRegex(line, r"canary-|BEGIN|\$y\$")


def wakes(pid):
    """How often the process has gone to sleep and been woken."""
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)$", f.read(),
                             re.M)[1])


def offspring(pid):
    """Its children's pids, and at once: without a look at all processes."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return set(map(int, f.read().split()))


def sleeps(pid):
    """It does, however often one looks."""
    states = set()
    for _ in range(50):
        with open("/proc/%d/stat" % pid) as f:
            states.add(f.read().rsplit(")", 1)[1].split()[0])
    return states == {"S"}


def slices(pid):
    """{thread: us that it may run before others have their turn}; none where
    Linux doesn't say, without CONFIG_SCHED_DEBUG."""
    found = {}
    for path in glob.glob("/proc/%d/task/*/sched" % pid):
        with open(path) as f:
            said = re.search(r"^se\.slice\s*:\s*(\d+)$", f.read(), re.M)
        if said:
            found[int(path.split("/")[4])] = int(said[1]) // 1000
    return found


class Slice(BankCase):
    def test_the_front_gives_way_to_the_vault(self):
        vault, front = self.bank.vault(), self.bank.front()
        usual = set(slices(self.bank.monitor()).values())
        release = [int(n) for n in re.findall(r"\d+", os.uname().release)[:2]]
        if release < [6, 12] or not usual:
            self.skipTest("this Linux has no slices to ask for")
        self.assertEqual(set(slices(vault).values()), usual)
        self.assertEqual(slices(front), {front: 5000})


class BusyPoll(PrivateCase):
    REQUESTS = 50
    BUSY = 1.3  # of patience.slowness(): somebody else works

    def wakes_a_request(self, served, atm, requests=REQUESTS):
        """Of front and vault each, a customer asking one after the other."""
        pids = served.front(), served.vault()
        before = [wakes(pid) for pid in pids]
        for _ in range(requests):
            atm.balances()
        return [(wakes(pid) - number) / requests
                for pid, number in zip(pids, before)]

    def test_nobody_is_woken_and_nobody_waits_awake(self):
        """Its limit is the largest, as this customer is no quick one; and
        with 0, also by a reload, both sleep before each request."""
        served = self.bank(start=True)
        with open(served.config) as f:
            text = f.read()

        def look(microseconds):
            with open(served.config, "w") as f:
                f.write(text.replace("[process]\n", "[process]\n"
                                     "busy_poll = %d\n" % microseconds))
            served.ctl("reload")
        atm = served.session("chris")
        look(10000)
        # Whoever else wants the processors gets them, and who had to wait for
        # one doesn't look for a while: it may take many requests.
        try:
            wait_for("a request that wakes nobody", lambda: any(
                max(self.wakes_a_request(served, atm, 1)) == 0
                for _ in range(self.REQUESTS)), timeout=60)
        except bank.Failed as e:
            if patience.slowness() < self.BUSY:
                raise
            self.skipTest("others want the processors: %s" % e)
        for pid in served.front(), served.vault():
            wait_for("rest", lambda: sleeps(pid))
        look(0)
        wait_for("requests that wake both", lambda: min(
            self.wakes_a_request(served, atm)) >= 1, timeout=60)
        atm.exit()

class MonitorGone(PrivateCase):
    def test_front_and_vault_end_with_it(self):
        served = self.bank(start=True)
        served.kill()
        served.start()
        atm = served.session("chris")
        atm.close()


if __name__ == "__main__":
    unittest.main()
