/* The runner against hostile programs, in a container with the full hardening: what each attack comes to
 * stands in a table, and after each of them the same container must be clean. Needs Docker, the image
 * sandpool/base (or the one that RUNNER_IMAGE names) and what tests/attacks/ holds, built. */
#include "fcgi/base/clock.h"
#include "tests/integration/testbed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ANY (-2)
#define BY_WALL_OR_MEMORY (-3) /* what failed to fork is memory until the kernel finds time to free it */
#define MANY_INODES 40000

static char input[1 << 20];

/* With memory full of files that nobody can be killed for, the kernel now and then ends the runner itself,
 * and with it the container: SIGKILL, and nothing else, ends it then. (The service asks Docker, and says
 * memory_limit.) */
static bool runner_ran_out(void)
{
        if (testbed.outcome.over || *testbed.outcome.fault)
                return false;
        assert_int_equal(container_wait(&testbed.container), 128 + SIGKILL);
        return true;
}

static const struct attack {
        const char *name, *argument;
        uint32_t wall_ms, cpu_ms;
        bool input;
        int ended_by, exit_code;
        const char *out; /* NULL: whatever */
} attacks[] = {
        {"fork_bomb", NULL, 1000, 0, false, BY_WALL_OR_MEMORY, -1, ""},
        {"kill_all", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "-1 Operation not permitted\n"},
        {"stop_all", NULL, 700, 0, false, ENDED_BY_WALL, -1, ""},
        {"close_fds", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 7, ""},
        {"flood", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_OUTPUT, -1, NULL},
        {"orphans", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "10000\n"},
        {"daemon", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "gone\n"},
        {"fill_disk", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, NULL},
        {"fill_inodes", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "full full full \n"},
        {"mode_000", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "buried\n"},
        {"read_never", NULL, TESTBED_AMPLE_MS, 0, true, ENDED_BY_ITSELF, 0, "done\n"},
        {"read_forever", NULL, 8000, 0, true, ENDED_BY_WALL, -1, "1048576\n"},
        {"tmpfs_oom", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, ANY, ""},
        {"shm_oom", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, ANY, ""},
        {"shm_oom", "alone", TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, -1, ""},
        {"leave_ipc", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "60 15\n"},
        {"leave_sockets", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "listening\n"},
        {"socket_cycle", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "hidden\n"},
        {"unaccepted", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, -1, NULL},
        {"forge", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 5, NULL},
        {"reach_runner", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "reached 0\n"},
        {"threads", NULL, 1000, 0, false, BY_WALL_OR_MEMORY, -1, ""},
        {"hide_cpu", NULL, TESTBED_AMPLE_MS, 300, false, ENDED_BY_CPU, -1, ""},
        {"hog", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, -1, ""},
        {"hog_child", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_MEMORY, 0, "fine\n"},
        {"siblings", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "10\n"},
        {"acl", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0, "0 Operation not supported\n"},
        {"host_wide", NULL, TESTBED_AMPLE_MS, 0, false, ENDED_BY_ITSELF, 0,
                "label: Operation not permitted\nfilter: Operation not permitted\naddress: Success\n"
                "delay: Success\nsix: Success\nadvice: Success\n"
                "receive buffer: Success\nsend buffer: Success\nsmall\nterminal: Permission denied\n"},
};

static void expect_end(const struct attack *attack)
{
        int ended_by = testbed.outcome.report.ended_by;
        if (attack->ended_by == BY_WALL_OR_MEMORY)
                assert_true(ended_by == ENDED_BY_WALL || ended_by == ENDED_BY_MEMORY);
        else
                assert_int_equal(ended_by, attack->ended_by);
}

static void test_attack(void **state)
{
        const struct attack *attack = *state;
        struct protocol_step step = testbed_step(STEP_RUN, attack->wall_ms);
        step.cpu_ms = attack->cpu_ms;
        testbed_run(attack->name, attack->argument, &step, input, attack->input ? sizeof input : 0);
        if (attack->ended_by == ENDED_BY_MEMORY && runner_ran_out())
                return; /* the next test has a container of its own */
        testbed_expect_over();
        expect_end(attack);
        if (attack->exit_code != ANY)
                assert_int_equal(testbed.outcome.report.exit_code, attack->exit_code);
        if (attack->out)
                assert_string_equal(testbed.outcome.out, attack->out);
        assert_int_equal(testbed.outcome.report.out_bytes + testbed.outcome.report.err_bytes,
                testbed.outcome.out_size + testbed.outcome.err_size);
        testbed_expect_clean();
}

