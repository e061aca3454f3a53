/* SPDX-License-Identifier: ISC */
/*
 * The screens, by their ids; each is in the file of its name.
 */
#ifndef ATM_SCREENS_TABLE_H
#define ATM_SCREENS_TABLE_H

#include "../kiosk/screen.h"

extern const struct screen *const screens[SCREEN_COUNT];

extern const struct screen screen_welcome, screen_out, screen_login,
    screen_sign_up, screen_main_menu, screen_account, screen_transfer,
    screen_amount, screen_result, screen_balance, screen_statement,
    screen_services, screen_password, screen_notices, screen_goodbye;

#endif
