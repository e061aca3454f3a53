/* SPDX-License-Identifier: ISC */
/*
 * The load generator: groups of sessions, each with a case, on one epoll
 * loop.  A closed group sends a request as soon as the last one is answered;
 * an open one sends at a fixed rate, and a request that finds no session
 * free waits, its time counted from the moment it was due.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#include "figures.h"
#include "link.h"
#include "../../shared/crypt/seal.h"

#define LOAD_MAX_GROUPS 8
#define LOAD_MAX_PROCESSES 8
#define LOAD_MAX_CODE 600
#define LOAD_TEXT_SIZE 512
#define LOAD_FRAME_SIZE (FRAME_HEADER_SIZE + 1 + FRAME_SEALED_SIZE)

enum session_state {
	SESSION_CLOSED,
	SESSION_CONNECTING,
	SESSION_HANDSHAKE,
	SESSION_GREETING,
	SESSION_LOGIN,
	SESSION_FREE,  /* may be given a request */
	SESSION_ASKED, /* has one that is not answered */
	SESSION_LEAVING
};

struct group;
struct load;

struct session {
	struct link link;
	struct group *group;
	enum session_state state;
	unsigned number; /* among all sessions of the run */
	uint64_t life;   /* counts connections that ended */
	uint64_t customer;
	uint64_t due_ns; /* of the request that is not answered */
	uint64_t calls;  /* requests so far */
	bool moves;      /* that request is a transfer */
	struct seal_keys keys;
	struct session *next_free;
};

/* A row for each case; cases.c has the table. */
struct bench_case {
	const char *name;
	bool bank;   /* speaks the protocol: greeting, login, seals */
	bool renews; /* a request is a connection from start to end */
	bool floods; /* a request is a login that can't be right */
	/* Writes the text of a request; NULL: none is ever sent. */
	size_t (*ask)(struct session *session, char text[LOAD_TEXT_SIZE]);
};

struct group {
	const struct bench_case *what;
	struct load *load;
	unsigned size;
	double rate; /* requests/s, 0: closed loop */
	struct session *sessions;
	struct session *free;     /* those in SESSION_FREE (or, where the case
	                             renews, CLOSED) that wait for a due time */
	unsigned opened;          /* sessions that were begun */
	uint64_t dues;            /* requests that were given out */
	uint64_t retry_ns;        /* of connections that failed */
	uint64_t start_ns;        /* when the first one was due */
	struct histogram *times;  /* of the measured part */
	uint64_t last_ns, gap_ns; /* the newest answer; the longest without */
	uint64_t acknowledged;    /* transfers, in the whole run */
	uint64_t unanswered;      /* transfers whose outcome is not known */
	uint64_t backlog;         /* due in an open loop, and never sent */
	uint64_t lost;            /* connections */
	uint64_t codes[LOAD_MAX_CODE]; /* of replies, measured; 0: others */
};

enum phase { PHASE_OPEN, PHASE_WARM, PHASE_MEASURE, PHASE_DRAIN, PHASE_DONE };

struct load {
	int epoll;
	SSL_CTX *tls;
	EVP_PKEY *bank;      /* Kpub */
	EVP_PKEY *kiosk_key; /* NULL: not enrolled */
	const char *kiosk;
	struct sockaddr_in to;
	uint64_t customers;
	const char *password;
	uint64_t seed, random;
	double warm_s, measure_s;
	unsigned addresses;    /* that sessions come from */
	unsigned most_opening; /* logins at once before the measured part */
	unsigned opening, open, sessions;
	int64_t ahead_ms; /* the bank's clock, from the reply to a login */
	enum phase phase;
	uint64_t phase_end_ns, measured_ns;
	char failure[256]; /* why a session could not be opened */
	struct process processes[LOAD_MAX_PROCESSES];
	unsigned process_count;
	struct group groups[LOAD_MAX_GROUPS];
	unsigned group_count;
};

/* cases.c: reads `case[:sessions[:rate]]`.  0 or BANK_EINVAL. */
int group_parse(struct group *group, const char *text);
/* Sets moves where the request is a transfer; 0 bytes: nothing to send. */
void cases_print(FILE *out);
void customer_id(uint64_t customer, char *id, size_t size);

/* load_options.c: everything from the command line; exits 64 on its own. */
void load_options(struct load *load, int argc, char **argv);

/* session.c */
void session_open(struct session *session);
void session_event(struct session *session, uint32_t events);
void session_ask(struct session *session);
/* Says goodbye.  0, or BANK_E...: it can't. */
int session_leave(struct session *session);
void session_end(struct session *session);

/* load.c: what a session tells; each may give it the next request. */
void load_opened(struct session *session);
void load_answered(struct session *session, int code);
void load_left(struct session *session);
void load_lost(struct session *session, const char *why);

/* report.c */
void report_memory(struct load *load, bool after);
void report_start(struct load *load);
void report_stop(struct load *load);
void report_print(struct load *load, FILE *out);

#endif
