# SPDX-License-Identifier: ISC
# An ATM kiosk on a terminal and the bank behind it.  `make help` explains.

VERSION = 0.1
B = build
PREFIX = /usr/local
SYSCONFDIR = $(PREFIX)/etc/bankd
LIBEXECDIR = $(PREFIX)/libexec/bankd
DESTDIR =
CC = cc
AR = ar
CFLAGS = -O2 -g
SANITIZE =
PYTHON = /usr/bin/python3
TEST_FLAGS =
V =

BUILD_PACKAGES = gcc make libc6-dev libncurses-dev libssl-dev libiniparser-dev \
	libevent-dev libfribidi-dev libsqlite3-dev libcrypt-dev libseccomp-dev libpq-dev gettext
TEST_PACKAGES = libcmocka-dev libvterm-dev python3 python3-openssl \
	python3-cryptography openssl procps strace zsh testssl.sh sslscan \
	python3-jsonschema hledger ofx spin postgresql
LINT_PACKAGES = clang clang-format cppcheck mandoc shellcheck

WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla
HARDEN = -fstack-protector-strong -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFINES = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DVERSION='"$(VERSION)"' \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DLOCALEDIR='"$(PREFIX)/share/locale"' \
	-DLIBEXECDIR='"$(LIBEXECDIR)"'
ALL_CFLAGS = -std=c11 $(DEFINES) $(WARNINGS) $(HARDEN) $(CFLAGS) $(SANITIZE) \
	-MMD -MP
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)

LIB_LIBS = -liniparser -lssl -lcrypto
BANKD_LIBS = -levent_core -lsqlite3 -lcrypt -lseccomp -lpthread $(LIB_LIBS)
# The courier's alone; without its header there is no courier.
PQ_HEADER := $(firstword $(wildcard $(addsuffix /libpq-fe.h,\
	/usr/include/postgresql /usr/include /usr/local/include)))
PQ_CFLAGS = $(addprefix -isystem ,$(filter-out /usr/include/,$(dir $(PQ_HEADER))))
COURIER_LIBS = -lpq -lseccomp $(LIB_LIBS)
ATM_LIBS = -lformw -lmenuw -lpanelw -lncursesw -lfribidi -levent_core -lpthread \
	$(LIB_LIBS)

# V=1 shows whole commands.
run = $(if $(V),,@echo '  $(1)'; )

