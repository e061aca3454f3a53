# SPDX-License-Identifier: ISC
"""What two real hosts did with their lots is the model's (tests/model):
while couriers are killed, waits are cancelled, and the primary is started
anew and lost."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from lib import bank
from system.test_hosts_faults import Faults, promote

TRACE = os.path.join(bank.TOP, "tests", "model", "trace")
EVENTS = {"lot_put": "mine", "lot_taken": "took", "lot_in_doubt": "doubt"}


@unittest.skipUnless(shutil.which("spin"), "spin isn't installed")
class Traces(Faults):
    def lots(self):
        """What became of each lot, as the hosts tell it at level debug."""
        for number, host in enumerate(self.hosts.all):
            for event, lot, whose in re.findall(
                    r"(lot_put|lot_taken|lot_in_doubt) number=(\d+) "
                    r"host=(\d+)", host.said):
                yield "%s %s %d %d\n" % (
                    EVENTS[event], lot, int(whose) - 1, number)

    def trouble(self):
        waits = " FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

        def doubted():
            for host in self.hosts.all:
                host.kill_child("courier")
            self.wait_for_more(3)
            self.pg.sql("SELECT pg_cancel_backend(pid)" + waits)
            return all("lot_in_doubt" in host.said for host in self.hosts.all)
        bank.wait_for("lots in doubt at both hosts", doubted, 60)
        self.pg.primary.kill()
        self.pg.primary.start()
        self.wait_for_more(3)
        promote(self.pg)

    def test_the_lots_of_two_hosts_are_the_models(self):
        for host in self.hosts.all:
            host.ctl("log", "debug")
        self.while_they_pay(self.trouble)
        self.right_in_the_end()
        with tempfile.NamedTemporaryFile("w") as f:
            f.writelines(self.lots())
            f.flush()
            self.assertEqual(subprocess.run(
                [sys.executable, TRACE, "--lots", f.name],
                stdin=subprocess.DEVNULL).returncode, 0)


if __name__ == "__main__":
    unittest.main()
