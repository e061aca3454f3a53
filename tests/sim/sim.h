/* SPDX-License-Identifier: ISC */
/*
 * A bank whose time, disk, workers, kiosks and failures are drawn from one
 * seed: the vault's own code in one thread, over stand-ins for the clock, the
 * pool of threads and the event loop, which are chosen by the linker.
 *
 * A scenario is a row of lives.  Each is a process that is forked, so that a
 * vault begins with nothing; what outlives it is in `struct sim_world`, which
 * is shared memory, and on the disk, a directory of real files.  Each step
 * draws from the seed and its own number alone, so a step can be left out and
 * the others stay what they were.
 *
 * Every third bank has two hosts, which share a journal.  Each is a row of
 * lives, and one of the two runs at a time: which, is drawn at each turn of a
 * loop and wherever a host asks the journal for something.
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "../../bankd/base/ipc.h"
#include "../../bankd/store/store_attempts.h"
#include "../../bankd/vault/core/vault_state.h"
#include "../../shared/crypt/seal.h"
#include "../../shared/wire/wire.h"

#define SIM_HOSTS 2
#define SIM_CUSTOMERS 3
#define SIM_SLOTS 5
#define SIM_GHOSTS 4
#define SIM_DEEDS 4096
#define SIM_STEPS 20000
#define SIM_ENTRIES 8192
#define SIM_DAYS 64
#define SIM_LIMITS 4096
#define SIM_TEXT 1024
#define SIM_ANSWER 262144 /* an operator's */

/* Of one withdrawal, cents. */
#define SIM_WITHDRAW INT64_C(90000)
/* Of a day and customer, cents; max_attempts, lock_seconds: the options. */
#define SIM_WITHDRAW_DAY 150000
#define SIM_TRANSFER_DAY 250000
#define SIM_ATTEMPTS 3
#define SIM_LOCK_MS UINT64_C(1800000)

/* How a life ends; else a sysexits(3) code of the vault's. */
enum sim_exit { SIM_WRONG = 97, SIM_OVER, SIM_KILLED };

/* `window` has no cash. */
enum sim_kiosk { SIM_LOBBY, SIM_WINDOW, SIM_KIOSKS };

enum sim_phase {
	SIM_OFF,
	SIM_GREETING, /* G is due */
	SIM_GREETED,
	SIM_LOGGING_IN,
	SIM_RESUMING,
	SIM_REPORTING,
	SIM_IN_SESSION
};

enum sim_question {
	SIM_NOTHING,
	SIM_MOVE,
	SIM_OUTCOME,
	SIM_BALANCES,
	SIM_HISTORY,
	SIM_NOTIFY,
	SIM_EXIT
};

enum sim_command_kind {
	SIM_NO_COMMAND,
	SIM_LOCK,
	SIM_UNLOCK,
	SIM_LIMIT,
	SIM_PASSWORD,
	SIM_OTHER,
	SIM_DEPOSIT,
	SIM_APPROVE,
	SIM_REFUSE
};

/* Between a command and its answer nobody knows. */
enum sim_maybe { SIM_NO, SIM_MAYBE, SIM_YES };

/* What an operator waits for. */
struct sim_command {
	enum sim_command_kind kind;
	int fd, customer, deed;
	int who;                      /* below SIM_OPERATORS */
	uint8_t txid[WIRE_TXID_SIZE]; /* of what else it asks for */
	int64_t before, after; /* a limit's cents; before: enum sim_maybe */
	char answer[SIM_ANSWER];
	size_t length;
};

/* A transaction that a customer asked for, or an operator. */
struct sim_deed {
	bool bank; /* an operator */
	uint8_t txid[WIRE_TXID_SIZE];
	char request[128];
	int customer;
	unsigned session, sends; /* sends: how often it was asked for */
	uint64_t seq;            /* told 200; 0: not */
	bool told_not;           /* refused, or OUTCOME said so */
	bool booked, settled;    /* as the trace has it */
	int who;                 /* an operator, who asked first */
	uint64_t asked_ms;       /* the bank's time, at the earliest */
	uint64_t number;         /* of the request that waits; 0: none */
	uint64_t waits_ms;       /* the bank's time when that was told */
};

