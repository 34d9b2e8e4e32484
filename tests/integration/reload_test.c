/* A configuration taken anew by a service that goes on serving: languages come, change and go, workers too,
 * and mistakes change nothing. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/processes.h"
#include "tests/integration/reloaded.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/toy_language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RELOAD_MS 300000

/* `sandpool reload`: its exit status, what it said into said. */
static int reload(char said[1024])
{
        const char *argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        struct buffer out = BUFFER_MAX(1023);
        struct error err = {0};
        int code = spawn_run(argv, RELOAD_MS, &out, NULL, &err);
        snprintf(said, 1024, "%.*s", (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
        if (code < 0)
                fail_msg("%s", err.text);
        return code;
}

static void must_refuse(const char *why)
{
        char said[1024];
        assert_int_equal(reload(said), 1);
        if (!strstr(said, why))
                fail_msg("not '%s' but: %s", why, said);
}

/* What GET /readyz says about the configuration: "" when all is well. */
static void configuration_error(char error[1024])
{
        struct error err = {0};
        json_t *ready = service_await(&fixture, "/readyz", &err);
        if (!ready)
                fail_msg("%s", err.text);
        json_t *configuration = json_object_get(ready, "configuration");
        snprintf(error, 1024, "%s", fixture_text(configuration, "error"));
        assert_int_equal(json_is_true(json_object_get(configuration, "ok")), !*error);
        json_decref(ready);
}

/* Their containers' names, which are the caller's then. */
static bool there_are_toys(void *names)
{
        char **toys = names;
        free(*toys);
        *toys = reloaded_containers("toy");
        return **toys;
}

/* The one that their tag means now. */
static void toys_have_their_image(void)
{
        char *image = toy_language_image();
        reloaded_await_inspected("toy", "{{.Image}}", image);
        free(image);
}

static void a_language_comes_and_goes(void **state)
{
        struct error err = {0};
        (void)state;
        struct http_request request = {.port = fixture.port,
                .path = "/api/execute",
                .body = "{\"language\": \"toy\", \"code\": \"say hi\"}"};
        struct http_response response = {0};
        char *python = reloaded_containers("python");
        toy_language_build("!");
        toy_language_write("hello!");
        conf_edit_reload();
        reloaded_says("toy", "say here I am # not said", "here I am!\n");
        json_t *languages = service_await(&fixture, "/api/languages", &err);
        char *list = json_dumps(languages, 0);
        assert_non_null(strstr(list, "\"toy\""));
        free(list);
        json_decref(languages);

        toys_have_their_image();
        char *toys = reloaded_containers("toy");
        toy_language_build("!!"); /* another image under the same tag */
        toy_language_write("hello!!");
        conf_edit_reload();
        reloaded_await_gone("toy", toys);
        toys_have_their_image();
        reloaded_says("toy", "say again", "again!!\n");

        toys = NULL;
        assert_true(service_until(there_are_toys, &toys, RELOADED_PATIENCE_MS));
        toy_language_remove();
        conf_edit_reload();
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, 422);
        assert_string_equal(fixture_text(response.json, "reason"), "unknown_language");
        http_clear(&response);
        reloaded_await_gone("toy", toys);
        reloaded_stayed("python", python);
        reloaded_nothing_is_left();
}

/* What Docker says that a container of python may use: the process limit has the runner in it. */
#define LIMITS                                                                                               \
        "{{.HostConfig.PidsLimit}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} "                       \
        "{{.HostConfig.CpuQuota}}"
#define SHIPPED "65 134217728 134217728 50000"
#define CHANGED "78 100663296 100663296 75000"

/* The next sandboxes have the new limits, by Docker's word, and the old ones go; another language's stay. */
static void changed_limits_replace_theirs(void **state)
{
        (void)state;
        char *before = reloaded_containers("python"), *javascript = reloaded_containers("javascript");
        reloaded_await_inspected("python", LIMITS, SHIPPED);
        conf_edit("languages/python.yaml", "  cpu: 0.5\n",
                "  cpu: 0.75\n  processes: 77\n  memory: {default: 96 MiB, min: 32 MiB, max: 512 MiB}\n");
        conf_edit_reload();
        reloaded_await_gone("python", before);
        reloaded_await_inspected("python", LIMITS, CHANGED);
        reloaded_says("python", "print('in less')", "in less\n");
        before = reloaded_containers("python");
        conf_edit("languages/python.yaml",
                "  cpu: 0.75\n  processes: 77\n  memory: {default: 96 MiB, min: 32 MiB, max: 512 MiB}\n",
                "  cpu: 0.5\n");
        conf_edit_reload();
        reloaded_await_gone("python", before);
        reloaded_await_inspected("python", LIMITS, SHIPPED);
        reloaded_stayed("javascript", javascript);
        reloaded_nothing_is_left();
}

static bool the_page_says(void *context)
{
        char error[1024];
        configuration_error(error);
        return !strcmp(error, context);
}

/* A SIGHUP and nothing else: the service itself finds the mistake, and says so in the log and by /readyz. */
static void the_service_refuses(const char *expected)
{
        char why[1024];
        conf_edit_await_refusal(why, sizeof why);
        if (!strstr(why, expected))
                fail_msg("not '%s' but: %s", expected, why);
        if (!service_until(the_page_says, why, RELOAD_MS))
                fail_msg("/readyz does not say '%s'", why);
}

/* Each mistake is named with its place, by the service and by the verb, and nothing has changed. */
static void mistakes_change_nothing(void **state)
{
        static const struct {
                const char *file, *from, *to, *why;
        } mistakes[] = {
                {"languages/python.yaml", "\nname: Python\n", "\nname: Python\ntmie: 3\n",
                        "languages/python.yaml:3: unknown key 'tmie'"},
                {"languages/python.yaml", "  cpu: 0.5\n", "\tcpu: 0.5\n", "languages/python.yaml:"},
                {"languages/python.yaml", "aliases: [python3, py]", "aliases: [python3, js]",
                        "alias 'js' is a name of 'javascript' already"},
                {"languages/python.yaml", "cpu: 0.5", "cpu: fast", "languages/python.yaml:"},
                {"languages/python.yaml", "source: main.py\n", "", "'source'"},
                {"sandpool.yaml", "reuse: 1000000", "reuse: 0", "sandpool.yaml:"},
                {"sandpool.yaml", "limits:\n", "limits:\n  compile_timeout: 81\n",
                        "sandpool.yaml:24: 'compile_timeout' must be a number between 0.1 and 80 seconds"},
                {"languages/cpp.yaml", "  timeout: 20\n", "  timeout: 51\n",
                        "languages/cpp.yaml:23: compiling and a run may take 80 seconds together, not 51 and "
                        "30"},
                {"sandpool.yaml", "selectable: [off, strict]", "selectable: [off, lax]",
                        "policy 'lax' does not exist"},
                {"sandpool.yaml", "instance: \"", "instance: \"x",
                        "a change of 'docker.instance' needs a restart"},
                {"sandpool.yaml", "uid_base: 0x50000000", "uid_base: 0x51000000",
                        "a change of 'pool.uid_base' needs a restart"},
                {"sandpool.yaml", "/seccomp.json", "/sandpool.yaml", "sandpool.yaml:"},
        };
        (void)state;
        char error[1024];
        char *python = reloaded_containers("python");
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
                char *before = conf_edit_read(mistakes[i].file);
                conf_edit(mistakes[i].file, mistakes[i].from, mistakes[i].to);
                the_service_refuses(mistakes[i].why);
                must_refuse(mistakes[i].why);
                reloaded_says("python", "print('as ever')", "as ever\n");
                conf_edit_write(mistakes[i].file, before);
                free(before);
        }
        conf_edit_reload();
        configuration_error(error);
        assert_string_equal(error, "");
        reloaded_stayed("python", python);
        reloaded_nothing_is_left();
}

