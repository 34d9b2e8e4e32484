/* Comparing outputs: every mode, and what is said of the first difference. */
#include "fcgi/base/text.h"
#include "fcgi/base/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct compare exact = {COMPARE_EXACT, 0}, by_lines = {COMPARE_LINES, 0},
                            by_tokens = {COMPARE_TOKENS, 0}, by_float = {COMPARE_FLOAT, 1e-6},
                            by_value = {COMPARE_FLOAT, 0};

/* said NULL: they are equal. */
struct example {
        const struct compare *compare;
        const char *expected, *got, *said;
};

static const struct example examples[] = {
        /* lines */
        {&by_lines, "", "", NULL},
        {&by_lines, "5", "5\n", NULL},
        {&by_lines, "5\n", "5", NULL},
        {&by_lines, "a\nb\n", "a\r\nb\r\n", NULL},
        {&by_lines, "a  \t\nb", "a\nb \n\n \n", NULL},
        {&by_lines, "", " \n\t\r\n", NULL},
        {&by_lines, "a\n\nb", "a\n \nb", NULL},
        {&by_lines, "5", "", "line 1: expected \"5\", got no output"},
        {&by_lines, "5", "\n", "line 1: expected \"5\", got the end of the output"},
        {&by_lines, "", "5\n", "line 1: expected the end of the output, got \"5\""},
        {&by_lines, "1\n2\n42\n", "1\n2\n41\n", "line 3: expected \"42\", got \"41\""},
        {&by_lines, "1\n2\n3", "1\n2\n", "line 3: expected \"3\", got the end of the output"},
        {&by_lines, "1\n", "1\n2\n3\n", "line 2: expected the end of the output, got \"2\""},
        {&by_lines, " a", "a", "line 1: expected \" a\", got \"a\""},
        {&by_lines, "a b", "a  b", "line 1: expected \"a b\", got \"a  b\""},
        {&by_lines, "a\n\nb", "a\nb", "line 2: expected \"\", got \"b\""},
        {&by_lines, "a", "\na", "line 1: expected \"a\", got \"\""},
        {&by_lines, "a", "A", "line 1: expected \"a\", got \"A\""},
        {&by_lines, "a\rb", "ab", "line 1: expected \"a\\rb\", got \"ab\""},
        {&by_lines, "1.0", "1", "line 1: expected \"1.0\", got \"1\""},
        {&by_lines, "\xc3\xa9", "e\xcc\x81",
                "line 1: expected \"\xc3\xa9\", got \"e\xcc\x81\" (expected U+00E9, got U+0065)"},
        {&by_lines, "\xe2\x82\xac", "\xe2\x82\xad",
                "line 1: expected \"\xe2\x82\xac\", got \"\xe2\x82\xad\" (expected U+20AC, got U+20AD)"},
        {&by_lines, "a b",
                "a\xc2\xa0"
                "b",
                "line 1: expected \"a b\", got \"a\xc2\xa0"
                "b\" (expected U+0020, got U+00A0)"},
        /* a stray byte behind a character is none of it */
        {&by_lines, "\xc3\xa9x", "\xc3\xa9\x80", "line 1: expected \"\xc3\xa9x\", got \"\xc3\xa9\\x80\""},
        {&by_lines, "a", "\xff\x1b\x7f\"\\", "line 1: expected \"a\", got \"\\xff\\x1b\\x7f\\\"\\\\\""},
        {&by_lines, "a", "\xc2\x85",
                "line 1: expected \"a\", got \"\\xc2\\x85\" (expected U+0061, got U+0085)"},

        /* exact */
        {&exact, "", "", NULL},
        {&exact, "a\r\n", "a\r\n", NULL},
        {&exact, "5\n", "5", "line 1: expected \"5\\n\", got \"5\""},
        {&exact, "5", "5\n", "line 1: expected \"5\", got \"5\\n\""},
        {&exact, "5\n", "5\r\n", "line 1: expected \"5\", got \"5\\r\""},
        {&exact, "5\n", "5 \n", "line 1: expected \"5\", got \"5 \""},
        {&exact, "5\n", "5\n\n", "line 2: expected the end of the output, got \"\\n\""},
        {&exact, "1\n2\n", "1\n3\n", "line 2: expected \"2\", got \"3\""},
        {&exact, "1\n", "", "line 1: expected \"1\\n\", got no output"},

        /* tokens */
        {&by_tokens, "1 2 3", "1\n2\t\t3\r\n", NULL},
        {&by_tokens, "", " \n", NULL},
        {&by_tokens, "1 2", "12", "word 1, on line 1: expected \"1\", got \"12\""},
        {&by_tokens, "1 2 3", "1\n2\n4", "word 3, on line 3: expected \"3\", got \"4\""},
        {&by_tokens, "1 2", "1", "word 2, on line 1: expected \"2\", got the end of the output"},
        {&by_tokens, "1", "1 2", "word 2, on line 1: expected the end of the output, got \"2\""},
        {&by_tokens, "1.0", "1", "word 1, on line 1: expected \"1.0\", got \"1\""},
        {&by_tokens, "a b",
                "a\xc2\xa0"
                "b",
                "word 1, on line 1: expected \"a\", got \"a\xc2\xa0"
                "b\""},

        /* float */
        {&by_float, "0", "1e-7", NULL},
        {&by_float, "0", "-1e-7", NULL},
        {&by_float, "0", "1e-5", "word 1, on line 1: expected \"0\", got \"1e-5\""},
        {&by_float, "1e-7", "0", NULL},
        {&by_float, "0", "-0", NULL},
        {&by_float, "-0.0", "+0", NULL},
        {&by_float, "1000000", "1000000.9", NULL},
        {&by_float, "1000000", "1000001.1", "word 1, on line 1: expected \"1000000\", got \"1000001.1\""},
        {&by_float, "0.1 0.2", ".1\n2e-1", NULL},
        {&by_float, "6.02E+23", "602000000000000000000000.", NULL},
        {&by_float, "nan", "NaN", NULL},
        {&by_float, "nan", "-nan", NULL},
        {&by_float, "nan", "0", "word 1, on line 1: expected \"nan\", got \"0\""},
        {&by_float, "0", "nan", "word 1, on line 1: expected \"0\", got \"nan\""},
        {&by_float, "inf", "Infinity", NULL},
        {&by_float, "-inf", "-Infinity", NULL},
        {&by_float, "inf", "-inf", "word 1, on line 1: expected \"inf\", got \"-inf\""},
        {&by_float, "inf", "1e308", "word 1, on line 1: expected \"inf\", got \"1e308\""},
        {&by_float, "1e308", "inf", "word 1, on line 1: expected \"1e308\", got \"inf\""},
        {&by_float, "inf", "1e999", "word 1, on line 1: expected \"inf\", got \"1e999\""},
        {&by_float, "1e999", "1e999", NULL},
        {&by_float, "1e-999", "0", NULL},
        {&by_float, "16", "0x10", "word 1, on line 1: expected \"16\", got \"0x10\""},
        {&by_float, "nan", "nan(0)", "word 1, on line 1: expected \"nan\", got \"nan(0)\""},
        {&by_float, "1000", "1_000", "word 1, on line 1: expected \"1000\", got \"1_000\""},
        {&by_float, "1.5", "1,5", "word 1, on line 1: expected \"1.5\", got \"1,5\""},
        {&by_float, "1", "1e", "word 1, on line 1: expected \"1\", got \"1e\""},
        {&by_float, "0", ".", "word 1, on line 1: expected \"0\", got \".\""},
        {&by_float, "0", "-", "word 1, on line 1: expected \"0\", got \"-\""},
        {&by_float, "1", "1.0.0", "word 1, on line 1: expected \"1\", got \"1.0.0\""},
        {&by_float, "1", "--1", "word 1, on line 1: expected \"1\", got \"--1\""},
        {&by_float, "x = 1.0000001", "x = 1", NULL},
        {&by_float, "x = 1", "y = 1", "word 1, on line 1: expected \"x\", got \"y\""},
        {&by_value, "1", "1.000", NULL},
        {&by_value, "1", "1.0000001", "word 1, on line 1: expected \"1\", got \"1.0000001\""},
};

