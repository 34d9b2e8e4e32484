/* The test cases of --once. */
#include "images/runner/ask.h"

#include <string.h>

static int take_name(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        struct ask_text name;
        (void)recipe;
        if (ask_text(value, "testCases.name", &name, problem))
                return -1;
        if (name.size > ASK_NAME_MAX || strlen(name.data) < name.size)
                return ask_refuse(problem, "testCases.name", "a name must be at most %d bytes, without NUL",
                        ASK_NAME_MAX);
        test->name = name.data;
        return 0;
}

static int take_input(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        return ask_text(value, "testCases.input", &test->input, problem);
}

static int take_expected(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        return ask_text(value, "testCases.expectedOutput", &test->expected, problem);
}

static int take_args(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        test->args = value;
        return ask_arguments(value, "testCases.args", problem);
}

static int take_hidden(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        test->hidden = json_is_true(value);
        return json_is_boolean(value)
                       ? 0
                       : ask_refuse(problem, "testCases.isHidden", "isHidden must be true or false");
}

static int take_timeout(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        return ask_seconds(recipe, "testCases.timeout", value, &test->timeout, problem);
}

static const struct field {
        const char *name;
        int (*take)(struct ask_case *test, const struct recipe *recipe, json_t *value,
                struct ask_problem *problem);
} fields[] = {
        {"name", take_name},
        {"input", take_input},
        {"expectedOutput", take_expected},
        {"expected_output", take_expected},
        {"args", take_args},
        {"isHidden", take_hidden},
        {"is_hidden", take_hidden},
        {"timeout", take_timeout},
};

#define FIELDS (sizeof fields / sizeof *fields)

static int take_case(
        struct ask_case *test, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        const char *key;
        json_t *part;
        json_object_foreach(value, key, part)
        {
                size_t i = 0;
                while (i < FIELDS && strcmp(fields[i].name, key))
                        i++;
                if (i == FIELDS)
                        return ask_refuse(problem, "testCases", "unknown field '%.40s' of a test case", key);
                if (!json_is_null(part) && fields[i].take(test, recipe, part, problem))
                        return -1;
        }
        if (!test->expected.data)
                return ask_refuse(problem, "testCases", "every test case needs an expectedOutput");
        return 0;
}

/* None at all is as good as no field. */
int ask_cases(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        json_t *item;
        size_t i;
        if (!json_is_array(value) || json_array_size(value) > ASK_CASES_MAX)
                return ask_refuse(
                        problem, "testCases", "testCases must be a list of at most %d", ASK_CASES_MAX);
        json_array_foreach(value, i, item)
        {
                if (take_case(&ask->cases[ask->case_count++], recipe, item, problem))
                        return -1;
        }
        return 0;
}

int ask_compare(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        static const char *const words[] = {
                [COMPARE_LINES] = "lines", [COMPARE_EXACT] = "exact", [COMPARE_TOKENS] = "tokens"};
        const char *word = json_string_value(value);
        json_t *epsilon = json_object_get(value, "float");
        (void)recipe;
        for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
                if (!strcmp(words[i], word)) {
                        ask->compare.mode = (enum compare_mode)i;
                        return 0;
                }
        if (json_object_size(value) != 1 || !json_is_number(epsilon) || !(json_number_value(epsilon) >= 0))
                return ask_refuse(problem, "compare",
                        "compare must be \"lines\", \"exact\", \"tokens\" or {\"float\": 1e-6}");
        ask->compare = (struct compare){COMPARE_FLOAT, json_number_value(epsilon)};
        return 0;
}

int ask_stop(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        ask->stop_on_failure = json_is_true(value);
        return json_is_boolean(value)
                       ? 0
                       : ask_refuse(problem, "stopOnFailure", "stopOnFailure must be true or false");
}
