# SPDX-License-Identifier: ISC
"""A man in the middle: with a key of his own, with the bank's leaf key, and
as a front that was taken over.  Nothing is accepted twice or altered, and
atm-tui shows its customer no untrue result."""

import os
import random
import unittest

from lib import bank, fakebank, mitm, wire
from lib.atm import Atm, Channel, Closed, client_context, tcp
from lib.case import CORRECT, REFUSED, SUCCESS, BankCase

DONE = "your transaction is successful"
RIGHT = "ID and password are correct"
NO_FUNDS = "enough funds"
TRANSFER = "chris\ncanary-chris\n1\n1\nfey\n5\n2\n3\n"
PROTOCOL_ERROR = "500 protocol error"


def seed():
    value = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("SEED=%d" % value)
    return random.Random(value)


class Recorder(Channel):
    """Keeps each frame of both ways."""

    def __init__(self, *parts):
        self.frames = []
        super().__init__(*parts)

    def write_frame(self, kind, body):
        self.frames.append(("up", kind, body))
        super().write_frame(kind, body)

    def read_frame(self, timeout=None):
        kind, body = super().read_frame(timeout)
        self.frames.append(("down", kind, body))
        return kind, body


class RecordedAtm(Atm):
    """Its channel is a Recorder; `frames` are those of all its links."""

    frames = ()

    def connect(self):
        if self.channel is not None:
            self.frames = self.channel.frames
            self.channel.sock.close()
        self.channel = Recorder(
            tcp(*self.where, self.timeout), client_context(self.anchor),
            self.timeout)
        self.channel.frames = list(self.frames)
        self.binding = self.channel.binding
        self.greet()


class OwnKey(BankCase):
    """A certificate that Kprb did not sign ends in the handshake."""

    def keys(self):
        directory = bank.fresh_directory()
        fakebank.make_keys(directory)
        return (os.path.join(directory, "leaf.crt"),
                os.path.join(directory, "leaf.key"))

    def test_nobody_talks_to_him(self):
        with mitm.Relay(self.bank, *self.keys()) as relay:
            with self.assertRaisesRegex(Closed, "^tls certificate verify"):
                Atm("127.0.0.1", relay.port, self.bank.anchor)
            result = self.bank.plain(
                TRANSFER, port=relay.port)
            self.assertNotEqual(result.returncode, 0)
            self.assertNotIn(RIGHT, result.stdout)
            self.assertEqual(relay.seen, [])

    def test_nor_where_he_shows_the_leaf_without_its_key(self):
        """The two don't fit: his own TLS refuses to serve."""
        own = self.keys()[1]
        with self.assertRaises(Exception):
            mitm.server_context(self.bank.path("etc", "leaf.crt"), own)


class LeafKey(BankCase):
    """He has the leaf's key, so TLS is his; the binding differs."""

    people = 2
    options = {"login_max_attempts": "1000",
               "login_max_attempts_total": "10000"}

    def relay(self, hook=None):
        etc = self.bank.path("etc")
        return mitm.Relay(self.bank, os.path.join(etc, "leaf.crt"),
                          os.path.join(etc, "leaf.key"), hook)

    def test_no_seal_opens(self):
        with self.relay() as relay:
            atm = Atm("127.0.0.1", relay.port, self.bank.anchor)
            self.addCleanup(atm.close)
            self.said(atm.login("p1", "canary-p1"), REFUSED)
            for kind in (b"O", b"V"):
                self.assertEqual(
                    atm.ask(kind, "p1\ncanary-p1\n").raw, REFUSED.encode())
            atm.kiosk = self.bank.kiosk()
            self.said(atm.login("p1", "canary-p1"), "403 not allowed")
        # What he took is worth nothing elsewhere.
        for seen in list(relay.seen):
            if seen.way == "up":
                direct = self.atm()
                direct.channel.write_frame(seen.kind, seen.body)
                self.assertIn(direct.answer().code, (401, 403))
        # And counted against nobody.
        reply = self.said(self.atm().login("p1", "canary-p1"), CORRECT)
        self.assertEqual(reply["failed"], "0")

    def test_no_session_is_resumed_through_him(self):
        atm = self.session("p2")
        with self.relay() as relay:
            atm.cut()
            atm.where = ("127.0.0.1", relay.port)
            self.said(atm.resume(), REFUSED)
        atm.where = (self.bank.address, self.bank.port)
        self.said(atm.resume(), "200 session resumed")

    def test_the_atm_shows_no_result(self):
        with self.relay() as relay:
            result = self.bank.plain(TRANSFER, port=relay.port)
        for text in (RIGHT, DONE, NO_FUNDS):
            self.assertNotIn(text, result.stdout)
        self.assertIn(b"L", relay.kinds())
        self.assertEqual(self.bank.lines()["fey"], ["10000", "1000"])


