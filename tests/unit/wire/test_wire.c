/* SPDX-License-Identifier: ISC */
/*
 * The wire's words, lines and replies: each form at its edges, the table
 * against the protocol's text, and what a reader must not take for a reply.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"
#include "../../../shared/wire/wire_memo.h"
#include "../../../shared/wire/wire_reader.h"
#include "../../../shared/wire/wire_reply.h"
#include "../../../shared/base/utf8.h"

#define LITERAL(text) text, sizeof(text) - 1
#define TEN "0123456789"

static void
test_ids(void **state)
{
	(void)state;
	assert_true(wire_is_id(LITERAL("chris")));
	assert_true(wire_is_id(LITERAL("A")));
	assert_true(wire_is_id(LITERAL("7")));
	assert_true(wire_is_id(LITERAL("a.b_c-D9")));
	assert_true(wire_is_id(LITERAL(TEN TEN TEN "ab")));
	assert_false(wire_is_id(LITERAL(TEN TEN TEN "abc")));
	assert_false(wire_is_id(LITERAL("")));
	assert_false(wire_is_id(LITERAL(".a")));
	assert_false(wire_is_id(LITERAL("-a")));
	assert_false(wire_is_id(LITERAL("_a")));
	assert_false(wire_is_id(LITERAL("a b")));
	assert_false(wire_is_id(LITERAL(":cash")));
	assert_false(wire_is_id(LITERAL("a\0b")));
	assert_false(wire_is_id(LITERAL("jos\xc3\xa9")));
	assert_true(wire_is_id("ab/", 2));
}

static void
test_passwords_and_names(void **state)
{
	static const char sixty[] = TEN TEN TEN TEN TEN TEN "abcd";

	(void)state;
	assert_true(wire_is_password(LITERAL("1234")));
	assert_true(wire_is_password(LITERAL(" ")));
	assert_true(wire_is_password(LITERAL("\xe2\x82\xac")));
	assert_true(wire_is_password(LITERAL(sixty)));
	assert_false(
	    wire_is_password(LITERAL(TEN TEN TEN TEN TEN TEN "abcde")));
	assert_false(wire_is_password(LITERAL("")));
	assert_false(wire_is_password(LITERAL("a\nb")));
	assert_false(wire_is_password(LITERAL("a\0b")));
	assert_false(wire_is_password(LITERAL("a\x7f")));
	assert_true(wire_is_name(LITERAL("")));
	assert_true(wire_is_name(LITERAL("Jos\xc3\xa9 P\xc3\xa9rez")));
	assert_true(wire_is_name(LITERAL(sixty)));
	assert_false(wire_is_name(LITERAL(TEN TEN TEN TEN TEN TEN "abcde")));
	assert_false(wire_is_name(LITERAL("a\tb")));
}

/* RFC 3629 the other way round: by encoding the character again. */
static bool
is_character(const uint8_t *p, size_t length)
{
	uint32_t c = length == 1 ? p[0]
				 : p[0] &
		(length == 2          ? 0x1fU
			: length == 3 ? 0x0fU
				      : 0x07U);
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	static const uint8_t masks[] = { 0, 0x80, 0xe0, 0xf0, 0xf8 };

	if ((p[0] & masks[length]) != marks[length])
		return false;
	for (size_t i = 1; i < length; i++) {
		if (p[i] >> 6 != 2)
			return false;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[length] && c <= 0x10ffff &&
	    (c < 0xd800 || c > 0xdfff) && c >= 0x20 && (c < 0x7f || c > 0x9f);
}

/* All sequences of up to three bytes, and of four with edges in the last. */
static void
test_utf8(void **state)
{
	static const uint8_t last[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
	uint8_t p[4];

	(void)state;
	for (uint32_t n = 0; n < 1U << 24; n++) {
		p[0] = (uint8_t)n;
		p[1] = (uint8_t)(n >> 8);
		p[2] = (uint8_t)(n >> 16);
		if (n < 1U << 8 &&
		    is_character(p, 1) != (utf8_length((char *)p, 1) == 1))
			fail_msg("%06x of one", n);
		if (n < 1U << 16 &&
		    is_character(p, 2) != (utf8_length((char *)p, 2) == 2))
			fail_msg("%06x of two", n);
		if (p[0] >= 0xe0 &&
		    is_character(p, 3) != (utf8_length((char *)p, 3) == 3))
			fail_msg("%06x of three", n);
		if (p[0] < 0xf0 || (p[2] & 0x1f) != 0)
			continue;
		for (size_t i = 0; i < sizeof(last); i++) {
			p[3] = last[i];
			if (is_character(p, 4) !=
			    (utf8_length((char *)p, 4) == 4))
				fail_msg("%06x %02x", n, p[3]);
		}
	}
	assert_true(utf8_is_clean(LITERAL("")));
	assert_false(utf8_is_clean(LITERAL("abc\xe2\x82")));
	assert_false(utf8_is_clean(LITERAL("\xc2\x85")));
	assert_false(utf8_is_clean(LITERAL("\xed\xa0\x80")));
	assert_false(utf8_is_clean(LITERAL("\xc0\x80")));
	assert_false(utf8_is_clean(LITERAL("\xf4\x90\x80\x80")));
}

static void
test_txids(void **state)
{
	static const char given[] = "0190f0e1d2c3000102030405060708fe";
	uint8_t txid[WIRE_TXID_SIZE], other[WIRE_TXID_SIZE];
	char text[WIRE_TXID_TEXT];

	(void)state;
	assert_int_equal(wire_parse_txid(LITERAL(given), txid), 0);
	assert_int_equal(wire_txid_ms(txid), 0x0190f0e1d2c3);
	wire_format_txid(txid, text);
	assert_string_equal(text, given);
	assert_int_equal(wire_parse_txid(given, 31, txid), BANK_EINVAL);
	assert_int_equal(
	    wire_parse_txid(LITERAL("0190F0E1D2C3000102030405060708FE"), txid),
	    BANK_EINVAL);
	assert_int_equal(
	    wire_parse_txid(LITERAL("0190f0e1d2c3000102030405060708fe0"), txid),
	    BANK_EINVAL);
	assert_int_equal(
	    wire_parse_txid(LITERAL("0190f0e1d2c300010203040506070 fe"), txid),
	    BANK_EINVAL);

	assert_int_equal(wire_make_txid(UINT64_C(1700000000123), txid), 0);
	assert_int_equal(wire_make_txid(UINT64_C(1700000000123), other), 0);
	assert_int_equal(wire_txid_ms(txid), UINT64_C(1700000000123));
	assert_memory_not_equal(txid, other, sizeof(txid));
}

static void
assert_time(time_t seconds)
{
	char text[WIRE_TIME_TEXT], wanted[64];
	struct tm tm;

	assert_non_null(gmtime_r(&seconds, &tm));
	assert_int_equal(
	    strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm), 20);
	assert_string_equal(
	    wire_format_time((uint64_t)seconds * 1000 + 999, text), wanted);
}

/* Each day up to the year 2400 against libc, at a second of its own. */
static void
test_times(void **state)
{
	char text[WIRE_TIME_TEXT];

	(void)state;
	assert_string_equal(wire_format_time(0, text), "1970-01-01T00:00:00Z");
	for (time_t day = 0; day < 157100; day++)
		assert_time(day * 86400 + day * 7919 % 86400);
	for (time_t day = 1; day < 12000; day++)
		assert_time(day * 86400 - 1);
	assert_time(INT64_C(253402300799));
	assert_string_equal(
	    wire_format_time(UINT64_MAX, text), "9999-12-31T23:59:59Z");
}

static void
test_split(void **state)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];

	(void)state;
	assert_int_equal(wire_split(LITERAL("2"), tokens), 1);
	assert_true(wire_token_is(&tokens[0], "2"));
	assert_int_equal(wire_split(LITERAL("NOTIFY udp 4281"), tokens), 3);
	assert_true(wire_token_is(&tokens[0], "NOTIFY"));
	assert_true(wire_token_is(&tokens[1], "udp"));
	assert_true(wire_token_is(&tokens[2], "4281"));
	assert_false(wire_token_is(&tokens[2], "428"));
	assert_false(wire_token_is(&tokens[2], "42811"));
	assert_int_equal(wire_split(LITERAL("a b c d e f g h"), tokens), 8);
	assert_true(wire_token_is(&tokens[7], "h"));
	assert_int_equal(
	    wire_split(LITERAL("a b c d e f g h i"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL(""), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL(" "), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL(" a"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a "), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a  b"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a\tb"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a\nb"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a\0b"), tokens), BANK_EINVAL);
	assert_int_equal(wire_split(LITERAL("a \xff"), tokens), BANK_EINVAL);
}

static int
account_of(const char *text, enum wire_account *account)
{
	struct wire_token token = { text, strlen(text) };

	return wire_token_account(&token, account);
}

static int
amount_of(const char *text, int64_t *cents)
{
	struct wire_token token = { text, strlen(text) };

	return wire_token_amount(&token, cents);
}

static void
test_accounts_and_amounts(void **state)
{
	enum wire_account account;
	int64_t cents = 0;

	(void)state;
	assert_int_equal(account_of("1", &account), 0);
	assert_int_equal(account, WIRE_SAVINGS);
	assert_int_equal(account_of("2", &account), 0);
	assert_int_equal(account, WIRE_CHECKING);
	assert_int_equal(account_of("3", &account), BANK_EINVAL);
	assert_int_equal(account_of("0", &account), BANK_EINVAL);
	assert_int_equal(account_of("11", &account), BANK_EINVAL);
	assert_int_equal(account_of("savings", &account), BANK_EINVAL);

	assert_int_equal(amount_of("250.5", &cents), 0);
	assert_int_equal(cents, 25050);
	assert_int_equal(amount_of("0.01", &cents), 0);
	assert_int_equal(amount_of("0", &cents), BANK_EINVAL);
	assert_int_equal(amount_of("0.00", &cents), BANK_EINVAL);
	assert_int_equal(amount_of("-1", &cents), BANK_EINVAL);
	assert_int_equal(cents, 1);
}

/* The seeds' own words, and that each row can be read back as a reply. */
static void
test_table(void **state)
{
	struct wire_reader reader;
	struct wire_writer writer;
	char text[128];
	int n;

	(void)state;
	assert_string_equal(wire_reply_text(WIRE_NO_FUNDS),
	    "Your account does not have enough funds");
	assert_int_equal(wire_reply_code(WIRE_NO_FUNDS), 402);
	assert_string_equal(
	    wire_reply_text(WIRE_LOGIN_OK), "ID and password are correct");
	assert_string_equal(
	    wire_reply_text(WIRE_LOGIN_REFUSED), "ID or password is incorrect");
	assert_string_equal(wire_reply_text(WIRE_NO_RECIPIENT),
	    "the recipient's ID does not exist");
	assert_string_equal(
	    wire_reply_text(WIRE_DONE), "your transaction is successful");
	assert_string_equal(wire_reply_text(WIRE_INCORRECT), "incorrect input");
	for (int i = 0; i < WIRE_REPLY_COUNT; i++) {
		wire_begin(&writer, text, sizeof(text), (enum wire_reply)i);
		assert_true((n = wire_finish(&writer)) > 4);
		assert_int_equal(wire_read(&reader, text, (size_t)n), 0);
		assert_int_equal(
		    reader.code, wire_reply_code((enum wire_reply)i));
		assert_true(wire_token_is(
		    &reader.text, wire_reply_text((enum wire_reply)i)));
	}
}

static int
write_balances(char *text, size_t size)
{
	struct wire_writer writer;

	wire_begin(&writer, text, size, WIRE_DONE);
	wire_key(&writer, "seq", "%d", 17);
	wire_key(&writer, "name", "%s", "");
	wire_key_money(&writer, "savings", 974950);
	wire_key_money(&writer, "checking", -100);
	return wire_finish(&writer);
}

static void
test_write_and_read(void **state)
{
	static const char wanted[] = "200-seq 17\n200-name \n"
				     "200-savings 9749.50\n"
				     "200-checking -1.00\n"
				     "200 your transaction is successful";
	struct wire_reader reader;
	struct wire_line line;
	char text[256], value[16];
	size_t offset = 0;
	int n = write_balances(text, sizeof(text));

	(void)state;
	assert_int_equal(n, sizeof(wanted) - 1);
	assert_string_equal(text, wanted);
	assert_int_equal(wire_read(&reader, text, (size_t)n), 0);
	assert_int_equal(reader.code, 200);
	assert_true(wire_next_line(&reader, &offset, &line));
	assert_true(wire_token_is(&line.key, "seq"));
	assert_true(wire_token_is(&line.value, "17"));
	assert_true(wire_next_line(&reader, &offset, &line));
	assert_int_equal(line.value.length, 0);
	assert_true(wire_next_line(&reader, &offset, &line));
	assert_true(wire_next_line(&reader, &offset, &line));
	assert_false(wire_next_line(&reader, &offset, &line));
	assert_int_equal(
	    wire_find(&reader, "checking", value, sizeof(value)), 0);
	assert_string_equal(value, "-1.00");
	assert_int_equal(wire_find(&reader, "checking", value, 6), 0);
	assert_int_equal(wire_find(&reader, "checking", value, 5), BANK_ENOSPC);
	assert_int_equal(wire_find(&reader, "name", value, 1), 0);
	assert_int_equal(
	    wire_find(&reader, "check", value, sizeof(value)), BANK_ENOTFOUND);
}

/* Every size from none to enough, in a block of just that size. */
static void
test_writer_keeps_its_bounds(void **state)
{
	char text[256];
	size_t wanted = (size_t)write_balances(text, sizeof(text));

	(void)state;
	for (size_t size = 0; size <= wanted + 1; size++) {
		char *block = malloc(size + 1);

		assert_non_null(block);
		block[size] = '#';
		assert_int_equal(write_balances(block, size),
		    size > wanted ? (int)wanted : BANK_ENOSPC);
		assert_int_equal(block[size], '#');
		free(block);
	}
}

static void
test_what_is_no_reply(void **state)
{
	static const char *const texts[] = { "", "200", "200 ", "200-", "20 x",
		"2000 x", "200x", "099 x", "-00 x", ":00 x", "200-a b",
		"200-a b\n", "200-a b\n200-c d", "200-a\n200 x",
		"200- b\n200 x", "200-a b\n\n200 x", "200-a b\n201 x",
		"201-a b\n200 x", "200-a b\n201-c d\n200 x", "200 x\n200 y",
		"200 x\n", "\n200 x", "200 x\ty", "200-a \x1b[2J\n200 x",
		"200 \xff", "200-a \xc2\x9b\n200 x" };
	struct wire_reader reader;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++)
		if (wire_read(&reader, texts[i], strlen(texts[i])) !=
		    BANK_EINVAL)
			fail_msg("taken: %s", texts[i]);
	assert_int_equal(wire_read(&reader, LITERAL("200 a\0b")), BANK_EINVAL);
	assert_int_equal(wire_read(&reader, LITERAL("401 no")), 0);
	assert_int_equal(reader.code, 401);
	assert_int_equal(reader.lines_length, 0);
}

static void
expect_memo(const char *memo, const char *text)
{
	char written[WIRE_MEMO_TEXT], read[WIRE_MEMO_SIZE];

	assert_string_equal(wire_format_memo(memo, written), text);
	assert_int_equal(wire_parse_memo(text, strlen(text), read), 0);
	assert_string_equal(read, memo);
}

/* One way to write each, and no other is read. */
static void
test_memos(void **state)
{
	static const char *const others[] = { "", "c", "cm",
		"cmVudA==", "cmVudB", "cmVu dA", "cmVu+A", "Pz5/", "Cg", "_w",
		"AA", "cmVud", " cmVu", "cmVu\n" };
	char longest[WIRE_MEMO_SIZE], text[WIRE_MEMO_TEXT + 8];
	char read[WIRE_MEMO_SIZE];

	(void)state;
	expect_memo("x", "eA");
	expect_memo("xy", "eHk");
	expect_memo("rent", "cmVudA");
	expect_memo("?>~", "Pz5-");
	expect_memo("??\xc3\xbf", "Pz_Dvw");
	assert_string_equal(wire_format_memo("", text), "");
	memset(longest, 'm', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	wire_format_memo(longest, text);
	assert_int_equal(strlen(text), 86);
	expect_memo(longest, text);
	memset(text, 'b', sizeof(text));
	for (size_t length = 87; length <= sizeof(text); length++)
		assert_int_equal(
		    wire_parse_memo(text, length, read), BANK_EINVAL);
	for (size_t i = 0; i < NELEM(others); i++)
		if (wire_parse_memo(others[i], strlen(others[i]), read) !=
		    BANK_EINVAL)
			fail_msg("taken: %s", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_passwords_and_names),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_txids),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_accounts_and_amounts),
		cmocka_unit_test(test_memos),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_writer_keeps_its_bounds),
		cmocka_unit_test(test_what_is_no_reply),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
