# SPDX-License-Identifier: ISC
"""What is taken for a password, what for a hash, and the work of comparing
one."""

ROWS = [
    ("passwords", "a hash that can't be verified is no password",
     "bankd/files_parse.c",
     "\tif (form == HASH_FORM_UNKNOWN ||\n",
     "\tif (false ||\n",
     ["unit/test_files_parse", "system/state.FirstStart"]),
    ("passwords", "nor one that libcrypt would write otherwise",
     "bankd/hash_form.c",
     "\t    strchr(\".Oeu\", salt[length - 1]) != NULL;\n",
     "\t    true;\n",
     ["unit/test_files_parse"]),
    ("passwords", "an operator's hash is no password",
     "bankd/vault_control.c",
     "\telse if (hash_form_of(secret) != HASH_FORM_PLAIN)\n",
     "\telse if (false)\n",
     ["system/operator.Manners"]),
    ("passwords", "a locked hash that its line has no room for",
     "bankd/files_lines.c",
     "\treturn strlen(account->id) + strlen(hash) + 2 <= "
     "FILES_PASSWORD_WIDTH\n",
     "\treturn true\n",
     ["system/state.FirstStart"]),
    ("passwords", "balances that no account may have, at an open",
     "bankd/store_entry.c",
     "\t\tledger_in_range(account->id, account->cents)\n",
     "\t\ttrue\n",
     ["unit/test_store_damage"]),
]
