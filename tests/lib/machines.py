# SPDX-License-Identifier: ISC
"""Machines of a test's own: network namespaces, each with a cable to the
network of the database and one to that of the kiosks.  A cable can be pulled,
and nobody hears of it.  Whoever wants to be on a machine, a thread and what it
starts, is `inside` it.

    s1 s2 s3    servers of PostgreSQL, s1 the primary at first
    h1 h2       hosts of the bank
    kiosks      where the customers are
"""

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
import threading

from . import bank, hosts, postgres

NEWNET = 0x40000000
NETWORKS = {"database": "10.77.0.", "kiosks": "10.78.0."}
NAMES = {"s1": ("database",), "s2": ("database",), "s3": ("database",),
         "h1": ("database", "kiosks"), "h2": ("database", "kiosks"),
         "kiosks": ("kiosks",)}
PORT = 5432
libc = ctypes.CDLL(None, use_errno=True)


def _system(number):
    if number == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def why_not():
    """Why there can't be any here, or None."""
    if os.geteuid() != 0:
        return "only root can make networks"
    try:
        os.close(new_space())
    except OSError as error:
        return "no network of its own: %s" % error
    return None


def new_space():
    """A new namespace's descriptor: it is there as long as that is open."""
    made = []

    def work():
        try:
            _system(libc.unshare(NEWNET))
            made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        except OSError as error:
            made.append(error)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def _ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def entered(space):
    """This thread, and what it starts, is in that namespace."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _system(libc.setns(space, NEWNET))
        yield
    finally:
        _system(libc.setns(before, NEWNET))
        os.close(before)


class Switch:
    """One network, and cables to it."""

    def __init__(self):
        self.space = new_space()
        with entered(self.space):
            _ip("link", "add", "switch", "type", "bridge")
            _ip("link", "set", "switch", "up")

    def plug(self, space, cable, address):
        with entered(self.space):
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0",
                "netns", "/proc/%d/fd/%d" % (os.getpid(), space))
            _ip("link", "set", cable, "master", "switch", "up")
        with entered(space):
            _ip("link", "set", "lo", "up")
            _ip("address", "add", address + "/24", "dev", "eth0")
            _ip("link", "set", "eth0", "up")

    def close(self):
        os.close(self.space)


class Network:
    def __init__(self):
        self.spaces = {"switch": new_space()}
        with self.inside("switch"):
            for name in NETWORKS:
                _ip("link", "add", name, "type", "bridge")
                _ip("link", "set", name, "up")
        for number, (name, networks) in enumerate(NAMES.items(), 1):
            self.spaces[name] = new_space()
            with self.inside(name):
                _ip("link", "set", "lo", "up")
            for network in networks:
                self._plug(name, network, number)

    def _plug(self, name, network, number):
        cable = self._cable(name, network)
        with self.inside("switch"):
            _ip("link", "add", cable, "type", "veth", "peer", "name", network,
                "netns", "/proc/%d/fd/%d" % (os.getpid(), self.spaces[name]))
            _ip("link", "set", cable, "master", network, "up")
        with self.inside(name):
            _ip("address", "add", "%s%d/24" % (NETWORKS[network], number),
                "dev", network)
            _ip("link", "set", network, "up")

    @staticmethod
    def _cable(name, network):
        return "%s-%s" % (name, network[0])

    @staticmethod
    def address(name, network="database"):
        return NETWORKS[network] + str(list(NAMES).index(name) + 1)

    def inside(self, name):
        return entered(self.spaces[name])

    def cut(self, name, network="database"):
        with self.inside("switch"):
            _ip("link", "set", self._cable(name, network), "nomaster")

    def heal(self, name, network="database"):
        with self.inside("switch"):
            _ip("link", "set", self._cable(name, network), "master", network)

    def close(self):
        for space in self.spaces.values():
            os.close(space)


def on_its_machine(*names):
    """Those methods of a class are run inside `machine` of `network`."""
    def change(changed):
        for name in names:
            setattr(changed, name, _within(getattr(changed, name)))
        return changed
    return change


def _within(method):
    @functools.wraps(method)
    def run(self, *words, **more):
        with self.network.inside(self.machine):
            return method(self, *words, **more)
    return run


@on_its_machine("init", "copy_of", "start", "answers", "promote", "sql")
class Server(postgres.Server):
    def __init__(self, directory, network, machine):
        super().__init__(directory)
        self.network, self.machine, self.port = network, machine, PORT
        self.address = network.address(machine)

    def init(self):
        super().init()
        self.settings(listen_addresses="'*'")
        with open(os.path.join(self.directory, "pg_hba.conf"), "a") as f:
            f.write("host all,replication all %s0/24 trust\n"
                    % NETWORKS["database"])
        return self


class Servers:
    """A primary and two standbys, either of which is enough for a commit."""

    WAIT = "'ANY 1 (s1, s2, s3)'"

    def __init__(self, network):
        self.place = postgres.place()
        self.all = [Server(os.path.join(self.place, name), network, name)
                    for name in ("s1", "s2", "s3")]
        try:
            self.primary = self.all[0].init().start()
            for standby in self.all[1:]:
                standby.copy_of(self.primary, standby.machine).start()
            self.primary.reload(synchronous_standby_names=self.WAIT)
            self.standbys(2)
        except BaseException:
            self.close()
            raise

    def fresh(self):
        self.primary.sql("CREATE DATABASE bank")
        return self

    def sql(self, text):
        return self.primary.sql(text, "bank")

    def connection(self, first=0):
        servers = self.all[first:] + self.all[:first]
        return postgres.connection(
            [server.port for server in servers], "bank",
            [server.address for server in servers])

    def standbys(self, count):
        bank.wait_for("%d standbys" % count, lambda: int(self.primary.sql(
            "SELECT count(*) FROM pg_stat_replication"
            " WHERE sync_state = 'quorum'")) >= count, 60)

    def promote(self, server):
        """It is the primary from now on, and the third one follows it."""
        third = next(s for s in self.all if s not in (self.primary, server))
        server.reload(synchronous_standby_names=self.WAIT)
        server.promote()
        self.primary = server
        third.follow(server, third.machine)

    def demote(self, server):
        """The old primary becomes a standby of the new one, anew."""
        server.kill()
        server.again(self.primary, server.machine)

    def close(self):
        for server in self.all:
            server.kill()
        shutil.rmtree(self.place, ignore_errors=True)


@on_its_machine("_start", "ctl", "ctl_json", "check")
class Host(hosts.Host):
    def __init__(self, number, network, **options):
        self.network, self.machine = network, "h%d" % number
        super().__init__(number, listen_address=network.address(
            self.machine, "kiosks"), **options)

    def check(self):
        """bankd -t: its code and what it says."""
        result = bank.run(*self.command("-t"))
        return result.returncode, result.stdout + result.stderr

    def atm(self, **parts):
        with self.network.inside("kiosks"):
            return super().atm(**parts)

    def session(self, *words, **parts):
        with self.network.inside("kiosks"):
            return super().session(*words, **parts)


class Hosts(hosts.Hosts):
    """Two hosts on two machines over three servers on three more."""

    def __init__(self, **options):
        super().__init__(2, True, **options)

    def servers(self, standby):
        self.network = self.stack.enter_context(
            contextlib.closing(Network()))
        return self.stack.enter_context(contextlib.closing(
            Servers(self.network))).fresh()

    def make(self, number):
        return Host(number, self.network, **self.options)
