# sandpool: `make help` lists the targets.
CC ?= gcc
BUILD := build
PACKAGES := jansson libcurl yaml-0.1 libpcre2-8
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wformat=2 $(WERROR)
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -MMD -MP $(WARN) $(HARDEN) $(CFLAGS) $(shell pkg-config --cflags $(PACKAGES))
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lfcgi
Q := $(if $(V),,@)

LIBRARY := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard fcgi/base/*.c fcgi/model/*.c fcgi/sandbox/*.c fcgi/execute/*.c fcgi/service/*.c)) images/runner/protocol.c)
RUNNER := $(sort $(wildcard images/runner/*.c))
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/*_test.c)))

.PHONY: all clean
all: $(BUILD)/sandpool $(BUILD)/runner

$(BUILD)/sandpool: $(BUILD)/fcgi/main.o $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsandpool.a: $(LIBRARY)
	$(Q)rm -f $@ && ar rcs $@ $^

# The runner is static, because it runs in images whose libraries it knows nothing about.
$(BUILD)/runner: $(RUNNER) $(wildcard images/runner/*.h)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -I. $(WARN) -Os -fstack-protector-strong -static -Wl,--gc-sections -ffunction-sections -s -o $@ $(RUNNER) -ljansson

$(BUILD)/%.o: %.c
	@echo "  CC   $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libsandpool.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libsandpool.a $(LIBS) -lcmocka

clean:
	$(Q)rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
