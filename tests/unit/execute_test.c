/* One request's work against a scripted broker and runner. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/unit/play.h"
#include "tests/unit/script.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void output_and_figures(void **state)
{
        (void)state;
        struct trial t;
        script_prepare(&t, &script_python, "print(1)");
        script_run(&t, play_hello);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_SUCCESS);
        assert_int_equal(t.result.reason, REASON_NONE);
        assert_true(t.result.ran);
        assert_false(t.result.compiled);
        script_assert_buffer(&t.result.run.out, "hello world\n");
        script_assert_buffer(&t.result.run.err, "oh");
        assert_int_equal(t.result.run.wall_ms, 12);
        assert_int_equal(t.result.run.cpu_ms, 10);
        assert_int_equal(t.result.run.memory_kib, 4321);
        assert_int_equal(t.result.run.exit_code, 0);
        assert_string_equal(t.result.error, "");
        assert_string_equal(t.times.sandbox, "0123456789ab");
        assert_string_equal(t.seen, "Ac");
        script_done(&t);
}

static void split_at_every_byte(void **state)
{
        (void)state;
        struct trial t;
        script_prepare(&t, &script_python, "print(1)");
        for (script_piece = 1; script_piece <= 9; script_piece++) {
                t.result = (struct result){0};
                memset(t.seen, 0, sizeof(t.seen));
                script_run(&t, play_hello);
                assert_int_equal(t.outcome, EXECUTE_DONE);
                script_assert_buffer(&t.result.run.out, "hello world\n");
                assert_string_equal(t.seen, "Ac");
                script_done(&t);
        }
        script_piece = SIZE_MAX;
}

static void the_job_says_what_was_asked(void **state)
{
        (void)state;
        struct trial t;
        char *args[] = {"one", "two words", NULL}, input[] = "in";
        static char *argv[] = {"python3", "{source}", NULL};
        script_python.run.argv = argv;
        script_python.cpu_percent = 50;
        script_prepare(&t, &script_python, "print(1)");
        t.request.args = args;
        t.request.input = input;
        t.request.input_size = 2;
        t.request.timeout_ms = 64000;
        script_run(&t, play_tell);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        char expected[512];
        snprintf(expected, sizeof(expected),
                "job 0\nfile %s 8\ndata print(1)\nstep %d wall 64000 cpu 33000 out %u\n"
                "arg python3\narg %s\narg one\narg two words\nstdin 2\ndata in\n",
                script_python.source, STEP_RUN, script_config->settings->limits.output_bytes,
                script_python.source);
        script_assert_buffer(&t.result.run.out, expected);
        script_done(&t);
}

static void output_before_input_is_no_deadlock(void **state)
{
        (void)state;
        struct trial t;
        char *input = calloc(1, 1 << 20);
        script_prepare(&t, &script_python, "print(1)");
        t.request.input = input;
        t.request.input_size = 1 << 20;
        script_run(&t, play_flood_first);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.run.out.size, 1 << 20);
        free(input);
        script_done(&t);
}

static void verdicts(void **state)
{
        (void)state;
        static const struct {
                uint8_t ended_by, signal;
                int exit_code;
                const char *err;
                uint32_t timeout_ms;
                enum status status;
                enum reason reason;
                const char *text;
        } cases[] = {
                {ENDED_BY_ITSELF, 0, 0, "warned", 60000, STATUS_SUCCESS, REASON_NONE, ""},
                {ENDED_BY_ITSELF, 0, 3, "Traceback", 60000, STATUS_ERROR, REASON_RUNTIME_ERROR, ""},
                {ENDED_BY_ITSELF, 0, 3, "", 60000, STATUS_ERROR, REASON_RUNTIME_ERROR,
                        "Your code ended with exit code 3"},
                {ENDED_BY_ITSELF, SIGSEGV, -1, "", 60000, STATUS_ERROR, REASON_RUNTIME_ERROR,
                        "Your code was ended by SIGSEGV"},
                {ENDED_BY_ITSELF, 0, 1, "x\nOut Of Memory!\n", 60000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
                {ENDED_BY_ITSELF, 0, 0, "Out Of Memory!\n", 60000, STATUS_SUCCESS, REASON_NONE, ""},
                {ENDED_BY_WALL, SIGKILL, -1, "", 65000, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 65 second timeout"},
                {ENDED_BY_CPU, SIGKILL, -1, "", 60500, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 60.5 second timeout"},
                {ENDED_BY_WALL, SIGKILL, -1, "x", 62500, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 62.5 second timeout"},
                {ENDED_BY_OUTPUT, SIGKILL, -1, "", 60000, STATUS_ERROR, REASON_OUTPUT_LIMIT,
                        "Your code wrote more than 1 MB of output"},
                {ENDED_BY_MEMORY, SIGKILL, -1, "", 60000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
                {ENDED_BY_MEMORY, 0, 0, "", 60000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
        };
        static char pattern[] = "^Out Of Memory";
        script_python.memory_error = pattern;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct trial t;
                play_report = script_fine;
                play_report.ended_by = cases[i].ended_by;
                play_report.signal = cases[i].signal;
                play_report.exit_code = cases[i].exit_code;
                play_err = cases[i].err;
                script_prepare(&t, &script_python, "print(1)");
                t.request.timeout_ms = cases[i].timeout_ms;
                t.request.memory_mib = 128;
                script_run(&t, play_scripted);
                if (t.outcome != EXECUTE_DONE || t.result.status != cases[i].status ||
                        t.result.reason != cases[i].reason || strcmp(t.result.error, cases[i].text))
                        fail_msg("case %zu: outcome %d, status %d, reason %d, '%s'", i, t.outcome,
                                t.result.status, t.result.reason, t.result.error);
                assert_string_equal(t.seen, "Ac");
                script_done(&t);
        }
        play_err = "";
}

static void figures_of_a_lying_runner_are_cut(void **state)
{
        (void)state;
        struct trial t;
        play_report = script_fine;
        play_report.wall_us = UINT64_MAX;
        play_report.peak_kib = UINT64_MAX;
        play_report.start_us = play_report.finish_us = UINT32_MAX;
        script_prepare(&t, &script_python, "print(1)");
        t.request.memory_mib = 64;
        script_run(&t, play_scripted);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.run.wall_ms, UINT32_MAX);
        assert_int_equal(t.result.run.memory_kib, 64 << 10);
        assert_int_equal(t.times.run_us, UINT32_MAX);
        assert_int_equal(t.times.start_us, UINT32_MAX);
        script_done(&t);
}

static void what_a_runner_never_says_is_our_failure(void **state)
{
        (void)state;
        static void (*const hostile[])(int) = {play_wrong_kind, play_early_report, play_miscount,
                play_too_much, play_behind_report, play_foreign_frame, play_empty_output, play_pongs,
                play_short_report, play_fault, play_docker_garbage, play_long_frame};
        for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
                struct trial t;
                char *input = calloc(1, 1 << 20); /* more than the sockets' buffers hold */
                script_prepare(&t, &script_python, "print(1)");
                t.request.input = input;
                t.request.input_size = 1 << 20;
                script_run(&t, hostile[i]);
                if (t.outcome != EXECUTE_FAILED || strcmp(t.seen, "Au") || !t.err.text[0])
                        fail_msg("script %zu: outcome %d, broker saw %s, '%s'", i, t.outcome, t.seen,
                                t.err.text);
                assert_non_null(strstr(t.err.text, "0123456789ab"));
                assert_null(strchr(t.err.text, '\n'));
                free(input);
                script_done(&t);
        }
}

