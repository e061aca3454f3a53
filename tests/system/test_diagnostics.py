# SPDX-License-Identifier: ISC
"""Bad days, told well: each item of bankd(8)'s DIAGNOSTICS is provoked, and
what bankd says is compared with the page's words."""

import datetime
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
from unittest import mock

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lib import bank, fakebank, inherit, patience, syslogd
from lib.bank import TOP, Bank, run

DEFAULT_USER = "_bankfront"
LOG_LARGE = 64 << 20     # of bank.db, when it is told
# The method that provokes an item, and words that only this item has.
CASES = {
    "port_busy": "Address already in use",
    "key_unreadable": "Permission denied",
    "key_too_open": "others may read",
    "leaf_and_key_differ": "not a certificate and its key",
    "bank_key_differs": "not the one in",
    "openssl_configured": "OpenSSL can't do this here",
    "expired": "`bankctl renew` makes a new one",
    "bank_expired": "no kiosk accepts it",
    "too_few_descriptors": "too few descriptors",
    "few_descriptors": "few_descriptors",
    "about_to_expire": "leaf_expires",
    "balance_broken": "file:line: reason",
    "pid_file_held": "holds file",
    "control_socket_held": "listens on file",
    "state_held": "the state is in use",
    "disk_full_at_the_start": "disk is full",
    "disk_full": "disk_full",
    "start_waits": "start_waits",
    "log_grows": "log_grows",
    "overwritten": "not a database",
    "rows_missing": "damaged",
    "journal_failed": "journal_failed",
    "journal_missing": "missing; it belongs",
    "journal_is_another": "what belongs together",
    "lots_taken_over": "lots_taken_over",
    "newer_schema": "a newer bankd",
    "unknown_schema": "can't migrate",
    "clock_set_back": "clock_behind",
    "no_syslog": "/dev/log",
    "no_user": "no user",
    "ended": "ended process",
    "failing": "failing process",
    "hangs": "hangs process",
}


def items():
    """(as read by people, exit code or None, regular expression)"""
    with open(os.path.join(TOP, "man", "bankd.8")) as f:
        text = f.read()
    text = text[text.index(".Sh DIAGNOSTICS"):]
    text = text[:text.index("\n.El")]
    for head, body in re.findall(r"^\.It (.*)\n(.*)$", text, re.M):
        head = head.replace("\\(ga", "`").replace("\\-", "-")
        parts = re.split(r"\\fI(.*?)\\fP", head)
        code = re.match(r"\((\d+)\)", body)
        yield ("".join(parts), code and int(code[1]),
               ".+".join(re.escape(part) for part in parts[::2]))


def item(name):
    found = [one for one in items() if CASES[name] in one[0]]
    assert len(found) == 1, (name, found)
    return found[0]


def write_private(path, key):
    with open(path, "wb") as f:
        f.write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))


