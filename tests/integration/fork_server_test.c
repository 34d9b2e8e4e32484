/* Test cases of a language whose interpreter is forked for each of them (images/runner/fork_server.c):
 * nothing of that may be seen, and nobody may profit from it. */
#include "tests/integration/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

/* One sandbox: what one request leaves behind, the next would find. */
static int start(void **state)
{
        struct service_options options = {.pool_max = 1, .queue_timeout_s = 60};
        (void)state;
        return fixture_start(&options);
}

#define CASES_3                                                                                              \
        "\"testCases\": [{\"expectedOutput\": \"\"}, {\"expectedOutput\": \"\"}, {\"expectedOutput\": "      \
        "\"\"}]"

static const char *output_of(const json_t *answer, size_t index)
{
        const json_t *results = json_object_get(json_object_get(answer, "tests"), "results");
        const char *text = json_string_value(json_object_get(json_array_get(results, index), "output"));
        return text ? text : "(none)";
}

static json_t *run_cases(const char *code, const char *more)
{
        json_t *answer = fixture_run("python", code, more);
        assert_non_null(answer);
        return answer;
}

/* Strings' hashes are seeded at an interpreter's start: the same seed says that there was one, and only for
 * one request. */
static void one_interpreter_a_request(void **state)
{
        static const char code[] = "print(hash('sandpool'))\n";
        (void)state;
        json_t *first = run_cases(code, CASES_3), *second = run_cases(code, CASES_3);
        assert_true(strlen(output_of(first, 0)) > 4);
        assert_string_equal(output_of(first, 0), output_of(first, 1));
        assert_string_equal(output_of(first, 0), output_of(first, 2));
        assert_string_not_equal(output_of(first, 0), output_of(second, 0));
        json_decref(first);
        json_decref(second);
}

/* Everything about itself that a program can easily see, but for what differs between any two runs. */
static const char self_portrait[] =
        "import sys, os, signal, resource, threading, gc, site\n"
        "names = sorted(os.environ.items())\n"
        "print(names, sys.argv, sys.orig_argv, __name__, __file__, sys.path, sys.flags, os.getcwd(), "
        "site.USER_SITE)\n"
        "print(sorted(set(sys.modules) - {'sitecustomize'}), sorted(globals()), "
        "sys.path_importer_cache.keys())\n"
        "print([os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in range(3)], "
        "len(os.listdir('/proc/self/fd')))\n"
        "print([(s, signal.getsignal(s)) for s in signal.valid_signals()], threading.active_count(), "
        "gc.isenabled())\n"
        "print([resource.getrlimit(n) for n in range(16)], os.nice(0), os.getppid(), os.umask(0), "
        "os.getgroups())\n"
        "print(os.getsid(0) == os.getpid(), os.getresuid() == os.getresgid(), "
        "open('/proc/self/oom_score_adj').read())\n"
        "print(sys.stdin, sys.stdout, sys.stderr, sys.stdin.buffer.raw, sys.stdout.line_buffering, "
        "sys.stdin.read())\n"
        "status = dict(line.rstrip().split(':', 1) for line in open('/proc/self/status'))\n"
        "print([status[k] for k in ('CapPrm', 'CapEff', 'CapInh', 'CapAmb', 'NoNewPrivs', 'Seccomp', "
        "'Groups', 'SigBlk', 'SigIgn')])\n"
        "import traceback\n"
        "print(len(traceback.extract_stack()), sys.getrecursionlimit())\n"
        "try:\n    os.wait()\nexcept ChildProcessError as e:\n    print(e)\n";

static void it_looks_like_any_run(void **state)
{
        (void)state;
        json_t *alone = fixture_run("python", self_portrait, "\"stdin\": \"abc\"");
        json_t *cases = run_cases(self_portrait, "\"stdin\": \"abc\", \"testCases\": [{\"expectedOutput\": "
                                                 "\"\"}, {\"expectedOutput\": \"\"}]");
        assert_non_null(alone);
        assert_string_equal(fixture_text(alone, "stderr"), "");
        assert_true(strlen(fixture_text(alone, "output")) > 1000);
        assert_string_equal(output_of(cases, 0), fixture_text(alone, "output"));
        assert_string_equal(output_of(cases, 1), fixture_text(alone, "output"));
        json_decref(alone);
        json_decref(cases);
}

