# SPDX-License-Identifier: ISC
"""The operators of a bank as real users of the machine, each with roles of
its own; bankd knows them by the socket's other end.  Only root becomes
somebody else."""

import grp
import os
import pwd
import shutil
import tempfile

from .bank import BANKCTL, run


def by(user):
    """As entries and audit records name a user."""
    return "%d:%s" % (pwd.getpwnam(user).pw_uid, user)


class Staff:
    """operators: [operators] of bankd.ini(5)."""

    def __init__(self, bank, operators, users):
        self.bank, self.operators = bank, operators
        self.public = tempfile.mkdtemp(dir="/tmp")
        os.chmod(self.public, 0o755)
        self.configure()
        # They can't read the bank's own file, nor its programs, perhaps.
        self.config = self.public + "/bankd.ini"
        with open(self.config, "w") as f:
            f.write("[bank]\nstate = %s\n[process]\ncontrol_socket = control\n"
                    % bank.file(""))
        os.chmod(self.config, 0o644)
        shutil.copy(BANKCTL, self.public)
        for user in users:
            os.mkdir(self.public + "/" + user)
            os.chown(self.public + "/" + user, pwd.getpwnam(user).pw_uid, -1)

    def configure(self, **operators):
        """Changed from the first ones, for the next start or reload."""
        with open(self.bank.config) as f:
            text = f.read().partition("[process]")[0]
        with open(self.bank.config, "w") as f:
            f.write(text + "[process]\ncontrol_socket = %s/control\n"
                    "control_group = users\npid_file =\n[operators]\n"
                    % self.public)
            for key, value in (self.operators | operators).items():
                f.write("%s = %s\n" % (key, value))
        if self.bank.lent is not None:
            self.bank.lend()

    def run(self, user, *words, input=None, program=None):
        """bankctl, or another program, as this user: CompletedProcess."""
        return run(
            "setpriv", "--reuid=" + user, "--regid=" + (
                "sys" if user == "sys" else "users"),
            "--groups=%d" % grp.getgrnam("users").gr_gid,
            *(program or (self.public + "/bankctl", "-c", self.config)),
            *words, input=input, cwd=self.public + "/" + user,
            env={"XDG_STATE_HOME": self.public + "/" + user})

    def close(self):
        shutil.rmtree(self.public)
