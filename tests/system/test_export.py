# SPDX-License-Identifier: ISC
"""Exports: CSV, hledger and OFX agree with the books, and with the programs
that read them (bankctl(8))."""

import csv
import datetime
import html
import io
import os
import re
import shutil
import socket
import unittest
import zoneinfo
from decimal import Decimal
from xml.etree import ElementTree

from lib import bank
from lib.bank import run
from lib.case import Operator

EX_USAGE, EX_DATAERR = 64, 65


class Export(Operator):
    people = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.bank.close)
        test = cls("test_csv")
        atm = cls.bank.session("chris", kiosk=cls.bank.kiosk())
        for line in ("WITHDRAW %s 1 40", "DEPOSIT %s 2 60"):
            test.assertEqual(atm.request(line % atm.txid()).code, 200, line)
        test.assertEqual(atm.transfer(1, "fey", "12.34").code, 200)
        test.assertEqual(atm.transfer(1, "chris", "5", 2).code, 200)
        atm.exit()
        atm.close()
        rows = cls.bank.ctl_json("history", "chris")
        cls.bank.ctl("reverse", [row["seq"] for row in rows
                                 if row["kind"] == "withdraw"][0])
        cls.bank.ctl("adjust", "fey", "2", "-1", "--reason", "<&>")

    def export(self, *words):
        return self.bank.ctl("export", *words).stdout

    def accounts(self):
        return {(row["id"], account): Decimal(row[account])
                for row in self.bank.ctl_json("accounts")
                for account in ("savings", "checking")}

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.export(), newline="")))
        self.assertEqual([int(row["seq"]) for row in rows],
                         list(range(1, len(rows) + 1)))
        sums = dict.fromkeys(self.accounts(), Decimal(0))
        for row in rows:
            sums[row["from"], row["from_account"]] -= Decimal(row["amount"])
            sums[row["to"], row["to_account"]] += Decimal(row["amount"])
        self.assertEqual(sums, self.accounts())
        own = list(csv.DictReader(io.StringIO(
            self.export("chris", "--format", "csv"), newline="")))
        self.assertEqual(own, [row for row in rows if "chris" in (
            row["from"], row["to"])])

    def hledger(self, text, *words):
        program = shutil.which("hledger")
        if not program:
            self.skipTest("hledger is not installed")
        result = run(program, "-f", "-", *words, input=text,
                     env={"LC_ALL": "C.UTF-8"})
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_hledger(self):
        for words in ((), ("chris",)):
            text = self.export("--format", "hledger", *words)
            self.hledger(text, "check", "--strict")
            self.hledger(text, "-s", "balance")
            told = {}
            for row in csv.DictReader(io.StringIO(self.hledger(
                    text, "balance", "-O", "csv", "--flat", "-E"))):
                told[row["account"]] = Decimal(row["balance"])
            self.assertEqual(told.pop("total", Decimal(0)), 0)
            self.assertEqual(sum(told.values()), 0)
            for (name, account), cents in self.accounts().items():
                full = "customer:%s:%s" % (name, account)
                if not name.startswith(":") and name in (words or (name,)):
                    self.assertEqual(told.get(full, 0), cents, full)
        self.assertEqual(told["customer:chris:savings"],
                         self.accounts()["chris", "savings"])

    def test_who_and_why(self):
        """Of what an operator did, each format says both."""
        atm = self.bank.session("joe", kiosk=self.bank.kiosk())
        self.assertEqual(atm.transfer(1, "fey", "3", memo="rent").code, 200)
        atm.exit()
        atm.close()
        self.bank.ctl("deposit", "joe", "1", "7", "--reason", "count <27>, x")
        seq = self.bank.ctl_json("history", "joe", "1")[0]["seq"]
        words = "adjustment: count <27>, x, by " + bank.ME
        row = list(csv.DictReader(io.StringIO(self.export("joe"),
                                              newline="")))[-1]
        self.assertEqual((row["seq"], row["by"], row["reason"]),
                         (seq, bank.ME, "count <27>, x"))
        memos = dict(re.findall("<FITID>([^<]*)</FITID>.*?<MEMO>([^<]*)<",
                                self.export("joe", "--format", "ofx")))
        self.assertEqual(html.unescape(memos[seq]), words)
        self.assertIn("rent", memos.values())
        tree = self.checked("joe")
        space = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
        notes = {node.findtext(space + "NtryRef"):
                 node.findtext(space + "AddtlNtryInf")
                 for node in tree.iter(space + "Ntry")}
        self.assertEqual(notes[seq], words)
        text = self.export("joe", "--format", "hledger")
        self.assertRegex(
            text, r"\(%s\) adjust  ; time: \S+\n    ; by: %s\n"
            r"    ; reason: count <27>; x\n" % (seq, bank.ME))
        self.assertIn("    ; memo: rent\n", text)
        found = self.hledger(text, "print", "tag:by=^%s$" % bank.ME,
                             "tag:reason=count")
        self.assertIn("(%s)" % seq, found)
        self.assertNotIn("transfer", found)

    def test_the_customer_s_statement(self):
        self.bank.ctl("adjust", "joe", "1", "-1", "--reason",
                      "cash count 27 Nov")
        atm = self.bank.session("joe")
        reply = atm.request("HISTORY 1")
        seq = reply["entry"].split()[0]
        self.assertEqual(reply["reason"], seq + " cash count 27 Nov")
        atm.exit()
        atm.close()
        said = self.bank.plain("joe\n%s\nstatement\n\n3\n" %
                               bank.DEMO["joe"]).stdout
        self.assertRegex(said, r"%s adjustment .*  cash count 27 Nov" % seq)

    def test_one_customers_names_no_others(self):
        """But those in its entries."""
        text = self.export("fey", "--format", "hledger")
        self.assertNotIn("joe", text)
        declared = re.findall(r"(?m)^account (.*)$", text)
        self.assertEqual(len(declared), len(set(declared)))
        self.assertEqual(set(declared), set(re.findall(
            r"(?m)^    ([^\s;]+)", text)))

    def days(self):
        """Of each entry, by its number: what the three formats say, as
        [(date, hour, minutes from UTC), ...]."""
        found = {}
        for row in csv.DictReader(io.StringIO(self.export(), newline="")):
            when = datetime.datetime.fromisoformat(
                row["time"].replace("Z", "+00:00"))
            found[row["seq"]] = [when]
        text = self.export("--format", "hledger")
        for date, seq, time in re.findall(
                r"(?m)^(\S+) \((\d+)\) \w+  ; time: ([^\s,]+)", text):
            found[seq].append(datetime.datetime.fromisoformat(
                date + time[10:].replace("Z", "+00:00")))
        for posted, seq in re.findall(
                "<DTPOSTED>([^<]*)</DTPOSTED>.*?<FITID>([^<]*)",
                self.export("--format", "ofx")):
            digits, hours = re.fullmatch(
                r"(\d{14})\.000\[([-+]?[\d.]+)(?::[A-Za-z]+)?\]",
                posted).groups()
            zone = datetime.timezone(
                datetime.timedelta(hours=float(hours)))
            found[seq].append(datetime.datetime.strptime(
                digits, "%Y%m%d%H%M%S").replace(tzinfo=zone))
        return {seq: [(when.isoformat(), when.utcoffset())
                      for when in times] for seq, times in found.items()}

    def test_days(self):
        """At any time there is another day in one of the first two."""
        self.addCleanup(self.bank.restart, bank_time_zone="UTC")
        before = self.days()
        for name in ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata",
                     "Europe/Berlin", "America/St_Johns", "UTC"):
            try:
                zone = zoneinfo.ZoneInfo(name)
            except zoneinfo.ZoneInfoNotFoundError:
                self.skipTest("tzdata is not installed")
            self.bank.restart(bank_time_zone=name)
            with open(self.bank.config) as f:
                text = f.read()
            with open(self.bank.config, "w") as f:
                f.write(re.sub(r"(?m)^time_zone.*\n", "", text).replace(
                    "[bank]\n", "[bank]\ntime_zone = %s\n" % name))
            days = self.days()
            self.assertEqual(set(days), set(before))
            for seq, told in days.items():
                utc = datetime.datetime.fromisoformat(before[seq][0][0])
                local = utc.astimezone(zone)
                self.assertEqual(
                    set(told), {(local.isoformat(), local.utcoffset())})
                self.assertGreaterEqual(len(told), 2)
            # By the bank that runs, too: its vault reads no file then.
            answer = self.through_the_bank("hledger")
            self.assertEqual(answer, self.export("--format", "hledger"))
            self.hledger(answer, "check", "--strict")

    def through_the_bank(self, form):
        """What a member of control_group is given."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.bank.path("var", "control"))
            s.sendall(("export %s Bank XXX\n" % form).encode())
            s.shutdown(socket.SHUT_WR)
            with s.makefile() as f:
                lines = f.read().split("\n")
        self.assertEqual(lines[-2:], [". 0", ""])
        return "".join(line[2:].replace("\\n", "\n") for line in lines
                       if line.startswith("+ "))

    def test_a_zone_that_is_none(self):
        served = self.fresh(start=False)
        for name in ("Nowhere/Atall", "Europe", "../zoneinfo/UTC", "zone.tab",
                     "/usr/share/zoneinfo/UTC"):
            served.set(bank_time_zone=name)
            code, said = served.fails()
            self.assertEqual(code, 78, said)
            self.assertIn("no time zone " + name, said)
        with open(served.config, "a") as f:
            f.write("\n[bank]\ntime_zone = Nowhere/Atall\n")
        self.refused(78, "no time zone", "export", served=served)
        result = run(bank.BANKD, "-t", "-c", served.config)
        self.assertEqual(result.returncode, 78)
        self.assertIn("no time zone Nowhere/Atall", result.stderr)

    def fitids(self, text):
        found = {}
        for part in text.split("<STMTRS>")[1:]:
            account = re.search("<ACCTID>([^<]*)", part)[1]
            found[account] = re.findall(
                "<TRNAMT>([^<]*)</TRNAMT><FITID>([^<]*)", part)
            self.assertEqual(len(set(i for _, i in found[account])),
                             len(found[account]))
            self.assertEqual(sum(Decimal(a) for a, _ in found[account]),
                             Decimal(re.search("<BALAMT>([^<]*)", part)[1]))
        return found

    def test_fitids_never_change(self):
        before = self.fitids(self.export("--format", "ofx"))
        self.assertEqual(len(before), 2 * len(self.bank.lines()))
        self.bank.ctl("deposit", "chris", "1", "1", "--reason", "later")
        self.bank.restart()
        after = self.fitids(self.export("--format", "ofx"))
        for account, rows in before.items():
            self.assertTrue(set(rows) <= set(after[account]), account)
        self.assertEqual(len(after["chris-1"]), len(before["chris-1"]) + 1)
        self.assertEqual(
            self.fitids(self.export("chris", "--format", "ofx")),
            {name: after[name] for name in ("chris-1", "chris-2")})

    def test_ofxdump(self):
        program = shutil.which("ofxdump")
        if not program:
            self.skipTest("ofxdump (package ofx) is not installed")
        path = self.bank.path("export.ofx")
        for words in (("chris",), ()):
            text = self.export(*words, "--format", "ofx")
            with open(path, "w") as f:
                f.write(text)
            result = run(program, path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertNotIn("LibOFX ERROR", result.stderr)
            told = re.findall(r"Financial institution's ID for this "
                              r"transaction: (\S+)", result.stdout)
            self.assertEqual(sorted(told, key=int), sorted(
                (i for rows in self.fitids(text).values() for _, i in rows),
                key=int))
            balances = re.findall(r"Ledger balance: (\S+)", result.stdout)
            self.assertEqual([Decimal(x) for x in balances], [
                Decimal(x) for x in re.findall("<BALAMT>([^<]*)", text)])

    def checked(self, *words):
        """camt.053, which fits the schema, as a tree."""
        text = self.export(*words, "--format", "camt053")
        if shutil.which("xmllint"):
            result = run("xmllint", "--noout", "--schema", os.path.join(
                os.path.dirname(bank.__file__), "camt053.xsd"), "-",
                input=text)
            self.assertEqual(result.returncode, 0, result.stderr)
        return ElementTree.fromstring(text.encode())

    def test_no_formula_in_csv(self):
        for reason in "=1+1", "+1", "-1", "@a, b":
            self.bank.ctl("deposit", "fey", "1", "1", "--reason", reason)
            row = list(csv.DictReader(io.StringIO(
                self.export(), newline="")))[-1]
            self.assertEqual(row["reason"], "'" + reason)

    def test_camt(self):
        space = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
        rows = {row["seq"]: row for row in csv.DictReader(
            io.StringIO(self.export(), newline=""))}
        codes = {"transfer": "ICDT RCDT", "deposit": "CNTR",
                 "withdraw": "CNTR", "reversal": "CNTR",
                 "adjust": "MDOP MCOP"}
        for words in ((), ("chris",)):
            tree = self.checked(*words)
            for statement in tree.iterfind(".//c:Stmt", space):
                def of(path, node=statement):
                    return node.findtext(path, None, space)
                name = of("c:Acct/c:Id/c:Othr/c:Id")
                balances = {of("c:Tp/c:CdOrPrtry/c:Cd", node):
                            Decimal(of("c:Amt", node))
                            for node in statement.iterfind("c:Bal", space)}
                total = Decimal(0)
                for entry in statement.iterfind("c:Ntry", space):
                    row = rows[of("c:NtryRef", entry)]
                    amount = Decimal(of("c:Amt", entry))
                    self.assertEqual(amount, Decimal(row["amount"]))
                    total += amount if of("c:CdtDbtInd", entry) == "CRDT" \
                        else -amount
                    self.assertIn(of("c:BkTxCd/c:Domn/c:Fmly/c:Cd", entry),
                                  codes[row["kind"]])
                    self.assertEqual(
                        of("c:RvslInd", entry),
                        "true" if row["kind"] == "reversal" else None)
                    self.assertEqual(
                        of(".//c:AddtlTxInf", entry) or "", row["reason"])
                self.assertEqual(balances, {"OPBD": 0, "CLBD": total})
                holder, account = name.rsplit("-", 1)
                self.assertEqual(total, self.accounts()[
                    holder, "savings" if account == "1" else "checking"])

    def test_each_camt_statement_has_an_id_of_its_own(self):
        """By which a program knows a statement that it has."""
        path = ".//{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}Stmt/" \
            "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}Id"
        ids = [node.text for _ in range(2)
               for node in self.checked("chris").iterfind(path)]
        self.assertEqual((len(ids), len(set(ids))), (4, 4), ids)

    def test_characters_that_xml_has_not(self):
        self.bank.ctl("adjust", "fey", "1", "1", "--reason",
                      "a\ufffe\uffffb\ufffd\ufffc\U0001fffe")
        for form in "camt053", "ofx":
            text = self.export("fey", "--format", form)
            self.assertIn("a??b\ufffd\ufffc\U0001fffe", text)
            ElementTree.fromstring(text.encode())

    def test_currency(self):
        served = self.fresh()
        with open(served.config) as f:
            before = f.read()
        def write(currency):
            with open(served.config, "w") as f:
                f.write(before + "\n[bank]\ncurrency = %s\n" % currency)
        write("EUR")
        def found(form):
            text = served.ctl("export", "--format", form).stdout
            return set(re.findall(
                '<CURDEF>(.*?)<|Ccy="(.*?)"|<Ccy>(.*?)<', text))
        self.assertEqual(found("ofx"), {("EUR", "", "")})
        self.assertEqual(found("camt053"), {("", "EUR", ""),
                                            ("", "", "EUR")})
        write("eur")
        for program, words in ((bank.BANKCTL, ("export",)),
                               (bank.BANKD, ("-t",))):
            result = run(program, "-c", served.config, *words)
            self.assertEqual(result.returncode, 78)
            self.assertIn("bankd.ini: [bank] currency", result.stderr)

    def test_no_customer_writes_a_tag(self):
        atm = self.bank.session("joe", kiosk=self.bank.kiosk())
        self.assertEqual(atm.transfer(
            1, "chris", "3", memo="rent, by: 0:nobody, date:soon").code, 200)
        atm.exit()
        atm.close()
        text = self.export("--format", "hledger")
        self.assertIn("    ; memo: rent; by: 0:nobody; date:soon\n", text)
        self.hledger(text, "check", "--strict")
        self.assertEqual(self.hledger(text, "tags", "by", "--values").split(),
                         [bank.ME])
        self.assertLessEqual(
            set(self.hledger(text, "tags").split()),
            {"by", "kiosk", "memo", "reason", "time"})

    def test_lengths(self):
        """The longest ID, name and reason that the bank takes."""
        name = "x" * 32
        reason = "a, \"b\" <c> & d; e: " + "\u00e9" * 60
        result = run(bank.BANKCTL, "-c", self.bank.config, "open", name,
                     "\u20ac" * 21, input="canary-long\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.bank.ctl("deposit", name, "1", "5", "--reason", reason)
        atm = self.bank.session("chris", kiosk=self.bank.kiosk())
        self.assertEqual(atm.transfer(1, name, "1").code, 200)
        atm.exit()
        atm.close()
        self.checked()
        rows = list(csv.DictReader(io.StringIO(self.export(name),
                                               newline="")))
        self.assertEqual(rows[0]["reason"], reason)
        self.assertEqual(rows[0]["by"], bank.ME)
        self.hledger(self.export("--format", "hledger"), "check", "--strict")
        text = self.export("--format", "ofx")
        for field, most in (("ACCTID", 22), ("NAME", 32), ("MEMO", 255),
                            ("FITID", 255), ("ORG", 32), ("CURDEF", 3)):
            for value in re.findall("<%s>([^<]*)" % field, text):
                self.assertLessEqual(len(html.unescape(value)), most)
        accounts = re.findall("<ACCTID>([^<]*)", text)
        self.assertEqual(len(accounts), len(set(accounts)))
        self.assertIn(html.escape(reason, quote=False), text)
        self.assertLessEqual(set(re.findall("<TRNTYPE>([^<]*)", text)), {
            "CREDIT", "DEBIT", "DEP", "CASH", "XFER"})

    def test_words(self):
        self.refused(EX_USAGE, "usage", "export", "--format", "pdf")
        self.refused(EX_USAGE, "usage", "export", "chris", "fey")
        self.refused(EX_DATAERR, "no account", "export", "nobody")

    def test_stopped(self):
        self.addCleanup(self.bank.start)
        before = self.export()
        self.bank.stop()
        self.assertEqual(self.export(), before)


if __name__ == "__main__":
    unittest.main()
