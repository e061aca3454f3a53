# SPDX-License-Identifier: ISC
"""What bankctl -j prints, by man/bankctl.schema.json."""

import json
import os
import re

from . import bank

try:
    import jsonschema
except ImportError:
    jsonschema = None

with open(os.path.join(bank.TOP, "man", "bankctl.schema.json")) as f:
    SCHEMA = json.load(f)
COMMANDS = SCHEMA["$defs"]["commands"]
# What people chose, or what is a number only sometimes.
WORDS = {"about", "counterparty", "default", "detail", "from", "id", "key",
         "memo", "name", "reason", "to", "txid", "value", "version"}


def fits(case, command, text):
    """The value, which fits its command's schema; and in which no number is
    a string."""
    value = json.loads(text)
    if jsonschema is not None:
        jsonschema.Draft202012Validator(
            {"$ref": "#/$defs/commands/" + command, "$defs": SCHEMA["$defs"]}
        ).validate(value)
    for row in value:
        for key, field in row.items():
            if isinstance(field, str) and key not in WORDS:
                case.assertNotRegex(field, re.compile(r"^-?\d+$"), key)
                case.assertNotIn(field, ("", "-", "yes", "no"), key)
    return value