/* What is right to read and does not work when tried: the language goes on as it was. */
static void a_language_that_would_break_is_not_taken(void **state)
{
        char error[1024];
        (void)state;
        toy_language_build("?");
        toy_language_write("hello?");
        conf_edit_reload();
        toy_language_write("goodbye");
        must_refuse("toy.yaml: the sample printed something else than expected");
        configuration_error(error);
        assert_non_null(strstr(error, "the sample printed something else"));
        reloaded_says("toy", "say still here", "still here?\n");
        toy_language_write("hello?");
        conf_edit("languages/toy.yaml", "image: ", "image: no-such-");
        must_refuse("not there");
        reloaded_says("toy", "say still here", "still here?\n");
        toy_language_remove();
        conf_edit_reload();
        reloaded_nothing_is_left();
}

static bool are_so_many(void *workers)
{
        struct process list[PROCESSES_MAX];
        return processes_list(0, fixture.supervisor, list) == *(unsigned *)workers + 2;
}

/* More and fewer workers, at once; of those of before, one may still be about to end. */
static void workers_and_pool_change(void **state)
{
        (void)state;
        conf_edit("sandpool.yaml", "workers: 32", "workers: 6");
        conf_edit_reload();
        assert_true(service_until(are_so_many, &(unsigned){6}, RELOADED_PATIENCE_MS));
        reloaded_says("python", "print(6)", "6\n");
        conf_edit("sandpool.yaml", "workers: 6", "workers: 32");
        conf_edit_reload();
        assert_true(service_until(are_so_many, &(unsigned){32}, RELOADED_PATIENCE_MS));
        reloaded_nothing_is_left();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_language_comes_and_goes),
                cmocka_unit_test(changed_limits_replace_theirs),
                cmocka_unit_test(mistakes_change_nothing),
                cmocka_unit_test(a_language_that_would_break_is_not_taken),
                cmocka_unit_test(workers_and_pool_change),
        };
        return cmocka_run_group_tests(tests, reloaded_start, reloaded_stop);
}
