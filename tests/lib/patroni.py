# SPDX-License-Identifier: ISC
"""Three PostgreSQL servers kept by Patroni and etcd on loopback, each with
etc/hosts/patroni.yml, whose names, places and addresses alone are changed."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile

from . import bank, patience, postgres

PROGRAMS = ("etcd", "patroni", "patronictl", "openssl")
FILES = os.path.join(bank.TOP, "etc", "hosts")
ADDRESS = "127.0.0.1"
PASSWORD = "change-me"  # as the file has it
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def available():
    return postgres.available() and all(map(shutil.which, PROGRAMS))


def _own(path):
    """The servers' user's, where that isn't ours."""
    words = postgres.user()
    if words:
        os.chown(path, int(bank.run("id", "-u", words[2]).stdout),
                 int(words[4]))


class Node:
    def __init__(self, cluster, number):
        self.cluster, self.name = cluster, "db%d" % number
        self.port, self.rest = postgres.free_port(), postgres.free_port()
        self.directory = cluster.place(self.name)
        self.process = None
        for path in self.directory, self.path("run"):
            os.mkdir(path, 0o700)
            _own(path)
        with open(self.path("patroni.yml"), "w") as f:
            f.write(self.text())

    def path(self, name):
        return os.path.join(self.directory, name)

    def text(self):
        with open(os.path.join(FILES, "patroni.yml")) as f:
            text = f.read()
        for old, new in (
                ("hosts: 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379",
                 "hosts: %s:%d" % (ADDRESS, self.cluster.etcd_port)),
                ("name: db1", "name: " + self.name),
                ("10.0.0.1:8008", "%s:%d" % (ADDRESS, self.rest)),
                ("10.0.0.1,127.0.0.1:5432", "%s:%d" % (ADDRESS, self.port)),
                ("10.0.0.1:5432", "%s:%d" % (ADDRESS, self.port)),
                ("10.0.0.0/24", ADDRESS + "/32"),
                ("/var/lib/postgresql/15/bank", self.path("data")),
                ("/usr/lib/postgresql/15/bin", postgres.BIN),
                ("/etc/bankd-db", self.cluster.place("tls")),
                ("/var/run/postgresql", self.path("run"))):
            if old not in text:
                raise bank.Failed("etc/hosts/patroni.yml has no " + old)
            text = text.replace(old, new)
        return text

    def start(self):
        self.process = self.cluster.spawn(
            self.path("log"), "patroni", self.path("patroni.yml"),
            home=self.directory)

    def kill(self):
        """kill -9 of Patroni and its PostgreSQL: its machine is gone."""
        pids = [self.process.pid]
        try:
            with open(self.path("data/postmaster.pid")) as f:
                postmaster = int(f.readline())
            pids += [postmaster] + bank.children(postmaster)
        except (OSError, ValueError):
            pass
        for pid in pids:
            bank.kill(pid)
        self.process.wait()
        self.process = None


