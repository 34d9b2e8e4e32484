/* Parses and checks the body of POST /api/execute, by a table of its fields. */
#include "fcgi/model/request_parse.h"

#include "fcgi/base/text.h"
#include "fcgi/model/json_values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a field means: several fields may mean one thing, and then only one may be given. In the order in
 * which they are read: exercise and language first, because limits depend on them. */
enum meaning {
        MEANS_EXERCISE,
        MEANS_LANGUAGE,
        MEANS_POLICY,
        MEANS_TIMEOUT,
        MEANS_MEMORY,
        MEANS_ENTRY,
        MEANS_CODE,
        MEANS_FILES,
        MEANS_STDIN,
        MEANS_ARGS,
        MEANS_USER,
        MEANS_ENCODING,
        MEANS_COMPARE,
        MEANS_STOP,
        MEANS_TESTS,
        MEANINGS
};

struct field {
        const char *names[2]; /* camelCase, snake_case (NULL: the same) */
        enum meaning meaning;
        /* field: the name the client used. Returns as request_parse does. */
        int (*read)(struct parse *parse, const char *field, const json_t *value);
};

/* A field as given. */
struct given {
        const struct field *field;
        const char *name; /* borrowed from the body */
        const json_t *value;
};

int request_refuse(const struct parse *parse, const char *field, const char *format, ...)
{
        struct refusal *refusal = parse->refusal;
        va_list args;

        refusal->http_status = 422;
        refusal->reason = "invalid_request";
        snprintf(refusal->field, sizeof refusal->field, "%s", field);
        va_start(args, format);
        vsnprintf(refusal->text, sizeof refusal->text, format, args);
        va_end(args);
        return 1;
}

int request_no_memory(const struct parse *parse)
{
        return error_set(parse->err, "out of memory");
}

