/* SPDX-License-Identifier: ISC */
/*
 * What `bankctl init` writes.
 */
#ifndef BANKD_BANKCTL_TEMPLATES_H
#define BANKD_BANKCTL_TEMPLATES_H

/* The two ini files, malloc'd; NULL: no memory. */
char *bankctl_text_bankd_ini(unsigned port);
char *bankctl_text_atm_ini(unsigned port);
/* Of --demo. */
extern const char bankctl_text_password[], bankctl_text_balance[];

#endif
