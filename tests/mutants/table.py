# SPDX-License-Identifier: ISC
"""What tests/mutants/run takes away, one at a time: a text of a source file,
what stands there instead, and the tests that shall notice, those first that
are quick."""

import collections

import canaries
import counters
import courier
import guesses
import hosts
import inherited
import journal
import many
import money
import office
import order
import passwords
import rights
import rooms
import seccomp
import sim
import told
import wipes
import wipes_kiosk
import wipes_programs

Mutant = collections.namedtuple("Mutant", "group name path old new tests")

MUTANTS = [Mutant(*row) for part in (
    order, money, office, counters, guesses, canaries, wipes, wipes_kiosk,
    wipes_programs, seccomp, passwords, inherited, rights, rooms, journal, hosts,
    many, courier, sim, told)
    for row in part.ROWS]
