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

/* Send bytes, read all that comes back. */
static void expect_raw(const char *bytes, size_t size, int status)
{
        struct error err = {0};
        struct buffer answer = BUFFER_MAX(64 << 10);
        char begin[32];
        int fd = http_connect(place.port, &err);
        nginx_place_fail(&err);
        if (io_write_all(fd, bytes, size, clock_ms() + 5000, &err))
                nginx_place_fail(&err);
        assert_int_equal(http_read_to_end(fd, &answer, clock_ms() + 20000), 0);
        buffer_add(&answer, "", 1);
        snprintf(begin, sizeof begin, "HTTP/1.1 %d ", status);
        if (strncmp(answer.data, begin, strlen(begin)))
                fail_msg("not %d: %.60s", status, answer.data);
        assert_non_null(strstr(answer.data, "\r\nX-Request-Id: "));
        json_t *json = json_loads(strstr(answer.data, "\r\n\r\n"), 0, NULL);
        assert_string_equal(json_string_value(json_object_get(json, "reason")), "invalid_request");
        json_decref(json);
        buffer_clear(&answer);
        io_close(&fd);
}

static void test_what_is_no_proper_request(void **state)
{
        (void)state;
        static char big[40000];
        expect_raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 53, 400);
        expect_raw("GET / HTTP/3.1\r\nHost: a\r\n\r\n", 29, 400);
        expect_raw("POST /api/execute HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: pigeon\r\nConnection: "
                   "close\r\n\r\n",
                86, 400);
        snprintf(big, sizeof big, "GET /%030000d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
        expect_raw(big, strlen(big), 414);
        snprintf(big, sizeof big, "GET / HTTP/1.1\r\nHost: a\r\nX: %030000d\r\n\r\n", 0);
        expect_raw(big, strlen(big), 431);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_other_methods_are_not_allowed),
                cmocka_unit_test(test_a_body_at_the_limit_passes_and_one_byte_more_does_not),
                cmocka_unit_test(test_the_service_has_the_last_word_on_its_own_errors),
                cmocka_unit_test(test_a_worker_that_dies_does_not_take_the_others_out),
                cmocka_unit_test(test_what_is_no_proper_request),
                cmocka_unit_test(test_without_a_service_it_is_busy), /* the last: it ends the responder */
        };
        return cmocka_run_group_tests(tests, start, nginx_place_stop);
}
