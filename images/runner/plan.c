/* Collects the description of a step. */
#include "images/runner/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

/* Only what is used of it takes memory, and that only while a step is described and runs. */
static char text[PROTOCOL_TEXT_MAX] __attribute__((aligned(4096)));

static void forget(struct program *program)
{
        program->args = program->envs = 0;
        program->argv[0] = program->env[0] = NULL;
}

static void drop(struct plan *plan)
{
        if (plan->input >= 0)
                close(plan->input);
        plan->input = -1;
        if (plan->used)
                madvise(text, (plan->used + 4095) & ~(size_t)4095, MADV_DONTNEED);
        plan->used = 0;
        for (int i = 0; i < PROTOCOL_PROCESSES_MAX; i++)
                forget(&plan->programs[i]);
        forget(&plan->server);
}

void plan_begin(struct plan *plan, const struct protocol_step *limits)
{
        drop(plan);
        plan->limits = *limits;
}

void plan_end(struct plan *plan)
{
        drop(plan);
}

static char *keep(struct plan *plan, const void *bytes, size_t length)
{
        if (length >= PROTOCOL_TEXT_MAX - plan->used || memchr(bytes, '\0', length))
                return NULL;
        char *kept = text + plan->used;
        memcpy(kept, bytes, length);
        kept[length] = '\0';
        plan->used += length + 1;
        return kept;
}

static int add(
        struct plan *plan, char **list, unsigned *count, unsigned max, const void *bytes, size_t length)
{
        char *kept = *count < max ? keep(plan, bytes, length) : NULL;
        if (!kept)
                return -1;
        list[(*count)++] = kept;
        list[*count] = NULL;
        return 0;
}

int plan_add_arg(struct plan *plan, unsigned program, const void *bytes, size_t length)
{
        if (program >= plan->limits.processes)
                return -1;
        struct program *to = &plan->programs[program];
        return add(plan, to->argv, &to->args, PROTOCOL_ARGS_MAX, bytes, length);
}

int plan_add_env(struct plan *plan, unsigned program, const void *bytes, size_t length)
{
        bool server = program == PROTOCOL_FORK_SERVER && plan->limits.kind == STEP_RUN;
        if ((program >= plan->limits.processes && !server) || !length || !memchr(bytes, '=', length))
                return -1;
        struct program *to = server ? &plan->server : &plan->programs[program];
        return add(plan, to->env, &to->envs, PROTOCOL_ENV_MAX, bytes, length);
}

int plan_input_open(struct plan *plan)
{
        plan->input = memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
        if (plan->input < 0 && errno == EINVAL)
                plan->input = memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        return plan->input < 0 ? -1 : 0;
}

int plan_input_add(struct plan *plan, const void *bytes, size_t length)
{
        for (const char *at = bytes; length;) {
                ssize_t put = write(plan->input, at, length);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return -1;
                at += put;
                length -= (size_t)put;
        }
        return 0;
}

int plan_input_seal(struct plan *plan)
{
        if (lseek(plan->input, 0, SEEK_SET))
                return -1;
        return fcntl(plan->input, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}
