/* SPDX-License-Identifier: ISC */
/*
 * What `bankctl top` makes of the answers: rates between two of them, alarms,
 * lines of the log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "../../../bankd/bankctl/bankctl.h"
#include "../../../bankd/bankctl/bankctl_top_data.h"

#define GOOD                                                      \
	"+ state\tserving\n+ certificate-expires\t2030-01-01\n"   \
	"+ front-restarts\t0\n+ vault-restarts\t2\n"              \
	"+ front-sandbox\tuser=x no-new-privs landlock seccomp\n" \
	"+ vault-sandbox\tuser=y no-seccomp\n"                    \
	"+ vault-transactions\ttaken\n"

/* bankctl's, of its main file; nothing here complains. */
int
bankctl_complain(int code, const char *format, ...)
{
	fail_msg("%s", format);
	return code;
}

static void
take(struct top_data *data, uint64_t transactions, uint64_t ms)
{
	char answer[1024];

	snprintf(answer, sizeof(answer),
	    GOOD "+ vault-carried-out\t%llu\n. 0\n",
	    (unsigned long long)transactions);
	bankctl_top_data_status(data, answer, ms);
}

static void
test_rates(void **state)
{
	static struct top_data data;

	(void)state;
	take(&data, 1000, 5000);
	assert_int_equal(data.sample_count, 0);
	take(&data, 1010, 7000);
	assert_int_equal(data.sample_count, 1);
	assert_true(data.samples[0] == 5.0);
	/* A vault that began anew. */
	take(&data, 3, 8000);
	assert_true(data.samples[1] == 3.0);
	/* A vault that doesn't answer: nothing is known of the time. */
	bankctl_top_data_status(&data, GOOD ". 0\n", 9000);
	assert_int_equal(data.sample_count, 2);
	take(&data, 7, 10000);
	assert_true(data.samples[2] == 2.0);
	/* The newest are kept. */
	for (uint64_t i = 1; i <= 2 * TOP_SAMPLES; i++)
		take(&data, 7 + i * (i + 1) / 2, 10000 + i * 1000);
	assert_int_equal(data.sample_count, TOP_SAMPLES);
	assert_true(data.samples[TOP_SAMPLES - 1] == 2.0 * TOP_SAMPLES);
}

/* The one alarm of an answer, or "". */
static const char *
alarm_of(const char *fact, const char *instead)
{
	static char lines[TOP_ALARMS][TOP_ALARM_SIZE];
	static struct top_data data;
	char before[512] = GOOD ". 0\n", answer[1024] = "", *at, *end;

	memset(&data, 0, sizeof(data));
	bankctl_top_data_status(&data, before, 1);
	assert_int_equal(bankctl_top_data_alarms(&data, lines), 0);
	at = fact[0] != '\0' ? strstr(before, fact) : before;
	assert_non_null(at);
	end = strchr(at, '\n') + 1;
	snprintf(answer, sizeof(answer), "%.*s%s%s", (int)(at - before), before,
	    instead, end);
	bankctl_top_data_status(&data, answer, 2);
	switch (bankctl_top_data_alarms(&data, lines)) {
	case 0:
		return "";
	case 1:
		return lines[0];
	default:
		return "more than one";
	}
}

