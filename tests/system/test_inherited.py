# SPDX-License-Identifier: ISC
"""What the programs inherit from whoever starts them: signals that are
blocked or ignored, timers, descriptors and their limit (bankd(8), bankctl(8),
atm-tui(1))."""

import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import unittest

from lib import bank
from lib.bank import ATM_TUI, BANKCTL, wait_for
from lib.case import SUCCESS, BankCase, PrivateCase
from lib.inherit import wrapper

EX_TEMPFAIL, EX_OSERR = 75, 71
LOGIN = "chris\ncanary-chris\n"
MEANT = ("SIGCHLD", "SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE", "SIGALRM",
         "SIGUSR1", "SIGWINCH")
DEAF = {"block": MEANT, "ignore": [n for n in MEANT if n != "SIGHUP"]}


def signals(pid):
    """What a process blocks and ignores, as sets of names."""
    with open("/proc/%d/status" % pid) as f:
        status = f.read()

    def names(field):
        mask = int(re.search(r"^%s:\s*(\w+)$" % field, status, re.M)[1], 16)
        return {name for name in MEANT
                if mask >> (getattr(signal, name) - 1) & 1}
    return names("SigBlk"), names("SigIgn")


class Command:
    """A program that runs until it is told to end, or says something."""

    def __init__(self, test, *words, pass_fds=()):
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, pass_fds=pass_fds)
        test.addCleanup(self.close)
        self.said = b""

    def has_said(self, word):
        def heard():
            if self.says_something():
                more = os.read(self.process.stdout.fileno(), 65536)
                if not more:
                    raise bank.Failed("it ended: %r" % self.said)
                self.said += more
            return word in self.said
        wait_for("%r" % word, heard)
        return self

    def says_something(self):
        """Without waiting for it."""
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        return self

    def send(self, number):
        self.process.send_signal(number)
        return self

    def ended(self):
        self.said += self.process.stdout.read()
        return self.process.wait(60 * bank.SLOW)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Kiosk:
    def kiosk(self, served, words=(), options=(), **more):
        """atm-tui's plain mode, which asks what to do at the end of LOGIN."""
        state = served.path("kiosk-state")
        os.makedirs(state, exist_ok=True)
        command = list(words) + [
            ATM_TUI, "-p", "-c", served.path("etc", "atm.ini"),
            "-o", "kiosk.state=" + state]
        for option in options:
            command += ["-o", option]
        return Command(self, *command, "127.0.0.1", str(served.port), **more)


