/* Writes the result of --once. */
#include "images/runner/answer.h"

#include "fcgi/base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_step_free(struct answer_step *step)
{
        free(step->out);
        free(step->err);
        step->out = step->err = NULL;
}

static const struct ending {
        const char *status, *reason;
} endings[] = {
        [ENDED_BY_WALL] = {"timeout", "time_limit"},
        [ENDED_BY_CPU] = {"timeout", "time_limit"},
        [ENDED_BY_OUTPUT] = {"error", "output_limit"},
        [ENDED_BY_MEMORY] = {"error", "memory_limit"},
        [ENDED_BY_KILL] = {"error", "runtime_error"},
        [ENDED_BY_NO_START] = {"error", "runtime_error"},
};

const char *answer_status(const struct answer_step *step, const char **reason)
{
        const struct protocol_report *report = &step->report;
        *reason = NULL;
        if (report->ended_by == ENDED_BY_ITSELF && !report->exit_code && !report->signal)
                return "success";
        if (report->ended_by != ENDED_BY_ITSELF) {
                *reason = endings[report->ended_by].reason;
                return endings[report->ended_by].status;
        }
        *reason = report->kind == STEP_COMPILE ? "compile_error" : "runtime_error";
        return "error";
}

static size_t line_end(const char *text, size_t size, size_t at)
{
        while (at < size && text[at] != '\n')
                at++;
        return at;
}

/* Without the blanks at its end. */
static size_t trimmed(const char *text, size_t from, size_t to)
{
        while (to > from && strchr(" \t\r\v\f", text[to - 1]) && text[to - 1])
                to--;
        return to;
}

static size_t trimmed_text(const char *text, size_t size)
{
        while (size && strchr(" \t\r\n\v\f", text[size - 1]) && text[size - 1])
                size--;
        return size;
}

bool answer_matches(const char *out, size_t out_size, const char *expected, size_t expected_size)
{
        size_t a = 0, b = 0;
        out_size = trimmed_text(out, out_size);
        expected_size = trimmed_text(expected, expected_size);
        while (a < out_size && b < expected_size) {
                size_t a_end = line_end(out, out_size, a), b_end = line_end(expected, expected_size, b);
                size_t a_length = trimmed(out, a, a_end) - a, b_length = trimmed(expected, b, b_end) - b;
                if (a_length != b_length || memcmp(out + a, expected + b, a_length))
                        return false;
                a = a_end + 1;
                b = b_end + 1;
        }
        return a >= out_size && b >= expected_size;
}

/* Programs write any bytes, JSON is UTF-8. */
static json_t *string(const char *bytes, size_t size)
{
        size_t length;
        char *clean = text_to_utf8(bytes ? bytes : "", size, &length);
        json_t *value = clean ? json_stringn(clean, length) : NULL;
        free(clean);
        return value;
}

static json_t *signal_name(unsigned number)
{
        const char *abbreviation = number ? sigabbrev_np((int)number) : NULL;
        if (!number)
                return json_null();
        return abbreviation ? json_sprintf("SIG%s", abbreviation) : json_sprintf("SIG%u", number);
}

static json_t *exit_code(const struct answer_step *step)
{
        bool exited = step->report.exit_code >= 0 && step->report.ended_by != ENDED_BY_NO_START;
        return exited ? json_integer(step->report.exit_code) : json_null();
}

static json_int_t milliseconds(uint64_t us)
{
        return (json_int_t)((us + 500) / 1000);
}

static json_t *how_it_ended(const struct answer_step *step)
{
        const struct protocol_report *report = &step->report;
        if (step->err_size)
                return string(step->err, step->err_size);
        if (report->kind == STEP_COMPILE && step->out_size)
                return string(step->out, step->out_size);
        const char *what = report->kind == STEP_COMPILE ? "The compiler" : "Your code";
        if (report->signal)
                return json_sprintf("%s was ended by SIG%s", what,
                        sigabbrev_np(report->signal) ? sigabbrev_np(report->signal) : "?");
        return json_sprintf("%s ended with exit code %d", what, report->exit_code);
}

static json_t *error_text(const struct answer_step *step, uint64_t memory_limit_mib)
{
        bool compile = step->report.kind == STEP_COMPILE;
        switch ((enum ended_by)step->report.ended_by) {
        case ENDED_BY_WALL:
        case ENDED_BY_CPU:
                return json_sprintf("%s exceeded %g second timeout", compile ? "Compilation" : "Execution",
                        step->limits.wall_ms / 1000.0);
        case ENDED_BY_OUTPUT:
                return json_sprintf("%s wrote more than %.3g MB of output",
                        compile ? "The compiler" : "Your code", step->limits.output_bytes / 1048576.0);
        case ENDED_BY_MEMORY:
                return json_sprintf("%s used too much memory (limit %llu MB)",
                        compile ? "Compiling your code" : "Your code", (unsigned long long)memory_limit_mib);
        case ENDED_BY_NO_START:
                return json_sprintf("%s does not start: %s", compile ? "The compiler" : "Your program",
                        strerror(step->report.exit_code));
        case ENDED_BY_ITSELF:
        case ENDED_BY_KILL:
                break;
        }
        return how_it_ended(step);
}

