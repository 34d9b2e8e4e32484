/* Reads the sandbox's counters and limits from cgroup v1 or v2. */
#include "images/runner/cgroup.h"

#include "images/runner/lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where each number stands: the file under the root, and the key of its line (NULL: the file is the number).
 */
struct place {
        const char *path, *key;
};

struct cgroup_files {
        struct place oom, cpu, stat, memory, pids;
        uint64_t cpu_per_us;
};

static const struct cgroup_files version1 = {
        .oom = {"memory/memory.oom_control", "oom_kill"},
        .cpu = {"cpuacct/cpuacct.usage", NULL},
        .stat = {"memory/memory.stat", "workingset_refault_file"},
        .memory = {"memory/memory.limit_in_bytes", NULL},
        .pids = {"pids/pids.max", NULL},
        .cpu_per_us = 1000,
};

static const struct cgroup_files version2 = {
        .oom = {"memory.events", "oom_kill"},
        .cpu = {"cpu.stat", "usage_usec"},
        .stat = {"memory.stat", "workingset_refault_file"},
        .memory = {"memory.max", NULL},
        .pids = {"pids.max", NULL},
        .cpu_per_us = 1,
};

static int open_under(const char *root, const char *path)
{
        char full[512];
        if (snprintf(full, sizeof full, "%s/%s", root, path) >= (int)sizeof full)
                return -1;
        return open(full, O_RDONLY | O_CLOEXEC);
}

static void close_fd(int *fd)
{
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

void cgroup_open(struct cgroup *cgroup, const char *root)
{
        int unified = open_under(root, "cgroup.controllers");
        int memory1 = open_under(root, "memory/memory.limit_in_bytes");
        const struct cgroup_files *files = unified >= 0 ? &version2 : memory1 >= 0 ? &version1 : NULL;
        close_fd(&unified);
        close_fd(&memory1);
        *cgroup = (struct cgroup){files, -1, -1, -1, -1, -1};
        if (!files)
                return;
        cgroup->oom_fd = open_under(root, files->oom.path);
        cgroup->cpu_fd = open_under(root, files->cpu.path);
        cgroup->stat_fd = open_under(root, files->stat.path);
        cgroup->memory_fd = open_under(root, files->memory.path);
        cgroup->pids_fd = open_under(root, files->pids.path);
}

void cgroup_close(struct cgroup *cgroup)
{
        close_fd(&cgroup->oom_fd);
        close_fd(&cgroup->cpu_fd);
        close_fd(&cgroup->stat_fd);
        close_fd(&cgroup->memory_fd);
        close_fd(&cgroup->pids_fd);
}

/* The text behind "key " at the beginning of a line. */
static const char *behind_key(const char *text, const char *key)
{
        size_t length = strlen(key);
        for (const char *line = text; line; line = strchr(line, '\n')) {
                if (*line == '\n')
                        line++;
                if (!strncmp(line, key, length) && line[length] == ' ')
                        return line + length + 1;
        }
        return NULL;
}

static int read_number(int fd, const char *key, uint64_t *number)
{
        char text[8192]; /* memory.stat has about 2 KiB */
        ssize_t size = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
        if (size <= 0)
                return -1;
        text[size] = '\0';
        const char *at = key ? behind_key(text, key) : text;
        char digits[32];
        size_t length = at ? strcspn(at, "\n") : 0;
        if (!length || length >= sizeof digits)
                return -1;
        memcpy(digits, at, length);
        digits[length] = '\0';
        return lines_number(digits, number);
}

int cgroup_oom_kills(const struct cgroup *cgroup, uint64_t *count)
{
        return cgroup->files ? read_number(cgroup->oom_fd, cgroup->files->oom.key, count) : -1;
}

int cgroup_cpu_us(const struct cgroup *cgroup, uint64_t *us)
{
        if (!cgroup->files || read_number(cgroup->cpu_fd, cgroup->files->cpu.key, us))
                return -1;
        *us /= cgroup->files->cpu_per_us;
        return 0;
}

int cgroup_refaults(const struct cgroup *cgroup, uint64_t *pages)
{
        return cgroup->files ? read_number(cgroup->stat_fd, cgroup->files->stat.key, pages) : -1;
}

int cgroup_memory_limit(const struct cgroup *cgroup, uint64_t *bytes)
{
        return cgroup->files ? read_number(cgroup->memory_fd, cgroup->files->memory.key, bytes) : -1;
}

int cgroup_pids_limit(const struct cgroup *cgroup, uint64_t *count)
{
        return cgroup->files ? read_number(cgroup->pids_fd, cgroup->files->pids.key, count) : -1;
}

bool cgroup_thrashed(const struct cgroup *cgroup, uint64_t refaults_before)
{
        uint64_t now, limit, page = (uint64_t)sysconf(_SC_PAGESIZE);
        if (cgroup_refaults(cgroup, &now) || cgroup_memory_limit(cgroup, &limit) || now < refaults_before)
                return false;
        return now - refaults_before > limit / page;
}
