/* Runs one request by hand: JSON in, JSON out.
 *
 * The same steps as in a sandbox of the pool (step.c), in whatever container `docker run` made: what
 * hardening there is, is up to who runs it. The uids, the rlimits, and killing everything after each step
 * hold here as well. */
#include "images/runner/once.h"

#include "images/runner/answer.h"
#include "images/runner/ask.h"
#include "images/runner/cgroup.h"
#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/files.h"
#include "images/runner/identity.h"
#include "images/runner/plan.h"
#include "images/runner/recipe.h"
#include "images/runner/signals.h"
#include "images/runner/step.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEPT_MAX (64 * 1024)          /* of the output of a test case that is not the one shown */
#define MEMORY_LIMIT_MAX (4ULL << 30) /* above it is none */

static struct {
        struct recipe recipe;
        struct ask ask;
        struct cgroup cgroup;
        struct plan plan;
        struct answer_step *current; /* whose output is coming */
        int signals;
} once = {.plan.input = -1};

static void print(json_t *answer)
{
        char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
        json_decref(answer);
        if (text)
                puts(text);
        fflush(stdout);
        free(text);
}

static void report_fault(const char *text)
{
        print(answer_error("internal", text, NULL));
}

static char scratch[65536];

static char *reserve(size_t *room)
{
        *room = sizeof scratch;
        return scratch;
}

/* The output limit bounds it. */
static void commit(int stream, size_t length)
{
        char **bytes = stream == 1 ? &once.current->out : &once.current->err;
        size_t *size = stream == 1 ? &once.current->out_size : &once.current->err_size;
        char *grown = realloc(*bytes, *size + length);
        if (!grown)
                fault_exit("out of memory");
        memcpy(grown + *size, scratch, length);
        *bytes = grown;
        *size += length;
}

static const struct step_sink sink = {reserve, commit};

static void wait_for_step(struct step *step)
{
        bool more = false;
        while (step->state != STEP_OVER) {
                struct pollfd fds[3] = {{.fd = once.signals, .events = POLLIN}};
                int64_t left = more ? 0 : step_deadline(step) - ticks_us();
                if (left < 0)
                        left = 0;
                struct timespec timeout = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
                step_poll(step, fds + 1);
                if (ppoll(fds, 3, &timeout, NULL) < 0 && errno != EINTR)
                        fault_errno("poll");
                if (fds[0].revents)
                        signals_take(once.signals);
                more = step_work(step);
        }
}

/* The plan is complete but for its input. */
static void run_step(struct answer_step *result, struct ask_text input)
{
        struct step step;
        *result = (struct answer_step){.limits = once.plan.limits};
        once.current = result;
        if (input.size &&
                (plan_input_open(&once.plan) || plan_input_add(&once.plan, input.data, input.size) ||
                        plan_input_seal(&once.plan)))
                fault_errno("keeping standard input");
        step_start(&step, &once.plan, &once.cgroup, &sink);
        plan_end(&once.plan);
        wait_for_step(&step);
        result->report = step.report;
}

static void plan(enum step_kind kind, json_t *command, double timeout, json_t *args, uid_t uid)
{
        json_t *arg;
        size_t i;
        const struct recipe *recipe = &once.recipe;
        struct protocol_step limits = {.kind = (uint8_t)kind,
                .processes = 1,
                .wall_ms = (uint32_t)(timeout * 1000),
                .output_bytes = (uint32_t)recipe->output_bytes,
                /* A compiler's product may be larger than what a program may write. */
                .file_bytes = kind == STEP_COMPILE ? 0 : (uint32_t)recipe->file_bytes,
                .open_files = (uint32_t)recipe->open_files};
        plan_begin(&once.plan, &limits);
        once.plan.programs[0].uid = uid;
        once.plan.programs[0].directory = CLEAN_WORKSPACE;
        if (recipe_plan(recipe, command, once.ask.names, once.ask.files, &once.plan))
                fault_exit("the command does not fit");
        json_array_foreach(args, i, arg)
        {
                if (plan_add_arg(&once.plan, 0, json_string_value(arg), json_string_length(arg)))
                        fault_exit("the arguments do not fit");
        }
}

static bool compile(struct answer_step *result)
{
        const struct ask_text no_input = {NULL, 0};
        const char *reason;
        plan(STEP_COMPILE, once.recipe.compile, once.recipe.compile_timeout, NULL, identity_fresh());
        run_step(result, no_input);
        clean_after_step(NULL, 0);
        answer_status(result, &reason);
        return !reason;
}

