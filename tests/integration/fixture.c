/* The instance of the service that a test program shares among its tests. */
#include "tests/integration/fixture.h"

#include "tests/integration/answer.h"
#include "tests/integration/http.h"
#include "tests/integration/service_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MS 60000

struct service fixture;

int fixture_start(const struct service_options *options)
{
        struct error err = {0};
        if (service_start(&fixture, options, &err) == 0)
                return 0;
        fprintf(stderr, "start: %s\n", err.text);
        service_stop(&fixture, NULL);
        return -1;
}

int fixture_start_at_rest(const struct service_options *options, struct remains *remains, int timeout_ms)
{
        struct error err = {0};
        if (fixture_start(options))
                return -1;
        if (remains_take(&fixture, remains, timeout_ms, &err) == 0)
                return 0;
        fprintf(stderr, "start: %s\n", err.text);
        return -1;
}

int fixture_stop(void **state)
{
        struct error err = {0};
        (void)state;
        int rc = service_stop(&fixture, &err);
        if (rc)
                fprintf(stderr, "stop: %s\n", err.text);
        return rc;
}

json_t *fixture_run(const char *language, const char *code, const char *more)
{
        struct error err = {0};
        struct http_response response = {0};
        char fields[1024];
        json_t *answer = NULL;
        snprintf(fields, sizeof fields, "{%s}", more ? more : "");
        json_t *body = json_loads(fields, 0, NULL);
        json_object_set_new(body, "language", json_string(language));
        if (code)
                json_object_set_new(body, "code", json_string(code));
        json_object_set_new(body, "policy", json_string("off"));
        char *text = json_dumps(body, JSON_COMPACT);
        struct http_request request = {.port = fixture.port, .path = "/api/execute", .body = text};
        if (http_send(&request, 1, &response, &err) || answer_check(&response, &err))
                fprintf(stderr, "run: %s\n", err.text);
        else if (response.status != 200)
                fprintf(stderr, "run: status %d: %s\n", response.status,
                        fixture_text(response.json, "error"));
        else
                answer = json_incref(response.json);
        http_clear(&response);
        free(text);
        json_decref(body);
        return answer;
}

static bool has_leased(void *number)
{
        return service_sandboxes(&fixture, "leased", NULL) == *(int *)number;
}

bool fixture_await_leased(int number, int timeout_ms)
{
        return service_until(has_leased, &number, timeout_ms);
}

const char *fixture_text(const json_t *answer, const char *key)
{
        const char *text = json_string_value(json_object_get(answer, key));
        return text ? text : "";
}

struct line {
        const char *words[3];
        char text[4200];
};

static bool line_is_there(void *context)
{
        struct line *line = context;
        return service_logged(&fixture, line->words, line->text, sizeof line->text);
}

json_t *fixture_log_line(const char *request_id)
{
        struct line line = {.words = {request_id, "\"event\":\"request\"", NULL}};
        return service_until(line_is_there, &line, LOG_MS) ? json_loads(line.text, 0, NULL) : NULL;
}

int fixture_log_field(const char *request_id, const char *field, char *value, size_t size)
{
        json_t *json = fixture_log_line(request_id);
        const char *text = json_string_value(json_object_get(json, field));
        int rc = text ? 0 : -1;
        if (text)
                snprintf(value, size, "%s", text);
        json_decref(json);
        return rc;
}
