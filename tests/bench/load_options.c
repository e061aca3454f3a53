/* SPDX-License-Identifier: ISC */
/*
 * The load generator's command line, and the bank's certificate and the
 * kiosk's key that it names.  Ends the program where they are wrong.
 */
#include "load.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"

#define LARGEST_PEM 65536

static _Noreturn void
usage(void)
{
	fprintf(stderr,
	    "usage: load [-b bank.crt] [-h address] [-p port] [-n customers]\n"
	    "            [-P password] [-k kiosk -K key] [-s seed]\n"
	    "            [-w warm-seconds] [-d seconds] [-l logins-at-once]\n"
	    "            [-c name=pid] ... case[:sessions[:rate]] ...\n"
	    "cases:");
	cases_print(stderr);
	fputc('\n', stderr);
	exit(EX_USAGE);
}

static void
add_process(struct load *load, char *text)
{
	struct process *process = &load->processes[load->process_count];
	char *value = strchr(text, '=');

	if (value == NULL || load->process_count == LOAD_MAX_PROCESSES)
		usage();
	*value++ = '\0';
	process->name = text;
	process->pid = (pid_t)atoi(value);
	load->process_count++;
}

static void
read_bank(struct load *load, const char *path)
{
	size_t length;
	char *pem;

	if (file_read(path, LARGEST_PEM, &pem, &length) != 0)
		err(EX_NOINPUT, "%s", path);
	if (channel_client(&load->tls, pem, length) != 0 ||
	    channel_bank_public(&load->bank, pem, length) != 0)
		errx(EX_DATAERR, "%s: not a bank's certificate", path);
	free(pem);
}

static void
read_kiosk(struct load *load, const char *path)
{
	size_t length;
	char *pem;

	if (file_read(path, LARGEST_PEM, &pem, &length) != 0)
		err(EX_NOINPUT, "%s", path);
	if (kiosk_key_read(&load->kiosk_key, pem, length) != 0)
		errx(EX_DATAERR, "%s: not a kiosk's key", path);
	OPENSSL_cleanse(pem, length);
	free(pem);
}

static double
number(const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= least && value <= most))
		usage();
	return value;
}

static void
set_option(struct load *load, int option, char *value)
{
	static const struct {
		int option;
		double least, most;
		size_t offset;
	} numbers[] = {
		{ 'w', 0, 3600, offsetof(struct load, warm_s) },
		{ 'd', 0.1, 86400, offsetof(struct load, measure_s) },
	};

	for (size_t i = 0; i < NELEM(numbers); i++)
		if (numbers[i].option == option)
			*(double *)(void *)((char *)load + numbers[i].offset) =
			    number(value, numbers[i].least, numbers[i].most);
	if (option == 'b')
		read_bank(load, value);
	else if (option == 'h' &&
	    inet_pton(AF_INET, value, &load->to.sin_addr) != 1)
		usage();
	else if (option == 'p')
		load->to.sin_port = htons((uint16_t)number(value, 1, 65535));
	else if (option == 'n')
		load->customers = (uint64_t)number(value, 2, 9999999);
	else if (option == 'P')
		load->password = value;
	else if (option == 'k')
		load->kiosk = value;
	else if (option == 'K')
		read_kiosk(load, value);
	else if (option == 's')
		load->seed = strtoull(value, NULL, 0);
	else if (option == 'l')
		load->most_opening = (unsigned)number(value, 1, 1000);
	else if (option == 'c')
		add_process(load, value);
	else if (option == '?')
		usage();
}

void
load_options(struct load *load, int argc, char **argv)
{
	int option;

	load->to.sin_family = AF_INET;
	load->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	load->to.sin_port = htons(4280);
	load->customers = 1000;
	load->password = "1234";
	load->seed = clock_ns();
	load->warm_s = 1;
	load->measure_s = 5;
	load->most_opening = 32;
	while ((option = getopt(argc, argv, "b:h:p:n:P:k:K:s:w:d:l:c:")) != -1)
		set_option(load, option, optarg);
	if (load->tls == NULL)
		errx(EX_USAGE, "-b is needed");
	if ((load->kiosk == NULL) != (load->kiosk_key == NULL))
		errx(EX_USAGE, "-k and -K go together");
	add_process(load, (char[]) { "load=0" });
	load->processes[load->process_count - 1].name = "load";
	load->processes[load->process_count - 1].pid = getpid();
	for (; optind < argc; optind++, load->group_count++)
		if (load->group_count == LOAD_MAX_GROUPS ||
		    group_parse(
			&load->groups[load->group_count], argv[optind]) != 0)
			usage();
	if (load->group_count == 0)
		usage();
}
