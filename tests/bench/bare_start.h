/* The same command started bare, in a container of the same image without limits, and by `docker run` with
 * them: what our times are compared with. */
#ifndef SANDPOOL_BENCH_BARE_START_H
#define SANDPOOL_BENCH_BARE_START_H

#include "fcgi/base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* A container that runs commands one after the other. Zero-initialise. */
struct bare_start {
        pid_t pid;
        FILE *to, *from;
};

/* Start it; sources is a host folder that it sees as /src. env: the environment of what it runs
 * ("NAME=value", NULL-terminated), NULL for what python has. cpus: "0.5" for a CPU quota, NULL for none.
 * 0/-1. */
int bare_start_open(struct bare_start *bare, const char *image, const char *sources, const char *const *env,
        const char *cpus, struct error *err);

/* Run one command (its words separated by blanks, an absolute path first), which must end with 0. Returns its
 * wall time in microseconds and its CPU time in *cpu_us (may be NULL), or -1. */
int64_t bare_start_run(struct bare_start *bare, const char *command, int64_t *cpu_us, struct error *err);

/* The same that many times, one right after the other: from the first one's start to the last one's end. */
int64_t bare_start_repeat(struct bare_start *bare, const char *command, unsigned times, struct error *err);

/* End the container and wait for it. */
void bare_start_close(struct bare_start *bare);

/* One `docker run --rm` of such a command with a sandbox's limits. Wall time in microseconds or -1. */
int64_t bare_start_docker_run(const char *image, const char *sources, const char *command, struct error *err);

#endif
