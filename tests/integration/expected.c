/* Compares answers. */
#include "tests/integration/expected.h"

#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

/* Whether the answer is well formed and as expected; tells what is wrong. */
static bool is(const struct http_response *response, const struct expected *expected, const char *name)
{
        struct error err = {0};
        const char *reason = json_string_value(json_object_get(response->json, "reason"));
        const char *field = json_string_value(json_object_get(response->json, "field"));
        const char *text = json_string_value(json_object_get(response->json, "error"));
        if (response->status != expected->status)
                error_set(&err, "status %d, not %d", response->status, expected->status);
        else if (answer_check(response, &err))
                ;
        else if (expected->reason && (!reason || strcmp(reason, expected->reason)))
                error_set(&err, "reason %s, not %s", reason ? reason : "null", expected->reason);
        else if (expected->field && strcmp(field ? field : "", expected->field))
                error_set(&err, "field \"%s\", not \"%s\"", field ? field : "", expected->field);
        else if (expected->says && (!text || !strstr(text, expected->says)))
                error_set(&err, "error \"%s\" does not say \"%s\"", text ? text : "", expected->says);
        if (err.text[0])
                print_error("%s: %s\n  %.*s\n", name, err.text,
                        (int)(response->body.size < 400 ? response->body.size : 400),
                        response->body.data ? response->body.data : "");
        return !err.text[0];
}

bool expected_answer(const struct http_request *given, const struct expected *expected, const char *name)
{
        struct http_request request = *given;
        struct http_response response = {0};
        struct error err = {0};
        request.port = fixture.port;
        if (!request.path)
                request.path = "/api/execute";
        bool ok = http_send(&request, 1, &response, &err) == 0;
        if (!ok)
                print_error("%s: %s\n", name, err.text);
        else
                ok = is(&response, expected, name);
        http_clear(&response);
        return ok;
}
