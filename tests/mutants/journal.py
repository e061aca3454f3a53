# SPDX-License-Identifier: ISC
"""The journal's syncs, what it proves of a lot, and what it lets go of."""

FILE = "unit/test_journal_file"
DAMAGE = "unit/test_journal_damage"

ROWS = [
    ("journal", "the sync of a lot",
     "bankd/journal/journal_file.c",
     "note(file, fdatasync(file->fd) == 0 ? 0 : BANK_EIO)",
     "note(file, 0)",
     [FILE]),
    ("journal", "the sync of a lot before its answer",
     "bankd/journal/journal_file.c",
     "\tif (note(file, fdatasync(file->fd) == 0 ? 0 : BANK_EIO) != 0)\n"
     "\t\treturn BANK_EIO;\n"
     "\tfile->at += lot_padded(file->lot->length);\n"
     "\tfile->newest = file->next = lot_claims_number(file->lot->bytes);\n"
     "\tnote_newest(file);\n",
     "\tfile->at += lot_padded(file->lot->length);\n"
     "\tfile->newest = file->next = lot_claims_number(file->lot->bytes);\n"
     "\tnote_newest(file);\n"
     "\tif (note(file, fdatasync(file->fd) == 0 ? 0 : BANK_EIO) != 0)\n"
     "\t\treturn BANK_EIO;\n",
     [FILE]),
    ("journal", "the digest of a lot",
     "bankd/journal/lot.c",
     "\tif (memcmp(view->digest, bytes + length - LOT_DIGEST, LOT_DIGEST) !=\n"
     "\t\t0 ||\n"
     "\t    !is_zero(",
     "\tif (!is_zero(",
     ["unit/test_lot", DAMAGE]),
    ("journal", "the zeros behind a lot",
     "bankd/journal/lot.c",
     "\t    !is_zero(bytes + length, padded - length))",
     "\t    false)",
     ["unit/test_lot", DAMAGE]),
    ("journal", "the link to the lot before",
     "bankd/journal/journal_scan.c",
     "\t\t    (scan->newest >= scan->segments[scan->begin].first &&\n"
     "\t\t\tmemcmp(view.head.before, scan->digest, LOT_DIGEST) !=\n"
     "\t\t\t    0))",
     "\t\t    false)",
     [DAMAGE]),
    ("journal", "the link to bank.db",
     "bankd/journal/journal_scan.c",
     "if (!fits_place(scan, &view))",
     "if (false && !fits_place(scan, &view))",
     [DAMAGE]),
    ("journal", "a segment is needed to its last lot",
     "bankd/journal/journal_file.c",
     "file->segments[count + 1].first <= number + 1)",
     "file->segments[count + 1].first <= number + 2)",
     [FILE]),
    ("journal", "a later lot is no torn end",
     "bankd/journal/journal_scan.c",
     "\tif (later)\n\t\treturn broken(",
     "\tif (false && later)\n\t\treturn broken(",
     [DAMAGE]),
    ("journal", "a spare of another bank is not used",
     "bankd/journal/journal_scan.c",
     "\tif (later)\n\t\tscan->spare = 0;\n",
     "",
     [DAMAGE]),
    ("journal", "a later segment is no torn end",
     "bankd/journal/journal_scan.c",
     "return segment[1].first == next\n",
     "return true || segment[1].first == next\n",
     [DAMAGE]),
    ("journal", "the lot that was answered is no torn end",
     "bankd/journal/journal_scan.c",
     "if (journal_scan_answered(scan->directory) >= next)",
     "if (false && journal_scan_answered(scan->directory) >= next)",
     [DAMAGE]),
    ("journal", "a torn number of the lot that was answered",
     "bankd/journal/journal_scan.c",
     " &&\n\t    memcmp(bytes, bytes + 8, 8) == 0)",
     ")",
     [DAMAGE]),
    ("journal", "bank.db is never newer",
     "bankd/journal/journal_scan.c",
     "if (scan->newest < scan->place.number)",
     "if (false && scan->newest < scan->place.number)",
     [DAMAGE]),
    ("journal", "the blocks of a spare",
     "bankd/journal/segment.c",
     "\t\terror = write_zeros(fd, length, size);\n",
     "\t\terror = ftruncate(fd, (off_t)size);\n",
     [FILE]),
    ("journal", "the sync of a spare",
     "bankd/journal/segment.c",
     "\tif (error == 0 && fsync(fd) == -1)\n",
     "\tif (false)\n",
     [FILE]),
    ("journal", "the sync of a segment's name",
     "bankd/journal/segment.c",
     "return file_sync_directory(to->text) == 0 ? 0 : BANK_EIO;",
     "return 0;",
     [FILE]),
    ("journal", "the last lot in blocks of its own",
     "bankd/journal/journal_file.c",
     "\tif (!stopped)\n\t\terror = move_last(file, scan);\n",
     "",
     [FILE]),
    ("journal", "a lot that was moved is read where it is",
     "bankd/journal/journal_file.c",
     "file->segments[file->next_segment + 1].first == file->next + 1)",
     "false)",
     [FILE]),
    ("journal", "nothing after an error",
     "bankd/journal/journal_file.c",
     "\tif (error != 0)\n\t\tfile->failed = true;\n",
     "",
     [FILE]),
    ("journal", "bank.db has all of a segment that goes",
     "bankd/store/sqlite/sqlite_checkpoint.c",
     "\tcode = sqlite3_wal_checkpoint_v2(db, \"main\", mode, &pages, &copied);\n"
     "\tif (is_busy(code))\n",
     "\tif (store->journal != NULL)\n"
     "\t\t(void)journal_release(store->journal, store->committed_lot);\n"
     "\tcode = sqlite3_wal_checkpoint_v2(db, \"main\", mode, &pages, &copied);\n"
     "\tif (is_busy(code))\n",
     ["unit/test_store_release"]),
]
