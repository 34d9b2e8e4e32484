/* The shipped nginx configuration in the real nginx: what it answers by itself when a request or the service
 * is not well, and that it leaves the service's own errors alone. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/nginx_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX (2 << 20)
#define WAIT_MS 60000

static int start(void **state)
{
        (void)state;
        return nginx_place_start(NULL);
}

static void test_other_methods_are_not_allowed(void **state)
{
        (void)state;
        static const struct {
                const char *method, *path, *allow;
        } cases[] = {{"GET", "/api/execute", "POST, OPTIONS"}, {"PUT", "/api/v1/execute", "POST, OPTIONS"},
                {"DELETE", "/api/run-code", "POST, OPTIONS"}, {"POST", "/readyz", "GET, HEAD, OPTIONS"},
                {"POST", "/api/languages", "GET, HEAD, OPTIONS"},
                {"PATCH", "/api/health", "GET, HEAD, OPTIONS"}, {"POST", "/", "GET, HEAD"},
                {"OPTIONS", "/openapi.yaml", "GET, HEAD"}, {"DELETE", "/metrics", "GET, HEAD"},
                {"OPTIONS", "/api/history", "GET, HEAD"}, {"PUT", "/api/v1/admin/cleanup", "POST"}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct http_response response = nginx_place_ask(cases[i].method, cases[i].path, NULL, NULL);
                char allow[128] = "";
                assert_int_equal(http_header(&response, "Allow", allow, sizeof allow), 1);
                assert_string_equal(allow, cases[i].allow);
                nginx_place_expect_error(&response, 405, "method_not_allowed");
        }
}

static void test_a_body_at_the_limit_passes_and_one_byte_more_does_not(void **state)
{
        (void)state;
        char *body = malloc(BODY_MAX + 2);
        memset(body, 'x', BODY_MAX + 1);
        body[BODY_MAX + 1] = '\0';
        struct http_response response = nginx_place_ask(NULL, "/api/execute", body, NULL);
        nginx_place_expect_error(&response, 413, "too_large");
        body[BODY_MAX] = '\0';
        response = nginx_place_ask(NULL, "/api/execute", body, NULL);
        assert_int_equal(response.status, 200);
        assert_int_equal(json_integer_value(json_object_get(response.json, "size")), BODY_MAX);
        http_clear(&response);
        free(body);
}

static void test_the_service_has_the_last_word_on_its_own_errors(void **state)
{
        (void)state;
        static const int statuses[] = {400, 404, 405, 413, 415, 422, 500, 502, 503, 504};
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
                char answer[256];
                snprintf(answer, sizeof answer,
                        "answer:Status: %d Whatever\r\nContent-Type: application/json\r\nRetry-After: "
                        "7\r\n\r\n"
                        "{\"said\": \"by the service\"}",
                        statuses[i]);
                struct http_response response = nginx_place_ask(NULL, "/api/execute", answer, NULL);
                char value[64];
                assert_int_equal(response.status, statuses[i]);
                assert_string_equal(
                        json_string_value(json_object_get(response.json, "said")), "by the service");
                assert_int_equal(http_header(&response, "Retry-After", value, sizeof value), 1);
                assert_string_equal(value, "7");
                assert_int_equal(http_header(&response, "X-Request-Id", value, sizeof value), 1);
                http_clear(&response);
        }
}

static void test_a_worker_that_dies_does_not_take_the_others_out(void **state)
{
        (void)state;
        for (int i = 0; i < 5; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "close", NULL);
                nginx_place_expect_error(&response, 503, "busy");
                response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
}

/* Send bytes, read all that comes back. The caller clears the response. */
static struct http_response ask_raw(const struct buffer *bytes)
{
        struct error err = {0};
        struct buffer answer = BUFFER_MAX(64 << 10);
        struct http_response response = {.head = BUFFER_MAX(64 << 10), .body = BUFFER_MAX(64 << 10)};
        int fd = http_connect(place.port, &err);
        nginx_place_fail(&err);
        /* It may answer and close before all is sent; the answer can be read then all the same. */
        io_write_all(fd, bytes->data, bytes->size, clock_ms() + WAIT_MS, NULL);
        assert_int_equal(http_read_to_end(fd, &answer, clock_ms() + WAIT_MS), 0);
        io_close(&fd);
        buffer_add(&answer, "", 1);
        const char *body = strstr(answer.data, "\r\n\r\n");
        assert_non_null(body);
        assert_int_equal(sscanf(answer.data, "HTTP/1.1 %d ", &response.status), 1);
        buffer_add(&response.head, answer.data, (size_t)(body - answer.data) + 2);
        buffer_add_string(&response.body, body + 4);
        response.json = json_loads(body + 4, 0, NULL);
        response.method = "GET";
        response.path = "/nothing";
        buffer_clear(&answer);
        return response;
}

