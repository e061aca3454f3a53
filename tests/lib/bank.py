# SPDX-License-Identifier: ISC
"""A real bank in a directory of its own: starts it, finds its processes,
ends or kills them, and reads what it keeps.  Every wait here has a bound and
a condition; nothing sleeps and hopes.
"""

import configparser
import fcntl
import functools
import json
import os
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from . import atm, canary, patience, wire

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build")))
SANDBOX = os.environ.get("SANDBOX", "best-effort")

BANKD = os.path.join(BUILD, "bankd")
BANKCTL = os.path.join(BUILD, "bankctl")
ATM_TUI = os.path.join(BUILD, "atm-tui")
# The operator of the tests: who they run as.
ME = "%d:%s" % (os.getuid(), pwd.getpwuid(os.getuid()).pw_name)

SLOW = patience.SLOW    # for what has a bound of its own: patience is better
BUSY, TRIES = 3, 5      # see Bank.stop()

DEMO = canary.DEMO


class Failed(Exception):
    """A program did not do what was asked; with all that it said."""


def wait_for(what, condition, timeout=20, every=0.01):
    """Asks `condition` until it is true, and returns what it gave."""
    bound = patience.Bound(timeout)
    while True:
        over = bound.over()     # asked first: who comes late asks once more
        value = condition()
        if value:
            return value
        if over:
            raise Failed("waited %s in vain: %s" % (
                bound, what() if callable(what) else what))
        select.select([], [], [], every)


def run(*command, input=None, timeout=60, env=None, cwd=None):
    """Runs a program to its end: CompletedProcess with text.  What bankctl
    notes goes where the tests' files are."""
    result = patience.run(
        [str(word) for word in command], input, timeout, text=True, cwd=cwd,
        env=dict(os.environ, XDG_STATE_HOME=scratch()) | (env or {}))
    canary.check("what %s says" % command[0], result.stdout + result.stderr)
    return result


@functools.lru_cache(None)
def sanitized():
    """Whether the programs were built with a sanitizer."""
    with open(BANKD, "rb") as f:
        return b"__asan_init" in f.read()


def reads_all():
    """Whether the vault of this build can read a file of mode 0."""
    return os.geteuid() == 0 and SANDBOX == "off"


def bankctl(directory, *words, check=True, config=None):
    """bankctl on the bank under `directory`."""
    result = run(BANKCTL, "-c", config or "%s/etc/bankd.ini" % directory,
                 *words)
    if check and result.returncode != 0:
        raise Failed("bankctl %s: exit %d\n%s%s" % (
            " ".join(map(str, words)), result.returncode, result.stdout,
            result.stderr))
    return result


def scratch():
    """Where directories are made: the runner's, else a temporary one."""
    return os.environ.get("TEST_TMP") or tempfile.gettempdir()


def fresh_directory(name="bank"):
    return tempfile.mkdtemp(prefix=name + "-", dir=scratch())


def init(directory, demo=True):
    """bankctl init; with the demonstration's, a copy of one made before, as
    making an RSA key is the slowest thing that a test does.  Its customers
    have the passwords of DEMO."""
    template = os.environ.get("TEST_TEMPLATE")
    if demo and template:
        run("cp", "-a", template + "/.", directory)
    else:
        words = ["init"] + (["--demo"] if demo else []) + [directory]
        result = run(BANKCTL, *words)
        if result.returncode != 0:
            raise Failed("bankctl init: %d\n%s" % (
                result.returncode, result.stderr))
    if demo:
        with open(os.path.join(directory, "var", "password"), "w") as f:
            f.writelines("%s %s\n" % customer for customer in DEMO.items())


