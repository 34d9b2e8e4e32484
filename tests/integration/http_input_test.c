/* Requests that are refused for how they come and not for what they say: content types, methods, paths, HTTP
 * that is half or none. Through nginx. */
#include "tests/integration/expected.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_MS 60000

static int start(void **state)
{
        struct service_options options = {.pool_max = 2, .queue_timeout_s = 60};
        (void)state;
        return fixture_start(&options);
}

static void wrong_content_types(void **state)
{
        static const char *const types[] = {"Content-Type: text/plain",
                "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/jsonp",
                "Content-Type: multipart/form-data; boundary=x", "Content-Type:"};
        size_t failed = 0;
        (void)state;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
                struct http_request request = {.body = "{\"code\": \"1\"}", .headers = {types[i]}};
                struct expected expected = {415, "unsupported_media_type", "", NULL};
                failed += !expected_answer(&request, &expected, types[i]);
        }
        struct http_request good = {
                .body = "{\"code\": \"1\"}", .headers = {"Content-Type: Application/JSON; charset=utf-8"}};
        failed += !expected_answer(&good, &(struct expected){200, NULL, NULL, NULL}, "charset");
        assert_int_equal(failed, 0);
}

static void wrong_methods(void **state)
{
        static const struct {
                const char *method, *path;
        } rows[] = {{"GET", "/api/execute"}, {"PUT", "/api/execute"}, {"DELETE", "/api/execute"},
                {"GET", "/api/v1/execute"}, {"GET", "/api/run-code"}, {"POST", "/api/health"},
                {"POST", "/api/languages"}, {"DELETE", "/readyz"}};
        size_t failed = 0;
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct http_request request = {.method = rows[i].method, .path = rows[i].path};
                struct expected expected = {405, "method_not_allowed", "", NULL};
                failed += !expected_answer(&request, &expected, rows[i].path);
        }
        assert_int_equal(failed, 0);
}

static void unknown_paths(void **state)
{
        static const char *const paths[] = {"/api", "/api/", "/api/execute/", "/api/executes",
                "/api/v2/execute", "/api/history", "/api/admin/cleanup", "/api/exercises/",
                "/api/exercises/two/sum", "/api/exercises/none", "/.git/config"};
        size_t failed = 0;
        (void)state;
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                struct http_request request = {.path = paths[i]};
                failed +=
                        !expected_answer(&request, &(struct expected){404, "not_found", "", NULL}, paths[i]);
        }
        assert_int_equal(failed, 0);
}

/* nginx waits for the rest of a body; meanwhile the service must not be occupied by it, and when the client
 * leaves, nobody must have run anything. */
static void half_sent_request(void **state)
{
        static const char half[] =
                "POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Content-Length: 1000\r\n\r\n{\"code\": \"print(1)\"";
        struct error err = {0};
        struct buffer out = BUFFER_MAX(65536);
        (void)state;
        int fd = http_connect(fixture.port, &err);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, half, sizeof half - 1, clock_ms() + PATIENCE_MS, &err), 0);
        struct http_request whole = {.body = "{\"code\": \"print(1)\"}"};
        assert_true(expected_answer(&whole, &(struct expected){200, NULL, NULL, NULL}, "beside a half one"));
        shutdown(fd, SHUT_WR);
        assert_int_equal(http_read_to_end(fd, &out, clock_ms() + PATIENCE_MS), 0);
        /* 408: nginx had waited for long enough when it was left. */
        assert_true(out.size == 0 || memmem(out.data, out.size, " 400 ", 5) ||
                    memmem(out.data, out.size, " 408 ", 5));
        io_close(&fd);
        buffer_clear(&out);
}

/* What is no HTTP at all is nginx's to refuse, in the one shape. */
static void broken_http(void **state)
{
        static const struct {
                const char *bytes, *status;
        } rows[] = {{"GET / HTTP/1.1\r\n\r\n", " 400 "},
                {"POST /api/execute HTTP/1.1\r\nHost: x\r\n"
                 "Content-Length: -5\r\n\r\n",
                        " 400 "},
                {"POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: "
                 "7\r\n\r\n12345",
                        " 400 "},
                {"POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: "
                 "application/json\r\nTransfer-Encoding: "
                 "chunked\r\n\r\nzz\r\n",
                        " 400 "}};
        size_t failed = 0;
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct error err = {0};
                struct buffer out = BUFFER_MAX(65536);
                int fd = http_connect(fixture.port, &err);
                assert_true(fd >= 0);
                assert_int_equal(io_write_all(fd, rows[i].bytes, strlen(rows[i].bytes),
                                         clock_ms() + PATIENCE_MS, &err),
                        0);
                shutdown(fd, SHUT_WR);
                bool closed = http_read_to_end(fd, &out, clock_ms() + PATIENCE_MS) == 0;
                if (!closed || !out.size || !memmem(out.data, out.size, rows[i].status, 5) ||
                        !memmem(out.data, out.size, "\"requestId\"", 11)) {
                        print_error(
                                "%s answered %.*s\n", rows[i].bytes, (int)out.size, out.data ? out.data : "");
                        failed++;
                }
                io_close(&fd);
                buffer_clear(&out);
        }
        assert_int_equal(failed, 0);
}

/* All that was refused above cost nothing: not one sandbox is out, but for that of a program that was run,
 * which comes back after its answer. */
static void nothing_is_leased_afterwards(void **state)
{
        (void)state;
        assert_true(fixture_await_leased(0, PATIENCE_MS));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(wrong_content_types),
                cmocka_unit_test(wrong_methods),
                cmocka_unit_test(unknown_paths),
                cmocka_unit_test(half_sent_request),
                cmocka_unit_test(broken_http),
                cmocka_unit_test(nothing_is_leased_afterwards),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