class Replays(BankCase):
    """Each frame of a session, either way, again."""

    weight = 40
    people = 2
    options = {"login_max_attempts": "1000",
               "login_max_attempts_total": "10000"}

    def recorded(self, name="p1"):
        """A session with something of everything, and its frames."""
        atm = RecordedAtm(self.bank.address, self.bank.port,
                          self.bank.anchor)
        self.addCleanup(atm.close)
        self.said(atm.login(name, "wrong"), REFUSED)
        self.said(atm.open_account("new-" + os.urandom(6).hex(), "xyyz"),
                  "200 account opened")
        self.said(atm.login(name, "canary-" + name), CORRECT)
        self.said(atm.transfer(1, "p2", 5), SUCCESS)
        for old, new in (("canary-", "other-"), ("other-", "canary-")):
            self.said(atm.request("PASSWORD %s%s\n%s%s" % (
                old, name, new, name)), "200 password changed")
        self.said(atm.request("NOTIFY tls"), "200 notices")
        atm.cut()
        self.said(atm.resume(), "200 session resumed")
        self.said(atm.transfer(1, "p2", 5), SUCCESS)
        return atm, list(atm.channel.frames)

    def state(self):
        return (self.bank.lines(), self.bank.lines("password"),
                self.bank.ctl("history", "p1").stdout)

    def refused(self, atm, frame):
        """It is shown on this link: an error or the end, and no seal."""
        way, kind, body = frame
        try:
            atm.channel.write_frame(kind, body)
            kind, body = atm.channel.read_frame()
        except Closed:
            return
        self.assertEqual(kind, b"E", frame[:2])
        self.assertIn(body.decode(), (
            PROTOCOL_ERROR, REFUSED, "403 not allowed"), frame[:2])

    def test_on_the_same_connection(self):
        atm, frames = self.recorded()
        before = self.state()
        for frame in frames:
            self.refused(atm, frame)
            self.said(atm.resume(), "200 session resumed")
        self.assertEqual(self.state(), before)

    def test_on_a_new_one_before_a_login_and_in_another_session(self):
        atm, frames = self.recorded()
        before = self.state()
        for frame in frames:
            fresh = self.bank.atm()
            self.refused(fresh, frame)
            fresh.close()
            other = self.session("p2")
            self.refused(other, frame)
            other.close()
        self.assertEqual(self.state(), before)
        self.said(atm.request("PING"), "200 pong")

    def test_after_a_restart(self):
        _, frames = self.recorded()
        before = self.state()
        self.bank.restart()
        for frame in frames:
            fresh = self.bank.atm()
            self.refused(fresh, frame)
            fresh.close()
        self.assertEqual(self.state(), before)

    def test_one_of_an_old_link_on_a_resumed_one(self):
        """Counters are at 0 on both: the keys differ."""
        atm = self.session("p1")
        sealed = atm.keys.up.seal(
            b"S", "1 %s 1 p2 7" % atm.txid(), counter=1)
        before = self.state()
        atm.cut()
        self.said(atm.resume(), "200 session resumed")
        self.refused(atm, ("up", b"S", sealed))
        self.assertEqual(self.state(), before)


