/* The test cases of a request and how their output is compared. */
#include "fcgi/model/request_parse.h"

#include <stdlib.h>
#include <string.h>

enum { FIELD_SIZE = 96 };

int request_read_compare(struct parse *parse, const char *field, const json_t *value)
{
        static const char *const words[] = {
                [COMPARE_LINES] = "lines", [COMPARE_EXACT] = "exact", [COMPARE_TOKENS] = "tokens"};
        const json_t *epsilon = json_object_get(value, "float");

        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (request_is(value, words[i])) {
                        parse->compare.mode = (enum compare_mode)i;
                        return 0;
                }
        if (epsilon == NULL || json_object_size(value) != 1)
                return request_refuse(parse, field,
                        "%s must be \"lines\", \"exact\", \"tokens\" or {\"float\": 1e-6}", field);
        if (!json_is_number(epsilon) || !(json_number_value(epsilon) >= 0))
                return request_refuse(
                        parse, "compare.float", "compare.float must be a number that is not negative");
        parse->compare = (struct compare){COMPARE_FLOAT, json_number_value(epsilon)};
        return 0;
}

int request_read_stop(struct parse *parse, const char *field, const json_t *value)
{
        if (!json_is_boolean(value))
                return request_refuse(parse, field, "%s must be true or false", field);
        parse->request->stop_on_failure = json_is_true(value);
        return 0;
}

static int read_case_name(struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        size_t size = json_string_length(value);

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (size > TEST_NAME_MAX)
                return request_refuse(parse, field, "%s must be at most %d bytes", field, TEST_NAME_MAX);
        if (request_has_control(value))
                return request_refuse(parse, field, "%s must not contain control characters", field);
        test->name = request_copy(value, &size);
        return test->name != NULL ? 0 : request_no_memory(parse);
}

/* A text that counts against a sum over all cases. */
static int read_case_text(struct parse *parse, const char *field, const json_t *value, uint32_t max,
        size_t *sum, char **text, size_t *size)
{
        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        *sum += json_string_length(value);
        if (*sum > max)
                return request_refuse(parse, field,
                        "%s: up to here the test cases have %zu bytes of it together, and may have %u", field,
                        *sum, max);
        *text = request_copy(value, size);
        return *text != NULL ? 0 : request_no_memory(parse);
}

static int read_case_input(
        struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        return read_case_text(parse, field, value, parse->catalog->settings->limits.stdin_bytes,
                &parse->input_sum, &test->input, &test->input_size);
}

static int read_case_expected(
        struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        return read_case_text(parse, field, value, parse->catalog->settings->limits.output_bytes,
                &parse->expected_sum, &test->expected, &test->expected_size);
}

static int read_case_args(struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        return request_args(parse, field, value, &test->args);
}

static int read_case_hidden(
        struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        if (!json_is_boolean(value))
                return request_refuse(parse, field, "%s must be true or false", field);
        test->hidden = json_is_true(value);
        return 0;
}

static int read_case_timeout(
        struct parse *parse, const char *field, const json_t *value, struct test_case *test)
{
        return request_seconds(parse, field, value, &test->timeout_ms);
}

static const struct case_field {
        const char *names[2]; /* camelCase, snake_case (NULL: the same) */
        bool required;
        int (*read)(struct parse *parse, const char *field, const json_t *value, struct test_case *test);
} case_fields[] = {
        {{"name", NULL}, false, read_case_name},
        {{"input", NULL}, false, read_case_input},
        {{"args", NULL}, false, read_case_args},
        {{"expectedOutput", "expected_output"}, true, read_case_expected},
        {{"isHidden", "is_hidden"}, false, read_case_hidden},
        {{"timeout", NULL}, false, read_case_timeout},
};
enum { CASE_FIELDS = sizeof case_fields / sizeof *case_fields };

static int check_case_keys(const struct parse *parse, const char *where, const json_t *value)
{
        const char *known[2 * CASE_FIELDS + 1] = {NULL};
        const char *key;
        json_t *item;
        size_t count = 0;

        for (size_t i = 0; i < CASE_FIELDS; i++)
                for (size_t j = 0; j < 2; j++)
                        if (case_fields[i].names[j] != NULL)
                                known[count++] = case_fields[i].names[j];
        json_object_foreach((json_t *)value, key, item)
        {
                size_t i = 0;
                while (i < count && strcmp(known[i], key) != 0)
                        i++;
                if (i == count)
                        return request_unknown(parse, where, key, known);
        }
        return 0;
}

/* A field under either of its names; a null counts as left out. */
static int read_case_field(struct parse *parse, const char *where, const json_t *value,
        const struct case_field *field, struct test_case *test)
{
        const char *name = field->names[0];
        const json_t *item = json_object_get(value, name), *snake = NULL;
        char place[FIELD_SIZE + 32];

        if (field->names[1] != NULL)
                snake = json_object_get(value, field->names[1]);
        if (json_is_null(item))
                item = NULL;
        if (snake != NULL && !json_is_null(snake)) {
                snprintf(place, sizeof place, "%s.%s", where, field->names[1]);
                if (item != NULL)
                        return request_refuse(parse, place, "%s and %s mean the same: give one of them", name,
                                field->names[1]);
                item = snake;
                name = field->names[1];
        }
        snprintf(place, sizeof place, "%s.%s", where, name);
        if (item == NULL)
                return field->required ? request_refuse(parse, place, "%s is missing", place) : 0;
        return field->read(parse, place, item, test);
}

static int read_case(struct parse *parse, const char *where, const json_t *value, struct test_case *test)
{
        int rc;

        if (!json_is_object(value))
                return request_refuse(parse, where, "%s must be an object with expectedOutput", where);
        rc = check_case_keys(parse, where, value);
        for (size_t i = 0; rc == 0 && i < CASE_FIELDS; i++)
                rc = read_case_field(parse, where, value, &case_fields[i], test);
        return rc;
}

int request_read_tests(struct parse *parse, const char *field, const json_t *value)
{
        const uint32_t max = parse->catalog->settings->limits.test_cases;
        size_t count = json_array_size(value);
        struct test_set *set;
        int rc = 0;

        if (!json_is_array(value))
                return request_refuse(parse, field, "%s must be a list of objects", field);
        if (count > max)
                return request_refuse(
                        parse, field, "%s must have at most %u entries, not %zu", field, max, count);
        if (count == 0)
                return 0;
        set = calloc(1, sizeof *set);
        if (set == NULL)
                return request_no_memory(parse);
        parse->request->own_tests = set;
        parse->request->tests = set;
        set->compare = parse->compare;
        set->cases = calloc(count, sizeof *set->cases);
        if (set->cases == NULL)
                return request_no_memory(parse);
        for (size_t i = 0; rc == 0 && i < count; i++) {
                char where[FIELD_SIZE];

                snprintf(where, sizeof where, "%s[%zu]", field, i);
                set->count = i + 1; /* so that request_free sees what was read of it */
                rc = read_case(parse, where, json_array_get(value, i), &set->cases[i]);
        }
        return rc;
}
