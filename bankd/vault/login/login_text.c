/* SPDX-License-Identifier: ISC */
/*
 * Reads the text of a login (the vault's): `id LF password` and the like.
 * These are bytes of a stranger; it knows no sockets.
 */
#include "login_text.h"

#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "../../../shared/wire/frame.h"

struct part {
	const char *text;
	size_t length;
};

/* Cuts off the next part and its LF; false where there is no LF. */
static bool
cut(struct part *rest, struct part *part)
{
	const char *lf = memchr(rest->text, '\n', rest->length);

	if (lf == NULL)
		return false;
	part->text = rest->text;
	part->length = (size_t)(lf - rest->text);
	rest->text = lf + 1;
	rest->length -= part->length + 1;
	return true;
}

static int
take_id(struct login_text *login, const struct part *part)
{
	if (!wire_is_id(part->text, part->length))
		return BANK_EINVAL;
	memcpy(login->id, part->text, part->length);
	return 0;
}

static int
take_password(struct login_text *login, const struct part *part)
{
	if (!wire_is_password(part->text, part->length))
		return BANK_EINVAL;
	memcpy(login->password, part->text, part->length);
	return 0;
}

static int
read_login(struct login_text *login, struct part rest)
{
	struct part id;

	if (!cut(&rest, &id) || take_id(login, &id) != 0)
		return BANK_EINVAL;
	return take_password(login, &rest);
}

static int
read_open(struct login_text *login, struct part rest)
{
	struct part id, password;

	if (!cut(&rest, &id) || !cut(&rest, &password) ||
	    take_id(login, &id) != 0 || take_password(login, &password) != 0 ||
	    !wire_is_name(rest.text, rest.length))
		return BANK_EINVAL;
	memcpy(login->name, rest.text, rest.length);
	return 0;
}

static int
read_reversal(struct login_text *login, struct part rest)
{
	struct part id;

	if (!cut(&rest, &id) || take_id(login, &id) != 0)
		return BANK_EINVAL;
	return wire_parse_txid(rest.text, rest.length, login->txid);
}

static int
read_resume(struct part rest)
{
	static const char word[] = "RESUME";

	return rest.length == sizeof(word) - 1 &&
		memcmp(rest.text, word, rest.length) == 0
	    ? 0
	    : BANK_EINVAL;
}

int
login_text_read(
    struct login_text *login, uint8_t type, const char *text, size_t length)
{
	struct part all = { text, length };
	int error = BANK_EINVAL;

	memset(login, 0, sizeof(*login));
	if (type == FRAME_LOGIN)
		error = read_login(login, all);
	else if (type == FRAME_OPEN)
		error = read_open(login, all);
	else if (type == FRAME_REVERSAL)
		error = read_reversal(login, all);
	else if (type == FRAME_RESUME)
		error = read_resume(all);
	else if (type == FRAME_CASH)
		error = wire_cash_read(&login->cash, text, length);
	if (error != 0)
		OPENSSL_cleanse(login, sizeof(*login));
	return error;
}