static void programs_that_do_not_start(void **state)
{
        (void)state;
        struct trial t;
        play_report = script_fine;
        play_report.ended_by = ENDED_BY_NO_START;
        play_report.exit_code = ENOENT;
        script_prepare(&t, &script_python, "print(1)");
        script_run(&t, play_scripted);
        assert_int_equal(t.outcome, EXECUTE_FAILED); /* an interpreter is ours */
        script_done(&t);
}

static void a_late_runner_is_a_timeout(void **state)
{
        (void)state;
        struct trial t;
        script_prepare(&t, &script_python, "print(1)");
        t.request.timeout_ms = 100;
        script_run(&t, play_silence);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_TIMEOUT);
        assert_int_equal(t.result.reason, REASON_TIME_LIMIT);
        assert_string_equal(t.result.error, "Execution exceeded 0.1 second timeout");
        assert_true(t.took_ms >= 1100);
        assert_string_equal(t.seen, "Au");
        script_done(&t);
}

static void a_runner_that_dies(void **state)
{
        (void)state;
        struct trial t;
        script_broker.death = 1;
        script_prepare(&t, &script_python, "print(1)");
        t.request.memory_mib = 64;
        script_run(&t, play_death);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.reason, REASON_MEMORY_LIMIT);
        assert_string_equal(t.result.error, "Your code used too much memory (limit 64 MB)");
        script_assert_buffer(&t.result.run.out, "last words");
        assert_string_equal(t.seen, "ADu");
        script_done(&t);

        script_broker.death = 0;
        script_prepare(&t, &script_python, "print(1)");
        script_run(&t, play_death);
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "ADu");
        script_done(&t);
}

