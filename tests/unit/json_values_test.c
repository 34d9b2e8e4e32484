/* The count of JSON's values: never less than what a parser makes, and no more than what stands there. */
#include "fcgi/model/json_values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void counts(void **state)
{
        static const struct {
                const char *text;
                size_t count;
        } cases[] = {
                {"1", 1},
                {"\"a\"", 1},
                {"[1,2]", 3},
                {"{\"a\": 1, \"b\": [true, null]}", 5},
                /* an empty one is counted as if there was something in it */
                {"[]", 2},
                {"{},{}", 4},
                /* what stands in strings is no value */
                {"\"{[,\"", 1},
                {"[\"{[,\\\\\", \"\\\",\"]", 3},
                /* text that ends too early, or that is no JSON */
                {"", 1},
                {"\"", 1},
                {"\"\\", 1},
                {"[\"a", 2},
                {"[[[", 4},
                {"\\\"{{{", 1},
        };
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                if (json_values_count(cases[i].text, strlen(cases[i].text)) != cases[i].count)
                        fail_msg("%s: %zu", cases[i].text,
                                json_values_count(cases[i].text, strlen(cases[i].text)));
        assert_int_equal(json_values_count("[\0,\0,\0]", 7), 4); /* a NUL ends nothing */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(counts),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
