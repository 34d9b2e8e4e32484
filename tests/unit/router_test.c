/* The table of paths and methods. */
#include "fcgi/service/router.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void each_path_has_its_socket(void **state)
{
        (void)state;
        static const struct {
                const char *path;
                enum router_socket socket;
                const char *methods;
        } expected[] = {{"/api/execute", ROUTER_MAIN, "POST"}, {"/api/v1/execute", ROUTER_MAIN, "POST"},
                {"/api/run-code", ROUTER_MAIN, "POST"}, {"/livez", ROUTER_CONTROL, "GET, HEAD"},
                {"/readyz", ROUTER_CONTROL, "GET, HEAD"}, {"/api/health", ROUTER_CONTROL, "GET, HEAD"},
                {"/api/v1/health", ROUTER_CONTROL, "GET, HEAD"},
                {"/api/languages", ROUTER_CONTROL, "GET, HEAD"},
                {"/api/v1/languages", ROUTER_CONTROL, "GET, HEAD"}, {"/metrics", ROUTER_CONTROL, "GET, HEAD"},
                {"/api/exercises", ROUTER_CONTROL, "GET, HEAD"},
                {"/api/exercises/two-sum", ROUTER_CONTROL, "GET, HEAD"}};
        for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
                const struct route *route = router_find(expected[i].socket, expected[i].path);
                assert_non_null(route);
                assert_string_equal(route->methods, expected[i].methods);
                assert_null(router_find(!expected[i].socket, expected[i].path));
        }
        assert_null(router_find(ROUTER_MAIN, "/api/execute/"));
        assert_null(router_find(ROUTER_MAIN, "/api/EXECUTE"));
        assert_null(router_find(ROUTER_MAIN, ""));
        assert_null(router_find(ROUTER_MAIN, "/metrics"));
        assert_null(router_find(ROUTER_CONTROL, "/api/exercises/"));
        assert_null(router_find(ROUTER_CONTROL, "/api/exercises/two/sum"));
}

static void methods(void **state)
{
        (void)state;
        const struct route *post = router_find(ROUTER_MAIN, "/api/execute");
        const struct route *get = router_find(ROUTER_CONTROL, "/livez");
        assert_true(router_allows(post, "POST"));
        assert_true(router_allows(get, "GET"));
        assert_true(router_allows(get, "HEAD"));
        static const char *const others[] = {
                "", "get", "GE", "GETT", "ET", "POS", "PUT", "GET, HEAD", "HEAD,", ","};
        for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
                if (router_allows(get, others[i]))
                        fail_msg("'%s'", others[i]);
                assert_false(router_allows(post, others[i]));
        }
}

static void check_error(struct exchange *x, int http, const char *reason)
{
        json_t *body = json_loadb(x->reply.body, x->reply.size, 0, NULL);
        assert_int_equal(x->reply.http_status, http);
        assert_string_equal(json_string_value(json_object_get(body, "reason")), reason);
        assert_string_equal(json_string_value(json_object_get(body, "status")), "error");
        assert_true(json_is_false(json_object_get(body, "success")));
        assert_string_equal(json_string_value(json_object_get(body, "requestId")), "abc");
        assert_true(json_is_string(json_object_get(body, "error")));
        json_decref(body);
        reply_clear(&x->reply);
}

static void errors_have_the_one_shape(void **state)
{
        (void)state;
        struct exchange x = {.path = "/nothing", .method = "GET", .request_id = "abc"};
        router_answer(ROUTER_CONTROL, &x);
        check_error(&x, 404, "not_found");
        assert_null(x.reply.allow);
        x.path = "/api/execute";
        router_answer(ROUTER_MAIN, &x);
        check_error(&x, 405, "method_not_allowed");
        assert_string_equal(x.reply.allow, "POST");
}

static void heads(void **state)
{
        (void)state;
        struct buffer out = BUFFER_MAX(4096);
        struct reply reply = {.http_status = 503, .retry_after_s = 2, .allow = "GET", .size = 17};
        assert_int_equal(reply_head(&reply, "abc", &out), 0);
        assert_int_equal(buffer_add(&out, "", 1), 0);
        assert_string_equal(out.data,
                "Status: 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 17\r\n"
                "X-Request-Id: abc\r\nCache-Control: no-store\r\nAllow: GET\r\nRetry-After: 2\r\n\r\n");
        buffer_clear(&out);
        struct buffer small = BUFFER_MAX(100);
        assert_int_equal(reply_head(&reply, "abc", &small), -1);
        buffer_clear(&small);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_path_has_its_socket),
                cmocka_unit_test(methods),
                cmocka_unit_test(errors_have_the_one_shape),
                cmocka_unit_test(heads),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
