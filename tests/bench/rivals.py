# SPDX-License-Identifier: ISC
"""What a user would pick instead, on the same disk: PostgreSQL, one function
call for a transfer, and Redis, a Lua script; both over TLS, both durable at
every answer.  Both are given less to do: no transaction numbers, no seals, no
hash chain, no files."""

import csv
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess

from lib import bank as lib
from programs import Trouble, call

ACCOUNTS = 1000000
CENTS = 100000000

SCHEMA = """
CREATE TABLE account (id int PRIMARY KEY, savings bigint, checking bigint);
CREATE TABLE entry (seq bigserial PRIMARY KEY, time timestamptz, debit int,
    credit int, amount bigint, debit_savings bigint, credit_checking bigint);
CREATE FUNCTION transfer(payer int, payee int, cents bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE s bigint; c bigint; n bigint;
BEGIN
    -- In one order, so that two of them never wait for each other.
    PERFORM 1 FROM account WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
    UPDATE account SET savings = savings - cents
        WHERE id = payer AND savings >= cents RETURNING savings INTO s;
    IF NOT FOUND THEN RETURN 0; END IF;
    UPDATE account SET checking = checking + cents WHERE id = payee
        RETURNING checking INTO c;
    INSERT INTO entry (time, debit, credit, amount, debit_savings,
        credit_checking) VALUES (now(), payer, payee, cents, s, c)
        RETURNING seq INTO n;
    RETURN n;
END $$;
INSERT INTO account SELECT g, %d, %d FROM generate_series(0, %d) g;
VACUUM ANALYZE; CHECKPOINT;
""" % (CENTS, CENTS, ACCOUNTS - 1)

CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = %d
unix_socket_directories = '%s'
max_connections = 300
ssl = on
ssl_cert_file = 'leaf.crt'
ssl_key_file = 'leaf.key'
shared_buffers = 512MB
max_wal_size = 8GB
checkpoint_timeout = 30min
fsync = on
synchronous_commit = on
"""

SCRIPTS = {
    "transfer": "\\set f random(0, %d)\n\\set t random(0, %d)\n"
                "SELECT transfer(:f, (:t + (:f = :t)::int) %% %d, 1);\n" % (
                    ACCOUNTS - 1, ACCOUNTS - 1, ACCOUNTS),
    "balance": "\\set f random(0, %d)\n"
               "SELECT savings, checking FROM account WHERE id = :f;\n" % (
                   ACCOUNTS - 1),
}

LUA = """
local amount = tonumber(ARGV[1])
if tonumber(redis.call('HGET', KEYS[1], 's')) < amount then return 0 end
redis.call('HINCRBY', KEYS[1], 's', -amount)
redis.call('HINCRBY', KEYS[2], 'c', amount)
redis.call('RPUSH', 'entry', KEYS[1] .. ' ' .. KEYS[2] .. ' ' .. amount)
return 1
"""

FILL = """
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
    redis.call('HSET', string.format('a:%012d', i), 's', 100000000,
        'c', 100000000)
end
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def ended_unless(server, done):
    """A server that can't be filled doesn't stay behind."""
    try:
        done()
    except BaseException:
        server.close()
        raise


def at(sorted_values, part):
    return sorted_values[min(int(part * len(sorted_values)),
                             len(sorted_values) - 1)]


def figures(times_us, seconds):
    """The keys of the load generator's lines."""
    times_us.sort()
    return {"throughput": len(times_us) / seconds,
            "requests": len(times_us), "p50_us": at(times_us, 0.5),
            "p99_us": at(times_us, 0.99), "p999_us": at(times_us, 0.999),
            "max_us": times_us[-1]}