#define ORIGIN "Origin: " NGINX_PLACE_ORIGIN "\r\n"

static void test_what_is_no_proper_request(void **state)
{
        (void)state;
        static const struct {
                const char *begin;
                size_t fill; /* so many bytes between both */
                const char *end;
                int status;
                bool origin; /* it could be read before the request went wrong */
        } cases[] = {
                {"GET / HTTP/1.1\r\nHost: a\r\n" ORIGIN "Host: b\r\n", 0, "\r\n", 400, true},
                {"GET / HTTP/3.1\r\nHost: a\r\n" ORIGIN, 0, "\r\n", 400, false},
                {"POST /api/execute HTTP/1.1\r\nHost: a\r\n" ORIGIN "Transfer-Encoding: pigeon\r\n", 0,
                        "Connection: close\r\n\r\n", 400, true},
                {"GET /", 30000, " HTTP/1.1\r\nHost: a\r\n" ORIGIN "\r\n", 414, false},
                {"GET / HTTP/1.1\r\nHost: a\r\n" ORIGIN "X: ", 30000, "\r\n\r\n", 431, true},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct buffer bytes = BUFFER_MAX(64 << 10);
                buffer_add_string(&bytes, cases[i].begin);
                for (size_t j = 0; j < cases[i].fill; j++)
                        buffer_add(&bytes, "x", 1);
                buffer_add_string(&bytes, cases[i].end);
                struct http_response response = ask_raw(&bytes);
                assert_int_equal(
                        http_header(&response, "Access-Control-Allow-Origin", NULL, 0), cases[i].origin);
                nginx_place_expect_error(&response, cases[i].status, "invalid_request");
                buffer_clear(&bytes);
        }
}

/* What the conditions of a request for a file come to; ranges are not served. */
static void test_conditions_that_fail(void **state)
{
        (void)state;
        static const char *const headers[] = {
                "If-Match: \"other\"", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"};
        static const char *const paths[] = {"/", "/openapi.yaml"};
        for (size_t i = 0; i < 4; i++) {
                struct http_response response = nginx_place_send(
                        (struct http_request){.path = paths[i / 2], .headers = {headers[i % 2]}});
                nginx_place_expect_error(&response, 412, "invalid_request");
                response = nginx_place_send(
                        (struct http_request){.path = paths[i / 2], .headers = {"Range: bytes=9999999-"}});
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
}

/* The service takes longer than nginx waits for it: the program is given up, and sent to nobody else. */
static void test_the_service_is_too_slow(void **state)
{
        (void)state;
        char id[64], *log, *line;
        struct http_response response = nginx_place_ask(NULL, "/api/execute", "hold", NULL);
        assert_int_equal(http_header(&response, "X-Request-Id", id, sizeof id), 1);
        nginx_place_expect_error(&response, 503, "busy");
        log = nginx_place_log(id);
        line = strstr(log, id);
        *strchr(line, '\n') = '\0';
        assert_non_null(strstr(line, "\"upstream\":\"unix:"));
        assert_null(strstr(line, ", unix:")); /* the other server of the upstream */
        free(log);
}

static void test_without_a_service_it_is_busy(void **state)
{
        (void)state;
        nginx_responder_stop(&responder);
        struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
        nginx_place_expect_error(&response, 503, "busy");
        response = nginx_place_ask(NULL, "/readyz", NULL, NULL);
        nginx_place_expect_error(&response, 503, "busy");
}

/* An nginx that waits a second, with a second server that it could turn to. */
static int start_impatient(void **state)
{
        (void)state;
        return nginx_place_start(
                "sed -i 's/fastcgi_read_timeout 90s/fastcgi_read_timeout 1s/' nginx/sandpool.conf;"
                "sed -i 's#^.*server unix:\\(.*\\)/fastcgi.sock.*#&\\n    server unix:\\1/control.sock;#' "
                "nginx/upstream.conf; grep -c control.sock nginx/upstream.conf | grep -q 2");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_other_methods_are_not_allowed),
                cmocka_unit_test(test_a_body_at_the_limit_passes_and_one_byte_more_does_not),
                cmocka_unit_test(test_the_service_has_the_last_word_on_its_own_errors),
                cmocka_unit_test(test_a_worker_that_dies_does_not_take_the_others_out),
                cmocka_unit_test(test_what_is_no_proper_request), cmocka_unit_test(test_conditions_that_fail),
                cmocka_unit_test(test_without_a_service_it_is_busy), /* the last: it ends the responder */
        };
        const struct CMUnitTest impatient[] = {cmocka_unit_test(test_the_service_is_too_slow)};
        int failed = cmocka_run_group_tests(tests, start, nginx_place_stop);
        return failed + cmocka_run_group_tests(impatient, start_impatient, nginx_place_stop);
}
