/* The runner against hostile programs, in a container with the full hardening: what each attack comes to
 * stands in a table, and after each of them the same container must be clean. Needs Docker, the image
 * sandpool/base (or the one that RUNNER_IMAGE names) and what tests/attacks/ holds, built. */
#include "fcgi/base/clock.h"
#include "tests/integration/runner_container.h"
#include "tests/integration/service_places.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define ANY (-2)
#define AMPLE 60000 /* of what ends by itself, or by another limit */
#define INODES 4096
#define MANY_INODES 40000

static struct container container;
static struct outcome outcome;
static char input[1 << 20];
static bool sound; /* the container is as after a reset: the test before went through */

static const char *attack_path(const char *name)
{
        static char path[600];
        char relative[128];
        snprintf(relative, sizeof relative, "attacks/%s", name);
        service_built_path(relative, path, sizeof path);
        return path;
}

static struct protocol_step step_of(enum step_kind kind, uint32_t wall_ms)
{
        return (struct protocol_step){.kind = (uint8_t)kind,
                .processes = 1,
                .wall_ms = wall_ms,
                .output_bytes = 1 << 20,
                .file_bytes = 16 << 20,
                .open_files = 256};
}

/* Runs the program called name from build/attacks with one argument or none. */
static void run(const char *name, const char *argument, const struct protocol_step *step, const char *in,
        size_t in_size)
{
        const char *const argv[] = {"./attack", argument, NULL};
        container_send_file(&container, attack_path(name), "attack");
        container_send_step(&container, step, argv, NULL, in, in_size);
        container_collect(&container, &outcome);
}

static void expect_over(void)
{
        if (!outcome.over)
                print_error("no report: %s\n", *outcome.fault ? outcome.fault : "the container ended");
        assert_true(outcome.over);
}

/* With memory full of files that nobody can be killed for, the kernel now and then ends the runner itself,
 * and with it the container: SIGKILL, and nothing else, ends it then. (The service asks Docker, and says
 * memory_limit.) */
static bool runner_ran_out(void)
{
        if (outcome.over || *outcome.fault)
                return false;
        assert_int_equal(container_wait(&container), 128 + SIGKILL);
        return true;
}

static void expect_clean(void)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        assert_true(container_reset(&container));
        run("canary", NULL, &step, NULL, 0);
        expect_over();
        if (strncmp(outcome.out, "clean", 5))
                print_error("the canary says: %s", outcome.out);
        assert_int_equal(strncmp(outcome.out, "clean", 5), 0);
        assert_int_equal(outcome.report.ended_by, ENDED_BY_ITSELF);
        assert_true(container_reset(&container));
        sound = true;
}

static const struct attack {
        const char *name, *argument;
        uint32_t wall_ms, cpu_ms;
        bool input;
        int ended_by, exit_code;
        const char *out; /* NULL: whatever */
} attacks[] = {
        {"fork_bomb", NULL, 1000, 0, false, ENDED_BY_WALL, -1, ""},
        {"kill_all", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "-1 Operation not permitted\n"},
        {"stop_all", NULL, 700, 0, false, ENDED_BY_WALL, -1, ""},
        {"close_fds", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 7, ""},
        {"flood", NULL, AMPLE, 0, false, ENDED_BY_OUTPUT, -1, NULL},
        {"orphans", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "10000\n"},
        {"daemon", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "gone\n"},
        {"fill_disk", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, NULL},
        {"fill_inodes", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "full full full \n"},
        {"mode_000", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "buried\n"},
        {"read_never", NULL, AMPLE, 0, true, ENDED_BY_ITSELF, 0, "done\n"},
        {"read_forever", NULL, 8000, 0, true, ENDED_BY_WALL, -1, "1048576\n"},
        {"tmpfs_oom", NULL, AMPLE, 0, false, ENDED_BY_MEMORY, ANY, ""},
        {"shm_oom", NULL, AMPLE, 0, false, ENDED_BY_MEMORY, ANY, ""},
        {"shm_oom", "alone", AMPLE, 0, false, ENDED_BY_MEMORY, -1, ""},
        {"leave_ipc", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "60 15\n"},
        {"leave_sockets", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "listening\n"},
        {"socket_cycle", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "hidden\n"},
        {"forge", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 5, NULL},
        {"reach_runner", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "reached 0\n"},
        {"threads", NULL, 1000, 0, false, ENDED_BY_WALL, -1, ""},
        {"hide_cpu", NULL, AMPLE, 300, false, ENDED_BY_CPU, -1, ""},
        {"hog", NULL, AMPLE, 0, false, ENDED_BY_MEMORY, -1, ""},
        {"hog_child", NULL, AMPLE, 0, false, ENDED_BY_MEMORY, 0, "fine\n"},
        {"siblings", NULL, AMPLE, 0, false, ENDED_BY_ITSELF, 0, "10\n"},
};

