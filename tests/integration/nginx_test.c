/* The shipped nginx configuration in the real nginx, before a responder of ours: paths, headers,
 * rate limits, shedding. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/allowance.h"
#include "tests/integration/answer.h"
#include "tests/integration/spawn.h"
#include "tests/integration/nginx_place.h"
#include "tests/integration/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKERS 32 /* max_conns of the upstream */
#define WAIT_MS 60000

static int start(void **state)
{
        (void)state;
        return nginx_place_start(NULL);
}

static void test_every_path_reaches_its_socket(void **state)
{
        (void)state;
        static const char *const posts[] = {"/api/execute", "/api/v1/execute", "/api/run-code"};
        static const char *const gets[] = {"/livez", "/readyz", "/api/health", "/api/v1/health",
                "/api/languages", "/api/v1/languages", "/api/exercises", "/api/exercises/two-sum"};
        for (size_t i = 0; i < 3 + sizeof gets / sizeof *gets; i++) {
                const char *path = i < 3 ? posts[i] : gets[i - 3];
                struct http_response response = nginx_place_ask(NULL, path, i < 3 ? "{}" : NULL, NULL);
                json_t *params = json_object_get(response.json, "params");
                char id[64];
                assert_int_equal(response.status, 200);
                assert_string_equal(json_string_value(json_object_get(params, "DOCUMENT_URI")), path);
                /* The service's own X-Request-Id is replaced by the one that nginx told it. */
                assert_int_equal(http_header(&response, "X-Request-Id", id, sizeof id), 1);
                assert_string_equal(json_string_value(json_object_get(params, "REQUEST_ID")), id);
                assert_int_equal(strlen(id), 32);
                assert_null(json_object_get(params, "HTTP_HOST"));
                http_clear(&response);
        }
}

static void test_other_paths_are_not_found(void **state)
{
        (void)state;
        static const char *const paths[] = {"/nothing", "/api", "/api/execute/", "/api/executes",
                "/api/v2/execute", "/metrics/x", "/api/metric", "/api/historys", "/api/administrator",
                "/livez/", "/%00", "/index.php", "/nothing.html", "/../conf"};
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                struct http_response response = nginx_place_ask(NULL, paths[i], NULL, NULL);
                if (response.status == 400) /* what is no valid path at all */
                        nginx_place_expect_error(&response, 400, "invalid_request");
                else
                        nginx_place_expect_error(&response, 404, "not_found");
        }
}

static void test_preflight(void **state)
{
        (void)state;
        static const char *const headers[][2] = {{"Access-Control-Allow-Origin", NGINX_PLACE_ORIGIN},
                {"Access-Control-Allow-Methods", "POST, OPTIONS"},
                {"Access-Control-Allow-Headers", "Content-Type, Authorization, X-Api-Key"},
                {"Access-Control-Max-Age", "86400"}, {"Vary", "Origin"}};
        struct http_response response = nginx_place_ask("OPTIONS", "/api/execute", NULL, "192.0.2.200");
        char value[128];
        assert_int_equal(response.status, 204);
        for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
                assert_int_equal(http_header(&response, headers[i][0], value, sizeof value), 1);
                assert_string_equal(value, headers[i][1]);
        }
        assert_int_equal(http_header(&response, "Access-Control-Allow-Credentials", NULL, 0), 0);
        http_clear(&response);
}

#define PAGE_POLICY                                                                                          \
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "    \
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#define NO_PAGE_POLICY "default-src 'none'; frame-ancestors 'none'"

/* What a browser is told about the page, about JSON and about an error; and nobody nginx's version. */
static void test_security_headers(void **state)
{
        (void)state;
        static const char *const paths[] = {"/", "/openapi.yaml", "/api/languages", "/nothing"};
        static const struct {
                const char *name, *values[4]; /* for each path; NULL: no such header */
        } headers[] = {{"X-Frame-Options", {"DENY", "DENY", "DENY", "DENY"}},
                {"Referrer-Policy", {"no-referrer", "no-referrer", "no-referrer", "no-referrer"}},
                {"X-Content-Type-Options", {"nosniff", "nosniff", "nosniff", "nosniff"}},
                {"Cross-Origin-Resource-Policy", {NULL, NULL, "same-origin", "same-origin"}},
                {"Cache-Control", {NULL, NULL, "no-store", "no-store"}},
                {"Content-Security-Policy", {PAGE_POLICY, NO_PAGE_POLICY, NO_PAGE_POLICY, NO_PAGE_POLICY}},
                {"Server", {"nginx", "nginx", "nginx", "nginx"}}};
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                struct http_response response = nginx_place_ask(NULL, paths[i], NULL, NULL);
                for (size_t j = 0; j < sizeof headers / sizeof *headers; j++) {
                        const char *expected = headers[j].values[i];
                        char value[512];
                        int count = http_header(&response, headers[j].name, value, sizeof value);
                        if (count != (expected != NULL) || (expected && strcmp(value, expected)))
                                fail_msg("%s: %s: %s (%d times)", paths[i], headers[j].name, value, count);
                }
                http_clear(&response);
        }
}

