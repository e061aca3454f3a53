# SPDX-License-Identifier: ISC
"""The walls of the house: an include and a call that go upwards, a name that
isn't its file's, a function of too many parameters, a header that is too long,
a look at the key."""

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
    ("rooms", "an exported name begins with its file's word",
     "bankd/ledger/ledger.c",
     "/* The only place where money moves. */\n",
     "extern int stray;\n"
     "int stray;\n"
     "\n"
     "/* The only place where money moves. */\n",
     ["system/rooms.Rooms"]),
    ("rooms", "a function takes six parameters",
     "bankd/ledger/ledger.c",
     "/* The only place where money moves. */\n",
     "static inline int\n"
     "seven(int a, int b, int c, int d, int e, int f, int g)\n"
     "{\n"
     "\treturn a + b + c + d + e + f + g;\n"
     "}\n"
     "\n"
     "/* The only place where money moves. */\n",
     ["system/rooms.Rooms"]),
    ("rooms", "a header has 80 lines at most",
     "shared/base/money.h",
     "#endif\n",
     "\n" * 80 + "#endif\n",
     ["system/rooms.Rooms"]),
]