# Objects stand in $(B)/obj, programs in $(B).
O = $(B)/obj
objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))
# $(call rooms,FOLDER,SUFFIX): all such files of it, three folders deep
rooms = $(wildcard $(1)/*$(2) $(1)/*/*$(2) $(1)/*/*/*$(2))
LIB_OBJS := $(call objects,$(call rooms,shared,.c))
BANKD_MAINS := $(O)/bankd/bankd.o $(O)/bankd/bankctl/bankctl_main.o
COURIER_OBJS := $(call objects,bankd/courier/*.c)
BANKD_OBJS := $(filter-out $(BANKD_MAINS) $(COURIER_OBJS),\
	$(call objects,$(call rooms,bankd,.c)))
ATM_OBJS := $(filter-out $(O)/atm-tui/main.o,$(call objects,$(call rooms,atm-tui,.c)))
TEST_LIB_OBJS := $(call objects,tests/lib/*.c)
# A unit test's source stands in a room; its program's name tells none.
UNIT_SOURCES := $(call rooms,tests/unit,.c)
UNIT_TESTS := $(addprefix $(B)/tests/unit/,\
	$(basename $(notdir $(UNIT_SOURCES))))
SCREEN_MAINS := $(wildcard tests/screens/test_*.c tests/screens/shoot.c)
SCREEN_TESTS := $(patsubst %.c,$(B)/%,$(SCREEN_MAINS))
SCREEN_OBJS := $(filter-out $(patsubst %.c,$(O)/%.o,$(SCREEN_MAINS)),\
	$(call objects,tests/screens/*.c))
REPLAYS := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/replay_%,\
	$(wildcard tests/fuzz/fuzz_*.c))
FUZZERS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
LANGUAGES := $(patsubst atm-tui/po/%.po,%,$(wildcard atm-tui/po/*.po))
CATALOGUES := $(LANGUAGES:%=$(B)/locale/%/LC_MESSAGES/atm-tui.mo)
MANUALS := $(wildcard man/*.[1-8])
COURIER = $(if $(PQ_HEADER),$(B)/bankd-courier)
PROGRAMS = $(B)/bankd $(B)/bankctl $(B)/atm-tui $(COURIER)

all: $(PROGRAMS) $(CATALOGUES)
	$(if $(PQ_HEADER),,@echo 'make: no libpq-fe.h (libpq-dev), so' \
	    'without bankd-courier, which many hosts need' >&2)

help:
	@echo 'make run         installs what is missing, builds, makes the'
	@echo '                 demonstration bank, starts bankd, opens atm-tui,'
	@echo '                 and stops what it started'
	@echo 'make demo-blind  the same, and what the screens show is said aloud'
	@echo 'make test        installs what the tests need, and runs them'
	@echo 'make test-all    the same with all that takes long'
	@echo
	@echo 'make             builds bankd, bankctl and atm-tui into $(B)/, and'
	@echo '                 bankd-courier where libpq is installed'
	@echo 'make reset-demo  puts the demonstration'"'"'s money back'
	@echo 'make deps        installs what building needs (apt-get)'
	@echo 'make lint        compilers, formatters and checkers of everything'
	@echo 'make unit        the unit tests alone'
	@echo 'make run-hosts   two hosts of one bank, of which one is killed while'
	@echo '                 you watch, and a kiosk that knows both'
	@echo 'make hosts-test  the tests of a bank of many hosts, and all system'
	@echo '                 tests with the journal in PostgreSQL'
	@echo 'make arm64-test  the unit tests of an arm64 build, by qemu-user'
	@echo 'make soak        the long runs, for HOURS=n hours; or ROW=name'
	@echo 'make resources   measures what each request costs the bank'
	@echo 'make figures     writes how many tests there are into tests/README.md'
	@echo 'make mutants     takes things away, which the tests must notice'
	@echo 'make valgrind    the unit tests, where valgrind is installed'
	@echo 'make tsan        the threads of the vault, watched by ThreadSanitizer'
	@echo 'make sim         simulated banks, from SEED=n on, of STEPS=n'
	@echo 'make branch-day  a day of a branch: operators, kiosks, the sums; of'
	@echo '                 SEED=n and ENTRIES=n, left in KEEP=directory'
	@echo 'make model       looks through the models of the protocols'
	@echo 'make coverage    branches that the tests take'
	@echo 'make fuzz        every fuzzer for SECONDS=n seconds; AFL++ or libFuzzer'
	@echo 'make fuzz-merge  the same, and keeps the inputs that reach new code'
	@echo 'make bench       measures, as ratios to this machine and to others'
	@echo 'make pictures    draws the screens of README.md anew'
	@echo 'make deb         Debian packages, into $(B)/'
	@echo 'make install     into DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)'
	@echo 'make uninstall   takes that away again'
	@echo 'make clean       removes $(B)/'

# -- what must be installed ------------------------------------------------

# Prints those of $(1) that are not installed, then installs them.
define install_packages
	@missing=; for p in $(1); do \
	    dpkg-query -W -f '$${Status}' "$$p" 2>/dev/null | \
	        grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	test -z "$$missing" && exit 0; \
	command -v apt-get >/dev/null || { \
	    echo "make: this is not Debian or Ubuntu; install:$$missing" >&2; \
	    exit 69; }; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	echo "make: installing$$missing" >&2; \
	$$sudo apt-get update -q >&2 && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy \
	    --no-install-recommends $$missing >&2
endef

deps:
	$(call install_packages,$(BUILD_PACKAGES))
deps-test: deps
	$(call install_packages,$(TEST_PACKAGES))
deps-lint: deps-test
	$(call install_packages,$(LINT_PACKAGES))

# -- programs --------------------------------------------------------------

$(B)/libshared.a: $(LIB_OBJS)
$(B)/libbankd.a: $(BANKD_OBJS)
$(B)/libatm.a: $(ATM_OBJS)
$(B)/libtest.a: $(TEST_LIB_OBJS)
$(B)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(call run,AR $@)$(AR) rcs $@ $^

$(B)/bankd: $(O)/bankd/bankd.o $(B)/libbankd.a $(B)/libshared.a
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(BANKD_LIBS)
$(B)/bankctl: $(O)/bankd/bankctl/bankctl_main.o $(B)/libbankd.a $(B)/libshared.a
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lncursesw $(BANKD_LIBS)
$(COURIER_OBJS): ALL_CFLAGS += $(PQ_CFLAGS)
$(B)/bankd-courier: $(COURIER_OBJS) $(B)/libbankd.a $(B)/libshared.a
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(COURIER_LIBS)
$(B)/atm-tui: $(O)/atm-tui/main.o $(B)/libatm.a $(B)/libshared.a
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ATM_LIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call run,CC $<)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/locale/%/LC_MESSAGES/atm-tui.mo: atm-tui/po/%.po
	@mkdir -p $(@D)
	$(call run,MO $@)msgfmt -c -o $@ $<

# -- the demonstration -----------------------------------------------------

DEMO = -c etc/bankd.ini

# Standard output is the session's alone: everything before it talks on
# standard error and reads nothing.  Others come to a second kiosk only while a
# person sits at this one: a script's balances are its own doing.
run:
	@$(MAKE) --no-print-directory demo </dev/null >&2
	@started=; \
	$(B)/bankctl $(DEMO) status >/dev/null 2>&1 || { \
	    $(B)/bankd $(DEMO) </dev/null >&2 || exit; started=yes; }; \
	trap : INT TERM HUP; \
	others=; test ! -t 0 || { \
	    etc/demo/second-kiosk $(B) </dev/null >/dev/null 2>&1 & \
	    others=$$!; }; \
	$(B)/atm-tui -c etc/atm.ini $(KIOSK_FLAGS); code=$$?; \
	test -z "$$others" || { kill $$others; wait $$others; }; \
	test -z "$$started" || $(B)/bankctl $(DEMO) stop </dev/null >&2; \
	echo "the operator's view, while the bank runs:" \
	    "$(B)/bankctl $(DEMO) top" >&2; \
	exit $$code

# The same by ear alone: shut your eyes.
demo-blind:
	$(call install_packages,espeak-ng)
	@$(MAKE) --no-print-directory run \
	    KIOSK_FLAGS="-o 'speech.command=espeak-ng -v %l'"

demo: deps
	@$(MAKE) --no-print-directory all
	@test -f var/bank.db || $(B)/bankctl init --demo .
	@mkdir -p var/receipts
	@$(B)/bankctl $(DEMO) status >/dev/null 2>&1 || \
	    test -f var/kiosk-2.key || { $(B)/bankctl $(DEMO) fake && \
	        $(B)/bankctl $(DEMO) kiosk add --key var/kiosk-2.key kiosk-2; }

reset-demo: deps
	@$(MAKE) --no-print-directory all >&2
	@if $(B)/bankctl $(DEMO) status >/dev/null 2>&1; then \
	    $(B)/bankctl $(DEMO) stop; fi
	@rm -rf var/bank.db* var/journal* var/password* var/balance* var/kiosk \
	    var/kiosk-2*
	@$(B)/bankctl init --demo .

# -- tests -----------------------------------------------------------------

$(foreach t,$(UNIT_SOURCES),\
    $(eval $(B)/tests/unit/$(basename $(notdir $t)): $(t:%.c=$(O)/%.o)))
$(UNIT_TESTS): $(B)/libtest.a $(B)/libbankd.a $(B)/libatm.a \
    $(B)/libshared.a
$(UNIT_TESTS):
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lm $(BANKD_LIBS) $(ATM_LIBS)

$(B)/tests/screens/%: $(O)/tests/screens/%.o $(SCREEN_OBJS) $(B)/libtest.a \
    $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lvterm -lutil -lm $(ATM_LIBS)

# Simulated banks: what stands in for clock, pool and event loop is found
# before the libraries, and what has threads or chance is wrapped.
SIM_OBJS := $(call objects,tests/sim/*.c)
SIM_TEST := $(B)/tests/sim/test_sim
$(SIM_TEST): $(SIM_OBJS) $(B)/libtest.a $(B)/libbankd.a $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) \
	    $(addprefix -Wl$(comma)--wrap=,RAND_bytes attempt_init bank_clock_start \
	    login_key_unwrap poll store_serve) -o $@ $^ \
	    -lcmocka $(BANKD_LIBS)

# A fuzz target without clang: runs its corpus.
$(B)/tests/fuzz/replay_%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay.o \
    $(B)/libtest.a $(B)/libbankd.a $(B)/libatm.a $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(BANKD_LIBS) $(ATM_LIBS)

# The real programs, whose memory and disk fail when a test says so.
FAULTY := $(B)/tests/faulty/bankd $(B)/tests/faulty/atm-tui \
    $(if $(COURIER),$(B)/tests/faulty/bankd-courier)
FAULTY_OBJ = $(O)/tests/faulty/faulty.o
FAULTY_LDFLAGS = $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc \
	reallocarray strdup strndup clock_gettime)
comma = ,
nothing =
$(B)/tests/faulty/bankd: $(O)/bankd/bankd.o $(FAULTY_OBJ) $(B)/libbankd.a \
    $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) $(FAULTY_LDFLAGS) -o $@ $^ $(BANKD_LIBS)
$(B)/tests/faulty/atm-tui: $(O)/atm-tui/main.o $(FAULTY_OBJ) $(B)/libatm.a \
    $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) $(FAULTY_LDFLAGS) -o $@ $^ $(ATM_LIBS)
$(B)/tests/faulty/bankd-courier: $(COURIER_OBJS) $(FAULTY_OBJ) \
    $(B)/libbankd.a $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) $(FAULTY_LDFLAGS) -o $@ $^ \
	    $(COURIER_LIBS)

BENCH = $(addprefix $(B)/tests/bench/,load echo probe fill)
tests: all $(FAULTY) $(UNIT_TESTS) $(SCREEN_TESTS) $(SIM_TEST) $(REPLAYS) \
    $(BENCH)

faulty: $(FAULTY)

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

ASAN = B=$(B)/asan SANITIZE='-fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer' CFLAGS='-O1 -g'

# What takes minutes, and all cases of what is tried in each case, is in
# test-all.
RUN_BOTH = $(PYTHON) tests/run --build $(B):require --build $(B)/asan:off
both: deps-test
	@$(MAKE) --no-print-directory -j2 tests
	@$(MAKE) --no-print-directory -j2 $(ASAN) tests
test: both
	@$(RUN_BOTH) $(or $(TEST_FLAGS),--quick)
test-all: both
	@$(RUN_BOTH)
	@$(MAKE) --no-print-directory valgrind

# The unit tests that valgrind can run within a minute each.  It looks for
# memory that was never written; the sanitized build looks for what is lost.
# It knows no seccomp(2), and has an allocator of its own in place of a test's.
VALGRIND_NOT = process|sandbox|sandbox_rules|hashing|wipes.*|vault_logins|woken\
|storage_calls|power_loss|journal_power|journal_damage|hostile_front|hosts_.*\
|login_work|vault_(broken|disk|lacks)|files_(edits|faults|watch)\
|store_(attempts|faults|life|read|room)|channel|seal_faults
VALGRIND = valgrind -q --error-exitcode=9 --leak-check=no \
	--suppressions=$(CURDIR)/tests/lib/valgrind.supp
valgrind: deps-test
	@command -v valgrind >/dev/null || { \
	    echo 'make: valgrind is not installed, so nothing runs under it' >&2; \
	    exit 0; }; \
	$(MAKE) --no-print-directory -j2 $(UNIT_TESTS) && \
	SLOW=40 $(PYTHON) tests/run --build $(B):off --only '^unit/' \
	    --not '/test_($(subst $(nothing) ,,$(VALGRIND_NOT)))$$' \
	    --under '$(VALGRIND)'

# Two hosts over a pair of PostgreSQL, of which one is killed while you watch.
run-hosts: deps-test
	@$(MAKE) --no-print-directory all >&2
	@$(PYTHON) -B tests/run-hosts --build $(B)

# The bank of many hosts, on a PostgreSQL that the tests start, and the tests of
# a bank alone with its journal there.
hosts-test: deps-test
	@$(MAKE) --no-print-directory tests
	@$(PYTHON) tests/run --build $(B):require --only '^system/hosts_'
	@$(PYTHON) tests/run --build $(B):require --journal postgres \
	    --not '^system/hosts_'

# The unit tests of an arm64 build, by an emulator, with the libraries of a
# root that is only unpacked.  The loader is told where they are: qemu's own
# option -L would have a path that begins in / lead there, too.  qemu-user has
# neither seccomp(2) nor large pages, can't start the bank's programs, which
# are not of this machine, nor give one a terminal, and takes an hour for
# thousands of forks.
ARM64_ROOT = $(abspath $(B))/arm64-root
ARM64 = aarch64-linux-gnu
ARM64_PROGRAMS = $(ARM64)-gcc qemu-aarch64 debootstrap
ARM64_PACKAGES = gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user \
	debootstrap
ARM64_NOT = \
/test_(sandbox|sandbox_rules|process|hashing|wipes_programs|wipes_kiosk|storage_calls)$$
ARM64_UNDER = qemu-aarch64 $(ARM64_ROOT)/lib/ld-linux-aarch64.so.1 \
	--library-path $(ARM64_ROOT)/lib/$(ARM64):$(ARM64_ROOT)/usr/lib/$(ARM64)
comma_list = $(subst $(nothing) ,$(comma),$(strip $(1)))
arm64-test: deps-test
	@for p in $(ARM64_PROGRAMS); do command -v $$p >/dev/null || { \
	    echo "make: no $$p; install: $(ARM64_PACKAGES)" >&2; exit 69; }; done
	@test -e $(ARM64_ROOT)/made || $(MAKE) --no-print-directory arm64-root
	@$(MAKE) --no-print-directory -j2 B=$(B)/arm64 arm64-programs \
	    CC='aarch64-linux-gnu-gcc --sysroot=$(ARM64_ROOT)' \
	    AR=aarch64-linux-gnu-ar
	@SLOW=$(or $(SLOW),20) LIVES=1 POWER_STATES=100 \
	    JOURNAL_STATES=20 $(PYTHON) tests/run \
	    --build $(B)/arm64:off --only '^unit/' --not '$(ARM64_NOT)' \
	    --under '$(ARM64_UNDER)'

arm64-programs: all $(UNIT_TESTS)

# Needs root, as debootstrap(8) does.  What is not of arm64 alone would stand
# before this machine's own in the emulator's eyes.
arm64-root:
	@rm -rf $(ARM64_ROOT)
	debootstrap --arch=arm64 --foreign --variant=minbase \
	    --include=$(call comma_list,$(filter lib%,$(BUILD_PACKAGES) \
	    $(TEST_PACKAGES))) $(or $(SUITE),$(HOST_SUITE)) $(ARM64_ROOT)
	@for p in $(ARM64_ROOT)/var/cache/apt/archives/*.deb; do \
	    dpkg-deb -x $$p $(ARM64_ROOT) || exit; done
	@cd $(ARM64_ROOT) && find . -mindepth 1 -maxdepth 1 ! -name lib \
	    ! -name usr -exec rm -rf {} + && find lib usr/lib -lname '/*' \
	    -exec sh -c 'ln -snf "$(ARM64_ROOT)$$(readlink "$$1")" "$$1"' - \
	    {} ';' && : >made

# What asking the bank for something costs it, into the page of the tests.
resources: deps-test
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/resources --build $(B)

# What the page of the tests says of their numbers.
figures:
	@$(PYTHON) tests/figures

soak: deps-test
	@$(MAKE) --no-print-directory tests
	@$(PYTHON) tests/soak --build $(B) $(if $(HOURS),--hours $(HOURS)) \
	    $(if $(ROW),--row '$(ROW)') $(SOAK_FLAGS)

# Takes things away one at a time; the tests must notice each.
mutants: deps-test
	@$(PYTHON) tests/mutants/run $(MUTANTS_FLAGS)

# Simulated banks: SEED=n from there on, SEEDS=n so many, STEPS=n of each.
sim: deps-test
	@$(MAKE) --no-print-directory $(SIM_TEST)
	@TRAIL=$(TRAIL) SEED=$(or $(SEED),$(shell date +%s)) \
	    $(if $(SEEDS),SEEDS=$(SEEDS)) $(if $(STEPS),STEPS=$(STEPS)) $(SIM_TEST)

# The vault's threads (the pool, the journal's, the checkpoints', readers), with
# each access to shared memory watched.  What a test puts in place of libc's
# storage calls is not: ThreadSanitizer calls it while it reports.
TSAN_TESTS = pools journal_file store_read store_life vault vault_order \
	vault_parts hosts_news hosts_life
ifeq ($(SANITIZE),-fsanitize=thread)
$(O)/tests/unit/journal/test_journal_file.o: override SANITIZE =
endif
tsan: deps-test
	@$(MAKE) --no-print-directory -j2 B=$(B)/tsan CFLAGS='-O1 -g' \
	    SANITIZE=-fsanitize=thread \
	    $(TSAN_TESTS:%=$(B)/tsan/tests/unit/test_%)
	@TSAN_OPTIONS=report_signal_unsafe=0 LIVES=1 $(PYTHON) tests/run \
	    --build $(B)/tsan:off --under 'setarch -R' \
	    --only '^unit/test_($(subst $(nothing) ,|,$(TSAN_TESTS)))$$'

# Operators are users of the machine: as root.
branch-day: all
	@BUILD=$(abspath $(B)) $(PYTHON) tests/branch-day $(SEED:%=--seed %) \
	    $(ENTRIES:%=--entries %) $(KEEP:%=--keep %)

# The protocols, in every order that their steps can have.
model: deps-test
	@$(PYTHON) tests/model/run $(MODEL_FLAGS)

# What the tests of the seven groups in tests/coverage/report take of them;
# COVERING=. for what all tests do.
COVERING = ^unit/test_(ledger|wire|frame|seal|envelope|files|store_|vault|wipes)\
|^unit/test_hostile_front|^fuzz/\
|^system/(verbs|requests|txids|repeats|login|enrolment|sessions|guessing)\
|^system/(state|storage|notices|flow)
covering = $(subst $(nothing) ,,$(COVERING))
COVERAGE = B=$(B)/gcov CFLAGS='-O0 -g -U_FORTIFY_SOURCE -fprofile-update=atomic' \
	SANITIZE=--coverage LDFLAGS='-Wl,--wrap=_exit $(B)/gcov/exit.o'
coverage: deps-test
	@mkdir -p $(B)/gcov
	@$(CC) -c -o $(B)/gcov/exit.o tests/coverage/exit.c
	@$(MAKE) --no-print-directory -j2 $(COVERAGE) tests
	@find $(B)/gcov -name '*.gcda' -delete
	@$(PYTHON) tests/run --only '$(covering)' --build $(B)/gcov:off; \
	    tested=$$?; tests/coverage/report --build $(B)/gcov && exit $$tested

# Every fuzzer, from the corpus in the tree, with AFL++ where it is installed,
# else with clang's libFuzzer; ENGINE=afl++ or libfuzzer says which.
AFL := $(shell command -v afl-clang-fast)
ENGINE := $(if $(MERGE),libfuzzer,$(if $(AFL),afl++,libfuzzer))
FUZZ_SANITIZE := -fsanitize=address,undefined
FUZZ_B := $(B)/fuzz
FUZZ_CC := clang
ifeq ($(ENGINE),afl++)
FUZZ_B := $(B)/afl
FUZZ_CC := afl-clang-fast
else
FUZZ_SANITIZE := $(FUZZ_SANITIZE),fuzzer-no-link
endif
fuzz: deps-lint
	@$(MAKE) --no-print-directory B=$(FUZZ_B) CC=$(FUZZ_CC) \
	    CFLAGS='-O1 -g' SANITIZE='$(FUZZ_SANITIZE)' fuzzers
	@tests/fuzz/run $(ENGINE) $(or $(SECONDS),10) '$(MERGE)' \
	    $(FUZZERS:$(B)/%=$(FUZZ_B)/%)

# The same, and what reaches new code is kept in the tree.
fuzz-merge:
	@$(MAKE) --no-print-directory fuzz MERGE=yes

fuzzers: $(FUZZERS)
$(B)/tests/fuzz/fuzz_%: $(O)/tests/fuzz/fuzz_%.o $(B)/libtest.a \
    $(B)/libbankd.a $(B)/libatm.a $(B)/libshared.a
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(BANKD_LIBS) \
	    $(ATM_LIBS)

# The load generator and its measures, and `make bench [CASE=name]`: all of it
# writes its table and pictures into tests/bench.
bench_objects = $(addprefix $(O)/tests/bench/,$(addsuffix .o,$(1)))
$(B)/tests/bench/load: $(call bench_objects,load load_options session cases \
    report figures link) $(B)/libshared.a
$(B)/tests/bench/echo: $(call bench_objects,echo figures link) $(B)/libshared.a
$(B)/tests/bench/probe: $(call bench_objects,probe figures link) \
    $(B)/libbankd.a $(B)/libshared.a
$(B)/tests/bench/fill: $(call bench_objects,fill figures) $(B)/libbankd.a \
    $(B)/libshared.a
$(BENCH):
	@mkdir -p $(@D)
	$(call run,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(BANKD_LIBS)

bench: deps-test
	@$(MAKE) --no-print-directory all $(BENCH)
	@$(PYTHON) tests/bench/run --build $(B) \
	    $(if $(CASE),$(CASE:%=--case %),--write) $(BENCH_FLAGS)

pictures: deps-test
	@$(MAKE) --no-print-directory tests
	@mkdir -p man/pictures
	@BUILD=$(abspath $(B)) $(B)/tests/screens/shoot man/pictures

# -- lint ------------------------------------------------------------------

SOURCES = $(foreach top,shared bankd atm-tui tests,$(call rooms,$(top),.[ch]))
SCRIPTS = .ci/run etc/completions/make etc/demo/second-kiosk etc/installed/setup tests/lint/key \
	tests/lint/headers tests/lint/layers $(wildcard etc/debian/*.p*)

# Files in which gcc 12's analyzer is wrong: about what a function of another
# file sets, a list's links, and what an array takes over.
NOT_ANALYZED = atm-tui/base/device.c bankd/bankctl/bankctl_client.c \
	bankd/bankctl/bankctl_offline.c bankd/files/files_hash.c \
	bankd/report/day.c bankd/store/sqlite/sqlite_accounts.c
ANALYZED = $(filter-out $(NOT_ANALYZED),\
	$(foreach top,shared bankd atm-tui,$(call rooms,$(top),.c)))
lint: deps-lint
	@$(MAKE) --no-print-directory -j2 B=$(B)/lint-gcc CC=gcc \
	    CFLAGS='-O2 -Werror' tests
	@$(MAKE) --no-print-directory -j2 B=$(B)/lint-clang CC=clang \
	    CFLAGS='-O2 -Werror' tests
	$(call run,clang-format)clang-format --dry-run -Werror $(SOURCES)
	$(call run,cppcheck)cppcheck --quiet --error-exitcode=1 --enable=warning,portability \
	    --inline-suppr --std=c11 -D_GNU_SOURCE -j2 \
	    --suppress=missingIncludeSystem \
	    --suppress=varFuncNullUB --suppress='*:*sys/queue.h' \
	    $(addprefix --include=,$(firstword \
	    $(wildcard /usr/include/*/sys/queue.h /usr/include/sys/queue.h))) \
	    shared bankd atm-tui
	$(call run,analyzer)for f in $(ANALYZED); do \
	    gcc -std=c11 $(DEFINES) $(PQ_CFLAGS) -O1 -fanalyzer -Werror -c -o /dev/null $$f || \
	    exit 1; done
	$(call run,mandoc)! mandoc -T lint $(MANUALS) 2>/dev/null | \
	    grep -v 'referenced manual not found' || exit 1
	$(call run,shellcheck)shellcheck $(SCRIPTS)
	$(call run,msgfmt)for po in atm-tui/po/*.po; do test ! -f $$po || \
	    msgfmt -c -o /dev/null $$po || exit 1; done
	@$(PYTHON) -m compileall -q tests >/dev/null
	$(call run,mutants)$(PYTHON) tests/mutants/run --check
	$(call run,layers)tests/lint/layers
	$(call run,key)tests/lint/key
	$(call run,headers)tests/lint/headers
	$(call run,parameters)$(PYTHON) tests/lint/parameters
	$(call run,circles)$(PYTHON) tests/lint/circles $(B)/lint-gcc
	$(call run,names)$(PYTHON) tests/lint/names $(B)/lint-gcc

# -- installation ----------------------------------------------------------

BINDIR = $(DESTDIR)$(PREFIX)/bin
SBINDIR = $(DESTDIR)$(PREFIX)/sbin
MANDIR = $(DESTDIR)$(PREFIX)/share/man
LOCALEDIR = $(DESTDIR)$(PREFIX)/share/locale

install: all install-etc
	install -d $(BINDIR) $(SBINDIR) $(DESTDIR)$(SYSCONFDIR)
	install -m 755 $(B)/atm-tui $(BINDIR)
	install -m 755 $(B)/bankd $(B)/bankctl $(SBINDIR)
	$(if $(COURIER),install -d $(DESTDIR)$(LIBEXECDIR) && \
	    install -m 755 $(COURIER) $(DESTDIR)$(LIBEXECDIR))
	install -d $(DESTDIR)$(PREFIX)/share/bankd
	install -m 644 man/bankctl.schema.json etc/prometheus/* etc/grafana/* \
	    $(DESTDIR)$(PREFIX)/share/bankd
	for m in $(MANUALS); do s=$${m##*.}; \
	    install -d $(MANDIR)/man$$s && \
	    $(PLACE) $$m >$(MANDIR)/man$$s/$${m##*/} && \
	    chmod 644 $(MANDIR)/man$$s/$${m##*/} || exit; done
	for l in $(LANGUAGES); do \
	    install -d $(LOCALEDIR)/$$l/LC_MESSAGES && \
	    install -m 644 $(B)/locale/$$l/LC_MESSAGES/atm-tui.mo \
	        $(LOCALEDIR)/$$l/LC_MESSAGES || exit; done

uninstall: uninstall-etc
	rm -f $(BINDIR)/atm-tui $(SBINDIR)/bankd $(SBINDIR)/bankctl
	rm -rf $(DESTDIR)$(LIBEXECDIR)
	for m in $(MANUALS); do \
	    rm -f $(MANDIR)/man$${m##*.}/$${m##*/}; done
	rm -rf $(DESTDIR)$(PREFIX)/share/bankd
	for l in $(LANGUAGES); do \
	    rm -f $(LOCALEDIR)/$$l/LC_MESSAGES/atm-tui.mo; done

# -- completions, units and packages ---------------------------------------

PACKAGE_PACKAGES = build-essential dpkg-dev debhelper lintian libcmocka-dev

# Made from the tables in each program's source.
COMPLETIONS = $(foreach p,bankd bankctl atm-tui,\
	$(B)/completions/bash/$p $(B)/completions/zsh/$p)
completions: $(COMPLETIONS)
$(B)/completions/%/bankd: bankd/bankd.c bankd/base/options.c
	$(complete)
$(B)/completions/%/bankctl: bankd/bankctl/bankctl_main.c
	$(complete)
$(B)/completions/%/atm-tui: atm-tui/main.c atm-tui/base/options.c
	$(complete)
$(COMPLETIONS): etc/completions/make $(wildcard etc/completions/*.*)
define complete
@mkdir -p $(@D)
etc/completions/make $* $(@F) $(filter bankd/% atm-tui/%,$^) >$@.new
@mv $@.new $@
endef

# The tree names /usr/local: what is installed names where it is.
# Units of a systemd that knows notify-reload, since 253, have that type.
SYSTEMD = $(word 2,$(shell systemctl --version 2>/dev/null))
PLACE = sed -e 's,/usr/local/etc/bankd,$(SYSCONFDIR),g' \
	-e 's,/usr/local/,$(PREFIX)/,g' \
	$(if $(filter-out $(shell seq 252),$(SYSTEMD)),\
	-e 's/^Type=notify$$/Type=notify-reload/')
LIBDIR = $(PREFIX)/lib
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions

# $(call place,DIRECTORY,MODE,FILES)
define place
install -d $(DESTDIR)$(1)
for f in $(3); do to=$(DESTDIR)$(1)/$${f##*/}; \
    $(PLACE) $$f >$$to && chmod $(2) $$to || exit; done
endef

install-etc: completions
	$(call place,$(LIBDIR)/systemd/system,644,etc/systemd/*)
	$(call place,$(LIBDIR)/sysusers.d,644,etc/sysusers.d/*)
	$(call place,$(LIBDIR)/tmpfiles.d,644,etc/tmpfiles.d/*)
	$(call place,$(LIBDIR)/bankd,755,etc/installed/setup)
	install -d $(DESTDIR)$(SYSCONFDIR)
	for f in bankd.ini atm.ini; do \
	    test -e $(DESTDIR)$(SYSCONFDIR)/$$f || install -m 644 \
	        etc/installed/$$f $(DESTDIR)$(SYSCONFDIR) || exit; done
	install -d $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR)
	for p in bankd bankctl atm-tui; do \
	    install -m 644 $(B)/completions/bash/$$p $(DESTDIR)$(BASHDIR) && \
	    install -m 644 $(B)/completions/zsh/$$p \
	        $(DESTDIR)$(ZSHDIR)/_$$p || exit; done

uninstall-etc:
	for d in systemd/system sysusers.d tmpfiles.d; do \
	    for f in etc/$${d%/system}/*; do \
	        rm -f $(DESTDIR)$(LIBDIR)/$$d/$${f##*/}; done; done
	rm -rf $(DESTDIR)$(LIBDIR)/bankd
	for p in bankd bankctl atm-tui; do \
	    rm -f $(DESTDIR)$(BASHDIR)/$$p $(DESTDIR)$(ZSHDIR)/_$$p; done

# Packages, into $(B)/: a copy of the tree is built with Debian's own tools.
# Who builds them looks after them: DEBFULLNAME and DEBEMAIL, as for dch(1).
DEB = $(B)/deb/bankd-$(VERSION)
deb: deps
	$(call install_packages,$(PACKAGE_PACKAGES))
	rm -rf $(B)/deb
	mkdir -p $(DEB)
	tar -c --exclude='etc/*.key' --exclude='etc/*.crt' --exclude='*.pyc' \
	    Makefile README.md .clang-format .ci atm-tui bankd shared etc \
	    man tests | tar -x -C $(DEB)
	cp -r etc/debian $(DEB)/debian
	test -z "$$DEBEMAIL" || { who="$${DEBFULLNAME:-$$DEBEMAIL}"; \
	    sed -i "s/bankd maintainers <.*>/$$who <$$DEBEMAIL>/" \
	    $(DEB)/debian/control $(DEB)/debian/changelog; }
	cd $(DEB) && env -u MAKEFLAGS DEB_BUILD_OPTIONS='nocheck noautodbgsym' \
	    dpkg-buildpackage -b -us -uc
	lintian --profile debian --fail-on error,warning $(B)/deb/*.changes
	cp $(B)/deb/*.deb $(B)/

# The packages in a fresh root file system of SUITE=, bookworm, trixie or the
# host's own: a transfer between two hosts, and under a systemd that runs.
# Needs root.
HOST_SUITE = $(shell . /etc/os-release && echo $$VERSION_CODENAME)
other_suite = $(filter-out $(HOST_SUITE),$(SUITE))
DEB_TEST = CLEAN_ROOT=$(or $(CLEAN_ROOT),make) SUITE=$(SUITE) PYTHONPATH=tests \
	BUILD=$(abspath $(B)) $(PYTHON) -B -m
deb-test: deps-test $(if $(other_suite),,deb)
	$(call install_packages,debootstrap iproute2 util-linux)
	$(if $(other_suite),$(DEB_TEST) lib.clean_root)
	$(DEB_TEST) unittest -v system.test_package system.test_booted

.PHONY: fuzz-merge resources figures model sim tsan valgrind completions install-etc uninstall-etc deb deb-test

clean:
	rm -rf $(B)

.PHONY: all help deps deps-test deps-lint run demo reset-demo tests unit faulty \
	hosts-test run-hosts \
	arm64-test arm64-programs arm64-root both test test-all soak branch-day mutants coverage fuzz fuzzers bench pictures lint install uninstall clean
-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d)
.SECONDARY:
