# crm - build, test, install.  "make help" lists the targets.
MAKEFLAGS += --no-builtin-rules
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
BUILD    ?= build
V        ?=
Q        = $(if $(V),,@)

# Libraries: static ones start faster.  STATIC=0 links as the system does.
STATIC   ?= 1
ifneq ($(SAN)$(FAULTS),)
STATIC = 0
endif
CRM_LIBS = lmdb yaml-0.1 libutf8proc libb2

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
ifeq ($(STATIC),1)
CRM_LDFLAGS += -static
PKG_STATIC = --static
endif

# One line says what is missing.
ifeq ($(filter help clean uninstall check-deps demo-deps demo check .ci \
	format,$(or $(MAKECMDGOALS),all)),)
NEED := $(strip $(foreach l,$(CRM_LIBS),$(shell \
	$(PKGCONF) --exists $(l) 2>/dev/null || echo $(l))))
ifneq ($(NEED),)
$(error missing: $(NEED) - on Debian: apt-get install gcc pkg-config \
	liblmdb-dev libyaml-dev libutf8proc-dev libb2-dev)
endif
LIB_CFLAGS := $(shell $(PKGCONF) --cflags $(CRM_LIBS))
LIB_LIBS := $(shell $(PKGCONF) $(PKG_STATIC) --libs $(CRM_LIBS))
endif

SRC  := $(wildcard libcore/*/*.c)
OBJ  := $(SRC:%.c=$(BUILD)/%.o)
LIB  := $(BUILD)/libcrm.a
CMDS := $(notdir $(basename $(wildcard cmd/*.c)))
BIN  := $(CMDS:%=$(BUILD)/bin/%)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
MAN  := $(wildcard man/*.[1-9])

COMPILE = $(CC) $(CRM_CPPFLAGS) $(CPPFLAGS) $(LIB_CFLAGS) $(CRM_CFLAGS) \
	$(CFLAGS)
LINK = $(CC) $(CRM_CFLAGS) $(CFLAGS) $(CRM_LDFLAGS) $(LDFLAGS)

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

$(LIB): $(OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJ)

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< $(LIB) $(LIB_LIBS) $(LDLIBS)

# cmocka is only to be had as a shared library.
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CRM_CFLAGS) $(CFLAGS) $(filter-out -static,$(CRM_LDFLAGS)) \
		$(LDFLAGS) -o $@ $< $(LIB) $(LIB_LIBS) -lcmocka $(LDLIBS)

unit: $(UNIT)

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST))

FORCE:
.PHONY: all unit clean help FORCE
.SECONDARY:
-include $(OBJ:.o=.d) $(CMDS:%=$(BUILD)/cmd/%.d) \
	$(UNIT:$(BUILD)/unit/%=$(BUILD)/tests/unit/%.d)