static void the_client_leaves(void **state)
{
        (void)state;
        struct trial t;
        int client[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
        assert_int_equal(pipe(play_heard), 0);
        script_prepare(&t, &script_python, "print(1)");
        pid_t leaver = fork();
        if (leaver == 0) { /* holds the client's end until the program runs */
                char byte;
                close(client[0]);
                script_must(read(play_heard[0], &byte, 1) == 1);
                _exit(0);
        }
        close(client[1]);
        script_run_with_cancel(&t, play_silence_aloud, client[0]);
        assert_int_equal(waitpid(leaver, NULL, 0), leaver);
        assert_int_equal(t.outcome, EXECUTE_CLIENT_GONE);
        assert_string_equal(t.seen, "Ac");
        close(play_heard[0]);
        close(play_heard[1]);
        close(client[0]);
        script_done(&t);
}

/* Nothing went to the sandbox yet: it serves the next request. */
static void the_client_left_before(void **state)
{
        (void)state;
        struct trial t;
        int client[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
        close(client[1]);
        script_prepare(&t, &script_python, "print(1)");
        script_run_with_cancel(&t, play_silence, client[0]);
        assert_int_equal(t.outcome, EXECUTE_CLIENT_GONE);
        assert_string_equal(t.seen, "Ac");
        close(client[0]);
        script_done(&t);
}

static void compiled_languages(void **state)
{
        (void)state;
        struct trial t;
        static char *compile[] = {"g++", "{source}", NULL}, *binary[] = {"./a.out", NULL};
        script_cpp.compile.argv = compile;
        script_cpp.run.argv = binary;
        script_cpp.compile_memory_mib = 512;
        script_prepare(&t, &script_cpp, "int main(){}");
        t.request.memory_mib = 64;
        script_run(&t, play_compile_and_run);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_SUCCESS);
        script_assert_buffer(&t.result.compile.err, "warning");
        assert_memory_equal(t.result.run.out.data, "step 1", 6); /* no files again */
        assert_string_equal(t.seen, "ASc");
        script_done(&t);

        script_prepare(&t, &script_cpp, "int main(){}");
        t.request.memory_mib = 512;
        script_run(&t, play_compile_and_run);
        assert_string_equal(t.seen, "Ac"); /* nothing to resize */
        script_done(&t);

        script_prepare(&t, &script_cpp, "int main(){}");
        script_run(&t, play_compile_error);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.reason, REASON_COMPILE_ERROR);
        script_assert_buffer(&t.result.compile.err, "error");
        assert_false(t.result.ran);
        assert_string_equal(t.seen, "Ac");
        script_done(&t);

        play_report = script_fine;
        play_report.kind = STEP_COMPILE;
        play_report.ended_by = ENDED_BY_WALL;
        script_cpp.compile_timeout_ms = 64000;
        script_prepare(&t, &script_cpp, "int main(){}");
        script_run(&t, play_scripted);
        assert_int_equal(t.result.status, STATUS_TIMEOUT);
        assert_string_equal(t.result.error, "Compilation exceeded 64 second timeout");
        script_done(&t);

        play_report.ended_by = ENDED_BY_MEMORY;
        script_prepare(&t, &script_cpp, "int main(){}");
        script_run(&t, play_scripted);
        assert_int_equal(t.result.reason, REASON_MEMORY_LIMIT);
        assert_string_equal(t.result.error, "Compiling your code used too much memory (limit 512 MB)");
        script_done(&t);

        script_broker.resize_fails = true;
        script_prepare(&t, &script_cpp, "int main(){}");
        t.request.memory_mib = 64;
        script_run(&t, play_compile_and_run);
        script_broker.resize_fails = false;
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "ASu");
        script_done(&t);
}

