/* SPDX-License-Identifier: ISC */
/*
 * bankctl kiosk: makes a kiosk's key in a file that goes to the kiosk.  Only
 * the public key goes to the bank, running or not.
 */
#include "bankctl_kiosk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/crypt/pem.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"
#include "bankctl_keys.h"
#include "bankctl_offline.h"
#include "../store/kiosks.h"
#include "../store/store_kiosks.h"
#include "../base/options.h"

#define WRONG_WORDS (-2) /* no exit code, nor CLIENT_NOBODY */
#define KEY_FILE_MAX 16384
#define PATH_SIZE 4096
#define PUBLIC_HEX (2 * KIOSK_PUBLIC_SIZE + 1)

static int
make_key(const char *path, EVP_PKEY **key)
{
	char *pem = NULL;
	size_t length = 0;
	int code, result;

	if ((*key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")) == NULL)
		result = openssl_error_take(BANK_ECRYPTO);
	else
		result = pem_write_key(&pem, &length, *key);
	if (result != 0)
		return bankctl_complain_cannot(result, path, "", "");
	code = bankctl_write_file(path, pem, length, 0600);
	OPENSSL_cleanse(pem, length);
	free(pem);
	return code;
}

static int
read_key(const char *path, EVP_PKEY **key)
{
	char *pem = NULL, reason[PATH_SIZE];
	size_t length = 0;
	int result;

	if ((result = file_read(path, KEY_FILE_MAX, &pem, &length)) != 0)
		return bankctl_file_unread(path, result);
	result = kiosk_key_read(key, pem, length);
	OPENSSL_cleanse(pem, length);
	free(pem);
	if (result == 0)
		return 0;
	openssl_error_say(result, "not an Ed25519 key (PEM)",
	    "--key names another file", reason, sizeof(reason));
	return bankctl_complain(
	    result == BANK_ECRYPTO ? EX_SOFTWARE : EX_DATAERR, "%s: %s", path,
	    reason);
}

int
bankctl_kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE])
{
	size_t length = KIOSK_PUBLIC_SIZE;
	EVP_PKEY *key = NULL;
	int code;

	if (access(path, F_OK) == 0)
		code = read_key(path, &key);
	else
		code = make_key(path, &key);
	if (code == 0 &&
	    EVP_PKEY_get_raw_public_key(key, public_key, &length) != 1)
		code = bankctl_complain(
		    EX_SOFTWARE, "%s: it has no public key", path);
	EVP_PKEY_free(key);
	return code;
}

/* The words of `kiosk add` and `rekey`, taken apart. */
struct addition {
	const char *name, *path;
	char default_path[PATH_SIZE];
	bool cash;
};

static int
parse_addition(struct addition *addition, int argc, char *argv[])
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--cash") == 0)
			addition->cash = true;
		else if (strcmp(argv[i], "--key") == 0 && i + 1 < argc)
			addition->path = argv[++i];
		else if (addition->name == NULL)
			addition->name = argv[i];
		else
			return WRONG_WORDS;
	}
	if (addition->name == NULL)
		return WRONG_WORDS;
	if (!wire_is_id(addition->name, strlen(addition->name)))
		return bankctl_complain(EX_DATAERR,
		    "kiosk %s: a name has 1 to 32 characters of A-Z a-z 0-9 . "
		    "_ - and starts with a letter or digit",
		    addition->name);
	snprintf(addition->default_path, sizeof(addition->default_path),
	    "%s.key", addition->name);
	if (addition->path == NULL)
		addition->path = addition->default_path;
	return 0;
}

struct wanted {
	const char *name;
	struct store_kiosk kiosk;
	bool found;
};

static void
look_for(void *context, const struct store_kiosk *kiosk)
{
	struct wanted *wanted = context;

	if (strcmp(kiosk->name, wanted->name) != 0)
		return;
	wanted->kiosk = *kiosk;
	wanted->found = true;
}

/* The differences between `kiosk add` and `kiosk rekey`. */
static const struct change {
	const char *name, *verb, *said;
	kiosks_rule *rule;
	bool has_cash;
} adding = { "add", "kiosk add", "is enrolled", kiosks_may_add, true },
  rekeying = { "rekey", "kiosk rekey",
	  "has a new key, and the old one is refused", kiosks_may_rekey,
	  false };

/* If the bank doesn't run, writes to its state by the same rule. */
static int
change_offline(const struct bankctl *bankctl, struct store_kiosk *kiosk,
    const struct change *change)
{
	struct wanted wanted = { .name = kiosk->name };
	char reason[KIOSKS_REASON_SIZE];
	struct offline *offline;
	int code;

	if ((code = bankctl_offline_open(&offline, bankctl)) != 0)
		return code;
	if (store_kiosk_each(
		bankctl_offline_store(offline), look_for, &wanted) != 0)
		code = bankctl_complain(EX_DATAERR, "the kiosks can't be read");
	else if (change->rule(
		     wanted.found ? &wanted.kiosk : NULL, kiosk, reason) != 0)
		code = bankctl_complain(EX_DATAERR, "%s", reason);
	else
		code = bankctl_offline_kiosk_put(
		    offline, bankctl, kiosk, change->verb);
	bankctl_offline_close(offline);
	return code;
}

