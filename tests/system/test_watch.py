# SPDX-License-Identifier: ISC
"""What an operator is told of a process that ends again and again, hangs, or
recovers; and that the monitor ends one that hangs, and no other."""

import os
import re
import signal
import subprocess
import unittest

from lib import bank
from lib.bank import wait_for
from lib.case import CORRECT, PrivateCase


class Watch(PrivateCase):
    def facts(self, served):
        result = served.ctl("--json=1", "status", check=False)
        return bank.json.loads(result.stdout)[0] if result.stdout else {}

    def until(self, served, what, condition, timeout=60):
        """The facts, as soon as they are such."""
        found = {}

        def asked():
            found.clear()
            found.update(self.facts(served))
            return condition(found)
        wait_for(what, asked, timeout, every=0.05)
        return found

    def metrics(self, served):
        return dict(re.findall(r"(?m)^(bankd_\w+) (\d+)$",
                               served.ctl("metrics").stdout))

    def serves(self, served):
        atm = served.atm_when_served()
        self.addCleanup(atm.close)
        self.assertEqual(atm.login("chris", "canary-chris").said(), CORRECT)

    # Again and again

    def test_a_vault_that_fails(self):
        """How often it ended, and the last reason with the file's name."""
        if bank.reads_all():
            self.skipTest("root without a sandbox reads what nobody may")
        served = self.bank(start=True)
        self.assertEqual(self.facts(served)["vault-failures"], "0")
        mode = os.stat(served.file("balance")).st_mode
        os.chmod(served.file("balance"), 0)
        bank.kill(served.vault())
        facts = self.until(served, "a vault that fails", lambda found:
                           found.get("state") == "failing" and
                           "balance" in found["vault-last-end"])
        self.assertGreater(int(facts["vault-failures"]), 1)
        self.assertRegex(facts["vault-last-end"],
                         r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ /.*balance")
        self.assertIn("vault", facts)
        served.log_has(r"failing process=vault ended=2 last=.*balance")
        values = self.metrics(served)
        self.assertEqual(values["bankd_up"], "0")
        self.assertEqual(values["bankd_failing"], "1")
        self.assertGreater(int(values["bankd_vault_failures"]), 1)
        os.chmod(served.file("balance"), mode)
        facts = self.until(served, "a bank that serves", lambda found:
                           found.get("state") == "serving" and
                           "vault-customers" in found)
        # For a minute more it is told what was.
        self.assertGreater(int(facts["vault-failures"]), 1)
        self.assertNotIn("vault", facts)
        self.serves(served)
        self.assertEqual(self.metrics(served)["bankd_failing"], "0")

    def test_a_front_that_is_killed(self):
        """One end is none too many, and is told with its signal."""
        served = self.bank(start=True)
        served.kill_child("front")
        facts = self.until(served, "another front", lambda found:
                           found.get("front-failures") == "1" and
                           "front-accepted" in found)
        self.assertEqual(facts["state"], "serving")
        self.assertRegex(facts["front-last-end"], r"Z signal KILL$")

    # Recovery

    def test_progress(self):
        """A long first start: how far it is, and at what."""
        people = ["p%d canary-p%d" % (i, i) for i in range(80)]
        served = self.bank(
            login_hash_cost=5, password="\n".join(people) + "\n",
            balance="".join("p%d 1 1\n" % i for i in range(80)))
        process = subprocess.Popen(
            served.command(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        facts = self.until(served, "progress", lambda found: re.match(
            r"recovering [1-9]\d? %$", found.get("vault", "")))
        self.assertEqual(facts["state"], "starting")
        self.assertRegex(facts["vault-doing"],
                         r"^password, balance: taking over lines, "
                         r"\d+ of 80$")
        self.assertIn("vault %s" % facts["vault"], "vault recovering %s %%"
                      % facts["vault-recovered-percent"])
        self.until(served, "the end of it", lambda found:
                   found.get("state") == "serving", 120)
        served.ctl("stop")
        self.assertEqual(process.wait(60), 0)

    def recovering(self, served):
        """The pid of a vault that was stopped while it recovered."""
        def caught():
            old = served.vault()
            bank.kill(old)
            wait_for("another vault", lambda: (
                served.child("vault") or old) != old, every=0.001)
            new = served.vault()
            self.until(served, "a step or the end", lambda found:
                       "vault-doing" in found or "vault-customers" in found)
            bank.freeze(new)
            if "vault-doing" in self.facts(served):
                return new
            os.kill(new, signal.SIGCONT)
            return None
        pid = wait_for("a vault that recovers", caught, 120)
        self.addCleanup(bank.kill, pid)
        return pid

    # A hang

    def test_one_that_hangs_is_killed(self):
        """A vault within its recovery, and a front; but nobody of a bank that
        as a whole stood still, as on a machine that was suspended."""
        vaults = self.bank(start=True, login_hash_cost=8)
        fronts, frozen = self.bank(start=True), self.bank(start=True)
        hanging = self.recovering(vaults)
        facts = self.facts(vaults)
        self.assertIn(facts["state"], ("recovering", "failing"))
        self.assertIn("vault", facts)
        front = fronts.front()
        bank.freeze(front)
        self.addCleanup(bank.kill, front)
        family = [frozen.monitor(), frozen.front(), frozen.vault()]
        for pid in family:
            self.addCleanup(bank.kill, pid)
            bank.freeze(pid)
        self.until(fronts, "a front that says nothing", lambda found:
                   found.get("front") == "not answering")
        self.assertEqual(self.metrics(fronts)["bankd_hanging"], "1")
        vaults.log_has(
            r"hangs process=vault pid=%d seconds=30 while=" % hanging, 120)
        fronts.log_has(r"hangs process=front pid=%d seconds=30$" % front, 120)
        facts = self.until(vaults, "another vault", lambda found:
                           "vault-customers" in found)
        self.assertIn("no sign of life for 30 s, killed, while",
                      facts["vault-last-end"])
        for served in (vaults, fronts):
            self.serves(served)
        os.kill(family[0], signal.SIGCONT)
        self.until(frozen, "the monitor", lambda found: "state" in found)
        for pid in family[1:]:
            os.kill(pid, signal.SIGCONT)
        self.until(frozen, "the vault", lambda found:
                   "vault-customers" in found)
        self.serves(frozen)
        self.assertNotIn("hangs", frozen.said)
        self.assertEqual(family, [frozen.monitor(), frozen.front(),
                                  frozen.vault()])


if __name__ == "__main__":
    unittest.main()
