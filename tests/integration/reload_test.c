/* A configuration taken anew by a service that goes on serving: languages come, change and go, mistakes
 * change nothing, and no request notices. */
#include "tests/integration/answer.h"
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/http.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"
#include "tests/integration/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RELOAD_MS 300000
#define WAIT_MS 120000
#define RELOADS 20

static char binary[512], image[64];
static struct remains at_start;

/* A language out of nothing: a shell whose echo is loud. */
static const char toy[] = "id: toy\n"
                          "name: Toy\n"
                          "version: \"1\"\n"
                          "image: %s\n"
                          "source: main.toy\n"
                          "run:\n"
                          "  command: [/usr/local/bin/toy, \"{source}\"]\n"
                          "env: {PATH: \"/usr/local/bin:/usr/bin:/bin\"}\n"
                          "pool: {warm: 1}\n"
                          "syntax:\n"
                          "  comments: [{open: \"#\"}]\n"
                          "  strings: []\n"
                          "policy: off\n"
                          "sample:\n"
                          "  code: say hello\n"
                          "  expected: %s\n";

static void path_of(const char *file, char path[128])
{
        snprintf(path, 128, "%s/%s", fixture.dir, file);
}

/* `sandpool reload`: its exit status, what it said into said. */
static int reload(char said[1024])
{
        const char *argv[] = {binary, "--config", fixture.settings, "reload", NULL};
        struct buffer out = BUFFER_MAX(1023);
        struct error err = {0};
        int code = spawn_run(argv, RELOAD_MS, &out, NULL, &err);
        snprintf(said, 1024, "%.*s", (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
        if (code < 0)
                fail_msg("%s", err.text);
        return code;
}

static void must_reload(void)
{
        char said[1024];
        if (reload(said))
                fail_msg("%s", said);
}

static void must_refuse(const char *why)
{
        char said[1024];
        assert_int_equal(reload(said), 1);
        if (!strstr(said, why))
                fail_msg("not '%s' but: %s", why, said);
}

/* How the loud shell is made: what it says behind everything is the image's, so that two can be told apart.
 */
static void build_toy(const char *suffix)
{
        char script[1024];
        struct error err = {0};
        snprintf(script, sizeof script,
                "mkdir -p %s/toy && cd %s/toy && printf '%%s\\n' '#!/bin/sh' "
                "'say() { printf \"%%s%s\\n\" \"$*\"; }' '. ./\"$1\"' >toy && chmod 755 toy && "
                "printf '%%s\\n' 'FROM sandpool/base' 'COPY toy /usr/local/bin/toy' >Dockerfile && "
                "DOCKER_BUILDKIT=0 docker build -q --network none -t %s .",
                fixture.dir, fixture.dir, suffix, image);
        char *built = spawn_text(&err, "sh", "-c", script, NULL);
        if (!built)
                fail_msg("%s", err.text);
        free(built);
}

static void write_toy(const char *expected)
{
        char text[1024];
        snprintf(text, sizeof text, toy, image, expected);
        conf_edit_write("languages/toy.yaml", text);
}

static void says(const char *language, const char *code, const char *output)
{
        json_t *answer = fixture_run(language, code, NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), output);
        json_decref(answer);
}

/* The containers of a language, one id a line, in order. The caller's. */
static char *containers_of(const char *language)
{
        char script[256];
        struct error err = {0};
        snprintf(script, sizeof script,
                "docker ps -q --no-trunc --filter label=sandpool.instance=%s --filter "
                "label=sandpool.language=%s | sort",
                fixture.instance, language);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        return said;
}

struct containers {
        const char *language;
        char *ids; /* one a line */
};

/* Whether there are any; they are the caller's. */
static bool some_are_there(void *context)
{
        struct containers *containers = context;
        free(containers->ids);
        containers->ids = containers_of(containers->language);
        return *containers->ids;
}

/* Whether none of these is there any more. */
static bool are_gone(void *context)
{
        struct containers *before = context;
        char *now = containers_of(before->language), *ids = strdup(before->ids), *rest = ids, *id;
        bool gone = true;
        while ((id = strsep(&rest, "\n")))
                gone = gone && !(*id && strstr(now, id));
        free(now);
        free(ids);
        return gone;
}

/* How many sandboxes of a language a reload has removed so far; others may go for other reasons, such as a
 * reset that took too long on a machine with much else to do. */
static int replaced(const char *language)
{
        char *text = conf_edit_read("sandpool.log"), *rest = text, *line, word[64];
        int count = 0;
        snprintf(word, sizeof word, "\"language\":\"%s\"", language);
        while ((line = strsep(&rest, "\n")))
                count += strstr(line, "sandbox.removed") && strstr(line, "the configuration changed") &&
                         strstr(line, word);
        free(text);
        return count;
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

/* Every language has proved its sample, and what is kept warm is there, and nothing else. */
static bool is_at_rest(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        json_t *health = service_get(&fixture, "/api/health", &err);
        bool ok = !strcmp(fixture_text(health, "status"), "ok");
        (void)context;
        json_decref(health);
        return ok && service_sandboxes(&fixture, "idle", &err) == 3 &&
               service_containers(&fixture, ids, &err) == 3;
}

/* Sandboxes that wear out would go for another reason than a reload. */
static int start(void **state)
{
        struct service_options options = {.pool_max = 12,
                .queue_timeout_s = 50,
                .reuse = 1000000,
                .warm = {{"python", 2}, {"javascript", 1}, {"cpp", 0}}};
        (void)state;
        service_binary_path(binary, sizeof binary);
        snprintf(image, sizeof image, "sandpool-test-toy-%d", (int)getpid());
        if (fixture_start(&options) || !service_until(is_at_rest, NULL, WAIT_MS))
                return -1;
        conf_edit("sandpool.yaml", "pool:\n", "pool:\n  max_age: 86400\n");
        must_reload();
        /* A first reload leaves its notes in the run directory, which stay. */
        return remains_take(&fixture, &at_start, WAIT_MS, NULL);
}

/* But for the image that a test built and the files that it wrote, which it takes away itself. */
static void nothing_is_left(void)
{
        struct error err = {0};
        char script[128];
        snprintf(script, sizeof script, "cd %s && rm -rf toy slept own.log*", fixture.dir);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        must(!said, &err);
        free(said);
        must(remains_check(&fixture, &at_start, WAIT_MS, &err), &err);
}

static int stop(void **state)
{
        int rc = fixture_stop(state);
        remains_clear(&at_start);
        free(spawn_text(NULL, "docker", "rmi", "-f", image, NULL));
        return rc;
}

static void a_language_comes_and_goes(void **state)
{
        struct error err = {0};
        (void)state;
        struct http_request request = {.port = fixture.port,
                .path = "/api/execute",
                .body = "{\"language\": \"toy\", \"code\": \"say hi\"}"};
        struct http_response response = {0};
        int python = replaced("python");
        build_toy("!");
        write_toy("hello!");
        must_reload();
        says("toy", "say here I am # not said", "here I am!\n");
        json_t *languages = service_await(&fixture, "/api/languages", &err);
        char *list = json_dumps(languages, 0);
        assert_non_null(strstr(list, "\"toy\""));
        free(list);
        json_decref(languages);

        build_toy("!!"); /* another image under the same tag */
        write_toy("hello!!");
        must_reload();
        says("toy", "say again", "again!!\n");

        struct containers toys = {"toy", NULL};
        assert_true(service_until(some_are_there, &toys, WAIT_MS));
        conf_edit_remove("languages/toy.yaml");
        must_reload();
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, 422);
        assert_string_equal(fixture_text(response.json, "reason"), "unknown_language");
        http_clear(&response);
        assert_true(service_until(are_gone, &toys, WAIT_MS));
        free(toys.ids);
        assert_int_equal(replaced("python"), python);
        nothing_is_left();
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
        int python = replaced("python");
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
                char *before = conf_edit_read(mistakes[i].file);
                conf_edit(mistakes[i].file, mistakes[i].from, mistakes[i].to);
                the_service_refuses(mistakes[i].why);
                must_refuse(mistakes[i].why);
                says("python", "print('as ever')", "as ever\n");
                conf_edit_write(mistakes[i].file, before);
                free(before);
        }
        must_reload();
        configuration_error(error);
        assert_string_equal(error, "");
        assert_int_equal(replaced("python"), python);
        nothing_is_left();
}