class Postgres:
    name = "PostgreSQL"
    missing = "PostgreSQL is not installed (apt-get install postgresql)"

    @staticmethod
    def programs():
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"))
        return os.path.dirname(found[-1]) if found else None

    def __init__(self, settings, etc):
        self.settings = settings
        self.bin = self.programs()
        self.directory = settings.path("postgres")
        os.mkdir(self.directory)
        # PostgreSQL refuses to be root.
        self.user = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            self.user = {"user": owner.pw_uid, "group": owner.pw_gid,
                         "extra_groups": []}
        data = os.path.join(self.directory, "data")
        os.mkdir(data)
        if self.user:
            shutil.chown(data, "postgres")
            shutil.chown(self.directory, "postgres")
        self.run("initdb", "-D", data, "-U", "bench", "-A", "trust",
                 "-E", "UTF8", "--no-locale")
        for file in ("leaf.crt", "leaf.key"):
            shutil.copy(os.path.join(etc, file), data)
            os.chmod(os.path.join(data, file), 0o600)
            if self.user:
                shutil.chown(os.path.join(data, file), "postgres")
        self.port = free_port()
        with open(os.path.join(data, "postgresql.conf"), "a") as f:
            f.write(CONFIGURATION % (self.port, self.directory))
        with open(os.path.join(self.directory, "log"), "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.bin, "postgres"), "-D", data],
                stdout=log, stderr=log, cwd=self.directory, **self.user)
        self.env = dict(
            os.environ, HOME=self.directory, PGHOST="127.0.0.1",
            PGPORT=str(self.port), PGUSER="bench",
            PGDATABASE="postgres", PGSSLMODE="require")
        ended_unless(self, self.fill)

    def fill(self):
        lib.wait_for("PostgreSQL to answer", self.answers, 60)
        schema = os.path.join(self.directory, "schema.sql")
        with open(schema, "w") as f:
            f.write(SCHEMA)
        self.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", schema)
        for name, text in SCRIPTS.items():
            with open(os.path.join(self.directory, name + ".sql"), "w") as f:
                f.write(text)

    def run(self, program, *words, timeout=180):
        return call([os.path.join(self.bin, program)] + list(words), timeout,
                    env=getattr(self, "env", None), cwd=self.directory,
                    **self.user)

    def answers(self):
        try:
            return self.run("psql", "-Atc", "SELECT 1", timeout=10)
        except Trouble:
            return False

    def measure(self, what, clients, seconds):
        """pgbench; the first of its time is for warming up."""
        for length in seconds + 1.5, 3 * seconds + 5:
            rows, said = self.once(what, clients, int(length))
            begin = min((row[0] for row in rows), default=0) + seconds / 4
            times = [us for when, us in rows if when > begin]
            if times:       # on a busy machine it may have got nowhere
                return figures(times, max(row[0] for row in rows) - begin)
        raise Trouble("pgbench: %s" % said)

    def once(self, what, clients, length):
        """(moment, microseconds) of each request; what pgbench said."""
        said = self.run(
            "pgbench", "-n", "-M", "prepared", "-f", what + ".sql",
            "-c", str(clients), "-j", str(min(clients, 2)),
            "-T", str(length), "-l", "--log-prefix=latency",
            timeout=length + 60)
        rows = []
        for path in glob.glob(os.path.join(self.directory, "latency.*")):
            with open(path) as f:
                for line in f:
                    word = line.split()
                    rows.append((int(word[4]) + int(word[5]) / 1e6,
                                 float(word[2])))
            os.unlink(path)
        return rows, said

    def check(self):
        out = self.run("psql", "-Atc",
                       "SELECT sum(savings + checking) FROM account")
        if int(out) != 2 * CENTS * ACCOUNTS:
            raise Trouble("PostgreSQL's money: %s" % out)

    def close(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


class Redis:
    name = "Redis"
    missing = "Redis is not installed (apt-get install redis-server)"

    @staticmethod
    def programs():
        return shutil.which("redis-server") and shutil.which(
            "redis-benchmark")

    def __init__(self, settings, etc):
        self.settings = settings
        self.directory = settings.path("redis")
        os.mkdir(self.directory)
        self.port = free_port()
        self.rates = {}
        self.tls = ["-h", "127.0.0.1", "-p", str(self.port), "--tls",
                    "--cacert", os.path.join(etc, "bank.crt")]
        with open(os.path.join(self.directory, "log"), "w") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", "0", "--bind", "127.0.0.1",
                 "--tls-port", str(self.port), "--tls-auth-clients", "no",
                 "--tls-cert-file", os.path.join(etc, "leaf.crt"),
                 "--tls-key-file", os.path.join(etc, "leaf.key"),
                 "--tls-ca-cert-file", os.path.join(etc, "bank.crt"),
                 "--dir", self.directory, "--appendonly", "yes",
                 "--appendfsync", "always", "--save", "",
                 "--auto-aof-rewrite-percentage", "0"],
                stdout=log, stderr=log)
        ended_unless(self, self.fill)

    def fill(self):
        lib.wait_for("Redis to answer", self.answers, 60)
        step = ACCOUNTS // 20
        for first in range(0, ACCOUNTS, step):
            self.cli("EVAL", FILL, "0", str(first), str(first + step - 1))
        self.script = self.cli("SCRIPT", "LOAD", LUA).strip()

    def cli(self, *words):
        return call(["redis-cli"] + self.tls + list(words), 60)

    def answers(self):
        try:
            return self.cli("PING").strip() == "PONG"
        except Trouble:
            return False

    def once(self, clients, count):
        out = call(
            ["redis-benchmark"] + self.tls +
            ["-c", str(clients), "-n", str(int(count)), "-r", str(ACCOUNTS),
             "--csv", "EVALSHA", self.script, "2", "a:__rand_int__",
             "a:__rand_int__", "1"], 120)
        lines = [line for line in out.splitlines() if line.startswith('"')]
        row = dict(zip(*list(csv.reader(lines))[-2:]))
        return {"throughput": float(row["rps"]), "requests": int(count),
                "p50_us": float(row["p50_latency_ms"]) * 1e3,
                "p99_us": float(row["p99_latency_ms"]) * 1e3,
                "max_us": float(row["max_latency_ms"]) * 1e3}

    def measure(self, what, clients, seconds):
        """It takes a number of requests: that of the rate last seen."""
        if clients not in self.rates:
            self.rates[clients] = self.once(
                clients, 500 * min(clients, 20))["throughput"]
        found = self.once(clients, max(self.rates[clients] * seconds, 100))
        self.rates[clients] = found["throughput"]
        return found

    def check(self):
        """Its money: the sum by a script would stop it for seconds; the
        entries' number is told by LLEN."""
        if int(self.cli("LLEN", "entry")) == 0:
            raise Trouble("Redis has no entries")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