class TakenOver(unittest.TestCase):
    """The front is the test's, the vault real, the binding the true one: he
    has all that a front has."""

    weight = 60

    def setUp(self):
        self.bank = bank.Bank(
            start=False, login_max_attempts=1000,
            login_max_attempts_total=10000)
        self.addCleanup(self.bank.close)

    def front(self, hook=None, tell=None):
        front = mitm.Front(self.bank, hook, tell)
        self.addCleanup(front.close)
        return front

    def atm(self, front, **parts):
        client = Atm("127.0.0.1", front.port, self.bank.anchor, **parts)
        self.addCleanup(client.close)
        return client

    def session(self, front):
        client = self.atm(front)
        self.assertEqual(client.login("chris", "canary-chris").said(), CORRECT)
        return client

    def moved(self):
        """What chris has sent to fey."""
        lines = self.bank.lines()
        gone = 10000 - float(lines["chris"][0])
        self.assertEqual(float(lines["fey"][1]) - 1000, gone)
        return gone

    def test_an_honest_one_first(self):
        front = self.front()
        result = self.bank.plain(TRANSFER, port=front.port)
        self.assertEqual(result.returncode, 0,
                         result.stdout + result.stderr)
        self.assertEqual(result.stdout.count(DONE), 1, result.stdout)
        self.assertEqual(self.moved(), 5)

    # What goes up

    def test_bytes_of_a_transfer(self):
        """One bit of each part of the frame: 500, and the same transfer on
        the resumed session is carried out once."""
        chance = seed()
        edit = []

        def hook(link, way, kind, body):
            if way == "up" and kind == b"S" and edit:
                at, bit = edit.pop()
                data = bytearray(body)
                data[at] ^= 1 << bit
                return [wire.frame(kind, bytes(data))]
            return None
        front = self.front(hook)
        atm = self.session(front)
        places = sorted(chance.sample(range(272), 40)) + [0, 255, 256, 271]
        for at in places:
            edit.append((at, chance.randrange(8)))
            atm.send("1 %s 1 fey 5" % atm.txid())
            self.assertEqual(
                atm.refused_and_closed()[0], PROTOCOL_ERROR, at)
            self.assertEqual(atm.resume().said(), "200 session resumed", at)
        self.assertEqual(self.moved(), 0)
        self.assertEqual(atm.transfer(1, "fey", 5).said(), SUCCESS)
        self.assertEqual(self.moved(), 5)

    def up(self, change):
        """`change(frame)` is what he makes of the third request, which is a
        transfer; then the link is resumed and OUTCOME told."""
        held = []

        def hook(link, way, kind, body):
            if way == "up" and kind == b"S" and link.number == 1:
                held.append(wire.frame(kind, body))
                if len(held) == 3:
                    return change(held)
            return None
        front = self.front(hook)
        atm = self.session(front)
        before = self.moved()
        self.assertEqual(atm.transfer(1, "fey", 1).said(), SUCCESS)
        self.assertEqual(atm.request("PING").said(), "200 pong")
        txid = atm.txid()
        atm.send("1 %s 1 fey 5" % txid)
        atm.send("PING")
        replies = []
        try:
            while len(replies) < 2:
                replies.append(atm.receive().said())
        except Closed:
            pass
        self.assertEqual(atm.resume().said(), "200 session resumed")
        told = atm.outcome(txid).code
        moved = self.moved() - before - 1
        self.assertEqual(moved, 5 if told == 200 else 0, replies)
        if SUCCESS in replies:
            self.assertEqual(told, 200)
        front.close()
        self._cleanups.remove((front.close, (), {}))
        return replies, told

    def test_a_frame_dropped_doubled_cut_lengthened_replayed(self):
        """(answers, OUTCOME)"""
        def reframe(frame, body):
            return wire.frame(frame[2:3], body)
        cases = {
            "dropped": (lambda held: [], ([], 404)),
            "doubled": (lambda held: [held[2]] * 2, ([SUCCESS], 200)),
            "the first again": (lambda held: [held[0]], ([], 404)),
            "the first before it": (
                lambda held: [held[0], held[2]], ([], 404)),
            "the first after it": (
                lambda held: [held[2], held[0]], ([SUCCESS], 200)),
            "cut": (lambda held: [reframe(held[2], held[2][3:-1])],
                    (None, 404)),
            "lengthened": (lambda held: [reframe(
                held[2], held[2][3:] + b"\0")], (None, 404)),
            "as an L": (lambda held: [b"\0\0L" + held[2][3:]], (None, 404)),
            "empty": (lambda held: [b"\0\1S"], (None, 404)),
        }
        for name, (change, expected) in cases.items():
            with self.subTest(name):
                if expected[0] is not None:
                    self.assertEqual(self.up(change), expected)
                else:
                    self.dropped(change)

    def dropped(self, change):
        """A frame that no front passes on: the vault drops the front; it
        has moved nothing."""
        def hook(link, way, kind, body):
            if way == "up" and kind == b"S":
                return change([wire.frame(kind, body)] * 3)
            return None
        front = self.front(hook)
        atm = self.session(front)
        before = self.moved()
        atm.send("1 %s 1 fey 5" % atm.txid())
        bank.wait_for("the vault to drop the front", lambda: any(
            "front_dropped" in line for line in front.log))
        self.assertEqual(self.moved(), before)
        front.close()
        self._cleanups.remove((front.close, (), {}))

    def test_two_requests_swapped(self):
        held = []

        def hook(link, way, kind, body):
            if way == "up" and kind == b"S" and link.number == 1:
                held.append(wire.frame(kind, body))
                return [] if len(held) == 1 else [held[1], held[0]]
            return None
        atm = self.session(self.front(hook))
        txids = [atm.txid(), atm.txid()]
        for txid in txids:
            atm.send("1 %s 1 fey 5" % txid)
        self.assertEqual(atm.refused_and_closed()[0], PROTOCOL_ERROR)
        self.assertEqual(atm.resume().said(), "200 session resumed")
        self.assertEqual([atm.outcome(t).code for t in txids], [404, 404])
        self.assertEqual(self.moved(), 0)

    def test_reflection(self):
        """The bank's own frames back to it; the ATM's back to the ATM."""
        last = {}

        def hook(link, way, kind, body):
            if way == "down":
                last["down"] = wire.frame(kind, body)
            elif kind == b"S" and link.number == 1:
                # A reply of 256 + 16 has the form of a request.
                return [last["down"]]
            return None
        atm = self.session(self.front(hook))
        atm.send("1 %s 1 fey 5" % atm.txid())
        with self.assertRaises((Closed, wire.Broken)):
            atm.receive()
        self.assertEqual(self.moved(), 0)

    def test_r_twice_on_one_nonce(self):
        def hook(link, way, kind, body):
            if way == "up" and kind == b"R":
                return [wire.frame(kind, body)] * 2
            return None
        atm = self.session(self.front(hook))
        atm.cut()
        atm.connect()
        atm.channel.write_frame(b"R", atm.body(b"R", "RESUME"))
        frames = []
        try:
            while True:
                frames.append(atm.channel.read_frame())
        except Closed:
            pass
        self.assertEqual(frames[-1], (b"E", PROTOCOL_ERROR.encode()))
        # At most one of the two was heard.
        self.assertLessEqual([k for k, _ in frames].count(b"S"), 1)

    def test_an_r_on_another_connection(self):
        """Captured and shown on one of the front's own: its nonce is
        another."""
        front = self.front()
        atm = self.session(front)
        atm.cut()
        atm.connect()
        body = atm.body(b"R", "RESUME")
        other = self.atm(front)
        other.channel.write_frame(b"R", body)
        self.assertEqual(other.answer().said(), REFUSED)
        self.assertEqual(atm.ask(b"R", "RESUME").said(),
                         "200 session resumed")

    def test_lies_about_the_binding(self):
        front = self.front(tell=lambda link: (bytes(32), "127.0.0.1"))
        self.assertEqual(
            self.atm(front).login("chris", "canary-chris").said(), REFUSED)

    def test_lies_about_the_address(self):
        """Money is as it was, and a login too."""
        front = self.front(tell=lambda link: (link.binding, "203.0.113.9"))
        atm = self.session(front)
        self.assertEqual(atm.transfer(1, "fey", 5).said(), SUCCESS)
        self.assertEqual(self.moved(), 5)

    def test_two_notifies(self):
        """Two of the ATM's own make no datagram's number twice; the same one
        shown twice is a broken seal."""
        twice = []

        def hook(link, way, kind, body):
            frame = wire.frame(kind, body)
            return [frame] * 2 if way == "up" and twice else None
        front = self.front(hook)
        atm = self.session(front)
        ids = set()
        for count in range(1, 4):
            reply = atm.request("NOTIFY udp 9")
            self.assertEqual(reply.code, 200)
            ids.add(reply["key-id"])
            self.session(front)     # is told: elsewhere too
            bank.wait_for("a notice",
                          lambda: len(front.datagrams) >= count)
        opened = [wire.open_datagram(atm.keys.notices, data)
                  for data in front.datagrams]
        self.assertEqual({key_id for key_id, _, _ in opened}, ids)
        self.assertEqual([n for _, n, _ in opened], [1, 2, 3])
        twice.append(True)
        atm.send("NOTIFY udp 9")
        self.assertEqual(atm.refused_and_closed()[0], PROTOCOL_ERROR)

    # What goes down, to the real atm-tui

    def play(self, hook, timeout=150, tell=None):
        front = self.front(hook, tell)
        before = self.moved()
        result = self.bank.plain(TRANSFER, port=front.port, timeout=timeout)
        moved = self.moved() - before
        front.close()
        self._cleanups.remove((front.close, (), {}))
        said = result.stdout
        self.assertIn(moved, (0, 5), said)
        self.assertEqual(said.count(DONE), moved / 5, said)
        self.assertNotIn(NO_FUNDS, said)
        self.assertEqual(result.returncode, 0, said + result.stderr)
        return moved

    def once(self, way, change):
        """The first sealed frame after the login is changed."""
        state = {"asked": 0, "done": False}

        def hook(link, at, kind, body):
            if kind != b"S" or link.number != 1:
                return None
            state["asked"] += at == "up"
            if at != way or not state["asked"] or state["done"]:
                return None
            state["done"] = True
            return change(link, wire.frame(kind, body))
        return hook

    def test_the_atm_shows_what_is_true(self):
        chance = seed()

        def flip(link, frame):
            at = chance.randrange(3, len(frame))
            return [frame[:at] + bytes([frame[at] ^ 0x40]) + frame[at + 1:]]

        def cut(link, frame):
            return [wire.frame(b"S", frame[3:-256])]

        def lengthen(link, frame):
            return [wire.frame(b"S", frame[3:] + bytes(256))]

        def lie(link, frame):
            return [wire.frame(b"E", text.encode()) for text in (
                "402 Your account does not have enough funds",)]

        def done(link, frame):
            return [wire.frame(b"E", b"200 " + DONE.encode())]
        for way in ("up", "down"):
            changes = {"doubled": lambda link, frame: [frame, frame]}
            if way == "down":
                changes.update({
                    "flipped": flip, "cut": cut, "lengthened": lengthen,
                    "a plain 402": lie, "a plain 200": done,
                    "reflected": lambda link, frame: [
                        wire.frame(s.kind, s.body) for s in
                        self.last_up(link)]})
            else:
                changes.update({"flipped": flip})
            for name, change in changes.items():
                with self.subTest(way + " " + name):
                    self.assertEqual(self.play(self.once(way, change)), 5)

    def test_the_atm_where_an_r_is_shown_twice(self):
        """Its transfer broke the link; both copies have one nonce."""
        state = {"broken": False, "doubled": False}

        def hook(link, way, kind, body):
            frame = wire.frame(kind, body)
            if way == "up" and kind == b"S" and not state["broken"]:
                state["broken"] = True
                return [frame[:-1] + bytes([frame[-1] ^ 1])]
            if way == "up" and kind == b"R" and not state["doubled"]:
                state["doubled"] = True
                return [frame, frame]
            return None
        self.assertEqual(self.play(hook), 5)
        self.assertEqual(state, {"broken": True, "doubled": True})

    def test_the_atm_where_any_of_its_frames_is_shown_twice(self):
        """Also a NOTIFY, a PING, the transfer, the end."""
        for which in range(1, 5):
            with self.subTest(which):
                count = []

                def hook(link, way, kind, body):
                    if way == "up" and kind == b"S":
                        count.append(kind)
                        if len(count) == which:
                            return [wire.frame(kind, body)] * 2
                    return None
                self.assertEqual(self.play(hook), 5)

    def test_the_atm_where_binding_and_address_are_lies(self):
        self.assertEqual(self.play(
            None, tell=lambda link: (link.binding, "203.0.113.9")), 5)
        front = self.front(tell=lambda link: (bytes(32), "127.0.0.1"))
        result = self.bank.plain(TRANSFER, port=front.port)
        for text in (RIGHT, DONE, NO_FUNDS):
            self.assertNotIn(text, result.stdout)
        self.assertEqual(self.moved(), 5)

    @staticmethod
    def last_up(link):
        return [s for s in list(link.owner.seen)
                if s.way == "up" and s.link == link.number][-1:]

    def test_an_answer_swapped_with_an_older_one(self):
        """The answer to the login is shown for the transfer's."""
        def change(link, frame):
            return [wire.frame(s.kind, s.body) for s in link.owner.seen
                    if s.way == "down" and s.kind == b"S"][:1]
        self.assertEqual(self.play(self.once("down", change)), 5)


if __name__ == "__main__":
    unittest.main()
