# SPDX-License-Identifier: ISC
"""A TCP proxy between an ATM and the bank that cuts the link where a test
says.  It reads TLS record headers, nothing else, so that a cut can be before,
within or after one whole record.
"""

import contextlib
import ctypes
import select
import socket
import struct
import threading

from . import patience

PASS, CUT_BEFORE, CUT_AFTER, SWALLOW = "pass", "before", "after", "swallow"
DRIP, CUT_WITHIN, RESET = "drip", "within", "reset"
DRIP_BYTES = 7


@contextlib.contextmanager
def deaf():
    """A port of 127.0.0.1 whose queue of connections is full, so that it
    answers nobody."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            other = stack.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def reset(sock):
    """The peer gets a reset at once, and who waits in it here is woken."""
    nowhere = (ctypes.c_char * 16)()    # AF_UNSPEC
    ctypes.CDLL(None).connect(sock.fileno(), nowhere, 16)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, number, client, server):
        self.proxy, self.number = proxy, number
        self.ends = (client, server)
        self.lock = threading.Lock()
        self.is_cut = False
        self.is_last = False    # nothing that answers it comes back
        self.counts = {"up": 0, "down": 0}

    def run(self):
        pumps = [threading.Thread(target=self._pump, daemon=True,
                                  args=("up",) + self.ends),
                 threading.Thread(target=self._pump, daemon=True,
                                  args=("down",) + self.ends[::-1])]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        for end in self.ends:
            end.close()

    def cut(self):
        """Both ends get a reset."""
        with self.lock:
            if self.is_cut:
                return
            self.is_cut = True
            for end in self.ends:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _pump(self, way, source, sink):
        buffer = b""
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    sink.sendall(buffer)
                    sink.shutdown(socket.SHUT_WR)
                    return
                buffer += data
                while len(buffer) >= 5:
                    size = 5 + struct.unpack(">H", buffer[3:5])[0]
                    if len(buffer) < size:
                        break
                    record, buffer = buffer[:size], buffer[size:]
                    if not self._record(way, record, sink):
                        return
        except OSError:
            self.cut()

    def _record(self, way, record, sink):
        if self.is_last:
            return False
        count = self.counts[way]
        self.counts[way] += 1
        decision = self.proxy.decide(
            self.number, way, count, record[0], len(record) - 5)
        if decision == RESET:
            for end in self.ends:
                reset(end)
            return False
        if decision == CUT_WITHIN:
            sink.sendall(record[:len(record) // 2])
        if decision in (CUT_BEFORE, CUT_WITHIN):
            self.cut()
            return False
        if decision == DRIP:
            for start in range(0, len(record), DRIP_BYTES):
                sink.sendall(record[start:start + DRIP_BYTES])
                select.select([], [], [], 0.001)
        elif decision != SWALLOW:
            self.is_last = decision == CUT_AFTER
            sink.sendall(record)
        if decision == CUT_AFTER:
            self.cut()
            return False
        return True


class Proxy:
    """Listens on a free port of 127.0.0.1.  `decide(link, way, count, type,
    size)` is asked for each TLS record: PASS, CUT_BEFORE (it is lost),
    CUT_WITHIN, CUT_AFTER, RESET, SWALLOW, DRIP (a few bytes at a time).
    `hold(link)` is called before each link's own connection is made: one
    that waits is overtaken by those that came after it."""

    def __init__(self, address, port, decide=None, hold=None):
        self.where = (address, port)
        self.decide = decide or (lambda *record: PASS)
        self.hold = hold
        self.links = []
        self.refuse = False     # resets whatever connects
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            number = len(self.links)
            self.links.append(None)
            if self.hold is None:
                self._join(number, client)
            else:
                threading.Thread(target=self._join, daemon=True,
                                 args=(number, client)).start()

    def _join(self, number, client):
        if self.hold is not None:
            self.hold(number)
        try:
            if self.refuse:
                raise OSError("refused")
            server = socket.create_connection(self.where, 10)
            server.settimeout(None)
        except OSError:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
            client.close()
            return
        link = self.links[number] = Link(self, number, client, server)
        threading.Thread(target=link.run, daemon=True).start()

    def cut_all(self):
        for link in self.links:
            if link is not None:
                link.cut()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        patience.join(self.thread)
        self.cut_all()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
