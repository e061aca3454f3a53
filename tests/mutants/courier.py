# SPDX-License-Identifier: ISC
"""A journal in a database: what its lots are sealed with, and what a commit
there is worth."""

SEAL = "bankd/journal/lot_seal.c"
LOTS = "bankd/courier/courier_lots.c"
CHECK = "bankd/courier/courier_check.c"

ROWS = [
    ("courier", "a lot has a nonce of its own",
     "bankd/journal/journal_courier_lots.c",
     "\trow.counter = ++courier->counter;\n",
     "\trow.counter = courier->counter + 1;\n",
     ["system/hosts_one.Life"]),
    ("courier", "a lot is sealed for its place", SEAL,
     "\tput_u64(aad, row->number);\n",
     "\tput_u64(aad, 0);\n",
     ["unit/test_lot_seal"]),
    ("courier", "a lot is sealed for what it follows", SEAL,
     "\tmemcpy(aad + 8, row->before, LOT_DIGEST);\n",
     "\tmemset(aad + 8, 0, LOT_DIGEST);\n",
     ["unit/test_lot_seal"]),
    ("courier", "a commit without a standby is none", LOTS,
     "\tif (!courier_check_guard(courier, &trip, 1)) {\n",
     "\tif (false) {\n",
     ["system/hosts_faults.Database"]),
    ("courier", "a warning is no success", CHECK,
     "\tif (database->warned) {\n",
     "\tif (false && database->warned) {\n",
     ["system/hosts_faults.Database"]),
    ("courier", "a barrier after doubt", CHECK,
     "\tif (!courier_check_is_guarded(courier))\n\t\treturn 0;\n",
     "\tif (true || !courier_check_is_guarded(courier))\n\t\treturn 0;\n",
     ["system/hosts_faults.Database"]),
    ("courier", "settled by reading alone", LOTS,
     "\t} else if (courier_check_barrier(courier) == 0) {\n",
     "\t} else if (true) {\n",
     ["system/hosts_faults.Found"]),
    ("courier", "another server where one can't commit",
     "bankd/courier/courier_database.c",
     "\t\tpass(database);\n",
     "\t\t(void)0;\n",
     ["system/hosts_faults.Refused", "system/hosts_network.Cut"]),
    ("courier", "who waits for a turn is noticed", LOTS,
     "\t\tcourier->others_ms = clock_steady_ms();\n"
     "\tone = strcmp(",
     "\t\t(void)0;\n"
     "\tone = strcmp(",
     ["system/hosts_faults.Processes"]),
    ("courier", "another history is a fork", LOTS,
     "\t\t(courier_trip_get(found, 0, N) != number ||\n"
     "\t\t    !has_bytes(\n",
     "\t\t(false && !has_bytes(\n",
     ["system/hosts_one.Check", "system/hosts_faults.Lost"]),
    ("courier", "a number has one host", CHECK,
     "\tgood = courier_trip_good(database, trip.results[0], \"host\");\n"
     "\ttaken = good &&",
     "\tgood = courier_trip_good(database, trip.results[0], \"host\");\n"
     "\ttaken = false && good &&",
     ["system/hosts_two.Numbers"]),
    ("courier", "a number is kept while a courier is replaced", CHECK,
     "\" AND seen > now() - interval '10 s'\"",
     "\" AND seen > now()\"",
     ["system/hosts_two.Numbers"]),
    ("courier", "a host that isn't listed says why",
     "bankd/courier/courier_hosts.c",
     "\tif (!good && !courier->untold)\n",
     "\tif (false)\n",
     ["system/hosts_two.Numbers"]),
    ("courier", "a number's session that is left over is ended", CHECK,
     "\t\tif (ours && courier_trip_get(holder, 0, 2) == 0)\n",
     "\t\tif (false)\n",
     ["system/hosts_two.Numbers"]),
]