void request_show(const char *text, char shown[64])
{
        size_t length = text_cut(text, strlen(text), 63);

        for (size_t i = 0; i < length; i++)
                shown[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
        shown[length] = '\0';
}

int request_unknown(const struct parse *parse, const char *prefix, const char *key, const char *const *known)
{
        const char *nearest = text_nearest(key, known);
        char shown[64], field[128];

        request_show(key, shown);
        snprintf(field, sizeof field, "%s%s%s", prefix, *prefix != '\0' ? "." : "", shown);
        if (nearest != NULL)
                return request_refuse(
                        parse, field, "unknown field '%s' (did you mean '%s'?)", shown, nearest);
        return request_refuse(parse, field, "unknown field '%s'", shown);
}

bool request_is(const json_t *value, const char *word)
{
        return json_is_string(value) && json_string_length(value) == strlen(word) &&
               memcmp(json_string_value(value), word, strlen(word)) == 0;
}

char *request_copy(const json_t *string, size_t *size)
{
        char *copy;

        *size = json_string_length(string);
        copy = malloc(*size + 1);
        if (copy != NULL)
                memcpy(copy, json_string_value(string), *size + 1);
        return copy;
}

static const struct field fields[] = {
        {{"exercise", NULL}, MEANS_EXERCISE, request_read_exercise},
        {{"language", NULL}, MEANS_LANGUAGE, request_read_language},
        {{"policy", NULL}, MEANS_POLICY, request_read_policy},
        {{"timeout", NULL}, MEANS_TIMEOUT, request_read_seconds},
        {{"timeLimit", "time_limit"}, MEANS_TIMEOUT, request_read_seconds},
        {{"timeoutMs", "timeout_ms"}, MEANS_TIMEOUT, request_read_milliseconds},
        {{"memoryLimit", "memory_limit"}, MEANS_MEMORY, request_read_memory},
        {{"memoryLimitMb", "memory_limit_mb"}, MEANS_MEMORY, request_read_memory},
        {{"entry", NULL}, MEANS_ENTRY, request_read_entry},
        {{"code", NULL}, MEANS_CODE, request_read_code},
        {{"files", NULL}, MEANS_FILES, request_read_files},
        {{"stdin", NULL}, MEANS_STDIN, request_read_stdin},
        {{"args", NULL}, MEANS_ARGS, request_read_args},
        {{"userId", "user_id"}, MEANS_USER, request_read_user},
        {{"outputEncoding", "output_encoding"}, MEANS_ENCODING, request_read_output_encoding},
        {{"compare", NULL}, MEANS_COMPARE, request_read_compare},
        {{"stopOnFailure", "stop_on_failure"}, MEANS_STOP, request_read_stop},
        {{"testCases", "test_cases"}, MEANS_TESTS, request_read_tests},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const struct field *field_find(const char *name)
{
        for (size_t i = 0; i < FIELDS; i++)
                for (size_t j = 0; j < 2; j++)
                        if (fields[i].names[j] != NULL && strcmp(fields[i].names[j], name) == 0)
                                return &fields[i];
        return NULL;
}

static int unknown_field(const struct parse *parse, const char *name)
{
        const char *known[2 * FIELDS + 1] = {NULL};
        size_t count = 0;

        for (size_t i = 0; i < FIELDS; i++)
                for (size_t j = 0; j < 2; j++)
                        if (fields[i].names[j] != NULL)
                                known[count++] = fields[i].names[j];
        return request_unknown(parse, "", name, known);
}

/* Sort the body's members by what they mean. A null counts as left out. */
static int collect(const struct parse *parse, json_t *body, struct given given[MEANINGS])
{
        const char *name;
        json_t *value;

        json_object_foreach(body, name, value)
        {
                const struct field *field = field_find(name);
                struct given *place;

                if (field == NULL)
                        return unknown_field(parse, name);
                if (json_is_null(value))
                        continue;
                place = &given[field->meaning];
                if (place->field != NULL)
                        return request_refuse(
                                parse, name, "%s and %s mean the same: give one of them", place->name, name);
                *place = (struct given){.field = field, .name = name, .value = value};
        }
        return 0;
}

/* What must, and must not, be there together. */
static int check_program(const struct parse *parse, const struct given given[MEANINGS])
{
        if (given[MEANS_CODE].field != NULL && given[MEANS_FILES].field != NULL)
                return request_refuse(parse, "files", "give either code or files, not both");
        if (given[MEANS_CODE].field == NULL && given[MEANS_FILES].field == NULL)
                return request_refuse(parse, "code", "code is missing (or files)");
        if (given[MEANS_ENTRY].field != NULL && given[MEANS_FILES].field == NULL)
                return request_refuse(parse, "entry", "entry goes with files only");
        return 0;
}

/* What holds when the request does not say; known once the language is. */
static int set_defaults(const struct parse *parse)
{
        const struct catalog *catalog = parse->catalog;
        struct request *request = parse->request;
        const char *policy = catalog->settings->default_policy;

        if (request->language == NULL && request->exercise == NULL)
                request->language = registry_find(catalog->registry, catalog->settings->default_language);
        if (request->language == NULL)
                return error_set(parse->err, "the default language is not there");
        if (request->language->policy != NULL)
                policy = request->language->policy;
        request->policy = policies_find(catalog->policies, policy);
        if (request->policy == NULL)
                return error_set(parse->err, "policy '%s' is not loaded", policy);
        request->timeout_ms = request->language->timeout_ms.value;
        request->memory_mib = request->language->memory_mib.value;
        request->args = calloc(1, sizeof *request->args);
        return request->args != NULL ? 0 : request_no_memory(parse);
}

/* An empty list of test cases counts as left out. */
static bool has_tests(const struct given given[MEANINGS])
{
        const json_t *tests = given[MEANS_TESTS].value;

        return tests != NULL && !(json_is_array(tests) && json_array_size(tests) == 0);
}

/* An exercise brings these itself. */
static int check_exercise(const struct parse *parse, const struct given given[MEANINGS])
{
        static const enum meaning excluded[] = {
                MEANS_TESTS, MEANS_COMPARE, MEANS_STDIN, MEANS_ARGS, MEANS_POLICY};

        for (size_t i = 0; parse->request->exercise != NULL && i < sizeof excluded / sizeof *excluded; i++) {
                const struct given *other = &given[excluded[i]];

                if (other->field != NULL && (excluded[i] != MEANS_TESTS || has_tests(given)))
                        return request_refuse(parse, other->name, "%s cannot be given with an exercise (%s)",
                                other->name, parse->request->exercise->id);
        }
        return 0;
}

/* What holds once it is known which exercise, if any, and which language. */
static int settle(struct parse *parse, const struct given given[MEANINGS])
{
        struct request *request = parse->request;
        int rc;

        if (given[MEANS_EXERCISE].field == NULL && !has_tests(given))
                request->exercise = parse->catalog->default_exercise;
        rc = check_exercise(parse, given);
        if (rc == 0 && request->exercise != NULL)
                rc = request_exercise_language(parse);
        if (rc == 0)
                rc = set_defaults(parse);
        if (rc == 0 && request->exercise != NULL)
                rc = request_exercise_apply(parse);
        return rc == 0 ? check_program(parse, given) : rc;
}

static int read_all(struct parse *parse, json_t *body)
{
        struct given given[MEANINGS] = {{.field = NULL}};
        int rc = collect(parse, body, given);

        for (int meaning = 0; rc == 0 && meaning < MEANINGS; meaning++) {
                if (given[meaning].field != NULL)
                        rc = given[meaning].field->read(parse, given[meaning].name, given[meaning].value);
                if (rc == 0 && meaning == MEANS_LANGUAGE)
                        rc = settle(parse, given);
        }
        return rc == 0 && parse->request->exercise != NULL ? request_exercise_check(parse) : rc;
}

static int refuse_json(struct refusal *refusal, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
static int refuse_json(struct refusal *refusal, const char *format, ...)
{
        va_list args;

        refusal->http_status = 400;
        refusal->reason = "invalid_json";
        va_start(args, format);
        vsnprintf(refusal->text, sizeof refusal->text, format, args);
        va_end(args);
        return 1;
}

/* jansson's complaint; it quotes the body, so that the text is cut to whole characters. */
static int refuse_syntax(struct refusal *refusal, const json_error_t *problem)
{
        size_t length = 0;
        char *text = text_to_utf8(problem->text, strnlen(problem->text, sizeof problem->text), &length);

        if (text == NULL)
                return -1;
        for (size_t i = 0; i < length; i++)
                if ((unsigned char)text[i] < ' ')
                        text[i] = ' ';
        refuse_json(refusal, "the body is not valid JSON: line %d, column %d: %s", problem->line,
                problem->column, text);
        free(text);
        return 1;
}

/* DECODE_INT_AS_REAL: an integer too large for 64 bits is a number out of range like any other. DECODE_ANY: a
 * lone number is JSON too, only no object. */
static int read_json(const char *body, size_t size, json_t **root, struct refusal *refusal, struct error *err)
{
        const size_t flags =
                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY;
        json_error_t problem;

        if (size == 0)
                return refuse_json(refusal, "the body is empty");
        *root = json_loadb(body, size, flags, &problem);
        if (*root == NULL) {
                /* Out of memory, jansson returns without a word. */
                if (problem.text[0] == '\0' || json_error_code(&problem) == json_error_out_of_memory)
                        return error_set(err, "out of memory");
                return refuse_syntax(refusal, &problem) == 1 ? 1 : error_set(err, "out of memory");
        }
        if (!json_is_object(*root))
                return refuse_json(refusal, "the body must be a JSON object");
        return 0;
}

/* What a request within its limits has stays far below: these are values where it has fields. */
static size_t values_max(const struct limits *limits)
{
        return 4096 + 8 * (size_t)limits->files + limits->args +
               (size_t)limits->test_cases * (16 + (size_t)limits->args);
}

static int check_values(const struct parse *parse, const char *body, size_t size)
{
        size_t max = values_max(&parse->catalog->settings->limits), count;

        if (size < max) /* no byte makes more than one */
                return 0;
        count = json_values_count(body, size);
        if (count <= max)
                return 0;
        return request_refuse(parse, "", "the body has %zu values, and may have %zu", count, max);
}

int request_parse(const char *body, size_t size, const struct catalog *catalog, struct request *request,
        struct refusal *refusal, struct error *err)
{
        struct parse parse = {.catalog = catalog, .request = request, .refusal = refusal, .err = err};
        json_t *root = NULL;
        int rc;

        *request = (struct request){0};
        *refusal = (struct refusal){0};
        rc = check_values(&parse, body, size);
        if (rc == 0)
                rc = read_json(body, size, &root, refusal, err);
        if (rc == 0)
                rc = read_all(&parse, root);
        json_decref(root);
        if (rc != 0)
                request_free(request);
        return rc;
}

void request_free(struct request *request)
{
        for (size_t i = 0; i < request->file_count; i++) {
                free(request->files[i].name);
                free(request->files[i].data);
        }
        free(request->files);
        free(request->input);
        language_argv_free(request->args);
        test_set_free(request->own_tests);
        *request = (struct request){0};
}
