/* The runner's protocol, in a container with the full hardening: jobs of several processes and runs, orders
 * that come at any time, frames that end it, and what it finds missing where a piece of the hardening is left
 * out. Needs the same as runner_attacks_test. */
#include "tests/integration/testbed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void test_two_processes(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const drive[] = {"./attack", "drive", NULL}, *const answer[] = {
                                                                                "./attack", "answer", NULL};
        (void)state;
        step.processes = 2;
        container_send_file(&testbed.container, testbed_path("peer"), "attack");
        container_send_step(&testbed.container, &step, drive, answer, "mine\n", 5);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_string_equal(testbed.outcome.out, "mine\n42 0\n0\n");
        assert_non_null(strstr(testbed.outcome.err, "from the driver\n"));
        assert_non_null(strstr(testbed.outcome.err, "from the other\n"));
        assert_int_equal(testbed.outcome.report.exit_code, 4);
        testbed_expect_clean();
}

/* The program that a suite tests can neither read, change nor disturb the suite; compiling neither. */
static void test_suite(void **state)
{
        struct protocol_step compile = testbed_step(STEP_COMPILE, TESTBED_AMPLE_MS),
                             step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const make[] = {"./attack", "compile", NULL};
        static const char *const drive[] = {"/workspace/attack", "drive", NULL};
        static const char *const tested[] = {"./attack", "tested", NULL};
        (void)state;
        container_send_file(&testbed.container, testbed_path("suite"), "attack");
        container_send_bytes(&testbed.container, "data", "mine");
        container_send_suite(&testbed.container, "secret", "42\n");
        container_send_suite(&testbed.container, "folder/secret", "43\n");
        container_send_step(&testbed.container, &compile, make, NULL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_string_equal(testbed.outcome.out, "reached 0\n");
        step.processes = 2;
        container_send_step(&testbed.container, &step, drive, tested, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_string_equal(testbed.outcome.out, "/tmp/suite 42 43 hears: reached 0, owns 1\n");
        assert_int_equal(testbed.outcome.report.exit_code, 6);
        testbed_expect_clean();
}

static unsigned uid_in(const char *text)
{
        const char *at = strstr(text, "uid ");
        return at ? (unsigned)strtoul(at + 4, NULL, 10) : 0;
}

/* Runs of one job see what compiling made, and nothing of each other; none can change what the others get. */
static void test_many_runs(void **state)
{
        struct protocol_step compile = testbed_step(STEP_COMPILE, TESTBED_AMPLE_MS),
                             step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const make[] = {"./attack", "compile", NULL}, *const use[] = {"./attack", NULL};
        uint8_t flags = JOB_MANY_RUNS;
        unsigned uids[3];
        (void)state;
        container_send(&testbed.container, FRAME_JOB, &flags, 1);
        container_send_file(&testbed.container, testbed_path("writer"), "attack");
        container_send_bytes(&testbed.container, "sub/data", "data");
        container_send_step(&testbed.container, &compile, make, NULL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.kind, STEP_COMPILE);
        assert_int_equal(testbed.outcome.report.exit_code, 0);
        for (int i = 0; i < 3; i++) {
                container_send_step(&testbed.container, &step, use, NULL, NULL, 0);
                container_collect(&testbed.container, &testbed.outcome);
                testbed_expect_over();
                uids[i] = uid_in(testbed.outcome.out);
                /* ".", "..", attack, sub, product, directory */
                assert_int_equal(
                        strncmp(testbed.outcome.out, "6 entries, 0 changes, temporary gone, note gone,", 48),
                        0);
                assert_true(uids[i] >= 1879048192);
        }
        assert_true(uids[0] != uids[1] && uids[1] != uids[2] && uids[0] != uids[2]);
        testbed_expect_clean();
}

/* With one run the files are its own. */
static void test_one_run_owns_its_files(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const use[] = {"./attack", NULL};
        (void)state;
        container_send_file(&testbed.container, testbed_path("writer"), "attack");
        container_send_bytes(&testbed.container, "sub/data", "data");
        container_send_step(&testbed.container, &step, use, NULL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        /* It may write sub/data and sub/note, and remove its files; a running program's file cannot be opened
         * for writing. */
        assert_non_null(strstr(testbed.outcome.out, " 3 changes"));
        testbed_expect_clean();
}

static void test_no_start(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const missing[] = {"no-such-program", NULL};
        (void)state;
        container_send_step(&testbed.container, &step, missing, NULL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_NO_START);
        assert_int_equal(testbed.outcome.report.exit_code, ENOENT);
        testbed_expect_clean();
}

static void start_endless(void)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const argv[] = {"./attack", NULL};
        container_send_file(&testbed.container, testbed_path("read_forever"), "attack");
        container_send_step(&testbed.container, &step, argv, NULL, NULL, 0);
}

static void test_kill(void **state)
{
        (void)state;
        container_send(&testbed.container, FRAME_KILL, NULL, 0); /* nothing runs: ignored */
        start_endless();
        assert_true(container_receive(&testbed.container));
        assert_int_equal(testbed.container.type, FRAME_STDOUT);
        container_send(&testbed.container, FRAME_KILL, NULL, 0);
        container_collect(&testbed.container, &testbed.outcome);
        testbed_expect_over();
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_KILL);
        container_send(&testbed.container, FRAME_KILL, NULL, 0);
        testbed_expect_clean();
}

static void test_ping(void **state)
{
        (void)state;
        start_endless();
        container_send(&testbed.container, FRAME_PING, "12345678", 8);
        do
                assert_true(container_receive(&testbed.container));
        while (testbed.container.type == FRAME_STDOUT);
        assert_int_equal(testbed.container.type, FRAME_PONG);
        assert_int_equal(testbed.container.size, 8);
        assert_memory_equal(testbed.container.frame, "12345678", 8);
        assert_true(container_reset(&testbed.container));
}

/* At every point of a job, also while output comes that nobody reads. */
static void test_reset_at_any_time(void **state)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        static const char *const argv[] = {"./attack", NULL};
        (void)state;
        start_endless();
        testbed_expect_clean();
        step.output_bytes = UINT32_MAX;
        container_send_file(&testbed.container, testbed_path("flood"), "attack");
        container_send_step(&testbed.container, &step, argv, NULL, NULL, 0);
        assert_true(container_receive(&testbed.container));
        testbed_expect_clean();
        container_send(&testbed.container, FRAME_FILE, "\x10\0\0\0\0half", 9);
        container_send(&testbed.container, FRAME_DATA, "12345678", 8);
        testbed_expect_clean();
        container_send_step(&testbed.container, &step, argv, NULL, NULL, 0);
        testbed_expect_clean();
}

