/* Masking: comments and strings become blanks, everything else keeps its place. */
#include "fcgi/model/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct delimiters comments[] = {
        {.open = "#"},
        {.open = "//", .escapes = true},
        {.open = "/*", .close = "*/", .multiline = true},
        {.open = NULL},
};
static struct delimiters strings[] = {
        {.open = "\"\"\"", .close = "\"\"\"", .escapes = true, .multiline = true},
        {.open = "\"", .close = "\"", .escapes = true},
        {.open = "'", .close = "'", .escapes = true},
        {.open = "`", .close = "`", .escapes = true, .multiline = true},
        {.open = "R\"(", .close = ")\"", .multiline = true},
        {.open = NULL},
};
static const struct language language = {.comments = comments, .strings = strings};

static void expect(const char *code, const char *bare, const char *code_only)
{
        size_t size = strlen(code);
        char *out = calloc(2, size + 1);

        assert_non_null(out);
        assert_int_equal(strlen(bare), size);
        assert_int_equal(strlen(code_only), size);
        mask_code(&language, code, size, out, out + size + 1);
        assert_string_equal(out, bare);
        assert_string_equal(out + size + 1, code_only);
        free(out);
}

static void blanks_what_is_not_code(void **state)
{
        static const char *const cases[][3] = {
                {"", "", ""},
                {"a # b\nc", "a    \nc", "a    \nc"},
                {"a # b\r\nc # d", "a    \r\nc    ", "a    \r\nc    "},
                {"x = \"y\" + 'z'", "x = \"y\" + 'z'", "x = \" \" + ' '"},
                {"a /* b\nc */ d", "a     \n     d", "a     \n     d"},
                {"a /* b", "a     ", "a     "},
                {"\"# no\" # yes", "\"# no\"      ", "\"    \"      "},
                {"# \"no\nx", "     \nx", "     \nx"},
                {"\"a\\\"b\" c", "\"a\\\"b\" c", "\"    \" c"},
                {"\"a\\\\\" c", "\"a\\\\\" c", "\"   \" c"},
                {"\"a\nimport", "\"a\nimport", "\" \nimport"},
                {"\"a\\\nb\" c", "\"a\\\nb\" c", "\"  \n \" c"},
                {"\"\"\"a\n\"b\" c\"\"\" d", "\"\"\"a\n\"b\" c\"\"\" d", "\"\"\" \n     \"\"\" d"},
                {"\"\" x", "\"\" x", "\"\" x"},
                {"\"\"\"a", "\"\"\"a", "\"\"\" "},
                {"`a\nb` c", "`a\nb` c", "` \n ` c"},
                {"R\"(a\"b)\" c", "R\"(a\"b)\" c", "R\"(   )\" c"},
                {"// a\\\nb\nc", "     \n \nc", "     \n \nc"},
                {"1'000'000 + 'a'", "1'000'000 + 'a'", "1'000'000 + ' '"},
                {"0x1'f; 'a'", "0x1'f; 'a'", "0x1'f; ' '"},
                {"x'a'", "x'a'", "x' '"},
                {"\"\xc3\xa9\" x", "\"\xc3\xa9\" x", "\"  \" x"},
                {"\"a\\", "\"a\\", "\"  "},
                {"a/", "a/", "a/"},
        };
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                expect(cases[i][0], cases[i][1], cases[i][2]);
}

/* Whatever the bytes: same length, line ends kept, nothing appears that was not there. */
static void never_invents(void **state)
{
        static const char alphabet[] = "\"'`#/*R()\\\n\r a1";
        unsigned seed = 1;
        char code[64], bare[64], code_only[64];
        (void)state;

        for (int round = 0; round < 20000; round++) {
                size_t size = 0;
                for (; size < sizeof code; size++) {
                        seed = seed * 1103515245 + 12345;
                        code[size] = alphabet[seed / 65536 % (sizeof alphabet - 1)];
                }
                mask_code(&language, code, size, bare, code_only);
                for (size_t i = 0; i < size; i++) {
                        assert_true(
                                bare[i] == code[i] || (bare[i] == ' ' && code[i] != '\n' && code[i] != '\r'));
                        assert_true(code_only[i] == bare[i] ||
                                    (code_only[i] == ' ' && code[i] != '\n' && code[i] != '\r'));
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(blanks_what_is_not_code),
                cmocka_unit_test(never_invents),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
