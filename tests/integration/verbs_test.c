/* The command line, for people who edit the registry: run, check, check-code, image-config, and what broken
 * YAML says. */
#include "tests/integration/answer.h"
#include "tests/integration/service.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct service place; /* configuration alone; nothing is served */
static char binary[512];

static int prepare(void **state)
{
        struct error err = {0};
        (void)state;
        service_binary_path(binary, sizeof binary);
        struct service_options options = {.pool_max = 2, .warm = {{"python", 1}}};
        if (service_prepare(&place, &options, &err) == 0)
                return 0;
        print_error("%s\n", err.text);
        return -1;
}

static int clean_up(void **state)
{
        struct error err = {0};
        (void)state;
        int rc = service_stop(&place, &err);
        if (rc)
                print_error("%s\n", err.text);
        return rc;
}

static void write_file(const char *path, const char *text)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, text, strlen(text), -1, NULL), 0);
        close(fd);
}

struct said {
        int code;
        char out[65536], err[65536];
};

static void say(struct said *said, const char *first, const char *second, const char *third,
        const char *fourth, const char *fifth)
{
        const char *argv[] = {binary, "--config", place.settings, first, second, third, fourth, fifth, NULL};
        struct buffer out = BUFFER_MAX(65535), errors = BUFFER_MAX(65535);
        struct error err = {0};
        said->code = spawn_run(argv, 300000, &out, &errors, &err);
        snprintf(said->out, sizeof said->out, "%.*s", (int)out.size, out.data ? out.data : "");
        snprintf(said->err, sizeof said->err, "%.*s", (int)errors.size, errors.data ? errors.data : "");
        buffer_clear(&out);
        buffer_clear(&errors);
        if (said->code < 0)
                fail_msg("%s", err.text);
}

/* Containers of `run` have a label of their own; none may be left. */
static void no_container_is_left(void)
{
        struct error err = {0};
        char *said = spawn_text(&err, "docker", "ps", "-a", "--filter", "label=sandpool.instance", "--format",
                "{{.Label \"sandpool.instance\"}}", NULL);
        if (!said)
                fail_msg("%s", err.text);
        assert_null(strstr(said, place.instance));
        free(said);
}

static void run_prints_and_exits_as_the_program_does(void **state)
{
        static const struct {
                const char *name, *code, *out, *err;
                int status;
        } rows[] = {
                {"ok.py", "print('out')", "out\n", "", 0},
                {"three.py", "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)", "out\n",
                        "err\n", 3},
                {"hello.js", "console.log('js')", "js\n", "", 0},
                {"hello.cpp", "#include <iostream>\nint main() { std::cout << \"cpp\\n\"; return 7; }",
                        "cpp\n", NULL, 7},
                {"crash.cpp", "#include <csignal>\nint main() { raise(SIGSEGV); }", "", NULL, 128 + 11},
                {"broken.cpp", "int main() { return x; }", "", NULL, 127},
                {"blocked.py", "import os\n", "", NULL, 126},
        };
        static struct said said;
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                char path[128];
                snprintf(path, sizeof path, "%s/%s", place.dir, rows[i].name);
                write_file(path, rows[i].code);
                say(&said, "run", path, NULL, NULL, NULL);
                if (said.code != rows[i].status)
                        fail_msg("%s: exit status %d: %s", rows[i].name, said.code, said.err);
                assert_string_equal(said.out, rows[i].out);
                if (rows[i].err)
                        assert_string_equal(said.err, rows[i].err);
                else
                        assert_true(*said.err);
        }
        no_container_is_left();
}

static void run_takes_input_and_prints_json(void **state)
{
        static struct said said;
        struct error err = {0};
        char program[128], input[128];
        (void)state;
        snprintf(program, sizeof program, "%s/program.txt", place.dir);
        snprintf(input, sizeof input, "%s/input", place.dir);
        write_file(program, "print(input())");
        write_file(input, "the input");
        char option[160];
        snprintf(option, sizeof option, "--stdin=%s", input);
        say(&said, "run", "--language=py", option, "--json", program);
        assert_int_equal(said.code, 0);
        json_t *json = json_loads(said.out, 0, NULL);
        if (answer_check_result(json, &err))
                fail_msg("%s: %s", err.text, said.out);
        assert_string_equal(json_string_value(json_object_get(json, "output")), "the input\n");
        json_decref(json);
        no_container_is_left();
}

static void run_of_what_is_not_there(void **state)
{
        static struct said said;
        char path[128];
        (void)state;
        say(&said, "run", "/nonexistent.py", NULL, NULL, NULL);
        assert_int_not_equal(said.code, 0);
        assert_non_null(strstr(said.err, "/nonexistent.py"));
        snprintf(path, sizeof path, "%s/program.xyz", place.dir);
        write_file(path, "1");
        say(&said, "run", path, NULL, NULL, NULL);
        assert_int_not_equal(said.code, 0);
        assert_true(*said.err);
}

static void check_finds_this_machine_good(void **state)
{
        static struct said said;
        (void)state;
        say(&said, "check", "--languages", NULL, NULL, NULL);
        if (said.code)
                fail_msg("exit status %d:\n%s%s", said.code, said.out, said.err);
        assert_non_null(strstr(said.out, "python"));
        assert_null(strstr(said.out, "FAILED"));
        no_container_is_left();
}

