/* Log lines: one valid JSON object each, whatever goes in. */
#include "fcgi/base/log.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int pipe_fds[2];
static char line[8192];

static int open_pipe(void **state)
{
        (void)state;
        if (pipe(pipe_fds))
                return -1;
        log_set_fd(pipe_fds[1]);
        log_set_level(LOG_LEVEL_INFO);
        log_set_process("worker-3");
        log_set_request(NULL);
        return 0;
}

static int close_pipe(void **state)
{
        (void)state;
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        return 0;
}

static json_t *read_line(void)
{
        ssize_t size = read(pipe_fds[0], line, sizeof(line) - 1);
        assert_true(size > 1 && size <= 4096);
        line[size] = 0;
        assert_ptr_equal(strchr(line, '\n'), line + size - 1);
        json_error_t why;
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &why);
        if (!object)
                fail_msg("%s in %s", why.text, line);
        return object;
}

static const char *text(json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key));
}

static void fields_are_there(void **state)
{
        (void)state;
        log_set_request("abc123");
        log_info("sandbox.removed", LOG_S("sandbox", "0123"), LOG_I("runs", -7), LOG_S("none", NULL),
                LOG_I("big", INT64_MIN));
        json_t *o = read_line();
        assert_string_equal(text(o, "level"), "info");
        assert_string_equal(text(o, "process"), "worker-3");
        assert_string_equal(text(o, "request"), "abc123");
        assert_string_equal(text(o, "event"), "sandbox.removed");
        assert_string_equal(text(o, "sandbox"), "0123");
        assert_int_equal(json_integer_value(json_object_get(o, "runs")), -7);
        assert_true(json_integer_value(json_object_get(o, "big")) == INT64_MIN);
        assert_int_equal(json_integer_value(json_object_get(o, "pid")), getpid());
        assert_null(json_object_get(o, "none"));
        int y, mo, d, h, mi, s, ms, end = 0;
        assert_int_equal(sscanf(text(o, "time"), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &y, &mo, &d, &h, &mi, &s,
                                 &ms, &end),
                7);
        assert_int_equal(end, 24);
        json_decref(o);
}

static void levels_are_filtered(void **state)
{
        (void)state;
        log_set_level(LOG_LEVEL_WARNING);
        log_info("hidden", LOG_I("a", 1));
        log_warning("shown", LOG_I("a", 1));
        json_t *o = read_line(); /* the only line in the pipe, or parsing fails */
        assert_string_equal(text(o, "event"), "shown");
        assert_null(json_object_get(o, "request"));
        json_decref(o);
}

static void strings_are_escaped(void **state)
{
        (void)state;
        log_error("odd", LOG_S("s", "a\"b\\c\nd\te\x01\x7f"), LOG_S("u", "gr\xC3\xBC\xC3n \xF0\x9F\x98\x80"));
        json_t *o = read_line();
        assert_string_equal(text(o, "s"), "a\"b\\c\nd\te\x01\x7f");
        assert_string_equal(text(o, "u"), "gr\xC3\xBC?n \xF0\x9F\x98\x80");
        json_decref(o);
}

/* Terminals take U+0080 to U+009F for commands: no line has them as they are. */
static void late_controls_are_escaped(void **state)
{
        (void)state;
        log_error("odd", LOG_S("s", "\xC2\x80\xC2\x9B"
                                    "31m\xC2\xA0\x9B"));
        json_t *o = read_line();
        assert_string_equal(text(o, "s"), "\xC2\x80\xC2\x9B"
                                          "31m\xC2\xA0?");
        assert_non_null(strstr(line, "\"\\u0080\\u009b31m\xC2\xA0?\""));
        json_decref(o);
}

static void every_length_is_cut_validly(void **state)
{
        (void)state;
        static const char *const pieces[] = {"x", "\"", "\xE2\x82\xAC", "\x01", "\xFF"};
        for (size_t p = 0; p < 5; p++)
                for (size_t length = 3700; length < 4200; length++) {
                        char big[4300 + 3];
                        size_t size = 0, piece = strlen(pieces[p]);
                        while (size + piece <= length) {
                                memcpy(big + size, pieces[p], piece);
                                size += piece;
                        }
                        big[size] = 0;
                        log_error("big", LOG_S("s", big), LOG_I("after", 12345), LOG_S("last", "l"));
                        json_t *o = read_line();
                        assert_non_null(text(o, "event"));
                        json_decref(o);
                }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(fields_are_there, open_pipe, close_pipe),
                cmocka_unit_test_setup_teardown(levels_are_filtered, open_pipe, close_pipe),
                cmocka_unit_test_setup_teardown(strings_are_escaped, open_pipe, close_pipe),
                cmocka_unit_test_setup_teardown(late_controls_are_escaped, open_pipe, close_pipe),
                cmocka_unit_test_setup_teardown(every_length_is_cut_validly, open_pipe, close_pipe),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
