/* The description of one step: what to start, as whom, within which limits. */
#ifndef RUNNER_PLAN_H
#define RUNNER_PLAN_H

#include "images/runner/protocol.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One process. The lists end with NULL and their strings lie in the plan's text. */
struct program {
        char *argv[PROTOCOL_ARGS_MAX + 1];
        char *env[PROTOCOL_ENV_MAX + 1];
        unsigned args, envs;
        const char *directory; /* in which it starts; static; NULL: the runner's */
        uid_t uid;
};

struct plan {
        struct protocol_step limits;
        struct program programs[PROTOCOL_PROCESSES_MAX];
        struct program server; /* its env: what a fork server for the run is started with beside the run's;
                                  none: no server is wanted */
        int input;             /* a sealed memfd, or -1: nothing to read */
        size_t used;
};

/* Forget the step before and give its memory back. There is one plan at a time, as there is one text. */
void plan_begin(struct plan *plan, const struct protocol_step *limits);
void plan_end(struct plan *plan);

/* Add an argument or "NAME=value" (length bytes) to a program; the fork server's number is
 * PROTOCOL_FORK_SERVER. Returns 0, or -1 when there is no such
 * program, a NUL in it, or no room. */
int plan_add_arg(struct plan *plan, unsigned program, const void *bytes, size_t length);
int plan_add_env(struct plan *plan, unsigned program, const void *bytes, size_t length);

/* Standard input of program 0: open it, add to it, seal it, in this order. 0/-1 (errno). */
int plan_input_open(struct plan *plan);
int plan_input_add(struct plan *plan, const void *bytes, size_t length);
int plan_input_seal(struct plan *plan);

#endif
