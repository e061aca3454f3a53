# SPDX-License-Identifier: ISC
"""tests/run --journal postgres: one PostgreSQL lent to all banks of system/,
and what is not so where the journal is a database."""

import contextlib
import os

EDITS = "hand edits are refused, where others' lots would not follow"
FILES = "it is about the files of a journal"
CAUGHT_UP = "whoever was restored takes over what the database has"
OFFLINE = "a stopped host takes no writes"
WARNS = "bankd -t warns of a connection without TLS"
STOPPED = "what bank.db of a killed host lacks is in the database"

# A class, or one test of it, and why it is left out.
FILE_ALONE = {
    "edits.Edits": EDITS,
    "guessing.OneAnswer": EDITS,
    "storage.OddObjects.test_an_edit_of_the_other_file_is_still_one": EDITS,
    "journal.Journal": FILES,
    "diagnostics.Diagnostics.test_journal_is_another": FILES,
    "diagnostics.Diagnostics.test_journal_missing": FILES,
    "diagnostics.Diagnostics.test_lots_taken_over": FILES,
    "operator.Manners.test_hosts_of_a_bank_that_has_none": FILES,
    "operator.Metrics.test_status_tells": FILES,
    "backup.Backup.test_after_a_crash": CAUGHT_UP,
    "backup.Backup.test_stopped_and_newer_files": CAUGHT_UP,
    "backup.Backup.test_there_and_back": CAUGHT_UP,
    "backup.Killed": CAUGHT_UP,
    "backup.ReadOnly.test_a_directory_that_is_not_ours_to_write_to": STOPPED,
    "backup.ReadOnly.test_mounted": STOPPED,
    "rights.Traced.test_bankctl": OFFLINE,
    "roles.Noted.test_what_bankctl_does_by_itself": CAUGHT_UP,
    "roles.Who.test_a_reason_is_required": OFFLINE,
    "roles.Who.test_of_a_stopped_bank": OFFLINE,
    "state.FirstStart.test_a_hash_that_fills_its_line_is_locked": EDITS,
    "storage.OtherPrograms.test_bankctl_says_so": "a stopped host is only read",
    "state.Check.test_after_a_broken_end": WARNS,
    "state.Check.test_edits_by_hand": WARNS,
    "state.Check.test_what_is_wrong_with_the_truth": WARNS,
    "state.EditedWhileStopped.test_a_balance_becomes_an_adjustment": EDITS,
    "state.EditedWhileStopped.test_a_line_of_nothing_taken_away_closes": EDITS,
    "state.EditedWhileStopped.test_a_new_customer_and_a_new_password": EDITS,
    "state.EditedWhileStopped.test_down_and_both_at_once": EDITS,
    "state.EditedWhileStopped.test_form_alone_is_no_edit": EDITS,
    "bench.Cases": "it measures banks of its own, and fills them",
    "canary.Canary": "what it plants is found while the bank is made",
    "networks.Networks": "its network is its own, and has no database",
}


def skips(name):
    """Why the class is left out, of a row's name; None: it isn't."""
    if "TEST_POSTGRES" not in os.environ:
        return None
    return FILE_ALONE.get(name.rpartition("system/")[2])


def skip_those(path, suite):
    """Marks the tests of a class that are left out."""
    if "TEST_POSTGRES" not in os.environ:
        return
    stem = os.path.basename(path)[len("test_"):-len(".py")]
    for test in suite:
        name = test.id().rpartition(".")[2]
        why = FILE_ALONE.get("%s.%s.%s" % (stem, type(test).__name__, name))
        if why:
            method = getattr(type(test), name)
            method.__unittest_skip__ = True
            method.__unittest_skip_why__ = why


@contextlib.contextmanager
def server(journal):
    """The server, while the tests run."""
    if journal != "postgres":
        yield
        return
    from . import postgres      # its settings are read from BUILD
    if not postgres.available():
        raise SystemExit("--journal postgres: no PostgreSQL here")
    with postgres.Postgres() as lent:
        os.environ["TEST_POSTGRES"] = str(lent.primary.port)
        yield
