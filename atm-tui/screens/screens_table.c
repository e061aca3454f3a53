/* SPDX-License-Identifier: ISC */
/*
 * The only table of the screens.
 */
#include "screens_table.h"

#include <assert.h>

#include "../../shared/base/util.h"

const struct screen *const screens[SCREEN_COUNT] = {
	[SCREEN_WELCOME] = &screen_welcome,
	[SCREEN_OUT] = &screen_out,
	[SCREEN_LOGIN] = &screen_login,
	[SCREEN_SIGN_UP] = &screen_sign_up,
	[SCREEN_MAIN_MENU] = &screen_main_menu,
	[SCREEN_ACCOUNT] = &screen_account,
	[SCREEN_TRANSFER] = &screen_transfer,
	[SCREEN_AMOUNT] = &screen_amount,
	[SCREEN_RESULT] = &screen_result,
	[SCREEN_BALANCE] = &screen_balance,
	[SCREEN_STATEMENT] = &screen_statement,
	[SCREEN_SERVICES] = &screen_services,
	[SCREEN_PASSWORD] = &screen_password,
	[SCREEN_NOTICES] = &screen_notices,
	[SCREEN_GOODBYE] = &screen_goodbye,
};
static_assert(NELEM(screens) == SCREEN_COUNT, "a screen for each id");
