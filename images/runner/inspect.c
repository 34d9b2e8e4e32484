/* Looks at the sandbox from inside. */
#include "images/runner/inspect.h"

#include "images/runner/lines.h"
#include "images/runner/protocol.h"
#include "images/runner/rights.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#define MEMORY_LIMIT_MAX (4ULL << 30)

static bool has_seccomp(void)
{
        return rights_number(0, "Seccomp", 10) == 2;
}

static bool has_no_new_privs(void)
{
        return rights_number(0, "NoNewPrivs", 10) == 1;
}

static bool has_capabilities(void)
{
        return rights_number(0, "CapPrm", 16) == RIGHTS_RUNNER &&
               rights_number(0, "CapBnd", 16) == RIGHTS_RUNNER;
}

static bool has_read_only_root(void)
{
        struct statvfs fs;
        return !statvfs("/", &fs) && fs.f_flag & ST_RDONLY;
}

/* Kernel modules for tunnels put an interface of theirs into every network namespace; it is down, and without
 * CAP_NET_ADMIN stays so. */
static bool is_down(const char *interface)
{
        char path[128];
        struct lines lines;
        size_t length = strcspn(interface, ":");
        snprintf(path, sizeof path, "/sys/class/net/%.*s/flags", (int)length, interface);
        if (length > 64 || lines_open(&lines, path))
                return false;
        char *line = lines_next(&lines);
        bool down = line && !(strtoul(line, NULL, 16) & IFF_UP);
        lines_close(&lines);
        return down;
}

/* Two heading lines, then "  lo: ..." and nothing else that is up. */
static bool has_no_network(void)
{
        struct lines lines;
        bool alone = true;
        if (lines_open(&lines, "/proc/net/dev"))
                return false;
        lines_next(&lines);
        lines_next(&lines);
        for (char *line; alone && (line = lines_next(&lines));) {
                line += strspn(line, " ");
                alone = !strncmp(line, "lo:", 3) || is_down(line);
        }
        lines_close(&lines);
        return alone;
}

static bool has_option(const char *options, const char *option)
{
        size_t length = strlen(option);
        for (const char *at = options; at; at = strchr(at, ',')) {
                at += *at == ',';
                if (!strncmp(at, option, length) &&
                        (option[length - 1] == '=' || at[length] == ',' || !at[length]))
                        return true;
        }
        return false;
}

bool inspect_mount_is_of(const char *line, const char *path)
{
        for (int blanks = 0; blanks < 4; blanks++) {
                line = strchr(line, ' ');
                if (!line++)
                        return false;
        }
        size_t length = strlen(path);
        return !strncmp(line, path, length) && line[length] == ' ';
}

/* "id parent major:minor root mountpoint options [optional...] - type source super-options" */
bool inspect_mount_is_limited(char *line, const char *path)
{
        char *field[32];
        if (!inspect_mount_is_of(line, path))
                return false;
        size_t count = lines_split(line, field, 32), dash = 6;
        while (dash < count && strcmp(field[dash], "-"))
                dash++;
        return dash + 3 < count && has_option(field[5], "nosuid") && has_option(field[5], "nodev") &&
               !strcmp(field[dash + 1], "tmpfs") && has_option(field[dash + 3], "size=") &&
               has_option(field[dash + 3], "nr_inodes=");
}

/* The last line of a mount point is the mount that is seen there. */
static bool is_limited_tmpfs(const char *path)
{
        struct lines lines;
        bool limited = false;
        if (lines_open(&lines, "/proc/self/mountinfo"))
                return false;
        for (char *line; (line = lines_next(&lines));)
                if (inspect_mount_is_of(line, path))
                        limited = inspect_mount_is_limited(line, path);
        lines_close(&lines);
        return limited;
}

static bool has_tmpfs(void)
{
        return is_limited_tmpfs("/workspace") && is_limited_tmpfs("/tmp") && is_limited_tmpfs("/dev/shm");
}

static bool has_core_limit(void)
{
        struct rlimit limit;
        return !getrlimit(RLIMIT_CORE, &limit) && limit.rlim_max <= 1;
}

/* The last of count numbers that are all a file has. */
static int last_number(const char *path, size_t count, uint64_t *number)
{
        struct lines lines;
        char *field[4];
        if (lines_open(&lines, path))
                return -1;
        char *line = lines_next(&lines);
        bool have = line && lines_split(line, field, 4) == count && !lines_number(field[count - 1], number);
        lines_close(&lines);
        return have ? 0 : -1;
}

static bool is_number(const char *path, uint64_t expected)
{
        uint64_t number;
        return !last_number(path, 1, &number) && number == expected;
}

/* What a connection's buffer has at least, at first, and at most. */
static bool is_small_buffer(const char *path)
{
        uint64_t most;
        return !last_number(path, 3, &most) && most <= PROTOCOL_TCP_BUFFER;
}

static bool has_tcp_that_forgets(void)
{
        return is_number("/proc/sys/net/ipv4/tcp_max_tw_buckets", 0) &&
               is_number("/proc/sys/net/ipv4/tcp_no_metrics_save", 1);
}

static bool has_small_tcp_buffers(void)
{
        return is_small_buffer("/proc/sys/net/ipv4/tcp_rmem") &&
               is_small_buffer("/proc/sys/net/ipv4/tcp_wmem");
}

static uint32_t missing_by_cgroup(const struct cgroup *cgroup)
{
        uint64_t number;
        uint32_t missing = 0;
        if (cgroup_memory_limit(cgroup, &number) || number >= MEMORY_LIMIT_MAX)
                missing |= HARDENING_MEMORY_LIMIT;
        if (cgroup_pids_limit(cgroup, &number) || number == UINT64_MAX)
                missing |= HARDENING_PROCESS_LIMIT;
        if (cgroup_oom_kills(cgroup, &number))
                missing |= HARDENING_MEMORY_COUNTER;
        if (cgroup_cpu_us(cgroup, &number))
                missing |= HARDENING_CPU_COUNTER;
        return missing;
}

static const struct check {
        enum hardening bit;
        bool (*present)(void);
} checks[] = {
        {HARDENING_SECCOMP, has_seccomp},
        {HARDENING_NO_NEW_PRIVS, has_no_new_privs},
        {HARDENING_CAPABILITIES, has_capabilities},
        {HARDENING_READ_ONLY_ROOT, has_read_only_root},
        {HARDENING_NO_NETWORK, has_no_network},
        {HARDENING_TMPFS, has_tmpfs},
        {HARDENING_CORE_LIMIT, has_core_limit},
        {HARDENING_TCP_FORGETS, has_tcp_that_forgets},
        {HARDENING_TCP_BUFFERS, has_small_tcp_buffers},
};

uint32_t inspect_missing(const struct cgroup *cgroup)
{
        uint32_t missing = missing_by_cgroup(cgroup);
        for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
                if (!checks[i].present())
                        missing |= checks[i].bit;
        return missing;
}