/* Uncaught exceptions, exit codes and signals are told as of any run. */
static void ends_are_told_alike(void **state)
{
        static const char code[] = "import os, sys\n"
                                   "def f():\n    raise ValueError('x')\n"
                                   "n = int(input())\n"
                                   "if n == 1:\n    f()\n"
                                   "if n == 2:\n    sys.exit(3)\n"
                                   "if n == 3:\n    os.kill(os.getpid(), 11)\n";
        static const struct {
                const char *given;
                const char *error; /* of a case */
        } ends[] = {{"1", "ValueError: x"}, {"2", "3"}, {"3", "SIGSEGV"}};
        char more[160];
        (void)state;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
                snprintf(more, sizeof more, "\"stdin\": \"%s\"", ends[i].given);
                json_t *alone = fixture_run("python", code, more);
                snprintf(more, sizeof more, "\"testCases\": [{\"input\": \"%s\", \"expectedOutput\": \"\"}]",
                        ends[i].given);
                json_t *cases = run_cases(code, more);
                assert_non_null(alone);
                assert_non_null(strstr(fixture_text(alone, "error"), ends[i].error));
                assert_string_equal(fixture_text(cases, "error"), fixture_text(alone, "error"));
                assert_true(
                        json_equal(json_object_get(cases, "exitCode"), json_object_get(alone, "exitCode")));
                assert_true(json_equal(json_object_get(cases, "signal"), json_object_get(alone, "signal")));
                json_decref(alone);
                json_decref(cases);
        }
}

/* Arguments of a case's own: another command line, which the server is not for. */
static void arguments_of_a_case(void **state)
{
        (void)state;
        json_t *answer = run_cases("import sys\nprint(sys.argv[1:])\n",
                "\"args\": [\"all\"], \"testCases\": [{\"expectedOutput\": \"['all']\"},"
                "{\"args\": [\"x\", \"y z\"], \"expectedOutput\": \"['x', 'y z']\"}, {\"args\": [], "
                "\"expectedOutput\": \"[]\"}, {\"expectedOutput\": \"['all']\"}]");
        assert_string_equal(fixture_text(answer, "status"), "success");
        json_decref(answer);
}

/* Of all that the server is, a program sees that it is there. */
static void nobody_touches_the_server(void **state)
{
        static const char code[] = "import os, signal\n"
                                   "others = [int(n) for n in os.listdir('/proc') if n.isdigit() and int(n) "
                                   "not in (1, os.getpid())]\n"
                                   "print(len(others))\n"
                                   "def attempt(what, *args):\n"
                                   "    try:\n        what(*args)\n        print(what.__name__, 'worked')\n"
                                   "    except PermissionError:\n        print('denied')\n"
                                   "for pid in others:\n"
                                   "    attempt(os.kill, pid, signal.SIGKILL)\n"
                                   "    attempt(os.kill, pid, signal.SIGSTOP)\n"
                                   "    attempt(open, f'/proc/{pid}/mem', 'r+b')\n"
                                   "    attempt(open, f'/proc/{pid}/environ')\n"
                                   "    attempt(os.listdir, f'/proc/{pid}/fd')\n"
                                   "    attempt(open, f'/proc/{pid}/oom_score_adj', 'w')\n"
                                   "    attempt(os.setpriority, os.PRIO_PROCESS, pid, 19)\n"
                                   "    attempt(os.sched_setaffinity, pid, {0})\n"
                                   "    attempt(os.pidfd_open, pid)\n";
        (void)state;
        json_t *answer = run_cases(code, CASES_3);
        for (size_t i = 0; i < 3; i++) {
                assert_int_equal(strncmp(output_of(answer, i), "1\ndenied\ndenied\n", 16), 0);
                /* A pidfd can be had of anybody; it gives no right that a pid does not. */
                const char *worked = strstr(output_of(answer, i), "worked");
                if (worked)
                        assert_ptr_equal(worked, strstr(output_of(answer, i), "pidfd_open worked") + 11);
        }
        assert_string_equal(output_of(answer, 0), output_of(answer, 2));
        json_decref(answer);
}

