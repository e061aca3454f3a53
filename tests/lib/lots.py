# SPDX-License-Identifier: ISC
"""Reads the journal's lots by itself, as bankd-files(5) tells their form,
and puts those that a copy of bank.db doesn't have on that copy.
"""

import collections
import hashlib
import os
import re
import struct

ALIGN, HEAD, DIGEST, MOST = 4096, 112, 32, 4 << 20

Lot = collections.namedtuple(
    "Lot", "number host boot before seq chain records digest at size")


class Wrong(Exception):
    """What the books or the journal say can't be."""


def need(condition, text, *words):
    if not condition:
        raise Wrong(text % words)


# -- bytes -----------------------------------------------------------------

def lot_at(data, at):
    """The whole lot that begins here, or None."""
    head = data[at:at + HEAD]
    if len(head) < HEAD or head[:4] != b"lot\1":
        return None
    length, number, host, count, boot, before, seq, chain = struct.unpack(
        ">IQII16s32sQ32s", head[4:])
    padded = -(-length // ALIGN) * ALIGN
    body = data[at:at + padded]
    digest = body[length - DIGEST:length]
    if (length < HEAD + DIGEST or padded > MOST or len(body) < padded
            or any(body[length:])
            or hashlib.sha256(body[:length - DIGEST]).digest() != digest):
        return None
    records = list(split(body[HEAD:length - DIGEST]))
    need(len(records) == count, "lot %d: %d records, not %d", number,
         len(records), count)
    return Lot(number, host, boot, before, seq, chain, records, digest, at,
               padded)


def split(data):
    """Kind and bytes of each record."""
    while data:
        need(len(data) >= 3, "a record without a head")
        kind, length = struct.unpack(">BH", data[:3])
        need(len(data) >= 3 + length, "a record of %d bytes", length)
        yield kind, data[3:3 + length]
        data = data[3 + length:]


class Fields:
    """The fields of a record, one behind the other."""

    def __init__(self, data):
        self.data = data

    def bytes(self, length):
        need(len(self.data) >= length, "a record is short")
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self, length=8):
        return int.from_bytes(self.bytes(length), "big",
                              signed=length == 8)

    def numbers(self, count):
        return [self.number() for _ in range(count)]

    def text(self):
        return self.bytes(self.number(1)).decode()

    def end(self):
        need(not self.data, "a record has %d bytes more", len(self.data))


# -- files -----------------------------------------------------------------

class Journal:
    """All lots that a directory keeps, in order; proves their chain."""

    def __init__(self, directory):
        self.lots, self.first = [], None
        firsts = sorted(
            int(name[:16], 16) for name in os.listdir(directory)
            if re.fullmatch(r"[0-9a-f]{16}\.lots", name))
        need(firsts, "the journal has no segment")
        self.first = firsts[0]
        for first, following in zip(firsts, firsts[1:] + [None]):
            need(first == self.newest() + 1,
                 "a segment begins at lot %d, behind lot %d", first,
                 self.newest())
            with open(os.path.join(directory, "%016x.lots" % first),
                      "rb") as f:
                self.walk(f.read(), following)
        self.check_newest(os.path.join(directory, "newest"))

    def newest(self):
        return self.first + len(self.lots) - 1

    def walk(self, data, following):
        need(len(data) % ALIGN == 0, "a segment of %d bytes", len(data))
        at = 0
        while self.newest() + 1 != following:
            lot = lot_at(data, at)
            if lot is None or lot.number != self.newest() + 1:
                break
            need(not self.lots or lot.before == self.lots[-1].digest,
                 "lot %d: digest of the one before", lot.number)
            self.lots.append(lot)
            at += lot.size
        need(following is None or self.newest() + 1 == following,
             "the journal has no lot %d", self.newest() + 1)
        if following is not None:
            return
        for later in range(at, len(data), ALIGN):
            lot = lot_at(data, later)
            need(lot is None or lot.number <= self.newest(),
                 "lot %d is missing or damaged, and a later one is there",
                 self.newest() + 1)

    def check_newest(self, path):
        """No lot that may have been answered is missing."""
        if not os.path.exists(path):
            return
        with open(path, "rb") as f:
            data = f.read()
        if len(data) != 16 or data[:8] != data[8:]:
            return      # a torn one says nothing
        number = int.from_bytes(data[:8], "big")
        need(number <= self.newest(), "newest: lot %d, but it ends at %d",
             number, self.newest())

    def behind(self, number, digest):
        """The lots after this one, which bank.db has."""
        need(self.first <= number + 1, "lots %d to %d are missing",
             number + 1, self.first - 1)
        need(number <= self.newest(), "lot %d is newer than the journal",
             number)
        lots = self.lots[number + 1 - self.first:]
        if number >= self.first:
            need(self.lots[number - self.first].digest == digest,
                 "lot %d is another one than bank.db's", number)
        elif lots:
            need(lots[0].before == digest,
                 "lot %d doesn't follow from bank.db", lots[0].number)
        return lots


# -- what the records do ---------------------------------------------------

ENTRY_COLUMNS = (
    "seq time txid kind kiosk debit debit_account debit_savings "
    "debit_checking debit_previous credit credit_account credit_savings "
    "credit_checking credit_previous amount reverses chain").split()