def cpu_seconds(pid):
    """User and system time of a process."""
    with open("/proc/%d/stat" % pid) as f:
        stat = f.read()
    fields = stat[stat.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    """Pids of the children, by /proc."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as f:
                    stat = f.read()
            except OSError:
                continue
            fields = stat[stat.rindex(")") + 2:].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(name))
    return sorted(found)


def command_line(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid):
    """Whether the process runs (a zombie doesn't)."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            stat = f.read()
        return stat[stat.rindex(")") + 2] not in "ZX"
    except OSError:
        return False


def freeze(pid):
    """Stops a process, which is at once only in a kernel's book: waits until
    each of its threads stands."""
    def stands():
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/stat" % (pid, thread)) as f:
                if f.read().rpartition(")")[2].split()[0] not in "Tt":
                    return False
        return True
    os.kill(pid, signal.SIGSTOP)
    wait_for("process %d to stand" % pid, stands, every=0.001)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Bank:
    """`with Bank() as bank:` is a served demonstration bank.  Where tests/run
    lends a PostgreSQL, its journal is there from its first start on."""

    lends = "TEST_POSTGRES" in os.environ
    processes = 3 if lends else 2       # besides the monitor

    def __init__(self, start=True, demo=True, password=None, balance=None,
                 directory=None, keep=False, wrapper=(), program=BANKD,
                 **options):
        """Options are section.key with `_` for the first point:
        session_idle_timeout=5.  password, balance: bytes or str of hand-made
        files that stand there before the first start."""
        self.directory = directory or fresh_directory()
        self.own_directory = directory is None and not keep
        self.options = {
            "listen.port": "0", "listen.address": "127.0.0.1",
            "process.sandbox": SANDBOX, "login.hash_cost": "1"}
        self.set(**options)
        self.wrapper, self.program = list(wrapper), program
        self.process = None
        self.said = ""          # everything on its stderr, all runs
        self.unsearched = False     # for passwords, since it served
        self.reader = None
        self.clients = []       # all ATMs it was asked for
        self.lent = None        # its database
        if directory is None:
            init(self.directory, demo)
        for name, data in (("password", password), ("balance", balance)):
            if data is not None:
                self.write(name, data)
        if start:
            self.start()

    # Files

    def path(self, *names):
        return os.path.join(self.directory, *names)

    @property
    def config(self):
        return self.path("etc", "bankd.ini")

    @property
    def anchor(self):
        return self.path("etc", "bank.crt")

    def file(self, name):
        """password, balance, bank.db ... in the state directory."""
        return self.path("var", name)

    def read(self, name="balance"):
        with open(self.file(name)) as f:
            return f.read()

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode()
        with open(self.file(name), "wb") as f:
            f.write(data)

    def lines(self, name="balance"):
        """{id: [the rest of the line's words]}, closed lines left out."""
        return {words[0]: words[1:] for words in
                (line.split() for line in self.read(name).splitlines())
                if words}

    def atm_config(self):
        parser = configparser.ConfigParser(
            inline_comment_prefixes=(";", "#"), interpolation=None)
        parser.read(self.path("etc", "atm.ini"))
        return parser

    def kiosk(self):
        """The kiosk that init enrolled, with cash."""
        section = self.atm_config()["kiosk"]
        key = section["key"].strip('"')
        return wire.Kiosk.load(
            section["name"].strip('"'), os.path.join(self.path("etc"), key))

    # Running

    def set(self, **options):
        for name, value in options.items():
            section, _, key = name.partition("_")
            self.options["%s.%s" % (section, key)] = str(value)

    def command(self, *more):
        words = self.wrapper + [self.program, "-f", "-c", self.config]
        for name, value in self.options.items():
            words += ["-o", "%s=%s" % (name, value)]
        return words + list(more)

    def share(self, connection, **store):
        """Writes the section [store], in the place of an earlier one."""
        with open(self.config) as f:
            text = f.read().split("\n[store]")[0].rstrip("\n")
        values = {"journal": "postgres",
                  "connection": '"%s"' % connection} | store
        with open(self.config, "w") as f:
            f.write("%s\n\n[store]\n%s" % (text, "".join(
                "%s = %s\n" % pair for pair in values.items())))

    def _borrow(self):
        """A bank has entries of its own before others can have them."""
        from . import postgres      # which knows banks itself
        wrapper, self.wrapper = self.wrapper, []
        self._start(30)
        self._stop(30)
        self.wrapper = wrapper
        self.lent = postgres.Lent()
        self.lend()
        self.ctl("-y", "hosts", "init", "--reason", "many hosts")
        # As if it had served once.
        self.said = re.sub(r"(?m)^.* serving .*\n", "", self.said)

    def lend(self):
        """Writes [store] of the database that it was lent."""
        self.share(self.lent.connection(), durability="none", patience="20")

    def start(self, timeout=30):
        """Returns when it serves; Failed with what it said if it doesn't."""
        if self.lends and self.lent is None:
            self._borrow()
        return self._start(timeout)

    def _start(self, timeout):
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, bufsize=1, errors="replace")
        self.reader = threading.Thread(
            target=self._collect, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        line = self._first_line(timeout)
        words = line.split()
        if len(words) != 3 or words[0] != "listening":
            patience.end(self.process, timeout)
            self._unread()
            raise Failed("bankd: exit %s, first line %r\n%s" % (
                self.process.returncode, line, self.said))
        self.address, self.port = words[1].strip("[]"), int(words[2])
        self.unsearched = True
        return self

    def fails(self, timeout=30):
        """Starts it, expecting that it doesn't: (exit code, stderr)."""
        result = patience.run(self.command(), None, timeout, text=True)
        return result.returncode, result.stderr

    def _collect(self, stream):
        for line in stream:
            self.said += line
        stream.close()

    def _first_line(self, timeout):
        bound = patience.Bound(timeout)
        line = ""
        while not line.endswith("\n"):
            if not select.select(
                    [self.process.stdout], [], [], bound.left())[0]:
                if not bound.over():
                    continue
                self.process.kill()
                self.process.wait()
                self._unread()
                raise Failed("bankd said nothing in %s\n%s"
                             % (bound, self.said))
            char = os.read(self.process.stdout.fileno(), 1).decode()
            if not char:
                break
            line += char
        return line

    def stop(self, timeout=30):
        """SIGTERM; it must end with 0, and its children too.  bankd's own
        bound for that is no test's: past it on a machine that is that busy,
        it is started and asked again."""
        tries = 1 if patience.slowness() < BUSY else TRIES
        while self._stop(timeout) != 0:
            tries -= 1
            if tries == 0 or "not_stopped_in_time" not in self.said:
                raise Failed("bankd ended with %s\n%s" % (
                    self.process.returncode, self.said))
            self.start()
        self.search_files()
        return self

    def _stop(self, timeout):
        family = self.family()
        self.search_processes(family)
        self.process.send_signal(signal.SIGTERM)
        code = self.ended(timeout)
        wait_for("front and vault to end",
                 lambda: not any(map(alive, family)))
        return code

    def search_processes(self, family):
        """canary.Found where one of them has a password that it shows, or
        the front one at all.  A sanitizer keeps what is freed."""
        for pid in [self.monitor()] + family:
            canary.check_process(pid)
        for pid in family:
            if "front" in command_line(pid) and not sanitized():
                canary.check_memory(pid)

    def search_files(self):
        """Likewise in its log and its files, once each time it served."""
        if self.unsearched:
            self.unsearched = False
            canary.check("its log", self.said)
            canary.check_files(self.directory)

    def ended(self, timeout=30):
        """Waits for the end of bankd: its exit code."""
        try:
            patience.end(self.process, timeout)
        except subprocess.TimeoutExpired:
            raise Failed("bankd doesn't end\n%s" % self.said) from None
        self._unread()
        return self.process.returncode

    def _unread(self):
        """Of an end: what it still said is taken."""
        self.process.stdout.close()
        patience.join(self.reader)

    def kill(self):
        """kill -9 of bankd; waits for its front and vault, which end by
        themselves."""
        family = self.family()
        self.process.send_signal(signal.SIGKILL)
        self.ended()
        wait_for("front and vault to end",
                 lambda: not any(map(alive, family)))
        wait_for("the vault to leave its state", self.is_left)

    def is_left(self):
        """A process whose threads still end is a zombie that has its lock
        still."""
        with open(self.file("lock")) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def restart(self, **options):
        self.stop()
        self.set(**options)
        return self.start()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def close(self):
        """Whatever state it is in: nothing runs and nothing lies about."""
        self.let_go()
        try:
            if self.running():
                family = self.family()
                try:
                    self.search_processes(family)
                finally:
                    self._end(family)
            if self.process is not None and self.process.stdout:
                self._unread()
            self.search_files()
        finally:
            if self.lent is not None:
                self.lent.close()
            if self.own_directory and not os.environ.get("TEST_KEEP"):
                shutil.rmtree(self.directory, ignore_errors=True)

    def _end(self, family):
        self.process.send_signal(signal.SIGTERM)
        try:
            patience.end(self.process, 20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            for pid in family:
                kill(pid)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and issubclass(kind, Exception) and self.said:
            sys.stderr.write("bankd said:\n%s" % self.said[-8000:])
        self.close()

    # Processes

    def monitor(self):
        """The monitor's pid; a wrapper's child where there is one."""
        if not self.wrapper:
            return self.process.pid
        for pid in [self.process.pid] + children(self.process.pid):
            if os.path.basename(command_line(pid).split(" ")[0]) == "bankd":
                return pid
        raise Failed("no monitor")

    def family(self):
        return children(self.monitor())

    def child(self, role):
        """The pid of `front` or `vault`, or None while there is none."""
        for pid in self.family():
            if role in command_line(pid):
                return pid
        return None

    def front(self):
        return wait_for("a front", lambda: self.child("front"))

    def vault(self):
        return wait_for("a vault", lambda: self.child("vault"))

    def kill_child(self, role):
        """kill -9, and waits until another is in its place."""
        old = wait_for("a " + role, lambda: self.child(role))
        kill(old)
        wait_for("another " + role,
                 lambda: (self.child(role) or old) != old)
        return old

    def log_has(self, pattern, timeout=10):
        """Waits for a line of its log that fits; the match."""
        return wait_for(
            lambda: "a log line like %r in\n%s" % (pattern, self.said),
            lambda: re.search(pattern, self.said, re.M), timeout)

    # Clients

    def atm(self, **parts):
        client = atm.Atm(self.address, self.port, self.anchor, **parts)
        self.clients.append(client)
        return client

    def let_go(self, but=0):
        """Closes all ATMs but so many of the first."""
        while len(self.clients) > but:
            self.clients.pop().close()

    def atm_when_served(self, timeout=30, **parts):
        """An ATM as soon as the bank takes one (after a kill)."""
        found = []

        def attempt():
            try:
                found.append(self.atm(**parts))
            except (OSError, atm.Closed, atm.Refused):
                return False
            return True
        wait_for("the bank to serve", attempt, timeout)
        return found[0]

    def session(self, name="chris", password=None, **parts):
        """An ATM that is logged in."""
        client = self.atm(**parts)
        reply = client.login(name, password or DEMO[name])
        if reply.code != 200:
            client.close()
            raise Failed("login of %s: %s" % (name, reply.said()))
        return client

    def ctl(self, *words, check=True):
        return bankctl(self.directory, *words, check=check)

    def ctl_json(self, *words):
        result = run(BANKCTL, "--json=1", "-c", self.config, *words)
        if result.returncode != 0:
            raise Failed(result.stderr)
        return json.loads(result.stdout)

    def plain(self, typed, *more, timeout=60, port=None, env=None,
              program=ATM_TUI):
        """atm-tui -p on what is typed: CompletedProcess."""
        state = self.path("atm-state")
        os.makedirs(state, exist_ok=True)
        return run(program, "-p", "-c", self.path("etc", "atm.ini"),
                   "-o", "kiosk.state=" + state, *more,
                   "127.0.0.1", port or self.port, input=typed,
                   timeout=timeout, env=env)
