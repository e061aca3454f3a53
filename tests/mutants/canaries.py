# SPDX-License-Identifier: ISC
"""Not taken away but put in: a password where none may be, for which the end
of every bank of the suite is searched.  And what keeps memory from others."""

ROWS = [
    ("canary", "a password in the log",
     "bankd/vault/login/login_password.c",
     "log_event(LOG_INFO, \"login\", \"id\", LOG_TEXT(session->customer)",
     "log_event(LOG_NOTICE, \"login\", \"id\", LOG_TEXT(login->text.password)",
     ["system/verbs.Services"]),
    ("canary", "a password in the log, at a kiosk of screens",
     "bankd/vault/login/login_password.c",
     "log_event(LOG_INFO, \"login\", \"id\", LOG_TEXT(session->customer)",
     "log_event(LOG_NOTICE, \"login\", \"id\", LOG_TEXT(login->text.password)",
     ["screens/test_link"]),
    ("canary", "a password in a kiosk's note",
     "atm-tui/bank/bank_entry.c",
     "\tbank->entry.sent++;\n",
     "\tbank->entry.sent++;\n"
     "\tstruct bank_note *note;\n"
     "\t(void)bank_journal_add(bank->journal,\n"
     "\t    \"0123456789abcdef0123456789abcdef\", bank->entry.id,\n"
     "\t    strchr(bank->entry.text, '\\n') + 1, &note);\n",
     ["system/flow.Plain"]),
    ("canary", "a password that a kiosk says",
     "atm-tui/plain/plain_login.c",
     "\t*refused = true;\n",
     "\t*refused = true;\n"
     "\tplain_say(password);\n",
     ["system/flow.Plain"]),
    ("core", "none of bankd",
     "bankd/base/sandbox.c",
     "if (setrlimit(RLIMIT_CORE, &none) == -1)",
     "(void)none;\n"
     "\tif (0)",
     ["system/secrets.Undumpable"]),
    ("core", "bankd's memory is its own",
     "bankd/base/sandbox.c",
     "if (!KEEP_DUMPABLE && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)",
     "if (0)",
     ["system/secrets.Undumpable"]),
    ("core", "none of atm-tui",
     "atm-tui/main.c",
     "if (setrlimit(RLIMIT_CORE, &none) != 0)",
     "(void)none;\n"
     "\tif (0)",
     ["system/secrets.Undumpable"]),
    ("core", "atm-tui's memory is its own",
     "atm-tui/main.c",
     "if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)",
     "if (0)",
     ["system/secrets.Undumpable"]),
]