static void image_config_is_json(void **state)
{
        static struct said said;
        (void)state;
        say(&said, "image-config", "cpp", NULL, NULL, NULL);
        assert_int_equal(said.code, 0);
        json_t *json = json_loads(said.out, JSON_REJECT_DUPLICATES, NULL);
        assert_true(json_is_object(json));
        json_decref(json);
        say(&said, "image-config", "klingon", NULL, NULL, NULL);
        assert_int_not_equal(said.code, 0);
        say(&said, "image-config", NULL, NULL, NULL, NULL);
        assert_int_equal(said.code, 0);
        assert_non_null(strstr(said.out, "\npython true sandpool/python\n"));
        assert_non_null(strstr(said.out, "\npowershell false sandpool/powershell\n"));
}

/* Replace the settings' first line from by to, ask for check and serve, put it back. */
static void broken_settings(const char *from, const char *to, const char *says, bool in_language)
{
        static struct said said;
        char path[128], *text = NULL, *found, *made = NULL;
        struct error err = {0};
        if (in_language)
                snprintf(path, sizeof path, "%s/languages/python.yaml", place.dir);
        else
                snprintf(path, sizeof path, "%s", place.settings);
        assert_true(io_read_file(path, 1 << 20, &text, &err) > 0);
        found = strstr(text, from);
        assert_non_null(found);
        assert_true(asprintf(&made, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from)) > 0);
        write_file(path, made);
        static const char *const verbs[] = {"check", "serve"};
        for (size_t i = 0; i < 2; i++) {
                say(&said, verbs[i], NULL, NULL, NULL, NULL);
                if (!said.code || (!strstr(said.err, says) && !strstr(said.out, says)))
                        fail_msg("%s: exit status %d, expected \"%s\":\n%s%s", verbs[i], said.code, says,
                                said.out, said.err);
        }
        write_file(path, text);
        free(text);
        free(made);
}

static void broken_yaml_names_file_and_line(void **state)
{
        char line[160];
        (void)state;
        snprintf(line, sizeof line, "%s:7: ", place.settings);
        broken_settings("workers: 32", "workers: many", line, false);
        broken_settings("workers: 32", "workers: -1", line, false);
        broken_settings("workers: 32", "workers: 32\nworkers: 32", "sandpool.yaml:8: ", false);
        broken_settings("workers: 32", "wokers: 32", "(did you mean 'workers'?)", false);
        broken_settings("workers: 32", "workers: [32", "sandpool.yaml:", false);
        broken_settings("workers: 32", "\tworkers: 32", "sandpool.yaml:7", false);
        broken_settings("limits:\n", "limits:\n  timeout: {max: 300}\n",
                "sandpool.yaml:23: 'max' must be a number between 0.01 and 80 seconds", false);
        broken_settings("limits:\n", "limits:\n  timeout: {max: 61}\n",
                "c.yaml:23: compiling and a run may take 80 seconds together, not 20 and 61", false);
        broken_settings("[off, strict]", "[off, lenient]", "lenient", false);
        broken_settings("id: python", "id: pyhton", "python.yaml:1: ", true);
        broken_settings("  cpu: 0.5", "  cpu: fast", "python.yaml:", true);
        broken_settings("run:", "ruhn:", "(did you mean 'run'?)", true);
        broken_settings("aliases: [python3, py]", "aliases: [python3, js]", "js", true);
        broken_settings("'^MemoryError\\b'", "'^Memory(Error'", "python.yaml:", true);
}

static void check_code_takes_a_language_and_files(void **state)
{
        static struct said said;
        char path[128];
        (void)state;
        snprintf(path, sizeof path, "%s/blocked.py", place.dir);
        write_file(path, "import os\n");
        say(&said, "check-code", "--language=python", "--policy=strict", path, NULL);
        assert_int_equal(said.code, 1);
        assert_non_null(strstr(said.out, "blocked.py:1:8: error: "));
        assert_non_null(strstr(said.out, " [python-os]\n"));
        say(&said, "check-code", "--language=python", "--policy=standard", path, path);
        assert_int_equal(said.code, 0);
        say(&said, "check-code", path, NULL, NULL, NULL);
        assert_int_equal(said.code, 2);
        say(&said, "check-code", "--language=python", NULL, NULL, NULL);
        assert_int_equal(said.code, 2);
        say(&said, "check-code", "--langauge=python", path, NULL, NULL);
        assert_int_equal(said.code, 2);
}

static void version_and_help(void **state)
{
        struct error err = {0};
        (void)state;
        char *version = spawn_text(&err, binary, "--version", NULL);
        char *help = spawn_text(&err, binary, "--help", NULL);
        if (!version || !help)
                fail_msg("%s", err.text);
        assert_memory_equal(version, "sandpool ", 9);
        static const char *const verbs[] = {"serve", "check", "run", "check-code", "image-config"};
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
                assert_non_null(strstr(help, verbs[i]));
        free(version);
        free(help);
        assert_null(spawn_text(NULL, binary, "dance", NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(version_and_help),
                cmocka_unit_test(image_config_is_json),
                cmocka_unit_test(check_code_takes_a_language_and_files),
                cmocka_unit_test(run_prints_and_exits_as_the_program_does),
                cmocka_unit_test(run_takes_input_and_prints_json),
                cmocka_unit_test(run_of_what_is_not_there),
                cmocka_unit_test(check_finds_this_machine_good),
                cmocka_unit_test(broken_yaml_names_file_and_line),
        };
        return cmocka_run_group_tests(tests, prepare, clean_up);
}
