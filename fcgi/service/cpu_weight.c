/* The control group that Docker puts our containers into.
 *
 * Docker's own group weighs as much as any other on the machine. A flood of refused requests keeps nginx's
 * processes as busy as they can be, and then they and the sandboxes shared the CPUs by halves: whoever was
 * served waited twice as long. */
#include "fcgi/service/cpu_weight.h"

#include "fcgi/base/io.h"
#include "fcgi/base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"
#define V2_CONTROLLERS ROOT "/cgroup.controllers"
#define SYSTEMD "/run/systemd/system" /* sd_booted(3) */

/* The kernel's defaults, which mean the same: cgroup v1's cpu.shares and v2's cpu.weight
 * (Documentation/scheduler/sched-design-CFS.rst, admin-guide/cgroup-v2.rst). */
#define SHARES_DEFAULT 1024
#define WEIGHT_DEFAULT 100

static int write_text(const char *path, const char *text)
{
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -1;
        ssize_t size = (ssize_t)strlen(text);
        int rc = write(fd, text, (size_t)size) == size ? 0 : -1;
        io_close(&fd);
        return rc;
}

/* Make hierarchy/parent and write value into its file. */
static int weigh(const char *hierarchy, const char *parent, const char *file, unsigned long value)
{
        char path[256], text[24];
        snprintf(path, sizeof path, "%s%s", hierarchy, parent);
        if (mkdir(path, 0755) && errno != EEXIST)
                return -1;
        snprintf(path, sizeof path, "%s%s/%s", hierarchy, parent, file);
        snprintf(text, sizeof text, "%lu", value);
        return write_text(path, text);
}

static int weigh_all(const char *parent, unsigned long weight)
{
        if (access(V2_CONTROLLERS, F_OK))
                return weigh(ROOT "/cpu", parent, "cpu.shares", weight * SHARES_DEFAULT / WEIGHT_DEFAULT);
        write_text(ROOT "/cgroup.subtree_control", "+cpu"); /* if it cannot, there is no cpu.weight */
        return weigh(ROOT, parent, "cpu.weight", weight);
}

static void name_group(const struct settings *settings, char parent[CPU_WEIGHT_PARENT_SIZE])
{
        snprintf(parent, CPU_WEIGHT_PARENT_SIZE, "/sandpool-%s", settings->instance);
}

void cpu_weight_make(const struct settings *settings, char parent[CPU_WEIGHT_PARENT_SIZE])
{
        *parent = '\0';
        if (!settings->cpu_weight || geteuid() != 0 ||
                (!access(V2_CONTROLLERS, F_OK) && !access(SYSTEMD, F_OK)))
                return;
        name_group(settings, parent);
        if (!weigh_all(parent, settings->cpu_weight))
                return;
        log_warning("cpu_weight.failed", LOG_S("group", parent), LOG_S("error", strerror(errno)));
        cpu_weight_remove(settings);
        *parent = '\0';
}

void cpu_weight_remove(const struct settings *settings)
{
        DIR *root = opendir(ROOT);
        struct dirent *entry;
        char parent[CPU_WEIGHT_PARENT_SIZE], path[512];
        if (!root)
                return;
        name_group(settings, parent);
        /* Version 1 has a hierarchy for each controller, and runc makes the group in all of them. */
        while ((entry = readdir(root))) {
                snprintf(path, sizeof path, ROOT "/%s%s", entry->d_name, parent);
                rmdir(path);
        }
        closedir(root);
        snprintf(path, sizeof path, ROOT "%s", parent);
        rmdir(path);
}