static void test_attack(void **state)
{
        const struct attack *attack = *state;
        struct protocol_step step = step_of(STEP_RUN, attack->wall_ms);
        step.cpu_ms = attack->cpu_ms;
        run(attack->name, attack->argument, &step, input, attack->input ? sizeof input : 0);
        if (attack->ended_by == ENDED_BY_MEMORY && runner_ran_out())
                return; /* the next test has a container of its own */
        expect_over();
        assert_int_equal(outcome.report.ended_by, attack->ended_by);
        if (attack->exit_code != ANY)
                assert_int_equal(outcome.report.exit_code, attack->exit_code);
        if (attack->out)
                assert_string_equal(outcome.out, attack->out);
        assert_int_equal(
                outcome.report.out_bytes + outcome.report.err_bytes, outcome.out_size + outcome.err_size);
        expect_clean();
}

/* The same as the first of two runs of one job: to the second, all must be as if it had never been. */
static void test_attack_before_a_run(void **state)
{
        const struct attack *attack = *state;
        const char *const before[] = {"./attack-before", attack->argument, NULL}, *const canary[] = {
                                                                                          "./attack", NULL};
        struct protocol_step step = step_of(STEP_RUN, attack->wall_ms), last = step_of(STEP_RUN, AMPLE);
        uint8_t flags = JOB_MANY_RUNS;
        step.cpu_ms = attack->cpu_ms;
        container_send(&container, FRAME_JOB, &flags, 1);
        container_send_file(&container, attack_path(attack->name), "attack-before");
        container_send_file(&container, attack_path("canary"), "attack");
        container_send_step(&container, &step, before, NULL, input, attack->input ? sizeof input : 0);
        container_collect(&container, &outcome);
        if (attack->ended_by == ENDED_BY_MEMORY && runner_ran_out())
                return;
        expect_over();
        assert_int_equal(outcome.report.ended_by, attack->ended_by);
        container_send_step(&container, &last, canary, NULL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        if (strncmp(outcome.out, "clean", 5))
                print_error("the canary says: %s", outcome.out);
        assert_int_equal(strncmp(outcome.out, "clean", 5), 0);
        expect_clean();
}

static void test_limits_are_told_truly(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, 700);
        (void)state;
        run("flood", NULL, &step, NULL, 0);
        expect_over();
        assert_int_equal(outcome.report.truncated, 1);
        assert_int_equal(outcome.out_size + outcome.err_size, 1 << 20);
        assert_true(container_reset(&container));
        int64_t began_us = clock_us();
        run("read_forever", NULL, &step, NULL, 0);
        assert_int_equal(outcome.report.ended_by, ENDED_BY_WALL);
        assert_in_range(outcome.report.wall_us, 700000, clock_us() - began_us);
        assert_int_equal(outcome.report.signal, SIGKILL);
        assert_true(container_reset(&container));
        step.cpu_ms = 300;
        step.wall_ms = AMPLE;
        run("hide_cpu", NULL, &step, NULL, 0);
        assert_int_equal(outcome.report.ended_by, ENDED_BY_CPU);
        /* It has one processor: a period of the quota more than the time that went by. */
        assert_in_range(outcome.report.cpu_us, 300000, outcome.report.wall_us + 100000);
        assert_true(outcome.report.peak_kib > 0 && outcome.report.peak_kib < 4096);
        expect_clean();
}

