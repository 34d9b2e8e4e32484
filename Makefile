# sandpool: `make help` lists the targets.
SHELL := /bin/bash
CC ?= gcc
BUILD := build
PACKAGES := jansson libcurl yaml-0.1 libpcre2-8 libseccomp
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wformat=2 $(WERROR)
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -MMD -MP $(WARN) $(HARDEN) $(CFLAGS) $(shell pkg-config --cflags $(PACKAGES))
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lfcgi
Q := $(if $(V),,@)
export BUILD V VARIANT VENDOR_IMAGE REFRESH JOBS

objects = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard $(1))))
programs = $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard $(1))))
LIBRARY := $(call objects,fcgi/base/*.c fcgi/model/*.c fcgi/sandbox/*.c fcgi/execute/*.c fcgi/service/*.c images/runner/protocol.c)
# Pieces of the service are in the runner too, for --once: those that mend UTF-8 and compare outputs.
RUNNER := $(sort $(wildcard images/runner/*.c)) fcgi/base/text.c fcgi/base/compare.c fcgi/base/difference.c
RUNNER_LIBRARY := $(filter-out %/main.o,$(call objects,images/runner/*.c))
UNIT := $(call programs,tests/unit/*_test.c)
UNIT_HELPERS := $(filter-out %_test.o,$(call objects,tests/unit/*.c))
INTEGRATION := $(call programs,tests/integration/*_test.c)
INTEGRATION_HELPERS := $(filter-out %_test.o,$(call objects,tests/integration/*.c))
ATTACKS := $(patsubst tests/attacks/%.c,$(BUILD)/attacks/%,$(sort $(wildcard tests/attacks/*.c)))
SOURCES = $(sort $(shell find fcgi images tests -name '*.[ch]' -not -path 'tests/policies/*' -not -path 'tests/exercises/*'))

.PHONY: all help deps docker users runner images up reload down test check unit integration lint asan fuzz soak bench nginx-check clean
.SECONDARY:
all: $(BUILD)/sandpool $(BUILD)/runner

help:
	@echo 'make              build the service and the runner into $(BUILD)/'
	@echo 'make up           set up what is missing, start the service and nginx on 127.0.0.1:8080, wait until it is ready'
	@echo 'make reload       have the running service take conf/ and the images anew, without a pause'
	@echo 'make down         stop both, leave no container'
	@echo 'make images       build the images; LANGUAGES="python cpp" only these; VARIANT=full those with developer tools too;'
	@echo '                  VENDOR_IMAGE=name:tag what powershell and dotnet are made of; REFRESH=1 fetch all packages anew'
	@echo 'make test         all tests, on a fresh machine too: deps docker images check integration'
	@echo 'make check        the quick tests: no root, no Docker, no network'
	@echo 'make integration  the tests against the real Docker and the real nginx (root); TESTS="nginx" only these'
	@echo 'make lint         format, floors, and a clang build without warnings'
	@echo 'make asan         all tests with the address and undefined-behaviour sanitizers (root); TESTS="nginx" only these of them'
	@echo 'make valgrind     broker and workers under valgrind in an integration run (root); TESTS="traffic" another'
	@echo 'make systemd-test the installed unit under a systemd of its own, from its start over reload, upgrade and kill to its end (root);'
	@echo '                  the first one makes a Debian by debootstrap'
	@echo 'make tidy         clang-tidy on the service and the runner; part of lint'
	@echo 'make fuzz         every fuzzer for FUZZ_SECONDS (60), JOBS at once; FUZZERS="request yaml" only these; needs clang'
	@echo 'make fuzz-keep    take what they found into tests/fuzz/corpus/'
	@echo 'make soak         random programs, random kills and faults for SOAK_SECONDS (60), then a ledger (root)'
	@echo 'make nginx-check  test the nginx configuration and that it agrees with conf/; NGINX_CONF=/etc/nginx/nginx.conf yours'
	@echo 'make bench        measure against the budgets (root); QUICK=1 less of each; ONLY="parts clients" these sections of it;'
	@echo '                  LANGUAGES=all, or some, each of them instead; THINK_MS=1000 between a client'"'"'s requests in clients'
	@echo 'make deps         install the Debian packages that are missing; make docker: start a daemon if none answers'
	@echo 'make install      to PREFIX (/usr/local), configuration to SYSCONFDIR/sandpool (/etc), below DESTDIR; make uninstall'
	@echo 'make clean        remove $(BUILD)/ (images stay)'
	@echo 'V=1 shows the commands.'

# Building

$(BUILD)/sandpool: $(BUILD)/fcgi/main.o $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsandpool.a: $(LIBRARY)
$(BUILD)/librunner.a: $(RUNNER_LIBRARY)
$(BUILD)/tests/unit/libhelpers.a: $(UNIT_HELPERS)
$(BUILD)/tests/integration/libhelpers.a: $(INTEGRATION_HELPERS)
$(BUILD)/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

# The runner is static, because it runs in images whose libraries it knows nothing about. Its objects are its own: optimized for
# size, and the same whatever CFLAGS say.
RUNNER_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -MMD -MP $(WARN) -Os $(HARDEN) -ffunction-sections
runner: $(BUILD)/runner
$(BUILD)/runner: $(patsubst %.c,$(BUILD)/static/%.o,$(RUNNER))
	@echo "  LINK $@"
	$(Q)$(CC) -static-pie -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections -s -o $@ $^ -ljansson

$(BUILD)/static/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUNNER_CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.c
	@echo "  CC   $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Setting up and running

deps:
	$(Q).ci/setup/deps.sh $(if $(PURPOSE),$(PURPOSE),run)

docker:
	$(Q).ci/setup/docker.sh

users:
	$(Q).ci/setup/users.sh

images: $(BUILD)/runner $(BUILD)/sandpool
	$(Q).ci/setup/with-docker.sh images/build.sh $(filter-out all,$(LANGUAGES))

up:
	$(Q).ci/setup/up.sh

reload: $(BUILD)/sandpool
	$(Q).ci/setup/reload.sh

down:
	$(Q).ci/setup/down.sh

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
.PHONY: install uninstall
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export SYSCONFDIR := $(SYSCONFDIR)
install: all
	$(Q).ci/setup/install.sh

uninstall:
	$(Q).ci/setup/install.sh --uninstall

# Testing

$(BUILD)/tests/unit/runner_%: tests/unit/runner_%.c $(BUILD)/librunner.a $(BUILD)/tests/unit/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/tests/unit/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

# This one counts what the pattern library does.
$(BUILD)/tests/unit/policy_work_test: override LDFLAGS += -Wl,--wrap=pcre2_compile_8,--wrap=pcre2_match_8

$(BUILD)/tests/integration/%: tests/integration/%.c $(BUILD)/tests/integration/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

# Attacks run in an image without libraries too.
$(BUILD)/attacks/%: tests/attacks/%.c tests/attacks/attack.h images/runner/protocol.h
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -I. -static -O1 -pthread -o $@ $<

# A clock that jumps, for tests/integration/clock_test.c.
SHIFT := $(BUILD)/tests/clock/shift.so
$(SHIFT): tests/clock/shift.c
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -shared -fPIC -o $@ $<

$(BUILD)/tests/bench/bench: $(call objects,tests/bench/*.c) $(BUILD)/tests/integration/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/soak/soak: $(call objects,tests/soak/*.c) $(BUILD)/tests/integration/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/bench/bare: $(wildcard tests/bench/bare/*.c)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -static -O2 -o $@ $^

test:
	$(Q)$(MAKE) deps PURPOSE=test
	$(Q)$(MAKE) docker users
	$(Q)$(MAKE) WERROR=-Werror images
	$(Q)$(MAKE) WERROR=-Werror check
	$(Q)$(MAKE) WERROR=-Werror integration

check:
	$(Q)$(MAKE) WERROR=-Werror all unit
	$(Q)tests/lint/hardening.sh $(BUILD)
	$(Q)tests/lint/install.sh $(BUILD)
	$(Q)tests/lint/down.sh

unit: $(UNIT)
	$(Q)tests/run.sh $(BUILD) $^

integration: docker users images $(INTEGRATION) $(ATTACKS) $(SHIFT) $(BUILD)/tools/promtool
	$(Q).ci/setup/with-docker.sh tests/run.sh $(BUILD) $(if $(TESTS),$(foreach t,$(TESTS),$(filter %/$(t)_test,$(INTEGRATION))),$(INTEGRATION))

# What `make install` puts in place, in a system of its own that boots systemd; with Python alone.
.PHONY: systemd-test
systemd-test: docker
	$(Q).ci/setup/deps.sh systemd
	$(Q)$(MAKE) --no-print-directory images LANGUAGES=python
	$(Q)tests/systemd/run.sh $(BUILD)

# Checks what /metrics says.
$(BUILD)/tools/promtool:
	$(Q).ci/setup/promtool.sh $@

lint:
	$(Q).ci/setup/deps.sh lint
	@echo "  FORMAT"
	$(Q)clang-format --dry-run -Werror $(SOURCES)
	@echo "  FLOORS"
	$(Q)tests/lint/floors.sh
	$(Q)$(MAKE) BUILD=$(BUILD)/clang CC=clang WERROR=-Werror all programs
	$(Q)$(MAKE) tidy

# Every program of ours, built and not run.
.PHONY: programs
programs: $(UNIT) $(INTEGRATION) $(ATTACKS) $(SHIFT) $(BUILD)/tests/soak/soak $(if $(wildcard tests/bench/*.c),$(BUILD)/tests/bench/bench $(BUILD)/tests/bench/bare)

# A sanitizer sees more of what _FORTIFY_SOURCE does not put calls of its own around. What it does in a worker, and what valgrind
# does there, would be denied to it: these builds leave workers unconfined, and say so in the log.
SANITIZE := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -U_FORTIFY_SOURCE -fsanitize=address,undefined
.PHONY: asan-unit valgrind
asan-unit:
	$(Q)$(MAKE) BUILD=$(BUILD)/asan CFLAGS='$(SANITIZE) -DSANDPOOL_UNCONFINED' unit

# Leaks are the unit tests' and valgrind's to find: processes of the service end without asking for them.
asan: asan-unit
	$(Q)tests/watched.sh $(BUILD)/asan env ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0:log_path=$(CURDIR)/$(BUILD)/asan/reports/asan \
		UBSAN_OPTIONS=print_stacktrace=1:log_path=$(CURDIR)/$(BUILD)/asan/reports/ubsan \
		$(MAKE) BUILD=$(BUILD)/asan CFLAGS='$(SANITIZE) -DSANDPOOL_UNCONFINED' integration TESTS="$(TESTS)"

# The broker and the workers of a service that runs through some tests.
VALGRIND_TESTS := input http_input fastcgi
valgrind:
	$(Q).ci/setup/deps.sh lint
	$(Q)tests/watched.sh $(BUILD)/valgrind env SANDPOOL_PROGRAM=tests/valgrind.sh \
		$(MAKE) BUILD=$(BUILD)/valgrind CFLAGS='-O1 -g -DSANDPOOL_UNCONFINED' integration TESTS="$(if $(TESTS),$(TESTS),$(VALGRIND_TESTS))"
	$(Q)test -n "$$(ls $(BUILD)/valgrind/reports)" # else nothing was watched

# Mistakes that a compiler does not see; about a minute and a half of one processor.
.PHONY: tidy
tidy:
	$(Q).ci/setup/deps.sh lint
	@echo "  TIDY"
	$(Q)ls fcgi/*/*.c fcgi/*.c images/runner/*.c | xargs -P $$(nproc) -n 1 tests/lint/tidy.sh

# Each fuzzer for FUZZ_SECONDS, JOBS at once (all processors); FUZZERS="request yaml" only these.
FUZZERS ?= $(patsubst tests/fuzz/%_fuzz.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
.PHONY: fuzzers fuzz-keep
fuzz: fuzzers
	$(Q)tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZERS:%=$(BUILD)/fuzz/tests/fuzz/%_fuzz)

# What they found out is kept for those who come after, as small as it gets.
fuzz-keep: fuzzers
	$(Q)tests/fuzz/run.sh --keep $(BUILD)/fuzz $(FUZZERS:%=$(BUILD)/fuzz/tests/fuzz/%_fuzz)

fuzzers:
	$(Q).ci/setup/deps.sh lint
	$(Q)$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS='$(SANITIZE),fuzzer-no-link' $(FUZZERS:%=$(BUILD)/fuzz/tests/fuzz/%_fuzz)

$(BUILD)/tests/fuzz/libhelpers.a: $(filter-out %_fuzz.o,$(call objects,tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/libhelpers.a $(BUILD)/librunner.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)
# This one's job begins where the machine's files would be touched.
$(BUILD)/tests/fuzz/runner_fuzz: override LDFLAGS += -Wl,--wrap=files_create,--wrap=files_make_private

# Random programs and random faults for SOAK_SECONDS; SEED= for the choices of an earlier run.
soak: docker users images $(BUILD)/tests/soak/soak
	$(Q)SOAK_SECONDS=$(SOAK_SECONDS) SOAK_CLIENTS=$(SOAK_CLIENTS) SOAK_FAULTS=$(SOAK_FAULTS) SEED=$(SEED) .ci/setup/with-docker.sh $(BUILD)/tests/soak/soak

bench: docker users images $(BUILD)/tests/bench/bench $(BUILD)/tests/bench/bare
	$(Q).ci/setup/with-docker.sh $(BUILD)/tests/bench/bench $(if $(QUICK),--quick) $(if $(ONLY),--only "$(ONLY)") \
		$(if $(LANGUAGES),--languages "$(LANGUAGES)") $(if $(THINK_MS),--think-ms $(THINK_MS))

nginx-check: $(BUILD)/sandpool
	$(Q)nginx/check.sh $(NGINX_CONF)

clean:
	$(Q)rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