static void all_examples(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
                const struct example *e = &examples[i];
                char said[COMPARE_TEXT_SIZE];
                bool equal = compare_outputs(
                        e->compare, e->expected, strlen(e->expected), e->got, strlen(e->got), said);
                assert_string_equal(said, e->said ? e->said : "");
                assert_int_equal(equal, !e->said);
        }
}

static void nothing_may_be_null(void **state)
{
        char said[COMPARE_TEXT_SIZE];
        (void)state;
        assert_true(compare_outputs(&by_lines, NULL, 0, NULL, 0, said));
        assert_true(compare_outputs(&by_float, NULL, 0, NULL, 0, said));
        assert_false(compare_outputs(&exact, NULL, 0, "a", 1, said));
        assert_false(compare_outputs(&by_tokens, "a", 1, NULL, 0, said));
        assert_string_equal(said, "word 1, on line 1: expected \"a\", got no output");
}

/* A NUL is a byte like any other, and no blank. */
static void nul(void **state)
{
        char said[COMPARE_TEXT_SIZE];
        (void)state;
        assert_true(compare_outputs(&by_lines, "a\0b", 3, "a\0b\n", 4, said));
        assert_false(compare_outputs(&by_lines, "a", 1, "a\0", 2, said));
        assert_string_equal(said, "line 1: expected \"a\", got \"a\\0\"");
        assert_false(compare_outputs(&by_float, "1", 1, "1\0", 2, said));
}