/* What is right to read and does not work when tried: the language goes on as it was. */
static void a_language_that_would_break_is_not_taken(void **state)
{
        char error[1024];
        (void)state;
        build_toy("?");
        write_toy("hello?");
        must_reload();
        write_toy("goodbye");
        must_refuse("toy.yaml: the sample printed something else than expected");
        configuration_error(error);
        assert_non_null(strstr(error, "the sample printed something else"));
        says("toy", "say still here", "still here?\n");
        write_toy("hello?");
        conf_edit("languages/toy.yaml", "image: ", "image: no-such-");
        must_refuse("not there");
        says("toy", "say still here", "still here?\n");
        conf_edit_remove("languages/toy.yaml");
        must_reload();
        nothing_is_left();
}

/* Every second reload changes what a javascript sandbox is; none changes python's. */
static void no_request_notices(void **state)
{
        struct error err = {0};
        const char *const argv[] = {binary, "--config", fixture.settings, "reload", NULL};
        unsigned number = 0;
        (void)state;
        must_reload();
        int python = replaced("python"), before = replaced("javascript");
        char *original = conf_edit_read("languages/javascript.yaml");
        for (int round = 0; round < RELOADS; round++) {
                struct containers javascript = {"javascript", containers_of("javascript")};
                if (round % 2) {
                        char limits[64];
                        snprintf(limits, sizeof limits, "limits:\n  processes: %d\n", 100 + round);
                        conf_edit_write("languages/javascript.yaml", original);
                        conf_edit("languages/javascript.yaml", "limits:\n", limits);
                }
                pid_t reloading = spawn_start(argv, -1, &err);
                assert_true(reloading > 0);
                steady_until(reloading, &number);
                assert_true(!(round % 2) || service_until(are_gone, &javascript, WAIT_MS));
                free(javascript.ids);
        }
        assert_true(replaced("javascript") > before);
        assert_int_equal(replaced("python"), python);
        conf_edit_write("languages/javascript.yaml", original);
        free(original);
        must_reload();
        nothing_is_left();
}

