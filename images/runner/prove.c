/* Proves that nothing of a job is left. */
#include "images/runner/prove.h"

#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/fork_server.h"
#include "images/runner/ipc.h"
#include "images/runner/lines.h"
#include "images/runner/reap.h"
#include "images/runner/sockets.h"
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

void prove_begin(void)
{
        uint64_t time_wait;
        counted = !sockets_count(&used_at_start, &time_wait);
}

/* Not zero is the measure, but what was there at the start (dockerd may keep a netlink socket in the
 * namespace) and what a fork server has. Reading the lists of TCP sockets walks a hash table of the whole
 * host, 7 ms on one of 24 GiB: they only name what is left, or stand in where a runtime does not count. */
static const char *left_socket(void)
{
        uint64_t used, time_wait;
        uint64_t own = used_at_start + fork_server_sockets();
        if (counted && !sockets_count(&used, &time_wait) && used <= own && !time_wait)
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
