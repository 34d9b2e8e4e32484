/* conf/sandpool.yaml: shipped values, paths, ranges, how values fit together. */
#include "tests/unit/model_files.h"

static struct settings *load(const char *text, struct error *err)
{
        err->text[0] = '\0';
        return settings_load(file_text("conf/sandpool.yaml", text), err);
}

/* What the file says and what holds without it must not drift apart. */
static void shipped_file_says_the_defaults(void **state)
{
        struct error err = {""};
        struct settings *shipped = settings_load("conf/sandpool.yaml", &err);
        struct settings *empty = load("workers: 32\n", &err);
        (void)state;

        assert_string_equal(err.text, "");
        assert_non_null(shipped);
        assert_non_null(empty);
        assert_memory_equal(&shipped->limits, &empty->limits, sizeof shipped->limits);
        assert_string_equal(shipped->run_dir, empty->run_dir);
        assert_string_equal(shipped->socket_group, empty->socket_group);
        assert_string_equal(shipped->worker_user, empty->worker_user);
        assert_string_equal(shipped->broker_user, empty->broker_user);
        assert_string_equal(shipped->docker_socket, empty->docker_socket);
        assert_string_equal(shipped->instance, empty->instance);
        assert_string_equal(shipped->default_language, empty->default_language);
        assert_string_equal(shipped->default_policy, empty->default_policy);
        assert_string_equal(shipped->log_file, empty->log_file);
        assert_null(shipped->selectable_policies[0]);
        assert_int_equal(shipped->workers, empty->workers);
        assert_int_equal(shipped->backlog, empty->backlog);
        assert_string_equal(shipped->tcp, empty->tcp);
        assert_int_equal(shipped->engine_timeout_ms, empty->engine_timeout_ms);
        assert_int_equal(shipped->pool_max, empty->pool_max);
        assert_int_equal(shipped->queue_timeout_ms, empty->queue_timeout_ms);
        assert_int_equal(shipped->idle_ms, empty->idle_ms);
        assert_int_equal(shipped->reuse, empty->reuse);
        assert_int_equal(shipped->max_age_ms, empty->max_age_ms);
        assert_int_equal(shipped->uid_base, empty->uid_base);
        assert_int_equal(shipped->drain_timeout_ms, empty->drain_timeout_ms);
        assert_int_equal(shipped->log_level, empty->log_level);
        assert_int_equal(shipped->uid_base, 0x40000000);
        assert_int_equal(shipped->limits.timeout_ms.value, 10000);
        assert_int_equal(shipped->limits.timeout_ms.min, 100);
        assert_int_equal(shipped->limits.output_bytes, 1024 * 1024);
        settings_free(shipped);
        settings_free(empty);
}

static void paths_are_relative_to_the_file(void **state)
{
        struct error err;
        struct settings *settings =
                load("languages: {directory: l}\npolicies: {directory: /p}\nseccomp: s.json\n"
                     "log: {file: log/x, level: debug}\n",
                        &err);
        char expected[256];
        (void)state;

        assert_non_null(settings);
        snprintf(expected, sizeof expected, "%s/conf/l", folder);
        assert_string_equal(settings->languages_dir, expected);
        assert_string_equal(settings->policies_dir, "/p");
        snprintf(expected, sizeof expected, "%s/conf/s.json", folder);
        assert_string_equal(settings->seccomp_file, expected);
        snprintf(expected, sizeof expected, "%s/conf/log/x", folder);
        assert_string_equal(settings->log_file, expected);
        snprintf(expected, sizeof expected, "%s/conf/sandpool.yaml", folder);
        assert_string_equal(settings->path, expected);
        assert_int_equal(settings->log_level, LOG_LEVEL_DEBUG);
        settings_free(settings);
}

/* A relative path to the settings themselves must do as well: `sandpool serve conf/sandpool.yaml`. */
static void relative_settings_file_gives_absolute_paths(void **state)
{
        struct error err = {""};
        struct settings *settings = settings_load("conf/sandpool.yaml", &err);
        (void)state;

        assert_non_null(settings);
        assert_int_equal(settings->languages_dir[0], '/');
        assert_non_null(strstr(settings->languages_dir, "/conf/languages"));
        settings_free(settings);
}