class Patroni:
    """`with Patroni() as pg:` has a leader and a synchronous standby."""

    def __init__(self):
        # The servers' user can't enter a directory of tests/run.
        self.directory = tempfile.mkdtemp(
            prefix="patroni-", dir="/dev/shm"
            if os.access("/dev/shm", os.W_OK) else None)
        os.chmod(self.directory, 0o755)
        self.etcd_port, self.databases = postgres.free_port(), 0
        self.nodes, self.etcd = [], None
        try:
            self._certificates()
            self._start_etcd()
            self.nodes = [Node(self, n) for n in (1, 2, 3)]
            for node in self.nodes:
                node.start()
            self.settled()
            self._roles()
        except BaseException:
            self.close()
            raise

    def place(self, name):
        return os.path.join(self.directory, name)

    def spawn(self, log, *command, home):
        with open(log, "ab") as out:
            return subprocess.Popen(
                postgres.user() + list(command), stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, cwd=home, start_new_session=True,
                env=dict(os.environ, HOME=home, LC_ALL="C"))

    def _openssl(self, *words):
        result = bank.run("openssl", *words)
        if result.returncode != 0:
            raise bank.Failed(result.stderr)

    def _certificates(self):
        tls = self.place("tls")
        os.mkdir(tls, 0o700)

        def path(name):
            return os.path.join(tls, name)

        self._openssl("req", "-x509", *CURVE, "-days", "30", "-subj",
                      "/CN=bank ca", "-keyout", path("ca.key"), "-out",
                      path("ca.crt"))
        for name, subject in ("server", ADDRESS), ("bank", "bank"):
            with open(path("ext"), "w") as f:
                f.write("subjectAltName=IP:%s\n" % ADDRESS
                        if name == "server" else "")
            self._openssl("req", *CURVE, "-subj", "/CN=" + subject, "-keyout",
                          path(name + ".key"), "-out", path("csr"))
            self._openssl("x509", "-req", "-in", path("csr"), "-CA",
                          path("ca.crt"), "-CAkey", path("ca.key"),
                          "-CAcreateserial", "-days", "30", "-extfile",
                          path("ext"), "-out", path(name + ".crt"))
        for name in "server.key", "server.crt":
            _own(path(name))
        os.chmod(tls, 0o755)
        if os.geteuid() == 0:   # bankctl and the courier both read it
            os.chown(path("bank.key"), 0, pwd.getpwnam("nobody").pw_gid)
            os.chmod(path("bank.key"), 0o640)

    def _start_etcd(self):
        data = self.place("etcd")
        os.mkdir(data, 0o700)
        _own(data)
        urls = ["http://%s:%d" % (ADDRESS, port)
                for port in (self.etcd_port, postgres.free_port())]
        self.etcd = self.spawn(
            self.place("etcd.log"), "etcd", "--data-dir", data,
            "--listen-client-urls", urls[0], "--advertise-client-urls",
            urls[0], "--listen-peer-urls", urls[1],
            "--initial-advertise-peer-urls", urls[1], "--initial-cluster",
            "default=" + urls[1], home=data)

    def members(self):
        """{name: role} of those that run."""
        result = bank.run("patronictl", "-c",
                          self.nodes[0].path("patroni.yml"), "list", "-f",
                          "json")
        if result.returncode != 0 or not result.stdout.startswith("["):
            return {}
        return {m["Member"]: m["Role"] for m in json.loads(result.stdout)
                if m["State"] in ("running", "streaming")}

    def settled(self):
        """Waits for a leader, its synchronous standby and another one."""
        def there():
            roles = list(self.members().values())
            return (len(roles) == len(self.nodes) and "Leader" in roles and
                    "Sync Standby" in roles)

        bank.wait_for(lambda: "Patroni to settle: %s" % self.members(), there,
                      120)

    def leader(self):
        return next(node for node in self.nodes
                    if self.members().get(node.name) == "Leader")

    def _psql(self, *words, database="postgres"):
        connection = "host=%s port=%d user=postgres dbname=%s" % (
            ADDRESS, self.leader().port, database)
        result = patience.run(
            [os.path.join(postgres.BIN, "psql"), connection, "-qAtX", "-v",
             "ON_ERROR_STOP=1", *words], None, 60, text=True,
            env=dict(os.environ, PGPASSWORD=PASSWORD))
        if result.returncode != 0:
            raise bank.Failed("psql: " + result.stderr)
        return result.stdout.strip()

    def _roles(self):
        self._psql("-f", os.path.join(FILES, "roles.sql"))

    def fresh(self):
        """The database is the file's: one bank."""
        return self

    def sql(self, text):
        return self._psql("-c", text, database="bank")

    def connection(self):
        tls = self.place("tls")
        return ("host=%s port=%s user=bank dbname=bank sslmode=verify-full "
                "sslrootcert=%s/ca.crt sslcert=%s/bank.crt sslkey=%s/bank.key"
                % (",".join([ADDRESS] * 3),
                   ",".join(str(node.port) for node in self.nodes),
                   tls, tls, tls))

    def close(self):
        for node in self.nodes:
            if node.process is not None:
                node.kill()
        if self.etcd is not None:
            self.etcd.send_signal(signal.SIGTERM)
            patience.end(self.etcd, 30)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            for node in self.nodes:
                with open(node.path("log"), errors="replace") as f:
                    print(re.sub(r"(?m)^.*DEBUG.*\n", "", f.read())[-2000:])
        self.close()
