# SPDX-License-Identifier: ISC
"""The walls of the house: an include and a call that go upwards."""

ROWS = [
    ("rooms", "the front includes nothing of the vault",
     "bankd/front/front.c",
     '#include "front.h"\n',
     '#include "front.h"\n#include "../vault/vault.h"\n',
     ["system/rooms.Rooms"]),
    ("rooms", "a connection knows its session by a pointer alone",
     "bankd/vault/core/connection.c",
     "vault->connections.lost(connection->session);",
     "session_lose(connection->session);",
     ["system/rooms.Rooms"]),
]
