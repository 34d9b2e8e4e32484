/* Reads the test cases of an exercise. */
#include "fcgi/model/exercise_parts.h"

#include "fcgi/model/schema.h"

#include <stdlib.h>
#include <string.h>

#define AT(member) .offset = offsetof(struct test_case, member)

enum { ARGS_MAX = 64, TIMEOUT_MAX = 3600 * 1000 };

static const struct field case_fields[] = {
        {.key = "name", .kind = FIELD_TEXT, AT(name), .filled = true},
        {.key = "input", .kind = FIELD_TEXT, AT(input)},
        {.key = "args", .kind = FIELD_LIST, AT(args), .max = ARGS_MAX},
        {.key = "expected", .kind = FIELD_TEXT, AT(expected), .required = true},
        {.key = "hidden", .kind = FIELD_BOOL, AT(hidden)},
        {.key = "timeout",
                .kind = FIELD_NUMBER,
                AT(timeout_ms),
                .unit = &schema_seconds,
                .min = 10,
                .max = TIMEOUT_MAX},
        {.key = NULL},
};

static int check_args(const struct yaml *yaml, const struct yaml_node *node, const struct limits *limits,
        char *const *args, struct error *err)
{
        size_t count = 0;

        for (; args != NULL && args[count] != NULL; count++)
                if (strlen(args[count]) > limits->arg_bytes)
                        return yaml_tree_error(yaml, node->line, err,
                                "an entry of 'args' has %zu bytes and may have %u (limits.arg_size of the "
                                "settings)",
                                strlen(args[count]), limits->arg_bytes);
        if (count > limits->args)
                return yaml_tree_error(yaml, node->line, err,
                        "'args' has %zu entries and may have %u (limits.args of the settings)", count,
                        limits->args);
        return 0;
}

static int check(const struct yaml *yaml, const struct yaml_node *node, const struct limits *limits,
        const struct test_case *test, struct error *err)
{
        if (test->name != NULL && strlen(test->name) > TEST_NAME_MAX)
                return yaml_tree_error(
                        yaml, node->line, err, "'name' must have at most %d bytes", TEST_NAME_MAX);
        if (test->input_size > limits->stdin_bytes)
                return yaml_tree_error(yaml, node->line, err,
                        "'input' has %zu bytes and may have %u (limits.stdin of the settings)",
                        test->input_size, limits->stdin_bytes);
        if (test->expected_size > limits->output_bytes)
                return yaml_tree_error(yaml, node->line, err,
                        "'expected' has %zu bytes and may have %u (limits.output of the settings)",
                        test->expected_size, limits->output_bytes);
        if (test->timeout_ms > limits->timeout_ms.max)
                return yaml_tree_error(yaml, node->line, err, "'timeout' is over that of the settings, %.10g",
                        limits->timeout_ms.max / 1000.0);
        return check_args(yaml, node, limits, test->args, err);
}

int exercise_cases_read(const struct yaml *yaml, struct exercise_draft *draft, struct error *err)
{
        const struct limits *limits = &draft->context->settings->limits;
        const struct yaml_node *list = draft->cases;
        struct test_set *set;

        if (list->count > limits->test_cases)
                return yaml_tree_error(yaml, list->line, err, "'cases' must have at most %u entries, not %zu",
                        limits->test_cases, list->count);
        set = draft->exercise.tests = calloc(1, sizeof *set);
        if (set == NULL || (set->cases = calloc(list->count, sizeof *set->cases)) == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        set->compare = draft->compare;
        for (size_t i = 0; i < list->count; i++) {
                struct test_case *test = &set->cases[set->count++];

                if (schema_read(yaml, list->items[i], case_fields, test, err) < 0)
                        return -1;
                test->input_size = test->input != NULL ? strlen(test->input) : 0;
                test->expected_size = strlen(test->expected);
                if (check(yaml, list->items[i], limits, test, err) < 0)
                        return -1;
        }
        return 0;
}
