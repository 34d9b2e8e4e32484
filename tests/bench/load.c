/* Forks clients, lets them work until the time is over, gathers their measurements through a pipe. */
#include "tests/bench/load.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILED (-1)

static void be_client(int out, int64_t end_ms, load_work *work, void *context)
{
        struct error err = {0};
        while (clock_ms() < end_ms) {
                int64_t taken = work(context, &err);
                if (taken < 0)
                        dprintf(STDERR_FILENO, "client: %s\n", err.text);
                if (write(out, &taken, sizeof taken) != sizeof taken || taken < 0) /* under PIPE_BUF: whole */
                        _exit(1);
        }
        _exit(0);
}

double load_run(
        unsigned clients, int ms, load_work *work, void *context, struct samples *samples, struct error *err)
{
        int ends[2];
        int64_t start_us = clock_us(), end_ms = clock_ms() + ms, taken;
        size_t count = 0, failed = 0;
        if (pipe2(ends, O_CLOEXEC))
                return error_errno(err, "pipe");
        for (unsigned i = 0; i < clients; i++) {
                pid_t pid = fork();
                if (pid == 0)
                        be_client(ends[1], end_ms, work, context);
                if (pid < 0)
                        failed++;
        }
        close(ends[1]);
        while (read(ends[0], &taken, sizeof taken) == sizeof taken) {
                if (taken == FAILED) {
                        failed++;
                        continue;
                }
                samples_add(samples, taken);
                count++;
        }
        /* Until the last one was answered, which may be after the end. */
        double seconds = (double)(clock_us() - start_us) / 1e6;
        close(ends[0]);
        for (unsigned i = 0; i < clients; i++)
                wait(NULL);
        if (failed)
                return error_set(err, "%zu of %u clients failed", failed, clients);
        return (double)count / seconds;
}