static json_t *compile_json(const struct answer_step *compile)
{
        if (!compile)
                return json_null();
        return json_pack("{s:o, s:o, s:o, s:I}", "stdout", string(compile->out, compile->out_size), "stderr",
                string(compile->err, compile->err_size), "exitCode", exit_code(compile), "time",
                milliseconds(compile->report.wall_us));
}

/* Status and reason of a case: a right ending with the wrong output is "failed". */
static const char *case_status(
        const struct answer_step *run, const struct ask_case *test, const char **reason)
{
        const char *status = answer_status(run, reason);
        if (*reason || answer_matches(run->out ? run->out : "", run->out_size, test->expected.data,
                               test->expected.size))
                return status;
        *reason = "wrong_answer";
        return "failed";
}

static json_t *tests_json(
        const struct ask *ask, const struct answer_step *runs, size_t count, size_t *first_failed)
{
        json_t *results = json_array();
        size_t passed = 0;
        *first_failed = count;
        for (size_t i = 0; i < count; i++) {
                const struct ask_case *test = &ask->cases[i];
                const char *reason, *status = case_status(&runs[i], test, &reason);
                passed += !reason;
                if (reason && *first_failed == count)
                        *first_failed = i;
                json_array_append_new(results,
                        json_pack("{s:b, s:s, s:s?, s:o, s:o, s:o, s:I, s:I}", "passed", !reason, "status",
                                status, "reason", reason, "input", string(test->input.data, test->input.size),
                                "expectedOutput", string(test->expected.data, test->expected.size), "output",
                                string(runs[i].out, runs[i].out_size), "executionTime",
                                milliseconds(runs[i].report.wall_us), "memory",
                                (json_int_t)runs[i].report.peak_kib));
        }
        return json_pack("{s:I, s:I, s:o}", "passed", (json_int_t)passed, "total", (json_int_t)count,
                "results", results);
}

/* What the runs of all cases took together. */
static void add_up(const struct answer_step *runs, size_t count, struct protocol_report *sum)
{
        *sum = (struct protocol_report){.kind = STEP_RUN};
        for (size_t i = 0; i < count; i++) {
                sum->wall_us += runs[i].report.wall_us;
                sum->cpu_us += runs[i].report.cpu_us;
                if (runs[i].report.peak_kib > sum->peak_kib)
                        sum->peak_kib = runs[i].report.peak_kib;
        }
}

json_t *answer_json(const struct recipe *recipe, const struct ask *ask, const struct answer_step *compile,
        const struct answer_step *runs, size_t count, uint64_t memory_limit_mib)
{
        static const struct answer_step nothing = {.report = {.kind = STEP_RUN}};
        struct protocol_report sum;
        size_t shown = 0;
        const char *reason, *status;
        bool compiled = !compile || count;
        json_t *tests = ask->has_cases && count ? tests_json(ask, runs, count, &shown) : json_null();
        if (shown == count && count)
                shown = count - 1;
        const struct answer_step *run = count ? &runs[shown] : &nothing, *judged = compiled ? run : compile;
        add_up(runs, count, &sum);
        status = compiled && ask->has_cases ? case_status(run, &ask->cases[shown], &reason)
                                            : answer_status(judged, &reason);
        json_t *answer = json_pack(
                "{s:s, s:b, s:s?, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:o, s:o, s:s, s:s}",
                "status", status, "success", !reason, "reason", reason, "output",
                string(run->out, run->out_size), "stdout", string(run->out, run->out_size), "stderr",
                string(run->err, run->err_size), "executionTime", milliseconds(sum.wall_us), "execution_time",
                milliseconds(sum.wall_us), "cpuTime", milliseconds(sum.cpu_us), "memory",
                (json_int_t)sum.peak_kib, "exitCode", compiled ? exit_code(run) : json_null(), "signal",
                signal_name(run->report.signal), "truncated", run->report.truncated, "compile",
                compile_json(compile), "tests", tests, "language", recipe->id, "version", recipe->version);
        if (reason)
                json_object_set_new(answer, "error",
                        !strcmp(reason, "wrong_answer") ? json_string("The output is not the expected one")
                                                        : error_text(judged, memory_limit_mib));
        return answer;
}

json_t *answer_error(const char *reason, const char *text, const char *field)
{
        json_t *answer = json_pack("{s:s, s:b, s:s, s:o}", "status", "error", "success", 0, "reason", reason,
                "error", string(text, strlen(text)));
        if (field)
                json_object_set_new(answer, "field", json_string(field));
        return answer;
}