struct bad_frames {
        const char *bytes;
        size_t size;
};
#define BAD(text)                                                                                            \
        {                                                                                                    \
                text, sizeof text - 1                                                                        \
        }

static const struct bad_frames bad_frames[] = {
        BAD("GET / HTTP/1.1\r\n\r\n"),
        BAD("\1\0\1\0\5\0\0\0"),                              /* 65,537 bytes */
        BAD("\xff\xff\xff\xff\5\0\0\0"),                      /* 4 GiB */
        BAD("\0\0\0\0\x0a\0\0\0"),                            /* START before STEP */
        BAD("\1\0\0\0\5\0\0\0x"),                             /* DATA before FILE */
        BAD("\0\0\0\0\x63\0\0\0"),                            /* no such frame */
        BAD("\0\0\0\0\x0b\0\0\1"),                            /* a reserved byte */
        BAD("\6\0\0\0\4\0\0\0\1\0\0\0\0/"),                   /* a file called "/" */
        BAD("\x0b\0\0\0\4\0\0\0\1\0\0\0\0../etc"),            /* a file outside */
        BAD("\x08\0\0\0\4\0\0\0\1\0\0\0\0a\nb"),              /* a control character */
        BAD("\6\0\0\0\4\0\0\0\1\0\0\0\0a\2\0\0\0\5\0\0\0xy"), /* more data than announced */
        BAD("\1\0\0\0\3\0\0\0\xf0"),                          /* unknown flags */
        BAD("\6\0\0\0\4\0\0\0\0\0\0\0\4a"),                   /* unknown flags of a file */
        BAD("\x07\0\0\0\4\0\0\0\0\0\0\0\2.."),                /* a suite's file outside */
        /* a suite in a job with several runs */
        BAD("\1\0\0\0\3\0\0\0\1\6\0\0\0\4\0\0\0\0\0\0\0\2a"),
        /* a suite and a run of one process */
        BAD("\6\0\0\0\4\0\0\0\0\0\0\0\2a\x18\0\0\0\6\0\0\0\1\1\0\0"
            "\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0"),
};

