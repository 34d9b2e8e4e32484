/* Reads the monotonic clock, and waits by it. */
#include "images/runner/ticks.h"

#include <signal.h>
#include <time.h>

int64_t ticks_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void ticks_wait_child(int64_t us)
{
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        struct timespec wait = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
        sigtimedwait(&set, NULL, &wait);
}