static void write_files(uid_t uid)
{
        for (size_t i = 0; i < once.ask.files; i++) {
                int fd = files_create(CLEAN_WORKSPACE, once.ask.names[i], false, uid);
                if (fd < 0)
                        fault_errno("creating %s", once.ask.names[i]);
                struct ask_text content = once.ask.contents[i];
                while (content.size) {
                        ssize_t put = write(fd, content.data, content.size);
                        if (put <= 0)
                                fault_errno("writing %s", once.ask.names[i]);
                        content.data += put;
                        content.size -= (size_t)put;
                }
                close(fd);
        }
}

/* With one run its files are its own. */
static void run_single(struct answer_step *run, uid_t uid)
{
        plan(STEP_RUN, once.recipe.run, once.ask.timeout, once.ask.args, uid);
        run_step(run, once.ask.input);
        clean_after_step(NULL, 0);
}

static void run_case(struct answer_step *run, const struct ask_case *test)
{
        uid_t uid = identity_fresh();
        plan(STEP_RUN, once.recipe.run, test->timeout > 0 ? test->timeout : once.ask.timeout,
                test->args ? test->args : once.ask.args, uid);
        run_step(run, test->input.data ? test->input : once.ask.input);
        clean_after_step(&uid, 1);
        answer_judge(run, &once.ask, test);
}

/* With several, files are nobody's that runs, and each run leaves nothing to the next. The answer shows the
 * first that did not pass, or else the last: of all others, not all of their output need be kept. Returns how
 * many were run. */
static size_t run_cases(struct answer_step *runs)
{
        size_t failed = SIZE_MAX;
        for (size_t i = 0; i < once.ask.case_count; i++) {
                run_case(&runs[i], &once.ask.cases[i]);
                if (i && i - 1 != failed)
                        answer_cut(&runs[i - 1], KEPT_MAX);
                if (failed == SIZE_MAX && runs[i].reason)
                        failed = i;
                if (failed != SIZE_MAX && once.ask.stop_on_failure)
                        return i + 1;
        }
        return once.ask.case_count;
}

static uint64_t memory_limit_mib(void)
{
        uint64_t bytes;
        if (cgroup_memory_limit(&once.cgroup, &bytes) || bytes >= MEMORY_LIMIT_MAX)
                return (uint64_t)once.recipe.memory_mib;
        return bytes >> 20;
}

static json_t *execute(void)
{
        struct answer_step compiled = {.out = NULL}, *runs = NULL;
        size_t most = once.ask.case_count ? once.ask.case_count : 1, count = 0;
        uid_t file_uid = identity_fresh();
        write_files(file_uid);
        runs = calloc(most, sizeof *runs);
        if (!runs)
                fault_exit("out of memory");
        if (!once.recipe.compile || compile(&compiled)) {
                count = most;
                if (once.ask.case_count)
                        count = run_cases(runs);
                else
                        run_single(runs, file_uid);
        }
        json_t *answer = answer_json(&once.recipe, &once.ask, once.recipe.compile ? &compiled : NULL, runs,
                count, memory_limit_mib());
        for (size_t i = 0; i < count; i++)
                answer_step_free(&runs[i]);
        answer_step_free(&compiled);
        free(runs);
        return answer;
}

/* One byte more than allowed is read, so that the parser can tell. */
static size_t read_request(char *text)
{
        size_t size = 0;
        while (size <= ASK_BODY_MAX) {
                ssize_t got = read(STDIN_FILENO, text + size, ASK_BODY_MAX + 1 - size);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        fault_errno("reading the request");
                if (!got)
                        break;
                size += (size_t)got;
        }
        return size;
}

int once_run(void)
{
        struct ask_problem problem;
        char *text = malloc(ASK_BODY_MAX + 1);
        fault_set_reporter(report_fault);
        if (!text)
                fault_exit("out of memory");
        once.signals = signals_open();
        cgroup_open(&once.cgroup, CGROUP_ROOT);
        recipe_load(&once.recipe, RECIPE_PATH);
        if (ask_parse(&once.ask, &once.recipe, text, read_request(text), &problem))
                print(answer_error(problem.reason, problem.text, problem.field));
        else
                print(execute());
        ask_free(&once.ask);
        recipe_free(&once.recipe);
        cgroup_close(&once.cgroup);
        free(text);
        return 0;
}
