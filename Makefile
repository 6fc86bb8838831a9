# crm - build, test, install.  "make help" lists the targets.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
BASHDIR  ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR   ?= $(PREFIX)/share/zsh/site-functions
FISHDIR  ?= $(PREFIX)/share/fish/vendor_completions.d
DESTDIR  ?=
INSTALL  ?= install
ifeq ($(origin CC),default)
CC = cc
endif
PKGCONF  ?= pkg-config
# Builds with other flags stand beside the plain one.
BUILD    ?= build$(if $(filter 1,$(SAN)),/san)$(if $(filter 1,$(FAULTS)),/faults)
V        ?=
Q        = $(if $(V),,@)

# Libraries: static ones start faster.  STATIC=0 links as the system does.
STATIC   ?= 1
ifneq ($(SAN)$(FAULTS)$(COVERAGE),)
STATIC = 0
endif
CRM_LIBS = lmdb yaml-0.1 libutf8proc libb2 liblbfgs liblz4
# The Debian package of each.
DEB_lmdb = liblmdb-dev
DEB_yaml-0.1 = libyaml-dev
DEB_libutf8proc = libutf8proc-dev
DEB_libb2 = libb2-dev
DEB_liblbfgs = liblbfgs-dev
DEB_liblz4 = liblz4-dev

WARN_ALL = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith -Wundef -Wvla \
	-Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference \
	-Wdouble-promotion -Wdate-time -fno-common
WARN_GCC = -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
	-Wtrampolines -Wjump-misses-init -Wformat-overflow=2
# Not -Wconditional-uninitialized: it cannot follow "if (err == NULL)" from one
# statement to the next; gcc's -Wmaybe-uninitialized (in -Wall) can.
WARN_CLANG = -Wmissing-variable-declarations -Wcomma -Wunreachable-code \
	-Wassign-enum
IS_CLANG := $(shell $(CC) --version 2>/dev/null | grep -c clang)
WARN = $(WARN_ALL) $(if $(filter 0,$(IS_CLANG)),$(WARN_GCC),$(WARN_CLANG))

CRM_CFLAGS = -std=c11 -O2 -g -fstack-protector-strong $(WARN)
CRM_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -D_FORTIFY_SOURCE=2 -Ilibcore
CRM_LDFLAGS =
ifeq ($(DEV),1)
CRM_CFLAGS += -Werror
endif
ifeq ($(SAN),1)
CRM_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -O1
CRM_CPPFLAGS += -U_FORTIFY_SOURCE
CRM_LDFLAGS += -fsanitize=address,undefined
endif
ifeq ($(FAULTS),1)
CRM_CPPFLAGS += -DCRM_FAULTS
endif
ifeq ($(COVERAGE),1)
CRM_CFLAGS += --coverage -O0
CRM_CPPFLAGS += -U_FORTIFY_SOURCE
CRM_LDFLAGS += --coverage
endif
ifeq ($(STATIC),1)
CRM_LDFLAGS += -static
PKG_STATIC = --static
endif

# One line says what is missing, where this make itself is to build something.
NO_LIBS := check check-slow check-interop fuzz bench bench-report demo \
	coverage format lint uninstall dist clean help
ifneq ($(filter-out $(NO_LIBS),$(or $(MAKECMDGOALS),all)),)
has = $(shell command -v $(firstword $(1)) >/dev/null 2>&1 && echo yes)
MISSING := $(strip $(if $(call has,$(CC)),,$(if $(filter cc,$(CC)),gcc,$(CC))) \
	$(if $(call has,$(PKGCONF)),,pkg-config) \
	$(foreach l,$(CRM_LIBS),$(shell \
	$(PKGCONF) --exists $(l) 2>/dev/null || echo $(DEB_$(l)))))
ifneq ($(MISSING),)
$(error missing: $(MISSING) - on Debian: apt-get install $(MISSING))
endif
LIB_CFLAGS := $(shell $(PKGCONF) --cflags $(CRM_LIBS))
LIB_LIBS := $(shell $(PKGCONF) $(PKG_STATIC) --libs $(CRM_LIBS)) -lm
endif

