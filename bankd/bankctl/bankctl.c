/* SPDX-License-Identifier: ISC */
/*
 * What every command of bankctl needs: the configuration, and words on standard
 * error.
 */
#include "bankctl.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/error.h"
#include "../../shared/base/zone.h"
#include "../../shared/terminal/text.h"
#include "../base/options.h"

#define ERROR_SIZE 1024
#define COMPLAINT_SIZE (PATH_MAX + ERROR_SIZE)

void
bankctl_use_utf8(void)
{
	if (setlocale(LC_CTYPE, "") == NULL || !text_is_utf8())
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* Words of others stand in it: none of them moves the terminal. */
int
bankctl_complain(int code, const char *format, ...)
{
	char text[COMPLAINT_SIZE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	bankctl_use_utf8();
	fprintf(stderr, "bankctl: %s\n",
	    text_clean(text, sizeof(text), text, strlen(text)));
	return code;
}

int
bankctl_read_config(struct bankctl *bankctl)
{
	char error[ERROR_SIZE];
	int result;

	bankctl->config = config_new(bankd_options, BANKD_OPTION_COUNT);
	if (bankctl->config == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	result = config_read(
	    bankctl->config, bankctl->config_path, error, sizeof(error));
	if (result == 0)
		result =
		    zone_use(config_string(bankctl->config, BANK_TIME_ZONE),
			error, sizeof(error));
	if (result == BANK_ESYS)
		return bankctl_complain(EX_CONFIG,
		    "%s: %s; -c names another file", bankctl->config_path,
		    strerror(errno));
	return result == 0
	    ? 0
	    : bankctl_complain(config_exit_code(result), "%s", error);
}
