/* Random identifiers. */
#include "fcgi/base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void new_ids_are_32_hex_digits_and_differ(void **state)
{
        (void)state;
        char first[ID_SIZE], second[ID_SIZE];
        id_new(first);
        id_new(second);
        assert_int_equal(strlen(first), 32);
        assert_int_equal(strspn(first, "0123456789abcdef"), 32);
        assert_string_not_equal(first, second);
        assert_true(id_valid(first));
}

static void random_fills_every_byte(void **state)
{
        (void)state;
        unsigned char seen[64] = {0};
        for (int round = 0; round < 64; round++) { /* a byte that stays 0 in all rounds: chance 256^-64 */
                unsigned char bytes[64];
                id_random(bytes, sizeof(bytes));
                for (size_t i = 0; i < sizeof(bytes); i++)
                        seen[i] |= bytes[i];
        }
        for (size_t i = 0; i < sizeof(seen); i++)
                assert_int_not_equal(seen[i], 0);
}

static void valid_is_strict(void **state)
{
        (void)state;
        assert_true(id_valid("a"));
        assert_true(id_valid("Az09_-"));
        assert_true(id_valid("0123456789abcdef0123456789abcdef"));
        assert_false(id_valid("0123456789abcdef0123456789abcdef0"));
        assert_false(id_valid(""));
        assert_false(id_valid(NULL));
        assert_false(id_valid("a b"));
        assert_false(id_valid("a\nb"));
        assert_false(id_valid("a\""));
        assert_false(id_valid("../a"));
        assert_false(id_valid("\xc3\xa4"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(new_ids_are_32_hex_digits_and_differ),
                cmocka_unit_test(random_fills_every_byte),
                cmocka_unit_test(valid_is_strict),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
