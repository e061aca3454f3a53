# SPDX-License-Identifier: ISC
"""Who stands between an ATM and the bank: Relay, a man in the middle who ends
TLS with some key and speaks TLS to the real bank; Front, a front that was
taken over: it has the leaf's key, the true binding and the vault's socket,
and a real vault of its own.

Both show each whole frame to `hook(link, way, kind, body)`, way `up` or
`down`: it returns None (passed on as it is) or a list of frames, whole bytes,
to be passed on instead.  Both keep what they saw in `seen`.
"""

import collections
import os
import re
import select
import socket
import struct
import subprocess
import threading

from OpenSSL import SSL

from . import bank, patience, sources, wire
from .atm import client_context

Seen = collections.namedtuple("Seen", "link way kind body")

HEADER = struct.Struct("=IHHI")     # ipc.h: length, type, zero, number


def types():
    """The names of enum ipc_type and their numbers."""
    text = re.sub(r"/\*.*?\*/", "", sources.source("bankd", "ipc_types.h"),
                  flags=re.S)
    names = re.search(r"enum ipc_type \{(.*?)\}", text, re.S).group(1)
    return {name: number for number, name in enumerate(
        re.findall(r"IPC_(\w+)", names), 1)}


IPC = types()


def server_context(certificate, key):
    def choose(connection, offered):
        if wire.ALPN not in offered:
            raise SSL.Error("no atm/1")
        return wire.ALPN
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.use_certificate_file(certificate)
    context.use_privatekey_file(key)
    context.set_alpn_select_callback(choose)
    return context


class End(Exception):
    """One side is over."""


def cut_frames(buffer):
    """(whole frames, the rest)."""
    frames = []
    while len(buffer) >= 2:
        size = 2 + struct.unpack(">H", buffer[:2])[0]
        if len(buffer) < size:
            break
        frames.append(buffer[:size])
        buffer = buffer[size:]
    return frames, buffer


class TlsSide:
    """One TLS connection, of either role, for a loop of its own."""

    def __init__(self, sock, context, accept):
        self.sock, self.buffer = sock, b""
        sock.settimeout(None)
        self.tls = SSL.Connection(context, sock)
        if accept:
            self.tls.set_accept_state()
        else:
            self.tls.set_connect_state()
        try:
            self.tls.do_handshake()
        except SSL.Error as e:
            raise End(str(e)) from None
        self.binding = self.tls.export_keying_material(
            wire.BINDING_LABEL, 32, b"")
        sock.setblocking(False)

    def fileno(self):
        return self.sock.fileno()

    def frames(self):
        """All that is there."""
        try:
            while True:
                self.buffer += self.tls.recv(65536)
        except SSL.WantReadError:
            pass
        except (SSL.Error, OSError):
            raise End("closed") from None
        frames, self.buffer = cut_frames(self.buffer)
        return frames

    def send(self, data):
        while data:
            try:
                data = data[self.tls.send(data):]
            except SSL.WantWriteError:
                select.select([], [self.sock], [], 10)
            except (SSL.Error, OSError):
                raise End("closed") from None

    def close(self):
        try:
            self.tls.shutdown()
        except (SSL.Error, OSError):
            pass
        self.sock.close()


class Link:
    """One ATM's connection, on a thread of its own."""

    def __init__(self, owner, number, sock):
        self.owner, self.number, self.sock = owner, number, sock

    def run(self):
        client = server = None
        try:
            client = TlsSide(self.sock, self.owner.context, True)
            self.binding = client.binding
            server = self.owner.behind(self)
            while True:
                ready = select.select([client, server], [], [], 60)[0]
                for side, other, way in ((client, server, "up"),
                                         (server, client, "down")):
                    if side in ready:
                        self.pass_on(way, side.frames(), other)
        except (End, OSError, ValueError):
            pass
        finally:
            for side in (client, server):
                if side is not None:
                    side.close()
            self.sock.close()

    def pass_on(self, way, frames, to):
        for data in frames:
            kind, body = data[2:3], data[3:]
            self.owner.seen.append(Seen(self.number, way, kind, body))
            out = None
            if self.owner.hook is not None:
                out = self.owner.hook(self, way, kind, body)
            for one in [data] if out is None else out:
                to.send(one)


class Middle:
    """Listens on a free port of 127.0.0.1 from the moment it is made."""

    def __init__(self, context, hook=None):
        self.context, self.hook = context, hook
        self.seen, self.links = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            link = Link(self, len(self.links) + 1, sock)
            self.links.append(link)
            threading.Thread(target=link.run, daemon=True).start()

    def kinds(self, way="up"):
        return [seen.kind for seen in self.seen if seen.way == way]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        patience.join(self.thread)
        for link in self.links:
            try:
                link.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Relay(Middle):
    """Before a real bank; the certificate may be the bank's leaf or not."""

    def __init__(self, served, certificate, key, hook=None):
        self.served = served
        super().__init__(server_context(certificate, key), hook)

    def behind(self, link):
        sock = socket.create_connection(
            (self.served.address, self.served.port), 10)
        return TlsSide(sock, client_context(self.served.anchor), False)


