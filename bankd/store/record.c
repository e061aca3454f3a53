/* SPDX-License-Identifier: ISC */
/*
 * Records as bytes.  Numbers are big endian, signed ones in two's complement;
 * a text is its length (1 byte) and its bytes; times are in milliseconds since
 * 1970, money is in cents.
 *
 *	1 entry    seq(8) time(8) txid(16) kind(1) kiosk(text)
 *	           debit: number(4) account(1) savings(8) checking(8)
 *	           previous(8); credit: the same; amount(8) reverses(8)
 *	2 account  number(4) line(4) opened(8) id(text) name(text) hash(text)
 *	3 hash     number(4) hash(text)
 *	4 row      number(4) opened(8) closed(8) last login(8) own limits(4 x 8)
 *	5 settled  number(4) txid(16) stale(8)
 *	6 attempt  owner(4) total(16) key(16) count(4) pending(4) time(8)
 *	           locked until(8) success(8) stranger(1)
 *	7 kiosk    name(text) public key(32) cash(1) revoked(1)
 *	8 time     newest(8)
 *	9 leap     nothing
 *	10 entry   with texts: as 1, then memo(text) by(text) reason(text), of
 *	           which one at least isn't empty
 *	11 audit   number(8) time(8) by(text) verb(text) about(text)
 *	           detail(text) reason(text) seq(8) of(8)
 *	12 tell    number(4) notice(text)
 *	13 flags   number(4) its password must be changed(1)
 *	14 stock   kiosk(text) time(8) notes(text)
 *
 * What the fields of an entry mean is told with the chain (chain.c), which
 * binds them; the link itself is not in the record, for it can be made.
 *
 * Each kind is written and read by one function, which a `codec` leads either
 * way, so that the two can't differ.
 */
#include "record.h"

#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define RECORD_SIZE 1024 /* more than any */

struct codec {
	bool writes, wrong;
	uint8_t *to;         /* writing: the next byte */
	const uint8_t *from; /* reading */
	size_t left;
};

static bool
take(struct codec *codec, size_t length)
{
	if (codec->wrong || codec->left < length) {
		codec->wrong = true;
		return false;
	}
	codec->left -= length;
	return true;
}

static void
bytes(struct codec *codec, void *value, size_t length)
{
	if (!take(codec, length))
		return;
	if (codec->writes) {
		memcpy(codec->to, value, length);
		codec->to += length;
	} else {
		memcpy(value, codec->from, length);
		codec->from += length;
	}
}

static void
u8(struct codec *codec, uint8_t *value)
{
	bytes(codec, value, 1);
}

static void
u32(struct codec *codec, uint32_t *value)
{
	uint8_t data[4];

	put_u32(data, *value);
	bytes(codec, data, sizeof(data));
	if (!codec->writes && !codec->wrong)
		*value = get_u32(data);
}

static void
u64(struct codec *codec, uint64_t *value)
{
	uint8_t data[8];

	put_u64(data, *value);
	bytes(codec, data, sizeof(data));
	if (!codec->writes && !codec->wrong)
		*value = get_u64(data);
}

static void
i64(struct codec *codec, int64_t *value)
{
	uint64_t same = (uint64_t)*value;

	u64(codec, &same);
	*value = (int64_t)same;
}

static void
flag(struct codec *codec, bool *value)
{
	uint8_t byte = *value;

	u8(codec, &byte);
	if (byte > 1)
		codec->wrong = true;
	*value = byte == 1;
}

/* Without a NUL in the bytes; always with one in `value`. */
static void
text(struct codec *codec, char *value, size_t size)
{
	uint8_t length = codec->writes ? (uint8_t)strnlen(value, size - 1) : 0;

	u8(codec, &length);
	if (length >= size)
		codec->wrong = true;
	if (codec->wrong)
		return;
	bytes(codec, value, length);
	if (codec->writes || codec->wrong)
		return;
	value[length] = '\0';
	if (strlen(value) != length)
		codec->wrong = true;
}

static void
posting(struct codec *codec, struct ledger_posting *value)
{
	uint8_t account = (uint8_t)value->account;

	u32(codec, &value->number);
	u8(codec, &account);
	if (account > WIRE_CHECKING)
		codec->wrong = true;
	value->account = (enum wire_account)account;
	i64(codec, &value->cents[WIRE_SAVINGS]);
	i64(codec, &value->cents[WIRE_CHECKING]);
	u64(codec, &value->previous_seq);
}

static void
entry(struct codec *codec, struct record *record)
{
	struct ledger_entry *value = &record->entry;
	uint8_t kind = (uint8_t)value->kind;

	u64(codec, &value->seq);
	u64(codec, &value->time_ms);
	bytes(codec, value->txid, WIRE_TXID_SIZE);
	u8(codec, &kind);
	if (kind >= LEDGER_KIND_COUNT)
		codec->wrong = true;
	value->kind = (enum ledger_kind)kind;
	text(codec, value->kiosk, sizeof(value->kiosk));
	posting(codec, &value->debit);
	posting(codec, &value->credit);
	i64(codec, &value->amount_cents);
	u64(codec, &value->reverses);
}

