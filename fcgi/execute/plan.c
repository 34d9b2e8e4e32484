/* Turns a request into the frames of a job: files, an optional compile step, a run step. */
#include "fcgi/execute/plan.h"
#include "fcgi/sandbox/job.h"

#include <stdlib.h>
#include <string.h>

/* Where the CPU quota works, CPU time cannot pass wall time x quota by more than a period or two; where a
 * runtime has none, this is what stops a program with many threads. */
#define CPU_SLACK_MS 1000

/* Between the steps: resizing the sandbox; after them: the report's way here. */
#define HOLD_SLACK_MS 2000

static struct protocol_step step_of(
        enum step_kind kind, uint32_t wall_ms, const struct language *language, const struct limits *limits)
{
        uint64_t cpu_ms = (uint64_t)wall_ms * language->cpu_percent / 100;
        return (struct protocol_step){
                .kind = (uint8_t)kind,
                .processes = 1,
                .wall_ms = wall_ms,
                .cpu_ms = cpu_ms ? (uint32_t)cpu_ms + CPU_SLACK_MS : 0,
                .output_bytes = limits->output_bytes,
                .file_bytes = limits->file_mib << 20,
                .open_files = language->open_files,
        };
}

/* The language's command with the placeholders replaced and more arguments behind it. Only the array is the
 * caller's: strings belong to *expanded, which is to be freed with language_argv_free. */
static char **command_argv(const struct request *request, const struct command *command,
        const char *const *names, char *const *more, char ***expanded)
{
        size_t own = 0, added = 0;
        *expanded = language_argv(request->language, command, names, request->file_count);
        if (!*expanded)
                return NULL;
        while ((*expanded)[own])
                own++;
        while (more && more[added])
                added++;
        char **argv = calloc(own + added + 1, sizeof(*argv));
        if (!argv)
                return NULL;
        memcpy(argv, *expanded, own * sizeof(*argv));
        if (added)
                memcpy(argv + own, more, added * sizeof(*argv));
        return argv;
}

static int add_step(struct buffer *out, const struct request *request, const struct protocol_step *step,
        const struct command *command, const char *const *names)
{
        bool run = step->kind == STEP_RUN;
        char **expanded = NULL;
        char **argv = command_argv(request, command, names, run ? request->args : NULL, &expanded);
        int failed = !argv || job_step(out, step, argv, request->language->env, run ? request->input : NULL,
                                      run ? request->input_size : 0);
        free(argv);
        language_argv_free(expanded);
        return failed ? -1 : 0;
}

static int add_files(struct buffer *out, const struct request *request, const char **names)
{
        for (size_t i = 0; i < request->file_count; i++) {
                const struct request_file *file = &request->files[i];
                names[i] = file->name;
                if (job_file(out, file->name, file->data, file->size, 0))
                        return -1;
        }
        return 0;
}

/* Frame headers, names and arguments come on top of what a body may hold. */
static size_t ceiling(const struct request *request, const struct limits *limits)
{
        size_t size = request->input_size + (1 << 20) + (size_t)limits->args * limits->arg_bytes;
        for (size_t i = 0; i < request->file_count; i++)
                size += request->files[i].size + 1024;
        return size + size / 1024;
}

int plan_make(
        struct plan *plan, const struct request *request, const struct settings *settings, struct error *err)
{
        const struct language *language = request->language;
        const struct limits *limits = &settings->limits;
        int result = -1;
        size_t max = ceiling(request, limits);
        const char **names = calloc(request->file_count + 1, sizeof(*names));
        plan->first = BUFFER_MAX(max);
        plan->second = BUFFER_MAX(max);
        plan->compiles = language->compile.argv != NULL;
        plan->compile_memory_mib = language->compile_memory_mib;
        plan->run_memory_mib = request->memory_mib;
        plan->compile_ms = plan->compiles ? language->compile_timeout_ms : 0;
        plan->run_ms = request->timeout_ms;
        plan->hold_ms = plan->run_ms + PLAN_LATE_MS + HOLD_SLACK_MS;
        if (plan->compiles)
                plan->hold_ms += plan->compile_ms + PLAN_LATE_MS;

        struct protocol_step compile = step_of(STEP_COMPILE, plan->compile_ms, language, limits);
        struct protocol_step run = step_of(STEP_RUN, plan->run_ms, language, limits);
        if (!names || job_begin(&plan->first, 0) || add_files(&plan->first, request, names))
                goto out;
        if (plan->compiles && add_step(&plan->first, request, &compile, &language->compile, names))
                goto out;
        if (add_step(plan->compiles ? &plan->second : &plan->first, request, &run, &language->run, names))
                goto out;
        result = 0;
out:
        free(names);
        if (result)
                error_set(err, "cannot build the job: out of memory, or over the protocol's limits");
        return result;
}

void plan_free(struct plan *plan)
{
        buffer_clear(&plan->first);
        buffer_clear(&plan->second);
}
