/* Asks by POST /api/execute, on a connection that stays open. */
#include "tests/bench/question.h"

#include "fcgi/base/clock.h"
#include "tests/integration/http.h"

#include <stdlib.h>
#include <string.h>

struct question question_new(int port, const char *language, const char *code, const char *expected)
{
        json_t *body = json_pack("{s:s, s:s}", "language", language, "code", code);
        struct question question = {port, NULL, json_dumps(body, JSON_COMPACT), expected};
        json_decref(body);
        return question;
}

void question_free(struct question *question)
{
        http_connection_free(question->connection);
        free(question->body);
}

int64_t question_ask(void *context, struct error *err)
{
        struct question *question = context;
        struct http_request request = {
                .port = question->port, .path = "/api/execute", .body = question->body};
        struct http_response response = {0};
        if (!question->connection)
                question->connection = http_connection_new();
        int64_t taken = -1, start = clock_us();
        int rc = http_send_on(question->connection, &request, &response, err);
        int64_t end = clock_us();
        const char *output = json_string_value(json_object_get(response.json, "output"));
        if (rc == 0 && response.status == 200 && output && !strcmp(output, question->expected))
                taken = end - start;
        else
                error_set(err, "status %d: %.*s", response.status, (int)response.body.size,
                        response.body.data ? response.body.data : "");
        http_clear(&response);
        return taken;
}
