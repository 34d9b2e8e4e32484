/* Test cases against a scripted runner: what is sent for each, and what becomes of the others when one goes
 * wrong. */
#include "tests/unit/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char yes[] = "yes\n", secret[] = "secret-expected";

/* --- scripts ---------------------------------------------------------------------------------- */

static void answer(int fd, const char *out)
{
        struct protocol_report r = script_fine;
        if (*out)
                script_say(fd, FRAME_STDOUT, out, strlen(out));
        r.out_bytes = strlen(out);
        script_report(fd, &r);
}

/* Every run says what it was sent. */
static void play_tell(int fd)
{
        for (;;) {
                char *text = NULL;
                size_t size = 0;
                FILE *told = open_memstream(&text, &size);
                script_hear_step(fd, told);
                fclose(told);
                answer(fd, text);
                free(text);
        }
}

/* The second run says no, all others yes. */
static void play_no(int fd)
{
        for (int i = 1;; i++) {
                script_hear_step(fd, NULL);
                answer(fd, i == 2 ? "no\n" : "yes\n");
        }
}

static void play_silence(int fd)
{
        script_hear_step(fd, NULL);
        script_hear_step(fd, NULL); /* which does not come */
}

static void play_death_in_the_second(int fd)
{
        script_hear_step(fd, NULL);
        answer(fd, "yes\n");
        script_hear_step(fd, NULL);
}

static void play_lie_in_the_second(int fd)
{
        struct protocol_report r = script_fine;
        script_hear_step(fd, NULL);
        answer(fd, "yes\n");
        script_hear_step(fd, NULL);
        r.out_bytes = 5;
        script_report(fd, &r);
        script_hear_step(fd, NULL);
}

static void play_compile_and_run(int fd)
{
        struct protocol_report r = script_fine;
        script_hear_step(fd, NULL);
        r.kind = STEP_COMPILE;
        script_report(fd, &r);
        play_no(fd);
}

/* --- the tests -------------------------------------------------------------------------------- */

static struct test_case cases[4];
static struct test_set set = {.cases = cases, .count = 4};

static void prepare(struct trial *t, const struct language *language)
{
        script_prepare(t, language, "code");
        for (size_t i = 0; i < 4; i++)
                cases[i] = (struct test_case){.expected = yes, .expected_size = 4};
        t->request.tests = &set;
}

/* A letter for each: success, failed, error, timeout, - for skipped. */
static const char *endings(const struct trial *t)
{
        static char letters[5];
        for (size_t i = 0; i < 4; i++) {
                const struct test_result *one = &t->result.tests.list[i];
                letters[i] = one->skipped ? '-' : *status_names[one->status];
        }
        return letters;
}

static void each_case_is_sent_alone(void **state)
{
        (void)state;
        struct trial t;
        char *args[] = {"one", NULL}, *own[] = {"own", NULL}, *none[] = {NULL}, in[] = "in", input[] = "mine";
        static char *argv[] = {"python3", NULL};
        script_python.run.argv = argv;
        prepare(&t, &script_python);
        t.request.args = args;
        t.request.input = in;
        t.request.input_size = 2;
        t.request.timeout_ms = 64000;
        cases[1] = (struct test_case){.args = own, .input = input, .input_size = 4, .timeout_ms = 60500};
        cases[2] = (struct test_case){.args = none, .input = input, .input_size = 0};
        for (size_t i = 0; i < 4; i++) {
                cases[i].expected = secret;
                cases[i].expected_size = strlen(secret);
        }
        script_run(&t, play_tell);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_string_equal(t.seen, "Ac");
        const uint32_t out = script_config->settings->limits.output_bytes, cpu = script_python.cpu_percent;
        char first[400], rest[3][400];
        snprintf(first, sizeof first,
                "job %d\nfile %s 4\ndata code\nstep %d wall 64000 cpu %u out %u\narg python3\narg one\n"
                "stdin 2\ndata in\n",
                JOB_MANY_RUNS, script_python.source, STEP_RUN, 640 * cpu + 1000, out);
        snprintf(rest[0], sizeof rest[0],
                "step %d wall 60500 cpu %u out %u\narg python3\narg own\nstdin 4\ndata mine\n", STEP_RUN,
                605 * cpu + 1000, out);
        snprintf(rest[1], sizeof rest[1], "step %d wall 64000 cpu %u out %u\narg python3\n", STEP_RUN,
                640 * cpu + 1000, out);
        snprintf(rest[2], sizeof rest[2],
                "step %d wall 64000 cpu %u out %u\narg python3\narg one\nstdin 2\ndata in\n", STEP_RUN,
                640 * cpu + 1000, out);
        script_assert_buffer(&t.result.tests.list[0].output, first);
        for (size_t i = 0; i < 3; i++)
                script_assert_buffer(&t.result.tests.list[i + 1].output, rest[i]);
        script_done(&t);
}

