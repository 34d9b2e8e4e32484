/* What the service says about itself: probes, its languages, and a request in its log. */
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#define WAIT_MS 90000

static int start(void **state)
{
        struct service_options options = {.pool_max = 4, .queue_timeout_s = 80};
        (void)state;
        return fixture_start(&options);
}

static void get_is(const char *path, const char *word)
{
        struct error err = {0};
        json_t *json = service_await(&fixture, path, &err);
        if (!json)
                fail_msg("%s", err.text);
        assert_string_equal(fixture_text(json, "status"), word);
        json_decref(json);
}

static bool is_healthy(void *context)
{
        json_t *health = service_get(&fixture, "/api/health", NULL);
        bool ok = !strcmp(fixture_text(health, "status"), "ok");
        (void)context;
        json_decref(health);
        return ok;
}

static void probes(void **state)
{
        (void)state;
        get_is("/livez", "ok");
        get_is("/readyz", "ready");
        /* Ready is who can run something; healthy, who can run everything. */
        assert_true(service_until(is_healthy, NULL, WAIT_MS));
        get_is("/api/health", "ok");
        get_is("/api/v1/health", "ok");
        json_t *health = service_await(&fixture, "/api/health", NULL);
        json_t *checks = json_object_get(health, "checks");
        static const char *const must[] = {"docker", "pool", "languages"};
        for (size_t i = 0; i < sizeof must / sizeof *must; i++)
                assert_true(json_is_object(json_object_get(checks, must[i])));
        assert_true(json_is_true(json_object_get(json_object_get(checks, "docker"), "ok")));
        json_decref(health);
}

static bool is_range(const json_t *limits, const char *name)
{
        const json_t *range = json_object_get(limits, name);
        double min = json_number_value(json_object_get(range, "min"));
        double usual = json_number_value(json_object_get(range, "default"));
        double max = json_number_value(json_object_get(range, "max"));
        return min > 0 && min <= usual && usual <= max;
}

static void languages(void **state)
{
        static const char *const known[] = {"cpp", "javascript", "python"};
        struct error err = {0};
        size_t i;
        json_t *language;
        (void)state;
        json_t *answer = service_await(&fixture, "/api/languages", &err);
        json_t *again = service_await(&fixture, "/api/v1/languages", &err);
        if (!answer || !again)
                fail_msg("%s", err.text);
        assert_true(json_equal(answer, again));
        json_t *list = json_object_get(answer, "languages");
        assert_int_equal(json_array_size(list), sizeof known / sizeof *known);
        json_array_foreach(list, i, language)
        {
                assert_string_equal(fixture_text(language, "id"), known[i]);
                assert_true(*fixture_text(language, "name") && *fixture_text(language, "version"));
                assert_true(*fixture_text(language, "extension") == '.' && *fixture_text(language, "sample"));
                assert_true(json_array_size(json_object_get(language, "aliases")) > 0);
                assert_int_equal(json_is_true(json_object_get(language, "compiled")), i == 0);
                assert_true(is_range(json_object_get(language, "limits"), "timeout"));
                assert_true(is_range(json_object_get(language, "limits"), "memoryLimit"));
                /* What is offered as a sample runs, under each of the language's names. */
                json_t *ran = fixture_run(
                        json_string_value(json_array_get(json_object_get(language, "aliases"), 0)),
                        fixture_text(language, "sample"), NULL);
                assert_non_null(ran);
                assert_string_equal(fixture_text(ran, "status"), "success");
                assert_string_equal(fixture_text(ran, "language"), known[i]);
                json_decref(ran);
        }
        json_decref(answer);
        json_decref(again);
}

static void the_request_id_is_everywhere_and_the_code_nowhere(void **state)
{
        char id[64], line[4200], process[64];
        struct error err = {0};
        struct http_response response = {0};
        struct http_request request = {.port = fixture.port,
                .path = "/api/v1/execute",
                .body = "{\"code\": \"print('very-secret-words', input())\", \"stdin\": "
                        "\"very-secret-input\","
                        " \"args\": [\"very-secret-arg\"]}"};
        (void)state;
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, 200);
        assert_int_equal(answer_check(&response, &err), 0);
        assert_int_equal(http_header(&response, "X-Request-Id", id, sizeof id), 1);
        assert_int_equal(strlen(id), 32);
        assert_int_equal(fixture_log_field(id, "process", process, sizeof process), 0);
        assert_memory_equal(process, "worker-", 7);
        assert_false(service_logged(&fixture, (const char *const[]){"very-secret", NULL}, line, sizeof line));
        http_clear(&response);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(probes),
                cmocka_unit_test(languages),
                cmocka_unit_test(the_request_id_is_everywhere_and_the_code_nowhere),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
