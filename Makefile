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
SOURCES = $(sort $(shell find fcgi images tests -name '*.[ch]' -not -path 'tests/policies/*'))

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
	@echo 'make asan         the quick tests with the address and undefined-behaviour sanitizers'
	@echo 'make fuzz         every fuzzer for FUZZ_SECONDS (60); needs clang'
	@echo 'make soak         random programs, random kills and faults for SOAK_SECONDS (60), then a ledger (root)'
	@echo 'make nginx-check  test the nginx configuration and that it agrees with conf/; NGINX_CONF=/etc/nginx/nginx.conf yours'
	@echo 'make bench        measure against the budgets (root); LANGUAGES=all, or some, measures each of them instead'
	@echo 'make deps         install the Debian packages that are missing; make docker: start a daemon if none answers'
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

# The runner is static, because it runs in images whose libraries it knows nothing about.
runner: $(BUILD)/runner
$(BUILD)/runner: $(RUNNER) $(wildcard images/runner/*.h fcgi/base/text.* fcgi/base/compare.* fcgi/base/difference.*)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -I. $(WARN) -Os -fstack-protector-strong -static -Wl,--gc-sections -ffunction-sections -s -o $@ $(RUNNER) -ljansson

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

# Testing

$(BUILD)/tests/unit/runner_%: tests/unit/runner_%.c $(BUILD)/librunner.a $(BUILD)/tests/unit/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/tests/unit/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

$(BUILD)/tests/integration/%: tests/integration/%.c $(BUILD)/tests/integration/libhelpers.a $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS) -lcmocka

# Attacks run in an image without libraries too.
$(BUILD)/attacks/%: tests/attacks/%.c
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

unit: $(UNIT)
	$(Q)tests/run.sh $(BUILD) $^

integration: docker users images $(INTEGRATION) $(ATTACKS) $(SHIFT) $(BUILD)/tools/promtool
	$(Q).ci/setup/with-docker.sh tests/run.sh $(BUILD) $(if $(TESTS),$(foreach t,$(TESTS),$(filter %/$(t)_test,$(INTEGRATION))),$(INTEGRATION))

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

# Every program of ours, built and not run.
.PHONY: programs
programs: $(UNIT) $(INTEGRATION) $(ATTACKS) $(SHIFT) $(BUILD)/tests/soak/soak $(if $(wildcard tests/bench/*.c),$(BUILD)/tests/bench/bench $(BUILD)/tests/bench/bare)

asan:
	$(Q)$(MAKE) BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' unit

# Each fuzzer for FUZZ_SECONDS, from the repository's root.
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
$(BUILD)/fuzz/%: tests/fuzz/%.c $(wildcard fcgi/base/*.[ch] fcgi/model/*.[ch] fcgi/sandbox/frames.[ch] images/runner/protocol.[ch])
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -D_GNU_SOURCE -I. -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $(filter %.c,$^) $(LIBS)

fuzz: $(FUZZERS)
	$(Q)for fuzzer in $^; do tests/fuzz/run.sh $$fuzzer $(BUILD)/fuzz $(FUZZ_SECONDS) || exit 1; done

# Random programs and random faults for SOAK_SECONDS; SEED= for the choices of an earlier run.
soak: docker users images $(BUILD)/tests/soak/soak
	$(Q)SOAK_SECONDS=$(SOAK_SECONDS) SOAK_CLIENTS=$(SOAK_CLIENTS) SEED=$(SEED) .ci/setup/with-docker.sh $(BUILD)/tests/soak/soak

bench: docker users images $(BUILD)/tests/bench/bench $(BUILD)/tests/bench/bare
	$(Q).ci/setup/with-docker.sh $(BUILD)/tests/bench/bench $(if $(LANGUAGES),--languages "$(LANGUAGES)")

nginx-check: $(BUILD)/sandpool
	$(Q)nginx/check.sh $(NGINX_CONF)

clean:
	$(Q)rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
