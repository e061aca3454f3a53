# SPDX-License-Identifier: ISC
"""A bank of two hosts over a primary and a synchronous standby, on the disk
and durable at every answer; and pgbench's transfer on the same two servers."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import rivals
from banks import CENTS, PASSWORD
from lib import atm, bank as lib, hosts, postgres
from programs import Trouble, call, load

SETTINGS = {"fsync": "on", "max_connections": "320",
            "shared_buffers": "'512MB'", "max_wal_size": "'8GB'",
            "checkpoint_timeout": "'30min'", "autovacuum": "on"}
NOTICES = 200
PAYER, PAYEE = "c0000001", "c0000002"


class Beside(rivals.Postgres):
    """pgbench, on servers that are there; without TLS, as the couriers."""

    def __init__(self, settings, pg):
        self.settings, self.bin, self.pg = settings, self.programs(), pg
        self.directory = settings.path("pgbench")
        os.mkdir(self.directory)
        self.user = {}
        words = postgres.user()
        if words:
            shutil.chown(self.directory, words[2])
            self.user = {"user": words[2], "group": int(words[4]),
                         "extra_groups": []}
        pg.primary.sql("CREATE DATABASE pgbench")
        self.env = dict(
            os.environ, HOME=self.directory, PGHOST=postgres.ADDRESS,
            PGPORT=str(pg.primary.port), PGUSER="bank", PGDATABASE="pgbench",
            PGSSLMODE="disable")
        self.fill()

    def measure(self, *words):
        """On the server that is the primary by now."""
        self.env["PGPORT"] = str(self.pg.primary.port)
        return super().measure(*words)

    def close(self):
        """The servers end with the cluster."""


class Cluster:
    name = "hosts"

    def __init__(self, settings, customers=1000):
        self.settings, self.customers = settings, customers
        self.acknowledged = 0
        place = settings.path("cluster")
        os.mkdir(place)
        os.chmod(place, 0o777)
        self.pg = postgres.Postgres(True, place, **SETTINGS)
        try:
            hashed = call([settings.program("probe"), "password", 1,
                           PASSWORD], 30).strip()
            names = ["c%07d" % i for i in range(customers)]
            self.hosts = hosts.Hosts(
                2, True, pg=self.pg, login_hash_cost=1, limits_rate=0,
                password="".join("%s %s\n" % (n, hashed) for n in names),
                balance="".join("%s %d %d\n" % (
                    n, CENTS // 100, CENTS // 100) for n in names))
            self.beside = Beside(settings, self.pg)
        except BaseException:
            self.pg.close()
            raise
        self.one, self.two = self.hosts[0], self.hosts[1]

    def load(self, host, group, **more):
        found = load(self.settings, host.anchor, host.port, [group],
                     self.customers, processes=[
                         ("front", host.front()), ("vault", host.vault()),
                         ("courier", host.courier())], **more)[0]
        if found["errors"]:
            raise Trouble("%s: %d errors: %s" % (
                group, found["errors"], found["codes"]))
        self.acknowledged += found["acknowledged"]
        return found

    def wal(self):
        return int(self.pg.sql(
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))

    def measure(self, kiosks):
        """One host; the bytes of WAL that an entry took."""
        lots, wal = int(self.one.status("vault-entries")), self.wal()
        found = self.load(self.one, "transfer:%d" % kiosks)
        found["wal"] = (self.wal() - wal) / max(1, int(
            self.one.status("vault-entries")) - lots)
        return found

    def together(self, kiosks):
        """So many at both, half at each: all of it, and the worse p99."""
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda host: self.load(
                host, "transfer:%d" % (kiosks // 2)), self.hosts.all))
        both = dict(found[0])
        for key in "throughput", "requests":
            both[key] = sum(run[key] for run in found)
        for key in "p50_us", "p99_us", "p999_us", "max_us":
            both[key] = max(run[key] for run in found)
        return both

    def session(self, host, name):
        return host.session(name, PASSWORD)

    def notices(self):
        """From an answer at one host to the notice at the other."""
        times = []
        payer, payee = (self.session(*where) for where in (
            (self.one, PAYER), (self.two, PAYEE)))
        if payee.request("NOTIFY tls").code != 200:
            raise Trouble("no notices")
        for _ in range(NOTICES):
            if payer.transfer(1, PAYEE, "0.01").code != 200:
                raise Trouble("a transfer was refused")
            self.acknowledged += 1
            begun = time.monotonic()
            payee.channel.read_frame(20)
            times.append(1e6 * (time.monotonic() - begun))
        payer.close()
        payee.close()
        return rivals.figures(times, sum(times) / 1e6)

    def host_lost(self):
        """Seconds from a host's kill until its kiosk is logged in at the
        other one."""
        words = [lib.ATM_TUI, "-p", "-c", self.one.path("etc", "atm.ini"),
                 "-o", "kiosk.state=" + self.settings.work, "-o",
                 "bank.host=" + " ".join("%s:%d" % (
                     host.address, host.port) for host in self.hosts.all)]
        self.one.kill()
        begun = time.monotonic()
        said = lib.run(*words, input="%s\n%s\n3\n" % (
            PAYER, PASSWORD)).stdout
        took = time.monotonic() - begun
        if "ID and password are correct" not in said:
            raise Trouble("the kiosk was not logged in: " + said[-300:])
        self.one.start()
        return {"seconds": took}

    def server_lost(self):
        """Seconds from the promotion of the standby, the primary being gone,
        until a transfer is acknowledged."""
        pg = self.pg
        old, new = pg.primary, pg.standby
        old.kill()
        new.reload(synchronous_standby_names=pg.NAMES)
        begun = time.monotonic()
        new.promote()
        pg.primary, pg.standby = new, old
        old.again(new)      # a commit needs a standby
        joined = time.monotonic()
        lib.wait_for("a transfer", self.one_paid, 60)
        return {"seconds": time.monotonic() - begun,
                "after_standby_s": time.monotonic() - joined}

    def one_paid(self):
        try:
            session = self.session(self.one, PAYER)
            code = session.transfer(1, PAYEE, "0.01").code
            session.close()
        except (OSError, lib.Failed, atm.Closed, atm.Refused, atm.TimedOut):
            return False
        self.acknowledged += code == 200
        return code == 200

    def check(self):
        """All hosts have the same, and it is right by the model."""
        books = self.hosts.stop()[0]
        moved = sum(entry["txid"] is not None for entry in books.entries)
        if moved < self.acknowledged:
            raise Trouble("%d transfers, %d acknowledged" % (
                moved, self.acknowledged))
        return "%d transfers, both hosts equal" % moved

    def close(self):
        self.hosts.__exit__(None, None, None)
        self.pg.close()
