/* Nearest words and UTF-8. */
#include "fcgi/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void nearest_word(void **state)
{
        (void)state;
        static const char *const keys[] = {"time", "memory", "processes", "language", "stdin", NULL};
        static const char *const none[] = {NULL};
        assert_string_equal(text_nearest("tmie", keys), "time"); /* swapped neighbours are one edit */
        assert_string_equal(text_nearest("tim", keys), "time");
        assert_string_equal(text_nearest("memroy", keys), "memory");
        assert_string_equal(text_nearest("langauge", keys), "language");
        assert_string_equal(text_nearest("time", keys), "time");
        assert_string_equal(text_nearest("proceses", keys), "processes");
        assert_null(text_nearest("banana", keys));
        assert_null(text_nearest("tell", keys));
        assert_null(text_nearest("", keys));
        assert_null(text_nearest("time", none));
        char word[4096];
        memset(word, 'a', sizeof(word) - 1);
        word[sizeof(word) - 1] = 0;
        assert_null(text_nearest(word, keys));
        const char *const list[] = {word, NULL};
        assert_null(text_nearest("aaa", list));
}

static void nearest_prefers_the_nearer(void **state)
{
        (void)state;
        static const char *const keys[] = {"timeouts", "timeout", NULL};
        assert_string_equal(text_nearest("timeout", keys), "timeout");
        assert_string_equal(text_nearest("timeoutz", keys), "timeouts");
}

/* Every code point, encoded, is valid unless it is a surrogate. */
static size_t encode(uint32_t c, char out[4])
{
        if (c < 0x80)
                return out[0] = (char)c, 1;
        if (c < 0x800)
                return out[0] = (char)(0xC0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
        if (c < 0x10000)
                return out[0] = (char)(0xE0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)),
                       out[2] = (char)(0x80 | (c & 63)), 3;
        return out[0] = (char)(0xF0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63)),
               out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63)), 4;
}

static void every_code_point(void **state)
{
        (void)state;
        for (uint32_t c = 0; c <= 0x110010; c++) {
                char bytes[4];
                size_t length = encode(c, bytes);
                bool expected = !(c >= 0xD800 && c <= 0xDFFF) && c <= 0x10FFFF;
                if (text_is_utf8(bytes, length) != expected)
                        fail_msg("U+%X", (unsigned)c);
                if (length > 1 && text_is_utf8(bytes, length - 1))
                        fail_msg("U+%X cut", (unsigned)c);
        }
        assert_true(text_is_utf8("", 0));
        assert_false(text_is_utf8("\xC0\x80", 2));
        assert_false(text_is_utf8("\xE0\x80\x80", 3));
        assert_false(text_is_utf8("\xF0\x80\x80\x80", 4));
        assert_false(text_is_utf8("a\x80", 2));
}

static void check_substitution(const char *in, size_t in_size, const char *expected)
{
        size_t size = 0;
        char *out = text_to_utf8(in, in_size, &size);
        assert_non_null(out);
        assert_int_equal(size, strlen(expected));
        assert_memory_equal(out, expected, size + 1);
        assert_true(text_is_utf8(out, size));
        free(out);
}

#define R "\xEF\xBF\xBD"

static void maximal_subparts(void **state)
{
        (void)state;
        /* Tables 3-8 to 3-11 of the Unicode Standard, 3.9 */
        check_substitution("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9, R R R R R R R R "A");
        check_substitution("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9, R R R R R R R R "A");
        check_substitution("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9, R R R R R "A" R R "B");
        check_substitution("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9, R R R R "A");
        check_substitution("gr\xC3\xBC\xC3", 5, "gr\xC3\xBC" R);
        check_substitution("", 0, "");
}

static void cuts_between_characters(void **state)
{
        (void)state;
        assert_int_equal(text_cut("abc", 3, 3), 3);
        assert_int_equal(text_cut("abc", 3, 2), 2);
        assert_int_equal(text_cut("a\xC3\xBC", 3, 2), 1);
        assert_int_equal(text_cut("\xF0\x9F\x98\x80", 4, 3), 0);
        assert_int_equal(text_cut("\xF0\x9F\x98\x80", 4, 4), 4);
        assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
        assert_int_equal(text_cut("\x80", 1, 0), 0);
        assert_int_equal(text_cut(NULL, 0, 7), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nearest_word),
                cmocka_unit_test(nearest_prefers_the_nearer),
                cmocka_unit_test(every_code_point),
                cmocka_unit_test(maximal_subparts),
                cmocka_unit_test(cuts_between_characters),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
