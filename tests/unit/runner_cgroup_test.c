/* The sandbox's counters: cgroup v1 as a container on Linux 6.18 had them after an out-of-memory kill, v2 in
 * the form of Linux's Documentation/admin-guide/cgroup-v2.rst. */
#include "images/runner/cgroup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void expect(
        const char *root, uint64_t kills, uint64_t cpu_us, uint64_t refaults, uint64_t limit, uint64_t pids)
{
        struct cgroup cgroup;
        uint64_t number;
        cgroup_open(&cgroup, root);
        for (int again = 0; again < 2; again++) {
                assert_int_equal(cgroup_oom_kills(&cgroup, &number), 0);
                assert_int_equal(number, kills);
                assert_int_equal(cgroup_cpu_us(&cgroup, &number), 0);
                assert_int_equal(number, cpu_us);
                assert_int_equal(cgroup_refaults(&cgroup, &number), 0);
                assert_int_equal(number, refaults);
                assert_int_equal(cgroup_memory_limit(&cgroup, &number), 0);
                assert_int_equal(number, limit);
                assert_int_equal(cgroup_pids_limit(&cgroup, &number), 0);
                assert_int_equal(number, pids);
        }
        cgroup_close(&cgroup);
}

static void test_version1(void **state)
{
        (void)state;
        expect("tests/unit/data/cgroup_v1", 1, 102291, 2, 128 << 20, 65);
}

static void test_version2(void **state)
{
        (void)state;
        expect("tests/unit/data/cgroup_v2", 2, 632982469, 40960, 128 << 20, UINT64_MAX);
}

static void test_no_cgroup(void **state)
{
        struct cgroup cgroup;
        uint64_t number;
        (void)state;
        cgroup_open(&cgroup, "tests/unit/data/no-such-folder");
        assert_int_equal(cgroup_oom_kills(&cgroup, &number), -1);
        assert_int_equal(cgroup_cpu_us(&cgroup, &number), -1);
        assert_int_equal(cgroup_memory_limit(&cgroup, &number), -1);
        assert_false(cgroup_thrashed(&cgroup, 0));
        cgroup_close(&cgroup);
}

/* 128 MiB are 32,768 pages of 4 KiB. */
static void test_thrashing(void **state)
{
        struct cgroup cgroup;
        (void)state;
        if (sysconf(_SC_PAGESIZE) != 4096)
                skip();
        cgroup_open(&cgroup, "tests/unit/data/cgroup_v2");
        assert_true(cgroup_thrashed(&cgroup, 0));
        assert_true(cgroup_thrashed(&cgroup, 40960 - 32769));
        assert_false(cgroup_thrashed(&cgroup, 40960 - 32768));
        assert_false(cgroup_thrashed(&cgroup, 50000));
        cgroup_close(&cgroup);
}

static void write_file(const char *folder, const char *name, const char *text)
{
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
}

/* A key that only begins like the one, one in the midst of a line, numbers that are none: a counter is
 * unknown rather than 0. */
static void test_malformed(void **state)
{
        static const char *const texts[] = {"", "oom_kill", "oom_kill ", "oom_kill x\n", "oom_kill -1\n",
                "oom_kill 1x\n", "xoom_kill 1\n", "oom_kill_disable 1\n", "a oom_kill 1\n",
                "oom_kill 99999999999999999999999\n"};
        char folder[] = "/tmp/cgroup-XXXXXX", path[300];
        struct cgroup cgroup;
        uint64_t number;
        (void)state;
        assert_non_null(mkdtemp(folder));
        write_file(folder, "cgroup.controllers", "");
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                write_file(folder, "memory.events", texts[i]);
                cgroup_open(&cgroup, folder);
                assert_int_equal(cgroup_oom_kills(&cgroup, &number), -1);
                cgroup_close(&cgroup);
        }
        snprintf(path, sizeof path, "%s/memory.events", folder);
        unlink(path);
        snprintf(path, sizeof path, "%s/cgroup.controllers", folder);
        unlink(path);
        rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_version1),
                cmocka_unit_test(test_version2),
                cmocka_unit_test(test_no_cgroup),
                cmocka_unit_test(test_thrashing),
                cmocka_unit_test(test_malformed),
        };
        return cmocka_run_group_tests_name("runner_cgroup", tests, NULL, NULL);
}
