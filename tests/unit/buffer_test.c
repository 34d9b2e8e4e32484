/* The byte buffer: growth, ceiling, consuming. */
#include "fcgi/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void grows_and_keeps_order(void **state)
{
        (void)state;
        struct buffer b = BUFFER_MAX(100000);
        for (int i = 0; i < 25000; i++) {
                char bytes[4] = {(char)i, (char)(i >> 8), 'x', 'y'};
                assert_int_equal(buffer_add(&b, bytes, 4), 0);
        }
        assert_int_equal(b.size, 100000);
        for (int i = 0; i < 25000; i++) {
                char bytes[4] = {(char)i, (char)(i >> 8), 'x', 'y'};
                assert_memory_equal(b.data + 4 * i, bytes, 4);
        }
        buffer_clear(&b);
        assert_null(b.data);
        assert_int_equal(b.max, 100000);
}

static void ceiling_is_exact_and_failing_adds_nothing(void **state)
{
        (void)state;
        struct buffer b = BUFFER_MAX(1000);
        char bytes[1001];
        memset(bytes, 'a', sizeof(bytes));
        assert_int_equal(buffer_add(&b, bytes, 999), 0);
        assert_int_equal(buffer_add(&b, bytes, 2), -1);
        assert_int_equal(b.size, 999);
        assert_int_equal(buffer_add(&b, bytes, 1), 0);
        assert_int_equal(buffer_add(&b, bytes, 1), -1);
        assert_int_equal(buffer_add(&b, bytes, 0), 0);
        assert_int_equal(buffer_add(&b, bytes, SIZE_MAX), -1);
        assert_int_equal(b.size, 1000);
        assert_true(b.capacity <= 1000);
        buffer_clear(&b);
        assert_int_equal(buffer_add(&b, bytes, 1001), -1);
        assert_null(b.data);
}

static void unlimited_does_not_overflow(void **state)
{
        (void)state;
        struct buffer b = BUFFER_MAX(SIZE_MAX);
        assert_int_equal(buffer_add_string(&b, "abc"), 0);
        assert_null(buffer_reserve(&b, SIZE_MAX - 2));
        assert_null(buffer_reserve(&b, SIZE_MAX));
        assert_int_equal(b.size, 3);
        buffer_clear(&b);
}

static void reserve_and_consume(void **state)
{
        (void)state;
        struct buffer b = BUFFER_MAX(64);
        char *at = buffer_reserve(&b, 64);
        assert_non_null(at);
        assert_null(buffer_reserve(&b, 65));
        memcpy(at, "hello world", 11);
        b.size += 11;
        buffer_consume(&b, 6);
        assert_int_equal(b.size, 5);
        assert_memory_equal(b.data, "world", 5);
        buffer_consume(&b, 99);
        assert_int_equal(b.size, 0);
        buffer_consume(&b, 0);
        buffer_clear(&b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(grows_and_keeps_order),
                cmocka_unit_test(ceiling_is_exact_and_failing_adds_nothing),
                cmocka_unit_test(unlimited_does_not_overflow),
                cmocka_unit_test(reserve_and_consume),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