static void
account(struct codec *codec, struct record *record)
{
	struct ledger_account *value = &record->account;
	uint32_t line = (uint32_t)value->line;

	u32(codec, &value->number);
	u32(codec, &line);
	value->line = (int32_t)line;
	u64(codec, &value->opened_ms);
	text(codec, value->id, sizeof(value->id));
	text(codec, record->name, sizeof(record->name));
	text(codec, record->hash, sizeof(record->hash));
}

static void
hash(struct codec *codec, struct record *record)
{
	u32(codec, &record->account.number);
	text(codec, record->hash, sizeof(record->hash));
}

static void
row(struct codec *codec, struct record *record)
{
	struct ledger_account *value = &record->account;

	u32(codec, &value->number);
	u64(codec, &value->opened_ms);
	u64(codec, &value->closed_ms);
	u64(codec, &value->last_login_ms);
	for (size_t i = 0; i < NELEM(value->own_limit); i++)
		i64(codec, &value->own_limit[i]);
}

static void
settled(struct codec *codec, struct record *record)
{
	u32(codec, &record->account.number);
	bytes(codec, record->txid, WIRE_TXID_SIZE);
	u64(codec, &record->time_ms);
}

static void
attempt(struct codec *codec, struct record *record)
{
	struct store_attempt *value = &record->attempt;

	u32(codec, &value->owner);
	bytes(codec, value->total, sizeof(value->total));
	bytes(codec, value->key, sizeof(value->key));
	u32(codec, &value->count);
	u32(codec, &value->pending);
	u64(codec, &value->time_ms);
	u64(codec, &value->locked_until_ms);
	u64(codec, &value->success_ms);
	flag(codec, &value->stranger);
}

static void
kiosk(struct codec *codec, struct record *record)
{
	struct store_kiosk *value = &record->kiosk;

	text(codec, value->name, sizeof(value->name));
	bytes(codec, value->public_key, sizeof(value->public_key));
	flag(codec, &value->cash);
	flag(codec, &value->revoked);
}

static void
time_given(struct codec *codec, struct record *record)
{
	u64(codec, &record->time_ms);
}

static void
leap(struct codec *codec, struct record *record)
{
	(void)codec;
	(void)record;
}

static void
entry_texts(struct codec *codec, struct record *record)
{
	struct ledger_entry *value = &record->entry;

	entry(codec, record);
	text(codec, value->memo, sizeof(value->memo));
	text(codec, value->by, sizeof(value->by));
	text(codec, value->reason, sizeof(value->reason));
	if (!ledger_has_texts(value))
		codec->wrong = true;
}

static void
audit(struct codec *codec, struct record *record)
{
	struct audit *value = &record->audit;

	u64(codec, &value->number);
	u64(codec, &value->time_ms);
	text(codec, value->by, sizeof(value->by));
	text(codec, value->verb, sizeof(value->verb));
	text(codec, value->about, sizeof(value->about));
	text(codec, value->detail, sizeof(value->detail));
	text(codec, value->reason, sizeof(value->reason));
	u64(codec, &value->seq);
	u64(codec, &value->of);
}

static void
tell(struct codec *codec, struct record *record)
{
	u32(codec, &record->account.number);
	text(codec, record->text, sizeof(record->text));
}

static void
flags(struct codec *codec, struct record *record)
{
	u32(codec, &record->account.number);
	flag(codec, &record->account.must_change);
}

static void
stock(struct codec *codec, struct record *record)
{
	struct store_stock *value = &record->stock;

	text(codec, value->kiosk, sizeof(value->kiosk));
	u64(codec, &value->time_ms);
	text(codec, value->notes, sizeof(value->notes));
}

static void (*const kinds[RECORD_KINDS])(struct codec *, struct record *) = {
	[RECORD_ENTRY] = entry,
	[RECORD_ACCOUNT] = account,
	[RECORD_HASH] = hash,
	[RECORD_ROW] = row,
	[RECORD_SETTLED] = settled,
	[RECORD_ATTEMPT] = attempt,
	[RECORD_KIOSK] = kiosk,
	[RECORD_TIME] = time_given,
	[RECORD_LEAP] = leap,
	[RECORD_ENTRY_TEXTS] = entry_texts,
	[RECORD_AUDIT] = audit,
	[RECORD_TELL] = tell,
	[RECORD_FLAGS] = flags,
	[RECORD_STOCK] = stock,
};

int
record_add(struct lot *lot, struct record *record)
{
	uint8_t data[RECORD_SIZE], *to;
	struct codec codec = {
		.writes = true, .to = data, .left = sizeof(data)
	};
	size_t length;

	kinds[record->kind](&codec, record);
	if (codec.wrong)
		return BANK_EINVAL;
	length = (size_t)(codec.to - data);
	to = lot_add(lot, (uint8_t)record->kind, length);
	if (to == NULL)
		return BANK_ENOMEM;
	memcpy(to, data, length);
	return 0;
}

int
record_read(const struct lot_record *from, struct record *record)
{
	struct codec codec = { .from = from->bytes, .left = from->length };

	if (from->kind == 0 || from->kind >= RECORD_KINDS)
		return BANK_EINVAL;
	*record = (struct record) { .kind = (enum record_kind)from->kind };
	kinds[from->kind](&codec, record);
	return codec.wrong || codec.left != 0 ? BANK_EDAMAGED : 0;
}
