/* Running other programs from a test, with a deadline. */
#ifndef SANDPOOL_TEST_SPAWN_H
#define SANDPOOL_TEST_SPAWN_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"

#include <sys/types.h>

/* Start argv in a session of its own with /dev/null as input; stdout and stderr go to out_fd (-1: as they
 * are). Returns the pid, or -1. */
pid_t spawn_start(const char *const *argv, int out_fd, struct error *err);

/* Wait for the child's end until the deadline (clock_ms). Returns 0 with its wait status, or -1: then it
 * still runs. */
int spawn_wait(pid_t pid, int64_t deadline_ms, int *status, struct error *err);

/* Run argv to its end. stdout goes to out, stderr to errors (each may be NULL, then both streams go to the
 * one that is not; the caller clears them; what does not fit is dropped). Returns the exit code, 128 +
 * signal, or -1 with err when it could not be started or did not end within timeout_ms (it is killed then).
 */
int spawn_run(const char *const *argv, int timeout_ms, struct buffer *out, struct buffer *errors,
        struct error *err);

/* The same, with argv as arguments; stdout and stderr together as one malloc'd string without the newlines
 * at its end. NULL with err when the command failed in any way. */
char *spawn_text(struct error *err, const char *program, ...) __attribute__((sentinel));

#endif
