# SPDX-License-Identifier: ISC
"""Wrong passwords beside whatever else a test does to a bank: each that was
refused is counted for good (bankd-files(5), `attempt`)."""

from . import model

# A bank for it: no guess is refused for its number, as a test has fewer.
FREE = {"login_max_attempts": "1000", "login_max_attempts_total": "10000"}
MOST = 900      # below both


class Guesses:
    """For an ID that nobody has, always from one address."""

    ID = "nobody-there"
    SOURCE = "127.0.3.1"

    def __init__(self, bank):
        """The first is made here, and shows which rows are its own."""
        self.sent = self.told = 0
        before = model.check(bank, stopped=False).attempts
        code = self.guess(bank)
        self.rows = model.check(
            bank, stopped=False).attempts.keys() - before.keys()
        model.need(len(self.rows) == 2, "a guess, %s, makes %d rows",
                   code, len(self.rows))

    def guess(self, bank):
        """One, of which an answer may be lost; the reply's code."""
        if self.sent == MOST:
            return None
        client = bank.atm(source=self.SOURCE, timeout=10)
        try:
            self.sent += 1
            code = client.login(self.ID, "wrong").code
            self.told += code == 401
        finally:
            client.channel.sock.close()
        return code

    def check(self, books):
        """Both rows, that of the ID here and of it everywhere, have all."""
        for key in self.rows:
            count = books.attempts.get(key, 0)
            model.need(self.told <= count <= self.sent,
                       "%d guesses refused, %d sent, %d counted",
                       self.told, self.sent, count)