/* The same as the first of two runs of one job: to the second, all must be as if it had never been. */
static void test_attack_before_a_run(void **state)
{
        const struct attack *attack = *state;
        const char *const before[] = {"./attack-before", attack->argument, NULL}, *const canary[] = {
                                                                                          "./attack", NULL};
        struct protocol_step step = testbed_step(STEP_RUN, attack->wall_ms),
                             last = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        uint8_t flags = JOB_MANY_RUNS;
        step.cpu_ms = attack->cpu_ms;
        container_send(&testbed.container, FRAME_JOB, &flags, 1);
        container_send_file(&testbed.container, testbed_path(attack->name), "attack-before");
        container_send_file(&testbed.container, testbed_path("canary"), "attack");
        container_send_step(&testbed.container, &step, before, NULL, input, attack->input ? sizeof input : 0);
        container_collect(&testbed.container, &testbed.outcome);
        if (attack->ended_by == ENDED_BY_MEMORY && runner_ran_out())
                return;
        testbed_expect_over();
        expect_end(attack);
        container_send_step(&testbed.container, &last, canary, NULL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        if (strncmp(testbed.outcome.out, "clean", 5))
                print_error("the canary says: %s", testbed.outcome.out);
        assert_int_equal(strncmp(testbed.outcome.out, "clean", 5), 0);
        testbed_expect_clean();
}

static void test_limits_are_told_truly(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, 700);
        (void)state;
        testbed_run("flood", NULL, &step, NULL, 0);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.truncated, 1);
        assert_int_equal(testbed.outcome.out_size + testbed.outcome.err_size, 1 << 20);
        assert_true(container_reset(&testbed.container));
        int64_t began_us = clock_us();
        testbed_run("read_forever", NULL, &step, NULL, 0);
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_WALL);
        assert_in_range(testbed.outcome.report.wall_us, 700000, clock_us() - began_us);
        assert_int_equal(testbed.outcome.report.signal, SIGKILL);
        assert_true(container_reset(&testbed.container));
        step.cpu_ms = 300;
        step.wall_ms = TESTBED_AMPLE_MS;
        testbed_run("hide_cpu", NULL, &step, NULL, 0);
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_CPU);
        /* It has one processor: a period of the quota more than the time that went by. */
        assert_in_range(testbed.outcome.report.cpu_us, 300000, testbed.outcome.report.wall_us + 100000);
        assert_true(testbed.outcome.report.peak_kib > 0 && testbed.outcome.report.peak_kib < 4096);
        testbed_expect_clean();
}

static void test_one_mebibyte_is_whole(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        (void)state;
        testbed_run("big_pipe", NULL, &step, NULL, 0);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_ITSELF);
        assert_int_equal(testbed.outcome.report.truncated, 0);
        assert_int_equal(testbed.outcome.out_size, 1 << 20);
        assert_int_equal(strspn(testbed.outcome.out, "b"), 1 << 20);
        assert_true(container_reset(&testbed.container));
        testbed_run("big_pipe", "more", &step, NULL, 0);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_OUTPUT);
        assert_int_equal(testbed.outcome.report.truncated, 1);
        assert_int_equal(testbed.outcome.out_size, 1 << 20);
        testbed_expect_clean();
}

static void test_memory_ten_times(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        (void)state;
        for (int i = 0; i < 10; i++) {
                static const char *const hogs[] = {"hog", "tmpfs_oom", "shm_oom"};
                testbed_run(hogs[i % 3], i % 2 ? "alone" : NULL, &step, NULL, 0);
                if (runner_ran_out())
                        return;
                testbed_expect_over();
                assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_MEMORY);
                assert_true(testbed.outcome.report.peak_kib <= 128 * 1024);
                assert_true(container_reset(&testbed.container));
        }
        testbed_expect_clean();
}

static void test_forged_frames_are_output(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        (void)state;
        testbed_run("forge", NULL, &step, NULL, 0);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.exit_code, 5);
        assert_int_equal(testbed.outcome.out_size,
                4 * PROTOCOL_HEADER_SIZE + 2 * PROTOCOL_REPORT_SIZE + PROTOCOL_READY_SIZE + 6);
        testbed_expect_clean();
}

/* In a container of its own, because trees of this size need more inodes than a sandbox has. */
static void test_deep_tree(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        (void)state;
        container_stop(&testbed.container);
        container_start(&testbed.container, 0, MANY_INODES);
        assert_true(container_reset(&testbed.container));
        testbed_run("deep_tree", NULL, &step, NULL, 0);
        testbed_expect_over();
        assert_string_equal(testbed.outcome.out, "10000 10000 10000 \n");
        testbed_expect_clean();
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void add_test(struct CMUnitTest *tests, size_t *count, const char *name, CMUnitTestFunction function,
        const void *state, bool alone)
{
        tests[(*count)++] = (struct CMUnitTest){
                name, function, testbed_begin, alone ? testbed_end : NULL, (void *)(uintptr_t)state};
}

int main(void)
{
        struct CMUnitTest tests[2 * COUNT(attacks) + 5];
        size_t count = 0;
        memset(input, 'i', sizeof input);
        cmocka_set_test_filter(getenv("RUNNER_TEST"));
        for (size_t i = 0; i < COUNT(attacks); i++)
                add_test(tests, &count, attacks[i].name, test_attack, &attacks[i], false);
        for (size_t i = 0; i < COUNT(attacks); i++)
                add_test(tests, &count, attacks[i].name, test_attack_before_a_run, &attacks[i], false);
        add_test(tests, &count, "limits", test_limits_are_told_truly, NULL, false);
        add_test(tests, &count, "one_mebibyte", test_one_mebibyte_is_whole, NULL, false);
        add_test(tests, &count, "memory_ten_times", test_memory_ten_times, NULL, false);
        add_test(tests, &count, "forged_frames", test_forged_frames_are_output, NULL, false);
        add_test(tests, &count, "deep_tree", test_deep_tree, NULL, true);
        return _cmocka_run_group_tests("runner_attacks", tests, count, NULL, testbed_end);
}
