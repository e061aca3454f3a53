# SPDX-License-Identifier: ISC
"""The packages of `make deb` in a fresh root file system: installed, the bank
started as its unit starts it, the first transfer from a second network
namespace with an address of its own, reload, renewal, backup and restore, the
start by root alone, removal.

Expensive: only with CLEAN_ROOT, see lib/clean_root.py, as `make deb-test`
runs it."""

import os
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import unittest

from lib import bank, patience
from lib.bank import Failed, wait_for
from lib.clean_root import BANK_ADDRESS, CALM, Root, why_not

class Service:
    """bankd as its unit starts it, with a service manager's socket."""

    def __init__(self, root):
        self.root = root
        self.said, self.process = "", None
        unit = root.read("lib/systemd/system/bankd.service")
        self.unit = re.sub(r"\\\n", " ", unit)

    def setting(self, name):
        return re.search(r"(?m)^%s=(.*)$" % name, self.unit)[1]

    def start(self):
        root, user = self.root, self.setting("User")
        credentials = "/run/credentials/bankd.service"
        name, _, key = self.setting("LoadCredential").partition(":")
        uid = root.users()[user]
        self.directory("run/bankd", uid, 0o755)
        self.directory(credentials, uid, 0o500)
        copy = root.file(os.path.join(credentials, name))
        shutil.copy(root.file(key), copy)
        os.chown(copy, uid, -1)
        os.chmod(copy, 0o400)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(root.file("run/notify")):
            os.unlink(root.file("run/notify"))
        self.manager.bind(root.file("run/notify"))
        os.chmod(root.file("run/notify"), 0o666)
        words = ["env", "NOTIFY_SOCKET=/run/notify", "setpriv",
                 "--reuid=" + user, "--regid=" + user, "--clear-groups",
                 "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        words += shlex.split(self.setting("ExecStart").replace(
            "%d", credentials))
        self.output = open(os.path.join(root.top, "said"), "w+")
        self.process = subprocess.Popen(
            root.inside(words, "bank"), stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=subprocess.STDOUT,
            env=dict(os.environ, **CALM))
        self.told("READY=1")

    def directory(self, name, uid, mode):
        os.makedirs(self.root.file(name), exist_ok=True)
        os.chown(self.root.file(name), uid, -1)
        os.chmod(self.root.file(name), mode)

    def told(self, word, timeout=60):
        """Waits until the manager is told this."""
        def next_word():
            if self.process.poll() is not None:
                raise Failed("bankd ended: %d\n%s" % (
                    self.process.returncode, self.log()))
            if select.select([self.manager], [], [], 0.1)[0]:
                return word in self.manager.recv(4096).decode().splitlines()
            return False
        wait_for("%s\n%s" % (word, self.log()), next_word, timeout)

    def log(self):
        with open(self.output.name) as f:
            return f.read()

    def family(self):
        return [self.process.pid] + bank.children(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = patience.end(self.process, 60)
        if code != 0:
            raise Failed("bankd ended with %d\n%s" % (code, self.log()))

    def close(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                patience.end(self.process, 30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.manager.close()
        self.output.close()


def status_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.split(":\t", 1) for line in f.read().splitlines()
                    if ":\t" in line)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            raise unittest.SkipTest(reason)

    def setUp(self):
        self.root = Root()
        self.addCleanup(self.root.close)
        self.root.make()
        self.root.link()

    def test_walk(self):
        """One bank's life, in the order of atm-bank(7)."""
        for step in (self.install, self.log_examples, self.start,
                     self.open_accounts,
                     self.enrol, self.transfer, self.reload, self.renew,
                     self.back_up, self.stop, self.start_as_root,
                     self.upgrade, self.remove):
            step()
            print("package: %s" % step.__name__, flush=True)

    def owned(self, name, user, mode):
        self.assertEqual(self.root.owner_and_mode(name), (user, oct(mode)),
                         name)

    def ctl(self, *words, expect=0, input=None):
        return self.root.run("bankctl", *words, expect=expect, input=input,
                             host="bank").stdout

    def kiosk(self, *typed, expect=0):
        return self.root.run(
            "runuser", "-u", "_atm", "--", "atm-tui", "-p", host="kiosk",
            input="".join(word + "\n" for word in typed),
            expect=expect).stdout

    def balances(self, name):
        return re.search(r"(?m)^%s +(.*?) *$" % name,
                         self.root.read("var/lib/bankd/balance"))[1]

    # The steps

    def install(self):
        self.root.install("libcrypt1", "rsyslog", "logrotate")
        self.owned("etc/bankd/bank.key", "root", 0o600)
        self.owned("etc/bankd/leaf.key", "root", 0o640)
        self.owned("etc/bankd/bank.crt", "root", 0o644)
        self.owned("var/lib/bankd", "_bankd", 0o700)
        self.assertEqual(sorted(os.listdir(self.root.file("etc/bankd"))),
                         ["atm.ini", "bank.crt", "bank.key", "bankd.ini",
                          "leaf.crt", "leaf.key"])
        self.assertFalse(os.path.exists(self.root.file("run/bankd/control")))
        self.assertIn("good", self.root.run("bankd", "-t").stdout)

    def log_examples(self):
        """Their own programs take them where the package put them."""
        examples = "/usr/share/doc/bankd/examples/"
        self.root.run("rsyslogd", "-N1", "-f",
                      examples + "rsyslog.d/bankd.conf")
        result = self.root.run("logrotate", "-d", "-s", "/dev/null",
                               examples + "logrotate.d/bankd")
        self.assertNotIn("error", result.stderr)

    def start(self):
        self.service = Service(self.root)
        self.addCleanup(self.service.close)
        self.service.start()
        uid = str(self.root.users()["_bankd"])
        for pid in self.service.family():
            status = status_of(pid)
            self.assertEqual(set(status["Uid"].split()), {uid})
            self.assertEqual(int(status["CapEff"], 16), 0)
            self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual(len(self.service.family()), 3)
        self.assertRegex(self.ctl("status"), r"(?m)^state +serving")

    def open_accounts(self):
        self.ctl("open", "chris", "Chris Example", input="4711\n")
        self.ctl("open", "fey", "Fey Example", input="8520\n")
        self.ctl("deposit", "chris", "2", "500", "opening balance")
        self.assertRegex(self.ctl("accounts"), r"(?m)^chris .*500")

    def enrol(self):
        self.ctl("kiosk", "add", "--cash", "--key",
                 "/etc/bankd/kiosk-1.key", "kiosk-1")
        self.root.run("chown", "root:_atm", "/etc/bankd/kiosk-1.key")
        self.root.run("chmod", "640", "/etc/bankd/kiosk-1.key")
        self.root.write("etc/bankd/atm.ini", (
            "[bank]\nhost = %s\nport = 4280\ncertificate = bank.crt\n"
            "[kiosk]\nname = kiosk-1\nkey = kiosk-1.key\n"
            "state = /var/lib/atm-tui\n") % BANK_ADDRESS)

    def transfer(self):
        said = self.kiosk("chris", "4711", "1", "2", "fey", "100.50", "3")
        self.assertIn("ID and password are correct", said)
        self.assertEqual(self.balances("chris"), "0 399.50")
        self.assertEqual(self.balances("fey"), "0 100.50")
        self.assertRegex(self.ctl("history", "fey"), r"100\.50")

    def reload(self):
        """A changed configuration is taken, a wrong one is not."""
        before = self.root.read("etc/bankd/bankd.ini")
        self.root.write("etc/bankd/bankd.ini",
                        before + "\n[limits]\ntransfer = 50\n")
        self.ctl("reload")
        self.service.told("RELOADING=1")
        self.service.told("READY=1")
        self.kiosk("chris", "4711", "1", "2", "fey", "60", "3", expect=None)
        self.assertEqual(self.balances("fey"), "0 100.50")
        self.root.write("etc/bankd/bankd.ini", before + "\n[limits]\nx = y\n")
        self.ctl("reload", expect=78)
        self.root.write("etc/bankd/bankd.ini", before)
        self.ctl("reload")
        self.kiosk("chris", "4711", "1", "2", "fey", "60", "3")
        self.assertEqual(self.balances("fey"), "0 160.50")

    def renew(self):
        """What root makes anew must still be the bank's to read."""
        before = self.root.read("etc/bankd/leaf.crt")
        self.ctl("renew")
        self.assertNotEqual(self.root.read("etc/bankd/leaf.crt"), before)
        self.owned("etc/bankd/leaf.key", "root", 0o640)
        self.kiosk("fey", "8520", "2", "3")

    def back_up(self):
        """As the timer's unit does it."""
        copy = "/var/backups/bankd/bank.new"
        self.root.run("runuser", "-u", "_bankd", "--", "bankctl", "backup",
                      copy, host="bank")
        self.owned(copy, "_bankd", 0o600)
        self.kiosk("chris", "4711", "1", "2", "fey", "1", "3")
        self.service.stop()
        self.ctl("-y", "restore", copy)
        self.owned("var/lib/bankd/bank.db", "_bankd", 0o600)
        self.start()
        self.assertEqual(self.balances("fey"), "0 160.50")

    def stop(self):
        self.service.stop()
        self.assertFalse(os.path.exists(self.root.file("run/bankd/control")))

    def start_as_root(self):
        """By its name alone, as where there is no service manager."""
        self.root.run("bankd", host="bank")
        users = self.root.users()
        pid = int(self.root.read("run/bankd/bankd.pid"))
        found = {int(status_of(child)["Uid"].split()[0])
                 for child in bank.children(pid)}
        self.assertEqual(found, {users["_bankd"], users["_bankfront"]})
        self.kiosk("fey", "8520", "2", "3")

    def upgrade(self):
        """Installed again: keys and configuration are kept."""
        before = self.root.read("etc/bankd/bank.crt")
        self.root.run("dpkg", "-i", "/root/bankd.deb")
        self.assertEqual(self.root.read("etc/bankd/bank.crt"), before)

    def remove(self):
        """The bank ends; a bank with customers is kept even by a purge."""
        pid = int(self.root.read("run/bankd/bankd.pid"))
        self.root.run("apt-get", "-qy", "remove", "bankd", host="bank")
        wait_for("bankd to end", lambda: not bank.alive(pid))
        result = self.root.run("apt-get", "-qy", "purge", "bankd", "atm-tui")
        self.assertIn("the bank has customers", result.stdout + result.stderr)
        for name in ("etc/bankd/bank.key", "var/lib/bankd/bank.db"):
            self.assertTrue(os.path.exists(self.root.file(name)), name)
        for name in ("etc/bankd/bankd.ini", "usr/sbin/bankd",
                     "var/lib/atm-tui"):
            self.assertFalse(os.path.exists(self.root.file(name)), name)


if __name__ == "__main__":
    unittest.main()
