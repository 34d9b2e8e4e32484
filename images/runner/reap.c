/* Kills and collects processes. */
#include "images/runner/reap.h"

#include "images/runner/fault.h"
#include "images/runner/ticks.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_DEADLINE_US 5000000
#define ROUND_US 10000 /* between two rounds of killing, if no child ends meanwhile */

/* While it is not collected, its pid is no other process's. */
static pid_t kept;

/* __WALL: children made by clone(2) without SIGCHLD are collected as well. */
static pid_t reap_one(reap_note *note, void *context)
{
        struct rusage usage;
        int status;
        pid_t pid;
        do
                pid = wait4(-1, &status, WNOHANG | __WALL, &usage);
        while (pid < 0 && errno == EINTR);
        if (pid > 0 && pid == kept)
                kept = 0;
        if (pid > 0 && note)
                note(context, pid, status, &usage);
        return pid;
}

unsigned reap_some(unsigned max, reap_note *note, void *context)
{
        unsigned count = 0;
        while (count < max && reap_one(note, context) > 0)
                count++;
        return count;
}

/* A signal to everyone but the runner itself. Elsewhere than as PID 1 this would be everyone on the machine.
 */
static int signal_all(int number)
{
        if (getpid() != 1)
                fault_exit("the runner is not PID 1");
        return kill(-1, number);
}

void reap_everything(reap_note *note, void *context)
{
        int64_t deadline = ticks_us() + KILL_DEADLINE_US;
        for (;;) {
                signal_all(SIGKILL);
                pid_t pid;
                while ((pid = reap_one(note, context)) > 0)
                        ;
                if (pid < 0 && errno == ECHILD)
                        return;
                if (ticks_us() > deadline)
                        fault_exit("processes do not end");
                ticks_wait_child(ROUND_US);
        }
}

void reap_keep(pid_t pid)
{
        kept = pid;
}

pid_t reap_kept(void)
{
        return kept;
}

/* Whether /proc shows the runner and the one that is kept, and nobody else: zombies stand there as well. */
static bool only_kept(void)
{
        DIR *directory = opendir("/proc");
        bool only = directory != NULL, seen = false;
        for (struct dirent *entry; only && (entry = readdir(directory));) {
                long pid = isdigit((unsigned char)*entry->d_name) ? strtol(entry->d_name, NULL, 10) : 1;
                seen |= pid == kept;
                only = pid == 1 || pid == kept;
        }
        if (directory)
                closedir(directory);
        return only && seen;
}

void reap_rest(reap_note *note, void *context)
{
        while (kept && reap_one(note, context) > 0)
                ;
        if (!kept || !only_kept())
                reap_everything(note, context);
}

bool reap_nothing_runs(void)
{
        if (kept)
                return only_kept();
        return signal_all(0) < 0 && errno == ESRCH && wait4(-1, NULL, WNOHANG | __WALL, NULL) < 0 &&
               errno == ECHILD;
}