static void test_one_mebibyte_is_whole(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        (void)state;
        run("big_pipe", NULL, &step, NULL, 0);
        expect_over();
        assert_int_equal(outcome.report.ended_by, ENDED_BY_ITSELF);
        assert_int_equal(outcome.report.truncated, 0);
        assert_int_equal(outcome.out_size, 1 << 20);
        assert_int_equal(strspn(outcome.out, "b"), 1 << 20);
        assert_true(container_reset(&container));
        run("big_pipe", "more", &step, NULL, 0);
        expect_over();
        assert_int_equal(outcome.report.ended_by, ENDED_BY_OUTPUT);
        assert_int_equal(outcome.report.truncated, 1);
        assert_int_equal(outcome.out_size, 1 << 20);
        expect_clean();
}

static void test_memory_ten_times(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        (void)state;
        for (int i = 0; i < 10; i++) {
                static const char *const hogs[] = {"hog", "tmpfs_oom", "shm_oom"};
                run(hogs[i % 3], i % 2 ? "alone" : NULL, &step, NULL, 0);
                if (runner_ran_out())
                        return;
                expect_over();
                assert_int_equal(outcome.report.ended_by, ENDED_BY_MEMORY);
                assert_true(outcome.report.peak_kib <= 128 * 1024);
                assert_true(container_reset(&container));
        }
        expect_clean();
}

static void test_forged_frames_are_output(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        (void)state;
        run("forge", NULL, &step, NULL, 0);
        expect_over();
        assert_int_equal(outcome.report.exit_code, 5);
        assert_int_equal(outcome.out_size,
                4 * PROTOCOL_HEADER_SIZE + 2 * PROTOCOL_REPORT_SIZE + PROTOCOL_READY_SIZE + 6);
        expect_clean();
}

static void test_two_processes(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        static const char *const drive[] = {"./attack", "drive", NULL}, *const answer[] = {
                                                                                "./attack", "answer", NULL};
        (void)state;
        step.processes = 2;
        container_send_file(&container, attack_path("peer"), "attack");
        container_send_step(&container, &step, drive, answer, "mine\n", 5);
        container_collect(&container, &outcome);
        expect_over();
        assert_string_equal(outcome.out, "mine\n42 0\n0\n");
        assert_non_null(strstr(outcome.err, "from the driver\n"));
        assert_non_null(strstr(outcome.err, "from the other\n"));
        assert_int_equal(outcome.report.exit_code, 4);
        expect_clean();
}

