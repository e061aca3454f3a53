# SPDX-License-Identifier: ISC
"""What a customer, a kiosk, an operator or a stranger can ask a bank for, what
bounds it, and what it costs the bank in time of a processor, which does not
depend on what else the machine does.
"""

import os
import time

from .atm import Channel, client_context, tcp

AT_ONCE = 32        # requests of one session that are on their way


def handshake(served):
    def ask():
        channel = Channel(tcp(served.address, served.port),
                          client_context(served.anchor))
        channel.read_frame()
        channel.close()
        return 1
    return ask


def half_open(served):
    def ask():
        sock = tcp(served.address, served.port)
        sock.send(b"\x16\x03\x01")
        sock.close()
        return 1
    return ask


def wrong_password(served):
    def ask():
        client = served.atm()
        client.login("nobody", "wrong")
        client.close()
        return 1
    return ask


def requests(text):
    """Of a session, as many at once as a link takes."""
    def make(served):
        client = served.session("chris")

        def ask():
            for _ in range(AT_ONCE):
                client.send(text)
            for _ in range(AT_ONCE):
                client.receive()
            return AT_ONCE
        return ask
    return make


def transfers(served):
    client = served.session("chris")

    def ask():
        for _ in range(AT_ONCE):
            client.send("1 %s 1 fey 0.01" % client.txid())
        for _ in range(AT_ONCE):
            client.receive()
        return AT_ONCE
    return ask


def report(served):
    """A kiosk's, of what cash it has."""
    kiosk = served.kiosk()

    def ask():
        client = served.atm(kiosk=kiosk)
        client.report("STOCK 20:37 50:120")
        client.close()
        return 1
    return ask


def operator(*words):
    def make(served):
        def ask():
            served.ctl(*words)
            return 1
        return ask
    return make


# Who, what, what bounds it, and how it is asked for.
THINGS = (
    ("stranger", "a connection that says little", "`session.max_sessions_per_address`",
     half_open),
    ("stranger", "a TLS handshake", "turns of each address", handshake),
    ("stranger", "a login that is refused",
     "`login.max_logins_waiting_per_address`", wrong_password),
    ("customer", "a balance", "turns of each connection", requests("2")),
    ("customer", "a transfer", "`limits.rate`", transfers),
    ("customer", "a page of the statement", "turns of each connection",
     requests("HISTORY 1")),
    ("kiosk", "a report of its cash", "turns of each address", report),
    ("operator", "`bankctl status`", "one at a time", operator("status")),
    ("operator", "`bankctl accounts`", "one at a time", operator("accounts")),
    ("operator", "`bankctl journal`", "one at a time", operator("journal")),
)


def spent_ns(served):
    """Of the bank's processes, on a processor, their threads included."""
    total = 0
    for pid in served.family():
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/schedstat" % (pid, task)) as f:
                total += int(f.read().split()[0])
    return total


def cost_us(served, ask, seconds=0.5):
    """Of the bank's processor time, for one.  It may get to the first a
    moment after it was asked."""
    ask()
    count, before = 0, spent_ns(served)
    until, spent = time.monotonic() + seconds, 0
    while spent == 0 or time.monotonic() < until:
        count += ask()
        spent = spent_ns(served) - before
    return spent / count / 1000
