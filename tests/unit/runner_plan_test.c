/* The description of a step, the frames on their way out, and the pieces of the self-test that are only text.
 */
#include "images/runner/inspect.h"
#include "images/runner/outgoing.h"
#include "images/runner/plan.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct protocol_step one = {.kind = STEP_RUN, .processes = 1, .wall_ms = 1};

static void test_plan_bounds(void **state)
{
        static char much[PROTOCOL_TEXT_MAX];
        struct plan plan = {.input = -1};
        (void)state;
        memset(much, 'x', sizeof much);
        plan_begin(&plan, &one);
        assert_int_equal(plan_add_arg(&plan, 0, "a", 1), 0);
        assert_int_equal(plan_add_arg(&plan, 0, "", 0), 0);
        assert_int_equal(plan_add_arg(&plan, 1, "a", 1), -1); /* no such process */
        assert_int_equal(plan_add_arg(&plan, 0, "a\0b", 3), -1);
        assert_int_equal(plan_add_env(&plan, 0, "A=b", 3), 0);
        assert_int_equal(plan_add_env(&plan, 0, "A", 1), -1);
        assert_int_equal(plan_add_env(&plan, 0, "", 0), -1);
        assert_int_equal(plan_add_arg(&plan, 0, much, sizeof much), -1);
        assert_int_equal(plan_add_arg(&plan, 0, much, sizeof much - plan.used - 1), 0);
        assert_int_equal(plan_add_arg(&plan, 0, "", 0), -1);
        assert_string_equal(plan.programs[0].argv[0], "a");
        assert_string_equal(plan.programs[0].argv[1], "");
        assert_null(plan.programs[0].argv[3]);
        plan_begin(&plan, &one);
        assert_int_equal(plan.programs[0].args, 0);
        for (int i = 0; i < PROTOCOL_ARGS_MAX; i++)
                assert_int_equal(plan_add_arg(&plan, 0, "a", 1), 0);
        assert_int_equal(plan_add_arg(&plan, 0, "a", 1), -1);
        plan_end(&plan);
}

/* A fork server has an environment, and no arguments of its own; only a run has one. */
static void test_plan_fork_server(void **state)
{
        const struct protocol_step compile = {.kind = STEP_COMPILE, .processes = 1, .wall_ms = 1};
        struct plan plan = {.input = -1};
        (void)state;
        plan_begin(&plan, &one);
        assert_int_equal(plan_add_env(&plan, PROTOCOL_FORK_SERVER, "A=b", 3), 0);
        assert_int_equal(plan_add_arg(&plan, PROTOCOL_FORK_SERVER, "a", 1), -1);
        assert_string_equal(plan.server.env[0], "A=b");
        assert_int_equal(plan.programs[0].envs, 0);
        plan_begin(&plan, &compile);
        assert_int_equal(plan.server.envs, 0);
        assert_int_equal(plan_add_env(&plan, PROTOCOL_FORK_SERVER, "A=b", 3), -1);
        plan_end(&plan);
}

static void test_plan_input_is_sealed(void **state)
{
        struct plan plan = {.input = -1};
        char bytes[8];
        (void)state;
        plan_begin(&plan, &one);
        assert_int_equal(plan_input_open(&plan), 0);
        assert_int_equal(plan_input_add(&plan, "he", 2), 0);
        assert_int_equal(plan_input_add(&plan, "llo", 3), 0);
        assert_int_equal(plan_input_seal(&plan), 0);
        assert_int_equal(write(plan.input, "x", 1), -1);
        assert_int_equal(ftruncate(plan.input, 0), -1);
        assert_int_equal(read(plan.input, bytes, sizeof bytes), 5);
        assert_memory_equal(bytes, "hello", 5);
        int fd = plan.input;
        plan_end(&plan);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* Output may fill the buffer; a report must fit nevertheless, and everything arrives in order. */
static void test_outgoing(void **state)
{
        static uint8_t report[PROTOCOL_REPORT_SIZE], got[OUTGOING_SIZE];
        size_t room, total = 0, have = 0;
        int ends[2];
        (void)state;
        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
        for (;;) {
                char *at = outgoing_reserve(&room);
                if (!room)
                        break;
                size_t part = room < 30000 ? room : 30000;
                memset(at, 'o', part);
                outgoing_commit(1, part);
                total += part;
        }
        assert_true(total > OUTGOING_SIZE / 2);
        assert_int_equal(outgoing_put(FRAME_REPORT, report, sizeof report), 0);
        while (outgoing_put(FRAME_PONG, report, 8) == 0)
                ;
        while (!outgoing_is_empty()) {
                ssize_t part;
                assert_int_equal(outgoing_flush(ends[1]), 0);
                while ((part = read(ends[0], got + have, sizeof got - have)) > 0)
                        have += (size_t)part;
        }
        size_t at = 0, output = 0;
        int reports = 0;
        while (at < have) {
                uint8_t type;
                uint32_t length;
                assert_int_equal(protocol_get_header(got + at, &type, &length), 0);
                assert_true(type == FRAME_STDOUT || type == FRAME_REPORT || type == FRAME_PONG);
                if (type == FRAME_STDOUT)
                        output += length;
                reports += type == FRAME_REPORT;
                at += PROTOCOL_HEADER_SIZE + length;
        }
        assert_int_equal(at, have);
        assert_int_equal(output, total);
        assert_int_equal(reports, 1);
        outgoing_put(FRAME_PONG, report, 8);
        outgoing_drop();
        assert_true(outgoing_is_empty());
        close(ends[0]);
        assert_int_equal(outgoing_put(FRAME_PONG, report, 8), 0);
        signal(SIGPIPE, SIG_IGN);
        assert_int_equal(outgoing_flush(ends[1]), -1);
        close(ends[1]);
}

static void test_mounts(void **state)
{
        static const struct {
                const char *line;
                bool limited;
        } cases[] = {
                {"142 125 0:51 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=32768k,nr_inodes=4096",
                        true},
                {"142 125 0:51 / /tmp rw,nosuid,nodev,relatime shared:1 master:2 - tmpfs x "
                 "rw,nr_inodes=1,size=1k",
                        true},
                {"142 125 0:51 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=32768k", false},
                {"142 125 0:51 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,nr_inodes=4096", false},
                {"142 125 0:51 / /tmp rw,nodev,relatime - tmpfs tmpfs rw,size=32768k,nr_inodes=4096", false},
                {"142 125 0:51 / /tmp rw,nosuid,nodevs,relatime - tmpfs tmpfs rw,size=32768k,nr_inodes=4096",
                        false},
                {"142 125 0:51 / /tmp rw,nosuid,nodev - ext4 tmpfs rw,size=32768k,nr_inodes=4096", false},
                {"142 125 0:51 / /tmpx rw,nosuid,nodev - tmpfs tmpfs rw,size=32768k,nr_inodes=4096", false},
                {"142 125 0:51 /tmp / rw,nosuid,nodev - tmpfs tmpfs rw,size=32768k,nr_inodes=4096", false},
                {"142 125 0:51 / /tmp rw,nosuid,nodev - tmpfs", false},
                {"142 125", false},
                {"", false},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char line[200];
                strcpy(line, cases[i].line);
                assert_int_equal(inspect_mount_is_limited(line, "/tmp"), cases[i].limited);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plan_bounds),
                cmocka_unit_test(test_plan_fork_server),
                cmocka_unit_test(test_plan_input_is_sealed),
                cmocka_unit_test(test_outgoing),
                cmocka_unit_test(test_mounts),
        };
        return cmocka_run_group_tests_name("runner_plan", tests, NULL, NULL);
}
