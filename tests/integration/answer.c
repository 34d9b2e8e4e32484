/* Checks answers of POST /api/execute against the HTTP contract, field by field. */
#include "tests/integration/answer.h"

#include "tests/integration/openapi.h"

#include <stdbool.h>
#include <string.h>

/* Types, as bits. */
enum { STRING = 1, INTEGER = 2, BOOLEAN = 4, NOTHING = 8, OBJECT = 16, ARRAY = 32, ABSENT = 64 };

struct field {
        const char *name;
        unsigned types;
};

static unsigned type_of(const json_t *value)
{
        if (!value)
                return ABSENT;
        switch (json_typeof(value)) {
        case JSON_STRING:
                return STRING;
        case JSON_INTEGER:
                return INTEGER;
        case JSON_TRUE:
        case JSON_FALSE:
                return BOOLEAN;
        case JSON_NULL:
                return NOTHING;
        case JSON_OBJECT:
                return OBJECT;
        case JSON_ARRAY:
                return ARRAY;
        default:
                return 0;
        }
}

static const struct field *find(const struct field *fields, const char *name)
{
        for (; fields->name; fields++)
                if (!strcmp(fields->name, name))
                        return fields;
        return NULL;
}

/* Every field of the table with one of its types, and no other. */
static int check_fields(
        const json_t *object, const struct field *fields, const char *where, struct error *err)
{
        const char *name;
        json_t *value;
        if (!json_is_object(object))
                return error_set(err, "%s is not an object", where);
        for (const struct field *field = fields; field->name; field++)
                if (!(type_of(json_object_get(object, field->name)) & field->types))
                        return error_set(err, "%s.%s is missing or of a wrong type", where, field->name);
        json_object_foreach((json_t *)object, name, value)
        {
                if (!find(fields, name))
                        return error_set(err, "%s has an unknown field %s", where, name);
        }
        return 0;
}

static bool one_of(const char *word, const char *const *words)
{
        for (; word && *words; words++)
                if (!strcmp(word, *words))
                        return true;
        return false;
}

static const struct field result_fields[] = {{"status", STRING}, {"success", BOOLEAN},
        {"reason", STRING | NOTHING}, {"output", STRING}, {"stdout", STRING}, {"stderr", STRING},
        {"error", STRING | ABSENT}, {"executionTime", INTEGER}, {"cpuTime", INTEGER}, {"memory", INTEGER},
        {"exitCode", INTEGER | NOTHING}, {"signal", STRING | NOTHING}, {"truncated", BOOLEAN},
        {"compile", OBJECT | NOTHING}, {"tests", OBJECT | NOTHING}, {"violations", ARRAY},
        {"language", STRING}, {"version", STRING}, {"requestId", STRING}, {NULL, 0}};
static const struct field compile_fields[] = {{"stdout", STRING}, {"stderr", STRING},
        {"exitCode", INTEGER | NOTHING}, {"time", INTEGER}, {NULL, 0}};
static const struct field violation_fields[] = {{"rule", STRING}, {"severity", STRING}, {"message", STRING},
        {"file", STRING | ABSENT}, {"line", INTEGER}, {"column", INTEGER}, {"snippet", STRING}, {NULL, 0}};
static const struct field error_fields[] = {{"status", STRING}, {"success", BOOLEAN}, {"reason", STRING},
        {"error", STRING}, {"field", STRING | ABSENT}, {"requestId", STRING}, {NULL, 0}};

/* Which reasons go with which status. */
static const struct {
        const char *status;
        const char *reasons[6];
} pairs[] = {
        {"failed", {"wrong_answer"}},
        {"error", {"compile_error", "runtime_error", "memory_limit", "output_limit", "suite_error"}},
        {"timeout", {"time_limit"}},
        {"blocked", {"policy"}},
};

static int check_tests(const json_t *tests, const char *status, struct error *err)
{
        json_int_t passed = 0, skipped = 0;
        size_t i;
        json_t *test;
        json_array_foreach(json_object_get(tests, "results"), i, test)
        {
                const char *ending = json_string_value(json_object_get(test, "status"));
                bool ok = ending && !strcmp(ending, "success"), skip = ending && !strcmp(ending, "skipped");
                bool told = json_object_get(test, "error") || json_object_get(test, "isHidden");
                passed += ok;
                skipped += skip;
                if (ok != json_is_true(json_object_get(test, "passed")) ||
                        (ok || skip) != json_is_null(json_object_get(test, "reason")) ||
                        (!ok && !skip && !told))
                        return error_set(
                                err, "tests.results[%zu]: status, passed, reason and error disagree", i);
        }
        if (passed != json_integer_value(json_object_get(tests, "passed")) ||
                skipped != json_integer_value(json_object_get(tests, "skipped")) ||
                (json_int_t)i != json_integer_value(json_object_get(tests, "total")))
                return error_set(err, "tests: passed, skipped or total is not the number of its results");
        if ((passed == (json_int_t)i) != !strcmp(status, "success"))
                return error_set(err, "status %s with %d of %zu tests passed", status, (int)passed, i);
        return 0;
}

