/* Proves that nothing of a job is left. */
#include "images/runner/prove.h"

#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/fork_server.h"
#include "images/runner/ipc.h"
#include "images/runner/lines.h"
#include "images/runner/reap.h"
#include "images/runner/ticks.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#define PROVE_DEADLINE_US 2000000
#define PROVE_AGAIN_US 2000

static bool counted; /* sockstat can be read */
static uint64_t used_at_start;

/* What the files of a job with several runs take. */
static struct {
        uint64_t blocks, files;
} kept;

/* One line a socket, below a heading. Not netlink: the kernel's own sockets stand there, and those of
 * programs end with them. */
static const char *const socket_lists[] = {"/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp",
        "/proc/net/udp6", "/proc/net/udplite", "/proc/net/udplite6", "/proc/net/raw", "/proc/net/raw6",
        "/proc/net/icmp", "/proc/net/icmp6", "/proc/net/unix", "/proc/net/packet", NULL};

static bool no_socket(const char *path)
{
        struct lines lines;
        if (lines_open(&lines, path))
                return errno == ENOENT;
        bool none = lines_next(&lines) && !lines_next(&lines);
        lines_close(&lines);
        return none;
}

static const char *listed_socket(void)
{
        for (size_t i = 0; socket_lists[i]; i++)
                if (!no_socket(socket_lists[i]))
                        return socket_lists[i];
        return NULL;
}

/* The number behind "name: ... key" on a line of sockstat. */
static int number_on(char *line, const char *name, const char *key, uint64_t *number)
{
        char *field[20];
        if (strncmp(line, name, strlen(name)))
                return -1;
        size_t count = lines_split(line, field, 20);
        for (size_t i = 1; i + 1 < count; i++)
                if (!strcmp(field[i], key))
                        return lines_number(field[i + 1], number);
        return -1;
}

/* The network namespace's own counters: "sockets: used N" counts every socket, of any family and in any
 * state, until it is freed, and tw those in TIME_WAIT, which are none any more (net/ipv4/proc.c,
 * sockstat_seq_show). Reading the lists of TCP sockets walks a hash table of the whole host, 7 ms on one of
 * 24 GiB: they only name what is left, or stand in where a runtime does not count (gVisor). */
static int count_sockets(uint64_t *used, uint64_t *time_wait)
{
        struct lines lines;
        bool have_used = false, have_time_wait = false;
        if (lines_open(&lines, "/proc/net/sockstat"))
                return -1;
        for (char *line; (line = lines_next(&lines));) {
                if (!have_used)
                        have_used = !number_on(line, "sockets:", "used", used);
                if (!have_time_wait)
                        have_time_wait = !number_on(line, "TCP:", "tw", time_wait);
        }
        lines_close(&lines);
        return have_used && have_time_wait ? 0 : -1;
}

void prove_begin(void)
{
        uint64_t time_wait;
        counted = !count_sockets(&used_at_start, &time_wait);
}

/* Not zero is the measure, but what was there at the start (dockerd may keep a netlink socket in the
 * namespace) and what a fork server has. */
static const char *left_socket(void)
{
        uint64_t used, time_wait;
        uint64_t own = used_at_start + fork_server_sockets();
        if (counted && !count_sockets(&used, &time_wait) && used <= own && !time_wait)
                return NULL;
        const char *listed = listed_socket();
        return listed || !counted ? listed : "a socket";
}

static bool no_entry(const char *path)
{
        DIR *directory = opendir(path);
        if (!directory)
                return errno == ENOENT;
        bool none = true;
        for (struct dirent *entry; none && (entry = readdir(directory));)
                none = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
        closedir(directory);
        return none;
}

/* A file that has no name any more may still take space: one that travels in a socket, for instance. */
static bool no_space_used(const char *path)
{
        struct statfs fs;
        if (statfs(path, &fs))
                return errno == ENOENT;
        return fs.f_type != TMPFS_MAGIC || (fs.f_bfree == fs.f_blocks && fs.f_files - fs.f_ffree <= 1);
}

static int workspace_use(uint64_t *blocks, uint64_t *files)
{
        struct statfs fs;
        if (statfs(CLEAN_WORKSPACE, &fs))
                return -1;
        *blocks = fs.f_blocks - fs.f_bfree;
        *files = fs.f_files - fs.f_ffree;
        return 0;
}

static bool no_more_than_kept(void)
{
        uint64_t blocks, files;
        return !workspace_use(&blocks, &files) && blocks <= kept.blocks && files <= kept.files;
}

/* What is left, or NULL. The workspace, which is the first of the places, may hold the job's files. */
static const char *left_over(bool between_runs)
{
        if (!reap_nothing_runs())
                return "a process";
        if (between_runs && !no_more_than_kept())
                return "a file";
        for (size_t i = between_runs; clean_places[i]; i++)
                if (!no_entry(clean_places[i]) || !no_space_used(clean_places[i]))
                        return clean_places[i];
        if (!ipc_is_empty())
                return "a System V IPC object";
        return left_socket();
}

/* Closing a unix socket makes the kernel look for sockets that only exist inside each other's queues. */
static void collect_sockets(void)
{
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0)
                close(fd);
}

static void prove(bool between_runs)
{
        int64_t deadline = ticks_us() + PROVE_DEADLINE_US;
        const char *left;
        while ((left = left_over(between_runs))) {
                if (ticks_us() > deadline)
                        fault_exit("not clean: %s is left", left);
                /* Where its sockets cannot be told from others, a fork server goes. */
                reap_everything(NULL, NULL);
                collect_sockets();
                ticks_wait_child(PROVE_AGAIN_US);
        }
}

void prove_clean(void)
{
        prove(false);
}

void prove_first_run(void)
{
        if (workspace_use(&kept.blocks, &kept.files))
                fault_errno("looking at the workspace");
}

void prove_between_runs(void)
{
        prove(true);
}