/* What a request brings is never looked at with the server's rights. */
static void nothing_is_imported_as_root(void **state)
{
        (void)state;
        json_t *answer =
                run_cases(NULL, "\"files\": ["
                                "{\"name\": \"main.py\", \"content\": \"print('main')\"},"
                                "{\"name\": \"usercustomize.py\", \"content\": \"import os; print('cwd', "
                                "os.getuid() == 0)\"},"
                                "{\"name\": \"sitecustomize.py\", \"content\": \"import os; print('cwd', "
                                "os.getuid() == 0)\"},"
                                "{\"name\": \"os.py\", \"content\": \"print('cwd os')\"},"
                                "{\"name\": \".local/lib/python3.13/site-packages/usercustomize.py\","
                                " \"content\": \"import os; print('user', os.getuid() == 0)\"},"
                                "{\"name\": \".local/lib/python3.13/site-packages/x.pth\","
                                " \"content\": \"import os; print('pth', os.getuid() == 0)\\n\"}]," CASES_3);
        for (size_t i = 0; i < 3; i++) {
                assert_null(strstr(output_of(answer, i), "True"));
                assert_null(strstr(output_of(answer, i), "cwd"));
                assert_non_null(strstr(output_of(answer, i), "main\n"));
        }
        json_decref(answer);
}

/* What a case leaves running ends with it, whatever the server's fate; and the next one starts as clean. */
static void left_processes(void **state)
{
        static const char code[] = "import os, time\n"
                                   "print(len([n for n in os.listdir('/proc') if n.isdigit()]))\n"
                                   "for i in range(20):\n"
                                   "    if not os.fork():\n        os.setsid()\n        time.sleep(60)\n";
        (void)state;
        json_t *answer = run_cases(code, CASES_3);
        for (size_t i = 0; i < 3; i++)
                assert_string_equal(output_of(answer, i), "3\n");
        json_decref(answer);
}

/* Memory, time and output limits end a case as ever, and the cases after it are run. */
static void limits_in_the_middle(void **state)
{
        static const char code[] = "n = int(input())\n"
                                   "if n == 1:\n    x = bytearray(500 << 20)\n"
                                   "if n == 2:\n    while True: pass\n"
                                   "if n == 3:\n    while True: print('x' * 10000)\n"
                                   "print(n)\n";
        static const char *const reasons[] = {
                NULL, "memory_limit", NULL, "time_limit", NULL, "output_limit", NULL};
        (void)state;
        json_t *answer = run_cases(code,
                "\"timeout\": 8, \"testCases\": [{\"input\": \"0\", \"expectedOutput\": \"0\"},"
                "{\"input\": \"1\", \"expectedOutput\": \"1\"}, {\"input\": \"0\", \"expectedOutput\": "
                "\"0\"},"
                "{\"input\": \"2\", \"expectedOutput\": \"2\"}, {\"input\": \"0\", \"expectedOutput\": "
                "\"0\"},"
                "{\"input\": \"3\", \"expectedOutput\": \"3\"}, {\"input\": \"0\", \"expectedOutput\": "
                "\"0\"}]");
        const json_t *results = json_object_get(json_object_get(answer, "tests"), "results");
        assert_int_equal(json_array_size(results), 7);
        for (size_t i = 0; i < 7; i++) {
                const char *reason = json_string_value(json_object_get(json_array_get(results, i), "reason"));
                if (reasons[i])
                        assert_string_equal(reason, reasons[i]);
                else
                        assert_null(reason);
        }
        json_decref(answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_interpreter_a_request),
                cmocka_unit_test(it_looks_like_any_run),
                cmocka_unit_test(ends_are_told_alike),
                cmocka_unit_test(arguments_of_a_case),
                cmocka_unit_test(nobody_touches_the_server),
                cmocka_unit_test(nothing_is_imported_as_root),
                cmocka_unit_test(left_processes),
                cmocka_unit_test(limits_in_the_middle),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