/* A kiosk, with one of its links and the session on it. */
struct sim_slot {
	enum sim_kiosk kiosk;
	enum sim_phase phase;
	unsigned host;         /* that its link goes to */
	unsigned session_host; /* that its session is at */
	uint32_t number;
	uint8_t binding[FRAME_BINDING_SIZE], nonce[FRAME_NONCE_SIZE];
	uint8_t k[SEAL_KEY_SIZE], id[FRAME_SESSION_SIZE];
	struct seal_keys keys;
	int customer;
	bool right;          /* the password that was sent */
	bool was_locked;     /* perhaps, since it was sent */
	unsigned ever_wrong; /* of its guesses, when it was sent */
	unsigned counted;    /* of them, at most, and then */
	bool has_session, notifies;
	unsigned session;           /* serial */
	unsigned guess;             /* likewise, of its newest login */
	unsigned changes;           /* of its customer, at the login */
	unsigned config_changes;    /* of its host, at the question */
	uint64_t noticed;           /* seq of its session's newest notice */
	uint64_t begun_ms, bank_ms; /* steady clock, the bank's time then */
	uint64_t resumed_ms;        /* steady clock, of bank_ms */
	uint64_t asked_ms;   /* likewise, when a nonce or an answer was due */
	uint64_t greeted_ms; /* no later than the nonce was made */
	enum sim_question question; /* whose answer is due */
	int deed;                   /* of this session; -1: none */
	int doubt;            /* of one before, to be asked about; -1: none */
	uint64_t floor;       /* seq that it has seen */
	uint64_t told;        /* by anybody, at the question */
	uint64_t login_floor; /* likewise, when it sent its login */
	char answer[SIM_TEXT];
};

/* A request in the buffers of a link that its kiosk has left. */
struct sim_ghost {
	uint32_t number; /* 0: none */
	unsigned host;
	bool sent;
	uint8_t frame[1 + FRAME_SEALED_SIZE];
};

/* What the bank may have counted of a customer's logins at a kiosk. */
struct sim_guesses {
	unsigned wrong;      /* told 401, since a success or a lock's end */
	unsigned ever_wrong; /* told 401 */
	unsigned lost;       /* logins whose answer was lost, since then */
	bool lost_first;     /* one of those before the first wrong */
	uint64_t first_ms;   /* of that; the bank's time */
	unsigned lost_step;  /* the newest of them */
	bool unsure;         /* with the right password, among these */
	uint64_t locked_ms;  /* until; the bank's time; 0: not */
	uint64_t ends_by_ms; /* a lock whose beginning was lost; 0: none */
};

/* A customer's row of attempts at a kiosk, as the trace has it. */
struct sim_row {
	bool known; /* its keys are */
	uint32_t owner;
	uint8_t total[STORE_ATTEMPT_KEY], key[STORE_ATTEMPT_KEY];
	uint32_t count, pending;
	uint64_t locked_until_ms;
};

struct sim_customer {
	struct sim_guesses guesses[SIM_KIOSKS];
	struct sim_row rows[SIM_KIOSKS];
	enum sim_maybe locked; /* by an operator */
	uint64_t locked_us;    /* when that was answered */
	unsigned changes;      /* of `locked` */
	uint64_t password_ms;  /* steady clock, when an operator set it */
	uint64_t password_us; /* likewise, when that was answered; 0: not yet */
};

/* The most of a day, of entries after that one. */
struct sim_limit {
	uint64_t seq;
	int64_t cents;
};

struct sim_account {
	char id[LEDGER_ID_SIZE];
	int64_t cents[2];
	uint64_t last_seq;
};

/* What an entry left behind, of one customer. */
struct sim_state {
	uint64_t seq;
	int64_t cents[2];
};

struct sim_books {
	uint64_t checked, time_ms;
	struct sim_account accounts[16];
	size_t count;
	struct sim_state states[SIM_CUSTOMERS][SIM_ENTRIES];
	size_t state_count[SIM_CUSTOMERS];
	struct {
		uint64_t day;
		int64_t withdrawn, transferred;
	} days[SIM_CUSTOMERS][SIM_DAYS];
};

