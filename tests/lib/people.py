# SPDX-License-Identifier: ISC
"""A bank with operators: users of this machine, each with a role."""

import json
import os
import re
import unittest

from . import staff
from .case import Operator

# Users that every Debian has, each with one role; the first has none.
USERS = {"nobody": "", "games": "auditor", "bin": "teller",
         "sys": "teller", "daemon": "supervisor", "news": "supervisor",
         "man": "admin"}


class People(Operator):
    """Users with roles, who see a copy of the configuration."""

    operators = {"auditor": "games", "teller": "bin @sys",
                 "supervisor": "daemon,news", "admin": "man",
                 "act_as": "www-data"}
    extra_password = "".join("c-%s canary-c\n" % user for user in USERS)
    extra_balance = "".join(
        "c-%s 10 10\ne-%s 0 0\n" % (user, user) for user in USERS)

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root becomes somebody else")
        cls.start_bank = False
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        cls.staff = staff.Staff(cls.bank, cls.operators, [*USERS, "www-data"])
        cls.addClassCleanup(cls.staff.close)
        cls.bank.start()

    def reconfigure(self, **operators):
        self.staff.configure(**operators)
        self.bank.ctl("reload", "--reason", "a test")
        self.addCleanup(self.bank.ctl, "reload", "--reason", "as before")
        self.addCleanup(self.staff.configure)

    def by(self, user, *words, expect=0, **more):
        result = self.staff.run(user, *words, **more)
        if expect is not None:
            self.assertEqual(result.returncode, expect,
                             (user, words, result.stderr))
        return result

    def records(self, *words):
        return json.loads(self.bank.ctl("--json=1", "audit", *words).stdout)

    def wait(self, user, *words):
        """The number of the request that it became."""
        result = self.by(user, *words)
        self.assertIn("waits until another operator", result.stderr)
        return re.search(r"^request +(\d+)$", result.stdout, re.M).group(1)