/* Whole origins only, and the answer says that it depends on the origin. */
static void test_other_origins_are_not_allowed(void **state)
{
        (void)state;
        static const char *const origins[] = {"Origin: http://localhost:3001",
                "Origin: https://localhost:3000", "Origin: http://localhost:3000.example.org", "Origin: null",
                "Origin: http://localhost", "Origin: http://example.org/http://localhost:3000"};
        for (size_t i = 0; i <= sizeof origins / sizeof *origins; i++) {
                struct error err = {0};
                struct http_response response = {0};
                struct http_request request = {.port = place.port, .path = "/api/languages"};
                request.headers[0] = i ? origins[i - 1] : NULL;
                if (http_send(&request, 1, &response, &err))
                        nginx_place_fail(&err);
                assert_int_equal(response.status, 200);
                assert_int_equal(http_header(&response, "Access-Control-Allow-Origin", NULL, 0), 0);
                buffer_add(&response.head, "", 1);
                assert_non_null(strstr(response.head.data, "\r\nVary: Origin\r\n"));
                http_clear(&response);
        }
}

static void test_operators_paths(void **state)
{
        (void)state;
        static const char *const paths[] = {"/metrics", "/api/metrics?hours=1", "/api/v1/metrics/user/x",
                "/api/history", "/api/admin/cleanup", "/api/v1/admin/pull-images"};
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                struct http_response response = nginx_place_ask(NULL, paths[i], NULL, NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
                response = nginx_place_ask(NULL, paths[i], NULL, "192.0.2.210");
                nginx_place_expect_error(&response, 403, "forbidden");
        }
}

static void test_json_is_compressed_for_who_asks(void **state)
{
        (void)state;
        char body[4096] = "answer:Content-Type: application/json\r\n\r\n{\"x\": \"", value[64];
        size_t length = strlen(body);
        memset(body + length, 'x', 2000);
        strcpy(body + length + 2000, "\"}");
        struct http_response response = nginx_place_send((struct http_request){
                .path = "/api/execute", .body = body, .headers = {"Accept-Encoding: gzip"}});
        assert_int_equal(response.status, 200);
        assert_int_equal(http_header(&response, "Content-Encoding", value, sizeof value), 1);
        assert_string_equal(value, "gzip");
        assert_true(response.body.size < 500);
        assert_int_equal(http_header(&response, "Vary", NULL, 0), 2); /* Origin and Accept-Encoding */
        http_clear(&response);
        response = nginx_place_ask(NULL, "/api/execute", body, NULL);
        assert_int_equal(http_header(&response, "Content-Encoding", NULL, 0), 0);
        assert_true(response.body.size > 2000);
        http_clear(&response);
}

/* The log names the client, what the limits did and how long the service took; of what was well only on
 * demand. */
static void test_the_access_log(void **state)
{
        (void)state;
        struct http_response response = nginx_place_ask(
                NULL, "/api/execute?token=secret", "answer:Status: 422 No\r\n\r\n{}", "192.0.2.220");
        char id[64], *text, *line;
        assert_int_equal(http_header(&response, "X-Request-Id", id, sizeof id), 1);
        http_clear(&response);
        text = nginx_place_log(id);
        assert_null(strstr(text, "secret"));
        line = strstr(text, id);
        while (line > text && line[-1] != '\n')
                line--;
        *strchr(line, '\n') = '\0';
        json_t *json = json_loads(line, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(json, "client")), "192.0.2.220");
        assert_string_equal(json_string_value(json_object_get(json, "path")), "/api/execute");
        assert_string_equal(json_string_value(json_object_get(json, "rate")), "PASSED");
        assert_string_equal(json_string_value(json_object_get(json, "runs")), "PASSED");
        assert_int_equal(json_integer_value(json_object_get(json, "status")), 422);
        assert_non_null(
                strchr("0123456789", json_string_value(json_object_get(json, "upstream_seconds"))[0]));
        json_decref(json);
        free(text);
}

