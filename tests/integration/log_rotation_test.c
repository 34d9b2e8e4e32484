/* The log file is moved away under a service that goes on serving: no line is lost, none is torn. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/processes.h"
#include "tests/integration/reloaded.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        snprintf(pattern, sizeof pattern, "%s/own.log*", fixture.dir);
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
        conf_edit_reload();
        snprintf(script, sizeof script,
                "cd %s; for i in 1 2 3 4 5; do mv own.log own.log.$i; kill -USR1 %d; "
                "until grep -qs log.opened own.log; do sleep 0.01; done; done",
                fixture.dir, (int)fixture.supervisor);
        const char *const argv[] = {"sh", "-ec", script, NULL};
        pid_t rotating = spawn_start(argv, -1, &err);
        assert_true(rotating > 0);
        steady_until(rotating, &number);
        int expected = (int)number;
        assert_true(service_until(all_are_logged, &expected, RELOADED_PATIENCE_MS));
        assert_true(service_until(none_leaves, NULL, RELOADED_PATIENCE_MS));
        json_t *answer = fixture_run("python", "print('where?')", "\"userId\": \"who\"");
        snprintf(request_id, sizeof request_id, "%s", fixture_text(answer, "requestId"));
        json_decref(answer);
        expected++;
        assert_true(service_until(all_are_logged, &expected, RELOADED_PATIENCE_MS));
        char *text = conf_edit_read("own.log"), *line = strstr(text, request_id);
        assert_non_null(line);
        assert_non_null(strstr(line, "\"user\":\"who\""));
        free(text);
        conf_edit("sandpool.yaml", log, "languages:\n");
        conf_edit_reload();
        reloaded_nothing_is_left();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_log_is_rotated_under_load),
        };
        return cmocka_run_group_tests(tests, reloaded_start, reloaded_stop);
}
