# SPDX-License-Identifier: ISC
"""A PostgreSQL of a test's own: clusters in temporary directories, run as an
ordinary user, on free ports of loopback; a primary and, where it is asked for,
a synchronous standby made by pg_basebackup(1)."""

import contextlib
import glob
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from . import bank, patience

BIN = max(glob.glob("/usr/lib/postgresql/*/bin"), default=None,
          key=lambda path: int(path.split("/")[-2]))
ADDRESS = "127.0.0.1"
SETTINGS = {
    "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''",
    "fsync": "off", "shared_buffers": "'16MB'", "wal_level": "logical",
    "max_wal_senders": "4", "max_connections": "100", "autovacuum": "off",
    "wal_receiver_status_interval": "'1s'", "log_min_messages": "warning",
    # In the directory, and gone with it: a server that is killed leaves it.
    "dynamic_shared_memory_type": "mmap",
    "wal_keep_size": "'64MB'", "max_wal_size": "'128MB'",
}


def free_port():
    """One that no client is given by chance meanwhile, as theirs are above."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        above = int(f.read().split()[0])
    while True:
        port = random.randrange(above // 2, above)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


def available():
    return BIN is not None


def user():
    """Words before a command: the server refuses to be root's."""
    if os.geteuid() != 0:
        return []
    name = next((n for n in ("postgres", "nobody") if _is_user(n)), "nobody")
    return ["setpriv", "--reuid", name, "--regid",
            str(pwd.getpwnam(name).pw_gid), "--clear-groups", "--"]


