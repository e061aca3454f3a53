# SPDX-License-Identifier: ISC
"""The bank's day (bankctl(8)): what a model makes of the journal's rows, in the
same words however often it is asked for, and signed with the bank's key."""

import csv
import datetime
import io
import json
import os
import re
import shutil
import unittest
import zoneinfo
from decimal import Decimal

from lib import bank, faults, wire
from lib.bank import run
from lib.case import Operator

EX_USAGE, EX_DATAERR, EX_NOINPUT = 64, 65, 66
DAY = 86400
ZONE = "Asia/Kolkata"


class Day(Operator):
    """A bank whose clock was days behind while its entries were made."""

    options = {"bank_time_zone": ZONE}
    start_bank = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        faulty = faults.Faulty("bankd", cls.bank.path("var"))
        cls.bank.program = faulty.program
        with open(cls.bank.config) as f:
            text = f.read()
        with open(cls.bank.config, "w") as f:
            f.write(text.replace(
                "[bank]\n", "[bank]\ntime_zone = %s\n" % ZONE))
        # What init noted is of today.
        for name in os.listdir(cls.bank.path("var")):
            path = cls.bank.path("var", name)
            if name.startswith("bank.db"):
                os.unlink(path)
            elif name == "journal":
                shutil.rmtree(path)
        faulty.clock(-3 * DAY)
        cls.bank.start()
        first = cls.bank.atm_config()["kiosk"]
        cls.bank.ctl("kiosk", "add", "--cash", "--key", os.path.join(
            cls.bank.path("etc"), first["key"].strip('"')),
            first["name"].strip('"'))
        key = cls.bank.path("kiosk-2.key")
        cls.bank.ctl("kiosk", "add", "--cash", "--key", key, "kiosk-2")
        kiosks = [cls.bank.kiosk(), wire.Kiosk.load("kiosk-2", key)]
        for behind in (3, 2, 2, 0):
            faulty.clock(-behind * DAY)
            for kiosk in kiosks[:1 + (behind != 3)]:
                cls.visit(kiosk, behind)
        rows = cls.bank.ctl_json("history", "chris", "--kind", "withdraw")
        cls.bank.ctl("reverse", rows[0]["seq"])
        cls.bank.ctl("adjust", "fey", "2", "-1", "--reason", "count")
        cls.bank.program = bank.BANKD

    def setUp(self):
        self.rows = self.bank.ctl_json("journal", "--limit", "1000")[::-1]

    @classmethod
    def visit(cls, kiosk, behind):
        atm = cls.bank.session("chris", kiosk=kiosk)
        for line in ("WITHDRAW %s 1 40", "DEPOSIT %%s 2 %d0" % (behind + 1)):
            reply = atm.request(line % atm.txid())
            if reply.code != 200:
                raise AssertionError(reply.said())
        atm.transfer(1, "fey", "12.34")
        atm.transfer(1, "chris", "5", 2)
        atm.exit()
        atm.close()

    def date(self, row):
        when = datetime.datetime.fromisoformat(
            row["time"].replace("Z", "+00:00"))
        return when.astimezone(zoneinfo.ZoneInfo(ZONE)).date().isoformat()

    def dates(self):
        return sorted({self.date(row) for row in self.rows})

    def model(self, date):
        """{account: (opening, {kind: [entries, in, out]}, closing)}."""
        found = {"bank": [Decimal(0), {}, Decimal(0)],
                 ":cash": [Decimal(0), {}, Decimal(0)]}

        def book(name, row, received, paid):
            line = found.setdefault(name, [Decimal(0), {}, Decimal(0)])
            if self.date(row) < date:
                line[0] += received - paid
            if self.date(row) <= date:
                line[2] += received - paid
            if self.date(row) == date:
                kind = line[1].setdefault(
                    row["kind"], [0, Decimal(0), Decimal(0)])
                kind[0] += 1
                kind[1] += received
                kind[2] += paid

        for row in self.rows:
            amount = Decimal(row["amount"])
            if self.date(row) > date:
                break
            own = [row[side].startswith(":") for side in ("from", "to")]
            if own != [True, True]:
                book("bank", row, 0 if own[1] else amount,
                     0 if own[0] else amount)
            for side, received, paid in (("from", amount, 0),
                                         ("to", 0, amount)):
                if not row[side].startswith(":"):
                    continue
                book(row[side], row, received, paid)
                if row[side].startswith(":cash/"):
                    book(":cash", row, received, paid)
        return {name: tuple(line) for name, line in found.items()}

    def told(self, date, *words):
        day = json.loads(self.bank.ctl("day", date, "--format", "json",
                                       *words).stdout)[0]
        return day, {line["account"]: (
            Decimal(line["opening"]),
            {kind["kind"]: [kind["entries"], Decimal(kind["in"]),
                            Decimal(kind["out"])] for kind in line["kinds"]},
            Decimal(line["closing"])) for line in day["accounts"]}

    def test_model(self):
        self.assertGreaterEqual(len(self.dates()), 3)
        for date in self.dates():
            day, told = self.told(date)
            self.assertEqual(told, self.model(date), date)
            own = [row for row in self.rows if self.date(row) == date]
            self.assertEqual(
                (day["first"], day["last"], day["entries"]),
                (int(own[0]["seq"]), int(own[-1]["seq"]), len(own)))
            self.assertTrue(day["from"].startswith(date + "T00:00:00+05:30"))
            self.assertTrue(day["over"] or date not in self.dates()[:2])
            self.bank.ctl("verify", "--head", day["head"])
            self.assertEqual(told["bank"][2], sum(
                line[2] for name, line in told.items()
                if name not in ("bank", ":cash")))

    def test_days_follow(self):
        closing = None
        for date in self.dates():
            _, told = self.told(date)
            if closing is not None:
                for name, line in closing.items():
                    self.assertEqual(line[2], told[name][0], name)
            closing = told
        accounts = {row["id"]: Decimal(row["savings"])
                    for row in self.bank.ctl_json("accounts")}
        for name, line in closing.items():
            if name in accounts:
                self.assertEqual(line[2], -accounts[name], name)

    def test_no_entries(self):
        for date in ("2020-02-29", "today"):
            day, told = self.told(date)
            if date == "2020-02-29":
                self.assertEqual(day["head"], None)
                self.assertEqual((day["first"], day["last"]), (None, None))
                self.assertEqual(set(told), {"bank", ":cash"})

    def test_csv(self):
        for date in self.dates():
            text = self.bank.ctl("day", date, "--format", "csv").stdout
            wanted = self.model(date)
            for row in csv.DictReader(io.StringIO(text, newline="")):
                opening, kinds, closing = wanted[row["account"]]
                if row["kind"] in kinds:
                    self.assertEqual(kinds[row["kind"]], [
                        int(row["entries"]), Decimal(row["in"]),
                        Decimal(row["out"])])
                else:
                    self.assertEqual(
                        {"opening": opening, "closing": closing}[row["kind"]],
                        Decimal(row["balance"]))
                self.assertEqual(row["day"], date)

    def test_page(self):
        text = self.bank.ctl("day", self.dates()[0]).stdout
        self.assertLessEqual(max(map(len, text.split("\n"))), 86)
        for amount in [line[2] for line in self.model(
                self.dates()[0]).values()]:
            self.assertIn(format(amount, ",.2f"), text)

    def through_the_bank(self, form, date):
        return self.told_over_the_socket(
            "day %s Bank\\sof\\sthe\\sExample %s" % (form, date))

    def test_always_the_same(self):
        date = self.dates()[0]
        for form in ("text", "csv", "json"):
            before = self.bank.ctl("day", date, "--format", form).stdout
            self.assertEqual(self.through_the_bank(
                form, date).replace("\r", ""), before.replace("\r", ""))
            self.bank.ctl("deposit", "joe", "1", "1", "--reason", "later")
            self.addCleanup(self.bank.ctl, "adjust", "joe", "1", "-1",
                            "--reason", "later")
            self.bank.restart()
            self.assertEqual(
                self.bank.ctl("day", date, "--format", form).stdout, before)
        self.bank.stop()
        self.addCleanup(self.bank.start)
        self.assertEqual(
            self.bank.ctl("day", date, "--format", "json").stdout, before)

    def openssl(self, path):
        """What the page says, as it is printed; of another file."""
        with open(os.path.join(bank.TOP, "man", "bankctl.8")) as f:
            shown = re.search(
                r"(?s)can prove a signed day:\n\.Bd[^\n]*\n(.*?)\n\.Ed",
                f.read())[1]
        commands = re.sub(r"(?m)^\$ ", "", shown).replace("\\e\n", "\\\n")
        self.assertNotRegex(commands, r"(?m)^\.|\\\S")
        self.assertEqual(commands.count("2026-11-28.csv"), 2, commands)
        place = os.path.dirname(path)
        shutil.copy(self.bank.path("etc", "bank.crt"), place)
        return run("sh", "-ec", commands.replace(
            "2026-11-28.csv", os.path.basename(path)), cwd=place)

    def test_signed(self):
        place = self.bank.path("days")
        os.mkdir(place)
        self.addCleanup(shutil.rmtree, place)
        date = self.dates()[0]
        for form, ending in (("text", "txt"), ("csv", "csv"),
                             ("json", "json")):
            path = os.path.join(place, "%s.%s" % (date, ending))
            said = self.bank.ctl("day", date, "--format", form,
                                 "--sign", place).stdout
            self.assertEqual(said.split(), [path, path + ".sig"])
            self.assertEqual(self.openssl(path).stdout, "Verified OK\n")
            again = self.bank.ctl("day", date, "--format", form, "--sign",
                                  place)
            self.assertEqual(again.stdout, "")
            self.assertIn(path + " was signed before", again.stderr)
            with open(path, newline="") as f:
                text = f.read()
            self.assertEqual(text.replace("\r", ""), self.bank.ctl(
                "day", date, "--format", form).stdout.replace("\r", ""))
            with open(path, "a") as f:
                f.write(" ")
            self.assertNotEqual(self.openssl(path).returncode, 0)
            self.refused(EX_DATAERR, "left as it is", "day", date, "--format",
                         form, "--sign", place)

    def test_missing_days(self):
        place = self.bank.path("missing")
        os.mkdir(place)
        self.addCleanup(shutil.rmtree, place)
        self.bank.ctl("day", "--sign", place)
        self.assertEqual(len(os.listdir(place)), 2)     # the newest alone
        newest = min(os.listdir(place))[:10]
        shutil.rmtree(place)
        os.mkdir(place)
        before = datetime.date.fromisoformat(newest) - datetime.timedelta(4)
        self.bank.ctl("day", before.isoformat(), "--sign", place)
        self.bank.ctl("day", "--sign", place)
        self.assertEqual(
            sorted(name for name in os.listdir(place)
                   if name.endswith(".txt")),
            [(before + datetime.timedelta(i)).isoformat() + ".txt"
             for i in range(5)])
        said = self.bank.ctl("day", "--sign", place)
        self.assertEqual(said.stdout + said.stderr, "")


class Refused(Operator):
    def test_refused(self):
        self.refused(EX_DATAERR, "not over", "day", "today", "--sign", "/tmp")
        self.refused(EX_DATAERR, "a day is", "day", "2026-02-30")
        self.refused(EX_USAGE, "usage", "day", "--format", "html")
        self.refused(EX_USAGE, "usage", "day", "today", "today")
        self.refused(EX_NOINPUT, "/nowhere", "day", "2020-01-01", "--sign",
                     self.bank.directory, "--key", "/nowhere")


if __name__ == "__main__":
    unittest.main()
