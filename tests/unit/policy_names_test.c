/* The names that rules are about: whole ones are found, whatever bytes a program has. */
#include "fcgi/model/policy_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { OWNER = 7 };

static void index_one(struct names *names, const char *text)
{
        assert_int_equal(policy_names_add(names, text, text, OWNER), 0);
        assert_int_equal(policy_names_index(names), 0);
}

static void finds_whole_names(void **state)
{
        struct names names = {0};

        (void)state;
        index_one(&names, "net");
        assert_non_null(policy_names_find(&names, "net/http", 3, NULL));
        assert_int_equal(policy_names_find(&names, "net", 3, NULL)->owner, OWNER);
        assert_null(policy_names_find(&names, "NET", 3, NULL));
        assert_null(policy_names_find(&names, "net/http", 8, NULL));
        assert_null(policy_names_find(&names, "net", 2, NULL));
        names.ignore_case = true;
        assert_non_null(policy_names_find(&names, "NET", 3, NULL));
        policy_names_clear(&names);
}

/* A program may have NULs in its names. Nothing behind a rule's name is looked at, so that what stands there
 * makes no difference. There are so many lengths because a name is only compared when it falls into the same
 * bucket. */
static void nuls_end_no_name(void **state)
{
        static const char program[256] = "net";
        static const char rule[256] = "net";

        (void)state;
        for (int ignore_case = 0; ignore_case <= 1; ignore_case++) {
                struct names names = {.ignore_case = ignore_case};

                index_one(&names, rule);
                for (size_t size = 4; size < sizeof program; size++) {
                        assert_null(policy_names_find(&names, program, size, NULL));
                        assert_false(policy_names_equal(&names, program, size, rule));
                }
                policy_names_clear(&names);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_whole_names),
                cmocka_unit_test(nuls_end_no_name),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