class PutOn:
    """Puts lots on a copy of bank.db.  `link` makes the next link of the
    chain from the one before, a row of `entry` and the IDs by number;
    `audit_link` that of the audit records from the one before and a row."""

    def __init__(self, db, link, audit_link):
        self.db, self.link, self.audit_link = db, link, audit_link
        row = db.execute("SELECT seq, chain FROM entry "
                         "ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.chain = row or (0, bytes(32))
        row = db.execute("SELECT number, chain FROM audit "
                         "ORDER BY number DESC LIMIT 1").fetchone()
        self.audits, self.audit_chain = row or (0, bytes(32))
        self.ids = dict(db.execute("SELECT number, id FROM account"))
        self.kinds = [None, self.entry, self.account, self.hash, self.row,
                      self.settled, self.attempt, self.kiosk, self.time,
                      self.leap, self.entry_texts, self.audit, self.tell,
                      self.flags, self.stock]

    def lot(self, lot):
        for kind, data in lot.records:
            need(0 < kind < len(self.kinds), "lot %d: a record of kind %d",
                 lot.number, kind)
            fields = Fields(data)
            self.kinds[kind](fields)
            fields.end()
        need((lot.seq, lot.chain) == (self.seq, self.chain),
             "lot %d: its head is entry %d, not %d", lot.number, lot.seq,
             self.seq)

    def put(self, table, row):
        self.db.execute("INSERT OR REPLACE INTO %s (%s) VALUES (%s)" % (
            table, ", ".join(row), ", ".join("?" * len(row))),
            list(row.values()))

    def entry(self, f, texts=False):
        values = [f.number(), f.number(), f.bytes(16), f.number(1), f.text()]
        for _ in "debit", "credit":
            values += [f.number(4), f.number(1)] + f.numbers(3)
        row = dict(zip(ENTRY_COLUMNS, values + f.numbers(2)))
        need(row["seq"] == self.seq + 1, "entry %d behind %d", row["seq"],
             self.seq)
        for side in "debit", "credit":
            need(row[side] in self.ids, "entry %d: no account %d",
                 row["seq"], row[side])
        row["txid"] = row["txid"] if any(row["txid"]) else None
        row["reverses"] = row["reverses"] or None
        for name in ("memo", "by", "reason") if texts else ():
            row[name] = f.text() or None
        need(not texts or any(row[n] for n in ("memo", "by", "reason")),
             "entry %d: none of its texts", row["seq"])
        row["chain"] = self.chain = self.link(self.chain, row, self.ids)
        self.seq = row["seq"]
        self.put("entry", row)

    def entry_texts(self, f):
        self.entry(f, texts=True)

    def audit(self, f):
        row = {"number": f.number(), "time": f.number()}
        for name in "by", "verb", "about", "detail", "reason":
            row[name] = f.text() or None
        row["seq"], row["of"] = f.number(), f.number()
        need(row["number"] == self.audits + 1, "audit record %d behind %d",
             row["number"], self.audits)
        row["chain"] = self.audit_chain = self.audit_link(
            self.audit_chain, row)
        self.audits = row["number"]
        self.put("audit", row)

    def flags(self, f):
        self.update(f.number(4), must_change=f.number(1))

    def stock(self, f):
        self.put("stock", {"kiosk": f.text(), "time": f.number(),
                           "notes": f.text()})

    def account(self, f):
        row = dict.fromkeys((column[1] for column in self.db.execute(
            "PRAGMA table_info(account)")), 0)
        row["number"], row["line"] = f.number(4), f.number(4)
        if row["line"] >= 1 << 31:
            row["line"] -= 1 << 32
        row["opened"] = f.number()
        row["id"], row["name"], row["hash"] = f.text(), f.text(), f.text()
        need(row["number"] == max(self.ids, default=0) + 1,
             "account %d behind %d", row["number"], len(self.ids))
        for limit in row:
            if limit.startswith("limit_"):
                row[limit] = -1
        self.ids[row["number"]] = row["id"]
        self.put("account", row)

    def update(self, number, **values):
        need(number in self.ids, "there is no account %d", number)
        self.db.execute("UPDATE account SET %s WHERE number = ?" % ", ".join(
            "%s = ?" % name for name in values),
            list(values.values()) + [number])

    def hash(self, f):
        self.update(f.number(4), hash=f.text())

    def row(self, f):
        number = f.number(4)
        names = ("opened closed last_login limit_transfer limit_transfer_day "
                 "limit_withdraw limit_withdraw_day").split()
        self.update(number, **dict(zip(names, f.numbers(7))))

    def settled(self, f):
        owner, txid, stale = f.number(4), f.bytes(16), f.number()
        self.db.execute("DELETE FROM settled WHERE txid < ?",
                        [stale.to_bytes(8, "big")[2:]])
        self.put("settled", {"txid": txid, "owner": owner})

    def attempt(self, f):
        """Without those that go because an ID has too many."""
        owner, total, key = f.number(4), f.bytes(16), f.bytes(16)
        row = {"count": f.number(4), "pending": f.number(4),
               "time": f.number(), "locked_until": f.number(),
               "success": f.number()}
        stranger = f.number(1)
        table, whose = ("stranger", {"total": total}) if owner == 0 else (
            "attempt", {"owner": owner})
        need(stranger in (0, 1), "an attempt's byte %d", stranger)
        self.db.execute("DELETE FROM stranger WHERE total IN (?, x'') "
                        "AND key = ?", [total, key])
        self.db.execute("DELETE FROM attempt WHERE owner = ? AND key = ?",
                        [owner, key])
        if any(row[name] for name in row if name != "time"):
            self.put(table, {**whose, "key": key, **row})

    def kiosk(self, f):
        self.put("kiosk", {"name": f.text(), "public_key": f.bytes(32),
                           "cash": f.number(1), "revoked": f.number(1)})

    def time(self, f):
        f.number()

    @staticmethod
    def tell(f):
        f.number(4)
        f.text()

    @staticmethod
    def leap(_):
        need(False, "bank.db is older than a change that no lot holds")
