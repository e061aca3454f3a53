# SPDX-License-Identifier: ISC
"""A bank of several hosts on one PostgreSQL of the test's own: each host is a
real bankd with a directory of its own, made as bankd-hosts(7) tells."""

import contextlib
import filecmp
import os
import shutil

from . import bank, model, patience, postgres


class Host(bank.Bank):
    """A bank whose journal is a database.  What bankctl must know too stands
    in its bankd.ini."""

    lends = False       # it has a database of its own

    def __init__(self, number=1, **options):
        self.number = number
        super().__init__(start=False, **options)

    def share(self, connection, **store):
        super().share(connection, host=self.number, **store)

    def status(self, name):
        return self.ctl_json("status")[0].get(name)

    def lot(self):
        return int(self.status("vault-lot"))

    def courier(self):
        return bank.wait_for("a courier", lambda: self.child("courier"))


class Hosts:
    """`with Hosts(2) as hosts:` serves; hosts[0] is host number 1."""

    def __init__(self, count=1, standby=False, start=True, store=None,
                 pg=None, **options):
        """`pg`: a cluster in which it gets a database, and which stays."""
        self.stack = contextlib.ExitStack()
        self.options, self.store = options, dict(store or {})
        if "patience" in self.store:    # of a machine that does nothing else
            self.store["patience"] = str(min(20, round(
                int(self.store["patience"]) * max(1, patience.crowd()))))
        self.store.setdefault("durability", "standby" if standby else "none")
        self.all = []
        try:
            self.pg = pg.fresh() if pg else self.servers(standby)
            self.connection = self.pg.connection()
            self.first()
            if start:
                self.all[0].start()
            while len(self.all) < count:
                self.add(start)
        except BaseException:
            self.stack.close()
            raise

    def __getitem__(self, index):
        return self.all[index]

    def servers(self, standby):
        return self.stack.enter_context(postgres.Postgres(standby))

    def make(self, number):
        return Host(number, **self.options)

    def _host(self, number):
        host = self.stack.enter_context(self.make(number))
        self.all.append(host)
        return host

    @contextlib.contextmanager
    def patient(self, host):
        """An operator's commands wait for a database that is slow today; the
        host, afterwards, as long as its test wants."""
        host.share(self.connection, **self.store | {"patience": "20"})
        yield
        host.share(self.connection, **self.store)

    def first(self):
        """A bank that was one host's becomes that of many."""
        host = self._host(1)
        host.start().stop()
        with self.patient(host):
            host.ctl("-y", "hosts", "init")

    def add(self, start=True):
        """Another host, from a backup of the first."""
        first, host = self.all[0], self._host(len(self.all) + 1)
        backup = os.path.join(first.directory, "backup.db")
        if os.path.exists(backup):
            os.unlink(backup)
        first.ctl("backup", backup)
        shutil.rmtree(host.path("etc"))
        shutil.copytree(first.path("etc"), host.path("etc"))
        shutil.rmtree(host.path("var"))
        os.mkdir(host.path("var"), 0o700)
        with open(host.config) as f:
            text = f.read().replace(first.directory, host.directory)
        with open(host.config, "w") as f:
            f.write(text)
        with self.patient(host):
            host.ctl("renew")
            host.ctl("-y", "restore", backup)
        if start:
            host.start()
        return host

    def same(self):
        """All have taken over all lots."""
        newest = int(self.pg.sql("SELECT max(n) FROM lot"))
        for host in self.all:
            bank.wait_for(
                lambda: "host %d to have lot %d, it has %d" % (
                    host.number, newest, host.lot()),
                lambda: host.lot() >= newest, 20)

    def stop(self):
        """All, after which all have the same, and it is right: the books of
        each."""
        self.same()
        for host in self.all:
            host.stop()
        return self.check()

    def check(self):
        first, books = self.all[0], []
        for host in self.all:
            books.append(model.check(host))
            host.ctl("verify")
            host.ctl("verify", "--journal")
            for name in "password", "balance":
                if not filecmp.cmp(host.file(name), first.file(name), False):
                    raise bank.Failed("%s of host %d differs" % (
                        name, host.number))
            if host.ctl("export").stdout != first.ctl("export").stdout:
                raise bank.Failed("export of host %d" % host.number)
        return books

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.stack.__exit__(*args)