/* The program that a suite tests can neither read, change nor disturb the suite; compiling neither. */
static void test_suite(void **state)
{
        struct protocol_step compile = step_of(STEP_COMPILE, AMPLE), step = step_of(STEP_RUN, AMPLE);
        static const char *const make[] = {"./attack", "compile", NULL};
        static const char *const drive[] = {"/workspace/attack", "drive", NULL};
        static const char *const tested[] = {"./attack", "tested", NULL};
        (void)state;
        container_send_file(&container, attack_path("suite"), "attack");
        container_send_bytes(&container, "data", "mine");
        container_send_suite(&container, "secret", "42\n");
        container_send_suite(&container, "folder/secret", "43\n");
        container_send_step(&container, &compile, make, NULL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        assert_string_equal(outcome.out, "reached 0\n");
        step.processes = 2;
        container_send_step(&container, &step, drive, tested, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        assert_string_equal(outcome.out, "/tmp/suite 42 43 hears: reached 0, owns 1\n");
        assert_int_equal(outcome.report.exit_code, 6);
        expect_clean();
}

static unsigned uid_in(const char *text)
{
        const char *at = strstr(text, "uid ");
        return at ? (unsigned)strtoul(at + 4, NULL, 10) : 0;
}

/* Runs of one job see what compiling made, and nothing of each other; none can change what the others get. */
static void test_many_runs(void **state)
{
        struct protocol_step compile = step_of(STEP_COMPILE, AMPLE), step = step_of(STEP_RUN, AMPLE);
        static const char *const make[] = {"./attack", "compile", NULL}, *const use[] = {"./attack", NULL};
        uint8_t flags = JOB_MANY_RUNS;
        unsigned uids[3];
        (void)state;
        container_send(&container, FRAME_JOB, &flags, 1);
        container_send_file(&container, attack_path("writer"), "attack");
        container_send_bytes(&container, "sub/data", "data");
        container_send_step(&container, &compile, make, NULL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        assert_int_equal(outcome.report.kind, STEP_COMPILE);
        assert_int_equal(outcome.report.exit_code, 0);
        for (int i = 0; i < 3; i++) {
                container_send_step(&container, &step, use, NULL, NULL, 0);
                container_collect(&container, &outcome);
                expect_over();
                uids[i] = uid_in(outcome.out);
                /* ".", "..", attack, sub, product, directory */
                assert_int_equal(
                        strncmp(outcome.out, "6 entries, 0 changes, temporary gone, note gone,", 48), 0);
                assert_true(uids[i] >= 1879048192);
        }
        assert_true(uids[0] != uids[1] && uids[1] != uids[2] && uids[0] != uids[2]);
        expect_clean();
}

/* With one run the files are its own. */
static void test_one_run_owns_its_files(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        static const char *const use[] = {"./attack", NULL};
        (void)state;
        container_send_file(&container, attack_path("writer"), "attack");
        container_send_bytes(&container, "sub/data", "data");
        container_send_step(&container, &step, use, NULL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        /* It may write sub/data and sub/note, and remove its files; a running program's file cannot be opened
         * for writing. */
        assert_non_null(strstr(outcome.out, " 3 changes"));
        expect_clean();
}

static void test_no_start(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        static const char *const missing[] = {"no-such-program", NULL};
        (void)state;
        container_send_step(&container, &step, missing, NULL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        assert_int_equal(outcome.report.ended_by, ENDED_BY_NO_START);
        assert_int_equal(outcome.report.exit_code, ENOENT);
        expect_clean();
}

static void start_endless(void)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        static const char *const argv[] = {"./attack", NULL};
        container_send_file(&container, attack_path("read_forever"), "attack");
        container_send_step(&container, &step, argv, NULL, NULL, 0);
}

static void test_kill(void **state)
{
        (void)state;
        container_send(&container, FRAME_KILL, NULL, 0); /* nothing runs: ignored */
        start_endless();
        assert_true(container_receive(&container));
        assert_int_equal(container.type, FRAME_STDOUT);
        container_send(&container, FRAME_KILL, NULL, 0);
        container_collect(&container, &outcome);
        expect_over();
        assert_int_equal(outcome.report.ended_by, ENDED_BY_KILL);
        container_send(&container, FRAME_KILL, NULL, 0);
        expect_clean();
}

static void test_ping(void **state)
{
        (void)state;
        start_endless();
        container_send(&container, FRAME_PING, "12345678", 8);
        do
                assert_true(container_receive(&container));
        while (container.type == FRAME_STDOUT);
        assert_int_equal(container.type, FRAME_PONG);
        assert_int_equal(container.size, 8);
        assert_memory_equal(container.frame, "12345678", 8);
        assert_true(container_reset(&container));
}

/* At every point of a job, also while output comes that nobody reads. */
static void test_reset_at_any_time(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        static const char *const argv[] = {"./attack", NULL};
        (void)state;
        start_endless();
        expect_clean();
        step.output_bytes = UINT32_MAX;
        container_send_file(&container, attack_path("flood"), "attack");
        container_send_step(&container, &step, argv, NULL, NULL, 0);
        assert_true(container_receive(&container));
        expect_clean();
        container_send(&container, FRAME_FILE, "\x10\0\0\0\0half", 9);
        container_send(&container, FRAME_DATA, "12345678", 8);
        expect_clean();
        container_send_step(&container, &step, argv, NULL, NULL, 0);
        expect_clean();
}

/* In a container of its own, because trees of this size need more inodes than a sandbox has. */
static void test_deep_tree(void **state)
{
        struct protocol_step step = step_of(STEP_RUN, AMPLE);
        (void)state;
        container_stop(&container);
        container_start(&container, 0, MANY_INODES);
        assert_true(container_reset(&container));
        run("deep_tree", NULL, &step, NULL, 0);
        expect_over();
        assert_string_equal(outcome.out, "10000 10000 10000 \n");
        expect_clean();
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
        container_stop(&container);
        container_start(&container, 0, INODES);
        assert_true(container_reset(&container));
        container_send_raw(&container, bad->bytes, bad->size);
        container_collect(&container, &outcome);
        assert_false(outcome.over);
        assert_true(outcome.fault[0] != '\0');
        assert_int_equal(container_wait(&container), 1);
}

static void test_end_of_input_ends_it(void **state)
{
        (void)state;
        start_endless();
        assert_true(container_receive(&container));
        assert_int_equal(container_stop(&container), 0);
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
        {WITHOUT_TIME_WAIT, HARDENING_TIME_WAIT},
        {WITHOUT_SECCOMP, HARDENING_SECCOMP},
};

static void test_self_test(void **state)
{
        const struct without *without = *state;
        container_stop(&container);
        container_start(&container, without->pieces, INODES);
        assert_true(container_reset(&container));
        assert_int_equal(container.missing, without->missing);
}

static int teardown(void **state)
{
        (void)state;
        if (container.pid > 0)
                container_stop(&container);
        container.pid = 0;
        sound = false;
        return 0;
}

/* A fresh container where the test before left none, or failed. */
static int setup(void **state)
{
        if (!sound) {
                teardown(state);
                container_start(&container, 0, INODES);
                if (!container_reset(&container))
                        return -1;
        }
        sound = false;
        return 0;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void add_test(struct CMUnitTest *tests, size_t *count, const char *name, CMUnitTestFunction function,
        const void *state, bool alone)
{
        tests[(*count)++] =
                (struct CMUnitTest){name, function, setup, alone ? teardown : NULL, (void *)(uintptr_t)state};
}

int main(void)
{
        struct CMUnitTest tests[150];
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
        add_test(tests, &count, "two_processes", test_two_processes, NULL, false);
        add_test(tests, &count, "suite", test_suite, NULL, false);
        add_test(tests, &count, "many_runs", test_many_runs, NULL, false);
        add_test(tests, &count, "one_run", test_one_run_owns_its_files, NULL, false);
        add_test(tests, &count, "no_start", test_no_start, NULL, false);
        add_test(tests, &count, "kill", test_kill, NULL, false);
        add_test(tests, &count, "ping", test_ping, NULL, false);
        add_test(tests, &count, "reset_at_any_time", test_reset_at_any_time, NULL, false);
        add_test(tests, &count, "deep_tree", test_deep_tree, NULL, true);
        add_test(tests, &count, "end_of_input", test_end_of_input_ends_it, NULL, true);
        for (size_t i = 0; i < COUNT(bad_frames); i++)
                add_test(tests, &count, "bad_frames", test_bad_frames_end_it, &bad_frames[i], true);
        for (size_t i = 0; i < COUNT(withouts); i++)
                add_test(tests, &count, "self_test", test_self_test, &withouts[i], true);
        return _cmocka_run_group_tests("runner_attacks", tests, count, NULL, teardown);
}
