# SPDX-License-Identifier: GPL-2.0-or-later
# One Makefile for everything; "make help" lists the targets.

VERSION := 0.1.0

# A packager's or user's own values of these are kept.
CC ?= cc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
PKG_CONFIG ?= pkg-config
SCDOC ?= scdoc
INSTALL ?= install
B ?= build
FUZZ_SECONDS ?= 60

OS := $(shell uname -s | tr A-Z a-z)

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wconversion
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection
HARDENING_LINK := -pie -Wl,-z,relro -Wl,-z,now
ifdef SANITIZE
# The sanitizers see more without _FORTIFY_SOURCE and with frame pointers.
SANITIZE_FLAGS := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
B := build-sanitize
else
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
ifdef WERROR
WARNINGS += -Werror
endif
Q := $(if $(V),,@)

LIBS := libpci smartcols json-c
OWN_CFLAGS := -std=c11 -D_GNU_SOURCE -Isrc -DIOMMUTOOL_VERSION='"$(VERSION)"' \
	$(WARNINGS) $(HARDENING) $(SANITIZE_FLAGS)
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)

SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/collect/$(OS)/*.c))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
PROGRAM := $(B)/iommutool

all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	@echo "  LD    $@"
	$(Q)$(CC) $(CFLAGS) $(SANITIZE_FLAGS) $(HARDENING_LINK) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(OWN_CFLAGS) $(LIB_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)
.PHONY: all
.DELETE_ON_ERROR:
