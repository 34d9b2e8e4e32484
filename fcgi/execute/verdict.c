/* Judges how a step ended: report in, verdict and a text for a person out. */
#include "fcgi/execute/verdict.h"
#include "fcgi/execute/memory_error.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 512

static void conclude(struct verdict *verdict, enum status status, enum reason reason)
{
        verdict->status = status;
        verdict->reason = reason;
}

/* The shortest way to write seconds: 5, 0.5, 2.5. */
static void say_timeout(char *text, enum step_kind kind, uint32_t wall_ms)
{
        snprintf(text, TEXT_SIZE, "%s exceeded %.10g second timeout",
                kind == STEP_COMPILE ? "Compilation" : "Execution", (double)wall_ms / 1000);
}

static void say_memory(char *text, enum step_kind kind, uint32_t memory_mib)
{
        snprintf(text, TEXT_SIZE, "%s used too much memory (limit %" PRIu32 " MB)",
                kind == STEP_COMPILE ? "Compiling your code" : "Your code", memory_mib);
}

static void say_output(char *text, uint32_t bytes)
{
        if (bytes >= 1 << 20)
                snprintf(text, TEXT_SIZE, "Your code wrote more than %.3g MB of output",
                        (double)bytes / (1 << 20));
        else if (bytes >= 1024)
                snprintf(
                        text, TEXT_SIZE, "Your code wrote more than %.3g KB of output", (double)bytes / 1024);
        else
                snprintf(text, TEXT_SIZE, "Your code wrote more than %" PRIu32 " bytes of output", bytes);
}

/* A program that failed without a word. */
static void say_how_it_ended(char *text, const struct verdict *verdict)
{
        char buffer[16];
        if (verdict->signal)
                snprintf(text, TEXT_SIZE, "Your code was ended by %s",
                        result_signal_name(verdict->signal, buffer));
        else
                snprintf(text, TEXT_SIZE, "Your code ended with exit code %d", verdict->exit_code);
}

