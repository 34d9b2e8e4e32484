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
        *reason = step->reason;
        if (step->status)
                return step->status;
        if (report->ended_by == ENDED_BY_ITSELF && !report->exit_code && !report->signal)
                return "success";
        if (report->ended_by != ENDED_BY_ITSELF) {
                *reason = endings[report->ended_by].reason;
                return endings[report->ended_by].status;
        }
        *reason = report->kind == STEP_COMPILE ? "compile_error" : "runtime_error";
        return "error";
}

/* Programs write any bytes, JSON is UTF-8. */
json_t *answer_string(const char *bytes, size_t size)
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
                return answer_string(step->err, step->err_size);
        if (report->kind == STEP_COMPILE && step->out_size)
                return answer_string(step->out, step->out_size);
        const char *what = report->kind == STEP_COMPILE ? "The compiler" : "Your code";
        if (report->signal)
                return json_sprintf("%s was ended by SIG%s", what,
                        sigabbrev_np(report->signal) ? sigabbrev_np(report->signal) : "?");
        return json_sprintf("%s ended with exit code %d", what, report->exit_code);
}

json_t *answer_text(const struct answer_step *step, uint64_t memory_limit_mib)
{
        bool compile = step->report.kind == STEP_COMPILE;
        if (*step->text)
                return json_string(step->text);
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
        return json_pack("{s:o, s:o, s:o, s:I}", "stdout", answer_string(compile->out, compile->out_size),
                "stderr", answer_string(compile->err, compile->err_size), "exitCode", exit_code(compile),
                "time", milliseconds(compile->report.wall_us));
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
        json_t *tests = answer_tests(ask, runs, count, memory_limit_mib, &shown);
        const struct answer_step *run = count ? &runs[shown] : &nothing, *judged = compiled ? run : compile;
        add_up(runs, count, &sum);
        status = answer_status(judged, &reason);
        json_t *answer = json_pack(
                "{s:s, s:b, s:s?, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:o, "
                "s:o, s:s, s:s}",
                "status", status, "success", !reason, "reason", reason, "output",
                answer_string(run->out, run->out_size), "stdout", answer_string(run->out, run->out_size),
                "stderr", answer_string(run->err, run->err_size), "error",
                reason ? answer_text(judged, memory_limit_mib) : json_null(), "executionTime",
                milliseconds(sum.wall_us), "execution_time", milliseconds(sum.wall_us), "cpuTime",
                milliseconds(sum.cpu_us), "memory", (json_int_t)sum.peak_kib, "exitCode",
                compiled ? exit_code(run) : json_null(), "signal", signal_name(run->report.signal),
                "truncated", run->report.truncated, "compile", compile_json(compile), "tests", tests,
                "language", recipe->id, "version", recipe->version);
        return answer;
}

json_t *answer_error(const char *reason, const char *text, const char *field)
{
        json_t *answer = json_pack("{s:s, s:b, s:s, s:o}", "status", "error", "success", 0, "reason", reason,
                "error", answer_string(text, strlen(text)));
        if (field)
                json_object_set_new(answer, "field", json_string(field));
        return answer;
}