static void one_goes_wrong(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &script_python);
        script_run(&t, play_no);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_string_equal(endings(&t), "sfss");
        assert_string_equal(t.result.error, "line 1: expected \"yes\", got \"no\"");
        assert_int_equal(t.result.run.wall_ms, 4 * 12);
        assert_int_equal(t.times.run_us, 4 * 12345);
        assert_int_equal(t.times.start_us, 4 * 300);
        assert_int_equal(t.times.finish_us, 4 * 200);
        assert_string_equal(t.seen, "Ac");
        script_done(&t);

        prepare(&t, &script_python);
        t.request.stop_on_failure = true;
        script_run(&t, play_no);
        assert_string_equal(endings(&t), "sf--");
        assert_string_equal(t.seen, "Ac");
        script_done(&t);
}

static void a_late_runner_ends_them(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &script_python);
        t.request.timeout_ms = 100;
        script_run(&t, play_silence);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_string_equal(endings(&t), "t---");
        assert_int_equal(t.result.status, STATUS_TIMEOUT);
        assert_string_equal(t.result.error, "Execution exceeded 0.1 second timeout");
        assert_string_equal(t.seen, "Au");
        script_done(&t);
}

static void a_dead_sandbox_ends_them(void **state)
{
        (void)state;
        struct trial t;
        script_broker.death = 1;
        prepare(&t, &script_python);
        script_run(&t, play_death_in_the_second);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_string_equal(endings(&t), "se--");
        assert_int_equal(t.result.reason, REASON_MEMORY_LIMIT);
        assert_string_equal(t.seen, "ADu");
        script_done(&t);

        script_broker.death = 0;
        prepare(&t, &script_python);
        script_run(&t, play_death_in_the_second);
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "ADu");
        script_done(&t);
}

static void a_lie_is_our_failure(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &script_python);
        script_run(&t, play_lie_in_the_second);
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "Au");
        script_done(&t);
}

static void compiled_once(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &script_cpp);
        t.request.memory_mib = 64;
        script_run(&t, play_compile_and_run);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_string_equal(endings(&t), "sfss");
        assert_string_equal(t.seen, "ASc");
        script_done(&t);
}

/* Without a lease, without a compiled program: skipped is what they are. */
static void nothing_is_run(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &script_python);
        t.request.files[0].data = "import os\n";
        t.request.files[0].size = 10;
        t.request.policy = policies_find(script_config->policies, script_config->settings->default_policy);
        script_run(&t, play_no);
        assert_int_equal(t.result.status, STATUS_BLOCKED);
        assert_string_equal(endings(&t), "----");
        assert_string_equal(t.seen, "");
        script_done(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_case_is_sent_alone),
                cmocka_unit_test(one_goes_wrong),
                cmocka_unit_test(a_late_runner_ends_them),
                cmocka_unit_test(a_dead_sandbox_ends_them),
                cmocka_unit_test(a_lie_is_our_failure),
                cmocka_unit_test(compiled_once),
                cmocka_unit_test(nothing_is_run),
        };
        return cmocka_run_group_tests(tests, script_set_up, script_tear_down);
}