def _is_user(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(*command, timeout=120, check=True):
    result = patience.run(
        user() + [str(word) for word in command], None, timeout, text=True,
        cwd="/", env=dict(os.environ, LC_ALL="C"))
    if check and result.returncode != 0:
        raise bank.Failed("%s: %d\n%s%s" % (
            " ".join(map(str, command)), result.returncode, result.stdout,
            result.stderr))
    return result


def sql(port, text, database="postgres"):
    result = _run(os.path.join(BIN, "psql"), "-h", "127.0.0.1", "-p", port,
                  "-U", "bank", "-d", database, "-qAtX", "-v",
                  "ON_ERROR_STOP=1", "-c", text)
    return result.stdout.strip()


def connection(ports, database, addresses=None):
    """For bankd.ini, without its quotes."""
    return ("host=%s port=%s user=bank dbname=%s sslmode=disable" % (
        ",".join(addresses or [ADDRESS] * len(ports)),
        ",".join(map(str, ports)), database))


class Lent:
    """A database for one bank, in the server that tests/run started for all
    (--journal postgres)."""

    made = 0

    def __init__(self):
        self.port = int(os.environ["TEST_POSTGRES"])
        Lent.made += 1
        self.database = "bank_%d_%d" % (os.getpid(), Lent.made)
        sql(self.port, "CREATE DATABASE " + self.database)

    def connection(self):
        return connection([self.port], self.database)

    def close(self):
        sql(self.port, "DROP DATABASE IF EXISTS %s WITH (FORCE)" % self.database)


def place():
    """A directory for clusters, which the servers' user may enter."""
    directory = tempfile.mkdtemp(
        prefix="pg-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK)
        else None)
    os.chmod(directory, 0o777)
    return directory


class Server:
    """One cluster, a primary or a standby."""

    def __init__(self, directory):
        self.directory, self.port, self.process = directory, free_port(), None
        self.address = ADDRESS      # for others

    def path(self, name):
        return os.path.join(BIN, name)

    def settings(self, **values):
        with open(os.path.join(self.directory, "postgresql.auto.conf"),
                  "a") as f:
            for key, value in values.items():
                f.write("%s = %s\n" % (key, value))

    def init(self, **more):
        _run(self.path("initdb"), "-D", self.directory, "-U", "bank", "-A",
             "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.settings(**SETTINGS | more)
        return self

    def copy_of(self, primary, name):
        _run(self.path("pg_basebackup"), "-D", self.directory, "-h",
             primary.address, "-p", primary.port, "-U", "bank", "-R", "-c",
             "fast", "--no-sync", "-X", "stream")
        self.settings(**self._follows(primary, name))
        return self

    @staticmethod
    def _follows(primary, name):
        return {"primary_conninfo":
                "'host=%s port=%d user=bank application_name=%s'" % (
                    primary.address, primary.port, name)}

    def follow(self, primary, name):
        """A standby that runs has this primary from now on."""
        self.reload(**self._follows(primary, name))

    def again(self, primary, name="one"):
        """A standby made anew, in the place of what it was."""
        shutil.rmtree(self.directory)
        self.copy_of(primary, name).start()

    def start(self, wait=True):
        self.settings(port=self.port)
        self.log = open(os.path.join(self.directory, "log"), "ab")
        self.process = subprocess.Popen(
            # It ends with who started it, however that ends.
            (user()[:-1] or ["setpriv"]) + [
                "--pdeathsig", "QUIT", "--", self.path("postgres"), "-D",
                self.directory],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            cwd="/", start_new_session=True)
        if wait:
            bank.wait_for(self.said, self.answers, 60)
        return self

    def said(self):
        with open(os.path.join(self.directory, "log"),
                  errors="replace") as f:
            return "PostgreSQL to answer:\n" + f.read()[-3000:]

    def answers(self):
        if self.process.poll() is not None:     # nobody waits for it then
            raise bank.Failed(self.said())
        return _run(self.path("pg_isready"), "-q", "-h", "127.0.0.1", "-p",
                    self.port, check=False).returncode == 0

    def reload(self, **values):
        self.settings(**values)
        os.kill(self.process.pid, signal.SIGHUP)

    def promote(self):
        _run(self.path("pg_ctl"), "promote", "-D", self.directory, "-w")

    def pids(self):
        """The postmaster and all its processes."""
        return [self.process.pid] + bank.children(self.process.pid)

    def kill(self):
        """kill -9 of all of it, as when its machine loses its power."""
        if self.process is None:
            return
        for pid in self.pids():
            bank.kill(pid)
        self.process.wait()
        self.log.close()
        self.process = None

    def stop(self, how=signal.SIGINT):
        """Fast: connections are ended."""
        if self.process is None:
            return
        self.process.send_signal(how)
        patience.end(self.process, 30)
        self.log.close()
        self.process = None

    def sql(self, text, database="postgres"):
        return sql(self.port, text, database)


class Postgres:
    """`with Postgres() as pg:`; with `standby`, the primary's commits wait
    for one."""

    NAMES = "'FIRST 1 (one)'"

    def __init__(self, standby=False, directory=None, **settings):
        self.directory = directory or place()
        self.databases, self.more = 0, []
        self.primary = Server(self._place("primary"))
        self.standby = None
        try:
            self.primary.init(**settings).start()
            self.fresh()
            if standby:
                self.add_standby()
        except BaseException:
            self.close()
            raise

    def fresh(self):
        """Another database, for another bank."""
        self.databases += 1
        self.database = "bank%d" % self.databases
        self.primary.sql("CREATE DATABASE " + self.database, "postgres")
        return self

    def sql(self, text):
        return self.primary.sql(text, self.database)

    def _place(self, name):
        return os.path.join(self.directory, name)

    def add_standby(self):
        self.standby = Server(self._place("standby"))
        self.standby.copy_of(self.primary, "one").start()
        self.primary.reload(synchronous_standby_names=self.NAMES)
        bank.wait_for("a synchronous standby", lambda: self.primary.sql(
            "SELECT count(*) FROM pg_stat_replication"
            " WHERE sync_state = 'sync'") == "1")

    def another(self, primary):
        """One more standby; the name that the primary knows it by."""
        name = "n%d" % (len(self.more) + 1)
        self.more.append(Server(self._place(name)).copy_of(primary, name))
        self.more[-1].start()
        return name

    def connection(self, *servers, port=None):
        servers = servers or [s for s in (self.primary, self.standby) if s]
        return connection([port] if port else [s.port for s in servers],
                          self.database)

    def close(self):
        for server in (self.standby, self.primary, *self.more):
            if server is not None:
                server.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and issubclass(kind, Exception):
            print(self.primary.said())
        self.close()


class Cutter:
    """Stands between a courier and its server.  While `lose` is True, what
    the server says next, or after `after` things more, is lost, with the
    connection.  While `hold` is, the
    server hears of no courier's end, as when a machine loses its power.  While
    `light` is not set, nothing gets through and nobody hears of it."""

    def __init__(self, server):
        self.server, self.lose, self.cuts = server, False, 0
        self.after = 0
        self.hold, self.held = False, []
        self.light = threading.Event()
        self.light.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.light.wait()
            try:
                far = socket.create_connection(
                    (ADDRESS, self.server.port))
            except OSError:     # it doesn't run
                near.close()
                continue
            for one, other, down in (near, far, False), (far, near, True):
                threading.Thread(target=self._relay, args=(
                    one, other, down), daemon=True).start()

    def _relay(self, one, other, down):
        try:
            while data := one.recv(65536):
                self.light.wait()
                if down and self.lose and self.after > 0:
                    self.after -= 1
                elif down and self.lose:
                    self.lose, self.cuts = False, self.cuts + 1
                    break
                other.sendall(data)
        except OSError:
            pass
        if self.hold:
            self.held += [one, other]
            return
        for end in one, other:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        one.close()     # the other thread closes the other

    def close(self):
        self.hold = False
        self.light.set()
        self.listener.close()
        for end in self.held:
            end.close()