static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"wrokers: 3\n", "unknown key 'wrokers' (did you mean 'workers'?)"},
                {"\npool:\n  resue: 3\n", "unknown key 'resue' (did you mean 'reuse'?)"},
                {"workers: 0\n", "'workers' must be a whole number between 1 and 190"},
                {"limits: {memory: {default: 1024}}\n",
                        "'memory': default 1024 is not between 32 and 512 MiB"},
                {"limits: {timeout: {min: 20}}\n", "'timeout': default 10 is not between 20 and 30 seconds"},
                {"\nlimits:\n  timeout: {max: 81}\n", "'max' must be a number between 0.01 and 80 seconds"},
                {"limits: {compile_timeout: 81}\n",
                        "'compile_timeout' must be a number between 0.1 and 80 seconds"},
                {"limits: {request_time: 76}\n", "'request_time' must be a number between 1 and 75 seconds"},
                {"limits: {workspace: 96}\n", "workspace, tmp and shm (128 MiB together) live in memory and "
                                              "must stay below its default, 128 MiB"},
                {"limits: {code: 3 MiB}\n", "'code' must not be larger than 'body'"},
                {"\nlimits:\n  code: 800 KiB\n  workspace: 1\n",
                        "'code' must be smaller than 'workspace', by 256 KiB at least"},
                {"limits: {workspace_inodes: 1023}\n",
                        "'workspace_inodes' must be a whole number between 1024 and 1000000"},
                {"\nlimits:\n  code: 2 MiB\n  file: 1 MiB\n", "'code' must not be larger than 'file'"},
                {"\nlimits:\n  stdin: 2 MiB\n  file: 1 MiB\n", "'stdin' must not be larger than 'file'"},
                {"limits: {body: 32 MiB, stdin: 9 MiB}\n",
                        "'stdin' must be a whole number between 0 and 8388608 bytes"},
                {"\nlimits:\n  arg_size: 16 KiB\n",
                        "64 arguments of 'arg_size' must not have more than 960 KiB together"},
                {"limits: {files: 65}\n", "'files' must be a whole number between 1 and 64"},
                {"docker: {instance: 'a b'}\n", "'instance' must be letters, digits, '.', '_' and '-'"},
                {"pool: {cpus: '0-'}\n", "'cpus' must be a list of processors such as 0-2,5, not '0-'"},
                {"pool: {cpus: 3-1}\n", "'cpus' must be a list of processors such as 0-2,5, not '3-1'"},
                {"pool: {cpus: '1,'}\n", "'cpus' must be a list of processors such as 0-2,5, not '1,'"},
                {"docker: {instance: ''}\n", "'instance' must not be empty"},
                {"pool: {uid_base: 1000}\n",
                        "'uid_base' must be a whole number between 16777216 and 3758096384"},
                {"log: {level: loud}\n", "'level' must be one of debug, info, warning, error"},
                {"listen: 8080\n", "'listen' must be a map of keys and values"},
                {"policies: {selectable: strict}\n", "'selectable' must be a list"},
        };
        char expected[512];
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err;
                unsigned line = 1;
                const char *start = cases[i].text;

                assert_null(load(start, &err));
                if (*start == '\n')
                        line = 3;
                snprintf(expected, sizeof expected, "conf/sandpool.yaml:%u: %s", line, cases[i].message);
                assert_string_equal(without_folder(err.text), expected);
        }
}

static void the_largest_requests_are_not_refused(void **state)
{
        static const char *const texts[] = {"limits: {body: 32 MiB, stdin: 8 MiB, file: 8 MiB}\n",
                "limits: {code: 1 MiB, stdin: 1 MiB, file: 1 MiB}\n",
                "limits: {args: 192, arg_size: 5 KiB}\n", "limits: {code: 768 KiB, workspace: 1 MiB}\n"};
        (void)state;

        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                struct error err;
                struct settings *settings = load(texts[i], &err);
                assert_string_equal(err.text, "");
                assert_non_null(settings);
                settings_free(settings);
        }
}

static void missing_file_is_named(void **state)
{
        struct error err = {""};
        (void)state;

        assert_null(settings_load("/nowhere/sandpool.yaml", &err));
        assert_non_null(strstr(err.text, "/nowhere/sandpool.yaml"));
        settings_free(NULL);
}

static void names_what_needs_a_restart(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"workers: 3\npool: {max: 7}\nlog: {level: debug}\n", ""},
                {"workers: 3\nlisten:\n  tcp: 127.0.0.1:9\n",
                        "conf/sandpool.yaml:3: a change of 'listen.tcp' needs a restart"},
                {"docker: {instance: other}\n",
                        "conf/sandpool.yaml:1: a change of 'docker.instance' needs a restart"},
                {"pool:\n  max: 1\n  uid_base: 0x50000000\n",
                        "conf/sandpool.yaml:3: a change of 'pool.uid_base' needs a restart"},
        };
        struct error err;
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct settings *now = load("workers: 32\n", &err);
                struct settings *next = load(cases[i].text, &err);
                assert_non_null(next);
                assert_int_equal(settings_fixed(now, next, &err), *cases[i].message ? -1 : 0);
                assert_string_equal(without_folder(err.text), cases[i].message);
                settings_free(now);
                settings_free(next);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(shipped_file_says_the_defaults, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(paths_are_relative_to_the_file, folder_make, folder_remove),
                cmocka_unit_test(relative_settings_file_gives_absolute_paths),
                cmocka_unit_test_setup_teardown(refuses, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(
                        the_largest_requests_are_not_refused, folder_make, folder_remove),
                cmocka_unit_test(missing_file_is_named),
                cmocka_unit_test_setup_teardown(names_what_needs_a_restart, folder_make, folder_remove),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