/* Any two texts of any bytes: what is said fits, is UTF-8, and has no control character. */
static void what_is_said_can_be_shown(void **state)
{
        static const struct compare *const all[] = {&by_lines, &exact, &by_tokens, &by_float};
        char a[300], b[300], said[COMPARE_TEXT_SIZE];
        uint32_t random = 1;
        (void)state;
        for (int round = 0; round < 20000; round++) {
                size_t length = (size_t)round % sizeof a, at = length ? random % length : 0;
                for (size_t i = 0; i < length; i++) {
                        random = random * 1664525 + 1013904223;
                        a[i] = b[i] = (char)(random >> 24);
                }
                if (round % 3 == 0)
                        memset(a, round % 2 ? '"' : 0x01, length), memcpy(b, a, length);
                if (length)
                        b[at] = (char)~b[at];
                for (size_t m = 0; m < 4; m++) {
                        compare_outputs(all[m], a, length, b, length, said);
                        size_t size = strlen(said);
                        assert_true(size < sizeof said - 1);
                        assert_true(text_is_utf8(said, size));
                        for (size_t i = 0; i < size; i++)
                                assert_true((unsigned char)said[i] >= ' ' && said[i] != 0x7f);
                }
        }
}

static void long_lines_are_cut(void **state)
{
        char a[5000], b[5000], said[COMPARE_TEXT_SIZE];
        (void)state;
        memset(a, 'x', sizeof a);
        memset(b, 'x', sizeof b);
        b[4000] = 'y';
        assert_false(compare_outputs(&by_lines, a, sizeof a, b, sizeof b, said));
        assert_non_null(strstr(said, "line 1: expected \"...xxxxxxxxxxxxxxxxxxxxx"));
        assert_non_null(strstr(said, "got \"...xxxxxxxxxxxxxxxxxxxxyxxx"));
        assert_non_null(strstr(said, "xxx...\""));
        assert_true(strlen(said) < 280);
}

/* A number may be long, but not endless. */
static void long_numbers(void **state)
{
        char a[402], said[COMPARE_TEXT_SIZE];
        (void)state;
        memset(a, '0', sizeof a);
        assert_true(compare_outputs(&by_float, a, 400, "0", 1, said));
        assert_false(compare_outputs(&by_float, a, 401, "0", 1, said));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_examples),
                cmocka_unit_test(nothing_may_be_null),
                cmocka_unit_test(nul),
                cmocka_unit_test(what_is_said_can_be_shown),
                cmocka_unit_test(long_lines_are_cut),
                cmocka_unit_test(long_numbers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