static void
test_alarms(void **state)
{
	static const char *const alarms[][3] = {
		{ "+ state", "+ state\tstopping\n", "bankd is stopping" },
		{ "+ vault-transactions",
		    "+ vault-transactions\trefused, the disk is full\n",
		    "transactions refused, the disk is full" },
		{ "+ vault-transactions", "+ vault\tnot answering\n",
		    "vault not answering" },
		{ "+ front-sandbox", "+ front\tdown\n", "front down" },
		{ "+ certificate",
		    "+ certificate-expires\t2026-12-01, soon: bankctl renew\n",
		    "certificate ends 2026-12-01, soon: bankctl renew" },
		{ "+ certificate",
		    "+ certificate-expires\t2026-11-01, expired: bankctl "
		    "renew\n",
		    "certificate ends 2026-11-01, expired: bankctl renew" },
		{ "+ certificate",
		    "+ bank-certificate-expires\t2026-12-01, soon: renew it\n",
		    "the bank's certificate ends 2026-12-01, soon: renew it" },
		{ "+ front-sandbox",
		    "+ front-sandbox\tno-new-privs no-landlock no-seccomp\n",
		    "front without seccomp" },
		/* Turned off, or a kernel that hasn't got it. */
		{ "+ front-sandbox", "+ front-sandbox\tno-seccomp\n", "" },
		{ "+ front-sandbox",
		    "+ front-sandbox\tno-new-privs no-landlock seccomp\n", "" },
		{ "+ front-restarts", "+ front-restarts\t2\n",
		    "front restarted: 2 since this began" },
		{ "+ vault-restarts", "+ vault-restarts\t3\n",
		    "vault restarted: 1 since this began" },
		{ "+ vault-restarts",
		    "+ vault-restarts\t2\n+ vault-failures\t2\n"
		    "+ vault-last-end\t2026-11-29T08:00:00Z /x/bank.db: no\n",
		    "vault ended 2 times: /x/bank.db: no" },
		{ "+ state", "+ state\tfailing\n", "bankd is failing" },
		{ "+ vault-restarts",
		    "+ vault-restarts\t2\n+ vault-failures\t1\n", "" },
		/* As it was when we came. */
		{ "+ vault-restarts", "+ vault-restarts\t2\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		assert_string_equal(
		    alarm_of(alarms[i][0], alarms[i][1]), alarms[i][2]);
}

static void
test_a_bank_that_is_away(void **state)
{
	char lines[TOP_ALARMS][TOP_ALARM_SIZE];
	static struct top_data data;

	(void)state;
	take(&data, 5, 1000);
	bankctl_top_data_down(&data, "the bank does not run");
	assert_int_equal(bankctl_top_data_alarms(&data, lines), 1);
	assert_string_equal(lines[0], "the bank does not run");
	/* Another bankd: its restarts and transactions are its own. */
	take(&data, 900, 2000);
	assert_int_equal(data.sample_count, 0);
	assert_int_equal(bankctl_top_data_alarms(&data, lines), 0);
}

static void
say(struct top_data *data, const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s", text);
	bankctl_top_data_line(data, line, 1000);
}

static void
test_lines(void **state)
{
	static struct top_data data;

	(void)state;
	say(&data, "= level\tline");
	say(&data, "+");
	say(&data, "+ notice");
	say(&data, "");
	say(&data, ". 0");
	assert_int_equal(data.event_count, 0);
	say(&data, "+ warning\tdisk_full what=\"a\\\\tb\"");
	assert_int_equal(data.event_count, 1);
	assert_int_equal(data.events[0].level, LOG_WARNING);
	assert_int_equal(data.events[0].when, 1000);
	assert_string_equal(data.events[0].line, "disk_full what=\"a\\tb\"");
	say(&data, ". 69 too many clients follow the log");
	assert_string_equal(
	    data.events[1].line, "too many clients follow the log");
	for (int i = 0; i < 2 * TOP_EVENTS; i++)
		say(&data,
		    i == 2 * TOP_EVENTS - 1 ? "+ notice\tlast"
					    : "+ notice\tother");
	assert_int_equal(data.event_count, TOP_EVENTS);
	assert_string_equal(data.events[TOP_EVENTS - 1].line, "last");
}

static void
take_lines(
    struct top_data *data, bankctl_top_data_take *taker, const char *answer)
{
	char text[1024], *line, *rest = text;

	snprintf(text, sizeof(text), "%s", answer);
	while ((line = strsep(&rest, "\n")) != NULL)
		taker(data, line, 1000);
}

#define COLUMNS "= name\tcash\tstate\tseen\taddress\tstock\tkey\n"

/* An answer counts once it is whole; who is revoked is left out. */
static void
test_kiosks(void **state)
{
	static struct top_data data;
	char line[64];

	(void)state;
	take_lines(&data, bankctl_top_data_kiosk,
	    COLUMNS "+ a\tyes\tenrolled\t2026-11-30T10:42:07Z\t::1\t-\tk\n"
		    "+ b\tyes\trevoked\t-\t-\t-\tk\n"
		    "+ c\tno\tenrolled\t-\t-\t-\tk\n+ d\n"
		    "+ e\tyes\tenrolled\t2026-11-30T11:42:07+01:00\t-\t-\tk\n");
	assert_int_equal(data.kiosks.count, 0);
	take_lines(&data, bankctl_top_data_kiosk, ". 0\n");
	assert_int_equal(data.kiosks.count, 3);
	assert_string_equal(data.kiosks.list[0].name, "a");
	assert_string_equal(data.kiosks.list[0].address, "::1");
	assert_int_equal(data.kiosks.list[0].seen, 1796035327);
	assert_string_equal(data.kiosks.list[1].name, "c");
	assert_int_equal(data.kiosks.list[1].seen, 0);
	assert_int_equal(data.kiosks.list[2].seen, 1796035327);
	/* One that was cut off, and one that was refused. */
	take_lines(&data, bankctl_top_data_kiosk, COLUMNS);
	take_lines(&data, bankctl_top_data_kiosk, COLUMNS ". 77 no\n");
	assert_int_equal(data.kiosks.count, 3);
	/* More than there is room for are counted. */
	take_lines(&data, bankctl_top_data_kiosk, COLUMNS);
	for (int i = 0; i < 2 * TOP_KIOSKS; i++) {
		snprintf(line, sizeof(line), "+ k\tno\tenrolled\t-\t-\n");
		take_lines(&data, bankctl_top_data_kiosk, line);
	}
	take_lines(&data, bankctl_top_data_kiosk, ". 0\n");
	assert_int_equal(data.kiosks.count, 2 * TOP_KIOSKS);
}

static void
test_requests(void **state)
{
	static struct top_data data;

	(void)state;
	take_lines(&data, bankctl_top_data_request,
	    "= number\ttime\tby\tverb\tabout\tdetail\treason\tstate\n"
	    "+ 1\tt\tb\trequest\ta\td\tr\twaiting\n"
	    "+ 2\tt\t-\tlow\ta\td\tr\twaiting\n"
	    "+ 3\tt\t-\treconcile\ta\td\tr\twaiting\n"
	    "+ 4\tt\tb\trequest\ta\td\tr\texpired\n+ 5\n. 0\n");
	assert_int_equal(data.waiting.requests, 1);
	assert_int_equal(data.waiting.cases, 2);
	take_lines(
	    &data, bankctl_top_data_request, "= number\ttime\tby\tverb\n. 0\n");
	assert_int_equal(data.waiting.requests, 0);
	assert_int_equal(data.waiting.cases, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_alarms),
		cmocka_unit_test(test_a_bank_that_is_away),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_kiosks),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
