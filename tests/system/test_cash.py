# SPDX-License-Identifier: ISC
"""Withdrawals at a machine: the bank books, the kiosk's command hands out.
The real atm-tui in plain mode against the real bank, ended at every step."""

import glob
import os
import re
import select
import signal
import subprocess
import unittest

from lib import patience, wire
from lib.bank import ATM_TUI, wait_for
from lib.case import BankCase
from lib.proxy import CUT_AFTER, CUT_BEFORE, PASS, SWALLOW, Proxy

SUCCESS = "your transaction is successful"
TAKE = "Please take your cash"
FAILED = "The machine could not pay out your cash"
TAKEN_BACK = "The money is back in your account"
GOES_BACK = "The money will go back into your account"
UNCLEAR = "Some of your cash may not have come out"
ASK_THE_BANK = "Please contact the bank with your reference"
LOST = "The connection was lost. Any charge will be reversed."


class Kiosk:
    """atm-tui -p with its ends in our hands; the menu is the classic one."""

    def __init__(self, test, *more, port=None, state=None):
        self.past = self.said = ""
        self.state = state or test.state
        os.makedirs(self.state, exist_ok=True)
        served = test.bank
        self.process = subprocess.Popen(
            [ATM_TUI, "-p", "-c", served.path("etc", "atm.ini"),
             "-o", "kiosk.state=" + self.state]
            + [word for option in more for word in ("-o", option)]
            + ["127.0.0.1", str(port or served.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        test.addCleanup(self.close)

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        return self

    def wait(self, pattern, timeout=30):
        """Until what it said since the last wait has it."""
        def there():
            if select.select([self.process.stdout], [], [], 0)[0]:
                self.said += os.read(
                    self.process.stdout.fileno(), 65536).decode()
            return re.search(pattern, self.said)
        found = wait_for(
            lambda: "%r in\n%s" % (pattern, self.said), there, timeout)
        self.past += self.said[:found.end()]
        self.said = self.said[found.end():]
        return found

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ends(self, timeout=60):
        """The end of the input; (exit code, all that it ever said)."""
        self.process.stdin.close()
        self.said += self.process.stdout.read().decode()
        return (patience.end(self.process, timeout),
                self.past + self.said)

    def close(self):
        if self.process.poll() is None:
            self.kill()
        for end in (self.process.stdin, self.process.stdout):
            end.close()


class Machine(BankCase):
    weight = 30
    people = 25
    used = 0

    def setUp(self):
        """A customer and a kiosk's state directory for each test."""
        cls = type(self)
        cls.used += 1
        self.name = "p%d" % cls.used
        self.state = self.bank.path("kiosk-%d" % cls.used)
        os.makedirs(self.state)
        self.login = "%s\ncanary-%s\n" % (self.name, self.name)

    def script(self, text):
        """A command for `cash.dispense`, which ends with the test."""
        path = self.bank.path("dispense-%s" % self.name)
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return "cash.dispense=" + path

    def held(self, status):
        """A command that says that it runs, and ends when it is told to."""
        self.running = self.bank.path("running-%s" % self.name)
        self.go = self.bank.path("go-%s" % self.name)
        os.mkfifo(self.go)

        def let_go():
            """Nobody may be left who waits for it."""
            try:
                os.close(os.open(self.go, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                pass
        self.addCleanup(let_go)
        return self.script("echo \"$@\" >%s.new\nmv %s.new %s\n"
                           "read answer <%s\nexit %s\n" % (
                               self.running, self.running, self.running,
                               self.go, status))

    def wait_running(self):
        wait_for("the command", lambda: os.path.exists(self.running))

    def let_go(self):
        with open(self.go, "w") as f:
            f.write("go\n")

    def checking(self):
        return float(self.bank.lines()[self.name][1])

    def kinds(self):
        session = self.session(self.name)
        reply = session.request("HISTORY 20")
        return [line.split()[2] for line in re.findall(
            r"(?m)^200-entry (.*)$", reply.raw if isinstance(reply.raw, str)
            else reply.raw.decode())][:-2]

    def notes(self):
        return sorted(os.listdir(self.state))

    def play(self, typed, *more, code=0):
        kiosk = Kiosk(self, *more)
        kiosk.type(self.login + typed)
        ended, said = kiosk.ends()
        self.assertEqual(ended, code, said)
        return said

    def next_start(self, *more):
        """A kiosk without a customer: what it says until it ends."""
        kiosk = Kiosk(self, *more)
        kiosk.wait("ID: ")
        return kiosk.ends()[1]


class HandsOut(Machine):
    def test_arguments_and_environment(self):
        out = self.bank.path("out")
        said = self.play("retiro 90\n", self.script(
            "{ echo \"$@\"; env; cat; ls /proc/self/fd; } >%s\n" % out))
        self.assertIn(SUCCESS, said)
        self.assertIn(TAKE, said)
        with open(out) as f:
            text = f.read().splitlines()
        self.assertEqual(text[0], "90.00 20x2 50x1")
        names = {line.split("=")[0] for line in text[1:] if "=" in line}
        self.assertLessEqual(
            names, {"PATH", "LANG", "HOME", "PWD", "SHLVL", "_", "OLDPWD"})
        self.assertEqual(self.checking(), 910)
        self.assertEqual(self.notes(), [])

    def test_simulated(self):
        said = self.play("retiro 40\nwithdraw 20\n")
        self.assertEqual(said.count(SUCCESS), 2)
        self.assertNotIn(TAKE, said)
        self.assertEqual(self.checking(), 940)
        self.assertEqual(self.notes(), [])

    def test_the_words_of_the_spanish_document(self):
        """234444 -> 236666 -> 234444, at a machine that only simulates."""
        served = self.fresh(start=False)
        served.write("balance", "ana 0 234444\n")
        served.write("password", "ana 1234\n")
        served.start()
        for words in (("consulta", "deposito", "retiro", "salir"),
                      ("CONSULTAR", "Depositar", "RETIRAR", "Salir")):
            ask, put, take, leave = words
            result = served.plain("ana\n1234\n%s\n" % "\n".join(
                (ask, put + " 2222", ask, take + " 2222", ask, leave)))
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertEqual(
                re.findall(r"checking account balance: (\S+)", result.stdout),
                ["234444.00", "236666.00", "234444.00", "234444.00"])
            self.assertEqual(result.stdout.count(SUCCESS), 2)

    def test_what_the_notes_make(self):
        """The menu's item always; a word where there is a machine."""
        said = self.play("5\n2\n30\n5\n2\n5\n3\n", "plain.menu=full")
        self.assertIn("this machine can't make that amount\n"
                      "The nearest amounts are $20.00 and $40.00.", said)
        self.assertIn("The smallest amount is $20.00.", said)
        said = self.play("retiro 30\nretiro 20.50\n", self.script("exit 0\n"))
        self.assertEqual(said.count("make that amount"), 2)
        self.assertEqual(self.checking(), 1000)

    def test_refused_by_the_bank(self):
        said = self.play("retiro 2000\n", self.script("exit 0\n"))
        self.assertIn("does not have enough funds", said)
        self.assertNotIn(TAKE, said)
        self.assertEqual(self.notes(), [])

    def test_the_link_is_cut_in_between(self):
        """Before the request, after it, and before the answer."""
        count = self.bank.path("count-" + self.name)
        command = self.script("echo x >>%s\n" % count)
        for number, cut in enumerate(
                ((1, CUT_BEFORE), (1, CUT_AFTER), (2, CUT_BEFORE))):
            seen = []

            def decide(link, way, record, kind, size):
                if link == 0 and way == "up" and size == wire.RECORD_OF_S:
                    seen.append(way)
                    return cut[1] if cut[0] == 1 else PASS
                if link == 0 and way == "down" and seen and cut[0] == 2:
                    return CUT_BEFORE
                return PASS
            with Proxy(self.bank.address, self.bank.port, decide) as proxy:
                kiosk = Kiosk(self, command, port=proxy.port)
                kiosk.type(self.login + "retiro 20\n")
                said = kiosk.ends()[1]
                self.assertGreater(len(proxy.links), 1)
            self.assertEqual(said.count(SUCCESS), 1, said)
            self.assertEqual(self.checking(), 1000 - 20 * (number + 1))
        with open(count) as f:
            self.assertEqual(f.read(), "x\nx\nx\n")


class Stock(Machine):
    def stock(self):
        with open(os.path.join(self.state, "stock")) as f:
            return f.read()

    def test_counted_and_low(self):
        said = self.play("retiro 90\nretiro 40\n", "cash.stock=10 5",
                         "cash.low=7")
        self.assertEqual(self.stock(), "20 6\n50 4\n")
        self.assertEqual(len(re.findall(r"cash_low note=20", said)), 1, said)
        self.assertIn("cash_low note=20 left=6", said)
        self.assertIn("cash_low note=50 left=5", said)
        # Removed: refilled.
        os.remove(os.path.join(self.state, "stock"))
        self.play("retiro 20\n", "cash.stock=10 5", "cash.low=7")
        self.assertEqual(self.stock(), "20 9\n50 5\n")

    def test_nothing_left(self):
        options = ("cash.stock=1 1", "cash.low=0")
        said = self.play("retiro 20\nretiro 20\nretiro 50\nretiro 50\n",
                         *options)
        self.assertEqual(said.count(SUCCESS), 2)
        self.assertIn("The smallest amount is $50.00.", said)
        self.assertIn("The machine has no notes now", said)
        self.assertEqual(self.checking(), 930)

    def test_put_back_when_none_came(self):
        self.play("retiro 90\n", "cash.stock=10 5", self.script("exit 1\n"))
        self.assertEqual(self.stock(), "20 10\n50 5\n")

    def test_a_damaged_file_is_an_empty_machine(self):
        with open(os.path.join(self.state, "stock"), "w") as f:
            f.write("20 many\n")
        said = self.play("retiro 20\n", "cash.stock=10 5")
        self.assertIn("The machine has no notes now", said)
        self.assertIn("cash_stock", said)
        self.assertEqual(self.stock(), "20 many\n")

    def test_a_wrong_configuration(self):
        for option in ("cash.stock=10", "cash.notes=20 x", "cash.notes=0"):
            self.assertIn("cash.", self.play("", option, code=78))


class Fails(Machine):
    def test_reversed_at_once(self):
        for status in (1, 3, 127):
            said = self.play("retiro 40\nconsulta\n",
                             self.script("exit %d\n" % status))
            self.assertNotIn(SUCCESS, said)
            self.assertIn(FAILED, said)
            self.assertIn(TAKEN_BACK, said)
            self.assertRegex(said, r"Reference \d+")
            self.assertIn("checking account balance: 1000.00", said)
            self.assertEqual(self.notes(), [])
        self.assertEqual(self.kinds(), ["reversal", "withdraw"] * 3)

    def test_no_such_command(self):
        said = self.play("retiro 40\n", "cash.dispense=/nonexistent/machine")
        self.assertIn(TAKEN_BACK, said)
        self.assertEqual(self.checking(), 1000)

    def test_killed_or_not_known(self):
        """Nobody can tell whether notes came: the operator's."""
        for number, how in enumerate(("kill -9 $$\n", "exit 74\n")):
            said = self.play("retiro 40\n", self.script(how))
            self.assertIn(UNCLEAR, said)
            self.assertIn(ASK_THE_BANK, said)
            self.assertNotIn(TAKEN_BACK, said)
            line = re.search(r"reconcile .*", said)[0]
            for part in ("id=" + self.name, "account=2", "amount=40.00",
                         "notes=\"40.00 20x2\"", "kiosk=kiosk-1"):
                self.assertIn(part, line)
            self.assertRegex(line, r"txid=[0-9a-f]{32}")
            self.assertRegex(line, r'booked="\d+ 20\S+Z"')
            self.assertEqual(self.checking(), 960 - 40 * number)
            self.assertEqual(len(glob.glob(self.state + "/reconcile.*")),
                             number + 1)

    def test_not_taken_back(self):
        """The bank's window is closed."""
        served = self.fresh(limits_reversal_window=0)
        mine, type(self).bank = self.bank, served
        try:
            kiosk = Kiosk(self, self.held(1))
            kiosk.type("chris\ncanary-chris\nretiro 40\n")
            self.wait_running()
            session = self.session("fey")
            # The window is one of whole seconds of the bank's clock.
            first = session.request("1 %s 1 joe 1" % session.txid())["time"]
            wait_for("a second", lambda: session.request(
                "1 %s 1 joe 1" % session.txid())["time"] > first, every=0.2)
            self.let_go()
            kiosk.wait(FAILED)
            kiosk.wait(ASK_THE_BANK)
            kiosk.ends()
            self.assertEqual(served.lines()["chris"][1], "960")
            self.assertEqual(len(glob.glob(self.state + "/reconcile.*")), 1)
        finally:
            type(self).bank = mine

    def test_the_session_is_gone_meanwhile(self):
        """The vault has died while the command ran: taken back without it."""
        kiosk = Kiosk(self, self.held(1))
        kiosk.type(self.login + "retiro 40\n")
        self.wait_running()
        self.bank.kill_child("vault")
        kiosk.wait("link_lost|$")
        self.let_go()
        kiosk.wait(FAILED)
        kiosk.wait("%s|%s" % (GOES_BACK, TAKEN_BACK))
        kiosk.ends()
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.notes(), [])

    def test_the_link_is_cut_under_the_reversal(self):
        seen = []

        def decide(link, way, record, kind, size):
            if way == "up" and size == wire.RECORD_OF_S:
                seen.append(link)
                if len(seen) == 2:
                    return CUT_AFTER
            return PASS
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            kiosk = Kiosk(self, self.script("exit 1\n"), port=proxy.port)
            kiosk.type(self.login + "retiro 40\n")
            said = kiosk.ends()[1]
        self.assertIn(TAKEN_BACK, said)
        self.assertEqual(self.kinds(), ["reversal", "withdraw"])
        self.assertEqual(self.notes(), [])


class Crashes(Machine):
    def swallow_answer(self):
        """The bank has booked, and the kiosk doesn't know."""
        seen = []

        def decide(link, way, record, kind, size):
            if way == "up" and size == wire.RECORD_OF_S:
                seen.append(link)
            return SWALLOW if way == "down" and seen else PASS
        return decide

    def killed_before_the_command(self, decide, balance):
        touched = self.bank.path("touched-" + self.name)
        command = self.script("touch %s\n" % touched)
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            kiosk = Kiosk(self, command, port=proxy.port)
            kiosk.type(self.login + "retiro 40\n")
            wait_for("the note", self.notes)
            wait_for("the booking", lambda: self.checking() == balance)
            kiosk.kill()
        self.assertFalse(os.path.exists(touched))
        self.assertRegex(self.notes()[0], "^[0-9a-f]{32}$")
        return os.path.join(self.state, self.notes()[0])

    def test_before_the_answer(self):
        self.killed_before_the_command(self.swallow_answer(), 960)
        said = self.next_start()
        self.assertIn("withdrawal_taken_back id=" + self.name, said)
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.kinds(), ["reversal", "withdraw"])
        self.assertEqual(self.notes(), [])
        self.assertNotIn("withdrawal_taken_back", self.next_start())

    def test_when_it_knew(self):
        path = self.killed_before_the_command(self.swallow_answer(), 960)
        with open(path, "a") as f:
            f.write("booked 1 2026-11-21T07:00:00Z\nrunn")
        self.next_start()
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.notes(), [])

    def test_when_the_command_had_failed(self):
        path = self.killed_before_the_command(self.swallow_answer(), 960)
        with open(path, "a") as f:
            f.write("booked 1 2026-11-21T07:00:00Z\nrunning 40.00 20x2\n"
                    "failed\n")
        self.next_start()
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.notes(), [])

    def test_when_all_was_done(self):
        path = self.killed_before_the_command(self.swallow_answer(), 960)
        with open(path, "a") as f:
            f.write("booked 1 2026-11-21T07:00:00Z\nrunning 40.00 20x2\n"
                    "done\n")
        self.next_start()
        self.assertEqual(self.checking(), 960)
        self.assertEqual(self.notes(), [])

    def test_a_note_that_comes_back(self):
        """Its name went unsynced, and the power with it: no case for an
        operator, as what it says last was synced before."""
        kept = self.bank.path("kept-" + self.name)
        kiosk = Kiosk(self, self.held(0))
        kiosk.type(self.login + "retiro 40\n")
        self.wait_running()
        note = os.path.join(self.state, self.notes()[0])
        os.link(note, kept)
        self.let_go()
        kiosk.wait(TAKE)
        kiosk.ends()
        self.assertEqual(self.notes(), [])
        os.rename(kept, note)
        said = self.next_start()
        self.assertNotIn("reconcile", said)
        self.assertNotIn("withdrawal_taken_back", said)
        self.assertEqual(self.checking(), 960)
        self.assertEqual(self.notes(), [])

    def test_booked_and_unknown_to_the_bank(self):
        """That can't be: no 404 settles it."""
        path = self.killed_before_the_command(
            lambda link, way, record, kind, size: SWALLOW if way == "up"
            and size == wire.RECORD_OF_S else PASS, 1000)
        with open(path, "a") as f:
            f.write("booked 1 2026-11-21T07:00:00Z\n")
        said = self.next_start()
        self.assertRegex(said, "reconcile .*why=\"not taken back: 404")
        self.assertNotIn("withdrawal_taken_back", said)
        self.assertRegex(self.notes()[0], r"^reconcile\.[0-9a-f]{32}$")

    def test_never_booked(self):
        """The request is lost: nothing to take back, and it can't come."""
        self.killed_before_the_command(
            lambda link, way, record, kind, size: SWALLOW if way == "up"
            and size == wire.RECORD_OF_S else PASS, 1000)
        txid = self.notes()[0]
        said = self.next_start()
        self.assertIn("withdrawal_taken_back", said)
        self.assertEqual(self.notes(), [])
        late = self.session(self.name, kiosk=self.bank.kiosk())
        self.assertEqual(late.request("WITHDRAW %s 2 40" % txid).code, 409)
        self.assertEqual(self.checking(), 1000)

    def test_at_the_customers_next_login(self):
        """A kiosk that ran on while another process of it died."""
        waiting = Kiosk(self)
        waiting.wait("ID: ")
        self.killed_before_the_command(self.swallow_answer(), 960)
        waiting.type(self.login).wait("ID and password are correct")
        waiting.ends()
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.notes(), [])

    def test_while_the_bank_is_away(self):
        self.killed_before_the_command(self.swallow_answer(), 960)
        port = self.bank.port
        self.bank.stop()
        kiosk = Kiosk(self, port=port)
        self.bank.set(listen_port=port)
        try:
            self.bank.start()
        finally:
            self.bank.set(listen_port=0)
        kiosk.wait("withdrawal_taken_back")
        kiosk.ends()
        self.assertEqual(self.checking(), 1000)

    def test_of_another_kiosk(self):
        """A note of another name is left to whoever has that name."""
        path = self.killed_before_the_command(self.swallow_answer(), 960)
        with open(path) as f:
            text = f.read()
        self.assertIn("kiosk kiosk-1\n", text)
        with open(path, "w") as f:
            f.write(text.replace("kiosk kiosk-1", "kiosk kiosk-2"))
        self.assertIn("not_this_kiosks", self.next_start())
        self.assertEqual(self.checking(), 960)
        self.assertEqual(len(self.notes()), 1)

    def test_while_the_command_runs(self):
        """Never taken back by itself, at no start; and it stays."""
        kiosk = Kiosk(self, self.held(0))
        kiosk.type(self.login + "retiro 40\n")
        self.wait_running()
        with open(self.running) as f:
            self.assertEqual(f.read(), "40.00 20x2\n")
        kiosk.kill()
        for _ in range(2):
            said = self.next_start()
            line = re.search(r"reconcile .*", said)[0]
            for part in ("id=" + self.name, "account=2", "amount=40.00",
                         "notes=\"40.00 20x2\"", "kiosk=kiosk-1",
                         "why=\"the kiosk ended while"):
                self.assertIn(part, line)
            self.assertEqual(self.checking(), 960)
            self.assertRegex(self.notes()[0], r"^reconcile\.[0-9a-f]{32}$")
        self.let_go()
        said = self.play("retiro 20\n")
        self.assertIn(SUCCESS, said)
        self.assertEqual(self.kinds(), ["withdraw", "withdraw"])
        os.remove(os.path.join(self.state, self.notes()[0]))
        self.assertNotIn("reconcile", self.next_start())

    def test_the_session_is_lost_with_the_answer(self):
        """The kiosk lives: it tells the truth, and takes back by itself."""
        killed = []

        def decide(link, way, record, kind, size):
            if way == "down" and killed:
                return PASS
            if way == "up" and size == wire.RECORD_OF_S and not killed:
                killed.append(self.bank.kill_child("vault"))
            return PASS
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            kiosk = Kiosk(self, self.script("exit 0\n"), port=proxy.port)
            kiosk.type(self.login + "retiro 40\n")
            said = kiosk.ends()[1]
        self.assertIn("No cash was paid out", said)
        self.assertIn(LOST, said)
        self.assertNotIn(SUCCESS, said)
        self.assertEqual(self.checking(), 1000)
        self.assertEqual(self.notes(), [])

    def test_the_signal_to_end_waits_for_the_command(self):
        kiosk = Kiosk(self, self.held(0))
        kiosk.type(self.login + "retiro 40\n")
        self.wait_running()
        kiosk.process.send_signal(signal.SIGTERM)
        self.let_go()
        kiosk.wait(TAKE)
        self.assertEqual(kiosk.ends()[0], 0)
        self.assertEqual(self.notes(), [])


if __name__ == "__main__":
    unittest.main()
