# SPDX-License-Identifier: ISC
"""Two hosts over three PostgreSQL servers that Patroni keeps, with the files
of etc/hosts: the machine of the primary is lost, and customers go on."""

import contextlib
import os
import time
import unittest

from lib import atm, bank, hosts, patroni
from lib.bank import wait_for


@unittest.skipUnless(patroni.available(), "no Patroni, etcd or PostgreSQL here")
class Failover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pg = patroni.Patroni()
        cls.addClassCleanup(cls.pg.close)

    def txid(self):
        return "%012x" % int(time.time() * 1000) + os.urandom(10).hex()

    def paid(self, host, txid):
        """Whether this transfer is answered by 200, on a session of its own."""
        try:
            with contextlib.closing(host.session("chris")) as session:
                return session.request("1 %s 1 fey 1.00" % txid).code == 200
        except (OSError, bank.Failed, atm.Closed, atm.Refused):
            return False

    def test_the_primary_is_lost(self):
        with hosts.Hosts(2, standby=True, pg=self.pg) as both:
            txids = []
            for i in range(20):
                txids.append(self.txid())
                self.assertTrue(self.paid(both[i % 2], txids[-1]))
            old = self.pg.leader()
            old.kill()
            for i in range(20, 30):
                txids.append(self.txid())
                wait_for("transfer %d" % i,
                         lambda: self.paid(both[i % 2], txids[-1]), 120)
            self.assertNotEqual(self.pg.leader().name, old.name)
            # The same again makes no entry.
            for txid in txids:
                self.assertTrue(self.paid(both[0], txid))
            both.stop()
            self.assertEqual(both[0].lines()["fey"][1], "1030")