SRC   := $(wildcard libcore/*/*.c)
HDR   := $(wildcard libcore/*/*.h)
OBJ   := $(SRC:%.c=$(BUILD)/%.o)
LIB   := $(BUILD)/libcrm.a
CMDS  := $(notdir $(basename $(wildcard cmd/*.c)))
BIN   := $(CMDS:%=$(BUILD)/bin/%)
UNIT  := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
FUZZ  := $(filter-out replay,$(patsubst tests/fuzz/%.c,%, \
	$(wildcard tests/fuzz/*.c)))
MAN   := $(wildcard man/*.[1-9])
SH    := $(wildcard .ci/* tests/run tests/lib.sh tests/*/*.t tests/*/*.slow \
	tests/*/*.sh tests/bench/run completions/*.sh)

COMPILE = $(CC) $(CRM_CPPFLAGS) $(CPPFLAGS) $(LIB_CFLAGS) $(CRM_CFLAGS) \
	$(CFLAGS)
LINK = $(CC) $(CRM_CFLAGS) $(CFLAGS) $(CRM_LDFLAGS) $(LDFLAGS)
# cmocka and sanitizers are only to be had as shared libraries.
LINK_SHARED = $(CC) $(CRM_CFLAGS) $(CFLAGS) \
	$(filter-out -static,$(CRM_LDFLAGS)) $(LDFLAGS)

all: $(BIN) ## build the programs (the default)

# Everything is built again when the compiler or its flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE) $(LINK) $(LIB_LIBS))' >$@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(if $(V),,echo '  cc      $<')
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# Also made again when a file was taken away.
$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(OBJ)' >$@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

$(LIB): $(OBJ) $(BUILD)/objects
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJ)

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< $(LIB) $(LIB_LIBS) $(LDLIBS)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK_SHARED) -o $@ $< $(LIB) $(LIB_LIBS) -lcmocka $(LDLIBS)

unit: $(UNIT)

# Fuzz targets: with libFuzzer (clang), or with a main() that runs files.
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK_SHARED) -fsanitize=fuzzer -o $@ $< $(LIB) $(LIB_LIBS) $(LDLIBS)

$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK_SHARED) -o $@ $^ $(LIB_LIBS) $(LDLIBS)

fuzzers: $(FUZZ:%=$(BUILD)/fuzz/%)
replay: $(FUZZ:%=$(BUILD)/replay/%)

# The programs again, for tests/crash: allocations that fail, small parts
# (hurt.c); and those of another version, and of a later format.
$(BUILD)/crash/%: $(BUILD)/cmd/%.o $(BUILD)/tests/crash/hurt.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK_SHARED) -Wl,--wrap=crm_store_open -o $@ $^ $(LIB_LIBS) \
		$(LDLIBS)

FORMAT_minor = -DCRM_FORMAT=4 -DCRM_FORMAT_READER=3
FORMAT_major = -DCRM_FORMAT=4 -DCRM_FORMAT_READER=4
$(BUILD)/later/%/store.o: libcore/store/store.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(FORMAT_$*) -MMD -MP -c -o $@ $<

$(BUILD)/later/version.o: libcore/cli/version.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)sed 's/"0/"99/' $< | $(COMPILE) -x c -c -o $@ -

$(BUILD)/later/minor/crm-%: $(BUILD)/cmd/crm-%.o $(BUILD)/later/version.o \
		$(BUILD)/later/minor/store.o $(LIB)
	$(Q)$(LINK) -o $@ $^ $(LIB_LIBS) $(LDLIBS)

$(BUILD)/later/major/crm-%: $(BUILD)/cmd/crm-%.o $(BUILD)/later/version.o \
		$(BUILD)/later/major/store.o $(LIB)
	$(Q)$(LINK) -o $@ $^ $(LIB_LIBS) $(LDLIBS)

LATER = crm-store crm-add crm-log crm-find crm-set crm-undo crm-history
crash-tools: $(filter-out %/crm,$(CMDS:%=$(BUILD)/crash/%)) \
	$(LATER:%=$(BUILD)/later/minor/%) $(LATER:%=$(BUILD)/later/major/%)

#
# Tests.  A test is a file tests/ROOM/NAME.t, run by prove, or a cmocka
# program tests/unit/NAME.c; tests/ROOM/NAME.slow is run by check-slow only.
#
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# A make inside make shares the jobs of the outer one, if it was told of any.
PARALLEL = $(if $(findstring j,$(filter-out --%,$(MAKEFLAGS))),,-j$(JOBS))
SUB = $(MAKE) $(PARALLEL)
RUN = JOBS=$(JOBS) sh tests/run
# How tests call make for what is built already: $(call built,BUILD,FLAGS)
built = CRM_BUILD=$(1) CRM_MAKE="BUILD=$(1) $(2)"

check: ## install what the tests need, build with gcc and clang, run all tests
	@.ci/packages test
	@$(SUB) BUILD=$(BUILD)/gcc CC=gcc DEV=1 all unit bench-tools crash-tools && \
	$(SUB) BUILD=$(BUILD)/clang CC=clang DEV=1 all unit bench-tools crash-tools && \
	$(SUB) BUILD=$(BUILD)/asan CC=gcc SAN=1 DEV=1 all unit replay || \
	{ echo 'the build failed'; echo '0 passed, 1 failed'; exit 1; }
	@$(call built,$(BUILD)/gcc,CC=gcc DEV=1) $(RUN) $(foreach d,gcc clang asan, \
		$(patsubst $(BUILD)/%,$(BUILD)/$d/%,$(UNIT))) \
		$(sort $(wildcard tests/*/*.t))

check-slow: ## the tests that take long: under sanitizers, and tests/*/*.slow
	@.ci/packages test
	@$(SUB) BUILD=$(BUILD)/gcc CC=gcc DEV=1 all unit crash-tools && \
	$(SUB) BUILD=$(BUILD)/asan CC=gcc SAN=1 DEV=1 all unit replay && \
	$(SUB) BUILD=$(BUILD)/faults CC=gcc FAULTS=1 DEV=1 all || \
	{ echo 'the build failed'; echo '0 passed, 1 failed'; exit 1; }
	@$(call built,$(BUILD)/asan,CC=gcc SAN=1 DEV=1) CRM_SLOW=1 \
		CRM_PLAIN=$(BUILD)/gcc $(RUN) \
		$(sort $(wildcard tests/*/*.t)) $(sort $(wildcard tests/*/*.slow))

check-interop: ## install other programs, and test that we understand each other
	@.ci/packages interop
	@$(MAKE) test T='$(sort $(wildcard tests/interop/*.t))'

T ?= $(sort $(wildcard tests/*/*.t))
test: all unit bench-tools crash-tools ## run some tests on this build: make test T=tests/cli/add.t
	@$(call built,$(BUILD),$(MAKEOVERRIDES)) $(RUN) $(T)

FUZZ_SECONDS ?= 60
fuzz: ## fuzz each target for FUZZ_SECONDS (60), from tests/fuzz/corpus/NAME
	@.ci/packages fuzz
	@$(SUB) BUILD=$(BUILD)/fuzz CC=clang SAN=1 FUZZING=1 fuzzers
	@sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ)
ifeq ($(FUZZING),1)
CRM_CFLAGS += -fsanitize=fuzzer-no-link
endif

# Small and linked like the programs: a child of pair begins as its copy.
BENCH := $(BUILD)/bench/gen $(BUILD)/bench/pair $(BUILD)/bench/classes
$(BUILD)/bench/gen: $(BUILD)/tests/bench/gen.o $(LIB)
$(BUILD)/bench/classes: $(BUILD)/tests/bench/classes.o $(LIB)
$(BUILD)/bench/pair: $(BUILD)/tests/bench/pair.o \
	$(BUILD)/tests/bench/private.o
$(BENCH):
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

bench-tools: $(BENCH)

# HOLD=1, N=, ROWS=, RUNS= and BENCH_DIR= are for the script.
bench: ## compare with sqlite3: N=100000 ROWS= RUNS= TIMES= BENCH_DIR= HOLD=1
	@.ci/packages bench
	@$(SUB) all bench-tools
	@CRM_BUILD=$(BUILD) tests/bench/run

bench-report: ## the whole benchmark, N=1000000, into tests/bench/RESULTS.md
	@.ci/packages bench
	@$(SUB) all bench-tools
	@N=$${N:-1000000} CRM_BUILD=$(BUILD) tests/bench/run report

demo: ## install what is missing, build, and show what it does
	@.ci/packages build
	@$(SUB) all
	@PATH="$(abspath $(BUILD))/bin:$$PATH" sh tests/demo/tour.sh

check-headers: ## compile each header alone
	@for h in $(HDR); do \
		$(COMPILE) -Werror -fsyntax-only -include $$h -x c /dev/null \
		|| { echo "$$h does not stand alone"; exit 1; }; \
	done

coverage: ## run the tests and say which part of each file they reach
	@.ci/packages test
	@rm -rf $(BUILD)/cov
	@$(SUB) BUILD=$(BUILD)/cov CC=gcc COVERAGE=1 all unit
	@$(call built,$(BUILD)/cov,CC=gcc COVERAGE=1) $(RUN) \
		$(patsubst $(BUILD)/%,$(BUILD)/cov/%,$(UNIT)) \
		$(sort $(wildcard tests/*/*.t)) || :
	@sh tests/coverage.sh $(BUILD)/cov $(SRC) $(wildcard cmd/*.c)

#
# Style.
#
ALL_C = $(SRC) $(HDR) $(wildcard cmd/*.c tests/unit/*.[ch] tests/fuzz/*.[ch] \
	tests/bench/*.[ch] tests/crash/*.[ch])

format: ## format the C files
	clang-format -i $(ALL_C)

lint: ## clang-format, clang-tidy, cppcheck, shellcheck, mandoc, codespell
	@.ci/packages lint
	clang-format --dry-run -Werror $(ALL_C)
	shellcheck $(SH)
	@# pages refer to each other before they are installed
	! mandoc -T lint -W style $(MAN) 2>/dev/null | \
		grep -v 'referenced manual not found'
	codespell -q 3 -I .codespell-ignore README.md $(MAN) $(ALL_C) $(SH)
	@# it does not see that a result is set when there is no error, and
	@# that errors point to no local variable
	cppcheck -q -j$(JOBS) --std=c11 --enable=warning,portability \
		--suppress=uninitvar --suppress=legacyUninitvar \
		--suppress=uninitStructMember --suppress=autoVariables \
		--suppress=returnDanglingLifetime --error-exitcode=1 \
		--inline-suppr -Ilibcore $(SRC) $(wildcard cmd/*.c)
	@$(SUB) tidy

tidy:
	@printf '%s\n' $(SRC) $(wildcard cmd/*.c) | xargs -P$(JOBS) -n8 sh -c \
		'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- \
		$(filter-out -W%,$(CRM_CPPFLAGS) $(LIB_CFLAGS)) -std=c11' tidy

completions: all ## write completions/ anew from the options of the programs
	sh completions/generate.sh $(BUILD)/bin

#
# Installing.
#
dest = $(DESTDIR)$(1)

install: all ## install below PREFIX (/usr/local), in DESTDIR
	$(INSTALL) -d $(call dest,$(BINDIR)) $(call dest,$(BASHDIR)) \
		$(call dest,$(ZSHDIR)) $(call dest,$(FISHDIR))
	$(INSTALL) -m 755 $(BIN) $(call dest,$(BINDIR))
	@set -e; for m in $(MAN); do \
		d="$(call dest,$(MANDIR))/man$${m##*.}"; \
		$(INSTALL) -d "$$d"; $(INSTALL) -m 644 "$$m" "$$d"; \
	done
	$(INSTALL) -m 644 completions/_crm $(call dest,$(ZSHDIR))
	$(INSTALL) -m 644 completions/crm.bash $(call dest,$(BASHDIR))/crm
	$(INSTALL) -m 644 completions/crm.fish $(call dest,$(FISHDIR))
	@set -e; for c in $(filter-out crm,$(CMDS)); do \
		ln -sf crm "$(call dest,$(BASHDIR))/$$c"; \
		ln -sf crm.fish "$(call dest,$(FISHDIR))/$$c.fish"; \
	done

uninstall: ## remove what install put there
	rm -f $(CMDS:%=$(call dest,$(BINDIR))/%) $(call dest,$(ZSHDIR))/_crm \
		$(CMDS:%=$(call dest,$(BASHDIR))/%) \
		$(CMDS:%=$(call dest,$(FISHDIR))/%.fish)
	@for m in $(MAN); do \
		rm -f "$(call dest,$(MANDIR))/man$${m##*.}/$${m##*/}"; \
	done

VERSION = $(shell sed -n 's/.*return "\(.*\)";/\1/p' libcore/cli/version.c)
dist: ## pack the committed source as crm-VERSION.tar.gz
	git archive --prefix=crm-$(VERSION)/ -o crm-$(VERSION).tar.gz HEAD

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 16

FORCE:
.PHONY: all unit fuzzers replay crash-tools check check-slow check-interop \
	test fuzz bench bench-tools bench-report demo \
	check-headers coverage format lint tidy completions install \
	uninstall dist clean help FORCE
.SECONDARY:
-include $(OBJ:.o=.d) $(CMDS:%=$(BUILD)/cmd/%.d) \
	$(UNIT:$(BUILD)/unit/%=$(BUILD)/tests/unit/%.d) \
	$(FUZZ:%=$(BUILD)/tests/fuzz/%.d) $(wildcard $(BUILD)/tests/bench/*.d)