static void test_bad_frames_end_it(void **state)
{
        const struct bad_frames *bad = *state;
        container_stop(&testbed.container);
        container_start(&testbed.container, 0, TESTBED_INODES);
        assert_true(container_reset(&testbed.container));
        container_send_raw(&testbed.container, bad->bytes, bad->size);
        container_collect(&testbed.container, &testbed.outcome);
        assert_false(testbed.outcome.over);
        assert_true(testbed.outcome.fault[0] != '\0');
        assert_int_equal(container_wait(&testbed.container), 1);
}

static void test_end_of_input_ends_it(void **state)
{
        (void)state;
        start_endless();
        assert_true(container_receive(&testbed.container));
        assert_int_equal(container_stop(&testbed.container), 0);
}

static const struct without {
        unsigned pieces;
        uint32_t missing;
} withouts[] = {
        {0, 0},
        {WITHOUT_READ_ONLY, HARDENING_READ_ONLY_ROOT},
        {WITHOUT_TMPFS, HARDENING_TMPFS},
        {WITHOUT_CAP_DROP, HARDENING_CAPABILITIES},
        {WITHOUT_NO_NEW_PRIVS, HARDENING_NO_NEW_PRIVS},
        {WITHOUT_MEMORY, HARDENING_MEMORY_LIMIT},
        {WITHOUT_PIDS, HARDENING_PROCESS_LIMIT},
        {WITHOUT_CORE, HARDENING_CORE_LIMIT},
        {WITHOUT_TIME_WAIT, HARDENING_TCP_FORGETS},
        {WITHOUT_TCP_METRICS, HARDENING_TCP_FORGETS},
        {WITHOUT_TCP_BUFFERS, HARDENING_TCP_BUFFERS},
        {WITHOUT_SECCOMP, HARDENING_SECCOMP},
};

static void test_self_test(void **state)
{
        const struct without *without = *state;
        container_stop(&testbed.container);
        container_start(&testbed.container, without->pieces, TESTBED_INODES);
        assert_true(container_reset(&testbed.container));
        assert_int_equal(testbed.container.missing, without->missing);
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
        struct CMUnitTest tests[8 + COUNT(bad_frames) + 1 + COUNT(withouts)];
        size_t count = 0;
        cmocka_set_test_filter(getenv("RUNNER_TEST"));
        add_test(tests, &count, "two_processes", test_two_processes, NULL, false);
        add_test(tests, &count, "suite", test_suite, NULL, false);
        add_test(tests, &count, "many_runs", test_many_runs, NULL, false);
        add_test(tests, &count, "one_run", test_one_run_owns_its_files, NULL, false);
        add_test(tests, &count, "no_start", test_no_start, NULL, false);
        add_test(tests, &count, "kill", test_kill, NULL, false);
        add_test(tests, &count, "ping", test_ping, NULL, false);
        add_test(tests, &count, "reset_at_any_time", test_reset_at_any_time, NULL, false);
        add_test(tests, &count, "end_of_input", test_end_of_input_ends_it, NULL, true);
        for (size_t i = 0; i < COUNT(bad_frames); i++)
                add_test(tests, &count, "bad_frames", test_bad_frames_end_it, &bad_frames[i], true);
        for (size_t i = 0; i < COUNT(withouts); i++)
                add_test(tests, &count, "self_test", test_self_test, &withouts[i], true);
        return _cmocka_run_group_tests("runner_protocol", tests, count, NULL, testbed_end);
}