/* A streamed answer's first part arrives while the service has not sent the last. */
static void test_a_streamed_answer(void **state)
{
        (void)state;
        static const char request[] = "POST /api/execute HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                                      "Content-Type: application/json\r\nConnection: close\r\n\r\ndrip";
        struct error err = {0};
        struct buffer answer = BUFFER_MAX(64 << 10);
        static const char first[] = "{\"first\":1,", last[] = "\"last\":2}";
        char bytes[4096];
        int fd = http_connect(place.port, &err);
        if (fd < 0 || io_write_all(fd, request, strlen(request), clock_ms() + WAIT_MS, &err))
                nginx_place_fail(&err);
        while (!answer.size || !memmem(answer.data, answer.size, first, strlen(first))) {
                struct pollfd readable = {fd, POLLIN, 0};
                assert_int_equal(io_poll(&readable, 1, clock_ms() + WAIT_MS), 1);
                ssize_t got = read(fd, bytes, sizeof bytes);
                assert_true(got > 0);
                buffer_add(&answer, bytes, (size_t)got);
        }
        assert_null(memmem(answer.data, answer.size, last, strlen(last)));
        if (nginx_responder_wait_held(&responder, 1, &err) || nginx_responder_release(&responder, &err))
                nginx_place_fail(&err);
        assert_int_equal(http_read_to_end(fd, &answer, clock_ms() + WAIT_MS), 0);
        assert_non_null(memmem(answer.data, answer.size, last, strlen(last)));
        buffer_clear(&answer);
        io_close(&fd);
}

static void test_a_chunked_body_arrives_with_its_length(void **state)
{
        (void)state;
        struct error err = {0};
        struct http_request request = {.port = place.port,
                .path = "/api/execute",
                .body = "0123456789",
                .headers = {"Transfer-Encoding: chunked"}};
        struct http_response response = {0};
        if (http_send(&request, 1, &response, &err))
                nginx_place_fail(&err);
        json_t *params = json_object_get(response.json, "params");
        assert_int_equal(json_integer_value(json_object_get(response.json, "size")), 10);
        assert_string_equal(json_string_value(json_object_get(params, "CONTENT_LENGTH")), "10");
        http_clear(&response);
}

/* What one client has had of its allowance. */
struct spent {
        int64_t began_ms;
        int passed;
};

/* Ask until the limit refuses: the answer that says so. No more pass than may. */
static struct http_response until_refused(struct spent *spent, const char *path, const char *client)
{
        for (;;) {
                struct http_response response = nginx_place_ask(NULL, path, "{}", client);
                if (response.status == 429)
                        return response;
                assert_int_equal(response.status, 200);
                http_clear(&response);
                assert_in_range(++spent->passed, 1, allowance_since(spent->began_ms));
        }
}