class Signals(PrivateCase, Kiosk):
    def test_a_daemon_restarts_reloads_and_stops(self):
        served = self.bank()
        pid_file = served.path("pid")
        served.options["process.pid_file"] = pid_file
        result = bank.run(*[word for word in wrapper(
            **DEAF, timer=0.5) + served.command() if word != "-f"])
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(pid_file) as f:
            pid = int(f.read())
        self.addCleanup(bank.kill, pid)
        self.assertEqual(signals(pid), (set(), {"SIGPIPE"}))
        for role in ("front", "vault"):
            child = next(p for p in bank.children(pid)
                         if role in bank.command_line(p))
            self.assertEqual(signals(child)[0], set(), role)
            bank.kill(child)
            wait_for(lambda: "another %s, in\n%s" % (
                role, served.ctl("status").stdout), lambda: re.search(
                    r"(?m)^%s-restarts +1$" % role,
                    served.ctl("status").stdout))
        wait_for("both", lambda: "down" not in served.ctl("status").stdout)
        with open(served.config, "a") as f:
            f.write("\n[limits]\ntransfer = 50\n")
        wait_for("it to serve", lambda: served.ctl(
            "reload", check=False).returncode == 0)
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGTERM)
        wait_for("bankd to end", lambda: not bank.alive(pid))

    def test_in_the_foreground(self):
        served = self.bank()
        served.wrapper = wrapper(**DEAF, timer=0.5)
        served.start()
        for role in ("front", "vault"):
            served.kill_child(role)
            served.atm_when_served().close()
        with open(served.config, "a") as f:
            f.write("\n[limits]\nnonsense = 50\n")
        served.process.send_signal(signal.SIGHUP)
        served.log_has("nonsense")
        served.stop()

    def test_an_ignored_hangup_stays_ignored(self):
        """As nohup(1) wants it; a daemon has no terminal that could go."""
        served = self.bank()
        served.wrapper = wrapper(ignore=["SIGHUP"])
        served.start()
        self.assertIn("SIGHUP", signals(served.process.pid)[1])
        kiosk = self.kiosk(served, wrapper(ignore=["SIGHUP"]))
        kiosk.type(LOGIN).has_said(b"3. Exit")
        self.assertIn("SIGHUP", signals(kiosk.process.pid)[1])
        kiosk.send(signal.SIGHUP).type("1\n1\nfey\n5\n")
        kiosk.has_said(SUCCESS[4:].encode()).send(signal.SIGTERM)
        self.assertEqual(kiosk.ended(), 0)

    def test_bankctl(self):
        served = self.bank(start=True)
        follower = Command(self, *wrapper(**DEAF), BANKCTL, "-c",
                           served.config, "monitor")
        wait_for("a line", lambda: served.ctl("log", "debug") and
                 follower.says_something())
        self.assertEqual(signals(follower.process.pid), (set(), {"SIGPIPE"}))
        follower.send(signal.SIGTERM)
        self.assertEqual(follower.ended(), -signal.SIGTERM)

    def test_a_kiosk(self):
        """It hears how a command ended, and that it shall end itself."""
        served = self.bank(start=True)
        kiosk = self.kiosk(served, wrapper(**DEAF, timer=0.5),
                           ["cash.dispense=/bin/true"])
        kiosk.type(LOGIN).has_said(b"3. Exit")
        self.assertEqual(signals(kiosk.process.pid), (set(), {"SIGPIPE"}))
        kiosk.type("retiro 20\n").has_said(b"Please take your cash")
        kiosk.send(signal.SIGTERM)
        self.assertEqual(kiosk.ended(), 0)


class Descriptors(PrivateCase, Kiosk):
    def held(self):
        """A pipe and a lock, as a script leaves them to what it starts; and
        what gives up our own, and proves that nobody else has them."""
        read, write = os.pipe()
        path = os.path.join(bank.fresh_directory("held"), "lock")
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.addCleanup(os.close, read)

        def let_go():
            os.close(write)
            os.close(lock)
            wait_for("the pipe's end", lambda: select.select(
                [read], [], [], 0)[0] and os.read(read, 1) == b"")
            with open(path) as other:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return (write, lock), let_go

    def test_a_daemon_keeps_none(self):
        served = self.bank()
        fds, let_go = self.held()
        words = served.command()
        words.remove("-f")
        subprocess.run(words, pass_fds=fds, check=True, timeout=60 * bank.SLOW,
                       stdin=subprocess.DEVNULL)
        self.addCleanup(served.ctl, "stop")
        let_go()

    def test_nor_do_the_others(self):
        # A kiosk whose session is over would end, and let go of all it has.
        served = self.bank(start=True, session_idle_timeout="3600")
        fds, let_go = self.held()
        second = self.bank()
        foreground = Command(self, *second.command(), pass_fds=fds)
        foreground.has_said(b"listening")
        kiosk = self.kiosk(served, pass_fds=fds)
        kiosk.type(LOGIN).has_said(b"3. Exit")
        follower = Command(self, BANKCTL, "-c", served.config, "monitor",
                           pass_fds=fds)
        wait_for("a line", lambda: served.ctl("log", "debug") and
                 follower.says_something())
        let_go()
        foreground.send(signal.SIGTERM)
        self.assertEqual(foreground.ended(), 0)

    def test_what_was_passed_is_served(self):
        """Between two that are of no use, which are let go."""
        served = self.bank()
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        script = ("import os, sys; a, b = map(int, sys.argv[1:3]); "
                  "[os.dup2(fd, at) for fd, at in "
                  "((a, 10), (b, 11), (10, 3), (11, 4), (10, 5), (10, 6))]; "
                  "os.execv(sys.argv[3], sys.argv[3:])")
        command = Command(
            self, sys.executable, "-c", script, str(write),
            str(listener.fileno()), *wrapper(passed=3), *served.command(),
            pass_fds=(write, listener.fileno()))
        port = listener.getsockname()[1]
        command.has_said(b"listening 127.0.0.1 %d\n" % port)
        os.close(write)
        self.assertEqual(os.read(read, 1), b"")
        served.address, served.port = "127.0.0.1", port
        served.session("chris").exit()
        command.send(signal.SIGTERM)
        self.assertEqual(command.ended(), 0)


