# SPDX-License-Identifier: ISC
"""What gives out cash and prints receipts, as commands of ours: what the
customer hears of it, and what becomes of the money."""

import glob
import os
import signal
import unittest

from lib import bank, wire
from lib.bank import wait_for
from lib.heard import Heard, Screens
from lib.proxy import CUT_BEFORE, PASS, Proxy


class Devices(Heard):
    def test_receipts(self):
        """Result and statement, to a command and to files."""
        paper = self.bank.path("paper-" + self.name)
        files = self.bank.path("files-" + self.name)
        os.makedirs(files)
        kiosk = Screens(
            self, self.voice(), "receipt.directory=" + files,
            "receipt.command=" + self.script(
                "print", "cat >%s.new; mv %s.new %s\n" % ((paper,) * 3)))
        self.log_in(kiosk)
        kiosk.type("51")
        self.wait(kiosk, "How much would you like to withdraw?")
        kiosk.type("2")
        self.wait(kiosk, "Withdraw $40.00 from your savings account?")
        kiosk.type("\r")
        self.wait(kiosk, "your transaction is successful")
        kiosk.type("1")
        self.wait(kiosk, "Please take your receipt")
        with open(paper) as f:
            text = f.read()
        for part in ("Bank of the Example", "Kiosk: +kiosk-1",
                     "Kind: +withdrawal", "Account: +Savings",
                     r"Amount: +\$40\.00", r"Balance: +\$", "Date: ",
                     "Reference: ", r"Customer: +\*"):
            self.assertRegex(text, part)
        self.assertNotIn(self.name, text)
        os.remove(paper)
        kiosk.type("x")
        self.wait(kiosk, "Please select one")
        kiosk.type("6")
        self.wait(kiosk, "Statement")
        self.wait_for_entries(kiosk)
        kiosk.type("51")
        self.wait(kiosk, "Please take your receipt")
        with open(paper) as f:
            self.assertRegex(f.read(), r"withdrawal +Savings +-40.00")
        names = sorted(os.path.basename(path).split("-")[0]
                       for path in glob.glob(files + "/*"))
        self.assertEqual(names, ["receipt", "statement"])
        for path in glob.glob(files + "/*"):
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def wait_for_entries(self, kiosk):
        wait_for("the entries", lambda: kiosk.drain() or
                 b"-40.00" in kiosk.seen)

    def test_a_printer_that_fails(self):
        kiosk = Screens(self, self.voice(), "receipt.command=/bin/false")
        self.log_in(kiosk)
        kiosk.type("4150\r\r")
        self.wait(kiosk, "your transaction is successful")
        kiosk.type("1")
        self.wait(kiosk, "The receipt could not be printed")

    def test_money_that_does_not_come(self):
        kiosk = Screens(self, self.voice(), "cash.dispense=/bin/false",
                        "receipt.directory=" + self.bank.path("var"))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        said = self.wait(kiosk, "The money is back in your account")
        self.assertIn("The machine could not pay out your cash", said)
        self.assertNotIn("successful", said)
        self.assertEqual(self.checking(), 1000)
        kiosk.type("1")
        self.wait(kiosk, "Please take your receipt")
        paper = glob.glob(self.bank.file("receipt-*"))[0]
        with open(paper) as f:
            self.assertIn("\n\nThe money is back in your account\n", f.read())
        os.remove(paper)
        self.assertEqual(os.listdir(self.state), [])

    def busy(self):
        """A kiosk that hands out money, and the pipe that lets it end."""
        go = self.bank.path("go-" + self.name)
        running = go + ".running"
        os.mkfifo(go)
        kiosk = Screens(self, self.voice(), "cash.dispense=" + self.script(
            "dispense", "touch %s; read answer <%s\n" % (running, go)))
        self.log_in(kiosk)
        self.withdraw(kiosk)
        wait_for("the command", lambda: kiosk.drain() or
                 os.path.exists(running))
        return kiosk, go

    def test_the_session_is_gone_while_the_machine_works(self):
        """Who waits for money is told of it, and then it is over."""
        kiosk, go = self.busy()
        self.bank.kill_child("vault")
        wait_for("the lost link", lambda: kiosk.drain() or
                 b"connection lost" in kiosk.seen)
        with open(go, "w") as f:
            f.write("go\n")
        self.wait(kiosk, "Please take your cash: 2 × $20")
        kiosk.type("x")
        self.wait(kiosk, "press any key or touch the screen")
        self.assertEqual(self.checking(), 960)
        self.assertEqual(os.listdir(self.state), [])

    def lose_the_answer(self, after):
        """A withdrawal whose answer never comes, and the session with it:
        the vault dies when the bank has (`after`) or hasn't read it."""
        handed = self.bank.path("handed-" + self.name)
        asked = []

        def decide(link, way, count, kind, size):
            if link == 0 and self.asking and not asked and (
                    way == ("down" if after else "up")) and (
                    after or size == wire.RECORD_OF_S):
                asked.append(way)
                self.bank.kill_child("vault")
                return CUT_BEFORE
            return PASS
        self.asking = False
        with Proxy(self.bank.address, self.bank.port, decide) as proxy:
            kiosk = Screens(self, self.voice(), "cash.dispense=" +
                            self.script("dispense", "touch %s\n" % handed),
                            port=proxy.port)
            self.log_in(kiosk)
            kiosk.type("52")
            self.wait(kiosk, "How much would you like to withdraw?")
            kiosk.type("2")
            self.wait(kiosk, "Withdraw $40.00 from your checking account?")
            self.asking = True
            kiosk.type("\r")
            said = self.wait(
                kiosk, "The connection was lost. Any charge will be reversed.")
            self.assertIn("No cash was paid out", said)
            self.assertNotIn("successful", said)
            # Without the customer, by V: it is the kiosk's word.
            wait_for("the reversal", lambda: kiosk.drain() or
                     os.listdir(self.state) == [])
            kiosk.type("x")
            self.wait(kiosk, "press any key or touch the screen")
        self.assertTrue(asked)
        self.assertFalse(os.path.exists(handed))
        self.assertEqual(self.checking(), 1000)

    def kinds(self):
        return [line.split(" ")[2] for line in self.session(
            self.name).request("HISTORY 9").all("entry")]

    def test_the_session_is_lost_with_the_request(self):
        self.lose_the_answer(after=False)
        self.assertNotIn("withdraw", self.kinds())

    def test_the_session_is_lost_with_the_answer(self):
        """It was booked: it is taken back, once."""
        self.lose_the_answer(after=True)
        self.assertEqual(self.kinds().count("withdraw"), 1)
        self.assertEqual(self.kinds().count("reversal"), 1)

    def test_the_signal_to_end_waits_for_the_machine(self):
        kiosk, go = self.busy()
        os.kill(kiosk.pid, signal.SIGTERM)
        with open(go, "w") as f:
            f.write("go\n")
        wait_for("its end", lambda: kiosk.drain() or not bank.alive(kiosk.pid))
        self.assertEqual(os.listdir(self.state), [])
        self.assertEqual(self.checking(), 960)


if __name__ == "__main__":
    unittest.main()
