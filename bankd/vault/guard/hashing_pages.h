/* SPDX-License-Identifier: ISC */
/*
 * Large pages for what libcrypt works in.  It maps 16 MB anew for each
 * yescrypt hash; in pages of 4 KiB the 4,096 faults on them take nearly as
 * long as the hash itself, and threads that fault wait for each other.
 */
#ifndef BANKD_HASHING_PAGES_H
#define BANKD_HASHING_PAGES_H

#include <stdbool.h>

/*
 * Whether this thread asks for large pages (MADV_HUGEPAGE) from now on.
 * Without them a hash takes longer, and nothing else changes.
 */
void hashing_pages(bool large);

#endif