struct sim_host {
	unsigned lives;
	bool stopping;
	bool last;             /* nothing happens any more in this life */
	bool caught_up;        /* nor was there anything new in the journal */
	bool over;             /* there is no other life */
	uint64_t turn_ms;      /* steady clock, when its turn began */
	uint64_t last_turn_ms; /* and the turn before */
	uint64_t told_ms;      /* the newest of the bank's time that it told */
	uint64_t heard_us;     /* when the journal last answered */
	bool lots_missing;     /* not when it was asked for the next lot */
	struct sim_command command;
	bool reloads, bad_reload; /* an answer is due */
	int64_t withdraw_cents;   /* at most, of one withdrawal */
	unsigned config_changes;
	bool edited; /* by hand, and it isn't undone yet */
	unsigned edit_ticks;
	uint64_t edit_ms;
	bool expects; /* of the first customer, an edit while it was stopped */
	int64_t expected_cents[2];
	uint8_t chain[32];      /* at the end */
	struct sim_books books; /* replayed anew in each life */

	/* the disk */
	char directory[160], next_directory[160];
	long kill_at; /* so many calls on; 0: never */
	long fail_at; /* a sync, likewise */
	bool full, slow;
	bool
	    failed_once; /* a write or a sync: it may find no room at a start */
	bool sync_failed; /* it ends with 70 */
	bool power;       /* a kill in this life is a loss of power */
};

/* A certificate of the front's and its key, as PEM, and by its dates. */
struct sim_leaf {
	char certificate[2048], key[256];
	time_t begins, ends;
};

struct sim_keys {
	struct sim_leaf on_disk, before, in_force;
	time_t kiosk_ahead_s; /* of whose clock is wrong */
};

struct sim_world {
	uint64_t seed, chance;
	unsigned step, steps, lives;
	bool left_out[SIM_STEPS]; /* steps that do nothing */
	int trace_fd;             /* -1: none */
	bool verbose, making;     /* making: the bank that all begin with */

	struct sim_host hosts[SIM_HOSTS];
	unsigned host_count, turn; /* turn: the host that runs */

	/* the clocks */
	uint64_t steady_us;
	int64_t real_ahead_ms;

	struct sim_keys keys;

	/* the journal of several hosts */
	char journal[160], key[160];
	uint64_t away_us; /* until then it doesn't answer */

	/* what was said */
	struct sim_slot slots[SIM_SLOTS];
	struct sim_ghost ghosts[SIM_GHOSTS];
	struct sim_deed deeds[SIM_DEEDS];
	int deed_count;
	struct sim_customer customers[SIM_CUSTOMERS];
	uint64_t traced_lot; /* the newest that any host had */
	struct sim_limit limits[SIM_CUSTOMERS][SIM_LIMITS];
	size_t limit_count[SIM_CUSTOMERS];
	unsigned sessions, guesses;
	uint32_t number;
	uint64_t told; /* the newest seq that anybody was told */
	uint64_t told_us[SIM_ENTRIES]; /* when, of each */
	bool ending;

	char wrong[SIM_TEXT], unlike[SIM_TEXT]; /* unlike: of `balance` */
	uint64_t counts[8];                     /* of sim_counts */
	unsigned actions;
};

enum {
	SIM_TOLD,
	SIM_REFUSED,
	SIM_LOGINS,
	SIM_KILLS,
	SIM_ENTRIES_MADE,
	SIM_NOTICES
};

extern struct sim_world *world;
extern struct sim_host *sim_host; /* of this process */
extern struct vault *sim_vault;   /* of this life */
extern struct ipc *sim_monitor, *sim_front;
extern const char *const sim_ids[SIM_CUSTOMERS];
extern const char *const sim_kiosk_names[SIM_KIOSKS];
extern const char *const sim_passwords[SIM_CUSTOMERS];

