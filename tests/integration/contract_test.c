/* Requests as frontends of earlier systems send them, byte for byte, and the fields that those read. */
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

static int start(void **state)
{
        struct service_options options = {.pool_max = 4, .queue_timeout_s = 60};
        (void)state;
        return fixture_start(&options);
}

/* POST the body as it stands; the answer's JSON, the caller's. */
static json_t *post(const char *path, const char *body)
{
        struct error err = {0};
        struct http_request request = {.port = fixture.port, .path = path, .body = body};
        struct http_response response = {0};
        if (http_send(&request, 1, &response, &err) || answer_check(&response, &err))
                fail_msg("%s: %s", body, err.text);
        assert_int_equal(response.status, 200);
        json_t *answer = json_incref(response.json);
        http_clear(&response);
        return answer;
}

static json_int_t number(const json_t *answer, const char *key)
{
        assert_true(json_is_integer(json_object_get(answer, key)));
        return json_integer_value(json_object_get(answer, key));
}

static void hello(void **state)
{
        (void)state;
        json_t *answer = post(
                "/api/execute", "{\"code\": \"print(\\\"Hello from API!\\\")\", \"language\": \"python\"}");
        assert_string_equal(fixture_text(answer, "status"), "success");
        assert_string_equal(fixture_text(answer, "output"), "Hello from API!\n");
        assert_true(number(answer, "executionTime") > 0);
        json_decref(answer);
}

static void error(void **state)
{
        static const char end[] = "ValueError: Test error";
        (void)state;
        json_t *answer = post("/api/execute",
                "{\"code\": \"raise ValueError(\\\"Test error\\\")\", \"language\": \"python\"}");
        const char *text = fixture_text(answer, "error");
        assert_string_equal(fixture_text(answer, "status"), "error");
        assert_true(strlen(text) > sizeof end);
        assert_string_equal(text + strlen(text) - (sizeof end - 1), end);
        json_decref(answer);
}

/* The runner ends it after 5 s, in the middle of its sleep. */
static void timeout(void **state)
{
        (void)state;
        json_t *answer = post("/api/execute", "{\"code\": \"import time\\ntime.sleep(35)\\nprint('awake')\", "
                                              "\"language\": \"python\", \"timeout\": 5}");
        assert_string_equal(fixture_text(answer, "status"), "timeout");
        assert_string_equal(fixture_text(answer, "error"), "Execution exceeded 5 second timeout");
        assert_string_equal(fixture_text(answer, "output"), "");
        assert_true(number(answer, "executionTime") >= 5000);
        json_decref(answer);
}

static void import_json(void **state)
{
        (void)state;
        json_t *answer = post("/api/execute", "{\"code\": \"import json\\nprint(json.dumps({\\\"a\\\": [1, "
                                              "2]}))\", \"language\": \"python\"}");
        assert_string_equal(fixture_text(answer, "status"), "success");
        assert_string_equal(fixture_text(answer, "output"), "{\"a\": [1, 2]}\n");
        json_decref(answer);
}

static void test_cases(void **state)
{
        (void)state;
        json_t *answer = post("/api/v1/execute",
                "{\"code\": \"def add(a, b):\\n    return a + b\\n\\nprint(add(2, 3))\", \"language\": "
                "\"python\", "
                "\"test_cases\": [{\"input\": \"\", \"expected_output\": \"5\", \"is_hidden\": false}], "
                "\"time_limit\": 10, \"memory_limit\": 128, \"user_id\": \"optional_user_id\"}");
        const json_t *tests = json_object_get(answer, "tests");
        assert_string_equal(fixture_text(answer, "status"), "success");
        assert_true(json_is_true(json_object_get(answer, "success")));
        assert_string_equal(fixture_text(answer, "output"), "5\n");
        assert_int_equal(number(tests, "passed"), 1);
        assert_int_equal(number(tests, "total"), 1);
        json_decref(answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hello),
                cmocka_unit_test(error),
                cmocka_unit_test(timeout),
                cmocka_unit_test(import_json),
                cmocka_unit_test(test_cases),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
