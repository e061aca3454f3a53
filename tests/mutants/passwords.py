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
]