class VaultSide:
    """A connection's way to the vault, as TlsSide."""

    def __init__(self, front, number):
        self.front, self.number = front, number
        self.lock = threading.Lock()
        self.queue, self.over = [], False
        self.wake, self.waker = socket.socketpair()

    def fileno(self):
        return self.wake.fileno()

    def put(self, data):
        """A frame of the vault's; None: its end.  Nobody's, if the other
        side closed in this moment."""
        with self.lock:
            if self.waker.fileno() == -1:
                return
            self.queue.append(data)
            self.waker.send(b".")

    def frames(self):
        if self.over:
            raise End("closed")
        self.wake.recv(65536)
        with self.lock:
            taken, self.queue = self.queue, []
        self.over = None in taken
        if taken[:1] == [None]:
            raise End("closed")
        if self.over:
            self.waker.send(b".")   # after what was sent
        return [data for data in taken if data is not None]

    def send(self, data):
        self.front.to_vault(IPC["FRAME"], self.number, data[2:])

    def close(self):
        self.front.forget(self)
        with self.lock:
            self.wake.close()
            self.waker.close()


class Front(Middle):
    """A vault on the bank's state, the test being its monitor and its front.
    `tell(link)` gives the binding and the address that the vault is told."""

    def __init__(self, served, hook=None, tell=None):
        self.tell = tell or (lambda link: (link.binding, "127.0.0.1"))
        self.sides, self.lock = {}, threading.Lock()
        self.datagrams = []
        self.log, self.ready = [], threading.Event()
        self._start_vault(served)
        super().__init__(server_context(
            served.path("etc", "leaf.crt"), served.path("etc", "leaf.key")),
            hook)

    # The monitor

    def _start_vault(self, served):
        self.monitor, theirs = socket.socketpair()
        self.vault = subprocess.Popen(
            ["bankd: vault"], executable=bank.BANKD, close_fds=False,
            preexec_fn=lambda: self._as_fd_3(theirs.fileno()),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        theirs.close()
        self._reader(self.monitor, self._from_monitored)
        self._say(self.monitor, IPC["CONFIG"], 0, self._config(served))
        self.link, theirs = socket.socketpair()
        peer = HEADER.pack(0, IPC["PEER"], 0, 0)
        socket.send_fds(self.monitor, [peer], [theirs.fileno()])
        theirs.close()
        self._reader(self.link, self._from_vault)
        self.to_vault(IPC["HELLO"], 0, bytes(2))
        self._say(self.monitor, IPC["START"], 0, b"")
        if not self.ready.wait(patience.seconds(30)):
            raise bank.Failed("no vault: %r" % self.log)

    @staticmethod
    def _as_fd_3(fd):
        if fd == 3:
            os.set_inheritable(3, True)
        else:
            os.dup2(fd, 3)

    @staticmethod
    def _config(served):
        words = [bank.BANKD, "-T", "-c", served.config]
        for pair in served.options.items():
            words += ["-o", "%s=%s" % pair]
        section, lines = "", []
        for line in bank.run(*words).stdout.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#"):
                key, _, value = line.partition(" = ")
                lines.append("%s.%s=%s\n" % (section, key, value.strip('"')))
        return "".join(lines).encode()

    @staticmethod
    def _say(sock, kind, number, body):
        sock.sendall(HEADER.pack(len(body), kind, 0, number) + body)

    def _reader(self, sock, take):
        threading.Thread(
            target=self._read, args=(sock, take), daemon=True).start()

    @staticmethod
    def _read(sock, take):
        buffer = b""
        while True:
            try:
                data = sock.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                return
            buffer += data
            while len(buffer) >= HEADER.size:
                length, kind, _, number = HEADER.unpack_from(buffer)
                whole = HEADER.size + length
                if len(buffer) < whole:
                    break
                take(kind, number, buffer[HEADER.size:whole])
                buffer = buffer[whole:]

    def _from_monitored(self, kind, number, body):
        if kind == IPC["READY"]:
            self.ready.set()
        elif kind in (IPC["LOG"], IPC["FAILED"]):
            self.log.append(body[1:].decode(errors="replace"))

    # The front

    def to_vault(self, kind, number, body):
        with self.lock:
            self._say(self.link, kind, number, body)

    def _from_vault(self, kind, number, body):
        if kind == IPC["DATAGRAM"]:
            self.datagrams.append(body[2:])
        with self.lock:
            side = self.sides.get(number)
        if side is not None and kind in (IPC["SEND"], IPC["CLOSE"]):
            side.put(body[1:] if kind == IPC["SEND"] else None)

    def behind(self, link):
        side = VaultSide(self, link.number)
        with self.lock:
            self.sides[link.number] = side
        binding, address = self.tell(link)
        self.to_vault(
            IPC["CONNECTED"], link.number, binding + address.encode())
        return side

    def forget(self, side):
        with self.lock:
            del self.sides[side.number]
        try:
            self.to_vault(IPC["DISCONNECTED"], side.number, b"")
        except OSError:
            pass

    def close(self):
        """Also the vault, which must end well."""
        super().close()
        self._say(self.monitor, IPC["STOP"], 0, b"")
        try:
            code = patience.end(self.vault)
        finally:
            self.vault.kill()
            self.monitor.close()
            self.link.close()
        if code != 0:
            raise bank.Failed("the vault ended with %d: %r" % (
                code, self.log[-20:]))
