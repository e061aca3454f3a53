/* SPDX-License-Identifier: ISC */
/*
 * What keeps a customer's secrets within this process: no core dumps, no
 * other process of the user may look inside.
 */
#ifndef ATM_HARDEN_H
#define ATM_HARDEN_H

/*
 * Call first in main().  0, or BANK_ESYS with errno where the system
 * doesn't give one of them.
 */
int harden_process(void);

#endif
