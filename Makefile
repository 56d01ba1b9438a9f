# SPDX-License-Identifier: GPL-2.0-or-later
# One Makefile for everything; "make help" lists the targets.

VERSION := 0.1.0

# --- what a packager or user may set ---------------------------------------------------------
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
CLANG ?= clang
B ?= $(if $(SANITIZE),build-sanitize,build)
FUZZ_SECONDS ?= 60
# Where FreeBSD has its ports.
LOCALBASE ?= /usr/local
# Raw tables of real machines, for the tests that want them; they say so when there are none.
export ACPI_TABLES ?= $(wildcard ../shared/acpi-tables)

# --- flags -----------------------------------------------------------------------------------
OS := $(shell uname -s | tr A-Z a-z)
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wconversion \
	$(if $(WERROR),-Werror)
STACK_CLASH := -fstack-clash-protection
ifeq ($(OS),freebsd)
# clang has it for some machines, and warns in each file for the others.
STACK_CLASH := $(shell $(CC) -Werror $(STACK_CLASH) -fsyntax-only -xc /dev/null 2>/dev/null && \
	echo $(STACK_CLASH))
endif
HARDENING := -fPIE -fstack-protector-strong $(STACK_CLASH)
HARDENING_LINK := -pie -Wl,-z,relro -Wl,-z,now
ifdef SANITIZE
SANITIZE_FLAGS := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),)
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
Q := $(if $(V),,@)

# Tables are libsmartcols' where it is; else a printer of our own prints the same.
SMARTCOLS := $(shell $(PKG_CONFIG) --exists smartcols 2>/dev/null && echo smartcols)
LIBS := libpci $(SMARTCOLS) json-c $(if $(filter linux,$(OS)),libudev)
LIBS_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
LIBS_LINK := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)
# In libc is no argp there, and pkg-config does not know that of the ports.
ifeq ($(OS),freebsd)
LIBS_CFLAGS += -isystem $(LOCALBASE)/include
LIBS_LINK += -L$(LOCALBASE)/lib -largp
endif
OWN_CFLAGS := -std=c11 -D_GNU_SOURCE -Isrc -DIOMMUTOOL_VERSION='"$(VERSION)"' \
	$(WARNINGS) $(HARDENING) $(SANITIZE_FLAGS) $(LIBS_CFLAGS)
LINK = $(CC) $(CFLAGS) $(SANITIZE_FLAGS) $(HARDENING_LINK) $(LDFLAGS)

