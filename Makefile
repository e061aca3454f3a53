# SPDX-License-Identifier: ISC
# An ATM kiosk on a terminal and the bank behind it.  `make help` explains.

B = build
PREFIX = /usr/local
DESTDIR =
CC = cc
CFLAGS = -O2 -g
SANITIZE =
PYTHON = /usr/bin/python3

WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla
HARDEN = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(WARNINGS) \
	$(HARDEN) $(CFLAGS) $(SANITIZE) -MMD -MP
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)

LIB_LIBS = -liniparser -lssl -lcrypto
BANKD_LIBS = -levent_core -lsqlite3 -lcrypt -lseccomp -lpthread $(LIB_LIBS)
ATM_LIBS = -lformw -lmenuw -lpanelw -lncursesw -levent_core $(LIB_LIBS)

LIB_OBJS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard shared/*.c))
BANKD_ALL := $(patsubst %.c,$(B)/obj/%.o,$(wildcard bankd/*.c))
BANKD_MAINS := $(B)/obj/bankd/bankd.o $(B)/obj/bankd/bankctl.o
BANKD_OBJS := $(filter-out $(BANKD_MAINS),$(BANKD_ALL))
ATM_ALL := $(patsubst %.c,$(B)/obj/%.o,$(wildcard atm-tui/*.c))
ATM_OBJS := $(filter-out $(B)/obj/atm-tui/main.o,$(ATM_ALL))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,\
	$(wildcard tests/unit/test_*.c))
PROGRAMS = $(B)/bankd $(B)/bankctl $(B)/atm-tui

all: $(PROGRAMS)

$(B)/libshared.a: $(LIB_OBJS)
$(B)/libbankd.a: $(BANKD_OBJS)
$(B)/libatm.a: $(ATM_OBJS)
$(B)/%.a:
	@rm -f $@
	$(AR) rcs $@ $^

# Objects stand in $(B)/obj, programs in $(B).
$(B)/bankd: $(B)/obj/bankd/bankd.o $(B)/libbankd.a $(B)/libshared.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(BANKD_LIBS)
$(B)/bankctl: $(B)/obj/bankd/bankctl.o $(B)/libbankd.a $(B)/libshared.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(BANKD_LIBS)
$(B)/atm-tui: $(B)/obj/atm-tui/main.o $(B)/libatm.a $(B)/libshared.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ATM_LIBS)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(B)/libbankd.a $(B)/libatm.a \
    $(B)/libshared.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(BANKD_LIBS) $(ATM_LIBS)

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

clean:
	rm -rf $(B)

-include $(wildcard $(B)/obj/*/*.d $(B)/obj/*/*/*.d)
.PHONY: all unit clean
.SECONDARY:
