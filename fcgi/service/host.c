/* Tests of the machine that need no container. */
#include "fcgi/service/host.h"
#include "fcgi/base/io.h"
#include "fcgi/service/privilege.h"

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SMALL_FILE 4096

typedef enum finding host_test(const struct config *config, struct error *text);

static enum finding found(enum finding finding, struct error *text, const char *what)
{
        error_set(text, "%s", what);
        return finding;
}

static enum finding test_users(const struct config *config, struct error *text)
{
        struct identity worker, broker;
        if (geteuid() != 0)
                return found(FINDING_WARNING, text,
                        "not root: all processes run as the present user, who can reach Docker");
        if (privilege_find(config->settings->worker_user, &worker, text) ||
                privilege_find(config->settings->broker_user, &broker, text) ||
                privilege_apart(&worker, &broker, text))
                return FINDING_FAILED;
        privilege_group(config->settings->socket_group, text);
        if (text->text[0])
                return FINDING_FAILED;
        return found(FINDING_OK, text, "the users and the group of the settings exist");
}

/* Version 1 charges the buffers of sockets to nobody, and runc sets no limit for them (KernelMemoryTCP is
 * ignored): a program that fills connections to itself takes from net.ipv4.tcp_mem, which is the whole
 * machine's. */
static enum finding test_cgroup(const struct config *config, struct error *text)
{
        (void)config;
        struct statfs fs;
        if (statfs("/sys/fs/cgroup", &fs))
                return found(
                        FINDING_FAILED, text, "/sys/fs/cgroup is not mounted: memory limits cannot work");
        if (fs.f_type != CGROUP2_SUPER_MAGIC)
                return access("/sys/fs/cgroup/memory", F_OK)
                               ? found(FINDING_FAILED, text, "version 1 without the memory controller")
                               : found(FINDING_WARNING, text,
                                         "version 1 counts no socket buffers: a program can take up to "
                                         "net.ipv4.tcp_mem of the machine's memory; version 2 counts them");
        char *controllers = NULL;
        bool memory =
                io_read_file("/sys/fs/cgroup/cgroup.controllers", SMALL_FILE, &controllers, NULL) >= 0 &&
                strstr(controllers, "memory") && strstr(controllers, "pids");
        free(controllers);
        return memory ? found(FINDING_OK, text, "version 2")
                      : found(FINDING_FAILED, text, "version 2 without the memory or the pids controller");
}

/* That the profile denies by default was seen when it was loaded. */
static enum finding test_seccomp(const struct config *config, struct error *text)
{
        (void)config;
        if (access("/proc/sys/kernel/seccomp/actions_avail", F_OK))
                return found(FINDING_FAILED, text, "this kernel has no seccomp filters");
        return found(FINDING_OK, text, "the kernel has it, and the profile denies by default");
}

static enum finding test_core_pattern(const struct config *config, struct error *text)
{
        (void)config;
        char *pattern = NULL;
        enum finding finding = FINDING_OK;
        if (io_read_file("/proc/sys/kernel/core_pattern", SMALL_FILE, &pattern, NULL) > 0 &&
                pattern[0] == '|')
                finding = found(FINDING_WARNING, text,
                        "a handler on the host gets core dumps; sandboxes are kept from it by a core limit "
                        "of 1 byte");
        free(pattern);
        return finding == FINDING_OK ? found(FINDING_OK, text, "no handler on the host gets core dumps")
                                     : finding;
}

static const struct {
        const char *name;
        host_test *test;
} tests[] = {
        {"users", test_users},
        {"cgroup", test_cgroup},
        {"seccomp", test_seccomp},
        {"core_pattern", test_core_pattern},
};

int host_check(const struct config *config, host_report *report, void *context)
{
        int result = 0;
        for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
                struct error text = {0};
                enum finding finding = tests[i].test(config, &text);
                report(context, tests[i].name, finding, text.text);
                if (finding == FINDING_FAILED)
                        result = -1;
        }
        return result;
}