/* The burst and one pass, the next is refused; alike is another way to write the same client. */
static void use_up(const char *client, const char *alike)
{
        struct spent spent = {clock_ms(), ALLOWANCE_BURST + 1};
        char value[64];
        for (int i = 0; i <= ALLOWANCE_BURST; i++) {
                struct http_response response =
                        nginx_place_ask(NULL, "/api/execute", "{}", i % 2 ? client : alike);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
        struct http_response response = until_refused(&spent, "/api/v1/execute", alike);
        assert_int_equal(http_header(&response, "Retry-After", value, sizeof value), 1);
        assert_string_equal(value, "6");
        nginx_place_expect_error(&response, 429, "rate_limited");
        response = until_refused(&spent, "/api/run-code", client);
        nginx_place_expect_error(&response, 429, "rate_limited");
        response = nginx_place_ask(NULL, "/api/languages", NULL, client);
        assert_int_equal(response.status, 200);
        http_clear(&response);
}

static void test_rate_limit_by_client(void **state)
{
        (void)state;
        use_up("192.0.2.1", "192.0.2.1");
        use_up("192.0.2.2", "192.0.2.2"); /* another client has an allowance of its own */
        use_up("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"); /* one /64 */
        use_up("2001:db8:1:3::1", "2001:db8:1:3::1");
        use_up("192.0.2.3", "::ffff:192.0.2.3");
        use_up("::ffff:192.0.2.10", "::ffff:192.0.2.10"); /* a byte of 10 is no end of line */
        use_up("2001:db8:0:a0a::0a0a", "2001:db8:0:a0a:0a0a:0a0a::");
        use_up("198.51.100.9, 192.0.2.4", "192.0.2.4"); /* what a client claims in front does not count */
        use_up("192.0.2.5, 127.0.0.1", "192.0.2.5");
}

static void test_loopback_is_not_limited(void **state)
{
        (void)state;
        for (int i = 0; i < 3 * ALLOWANCE_BURST; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
}

static void test_what_is_more_than_the_workers_is_refused_at_once(void **state)
{
        (void)state;
        struct error err = {0};
        pid_t clients[WORKERS];
        char url[128], value[64];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", place.port);
        const char *const argv[] = {"curl", "-sf", "-o", "/dev/null", "-m", "60", "-d", "hold", url, NULL};
        for (int i = 0; i < WORKERS; i++)
                if ((clients[i] = spawn_start(argv, -1, &err)) < 0)
                        nginx_place_fail(&err);
        if (nginx_responder_wait_held(&responder, WORKERS, &err))
                nginx_place_fail(&err);

        /* While they are held: none of them ends before it is released. */
        struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
        assert_true(http_header(&response, "Retry-After", value, sizeof value) == 1);
        nginx_place_expect_error(&response, 503, "busy");
        response = nginx_place_ask(NULL, "/readyz", NULL, NULL); /* which has a socket of its own */
        assert_int_equal(response.status, 200);
        http_clear(&response);

        if (nginx_responder_wait_held(&responder, WORKERS, &err))
                nginx_place_fail(&err);
        if (nginx_responder_release(&responder, &err))
                nginx_place_fail(&err);
        for (int i = 0; i < WORKERS; i++) {
                int status = -1;
                if (spawn_wait(clients[i], clock_ms() + WAIT_MS, &status, &err))
                        nginx_place_fail(&err);
                assert_int_equal(status, 0);
        }
        response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
        assert_int_equal(response.status, 200);
        http_clear(&response);
}

static void test_the_page_and_its_description(void **state)
{
        (void)state;
        struct http_response response = nginx_place_ask(NULL, "/", NULL, NULL);
        char value[512];
        assert_int_equal(response.status, 200);
        assert_int_equal(http_header(&response, "Content-Type", value, sizeof value), 1);
        assert_string_equal(value, "text/html; charset=utf-8");
        assert_int_equal(http_header(&response, "Content-Security-Policy", value, sizeof value), 1);
        http_clear(&response);
        response = nginx_place_ask(NULL, "/openapi.yaml", NULL, NULL);
        assert_int_equal(response.status, 200);
        http_clear(&response);
}

/* From its master process on: an ordinary user without a capability, that can gain none. */
static void test_it_has_no_privilege(void **state)
{
        static const char *const capabilities[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
        struct process list[PROCESSES_MAX + 1];
        char value[128], mine[128];
        (void)state;
        struct http_response response = nginx_place_ask(NULL, "/", NULL, NULL);
        assert_int_equal(response.status, 200); /* so there is a process that serves */
        http_clear(&response);
        list[0].pid = place.nginx;
        size_t count = 1 + processes_list(0, place.nginx, list + 1);
        assert_true(count > 1);
        assert_int_equal(processes_status(getpid(), "Uid", mine, sizeof mine), 0);
        for (size_t i = 0; i < count; i++) {
                assert_int_equal(processes_status(list[i].pid, "Uid", value, sizeof value), 0);
                assert_string_not_equal(value, mine);
                assert_int_equal(processes_status(list[i].pid, "NoNewPrivs", value, sizeof value), 0);
                assert_string_equal(value, "1");
                for (size_t j = 0; j < sizeof capabilities / sizeof *capabilities; j++) {
                        assert_int_equal(
                                processes_status(list[i].pid, capabilities[j], value, sizeof value), 0);
                        assert_string_equal(value, "0000000000000000");
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_has_no_privilege),
                cmocka_unit_test(test_every_path_reaches_its_socket),
                cmocka_unit_test(test_other_paths_are_not_found),
                cmocka_unit_test(test_preflight),
                cmocka_unit_test(test_security_headers),
                cmocka_unit_test(test_other_origins_are_not_allowed),
                cmocka_unit_test(test_operators_paths),
                cmocka_unit_test(test_json_is_compressed_for_who_asks),
                cmocka_unit_test(test_the_access_log),
                cmocka_unit_test(test_a_streamed_answer),
                cmocka_unit_test(test_a_chunked_body_arrives_with_its_length),
                cmocka_unit_test(test_rate_limit_by_client),
                cmocka_unit_test(test_loopback_is_not_limited),
                cmocka_unit_test(test_what_is_more_than_the_workers_is_refused_at_once),
                cmocka_unit_test(test_the_page_and_its_description),
        };
        return cmocka_run_group_tests(tests, start, nginx_place_stop);
}