static int check_agreement(const json_t *json, struct error *err)
{
        const char *status = json_string_value(json_object_get(json, "status"));
        const char *reason = json_string_value(json_object_get(json, "reason"));
        const char *error = json_string_value(json_object_get(json, "error"));
        bool success = !strcmp(status, "success");
        if (success != json_is_true(json_object_get(json, "success")))
                return error_set(err, "status %s and success disagree", status);
        if (success != !reason || success != !error)
                return error_set(err, "status %s with reason %s and error %s", status,
                        reason ? reason : "null", error ? error : "absent");
        if (json_is_object(json_object_get(json, "tests")) &&
                check_tests(json_object_get(json, "tests"), status, err))
                return -1;
        if (error && !*error)
                return error_set(err, "error is empty");
        if (!json_equal(json_object_get(json, "output"), json_object_get(json, "stdout")))
                return error_set(err, "output is not stdout");
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
                if (!strcmp(pairs[i].status, status))
                        return one_of(reason, pairs[i].reasons)
                                       ? 0
                                       : error_set(err, "status %s with reason %s", status, reason);
        return success ? 0 : error_set(err, "status %s is unknown", status);
}

int answer_check_result(const json_t *json, struct error *err)
{
        static const char *const severities[] = {"INFO", "WARNING", "ERROR", "CRITICAL", NULL};
        const json_t *compile = json_object_get(json, "compile");
        size_t i;
        json_t *violation;
        if (check_fields(json, result_fields, "the answer", err) || check_agreement(json, err))
                return -1;
        if (json_is_object(compile) && check_fields(compile, compile_fields, "compile", err))
                return -1;
        json_array_foreach(json_object_get(json, "violations"), i, violation)
        {
                if (check_fields(violation, violation_fields, "violations[]", err))
                        return -1;
                if (!one_of(json_string_value(json_object_get(violation, "severity")), severities))
                        return error_set(err, "violations[%zu].severity is unknown", i);
        }
        return 0;
}

int answer_check_error(const json_t *json, struct error *err)
{
        if (check_fields(json, error_fields, "the error", err))
                return -1;
        if (strcmp(json_string_value(json_object_get(json, "status")), "error") ||
                json_is_true(json_object_get(json, "success")))
                return error_set(err, "an error with another status than error");
        if (!json_string_length(json_object_get(json, "error")))
                return error_set(err, "error is empty");
        return 0;
}

static int check_head(const struct http_response *response, struct error *err)
{
        char value[128];
        const char *id = json_string_value(json_object_get(response->json, "requestId"));
        if (http_header(response, "Content-Type", value, sizeof value) != 1 ||
                strncmp(value, "application/json", 16))
                return error_set(err, "Content-Type is \"%s\"", value);
        if (http_header(response, "X-Request-Id", value, sizeof value) != 1 || !id || strcmp(value, id))
                return error_set(err, "X-Request-Id is \"%s\", requestId \"%s\"", value, id ? id : "");
        if (http_header(response, "Access-Control-Allow-Origin", value, sizeof value) > 1)
                return error_set(err, "Access-Control-Allow-Origin came twice");
        if ((response->status == 429 || response->status == 503) &&
                http_header(response, "Retry-After", value, sizeof value) != 1)
                return error_set(err, "status %d without one Retry-After", response->status);
        if (response->status == 405 && http_header(response, "Allow", value, sizeof value) != 1)
                return error_set(err, "status 405 without one Allow");
        return 0;
}

int answer_check(const struct http_response *response, struct error *err)
{
        int rc;
        if (!response->json) {
                error_set(err, "the body is not JSON: %.*s",
                        (int)(response->body.size < 200 ? response->body.size : 200),
                        response->body.data ? response->body.data : "");
                return error_wrap(err, "status %d", response->status);
        }
        rc = response->status == 200 ? answer_check_result(response->json, err)
                                     : answer_check_error(response->json, err);
        if (rc == 0)
                rc = check_head(response, err);
        if (rc == 0)
                rc = openapi_check(response->method, response->path, response->status, response->json, err);
        return rc ? error_wrap(err, "status %d", response->status) : 0;
}