class Few(BankCase, Kiosk):
    def test_a_soft_limit_is_raised(self):
        served = self.fresh(start=False)
        served.wrapper = wrapper(descriptors=[24, 4096])
        served.start()
        with open("/proc/%d/limits" % served.vault()) as f:
            self.assertRegex(f.read(), r"Max open files +128 +4096 ")
        served.session("chris").exit()
        kiosk = self.kiosk(served, served.wrapper)
        kiosk.type(LOGIN).has_said(b"3. Exit")

    def test_a_hard_one_is_told(self):
        """Also to whoever waits for the daemon."""
        few = wrapper(descriptors=[40, 40])
        told = r"RLIMIT_NOFILE is 40, and %d are needed.*ulimit.*LimitNOFILE"
        served = self.fresh(start=False)
        served.wrapper = few
        code, said = served.fails()
        self.assertEqual(code, EX_OSERR, said)
        self.assertRegex(said, told % 128)
        result = bank.run(*[w for w in served.command() if w != "-f"])
        self.assertEqual(result.returncode, EX_OSERR)
        self.assertRegex(result.stderr, told % 128)
        result = bank.run(*few, BANKCTL, "-c", served.config, "status")
        self.assertEqual(result.returncode, EX_OSERR)
        self.assertRegex(result.stderr, "^bankctl: .*" + told % 64)
        result = bank.run(*few, ATM_TUI, "-p", "127.0.0.1", self.bank.port)
        self.assertEqual(result.returncode, EX_OSERR)
        self.assertRegex(result.stderr, "^atm-tui: .*" + told % 64)

    def test_as_few_as_are_asked_for(self):
        """All that a bank does, with them; the front tells how many
        customers they are for."""
        served = self.fresh(start=False, session_max_sessions=1000)
        served.wrapper = wrapper(descriptors=[128, 128])
        served.start()
        served.log_has("few_descriptors RLIMIT_NOFILE=128 needed=1080 "
                       "connections=48")
        atms = [served.session(name) for name in bank.DEMO]
        for atm in atms:
            self.said(atm.transfer(1, "joe" if atm is atms[0] else "chris",
                                   1), SUCCESS)
        served.ctl("backup", served.path("copy"))
        served.ctl("verify")
        for role in ("front", "vault"):
            served.kill_child(role)
            served.atm_when_served().close()
        served.stop()


class NeverStops(BankCase):
    """Somebody who holds the control socket and never answers."""

    def impostor(self, backlog, takes):
        directory = bank.fresh_directory("control")
        path = os.path.join(directory, "control")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(backlog)
        self.addCleanup(listener.close)
        taken = []
        if takes:
            thread = threading.Thread(
                target=lambda: taken.append(listener.accept()[0]))
            thread.start()
            self.addCleanup(lambda: [thread.join(), taken[0].close()])
        else:
            while True:
                one = socket.socket(socket.AF_UNIX)
                self.addCleanup(one.close)
                one.setblocking(False)
                try:
                    one.connect(path)
                except BlockingIOError:
                    break
        config = os.path.join(directory, "bankd.ini")
        with open(config, "w") as f:
            f.write("[process]\ncontrol_socket = control\n")
        return subprocess.Popen(
            [BANKCTL, "-c", config, "stop"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def test_a_stop_has_a_bound(self):
        for process in [self.impostor(1, True), self.impostor(0, False)]:
            self.addCleanup(process.kill)
            _, said = process.communicate(timeout=120 * bank.SLOW)
            self.assertEqual(process.returncode, EX_TEMPFAIL, said)
            self.assertRegex(said, r"control: .*not answered within 30 s")


if __name__ == "__main__":
    unittest.main()
