/* Edits the fixture's configuration and has it taken. */
#include "tests/integration/conf_edit.h"

#include "tests/integration/fixture.h"
#include "tests/integration/log_lines.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RELOAD_MS 300000
#define FILE_MAX (16 << 20)

static void path_of(const char *file, char path[128])
{
        snprintf(path, 128, "%s/%s", fixture.dir, file);
}

char *conf_edit_read(const char *file)
{
        char path[128], *text = NULL;
        struct error err = {0};
        path_of(file, path);
        if (io_read_file(path, FILE_MAX, &text, &err) < 0)
                fail_msg("%s", err.text);
        return text;
}

void conf_edit_write(const char *file, const char *text)
{
        char path[128];
        path_of(file, path);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, text, strlen(text), -1, NULL), 0);
        close(fd);
}

void conf_edit_remove(const char *file)
{
        char path[128];
        path_of(file, path);
        assert_int_equal(unlink(path), 0);
}

void conf_edit(const char *file, const char *from, const char *to)
{
        char *text = conf_edit_read(file), *at = strstr(text, from), *next;
        if (!at)
                fail_msg("%s has no '%s'", file, from);
        assert_true(asprintf(&next, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
        conf_edit_write(file, next);
        free(next);
        free(text);
}

void conf_edit_reload(void)
{
        const char *argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        struct buffer out = BUFFER_MAX(1023);
        struct error err = {0};
        int code = spawn_run(argv, RELOAD_MS, &out, NULL, &err);
        if (code)
                fail_msg("reload: %s %.*s", err.text, (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
}

struct refusals {
        size_t before;
        char *why;
        unsigned size;
};

static bool one_more_has_failed(void *context)
{
        struct refusals *refusals = context;
        json_t *lines = log_lines_of(0, "reload.failed");
        size_t count = json_array_size(lines);
        const json_t *last = json_array_get(lines, count - 1);
        snprintf(refusals->why, refusals->size, "%s", fixture_text(last, "why"));
        json_decref(lines);
        return count > refusals->before;
}

void conf_edit_await_refusal(char *why, unsigned size)
{
        json_t *lines = log_lines_of(0, "reload.failed");
        struct refusals refusals = {json_array_size(lines), why, size};
        json_decref(lines);
        assert_int_equal(kill(fixture.supervisor, SIGHUP), 0);
        if (!service_until(one_more_has_failed, &refusals, RELOAD_MS))
                fail_msg("the reload did not fail");
}
