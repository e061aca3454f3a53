/* SPDX-License-Identifier: ISC */
/*
 * Commands that leave an audit record and nothing else.
 */
#ifndef BANKD_OPERATOR_NOTES_H
#define BANKD_OPERATOR_NOTES_H

struct books;
struct step;

/* For apply(): whether there is room for the record. */
void operator_note_apply(struct books *books, struct step *step);

#endif