static int
change(const struct bankctl *bankctl, struct store_kiosk *kiosk,
    const struct change *change)
{
	char name[KIOSK_NAME_SIZE], hex[PUBLIC_HEX];
	const char *const words[] = { "kiosk", change->name, name, hex,
		kiosk->cash ? "yes" : "no" };
	char *answer = NULL;
	int code;

	string_copy(name, kiosk->name, sizeof(name));
	hex_encode(kiosk->public_key, sizeof(kiosk->public_key), hex);
	code = bankctl_client_ask(
	    bankctl, change->has_cash ? 5 : 4, words, &answer);
	if (code == CLIENT_NOBODY)
		return change_offline(bankctl, kiosk, change);
	/* Who asked says what was done. */
	if (code == 0 && control_get_code(answer) != 0)
		code = bankctl_client_print(answer, CONTROL_JSON_NONE);
	free(answer);
	return code;
}

static int say_done(const struct bankctl *bankctl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
say_done(const struct bankctl *bankctl, const char *format, ...)
{
	struct control_text answer = { 0 };
	char message[PATH_SIZE + 256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	return bankctl_client_print_made(&answer, 0, message, bankctl->json);
}

int
bankctl_kiosk_enrol(const struct bankctl *bankctl, struct store_kiosk *kiosk)
{
	return change(bankctl, kiosk, &adding);
}

/* Removes a new key if its kiosk was refused. */
static int
give_key(
    struct bankctl *bankctl, const struct change *what, int argc, char *argv[])
{
	struct addition addition = { 0 };
	struct store_kiosk kiosk = { 0 };
	bool is_there;
	int code;

	if ((code = parse_addition(&addition, argc, argv)) != 0)
		return code;
	if (addition.cash && !what->has_cash)
		return WRONG_WORDS;
	is_there = access(addition.path, F_OK) == 0;
	if ((code = bankctl_kiosk_key(addition.path, kiosk.public_key)) != 0)
		return code;
	string_copy(kiosk.name, addition.name, sizeof(kiosk.name));
	kiosk.cash = addition.cash;
	if ((code = change(bankctl, &kiosk, what)) == 0)
		return say_done(bankctl,
		    "kiosk %s %s; move %s to the kiosk, and let nobody else "
		    "have it",
		    kiosk.name, what->said, addition.path);
	if (!is_there &&
	    (code == EX_DATAERR || code == EX_USAGE || code == EX_NOPERM ||
		code == EX_UNAVAILABLE))
		(void)unlink(addition.path);
	return code;
}

struct list {
	struct store *store;
	struct kiosks kiosks; /* their visits alone */
	struct control_text answer;
};

static void
list_row(void *context, const struct store_kiosk *kiosk)
{
	struct list *list = context;
	struct kiosks_known known;
	char hex[PUBLIC_HEX];

	kiosks_look_up(&list->kiosks, list->store, kiosk->name, &known);
	hex_encode(kiosk->public_key, sizeof(kiosk->public_key), hex);
	control_put_row(&list->answer, '+',
	    TEXTS(kiosk->name, kiosk->cash ? "yes" : "no",
		kiosk->revoked ? "revoked" : "enrolled", known.seen,
		known.address, known.software, known.notes, hex));
}

static int
list_offline(const struct bankctl *bankctl)
{
	struct list list = { 0 };
	struct offline *offline;
	int code;

	if ((code = bankctl_offline_open_to_read(&offline, bankctl)) != 0)
		return code;
	list.store = bankctl_offline_store(offline);
	control_put_row(&list.answer, '=',
	    TEXTS("name", "cash", "state", "seen", "address", "version",
		"stock", "key"));
	if (kiosks_load_visits(&list.kiosks, list.store) != 0 ||
	    store_kiosk_each(list.store, list_row, &list) != 0)
		code = EX_DATAERR;
	kiosks_free(&list.kiosks);
	bankctl_offline_close(offline);
	return bankctl_client_print_made(&list.answer, code,
	    code == 0 ? "" : "the kiosks can't be read", bankctl->json);
}

static int
revoke_offline(const struct bankctl *bankctl, const char *name)
{
	struct wanted wanted = { .name = name };
	struct offline *offline;
	int code;

	if ((code = bankctl_offline_open(&offline, bankctl)) != 0)
		return code;
	(void)store_kiosk_each(
	    bankctl_offline_store(offline), look_for, &wanted);
	wanted.kiosk.revoked = true;
	code = wanted.found ? bankctl_offline_kiosk_put(offline, bankctl,
				  &wanted.kiosk, "kiosk revoke")
			    : bankctl_complain(EX_DATAERR, "no kiosk %s", name);
	bankctl_offline_close(offline);
	return code == 0
	    ? say_done(bankctl, "kiosk %s is refused from now on", name)
	    : code;
}

int
bankctl_kiosk_run(struct bankctl *bankctl, int argc, char *argv[])
{
	static const char usage[] =
	    "usage: bankctl kiosk add [--cash] [--key file] name | list | "
	    "rekey [--key file] name | revoke name";
	int code = WRONG_WORDS;

	if (strcmp(argv[1], "add") == 0)
		code = give_key(bankctl, &adding, argc - 2, argv + 2);
	else if (strcmp(argv[1], "rekey") == 0)
		code = give_key(bankctl, &rekeying, argc - 2, argv + 2);
	else if (strcmp(argv[1], "list") == 0 && argc == 2) {
		code = bankctl_client_run(bankctl, argc, argv, NULL);
		if (code == CLIENT_NOBODY)
			code = list_offline(bankctl);
	} else if (strcmp(argv[1], "revoke") == 0 && argc == 3) {
		code = bankctl_client_run(bankctl, argc, argv, NULL);
		if (code == CLIENT_NOBODY)
			code = revoke_offline(bankctl, argv[2]);
	}
	return code == WRONG_WORDS ? bankctl_complain(EX_USAGE, "%s", usage)
				   : code;
}
