# SPDX-License-Identifier: ISC
"""Two hosts, a primary and two standbys, each on a machine of its own: what
is silently cut off from the others, and what must hold then."""

import unittest

from lib import bank, machines, postgres
from system.test_hosts_faults import Faults

AWAY = "journal_away|journal_silent"


def why_not():
    return machines.why_not() if postgres.available() else "no PostgreSQL here"


@unittest.skipIf(why_not(), why_not())
class Cut(Faults):
    weight = 9

    def make(self):
        made = machines.Hosts(store=self.store, **self.options)
        self.network = made.network
        return made

    def pay_on(self, *words):
        with self.network.inside("kiosks"):
            super().pay_on(*words)

    def pay_at(self, host, count=3):
        """So many payments there, whatever the other does."""
        name = "chris" if host is self.one else "fey"
        before = self.paid(name)
        bank.wait_for("host %d to go on" % host.number,
                      lambda: self.paid(name) >= before + count, 60)

    def test_a_standby_is_cut_off(self):
        """The other is enough."""
        def trouble():
            self.network.cut("s2")
            self.wait_for_more(20)
            self.network.heal("s2")
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_a_standby_is_killed(self):
        def trouble():
            self.pg.all[2].kill()
            self.wait_for_more(20)
            self.pg.all[2].start()
            self.pg.standbys(2)
            self.pg.all[1].kill()
        self.while_they_pay(trouble)
        self.pg.all[1].start()
        self.right_in_the_end()

    def test_the_primary_is_cut_off(self):
        """It is there again before anybody told it that it isn't the primary
        any more, and the hosts ask it first: it can't commit."""
        old, second, third = self.pg.all

        def trouble():
            self.network.cut("s1")
            self.pg.promote(second)
            self.wait_for_more(10)
            self.network.heal("s1")
            for host in self.hosts.all:
                host.kill_child("courier")
            self.wait_for_more(10)
            self.pg.demote(old)
        self.while_they_pay(trouble)
        self.assertIn(second.address, self.one.status("courier-database"))
        self.right_in_the_end()

    def test_a_host_is_cut_off_from_the_database(self):
        """It lets nobody in, and the other goes on."""
        def trouble():
            self.network.cut("h1")
            self.one.log_has(AWAY, 60)
            self.pay_at(self.two, 20)
            self.network.heal("h1")
        self.while_they_pay(trouble)
        self.right_in_the_end()

    def test_the_primary_that_is_cut_off_is_told(self):
        """And not its standbys, which answer and are no primary."""
        self.network.cut("s1")
        self.two.stop()
        self.two.start()
        self.two.log_has('journal_away why="%s:%d: no answer"' % (
            self.pg.primary.address, machines.PORT), 60)
        self.network.heal("s1")
        self.two.atm_when_served(timeout=60).close()

    def test_a_kiosk_whose_host_is_cut_off(self):
        state = bank.fresh_directory("kiosk")
        self.network.cut("h1", "kiosks")
        with self.network.inside("kiosks"):
            said = bank.run(
                bank.ATM_TUI, "-p", "-c", self.one.path("etc", "atm.ini"),
                "-o", "kiosk.state=" + state, "-o", "bank.host=" + " ".join(
                    "%s:%d" % (host.address, host.port)
                    for host in self.hosts.all),
                input="chris\ncanary-chris\n1\n1\nfey\n5\n3\n").stdout
        self.assertIn("your transaction is successful", said)
        self.assertEqual(self.two.lines()["fey"][1], "1005")
        self.network.heal("h1", "kiosks")
        self.hosts.stop()

    def test_the_number_of_a_machine_that_lost_its_power(self):
        """The database hears nothing of its end, and finds it itself.  Told
        is what can be mended, not that a standby is none to ask."""
        self.two.stop()
        self.two.number = 1
        self.two.share(self.pg.connection(first=1), **self.hosts.store)
        self.two.start()
        self.two.log_has("host 1 is another bankd, at " +
                         self.network.address("h1"), 30)
        self.network.cut("h1")
        self.one.kill()
        self.two.atm_when_served(timeout=60).close()
        self.two.stop()
        self.network.heal("h1")


del Faults

if __name__ == "__main__":
    unittest.main()