/* The chance of the world: below `most`. */
uint64_t sim_draw(uint64_t most);
/* One in so many. */
bool sim_one_in(uint64_t many);
/* What tests/model/trace reads, where it was asked for. */
void sim_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sim_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A promise is broken: the life ends. */
_Noreturn void sim_wrong(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* sim_hosts.c: the first process, and then each host's. */
bool sim_is_one_of_many(void);
unsigned sim_host_number(void);
void sim_host_open(unsigned host, const int turn[SIM_HOSTS][2]);
unsigned sim_host_draw(void); /* one that isn't over */
void sim_host_yield(void);    /* another host's turn, or again its own */
void sim_host_begin_turn(void);
struct store_options sim_host_options(void);

/* sim_disk.c */
void sim_disk_begin(void);
void sim_disk_die(void) __attribute__((noreturn));

/* sim_seams.c */
void sim_fire_timers(void);
bool sim_fire_links(void); /* whether one had something */
bool sim_work(void);       /* a job runs, or is handed back */

/* sim_link.c */
#define SIM_LOGIN_SIZE \
	(FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE)
void sim_link_keys(void); /* before the first life */
const uint8_t *sim_link_public(void);
const char *sim_link_bank_key(void);
void sim_link_open(struct sim_slot *slot);
void sim_link_send(
    struct sim_slot *slot, uint8_t type, const uint8_t *body, size_t length);
/* `length`: of a body that ends with the text, which is sealed here. */
void sim_link_sign(struct sim_slot *slot, uint8_t type, const char *text,
    uint8_t *body, size_t length);
void sim_link_lose(struct sim_slot *slot);
void sim_link_close(struct sim_slot *slot);
void sim_link_lose_all(unsigned host); /* its vault has ended */
/* Whether the kiosk is killed; the bank believes that its link lives. */
bool sim_link_hold_back(
    struct sim_slot *slot, const uint8_t sealed[FRAME_SEALED_SIZE]);
void sim_link_haunt(void); /* what was held back arrives, or its link ends */

/* sim_kiosk.c */
void sim_kiosk_act(void);
void sim_kiosk_hear(void);

/* sim_operator.c */
char *sim_config(const char *state, const char *key);
void sim_operator_act(void);
void sim_operator_hear(void);
void sim_operator_lost(struct sim_host *host);
void sim_reload(void);
void sim_reloaded(int code);
void sim_edit(void);
void sim_edit_stopped(struct sim_host *host); /* by the first process */

/* sim_eyes.c: what waits for another operator's approval. */
#define SIM_OPERATORS 4     /* names, two of each user */
#define SIM_FOUR_EYES 60000 /* cents, above which a deposit waits */
#define SIM_REQUEST_S 7200  /* until it expires */
void sim_eyes_asked(struct sim_command *command); /* for a deposit */
bool sim_eyes_choose(struct sim_command *command, char *text, size_t size);
void sim_eyes_heard(const struct sim_command *command, int code);
void sim_eyes_lost(const struct sim_command *command);

/* sim_rules.c: what the judge knows of limits, locks, edits and notices. */
int64_t sim_limit_of(int customer, uint64_t seq); /* seq: of an entry */
void sim_limit_put(int customer, int64_t cents);
void sim_judge_unlocked(int customer);
void sim_judge_locks(void);
void sim_judge_deposit(struct sim_deed *deed, uint64_t seq);
void sim_judge_cash(
    const struct sim_slot *slot, const struct sim_deed *deed, int code);
void sim_judge_poor(const struct sim_slot *slot, const struct sim_deed *deed);
void sim_judge_notice(struct sim_slot *slot);
void sim_judge_edits(void);
bool sim_value_of(
    const struct sim_slot *slot, const char *key, char value[128]);

/* sim_attempts.c: what tests/model/trace reads of guesses at a password. */
void sim_attempts_asked(struct sim_slot *slot);
void sim_attempts_heard(const struct sim_slot *slot, int code);
void sim_attempts_lost(const struct sim_slot *slot);
void sim_attempts_look(void); /* at the rows, before anybody is told */

/* sim_judge.c */
void sim_judge_lost(struct sim_slot *slot); /* a login's answer */
void sim_judge_asked(struct sim_slot *slot);
void sim_judge_login(struct sim_slot *slot, int code);
void sim_judge_resumed(const struct sim_slot *slot, int code);
void sim_judge_time(const struct sim_slot *slot);
void sim_judge_reported(const struct sim_slot *slot, int code);
void sim_judge_answer(struct sim_slot *slot, int code);
void sim_judge_sessions(void);
void sim_judge_begin_anew(struct sim_guesses *guesses);
void sim_judge_booked(struct sim_deed *deed, uint64_t seq);

/* sim_books.c */
bool sim_books_file(void);  /* whether `balance` is as it must be */
void sim_books_judge(void); /* what is new, files and deeds */
/* Of the host that has most entries. */
const struct sim_books *sim_books_newest(void);
/* Whether this host has yet to hear what another did for this customer. */
bool sim_books_are_behind(int customer);
void sim_books_end(void); /* all hosts have ended the same */

/* sim_keys.c */
void sim_keys_make(const char *top); /* in the first bank's time */
void sim_keys_begin(void);           /* of each bank */
void sim_keys_act(void);

/* sim_turn.c: one turn of the vault's loop is one step. */
void sim_turn(void);

#endif