static uint32_t to_ms(uint64_t us)
{
        uint64_t ms = us / 1000 + (us % 1000 >= 500);
        return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* The figures; a runner that was taken over may say anything, so they are cut to what can be. */
static void take_figures(
        struct verdict *verdict, const struct protocol_report *report, const struct verdict_limits *limits)
{
        uint64_t most = (uint64_t)limits->memory_mib << 10;
        verdict->exit_code = report->signal || report->exit_code < 0 ? -1 : report->exit_code & 0xFF;
        verdict->signal = report->signal <= SIGRTMAX ? report->signal : 0;
        verdict->wall_ms = to_ms(report->wall_us);
        verdict->cpu_ms = to_ms(report->cpu_us);
        verdict->memory_kib = report->peak_kib < most ? report->peak_kib : most;
        verdict->truncated = report->truncated != 0;
}

static void judge_end(struct verdict *verdict, const struct language *language, char *text)
{
        if (!verdict->signal && verdict->exit_code == 0)
                conclude(verdict, STATUS_SUCCESS, REASON_NONE);
        else if (memory_error_matches(language->memory_error, verdict->err.data, verdict->err.size))
                conclude(verdict, STATUS_ERROR, REASON_MEMORY_LIMIT);
        else {
                conclude(verdict, STATUS_ERROR, REASON_RUNTIME_ERROR);
                if (!verdict->err.size)
                        say_how_it_ended(text, verdict);
        }
}

int verdict_of_run(struct verdict *verdict, const struct protocol_report *report,
        const struct language *language, const struct verdict_limits *limits, char text[512],
        struct error *err)
{
        take_figures(verdict, report, limits);
        switch ((enum ended_by)report->ended_by) {
        case ENDED_BY_ITSELF:
                judge_end(verdict, language, text);
                break;
        case ENDED_BY_WALL:
        case ENDED_BY_CPU:
                conclude(verdict, STATUS_TIMEOUT, REASON_TIME_LIMIT);
                say_timeout(text, STEP_RUN, limits->wall_ms);
                break;
        case ENDED_BY_OUTPUT:
                verdict->truncated = true;
                conclude(verdict, STATUS_ERROR, REASON_OUTPUT_LIMIT);
                say_output(text, limits->output_bytes);
                break;
        case ENDED_BY_MEMORY:
                conclude(verdict, STATUS_ERROR, REASON_MEMORY_LIMIT);
                break;
        case ENDED_BY_NO_START:
                /* An interpreter that does not start is our image's fault; a binary, what the code made of
                 * it. */
                if (!language->compile.argv)
                        return error_set(err, "%s does not start: %s", language->run.argv[0],
                                strerror(report->exit_code));
                verdict->exit_code = -1;
                conclude(verdict, STATUS_ERROR, REASON_RUNTIME_ERROR);
                snprintf(text, TEXT_SIZE, "Your program does not start: %s", strerror(report->exit_code));
                break;
        case ENDED_BY_KILL:
        default:
                return error_set(err, "the runner says that we killed the program");
        }
        if (verdict->reason == REASON_MEMORY_LIMIT)
                say_memory(text, STEP_RUN, limits->memory_mib);
        return 0;
}

int verdict_of_compile(struct verdict *verdict, const struct protocol_report *report,
        const struct verdict_limits *limits, char text[512], struct error *err)
{
        take_figures(verdict, report, limits);
        switch ((enum ended_by)report->ended_by) {
        case ENDED_BY_ITSELF:
                if (!verdict->signal && verdict->exit_code == 0)
                        conclude(verdict, STATUS_SUCCESS, REASON_NONE);
                else
                        conclude(verdict, STATUS_ERROR, REASON_COMPILE_ERROR);
                break;
        case ENDED_BY_WALL:
        case ENDED_BY_CPU:
                conclude(verdict, STATUS_TIMEOUT, REASON_TIME_LIMIT);
                say_timeout(text, STEP_COMPILE, limits->wall_ms);
                break;
        case ENDED_BY_OUTPUT:
                /* Its first errors are worth more than a word about their number. */
                verdict->truncated = true;
                conclude(verdict, STATUS_ERROR, REASON_COMPILE_ERROR);
                break;
        case ENDED_BY_MEMORY:
                conclude(verdict, STATUS_ERROR, REASON_MEMORY_LIMIT);
                say_memory(text, STEP_COMPILE, limits->memory_mib);
                break;
        case ENDED_BY_NO_START:
                return error_set(err, "the compiler does not start: %s", strerror(report->exit_code));
        case ENDED_BY_KILL:
        default:
                return error_set(err, "the runner says that we killed the compiler");
        }
        if (verdict->reason == REASON_COMPILE_ERROR && !verdict->err.size && !verdict->out.size)
                snprintf(text, TEXT_SIZE, "The compiler failed without a message");
        return 0;
}

static void ended_from_outside(struct verdict *verdict, uint32_t elapsed_ms)
{
        verdict->exit_code = -1;
        verdict->signal = SIGKILL;
        verdict->wall_ms = elapsed_ms;
}

void verdict_late(struct verdict *verdict, enum step_kind kind, const struct verdict_limits *limits,
        uint32_t elapsed_ms, char text[512])
{
        ended_from_outside(verdict, elapsed_ms);
        conclude(verdict, STATUS_TIMEOUT, REASON_TIME_LIMIT);
        say_timeout(text, kind, limits->wall_ms);
}

void verdict_died_of_memory(struct verdict *verdict, enum step_kind kind, const struct verdict_limits *limits,
        uint32_t elapsed_ms, char text[512])
{
        ended_from_outside(verdict, elapsed_ms);
        verdict->memory_kib = (uint64_t)limits->memory_mib << 10;
        conclude(verdict, STATUS_ERROR, REASON_MEMORY_LIMIT);
        say_memory(text, kind, limits->memory_mib);
}
