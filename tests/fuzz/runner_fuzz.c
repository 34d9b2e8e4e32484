/* Fuzzes what a host can say to the runner: real frames, jobs and plans, on which nothing is started, removed
 * or proven, for this is no container. A fault, which ends a runner, ends one input. The first byte says in
 * what pieces the rest comes. */
#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/files.h"
#include "images/runner/identity.h"
#include "images/runner/incoming.h"
#include "images/runner/job.h"
#include "images/runner/outgoing.h"
#include "images/runner/prove.h"
#include "images/runner/seal.h"
#include "tests/fuzz/input.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct incoming incoming;
static jmp_buf faulted;
static uid_t uids;
static int pipe_ends[2];
static bool proven; /* since the job before */

/* In place of the machine: */

void fault_exit(const char *format, ...)
{
        (void)format;
        longjmp(faulted, 1);
}

void fault_errno(const char *format, ...)
{
        (void)format;
        longjmp(faulted, 1);
}

uid_t identity_fresh(void)
{
        if (++uids == IDENTITY_RANGE)
                fault_exit("used up");
        return uids;
}

void identity_assume(uid_t uid)
{
        (void)uid;
        abort();
}

int __wrap_files_create(const char *directory, const char *name, bool executable, uid_t uid);
int __wrap_files_create(const char *directory, const char *name, bool executable, uid_t uid)
{
        (void)executable;
        if ((strcmp(directory, CLEAN_WORKSPACE) && strcmp(directory, PROTOCOL_SUITE_PLACE)) ||
                !files_name_valid(name, strlen(name)) || !uid)
                abort();
        return memfd_create("file", MFD_CLOEXEC);
}

int __wrap_files_make_private(const char *path, uid_t uid);
int __wrap_files_make_private(const char *path, uid_t uid)
{
        if (strcmp(path, PROTOCOL_SUITE_PLACE) || !uid)
                abort();
        return 0;
}

void clean_beside_suite(const uid_t *of, size_t count)
{
        clean_after_step(of, count);
}

void clean_everything(void)
{
        proven = false;
}

void clean_after_step(const uid_t *of, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (!of[i])
                        abort();
}

void seal_tree(const char *path, uid_t owner)
{
        if (strcmp(path, CLEAN_WORKSPACE) || !owner)
                abort();
}

void prove_clean(void)
{
        proven = true;
}

void prove_first_run(void)
{
}

void prove_between_runs(void)
{
}

static void must_be_program(const struct program *program)
{
        if (program->args > PROTOCOL_ARGS_MAX || program->envs > PROTOCOL_ENV_MAX || !program->uid)
                abort();
        for (unsigned i = 0; i < program->args; i++)
                if (strlen(program->argv[i]) >= PROTOCOL_TEXT_MAX)
                        abort();
        for (unsigned i = 0; i < program->envs; i++)
                if (!strchr(program->env[i], '='))
                        abort();
        if (program->argv[program->args] || program->env[program->envs])
                abort();
}

/* It is over at once, or runs until it is killed, as its limit says. */
void step_start(
        struct step *step, const struct plan *plan, const struct cgroup *cgroup, const struct step_sink *sink)
{
        (void)cgroup;
        (void)sink;
        if (!proven || plan->limits.processes < 1 || plan->limits.processes > PROTOCOL_PROCESSES_MAX)
                abort();
        for (unsigned i = 0; i < plan->limits.processes; i++)
                must_be_program(&plan->programs[i]);
        step->state = plan->limits.wall_ms & 1 ? STEP_RUNNING : STEP_OVER;
        step->report = (struct protocol_report){.kind = plan->limits.kind, .exit_code = -1};
}

void step_kill(struct step *step)
{
        if (step->state == STEP_RUNNING)
                step->state = STEP_OVER;
}

void step_abandon(struct step *step)
{
        step->state = STEP_IDLE;
}

/* What the runner says is frames, whatever it heard. */
static void must_be_frames(const uint8_t *at, size_t size)
{
        uint8_t type;
        uint32_t length;
        while (size) {
                if (size < PROTOCOL_HEADER_SIZE || protocol_get_header(at, &type, &length) ||
                        size < PROTOCOL_HEADER_SIZE + length || type < FRAME_READY || type > FRAME_FAULT)
                        abort();
                if (type == FRAME_READY && !proven)
                        abort();
                at += PROTOCOL_HEADER_SIZE + length;
                size -= PROTOCOL_HEADER_SIZE + length;
        }
}

static void flush(void)
{
        static uint8_t said[OUTGOING_SIZE];
        size_t size = 0;
        ssize_t got;
        do {
                if (outgoing_flush(pipe_ends[1]))
                        abort();
                got = read(pipe_ends[0], said + size, sizeof said - size);
                size += got > 0 ? (size_t)got : 0;
        } while (got > 0);
        must_be_frames(said, size);
}

static void act(uint8_t type, const uint8_t *payload, size_t size)
{
        job_frame(type, payload, size);
        if (job_step()->state == STEP_OVER)
                job_finish_step(flush);
}

static void hear(struct input *input)
{
        size_t piece = (size_t)input_byte(input) * 16 + 1;
        while (input->left) {
                size_t room, size;
                uint8_t *to = incoming_reserve(&incoming, &room);
                const uint8_t *from = input_take(input, piece < room ? piece : room, &size);
                memcpy(to, from, size);
                incoming_commit(&incoming, size, act);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const uint8_t token[PROTOCOL_TOKEN_SIZE];
        static struct cgroup cgroup;
        static bool ready;
        volatile struct input input = {data, size};
        if (!ready && pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC))
                input_broken("pipe");
        if (!ready)
                job_begin(&cgroup, 0);
        ready = true;
        incoming.filled = uids = 0;
        if (!setjmp(faulted)) {
                struct input once = input;
                hear(&once);
        }
        flush();
        /* A runner begins unready; this one has been one before, so that a reset makes it like new. */
        incoming.filled = 0;
        job_frame(FRAME_RESET, token, sizeof token);
        outgoing_drop();
        return 0;
}
