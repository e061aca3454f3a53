/* SPDX-License-Identifier: ISC */
/*
 * The table of bankd.ini(5): every key, its type, range, default, meaning.
 * Read by bankd and bankctl; the manual page is tested against it.
 */
#include "options.h"

#include <limits.h>

#include "../../shared/base/money.h"

#define SECONDS_DAY 86400

const struct config_key bankd_options[BANKD_OPTION_COUNT] = {
	[BANK_NAME] = { "bank", "name", CONFIG_STRING, "Bank of the Example", 1,
	    64, NULL, true,
	    "The bank's name, as shown in the log and to operators." },
	[BANK_STATE] = { "bank", "state", CONFIG_PATH, "/var/lib/bankd", 1,
	    PATH_MAX, NULL, false,
	    "The directory of bank.db, password and balance." },
	[BANK_CREDIT_ACCOUNT] = { "bank", "credit_account", CONFIG_CHOICE,
	    "checking", 0, 0, "checking savings same", true,
	    "The account that receives a transfer if the sender names none." },
	[BANK_HAND_EDITS] = { "bank", "hand_edits", CONFIG_CHOICE, "accept", 0,
	    0, "accept refuse", false,
	    "Whether a start accepts files edited while bankd was stopped." },
	[BANK_MIN_FREE] = { "bank", "min_free", CONFIG_NUMBER, "64", 0, 1 << 20,
	    NULL, true,
	    "Free MB on the state's disk below which transactions get 503." },
	[BANK_ANY_FILE_SYSTEM] = { "bank", "any_file_system", CONFIG_BOOL, "no",
	    0, 0, NULL, false,
	    "Whether to start on a file system that may be unable to lock or "
	    "sync." },
	[BANK_ALERT_AMOUNT] = { "bank", "alert_amount", CONFIG_MONEY, "5000", 0,
	    MONEY_MAX_CENTS, NULL, true,
	    "The amount above which an outgoing transfer sends its owner a "
	    "notice." },
	[BANK_TIME_ZONE] = { "bank", "time_zone", CONFIG_STRING, "UTC", 1, 64,
	    NULL, false, "The time zone of the dates and times in an export." },
	[LISTEN_ADDRESS] = { "listen", "address", CONFIG_STRING, "*", 1, 255,
	    NULL, false,
	    "The addresses to listen on, separated by spaces; * for all IPv4 "
	    "and IPv6 addresses." },
	[LISTEN_PORT] = { "listen", "port", CONFIG_NUMBER, "4280", 0, 65535,
	    NULL, false, "The TCP port; 0 picks a free one." },
	[TLS_CERTIFICATE] = { "tls", "certificate", CONFIG_PATH, "leaf.crt", 1,
	    PATH_MAX, NULL, true, "The certificate that the front presents." },
	[TLS_KEY] = { "tls", "key", CONFIG_PATH, "leaf.key", 1, PATH_MAX, NULL,
	    true, "The private key of that certificate." },
	[KEYS_CERTIFICATE] = { "keys", "certificate", CONFIG_PATH, "bank.crt",
	    1, PATH_MAX, NULL, false,
	    "The bank's certificate for Kpub, which every ATM holds." },
	[KEYS_KEY] = { "keys", "key", CONFIG_PATH, "bank.key", 1, PATH_MAX,
	    NULL, false, "Kprb, the bank's private key." },
	[SESSION_IDLE_TIMEOUT] = { "session", "idle_timeout", CONFIG_NUMBER,
	    "300", 5, SECONDS_DAY, NULL, true,
	    "Seconds without a request after which a session ends." },
	[SESSION_GRACE] = { "session", "grace", CONFIG_NUMBER, "60", 0, 3600,
	    NULL, true,
	    "Seconds for which a session is kept after its link was lost." },
	[SESSION_MAX] = { "session", "max_sessions", CONFIG_NUMBER, "10000", 1,
	    1000000, NULL, true,
	    "Maximum number of simultaneous connections." },
	[SESSION_MAX_ADDRESS] = { "session", "max_sessions_per_address",
	    CONFIG_NUMBER, "64", 1, 1000000, NULL, true,
	    "Maximum number of simultaneous connections from one IPv4 address "
	    "or IPv6 /64 network." },
	[LOGIN_MAX_WAITING] = { "login", "max_logins_waiting", CONFIG_NUMBER,
	    "64", 1, 10000, NULL, true,
	    "Maximum number of waiting logins; while more than a quarter of "
	    "them wait, hashes use only processor time that nothing else "
	    "needs." },
	[LOGIN_MAX_WAITING_ADDRESS] = { "login",
	    "max_logins_waiting_per_address", CONFIG_NUMBER, "4", 1, 10000,
	    NULL, true,
	    "Maximum number of waiting logins from one IPv4 address or IPv6 "
	    "/64 network." },
	[LOGIN_MAX_ATTEMPTS] = { "login", "max_attempts", CONFIG_NUMBER, "3", 1,
	    1000, NULL, true,
	    "Consecutive failed logins at one kiosk after which an ID is "
	    "locked there." },
	[LOGIN_MAX_ATTEMPTS_TOTAL] = { "login", "max_attempts_total",
	    CONFIG_NUMBER, "10", 1, 10000, NULL, true,
	    "Consecutive failed logins at all kiosks after which an ID is "
	    "locked." },
	[LOGIN_LOCK_SECONDS] = { "login", "lock_seconds", CONFIG_NUMBER, "1800",
	    1, 30 * SECONDS_DAY, NULL, true, "Duration of a lock in seconds." },
	[LOGIN_HASH_COST] = { "login", "hash_cost", CONFIG_NUMBER, "0", 0, 11,
	    NULL, false,
	    "The cost of new yescrypt hashes; 0 for the library's default." },
	[LOGIN_SIGN_UP] = { "login", "sign_up", CONFIG_BOOL, "yes", 0, 0, NULL,
	    true, "Whether customers may open accounts at a kiosk." },
	[LIMITS_TRANSFER] = { "limits", "transfer", CONFIG_MONEY,
	    "9999999999999.99", 1, MONEY_MAX_CENTS, NULL, true,
	    "The largest single transfer to another customer." },
	[LIMITS_TRANSFER_DAY] = { "limits", "transfer_day", CONFIG_MONEY,
	    "9999999999999.99", 1, MONEY_MAX_CENTS, NULL, true,
	    "The most that a customer may transfer to others in a UTC day." },
	[LIMITS_WITHDRAW] = { "limits", "withdraw", CONFIG_MONEY,
	    "9999999999999.99", 1, MONEY_MAX_CENTS, NULL, true,
	    "The largest single withdrawal." },
	[LIMITS_WITHDRAW_DAY] = { "limits", "withdraw_day", CONFIG_MONEY,
	    "9999999999999.99", 1, MONEY_MAX_CENTS, NULL, true,
	    "The most that a customer may withdraw in a UTC day." },
	[LIMITS_REVERSAL_WINDOW] = { "limits", "reversal_window", CONFIG_NUMBER,
	    "600", 0, SECONDS_DAY, NULL, true,
	    "Seconds within which a kiosk may reverse a withdrawal." },
	[LIMITS_RATE] = { "limits", "rate", CONFIG_NUMBER, "600", 0,
	    OPTIONS_RATE_MAX, NULL, true,
	    "Maximum number of a customer's transactions in a minute; 0: no "
	    "limit." },
	[KIOSKS_REQUIRE] = { "kiosks", "require", CONFIG_BOOL, "no", 0, 0, NULL,
	    true, "Whether only enrolled kiosks may log in." },
	[PROCESS_SANDBOX] = { "process", "sandbox", CONFIG_CHOICE,
	    "best-effort", 0, 0, "require best-effort off", false,
	    "Whether bankd starts if a defence can't be enabled." },
	[PROCESS_FRONT_USER] = { "process", "front_user", CONFIG_STRING,
	    "_bankfront", 1, 32, NULL, false,
	    "The user that the front runs as if root started bankd. It must "
	    "exist, but if the default does not, nobody is used instead." },
	[PROCESS_PID_FILE] = { "process", "pid_file", CONFIG_PATH,
	    "/run/bankd/bankd.pid", 0, PATH_MAX, NULL, false,
	    "The pid file, which is locked while bankd runs; empty: none." },
	[PROCESS_CONTROL_SOCKET] = { "process", "control_socket", CONFIG_PATH,
	    "/run/bankd/control", 1, 100, NULL, false,
	    "The Unix socket on which bankd listens for bankctl." },
	[PROCESS_CONTROL_GROUP] = { "process", "control_group", CONFIG_STRING,
	    "", 0, 32, NULL, false,
	    "The group whose members may use bankctl; empty: only root and the "
	    "owner." },
	[PROCESS_BUSY_POLL] = { "process", "busy_poll", CONFIG_NUMBER, "300", 0,
	    10000, NULL, true,
	    "Microseconds for which front and vault poll for more work before "
	    "they sleep, while it arrives as quickly as that; 0: never." },
	[LOG_FACILITY_OPTION] = { "log", "facility", CONFIG_CHOICE, "daemon", 0,
	    0,
	    "daemon auth authpriv local0 local1 local2 local3 local4 "
	    "local5 local6 local7",
	    false, "The syslog facility." },
	[LOG_LEVEL_OPTION] = { "log", "level", CONFIG_CHOICE, "info", 0, 0,
	    "error warning notice info debug", true,
	    "The least important level that is logged." },
};
