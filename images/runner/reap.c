/* Kills and collects processes. */
#include "images/runner/reap.h"

#include "images/runner/fault.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_DEADLINE_US 5000000
#define ROUND_US 10000 /* between two rounds of killing, if no child ends meanwhile */

/* __WALL: children made by clone(2) without SIGCHLD are collected as well. */
static pid_t reap_one(reap_note *note, void *context)
{
        struct rusage usage;
        int status;
        pid_t pid;
        do
                pid = wait4(-1, &status, WNOHANG | __WALL, &usage);
        while (pid < 0 && errno == EINTR);
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

bool reap_nothing_runs(void)
{
        return signal_all(0) < 0 && errno == ESRCH && wait4(-1, NULL, WNOHANG | __WALL, NULL) < 0 &&
               errno == ECHILD;
}
