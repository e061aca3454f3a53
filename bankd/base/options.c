/* SPDX-License-Identifier: ISC */
/*
 * The table of bankd.ini(5): every key, its type, range, default, meaning.
 * Read by bankd and bankctl; the manual page is tested against it.
 */
#include "options.h"

#include <limits.h>
#include <string.h>

#include "../../shared/base/money.h"

#define SECONDS_DAY 86400

const struct config_key bankd_options[BANKD_OPTION_COUNT] = {
	[BANK_NAME] = { "bank", "name", CONFIG_STRING, "Bank of the Example",
	    "The bank's name, as shown in the log and to operators.",
	    .minimum = 1, .maximum = 64, .reloadable = true },
	[BANK_STATE] = { "bank", "state", CONFIG_PATH, "/var/lib/bankd",
	    "The directory of bank.db, password and balance.", .minimum = 1,
	    .maximum = PATH_MAX },
	[BANK_CREDIT_ACCOUNT] = { "bank", "credit_account", CONFIG_CHOICE,
	    "checking",
	    "The account that receives a transfer if the sender names none.",
	    .choices = "checking savings same", .reloadable = true },
	[BANK_SHOW_NAMES] = { "bank", "show_names", CONFIG_CHOICE, "no",
	    "Whether customers are told the names of those they have paid.",
	    .choices = "no masked", .reloadable = true },
	[BANK_HAND_EDITS] = { "bank", "hand_edits", CONFIG_CHOICE, "accept",
	    "Whether a start accepts files edited while bankd was stopped.",
	    .choices = "accept refuse" },
	[BANK_MIN_FREE] = { "bank", "min_free", CONFIG_NUMBER, "64",
	    "Free MB on the state's disk below which transactions get 503.",
	    .maximum = 1 << 20, .reloadable = true },
	[BANK_ANY_FILE_SYSTEM] = { "bank", "any_file_system", CONFIG_BOOL, "no",
	    .meaning = "Whether to start on a file system that may be unable "
		       "to lock or sync." },
	[BANK_ALERT_AMOUNT] = { "bank", "alert_amount", CONFIG_MONEY, "5000",
	    "The amount above which an outgoing transfer sends its owner a "
	    "notice.",
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[BANK_TIME_ZONE] = { "bank", "time_zone", CONFIG_STRING, "UTC",
	    "The time zone of the dates and times that bankctl shows.",
	    .minimum = 1, .maximum = 64 },
	[BANK_CURRENCY] = { "bank", "currency", CONFIG_STRING, "XXX",
	    "The bank's currency in exports, by ISO 4217; XXX: none.",
	    .minimum = 3, .maximum = 3 },
	[LISTEN_ADDRESS] = { "listen", "address", CONFIG_STRING, "*",
	    "The addresses to listen on, separated by spaces; * for all IPv4 "
	    "and IPv6 addresses.",
	    .minimum = 1, .maximum = 255 },
	[LISTEN_PORT] = { "listen", "port", CONFIG_NUMBER, "4280",
	    "The TCP port; 0 picks a free one.", .maximum = 65535 },
	[TLS_CERTIFICATE] = { "tls", "certificate", CONFIG_PATH, "leaf.crt",
	    "The certificate that the front presents.", .minimum = 1,
	    .maximum = PATH_MAX, .reloadable = true },
	[TLS_KEY] = { "tls", "key", CONFIG_PATH, "leaf.key",
	    "The private key of that certificate.", .minimum = 1,
	    .maximum = PATH_MAX, .reloadable = true },
	[KEYS_CERTIFICATE] = { "keys", "certificate", CONFIG_PATH, "bank.crt",
	    "The bank's certificate for Kpub, which every ATM holds.",
	    .minimum = 1, .maximum = PATH_MAX },
	[KEYS_KEY] = { "keys", "key", CONFIG_PATH, "bank.key",
	    "Kprb, the bank's private key.", .minimum = 1,
	    .maximum = PATH_MAX },
	[SESSION_IDLE_TIMEOUT] = { "session", "idle_timeout", CONFIG_NUMBER,
	    "300", "Seconds without a request after which a session ends.",
	    .minimum = 5, .maximum = SECONDS_DAY, .reloadable = true },
	[SESSION_GRACE] = { "session", "grace", CONFIG_NUMBER, "60",
	    "Seconds for which a session is kept after its link was lost.",
	    .maximum = 3600, .reloadable = true },
	[SESSION_MAX] = { "session", "max_sessions", CONFIG_NUMBER, "10000",
	    "Maximum number of simultaneous connections.", .minimum = 1,
	    .maximum = 1000000, .reloadable = true },
	[SESSION_MAX_ADDRESS] = { "session", "max_sessions_per_address",
	    CONFIG_NUMBER, "64",
	    "Maximum number of simultaneous connections from one IPv4 address "
	    "or IPv6 /64 network.",
	    .minimum = 1, .maximum = 1000000, .reloadable = true },
	[LOGIN_MAX_WAITING] = { "login", "max_logins_waiting", CONFIG_NUMBER,
	    "64",
	    "Maximum number of waiting logins; while more than a quarter of "
	    "them wait, hashes use only processor time that nothing else "
	    "needs.",
	    .minimum = 1, .maximum = 10000, .reloadable = true },
	[LOGIN_MAX_WAITING_ADDRESS] = { "login",
	    "max_logins_waiting_per_address", CONFIG_NUMBER, "4",
	    "Maximum number of waiting logins from one IPv4 address or IPv6 "
	    "/64 network.",
	    .minimum = 1, .maximum = 10000, .reloadable = true },
	[LOGIN_MAX_ATTEMPTS] = { "login", "max_attempts", CONFIG_NUMBER, "3",
	    "Consecutive failed logins at one kiosk after which an ID is "
	    "locked there.",
	    .minimum = 1, .maximum = 1000, .reloadable = true },
	[LOGIN_MAX_ATTEMPTS_TOTAL] = { "login", "max_attempts_total",
	    CONFIG_NUMBER, "10",
	    "Consecutive failed logins at all kiosks after which an ID is "
	    "locked.",
	    .minimum = 1, .maximum = 10000, .reloadable = true },
	[LOGIN_LOCK_SECONDS] = { "login", "lock_seconds", CONFIG_NUMBER, "1800",
	    "Duration of a lock in seconds.", .minimum = 1,
	    .maximum = 30 * SECONDS_DAY, .reloadable = true },
	[LOGIN_HASH_COST] = { "login", "hash_cost", CONFIG_NUMBER, "0",
	    "The cost of new yescrypt hashes; 0 for the library's default.",
	    .maximum = 11 },
	[LOGIN_SIGN_UP] = { "login", "sign_up", CONFIG_BOOL, "yes",
	    "Whether customers may open accounts at a kiosk.",
	    .reloadable = true },
	[LOGIN_BRANCH_LINE] = { "login", "branch_line", CONFIG_STRING, "",
	    "What a customer whose account is locked is told besides, such as "
	    "the branch's telephone number.",
	    .maximum = 128, .reloadable = true },
	[LIMITS_TRANSFER] = { "limits", "transfer", CONFIG_MONEY,
	    "9999999999999.99",
	    "The largest single transfer to another customer.", .minimum = 1,
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[LIMITS_TRANSFER_DAY] = { "limits", "transfer_day", CONFIG_MONEY,
	    "9999999999999.99",
	    "The most that a customer may transfer to others in a UTC day.",
	    .minimum = 1, .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[LIMITS_WITHDRAW] = { "limits", "withdraw", CONFIG_MONEY,
	    "9999999999999.99", "The largest single withdrawal.", .minimum = 1,
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[LIMITS_WITHDRAW_DAY] = { "limits", "withdraw_day", CONFIG_MONEY,
	    "9999999999999.99",
	    "The most that a customer may withdraw in a UTC day.", .minimum = 1,
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[LIMITS_REVERSAL_WINDOW] = { "limits", "reversal_window", CONFIG_NUMBER,
	    "600", "Seconds within which a kiosk may reverse a withdrawal.",
	    .maximum = SECONDS_DAY, .reloadable = true },
	[LIMITS_RATE] = { "limits", "rate", CONFIG_NUMBER, "600",
	    "Maximum number of a customer's transactions in a minute; 0: no "
	    "limit.",
	    .maximum = OPTIONS_RATE_MAX, .reloadable = true },
	[KIOSKS_REQUIRE] = { "kiosks", "require", CONFIG_BOOL, "no",
	    "Whether only enrolled kiosks may log in.", .reloadable = true },
	[KIOSKS_LOW_NOTES] = { "kiosks", "low_notes", CONFIG_NUMBER, "20",
	    "The number of notes of one value below which a kiosk's stock is "
	    "low, and waits for an operator; 0: never.",
	    .maximum = 999999, .reloadable = true },
	[OPERATORS_AUDITOR] = { "operators", "auditor", CONFIG_STRING, "",
	    "Users and @groups that may read everything and change nothing.",
	    .maximum = OPTIONS_LIST_MAX, .reloadable = true },
	[OPERATORS_TELLER] = { "operators", "teller", CONFIG_STRING, "",
	    "Users and @groups that may open, close, lock and unlock "
	    "accounts, give one-time passwords and take deposits.",
	    .maximum = OPTIONS_LIST_MAX, .reloadable = true },
	[OPERATORS_SUPERVISOR] = { "operators", "supervisor", CONFIG_STRING, "",
	    "Users and @groups that may do what a teller may, adjust, reverse, "
	    "approve, and change limits, passwords and kiosks.",
	    .maximum = OPTIONS_LIST_MAX, .reloadable = true },
	[OPERATORS_ADMIN] = { "operators", "admin", CONFIG_STRING, "",
	    "Users and @groups that may stop, pause and reload the bank and "
	    "set the level of the log; if all four lists are empty, whoever "
	    "may use bankctl has all roles.",
	    .maximum = OPTIONS_LIST_MAX, .reloadable = true },
	[OPERATORS_AS] = { "operators", "act_as", CONFIG_STRING, "",
	    "Users and @groups that may act as another user, with bankctl "
	    "--as.",
	    .maximum = OPTIONS_LIST_MAX, .reloadable = true },
	[OPERATORS_REQUIRE_REASON] = { "operators", "require_reason",
	    CONFIG_BOOL, "no",
	    "Whether a command that changes money or access is refused "
	    "without a reason.",
	    .reloadable = true },
	[OPERATORS_TELLER_DEPOSIT] = { "operators", "teller_deposit",
	    CONFIG_MONEY, "9999999999999.99",
	    "The largest single deposit that a teller may make.", .minimum = 1,
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[OPERATORS_FOUR_EYES_OVER] = { "operators", "four_eyes_over",
	    CONFIG_MONEY, "9999999999999.99",
	    "The amount above which a deposit, adjust or reverse, or the "
	    "difference that a cash count found, waits until another "
	    "operator approves it.",
	    .maximum = MONEY_MAX_CENTS, .reloadable = true },
	[OPERATORS_REQUEST_SECONDS] = { "operators", "request_seconds",
	    CONFIG_NUMBER, "86400",
	    "Seconds after which a request that waits for approval expires.",
	    .minimum = 60, .maximum = 30 * SECONDS_DAY, .reloadable = true },
	[STORE_JOURNAL_KIND] = { "store", "journal", CONFIG_CHOICE, "file",
	    "Where the journal is: in a file of this host, or in a PostgreSQL "
	    "database that many hosts share.",
	    .choices = "file postgres" },
	[STORE_CONNECTION] = { "store", "connection", CONFIG_STRING, "",
	    "The connection string of the database, as in libpq, in double "
	    "quotes.",
	    .maximum = 1000 },
	[STORE_HOST] = { "store", "host", CONFIG_NUMBER, "1",
	    "This host's number among those that share the journal.",
	    .minimum = 1, .maximum = 65535 },
	[STORE_DURABILITY] = { "store", "durability", CONFIG_CHOICE, "standby",
	    "What makes a commit of the database durable: a synchronous "
	    "standby, its storage engine, or nothing but one server's disk.",
	    .choices = "standby engine none" },
	[STORE_PATIENCE] = { "store", "patience", CONFIG_NUMBER, "3",
	    "Seconds that an answer of the database is awaited before its "
	    "connection is given up.",
	    .minimum = 1, .maximum = 20 },
	[STORE_GIVE_UP] = { "store", "give_up", CONFIG_NUMBER, "15",
	    "Seconds after which the connections of customers whose "
	    "transactions are in doubt are closed.",
	    .minimum = 1, .maximum = 3600 },
	[STORE_STALE] = { "store", "stale", CONFIG_NUMBER, "2",
	    "Seconds without word from the database after which this host no "
	    "longer serves.",
	    .minimum = 1, .maximum = 3600 },
	[STORE_POLL_MS] = { "store", "poll_ms", CONFIG_NUMBER, "20",
	    "Milliseconds between two looks at what other hosts have written.",
	    .minimum = 1, .maximum = 1000 },
	[STORE_TURN] = { "store", "turn", CONFIG_BOOL, "yes",
	    .meaning = "Whether hosts that write at the same time take turns, "
		       "by an advisory lock of the database." },
	[PROCESS_SANDBOX] = { "process", "sandbox", CONFIG_CHOICE,
	    "best-effort",
	    "Whether bankd starts if a defence can't be enabled.",
	    .choices = "require best-effort off" },
	[PROCESS_FRONT_USER] = { "process", "front_user", CONFIG_STRING,
	    "_bankfront",
	    "The user that the front runs as if root started bankd. It must "
	    "exist, but if the default does not, nobody is used instead.",
	    .minimum = 1, .maximum = 32 },
	[PROCESS_COURIER_USER] = { "process", "courier_user", CONFIG_STRING,
	    "_bankcourier",
	    "The user that the courier runs as if root started bankd. It must "
	    "exist, but if the default does not, nobody is used instead.",
	    .minimum = 1, .maximum = 32 },
	[PROCESS_PID_FILE] = { "process", "pid_file", CONFIG_PATH,
	    "/run/bankd/bankd.pid",
	    "The pid file, which is locked while bankd runs; empty: none.",
	    .maximum = PATH_MAX },
	[PROCESS_CONTROL_SOCKET] = { "process", "control_socket", CONFIG_PATH,
	    "/run/bankd/control",
	    "The Unix socket on which bankd listens for bankctl.", .minimum = 1,
	    .maximum = 100 },
	[PROCESS_CONTROL_GROUP] = { "process", "control_group", CONFIG_STRING,
	    "",
	    "The group whose members may use bankctl; empty: only root and the "
	    "owner.",
	    .maximum = 32 },
	[PROCESS_BUSY_POLL] = { "process", "busy_poll", CONFIG_NUMBER, "300",
	    "Microseconds for which front and vault poll for more work before "
	    "they sleep, while it arrives as quickly as that; 0: never.",
	    .maximum = 10000, .reloadable = true },
	[LOG_FACILITY_OPTION] = { "log", "facility", CONFIG_CHOICE, "daemon",
	    "The syslog facility.",
	    .choices =
		"daemon auth authpriv local0 local1 local2 local3 local4 "
		"local5 local6 local7" },
	[LOG_LEVEL_OPTION] = { "log", "level", CONFIG_CHOICE, "info",
	    "The least important level that is logged.",
	    .choices = "error warning notice info debug", .reloadable = true },
	[METRICS_LISTEN] = { "metrics", "listen", CONFIG_STRING, "",
	    "The address of this host on which Prometheus may read the "
	    "figures, such as 127.0.0.1:9280, or the path of a Unix socket; "
	    "without one, nobody may.",
	    .maximum = 100 },
	[METRICS_GROUP] = { "metrics", "group", CONFIG_STRING, "",
	    "The group whose members may use that socket; empty: only root "
	    "and the owner.",
	    .maximum = 32 },
};

bool
options_is_currency(const char *text)
{
	return strlen(text) == 3 &&
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}