class Diagnostics(unittest.TestCase):
    def bank(self, start=False, **options):
        served = Bank(start=False, **options)
        self.addCleanup(served.close)
        if start:
            served.start()
        return served

    def etc(self, served, name):
        return served.path("etc", name)

    def fails(self, served, name):
        """It doesn't start, and its last words and exit status are the page's."""
        _, code, pattern = item(name)
        got, said = served.fails()
        self.assertRegex((said.splitlines() or [""])[-1],
                         "^bankd: %s$" % pattern, said)
        self.assertEqual(got, code, said)

    def logs(self, served, name):
        _, code, pattern = item(name)
        self.assertIsNone(code)
        served.log_has("^bankd: %s( process=vault)?$" % pattern)

    def sql(self, served, *statements):
        with sqlite3.connect(served.file("bank.db")) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    def test_every_item_has_its_case(self):
        for text, _, _ in items():
            self.assertEqual(sum(words in text for words in CASES.values()),
                             1, text)
        for name in CASES:
            item(name)
            self.assertTrue(hasattr(self, "test_" + name), name)

    # Processes

    def test_ended(self):
        served = self.bank(start=True)
        served.kill_child("front")
        self.logs(served, "ended")

    def test_failing(self):
        if bank.reads_all():
            self.skipTest("root without a sandbox reads what nobody may")
        served = self.bank(start=True)
        password = served.file("password")
        mode = os.stat(password).st_mode & 0o777
        os.chmod(password, 0)
        # Who isn't root can't search it for secrets either.
        self.addCleanup(os.chmod, password, mode)
        bank.kill(served.vault())
        self.logs(served, "failing")

    def test_hangs(self):
        served = self.bank(start=True)
        vault = served.vault()
        self.addCleanup(bank.kill, vault)
        bank.freeze(vault)
        _, _, pattern = item("hangs")
        served.log_has("^bankd: %s$" % pattern, 120)
        served.atm_when_served().close()

    def test_port_busy(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.fails(self.bank(listen_port=other.getsockname()[1]),
                       "port_busy")

    def test_too_few_descriptors(self):
        served = self.bank()
        served.wrapper = inherit.wrapper(descriptors=[100, 100])
        self.fails(served, "too_few_descriptors")

    def test_few_descriptors(self):
        served = self.bank()
        served.wrapper = inherit.wrapper(descriptors=[1000, 1000])
        served.start()
        self.logs(served, "few_descriptors")

    # Keys

    def test_key_unreadable(self):
        for name in ("bank.key", "leaf.key", "leaf.crt"):
            served = self.bank()
            os.chmod(self.etc(served, name), 0)
            if os.geteuid() == 0:
                served.wrapper = [
                    "setpriv", "--bounding-set",
                    "-dac_override,-dac_read_search"]
                if run(*served.wrapper, "true").returncode != 0:
                    self.skipTest("root can't give rights up here")
            self.fails(served, "key_unreadable")

    def test_key_too_open(self):
        for name in ("bank.key", "leaf.key"):
            for mode in (0o604, 0o644, 0o660):
                served = self.bank()
                os.chmod(self.etc(served, name), mode)
                self.fails(served, "key_too_open")

    def test_a_group_may_read(self):
        served = self.bank()
        for name in ("bank.key", "leaf.key"):
            os.chmod(self.etc(served, name), 0o640)
        served.start()

    def test_leaf_and_key_differ(self):
        served = self.bank()
        write_private(self.etc(served, "leaf.key"),
                      ec.generate_private_key(ec.SECP256R1()))
        self.fails(served, "leaf_and_key_differ")

    def test_openssl_configured(self):
        served = self.bank()
        path = served.path("openssl.cnf")
        with open(path, "w") as f:
            f.write("openssl_conf = a\n[a]\nalg_section = b\n"
                    "[b]\ndefault_properties = fips=yes\n")
        with mock.patch.dict(os.environ, OPENSSL_CONF=path):
            self.fails(served, "openssl_configured")
        served.start()

    def test_bank_key_differs(self):
        served = self.bank()
        write_private(self.etc(served, "bank.key"),
                      rsa.generate_private_key(65537, 3072))
        self.fails(served, "bank_key_differs")

    def sign_leaf(self, served, days):
        """The leaf again, with an end so many days from now."""
        with open(self.etc(served, "leaf.crt"), "rb") as f:
            old = x509.load_pem_x509_certificate(f.read())
        with open(self.etc(served, "bank.key"), "rb") as f:
            key = serialization.load_pem_private_key(f.read(), None)
        now = datetime.datetime.utcnow()
        builder = x509.CertificateBuilder(
            old.issuer, old.subject, old.public_key(), old.serial_number,
            now - datetime.timedelta(days=60),
            now + datetime.timedelta(days=days, minutes=5))
        for extension in old.extensions:
            builder = builder.add_extension(
                extension.value, extension.critical)
        with open(self.etc(served, "leaf.crt"), "wb") as f:
            f.write(builder.sign(key, hashes.SHA256()).public_bytes(
                serialization.Encoding.PEM))

    def test_bank_expired(self):
        served = self.bank()
        fakebank.make_keys(self.etc(served, "."), datetime.datetime.utcnow()
                           - datetime.timedelta(days=366))
        for name in ("bank.key", "leaf.key"):
            os.chmod(self.etc(served, name), 0o600)
        self.fails(served, "bank_expired")

    def test_bank_about_to_expire(self):
        served = self.bank()
        fakebank.make_keys(self.etc(served, "."), datetime.datetime.utcnow()
                           - datetime.timedelta(days=345))
        for name in ("bank.key", "leaf.key"):
            os.chmod(self.etc(served, name), 0o600)
        served.start()
        self.assertRegex(served.ctl("status").stdout,
                         r"bank-certificate-expires .*soon: renew it")

    def test_the_check_tells_ends(self):
        served = self.bank()
        said = run(bank.BANKD, "-t", "-c", served.config).stdout
        for name in ("bank.crt", "leaf.crt"):
            self.assertRegex(said, r"(?m)^.*/%s: valid until 20\d\d-\d\d-"
                             r"\d\dT\d\d:\d\d:\d\dZ$" % name)

    def test_expired(self):
        served = self.bank()
        self.sign_leaf(served, -1)
        self.fails(served, "expired")
        served.ctl("renew")
        served.start()

    def test_about_to_expire(self):
        served = self.bank()
        self.sign_leaf(served, 29)
        served.start()
        self.logs(served, "about_to_expire")
        self.assertRegex(served.ctl("status").stdout,
                         r"certificate-expires .*soon: bankctl renew")
        served.ctl("renew")
        served.ctl("reload")
        self.assertNotIn("soon", served.ctl("status").stdout)

    def test_31_days_are_not_told(self):
        served = self.bank()
        self.sign_leaf(served, 31)
        served.start().stop()
        self.assertNotIn("leaf_expires", served.said)

    # State

    def test_balance_broken(self):
        self.fails(self.bank(balance="chris 1 1\nfey 1.234 0\n"),
                   "balance_broken")

    def second(self, first, **options):
        return Bank(start=False, directory=first.directory, **options)

    def test_pid_file_held(self):
        first = self.bank()
        first.options["process.pid_file"] = first.path("pid")
        first.start()
        self.fails(self.second(first, process_pid_file=first.path("pid")),
                   "pid_file_held")

    def test_control_socket_held(self):
        self.fails(self.second(self.bank(start=True), process_pid_file=""),
                   "control_socket_held")

    def test_state_held(self):
        first = self.bank(start=True)
        self.fails(self.second(first, process_pid_file="",
                               process_control_socket=first.path("other")),
                   "state_held")

    def test_disk_full_at_the_start(self):
        served = self.bank(process_pid_file="")
        if os.geteuid() != 0:
            self.skipTest("only root mounts a small file system")
        saved = served.path("saved")
        shutil.copytree(served.path("var"), saved)
        served.wrapper = ["unshare", "-m", "sh", "-ec", """
            mount -t tmpfs -o size=256k none "$1"
            cp -a "$2/password" "$2/balance" "$1"
            cat /dev/zero >"$1/filler" 2>/dev/null || :
            shift 2
            exec "$@" """, "sh", served.path("var"), saved]
        probe = run("unshare", "-m", "mount", "-t", "tmpfs", "none",
                    served.path("var"))
        if probe.returncode != 0:
            self.skipTest("no mounts here: " + probe.stderr)
        self.fails(served, "disk_full_at_the_start")

    def test_disk_full(self):
        served = self.bank(bank_min_free=1 << 20)
        free = os.statvfs(served.directory)
        if free.f_bavail * free.f_frsize >> 40:
            self.skipTest("a disk of more than 1 TB free")
        served.start()
        atm = served.session("chris")
        self.addCleanup(atm.close)
        self.assertEqual(atm.transfer(1, "fey", 1).code, 503)
        self.logs(served, "disk_full")

    def test_log_grows(self):
        """An editor's moment keeps it; much was written meanwhile."""
        served = self.bank(start=True).stop()
        reader, writer = (sqlite3.connect(
            served.file("bank.db"), isolation_level=None) for _ in range(2))
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM account").fetchone()
        writer.execute("INSERT INTO meta VALUES ('log', zeroblob(%d))"
                       % LOG_LARGE)
        writer.execute("DELETE FROM meta WHERE key = 'log'")
        writer.close()
        served.start()
        self.logs(served, "log_grows")

    def test_start_waits(self):
        served = self.bank(start=True).stop()
        db = sqlite3.connect(served.file("bank.db"), isolation_level=None)
        self.addCleanup(db.close)
        db.execute("BEGIN IMMEDIATE")
        starting = threading.Thread(target=served.start)
        starting.start()
        try:
            self.logs(served, "start_waits")
        finally:
            db.execute("ROLLBACK")
            starting.join()

    def test_overwritten(self):
        served = self.bank(start=True).stop()
        with open(served.file("bank.db"), "r+b") as f:
            f.write(b"\xa5" * 4096)
        self.fails(served, "overwritten")

    def test_rows_missing(self):
        served = self.bank(start=True).stop()
        self.sql(served, "DELETE FROM meta WHERE key = 'secret'")
        self.fails(served, "rows_missing")

    def test_journal_failed(self):
        served = self.bank()
        shutil.rmtree(served.file("journal"))
        for path in glob.glob(served.file("bank.db*")):
            os.unlink(path)
        os.symlink("/nonexistent/journal", served.file("journal"))
        code, said = served.fails()
        self.assertRegex(said, "(?m)^bankd: %s process=vault$" %
                         item("journal_failed")[2])
        self.assertEqual(code, 70, said)

    def test_journal_missing(self):
        served = self.bank(start=True).stop()
        shutil.rmtree(served.file("journal"))
        self.fails(served, "journal_missing")

    def test_journal_is_another(self):
        served, other = (self.bank(start=True).stop() for _ in range(2))
        shutil.rmtree(served.file("journal"))
        shutil.copytree(other.file("journal"), served.file("journal"))
        self.fails(served, "journal_is_another")

    def test_lots_taken_over(self):
        served = self.bank(start=True).stop()
        older = served.path("older.db")
        shutil.copy(served.file("bank.db"), older)
        served.start()
        served.ctl("deposit", "chris", "1", "5", "--reason", "x")
        served.stop()
        shutil.copy(older, served.file("bank.db"))
        served.start()
        self.logs(served, "lots_taken_over")

    def test_newer_schema(self):
        served = self.bank(start=True).stop()
        self.sql(served, "UPDATE meta SET value = 99 WHERE key = 'schema'")
        self.fails(served, "newer_schema")

    def test_unknown_schema(self):
        served = self.bank(start=True).stop()
        self.sql(served, "UPDATE meta SET value = 0 WHERE key = 'schema'")
        self.fails(served, "unknown_schema")

    # The host

    def test_clock_set_back(self):
        """As if the last run had been a day ahead of this one."""
        served = self.bank(start=True).stop()
        self.sql(served, "UPDATE meta SET value = %d WHERE key = 'newest'"
                 % ((time.time() + 86400) * 1000))
        served.start()
        self.logs(served, "clock_set_back")

    def test_no_syslog(self):
        try:
            syslog = syslogd.Syslog()
        except syslogd.Unable as e:
            self.skipTest(str(e))
        syslog.close_socket()
        served = self.bank()
        served.wrapper = syslog.wrapper
        words = served.command()
        words.remove("-f")
        result = run(*words)
        _, code, pattern = item("no_syslog")
        self.assertEqual(result.returncode, code)
        self.assertRegex(result.stderr, "^bankd: %s\n$" % pattern)
        served.ctl("stop")

    def test_no_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root's front becomes another user")
        self.fails(self.bank(process_front_user="no-such-user"), "no_user")
        try:
            pwd.getpwnam(DEFAULT_USER)
        except KeyError:
            # Named, it must be there; only as the default nobody will do.
            self.fails(self.bank(process_front_user=DEFAULT_USER), "no_user")
            served = self.bank()
            with open(served.config, "a") as f:
                f.write("front_user = %s\n" % DEFAULT_USER)
            self.fails(served, "no_user")


class ServiceManager(unittest.TestCase):
    def test_lines_for_the_journal(self):
        served = Bank(start=False, log_level="info")
        self.addCleanup(served.close)
        reading, writing = os.pipe()
        st = os.fstat(writing)
        for stream, pattern in (
                ("%d:%d" % (st.st_dev, st.st_ino), r"<[0-7]>[a-z_]+( .*)?"),
                ("1:1", r"bankd: [a-z_]+( .*)?")):
            process = subprocess.Popen(
                served.command(), stdin=subprocess.DEVNULL, stderr=writing,
                stdout=subprocess.PIPE, text=True,
                env=dict(os.environ, JOURNAL_STREAM=stream))
            self.assertRegex(process.stdout.readline(), "^listening ")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(patience.end(process), 0)
            process.stdout.close()
            said = os.read(reading, 65536).decode()
            for line in said.splitlines():
                self.assertRegex(line, "^%s$" % pattern)
            self.assertIn("<5>serving" if stream != "1:1" else
                          "bankd: serving", said)
            # Of level info, which a terminal doesn't get.
            self.assertEqual("<6>" in said, stream != "1:1", said)
        os.close(reading)
        os.close(writing)

    def test_a_reload_says_when_it_began(self):
        served = Bank(start=False)
        self.addCleanup(served.close)
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(served.path("notify"))
        manager.settimeout(patience.seconds(60))

        def told(word):
            while True:
                lines = manager.recv(4096).decode().splitlines()
                if word in lines:
                    return lines
        with mock.patch.dict(os.environ, NOTIFY_SOCKET=served.path("notify")):
            served.start()
        told("READY=1")
        before = time.monotonic_ns() // 1000
        served.process.send_signal(signal.SIGHUP)
        lines = told("RELOADING=1")
        when = [int(line.split("=")[1]) for line in lines
                if line.startswith("MONOTONIC_USEC=")]
        self.assertEqual(len(when), 1, lines)
        self.assertTrue(before <= when[0] <= time.monotonic_ns() // 1000)
        told("READY=1")


if __name__ == "__main__":
    unittest.main()
