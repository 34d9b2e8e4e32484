/* FastCGI parameters: packed pairs, well-formed and not. */
#include "fcgi/service/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static int unpack(struct buffer *buffer, const char *bytes, size_t size)
{
        *buffer = BUFFER_MAX(4096);
        assert_int_equal(buffer_add(buffer, bytes, size), 0);
        return params_unpack(buffer);
}

static void pairs(void **state)
{
        struct buffer buffer;
        (void)state;
        assert_int_equal(unpack(&buffer, BYTES("\1\2Axy\3\0ABC\2\1ABz\1\1A!")), 0);
        assert_string_equal(params_get(&buffer, "A"), "xy");
        assert_string_equal(params_get(&buffer, "ABC"), "");
        assert_string_equal(params_get(&buffer, "AB"), "z");
        assert_string_equal(params_get(&buffer, "xy"), "");
        buffer_clear(&buffer);
        assert_int_equal(unpack(&buffer, "", 0), 0);
        assert_string_equal(params_get(&buffer, "A"), "");
        buffer_clear(&buffer);
}

static void long_ones(void **state)
{
        struct buffer buffer = BUFFER_MAX(4096);
        char value[301];
        (void)state;
        memset(value, 'v', 300);
        value[300] = '\0';
        buffer_add(&buffer, BYTES("\1\200\0\1\054A"));
        buffer_add(&buffer, value, 300);
        buffer_add(&buffer, BYTES("\200\0\0\1\1Bw"));
        assert_int_equal(params_unpack(&buffer), 0);
        assert_string_equal(params_get(&buffer, "A"), value);
        assert_string_equal(params_get(&buffer, "B"), "w");
        buffer_clear(&buffer);
}

/* Lengths beyond the end, also those that a sum of two would wrap around with; strings that are none. */
static void what_is_none(void **state)
{
        static const struct {
                const char *bytes;
                size_t size;
        } cases[] = {
                {BYTES("\1")},
                {BYTES("\1\1")},
                {BYTES("\1\1A")},
                {BYTES("\2\0A")},
                {BYTES("\200\0\0")},
                {BYTES("\1\200\0\0A")},
                {BYTES("\377\377\377\377\377\377\377\377AAAA")},
                {BYTES("\377\377\377\377\0A")},
                {BYTES("\1\377\377\377\377A")},
                {BYTES("\2\1A\0x")},
                {BYTES("\1\2Ax\0")},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct buffer buffer;
                assert_int_equal(unpack(&buffer, cases[i].bytes, cases[i].size), -1);
                buffer_clear(&buffer);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(pairs),
                cmocka_unit_test(long_ones),
                cmocka_unit_test(what_is_none),
        };
        return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