static bool one_waits(void *context)
{
        (void)context;
        return guests_waiting(&fixture) == 1;
}

/* A request whose program waits to be told; its answer goes to a file. Returns when it does. */
static pid_t begin_slow_request(const char *body)
{
        struct error err = {0};
        static char url[64], path[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", fixture.port);
        path_of("slept", path);
        const char *const argv[] = {"curl", "-s", "-m", "120", "-o", path, "-H",
                "Content-Type: application/json", "-d", body, url, NULL};
        pid_t client = spawn_start(argv, -1, &err);
        assert_true(client > 0 && service_until(one_waits, NULL, WAIT_MS));
        return client;
}

/* It runs until now, or, where a reload took long, it has ended by itself. */
static void ends_well(pid_t client)
{
        struct error err = {0};
        int status;
        guests_release(&fixture);
        assert_int_equal(spawn_wait(client, clock_ms() + WAIT_MS, &status, &err), 0);
        char *answer = conf_edit_read("slept");
        if (!strstr(answer, "\"output\":\"slept\\n\""))
                fail_msg("%s", answer);
        free(answer);
}

/* A request that runs while its language changes ends as it would have; then its sandbox goes. */
static void what_runs_is_not_disturbed(void **state)
{
        (void)state;
        struct containers before = {"python", containers_of("python")};
        pid_t client = begin_slow_request(
                "{\"code\": \"" GUEST_WAITS "print('slept')\", \"policy\": \"off\", \"timeout\": 30}");
        conf_edit("languages/python.yaml", "limits:\n", "limits:\n  processes: 77\n");
        must_reload();
        says("python", "print('beside it')", "beside it\n");
        ends_well(client);
        assert_true(service_until(are_gone, &before, WAIT_MS));
        free(before.ids);
        conf_edit("languages/python.yaml", "  processes: 77\n", "");
        must_reload();
        nothing_is_left();
}

/* Even one whose language is not there any more. */
static void what_runs_outlives_its_language(void **state)
{
        (void)state;
        build_toy("");
        write_toy("hello");
        must_reload();
        struct containers before = {"toy", containers_of("toy")};
        pid_t client = begin_slow_request(
                "{\"language\": \"toy\", \"code\": \"" GUEST_WAITS_IN_SHELL "\", \"timeout\": 30}");
        conf_edit_remove("languages/toy.yaml");
        must_reload();
        ends_well(client);
        assert_true(service_until(are_gone, &before, WAIT_MS));
        free(before.ids);
        nothing_is_left();
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
        must_reload();
        assert_true(service_until(are_so_many, &(unsigned){6}, WAIT_MS));
        says("python", "print(6)", "6\n");
        conf_edit("sandpool.yaml", "workers: 6", "workers: 32");
        must_reload();
        assert_true(service_until(are_so_many, &(unsigned){32}, WAIT_MS));
        nothing_is_left();
}

/* Count the requests in one file. What has no newline behind it is still being written. */
static void count_requests(const char *path, json_t *seen)
{
        struct error err = {0};
        char *text = NULL, *rest, *line;
        if (io_read_file(path, 16 << 20, &text, &err) < 0)
                fail_msg("%s", err.text);
        for (rest = text; strchr(rest, '\n');) {
                line = strsep(&rest, "\n");
                json_t *entry = json_loads(line, 0, NULL);
                if (!entry)
                        fail_msg("not whole: %s", line);
                const char *id = fixture_text(entry, "request");
                if (!strcmp(fixture_text(entry, "event"), "request")) {
                        assert_null(json_object_get(seen, id));
                        json_object_set_new(seen, id, json_true());
                }
                json_decref(entry);
        }
        free(text);
}

/* How many lines about requests the log files hold, old and new; fails on one that is no whole JSON object or
 * names a request a second time. */
static int logged_requests(void)
{
        char pattern[128];
        glob_t files;
        json_t *seen = json_object();
        path_of("own.log*", pattern);
        if (glob(pattern, 0, NULL, &files))
                fail_msg("there is no %s", pattern);
        for (size_t i = 0; i < files.gl_pathc; i++)
                count_requests(files.gl_pathv[i], seen);
        globfree(&files);
        int count = (int)json_object_size(seen);
        json_decref(seen);
        return count;
}

static bool all_are_logged(void *context)
{
        return logged_requests() == *(int *)context;
}

static bool none_leaves(void *context)
{
        struct process list[PROCESSES_MAX];
        (void)context;
        return processes_list(0, fixture.supervisor, list) == 32 + 2;
}

/* Moved away five times while requests come in: each has one whole line, in one of the files; and when the
 * last worker of before is gone, the new file is where lines go. */
static void the_log_is_rotated_under_load(void **state)
{
        struct error err = {0};
        char log[128], script[512], request_id[64];
        unsigned number = 0;
        (void)state;
        snprintf(log, sizeof log, "log: {file: \"%s/own.log\"}\n\nlanguages:\n", fixture.dir);
        conf_edit("sandpool.yaml", "languages:\n", log);
        must_reload();
        snprintf(script, sizeof script,
                "cd %s; for i in 1 2 3 4 5; do mv own.log own.log.$i; kill -USR1 %d; "
                "until grep -qs log.opened own.log; do sleep 0.01; done; done",
                fixture.dir, (int)fixture.supervisor);
        const char *const argv[] = {"sh", "-ec", script, NULL};
        pid_t rotating = spawn_start(argv, -1, &err);
        assert_true(rotating > 0);
        steady_until(rotating, &number);
        int expected = (int)number;
        assert_true(service_until(all_are_logged, &expected, WAIT_MS));
        assert_true(service_until(none_leaves, NULL, WAIT_MS));
        json_t *answer = fixture_run("python", "print('where?')", "\"userId\": \"who\"");
        snprintf(request_id, sizeof request_id, "%s", fixture_text(answer, "requestId"));
        json_decref(answer);
        expected++;
        assert_true(service_until(all_are_logged, &expected, WAIT_MS));
        char *text = conf_edit_read("own.log"), *line = strstr(text, request_id);
        assert_non_null(line);
        assert_non_null(strstr(line, "\"user\":\"who\""));
        free(text);
        conf_edit("sandpool.yaml", log, "languages:\n");
        must_reload();
        nothing_is_left();
}

static bool has_begun(void *context)
{
        char path[128];
        char *text = NULL;
        (void)context;
        snprintf(path, sizeof path, "%s/reload", fixture.run_dir);
        bool begun = io_read_file(path, 1024, &text, NULL) > 0 && strstr(text, " running ");
        free(text);
        return begun;
}

static bool serves(void *context)
{
        struct error err = {0};
        json_t *ready = service_get(&fixture, "/readyz", &err);
        (void)context;
        json_decref(ready);
        return ready != NULL;
}

/* The broker dies while it tries the new configuration: the old one holds, and a new broker serves it. */
static void a_broker_that_dies_ends_the_reload(void **state)
{
        struct error err = {0};
        int status;
        const char *const argv[] = {binary, "--config", fixture.settings, "reload", NULL};
        (void)state;
        build_toy(".");
        write_toy("hello.");
        conf_edit("languages/toy.yaml", "code: say hello", "code: sleep 20; say hello");
        pid_t reloading = spawn_start(argv, -1, &err);
        assert_true(reloading > 0 && service_until(has_begun, NULL, WAIT_MS));
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0 && !kill(broker, SIGKILL));
        assert_int_equal(spawn_wait(reloading, clock_ms() + RELOAD_MS, &status, &err), 0);
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_true(service_until(serves, NULL, WAIT_MS));
        says("python", "print('alive')", "alive\n");
        conf_edit_remove("languages/toy.yaml");
        must_reload();
        nothing_is_left();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_language_comes_and_goes),
                cmocka_unit_test(mistakes_change_nothing),
                cmocka_unit_test(a_language_that_would_break_is_not_taken),
                cmocka_unit_test(no_request_notices),
                cmocka_unit_test(what_runs_is_not_disturbed),
                cmocka_unit_test(what_runs_outlives_its_language),
                cmocka_unit_test(workers_and_pool_change),
                cmocka_unit_test(the_log_is_rotated_under_load),
                cmocka_unit_test(a_broker_that_dies_ends_the_reload),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
