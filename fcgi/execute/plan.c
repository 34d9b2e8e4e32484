/* Turns a request into the frames of a job: files, an optional compile step, run steps. */
#include "fcgi/execute/plan.h"
#include "fcgi/sandbox/job.h"

#include <stdlib.h>
#include <string.h>

/* Where the CPU quota works, CPU time cannot pass wall time x quota by more than a period or two; where a
 * runtime has none, this is what stops a program with many threads. */
#define CPU_SLACK_MS 1000

/* Between the steps: resizing the sandbox; after them: the report's way here. */
#define HOLD_SLACK_MS 2000

_Static_assert(SETTINGS_STEPS_MAX_MS + 2 * PLAN_LATE_MS + HOLD_SLACK_MS <= SETTINGS_HOLD_MAX_MS,
        "a request without test cases may need its sandbox for longer than it gets it");
_Static_assert(SETTINGS_REQUEST_TIME_MAX_MS + PLAN_CLEAN_MS + PLAN_FORK_MS + PLAN_LATE_MS + HOLD_SLACK_MS <=
                       SETTINGS_HOLD_MAX_MS,
        "a request with test cases may need its sandbox for longer than it gets it");

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
        const char *const *names, size_t count, char *const *more, char ***expanded)
{
        size_t own = 0, added = 0;
        *expanded = language_argv(request->language, command, names, count);
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

/* What the step's process gets: arguments behind the language's own, stdin, and a fork server's environment.
 */
struct given {
        char *const *args;
        char *const *fork_server;
        const char *input;
        size_t input_size;
};

/* The names of the job's files, the entry first; beside the request's there may be those of its exercise. To
 * be freed; NULL when memory is out. */
static const char **job_names(const struct request *request, size_t *count)
{
        const struct exercise_language *offer = request->offer;
        size_t more = offer ? offer->file_count : 0, harness = offer && offer->harness;
        const char **names = calloc(request->file_count + more + 1, sizeof(*names));
        *count = 0;
        for (size_t i = 0; names && i < harness; i++)
                names[(*count)++] = offer->files[i].name;
        for (size_t i = 0; names && i < request->file_count; i++)
                names[(*count)++] = request->files[i].name;
        for (size_t i = harness; names && i < more; i++)
                names[(*count)++] = offer->files[i].name;
        return names;
}

static int add_step(struct buffer *out, const struct request *request, const struct protocol_step *step,
        const struct command *command, const struct given *given)
{
        size_t count;
        const char **names = job_names(request, &count);
        char **expanded = NULL, **argv = NULL;
        int failed = -1;
        if (names)
                argv = command_argv(request, command, names, count, given->args, &expanded);
        if (argv)
                failed = job_processes(out, step,
                        &(struct job_process){argv, request->language->env, given->fork_server}, given->input,
                        given->input_size);
        free(argv);
        language_argv_free(expanded);
        free(names);
        return failed ? -1 : 0;
}

/* The environment with another home, since the language's is the workspace, where the program may put what it
 * likes (settings, modules) for others to find. The array alone is the caller's. */
static char **suite_env(const struct language *language)
{
        static char home[] = "HOME=" PROTOCOL_SUITE_PLACE;
        size_t count = 0;
        while (language->env[count])
                count++;
        char **env = calloc(count + 1, sizeof(*env));
        for (size_t i = 0; env && i < count; i++)
                env[i] = strncmp(language->env[i], "HOME=", 5) ? language->env[i] : home;
        return env;
}

/* A suite, whose names are its own files', and the program beside it. */
static int add_suite(struct buffer *out, const struct request *request, const struct protocol_step *step)
{
        const struct exercise_language *offer = request->offer;
        const struct language *language = request->language;
        size_t count;
        const char **names = job_names(request, &count);
        const char **own = calloc(offer->suite_own + 1, sizeof(*own));
        char **suite = NULL, **program = NULL, **env = suite_env(language);
        int failed = -1;
        for (size_t i = 0; own && i < offer->suite_own; i++)
                own[i] = offer->suite[i].name;
        if (own && names) {
                suite = language_argv(language, &language->suite.command, own, offer->suite_own);
                program = language_argv(language, &language->suite.program, names, count);
        }
        if (suite && program && env) {
                const struct job_process processes[] = {{suite, env, NULL}, {program, language->env, NULL}};
                failed = job_processes(out, step, processes, NULL, 0);
        }
        language_argv_free(suite);
        language_argv_free(program);
        free(env);
        free(own);
        free(names);
        return failed ? -1 : 0;
}

static int add_files(struct buffer *out, const struct request *request)
{
        const struct exercise_language *offer = request->offer;
        for (size_t i = 0; i < request->file_count; i++) {
                const struct request_file *file = &request->files[i];
                if (job_file(out, file->name, file->data, file->size, 0))
                        return -1;
        }
        for (size_t i = 0; offer && i < offer->file_count; i++)
                if (job_file(out, offer->files[i].name, offer->files[i].data, offer->files[i].size, 0))
                        return -1;
        for (size_t i = 0; offer && i < offer->suite_count; i++)
                if (job_file(out, offer->suite[i].name, offer->suite[i].data, offer->suite[i].size,
                            FILE_SUITE))
                        return -1;
        return 0;
}

static size_t largest_input(const struct request *request)
{
        size_t most = request->input_size;
        for (size_t i = 0; request->tests && i < request->tests->count; i++)
                if (request->tests->cases[i].input_size > most)
                        most = request->tests->cases[i].input_size;
        return most;
}

/* Frame headers, names and arguments come on top of what a body may hold. */
static size_t ceiling(const struct request *request, const struct limits *limits)
{
        const struct exercise_language *offer = request->offer;
        size_t size = largest_input(request) + (1 << 20) + (size_t)limits->args * limits->arg_bytes;
        for (size_t i = 0; i < request->file_count; i++)
                size += request->files[i].size + 1024;
        for (size_t i = 0; offer && i < offer->file_count; i++)
                size += offer->files[i].size + 1024;
        for (size_t i = 0; offer && i < offer->suite_count; i++)
                size += offer->suite[i].size + 1024;
        return size + size / 1024;
}

/* How long the sandbox is needed at most. */
static uint32_t hold_ms(const struct plan *plan, const struct request *request)
{
        uint32_t compile_ms = plan->compiles ? plan->compile_ms + PLAN_LATE_MS : 0;
        uint32_t most_ms = compile_ms + request->timeout_ms;
        if (request->tests)
                most_ms = plan->budget_ms > compile_ms ? plan->budget_ms + PLAN_CLEAN_MS + PLAN_FORK_MS
                                                       : compile_ms;
        return most_ms + PLAN_LATE_MS + HOLD_SLACK_MS;
}

static int cannot(struct error *err)
{
        return error_set(err, "cannot build the job: out of memory, or over the protocol's limits");
}

int plan_make(
        struct plan *plan, const struct request *request, const struct settings *settings, struct error *err)
{
        const struct language *language = request->language;
        const struct limits *limits = &settings->limits;
        const struct given nothing = {NULL, NULL, NULL, 0};
        plan->frames = BUFFER_MAX(ceiling(request, limits));
        plan->compiles = language->compile.argv != NULL;
        plan->compile_memory_mib = language->compile_memory_mib;
        plan->run_memory_mib = request->memory_mib;
        plan->compile_ms = plan->compiles ? language->compile_timeout_ms : 0;
        plan->budget_ms = limits->request_time_ms;
        plan->hold_ms = hold_ms(plan, request);
        if (job_begin(&plan->frames, request->tests ? JOB_MANY_RUNS : 0) || add_files(&plan->frames, request))
                return cannot(err);
        if (!plan->compiles)
                return 0;
        struct protocol_step compile = step_of(STEP_COMPILE, plan->compile_ms, language, limits);
        return add_step(&plan->frames, request, &compile, &language->compile, &nothing) ? cannot(err) : 0;
}

int plan_run(struct plan *plan, const struct request *request, const struct settings *settings,
        const struct test_case *test, uint32_t wall_ms, struct error *err)
{
        const struct language *language = request->language;
        struct given given = {request->args, NULL, request->input, request->input_size};
        /* A server is for one command line. */
        if (test && test->args)
                given.args = test->args;
        else if (test)
                given.fork_server = language->fork_server;
        if (test && test->input) {
                given.input = test->input;
                given.input_size = test->input_size;
        }
        struct protocol_step run = step_of(STEP_RUN, wall_ms, language, &settings->limits);
        int failed;
        if (request->offer && request->offer->suite_count) {
                run.processes = 2;
                failed = add_suite(&plan->frames, request, &run);
        } else {
                failed = add_step(&plan->frames, request, &run, &language->run, &given);
        }
        return failed ? cannot(err) : 0;
}

void plan_free(struct plan *plan)
{
        buffer_clear(&plan->frames);
}
