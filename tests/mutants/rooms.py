# SPDX-License-Identifier: ISC
"""The walls of the house: an include and a call that go upwards, and a look
at the key."""

ROWS = [
    ("rooms", "the front includes nothing of the vault",
     "bankd/front/front.c",
     '#include "front.h"\n',
     '#include "front.h"\n#include "../vault/vault.h"\n',
     ["system/rooms.Rooms"]),
    ("rooms", "a connection knows its session by a pointer alone",
     "bankd/vault/core/connection.c",
     "vault->connections->lost(connection->session);",
     "session_lose(connection->session);",
     ["system/rooms.Rooms"]),
    ("rooms", "a check sees the books, not the vault",
     "bankd/vault/verbs/checks.c",
     '#include "../core/books.h"\n',
     '#include "../core/books.h"\n#include "../core/vault_state.h"\n',
     ["system/rooms.Rooms"]),
    ("rooms", "only the room of logins sees the bank's key",
     "bankd/vault/vault_status.c",
     '#include "login/login.h"\n',
     '#include "login/login_state.h"\n',
     ["system/rooms.Rooms"]),
]
