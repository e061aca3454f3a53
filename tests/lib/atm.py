# SPDX-License-Identifier: ISC
"""The ATM of a second hand: everything that a well-behaved ATM says to a
bank (atm-protocol(7)), and, by the lower methods, all that one never says.
"""

import base64
import os
import select
import socket
import struct
import time

from OpenSSL import SSL, crypto

from . import patience, wire
from .wire import Broken, Keys, Reply


class Closed(Exception):
    """The link is over; how: `notify` (close_notify), `eof`, `reset`,
    `tls ...` (an alert or a failed handshake)."""

    def __init__(self, how):
        super().__init__(how)
        self.how = how


class TimedOut(Exception):
    """The bank said nothing within the bound."""


class Refused(Exception):
    """An E where a greeting was due."""

    def __init__(self, reply):
        super().__init__(reply.said())
        self.reply = reply


def tcp(address, port, timeout=10, source=None):
    """`source` is an address, or a tuple of it, port 0, 0 and a zone."""
    if source and not isinstance(source, tuple):
        source = (source, 0)
    return socket.create_connection(
        (address, port), patience.seconds(timeout), source)


def client_context(anchor, alpn=(wire.ALPN,), newest=None, verify=True):
    """An ATM's TLS context; `anchor` is a path, or None to trust nobody."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if newest is None:
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
    else:
        context.set_max_proto_version(newest)
    if anchor is not None:
        with open(anchor, "rb") as f:
            certificate = crypto.load_certificate(
                crypto.FILETYPE_PEM, f.read())
        context.get_cert_store().add_cert(certificate)
    if verify:
        context.set_verify(SSL.VERIFY_PEER, lambda c, x, e, d, ok: bool(ok))
    if alpn:
        context.set_alpn_protos(list(alpn))
    return context


def forget_errors():
    """OpenSSL takes an error that was left in a thread's queue for the next
    call's, on any link; pyOpenSSL leaves that of a system call there, and
    empties the queue where something else fails."""
    try:
        crypto.load_certificate(crypto.FILETYPE_PEM, b"")
    except crypto.Error:
        pass


class Channel:
    """TLS over one TCP connection, cut into frames; never waits unbounded.
    The socket is closed as soon as the link is over, from either side."""

    def __init__(self, sock, context, timeout=20, handshake=True):
        self.sock = sock
        self.timeout = timeout
        self.buffer = b""
        sock.setblocking(False)
        self.tls = SSL.Connection(context, sock)
        self.tls.set_connect_state()
        if handshake:
            try:
                self.handshake()
            except Exception:
                sock.close()
                raise

    def handshake(self):
        self._pump(self.tls.do_handshake, self.timeout)
        if self.tls.get_protocol_version_name() != "TLSv1.3":
            raise Broken(self.tls.get_protocol_version_name())
        # In TLS 1.3 no context and an empty one give the same bytes.
        self.binding = self.tls.export_keying_material(
            wire.BINDING_LABEL, 32, b"")

    def _pump(self, call, timeout):
        bound = patience.Bound(timeout)
        while True:
            # OpenSSL has its number, which may be somebody else's by now.
            if self.sock.fileno() < 0:
                raise Closed("closed")
            try:
                return call()
            except SSL.WantReadError:
                mask = select.POLLIN
            except SSL.WantWriteError:
                mask = select.POLLOUT
            except SSL.ZeroReturnError:
                raise self._over("notify") from None
            except SSL.SysCallError as e:
                forget_errors()
                raise self._over(
                    "eof" if e.args[0] == -1 else "reset") from None
            except SSL.Error as e:
                raise self._over("tls %s" % self._reason(e)) from None
            poll = select.poll()
            poll.register(self.sock, mask)
            if not poll.poll(bound.left() * 1000) and bound.over():
                raise TimedOut(str(bound))

    def _over(self, how):
        self.sock.close()
        return Closed(how)

    @staticmethod
    def _reason(error):
        errors = error.args[0] if error.args else []
        return errors[0][2] if errors else "error"

    def write(self, data, timeout=None):
        """Raw bytes inside TLS."""
        data = memoryview(data)
        while data:
            sent = self._pump(
                lambda: self.tls.send(data), timeout or self.timeout)
            data = data[sent:]

    def write_frame(self, kind, body):
        self.write(wire.frame(kind, body))

    def read_some(self, timeout=None):
        return self._pump(lambda: self.tls.recv(65536),
                          timeout or self.timeout)

    def read_frame(self, timeout=None):
        """(type, body); Closed at the end."""
        while True:
            if len(self.buffer) >= 2:
                length = struct.unpack(">H", self.buffer[:2])[0]
                if length == 0:
                    raise Broken("a frame of length 0")
                if len(self.buffer) >= 2 + length:
                    kind = self.buffer[2:3]
                    body = self.buffer[3:2 + length]
                    self.buffer = self.buffer[2 + length:]
                    return kind, body
            try:
                self.buffer += self.read_some(timeout)
            except Closed as e:
                if self.buffer and e.how == "notify":
                    raise Broken("half a frame before the end") from None
                raise

    def close(self):
        """As the protocol wants it: close_notify first."""
        if self.sock.fileno() < 0:
            return
        try:
            self.tls.shutdown()
        except SSL.Error:
            pass
        self.sock.close()

    def cut(self):
        """As a pulled cable, or a reset: no close_notify."""
        if self.sock.fileno() < 0:
            return
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()


class Atm:
    """One ATM: connects when made.  After login() it is in a session."""

    def __init__(self, address, port, anchor, kiosk=None, source=None,
                 timeout=20, software=()):
        """software: names that it offers beside the protocol's."""
        self.where = (address, port)
        self.alpn = (wire.ALPN, *software)
        self.source = source
        self.anchor = anchor
        self.kiosk = kiosk
        self.timeout = timeout
        with open(anchor, "rb") as f:
            self.kpub = crypto.load_certificate(
                crypto.FILETYPE_PEM, f.read()).get_pubkey(
                ).to_cryptography_key()
        self.channel = None
        self.session = None     # 16 bytes
        self.keys = None
        self.k = None
        self.notices = []       # replies with code 300
        self.connect()

    # Connecting

    def connect(self):
        """A new link; the session, if any, stays to be resumed."""
        if self.channel is not None:
            self.channel.sock.close()
        self.channel = Channel(
            tcp(*self.where, self.timeout, self.source),
            client_context(self.anchor, self.alpn), self.timeout)
        try:
            if self.channel.tls.get_alpn_proto_negotiated() != wire.ALPN:
                raise Broken("ALPN")
            self.binding = self.channel.binding
            self.greet()
        except Exception:
            self.channel.sock.close()
            raise

    def greet(self):
        kind, body = self.channel.read_frame()
        if kind == b"E":
            raise Refused(Reply(body, False, body))
        if kind != b"G" or len(body) != 32:
            raise Broken("%r where G was due" % kind)
        self.nonce = body

    # What the first frame of a login is made of

    def body(self, kind, text, wrapped=None, k=None, nonce=None, binding=None,
             block=None, sealed=None, session=None, kiosk=None):
        """The body of an L, O, R or V, each part replaceable by the tests.
        Leaves the keys that go with it in self.pending."""
        nonce = self.nonce if nonce is None else nonce
        binding = self.binding if binding is None else binding
        if kind == b"R":
            head = self.session if session is None else session
            k = self.k if k is None else k
        else:
            k = os.urandom(32) if k is None else k
            head = wire.wrap(self.kpub, k) if wrapped is None else wrapped
        self.pending_k = k
        self.pending = Keys(k, nonce, binding) if len(k) == 32 else None
        if sealed is None:
            sealed = self.pending.up.seal(kind, text)
        rest = head + sealed
        if block is None:
            kiosk = kiosk or self.kiosk
            block = (kiosk.block(kind, nonce, binding, rest) if kiosk
                     else wire.NO_KIOSK)
        return block + rest

    def answer(self, timeout=None):
        """The answer to an L, O, R or V, and the G that follows where there
        is to be one.  Sets no session: see login() and resume()."""
        kind, body = self.channel.read_frame(timeout)
        if kind == b"S":
            return Reply(self.pending.down.open(b"S", body), True, body)
        if kind != b"E":
            raise Broken("%r where an answer was due" % kind)
        reply = Reply(body, False, body)
        if reply.code in (401, 403, 423, 429, 503):
            self.greet()
        return reply

    def ask(self, kind, text, **parts):
        self.channel.write_frame(kind, self.body(kind, text, **parts))
        return self.answer()

    # The well-behaved ATM

    def login(self, name, password, **parts):
        return self.login_text("%s\n%s" % (name, password), **parts)

    def login_text(self, text, **parts):
        reply = self.ask(b"L", text, **parts)
        if reply.code == 200 and reply.sealed:
            self._accept(reply)
        return reply

    def resume(self, connect=True, **parts):
        """R; with connect, on a link of its own."""
        if connect:
            self.connect()
        reply = self.ask(b"R", "RESUME", **parts)
        if reply.code == 200 and reply.sealed:
            self._accept(reply)
        return reply

    def open_account(self, name, password, full_name=""):
        reply = self.ask(b"O", "%s\n%s\n%s" % (name, password, full_name))
        if reply.sealed:
            self.greet()
        return reply

    def reversal(self, name, txid):
        reply = self.ask(b"V", "%s\n%s" % (name, txid))
        if reply.sealed:
            self.greet()
        return reply

    def report(self, text):
        """C, between sessions: what the kiosk has, or a case."""
        reply = self.ask(b"C", text)
        if reply.sealed:
            self.greet()
        return reply

    def _accept(self, reply):
        self.keys = self.pending
        self.k = self.pending_k
        self.session = bytes.fromhex(reply["session"])
        if len(self.session) != 16:
            raise Broken("session %s" % reply["session"])
        self.ahead_ms = int(reply["time-ms"]) - time.monotonic() * 1000

    def bank_ms(self):
        """The bank's clock, reckoned from the login."""
        return int(self.ahead_ms + time.monotonic() * 1000)

    def txid(self, off_s=0):
        return wire.make_txid(self.bank_ms() + int(off_s * 1000))

    def send(self, text):
        self.channel.write_frame(b"S", self.keys.up.seal(b"S", text))

    def receive(self, timeout=None):
        """The next reply; notices that come between are kept."""
        while True:
            kind, body = self.channel.read_frame(timeout)
            if kind == b"E":
                # In a session an E is a lost link and never an answer.
                raise Closed("E " + body.decode())
            if kind != b"S":
                raise Broken("%r in a session" % kind)
            reply = Reply(self.keys.down.open(b"S", body), True, body)
            if reply.code != 300:
                return reply
            self.notices.append(reply)

    def request(self, text, timeout=None):
        self.send(text)
        return self.receive(timeout)

    def transfer(self, account, to, amount, to_account=None, txid=None,
                 memo=None):
        words = ["1", txid or self.txid(), str(account), to, str(amount)]
        if to_account is not None:
            words.append(str(to_account))
        if memo is not None:
            words.append("m=" + base64.urlsafe_b64encode(
                memo.encode()).decode().rstrip("="))
        return self.request(" ".join(words))

    def balances(self):
        """(savings, checking), as the bank writes them."""
        reply = self.request("2")
        if reply.said() != "200 balances":
            raise Broken(reply.said())
        return reply["savings"], reply["checking"]

    def limits(self):
        """{name: (what it is, what is left of it)} as DETAILS has them; one
        that the bank doesn't set is not there."""
        reply = self.request("DETAILS")
        if reply.said() != "200 details":
            raise Broken(reply.said())
        return {name: (amount, left) for name, amount, left in
                map(str.split, reply.all("limit"))}

    def outcome(self, txid):
        return self.request("OUTCOME " + txid)

    def exit(self):
        """S8: the reply; the bank closes after it, with close_notify."""
        reply = self.request("3")
        if reply.code == 200:
            how = self.ended()
            if how != "notify":
                raise Broken("the bank closed by " + how)
        return reply

    def ended(self, timeout=None):
        """Waits for the link's end and says how it came; what comes before
        it is read and dropped."""
        try:
            while True:
                self.channel.read_frame(timeout)
        except Closed as e:
            return e.how

    def refused_and_closed(self, timeout=None):
        """What a protocol error looks like: an E, then the end.  Returns the
        E as (text, how it ended); frames before it are skipped."""
        text = None
        try:
            while True:
                kind, body = self.channel.read_frame(timeout)
                if kind == b"E":
                    text = body.decode()
        except Closed as e:
            return text, e.how

    def close(self):
        if self.channel is not None:
            self.channel.close()

    def cut(self):
        self.channel.cut()


class Datagrams:
    """Where notices by UDP arrive; drops what the protocol says to drop."""

    def __init__(self, address="127.0.0.1"):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 0))
        self.port = self.sock.getsockname()[1]
        self.newest = {}
        self.dropped = 0

    def listen(self, atm, reply):
        """Takes the key of the reply to NOTIFY."""
        self.key, self.key_id = atm.keys.notices, reply["key-id"]

    def receive(self, timeout=10):
        bound = patience.Bound(timeout)
        while True:
            if not select.select([self.sock], [], [], bound.left())[0]:
                if not bound.over():
                    continue
                raise TimedOut("no datagram in %s" % bound)
            data = self.sock.recv(65536)
            try:
                key_id, counter, text = wire.open_datagram(self.key, data)
            except Broken:
                self.dropped += 1
                continue
            if key_id != self.key_id or counter <= self.newest.get(key_id, 0):
                self.dropped += 1
                continue
            self.newest[key_id] = counter
            return text

    def close(self):
        self.sock.close()