static void leases_that_are_not_had(void **state)
{
        (void)state;
        static const struct {
                int answer;
                enum execute_outcome outcome;
        } cases[] = {{LEASE_BUSY, EXECUTE_BUSY}, {LEASE_NO_IMAGE, EXECUTE_UNAVAILABLE},
                {LEASE_UNAVAILABLE, EXECUTE_UNAVAILABLE}, {LEASE_SHUTTING_DOWN, EXECUTE_SHUTTING_DOWN},
                {LEASE_CANCELLED, EXECUTE_CLIENT_GONE}};
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct trial t;
                script_broker.lease_answer = cases[i].answer;
                script_prepare(&t, &script_python, "print(1)");
                script_run(&t, play_hello);
                assert_int_equal(t.outcome, cases[i].outcome);
                assert_string_equal(t.seen, "A");
                script_done(&t);
        }
        script_broker.lease_answer = LEASE_GRANTED;
}

static void no_broker(void **state)
{
        (void)state;
        struct trial t;
        struct broker_link *link = broker_link_new("/nonexistent/script_broker.sock", SCRIPT_PATIENCE_MS);
        script_prepare(&t, &script_python, "print(1)");
        t.outcome = execute_request(
                link, script_config->settings, &t.request, "abc", -1, &t.result, &t.times, &t.err);
        assert_int_equal(t.outcome, EXECUTE_UNAVAILABLE);
        assert_true(t.err.text[0]);
        broker_link_free(link);
        script_done(&t);
}

static void the_policy_blocks_before_any_lease(void **state)
{
        (void)state;
        struct trial t;
        script_prepare(&t, &script_python, "x = 1\nimport os\n");
        t.request.policy = policies_find(script_config->policies, script_config->settings->default_policy);
        script_run(&t, play_hello);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_BLOCKED);
        assert_int_equal(t.result.reason, REASON_POLICY);
        assert_true(t.result.violations.count >= 1);
        assert_int_equal(t.result.violations.list[0].line, 2);
        assert_string_equal(t.result.error, t.result.violations.list[0].message);
        assert_string_equal(t.seen, "");
        script_done(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(output_and_figures),
                cmocka_unit_test(split_at_every_byte),
                cmocka_unit_test(the_job_says_what_was_asked),
                cmocka_unit_test(output_before_input_is_no_deadlock),
                cmocka_unit_test(verdicts),
                cmocka_unit_test(figures_of_a_lying_runner_are_cut),
                cmocka_unit_test(what_a_runner_never_says_is_our_failure),
                cmocka_unit_test(programs_that_do_not_start),
                cmocka_unit_test(a_late_runner_is_a_timeout),
                cmocka_unit_test(a_runner_that_dies),
                cmocka_unit_test(the_client_leaves),
                cmocka_unit_test(the_client_left_before),
                cmocka_unit_test(compiled_languages),
                cmocka_unit_test(leases_that_are_not_had),
                cmocka_unit_test(no_broker),
                cmocka_unit_test(the_policy_blocks_before_any_lease),
        };
        return cmocka_run_group_tests(tests, script_set_up, script_tear_down);
}