# --- files -----------------------------------------------------------------------------------
SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/collect/$(OS)/*.c src/collect/$(OS)/*/*.c \
	src/bind/$(OS)/*.c src/bind/$(OS)/*/*.c src/model/$(OS)/*.c src/cmd/$(OS)/*.c src/util/$(OS)/*.c))
# On FreeBSD the commands that are written for it.
ifeq ($(OS),freebsd)
SOURCES = $(FREEBSD_COMMON) $(FREEBSD_SYSTEM)
endif
OTHER_TABLE := $(if $(SMARTCOLS),src/out/table_plain.c,src/out/table.c)
OBJECTS = $(patsubst %.c,$(B)/%.o,$(filter-out $(OTHER_TABLE),$(SOURCES)))
PROGRAM := $(B)/iommutool
# What tests are linked with: everything but main().
PARTS = $(filter-out $(B)/src/main.o,$(OBJECTS))
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,\
	$(sort $(wildcard tests/unit/test_$(if $(filter freebsd,$(OS)),freebsd_)*.c)))
# The backend of another system is tested against a model of it; what has the entry points that ours
# has, too, cannot be linked beside them.
FREEBSD_ENTRIES := $(sort $(wildcard src/collect/freebsd/entry_*.c src/bind/freebsd/entry_*.c \
	src/model/freebsd/entry_*.c))
FREEBSD_SOURCES := $(filter-out %/os_system.c $(FREEBSD_ENTRIES),\
	$(sort $(wildcard src/collect/freebsd/*.c src/bind/freebsd/*.c src/model/freebsd/*.c)))
FREEBSD_MODEL := $(filter-out tests/freebsd/model/entry_%,$(sort $(wildcard tests/freebsd/model/*.c)))
FREEBSD_PARTS := $(if $(filter freebsd,$(OS)),,$(FREEBSD_SOURCES:%.c=$(B)/%.o)) \
	$(FREEBSD_MODEL:%.c=$(B)/%.o)
# The program of FreeBSD: its own files where a system has its own, and of the commands those that are
# written for it. What the model has in place of the system are its entry_*.c.
FREEBSD_SYSTEM := src/collect/freebsd/os_system.c src/collect/freebsd/entry_os.c \
	src/bind/freebsd/entry_journal.c src/util/child.c $(wildcard src/util/freebsd/*.c)
FREEBSD_COMMON := $(filter-out $(FREEBSD_SYSTEM),$(wildcard src/*.c src/cmd/*.c src/cmd/freebsd/*.c \
	src/collect/*.c src/bind/*.c src/model/*.c src/acpi/*.c src/out/*.c src/util/*.c) \
	$(FREEBSD_SOURCES) $(FREEBSD_ENTRIES))
FREEBSD_PROGRAM_SOURCES := $(FREEBSD_COMMON) $(wildcard tests/freebsd/model/*.c src/util/$(OS)/*.c)
FREEBSD_PROGRAM_OBJECTS := \
	$(sort $(patsubst %.c,$(B)/%.o,$(filter-out $(OTHER_TABLE),$(FREEBSD_PROGRAM_SOURCES))))
FREEBSD_PROGRAM := $(B)/iommutool-freebsd-model
FREEBSD_UNITS := $(filter $(B)/tests/unit/test_freebsd_%,$(UNITS))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
MANPAGES := $(patsubst man/%.scd,$(B)/man/%,$(sort $(wildcard man/*.8.scd)))

# --- packages of Debian, and of FreeBSD -------------------------------------------------------
DEPS_BUILD := gcc make pkg-config libc6-dev libpci-dev libudev-dev libsmartcols-dev libjson-c-dev scdoc
DEPS_DEMO := pciutils xz-utils
DEPS_TEST := $(DEPS_BUILD) $(DEPS_DEMO) libcmocka-dev jq acpica-tools qemu-system-x86 \
	busybox-static cpio kmod udev bash zsh fish flex bison bc libelf-dev clang
DEPS_FUZZ := $(DEPS_BUILD) clang libclang-rt-14-dev
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Installs what is missing of $(1), and asks for nothing when nothing is.
install_packages = @missing=$$(for p in $(1); do \
		dpkg-query -Wf '$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	[ -z "$$missing" ] || { echo "  APT  " $$missing; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }
ifeq ($(OS),freebsd)
DEPS_BUILD := gmake pkgconf argp-standalone libpci json-c scdoc
DEPS_DEMO :=
DEPS_TEST := $(DEPS_BUILD) cmocka
DEPS_FUZZ := $(DEPS_BUILD)
# There it is only said what to type.
install_packages = @missing=$$(for p in $(1); do pkg info -e $$p || echo $$p; done); \
	[ -z "$$missing" ] || { echo "$@: type, as root: pkg install" $$missing >&2; exit 1; }
endif

all: $(PROGRAM) $(MANPAGES) ## Build the program and the man pages (the default)

$(PROGRAM): $(OBJECTS)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $^ $(LIBS_LINK)

# Not installed: it is for tests.
$(FREEBSD_PROGRAM): $(FREEBSD_PROGRAM_OBJECTS)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $^ $(LIBS_LINK)

# The same with our own tables, to be held against the others.
PLAIN_OBJECT := $(B)/src/out/table_plain.o
WITHOUT := NOTE=', without libsmartcols'
$(B)/plain/iommutool: $(filter-out $(B)/src/out/table.o,$(OBJECTS)) $(PLAIN_OBJECT)
$(B)/plain/iommutool-freebsd-model: $(filter-out $(B)/src/out/table.o,$(FREEBSD_PROGRAM_OBJECTS)) \
	$(PLAIN_OBJECT)
$(B)/plain/iommutool $(B)/plain/iommutool-freebsd-model:
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $(sort $^) $(LIBS_LINK)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/man/%: man/%.scd Makefile
	@mkdir -p $(@D)
	@echo "  MAN   $<"
	$(Q)$(SCDOC) <$< >$@

# --- install packages, look around -----------------------------------------------------------
deps: deps-build deps-test deps-fuzz ## Install what building, testing and fuzzing need (FreeBSD: say how)
deps-build:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_DEMO))
deps-test:
	$(call install_packages,$(DEPS_TEST))
deps-fuzz:
	$(call install_packages,$(DEPS_FUZZ))

# The libraries may only just have been installed: a new make sees their flags.
demo: deps-build ## Install what the build needs, build, and look at this machine
	@$(MAKE) --no-print-directory all
	@tests/demo $(B)

# --- tests -----------------------------------------------------------------------------------
test: deps-test ## Install what the tests need, then check and check-vm
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-vm

# On all processors, unless told how many; each part's output stays together.
CHECKS := check-unit check-golden check-acpi check-docs check-freebsd
ifeq ($(OS),freebsd)
CHECKS := check-unit # the others want Linux
endif
check: ## Fast tests: offline, unprivileged
	@$(MAKE) --no-print-directory --output-sync=target \
		$(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || sysctl -n hw.ncpu)) $(CHECKS)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(PARTS)
	@echo "  LD    $@"
	$(Q)$(LINK) $(WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS_LINK) -lcmocka

$(FREEBSD_UNITS): $(FREEBSD_PARTS)

# Functions that these replace by their own. Without this they do not link.
$(addprefix $(B)/tests/unit/,test_act test_act_fails test_act_restore): override WRAP := \
	take_step driver_now override_now wait_for_nodes child_waits_in child_start rule_remove fsync \
	collect_group_users bind_plan_ask_again
$(addprefix $(B)/tests/unit/,test_freebsd_act test_freebsd_act_load): override WRAP := \
	take_step driver_now override_now steps_between step_name driver_hands_out \
	wait_for_nodes rule_remove bind_plan_ask_again
$(addprefix $(B)/tests/unit/test_freebsd_guards_,bhyve host network): override WRAP := \
	driver_hands_out device_blocks
$(B)/tests/unit/test_bind_plan: override WRAP := \
	override_now ids_now driver_now driver_state serial_now rule_read child_start child_waits_in \
	collect_usage collect_group_users
$(B)/tests/unit/test_child: override WRAP := kill write
$(B)/tests/unit/test_kernel_log: override WRAP := open close lseek read poll clock_gettime
$(B)/tests/unit/test_map_plan: override WRAP := \
	memlock_left getrlimit interrupted memory_reserve memory_put
$(B)/tests/unit/test_map_bench: override WRAP := \
	memlock_left interrupted memory_available memory_get memory_put clock_gettime \
	iospace_map iospace_unmap
$(addprefix $(B)/tests/unit/,test_domain test_holders): override WRAP := run_in_child
$(B)/tests/unit/test_map_test_command: override WRAP := \
	source_open collect machine_free collect_system choose_backend backend_lacks run_map_checks \
	setup_space iospace_close try_plan measure_mappings
$(B)/tests/unit/test_p2p_command: override WRAP := \
	source_open collect machine_free collect_system collect_escalation choose_backend \
	backend_lacks kernel_log_open kernel_log_close run_p2p_checks
$(B)/tests/unit/test_table_plain: override WRAP := line_cell
$(B)/tests/unit/test_vfio_device: override WRAP := ioctl pwrite mmap munmap
$(B)/tests/unit/test_vfio_setup: override WRAP := access iospace_open iospace_attach iospace_close
# The device is the one in dma_model.h.
$(addprefix $(B)/tests/unit/,test_edu test_nvme test_nvme_fetch test_nvme_cmb): override WRAP := \
	bar_view_open bar_view_close bar_read32 bar_read64 bar_write32 bar_write64 \
	vfio_command_change vfio_device_reset clock_gettime clock_nanosleep
$(B)/tests/unit/test_engine: override WRAP := bar_view_close vfio_command_change vfio_device_reset
# The kernel is the one in kernel_model.h.
KERNEL_CALLS := open close ioctl mmap munmap
$(addprefix $(B)/tests/unit/,test_iospace test_type1 test_type1_info test_type1_map test_iommufd): \
	override WRAP := $(KERNEL_CALLS)
$(B)/tests/unit/test_map_checks: override WRAP := \
	$(KERNEL_CALLS) getrlimit setrlimit memory_get memlock_left page_table_read iospace_unmap
$(B)/tests/unit/test_p2p_checks: override WRAP := \
	$(KERNEL_CALLS) physical_addresses find_engine loan_begin kernel_log_find \
	kernel_log_skip bar_store bar_load vfio_command_change \
	clock_nap clock_ns

check-unit: $(UNITS)
	@tests/unit/run $(UNITS)

check-golden: $(PROGRAM) $(if $(SMARTCOLS),$(B)/plain/iommutool)
	@tests/golden/run $(B)
	$(if $(SMARTCOLS),@$(WITHOUT) tests/golden/run $(B)/plain)
	@tests/golden/hostile $(B)

check-acpi: $(PROGRAM)
	@tests/acpi/run $(B) $(ACPI_TABLES)

check-docs: all $(FREEBSD_PROGRAM) $(B)/tests/docs/list_options $(B)/tests/docs/list_options_freebsd
	@tests/docs/check-layers
	@tests/docs/check-headers "$(CC) $(OWN_CFLAGS)"
	@tests/docs/check-docs $(B)

check-freebsd: $(FREEBSD_PROGRAM) $(if $(SMARTCOLS),$(B)/plain/iommutool-freebsd-model)
	@CLANG="$(CLANG)" PKG_CONFIG="$(PKG_CONFIG)" tests/freebsd/check \
		$(sort $(FREEBSD_COMMON) $(FREEBSD_SYSTEM))
	@tests/freebsd/golden/run $(B)
	$(if $(SMARTCOLS),@$(WITHOUT) tests/freebsd/golden/run $(B)/plain)
	@tests/freebsd/golden/hostile $(B)

$(B)/tests/docs/list_options: $(PARTS)
$(B)/tests/docs/list_options_freebsd: $(filter-out $(B)/src/main.o,$(FREEBSD_PROGRAM_OBJECTS))
$(addprefix $(B)/tests/docs/,list_options list_options_freebsd): $(B)/tests/docs/list_options.o
	$(Q)$(LINK) -o $@ $^ $(LIBS_LINK)

check-vm: $(PROGRAM) ## Real kernels and VFIO in virtual machines
	@tests/vm/run $(PROGRAM)

bench: all ## Ratios against other tools on large synthetic machines
	@tests/bench/run $(B)

bench-vm: $(PROGRAM) $(B)/tests/bench/map_overhead ## Cost over bare sysfs and ioctls, in virtual machines
	@tests/bench/vm $(PROGRAM) $(B)/tests/bench/map_overhead

$(B)/tests/bench/map_overhead: $(B)/tests/bench/map_overhead.o $(PARTS)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $^ $(LIBS_LINK)

fuzz: ## Fuzz each parser and collector for FUZZ_SECONDS
	@$(MAKE) --no-print-directory fuzzers B=build-fuzz CC=$(CLANG) \
		SANITIZE=fuzzer-no-link,address,undefined
	@tests/fuzz/run build-fuzz $(FUZZ_SECONDS)

fuzzers: $(FUZZERS)

$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(PARTS)
	@echo "  LD    $@"
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS_LINK)

# Of the program for FreeBSD; the machine that answers is its own.
$(B)/tests/fuzz/fuzz_freebsd: $(B)/tests/fuzz/fuzz_freebsd.o \
		$(filter-out %/src/main.o %/model/entry_os.o,$(FREEBSD_PROGRAM_OBJECTS))
	@echo "  LD    $@"
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS_LINK)

# --- keeping house ---------------------------------------------------------------------------
format: ## Format the C files as .clang-format says
	clang-format -i $(SOURCES) $(wildcard src/*/freebsd/*.c src/*.h src/*/*.h src/*/*/*.h \
		src/*/*/*/*.h tests/*/*.[ch] tests/freebsd/*/*.[ch] tests/freebsd/include/sys/*.h)

# Off: what has false alarms here (va_list in a file checked after others, sizeof of a pointer that
# an array of pointers holds) and what is a matter of style.
tidy: ## clang-tidy over the sources
	clang-tidy --quiet --checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.Uninitialized,-bugprone-sizeof-expression,-bugprone-assignment-in-if-condition' \
		--warnings-as-errors='*' $(SOURCES) -- $(OWN_CFLAGS)

install: all ## Install below PREFIX, staged in DESTDIR
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(BASHCOMPDIR) \
		$(DESTDIR)$(ZSHCOMPDIR) $(DESTDIR)$(FISHCOMPDIR)
	$(INSTALL) -m755 $(PROGRAM) $(DESTDIR)$(BINDIR)/iommutool
	$(INSTALL) -m644 $(MANPAGES) $(DESTDIR)$(MANDIR)/man8
	$(INSTALL) -m644 completions/iommutool.bash $(DESTDIR)$(BASHCOMPDIR)/iommutool
	$(INSTALL) -m644 completions/_iommutool $(DESTDIR)$(ZSHCOMPDIR)/_iommutool
	$(INSTALL) -m644 completions/iommutool.fish $(DESTDIR)$(FISHCOMPDIR)/iommutool.fish

uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/iommutool $(MANPAGES:$(B)/man/%=$(DESTDIR)$(MANDIR)/man8/%) \
		$(DESTDIR)$(BASHCOMPDIR)/iommutool $(DESTDIR)$(ZSHCOMPDIR)/_iommutool \
		$(DESTDIR)$(FISHCOMPDIR)/iommutool.fish

dist: ## A source archive of the last commit
	git archive --prefix=iommutool-$(VERSION)/ -o iommutool-$(VERSION).tar.gz HEAD

clean: ## Remove everything that was built
	rm -rf build build-sanitize build-fuzz build-clang iommutool-$(VERSION).tar.gz

help: ## This list
	@awk '/^[a-z-]*:[^#]*## / { name = $$0; sub(/:.*/, "", name); sub(/.*## /, ""); \
		printf "%-12s%s\n", name, $$0 }' Makefile

-include $(OBJECTS:.o=.d) $(UNITS:=.d) $(FUZZERS:=.d) $(B)/tests/bench/map_overhead.d \
	$(FREEBSD_PARTS:.o=.d) $(FREEBSD_PROGRAM_OBJECTS:.o=.d) $(PLAIN_OBJECT:.o=.d)

$(UNITS:=.o) $(FUZZERS:=.o) $(B)/tests/docs/list_options.o: OWN_CFLAGS += -Itests/unit
$(FREEBSD_UNITS:=.o) $(B)/tests/fuzz/fuzz_freebsd.o: OWN_CFLAGS += -Itests

.PHONY: all deps deps-build deps-test deps-fuzz demo test check check-unit check-golden \
	check-acpi check-docs check-freebsd check-vm bench bench-vm fuzz fuzzers format tidy install \
	uninstall dist clean help
.DELETE_ON_ERROR:
.SECONDARY:
