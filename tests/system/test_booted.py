# SPDX-License-Identifier: ISC
"""The packages under a systemd that runs: `systemctl enable --now bankd`, a
reload that is refused and one that isn't, the watchdog, the socket, a kiosk
on a terminal that comes back.  Expensive: only with CLEAN_ROOT, see
lib/clean_root.py, as `make deb-test` runs it."""

import fcntl
import glob
import os
import re
import select
import struct
import termios
import unittest

from lib.bank import wait_for
from lib.clean_root import Booted, Root, why_not

TIOCSPTLCK, TIOCGPTN = 0x40045431, 0x80045430
WATCHDOG_S = 60


class Terminal:
    """A terminal of the booted host's; what was written to it so far."""

    def __init__(self, booted):
        self.fd = os.open("/proc/%d/root/dev/pts/ptmx" % booted.init(),
                          os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(self.fd, TIOCSPTLCK, struct.pack("i", 0))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, 80, 0, 0))
        self.number, = struct.unpack("i", fcntl.ioctl(
            self.fd, TIOCGPTN, bytes(4)))
        self.said = ""

    def shows(self, text):
        try:
            if select.select([self.fd], [], [], 0)[0]:
                self.said += os.read(self.fd, 65536).decode(errors="replace")
        except OSError:     # nobody has it open just now
            pass
        return text in self.said

    def type(self, data):
        os.write(self.fd, data)


class Systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            raise unittest.SkipTest(reason)

    def setUp(self):
        self.root = Root()
        self.addCleanup(self.root.close)
        self.root.make()
        self.root.install("libcrypt1", "systemd-sysv", "dbus")
        os.unlink(self.root.file("usr/sbin/policy-rc.d"))
        self.host = Booted(self.root)
        self.addCleanup(self.host.close)
        self.host.start()

    def test_walk(self):
        for step in (self.enable, self.confined, self.reload, self.transfer,
                     self.day, self.renew, self.vault_dies, self.watchdog,
                     self.socket, self.kiosk, self.stop):
            step()
            print("systemd: %s" % step.__name__, flush=True)

    def systemctl(self, *words, expect=0):
        return self.host.run("systemctl", *words, expect=expect).stdout

    def active(self, unit="bankd"):
        return self.host.show(unit, "ActiveState") == "active"

    def status(self, name):
        found = re.search(r"(?m)^%s +(.*)$" % name, self.host.run(
            "bankctl", "status").stdout)
        return found and found[1]

    def plain(self, *typed):
        return self.host.run("runuser", "-u", "_atm", "--", "atm-tui", "-p",
                             input="".join(x + "\n" for x in typed)).stdout

    # The steps

    def enable(self):
        self.assertFalse(self.active())
        self.systemctl("enable", "--now", "bankd")
        self.assertTrue(self.active())
        self.assertEqual(self.host.show("bankd", "StatusText"), "serving")

    def confined(self):
        for name in ("front", "vault"):
            self.assertRegex(self.status(name + "-sandbox"),
                             r"(?<!no-)\bseccomp\b")
        said = self.host.run(
            "cat", "/proc/%s/status" % self.status("pid")).stdout
        self.assertRegex(said, r"(?m)^CapBnd:\s*0+$")
        self.assertRegex(said, r"(?m)^Seccomp:\s*2$")

    def reload(self):
        before = self.root.read("etc/bankd/bankd.ini")
        self.systemctl("reload", "bankd")
        self.root.write("etc/bankd/bankd.ini", before + "[limits]\nx = y\n")
        self.systemctl("reload", "bankd", expect=1)
        self.assertTrue(self.active())
        self.root.write("etc/bankd/bankd.ini", before)
        self.systemctl("reload", "bankd")

    def transfer(self):
        for name, secret in (("chris", "4711\n"), ("fey", "8520\n")):
            self.host.run("bankctl", "open", name, input=secret)
        self.host.run("bankctl", "deposit", "chris", "2", "500", "opening")
        self.plain("chris", "4711", "1", "2", "fey", "100.50", "3")
        self.assertRegex(self.root.read("var/lib/bankd/balance"),
                         r"(?m)^fey 0 100\.50 *$")

    def day(self):
        """The timer has the day before written, with its signature."""
        where = "etc/systemd/system/bankd-day.timer.d"
        os.makedirs(self.root.file(where))
        self.root.write(where + "/soon.conf",
                        "[Timer]\nOnCalendar=\nOnActiveSec=1\n")
        self.systemctl("daemon-reload")
        self.systemctl("start", "bankd-day.timer")
        wait_for("a signed day", lambda: glob.glob(
            self.root.file("var/lib/bankd-days/*.csv.sig")))
        self.systemctl("stop", "bankd-day.timer")
        wait_for("the end of it", lambda: self.host.show(
            "bankd-day", "ActiveState") == "inactive")
        self.assertEqual(self.host.show("bankd-day", "Result"), "success")

    def renew(self):
        self.host.run("bankctl", "renew")
        self.assertIn("100.50", self.plain("fey", "8520", "2", "3"))

    def vault_dies(self):
        """The monitor starts another; systemd has nothing to do."""
        monitor, vault = self.status("pid"), self.status("vault-pid")
        self.host.kill(vault)
        wait_for("another vault", lambda: self.status("vault-customers") and
                 self.status("vault-pid") != vault)
        self.assertIn("100.50", self.plain("fey", "8520", "2", "3"))
        self.assertEqual(self.status("pid"), monitor)

    def watchdog(self):
        """A monitor that hangs is started anew."""
        before = self.host.show("bankd", "MainPID")
        self.systemctl("kill", "-s", "STOP", "--kill-whom=main", "bankd")
        wait_for("the watchdog", lambda: self.host.show(
            "bankd", "MainPID") not in (before, "0") and self.active(),
            timeout=WATCHDOG_S + 30, every=1)

    def socket(self):
        """systemd's socket starts it, and it takes that one."""
        self.systemctl("stop", "bankd")
        self.systemctl("start", "bankd.socket")
        self.assertFalse(self.active())
        self.assertIn("100.50", self.plain("fey", "8520", "2", "3"))
        self.assertTrue(self.active())
        self.systemctl("restart", "bankd")
        self.assertTrue(self.active("bankd.socket"))

    def kiosk(self):
        terminal = Terminal(self.host)
        self.addCleanup(os.close, terminal.fd)
        unit = "atm-kiosk@pts-%d" % terminal.number
        self.systemctl("start", unit)
        wait_for("the welcome screen", lambda: terminal.shows("touch"))
        pid = self.host.show(unit, "MainPID")
        terminal.type(b"\x03\x1a\x1c\r")
        wait_for("the login", lambda: terminal.shows("Please enter"))
        self.assertEqual(self.host.show(unit, "MainPID"), pid)
        self.host.kill(pid)
        terminal.said = ""
        wait_for("another kiosk", lambda: terminal.shows("touch"))
        self.systemctl("stop", unit)
        self.assertEqual(self.host.show(unit, "Result"), "success")

    def stop(self):
        self.systemctl("stop", "bankd.socket", "bankd")
        self.assertEqual(self.host.show("bankd", "Result"), "success")
        self.assertEqual(self.host.show("bankd", "ExecMainStatus"), "0")


if __name__ == "__main__":
    unittest.main()
