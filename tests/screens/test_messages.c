/* SPDX-License-Identifier: ISC */
/*
 * The message of a transfer, from the sender's field to the books: letters of
 * three scripts arrive as they were typed.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../shared/base/file.h"
#include "fixture.h"

#define PAPER_SIZE 65536
#define SENT "Miete für März — قهوة 日本"

/* The paper that was printed last, which the caller frees. */
static char *
paper_of(const char *directory)
{
	char path[2 * FIXTURE_PATH], *text = NULL;
	struct dirent *entry;
	DIR *papers = opendir(directory);
	size_t length;

	assert_non_null(papers);
	while ((entry = readdir(papers)) != NULL) {
		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		assert_null(text);
		assert_int_equal(
		    file_read(path, PAPER_SIZE, &text, &length), 0);
	}
	closedir(papers);
	assert_non_null(text);
	return text;
}

static void
expect_in(char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL)
		fail_msg("no %s in\n%s", wanted, text);
	free(text);
}

/* So wide that a statement has room for the message. */
static struct term *
wide_kiosk(struct fixture *fixture, const char *const options[])
{
	return fixture_kiosk(fixture, 24, 130, options, NULL);
}

static void
log_in(struct term *kiosk, const char *typed)
{
	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	term_send(kiosk, typed);
	assert_true(term_wait(kiosk, "ID and password are correct"));
}

static void
send_it(struct term *kiosk)
{
	log_in(kiosk, "chris\r" CHRIS "\r");
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "Checking"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "Another ID"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, "fey\r5\r");
	assert_true(term_wait(kiosk, "add a message"));
	term_send(kiosk, SENT "\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	assert_true(term_wait(kiosk, "Message: " SENT));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	assert_true(term_wait(kiosk, "Message: " SENT));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "take your receipt"));
	term_send(kiosk, " 6");
	assert_true(term_wait(kiosk, "Sent to fey: " SENT));
}

static void
expect_in_exports(struct fixture *fixture)
{
	static const struct {
		const char *words, *wanted;
	} rows[] = {
		{ "export %s", "," SENT "," },
		{ "export %s --format ofx", "<MEMO>" SENT "</MEMO>" },
		{ "export %s --format hledger", "    ; memo: " SENT "\n" },
		{ "export %s --format camt053", "<Ustrd>" SENT "</Ustrd>" },
	};
	static const char *const both[] = { "chris", "fey" };
	char words[64];

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			snprintf(words, sizeof(words), rows[j].words, both[i]);
			expect_in(fixture_told(fixture, words), rows[j].wanted);
		}
	expect_in(fixture_told(fixture, "statement chris"),
	    "transfer to fey: " SENT "\n");
	expect_in(fixture_told(fixture, "statement fey"),
	    "transfer from chris: " SENT "\n");
}

static void
test_from_the_field_to_the_books(void **state)
{
	struct fixture *fixture = *state;
	char directory[FIXTURE_PATH + 16], option[FIXTURE_PATH + 64];
	const char *const options[] = { "-o", option, NULL };
	struct term *kiosk;

	snprintf(directory, sizeof(directory), "%s/papers", fixture->directory);
	assert_int_equal(mkdir(directory, 0700), 0);
	snprintf(option, sizeof(option), "receipt.directory=%s", directory);
	send_it(wide_kiosk(fixture, options));
	expect_in(paper_of(directory), "Message:   " SENT "\n");
	kiosk = wide_kiosk(fixture, NULL);
	log_in(kiosk, "fey\r" FEY "\r");
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "Received from chris: " SENT));
	expect_in_exports(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_from_the_field_to_the_books, fixture_setup,
		    fixture_teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
