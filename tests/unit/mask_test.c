/* Masking: comments and strings become blanks, everything else keeps its place. */
#include "fcgi/model/mask.h"
#include "tests/unit/model_files.h"

/* One of everything. */
static const char toy[] = "  comments:\n"
                          "    - {open: '#'}\n"
                          "    - {open: '//', escapes: true}\n"
                          "    - {open: '/*', close: '*/'}\n"
                          "    - {open: '%', line_ends: [\"\\u2028\", \"?>\"]}\n"
                          "  strings:\n"
                          "    - {open: '\"\"\"', escapes: true, multiline: true}\n"
                          "    - {open: ['\"', \"'\"], escapes: true}\n"
                          "    - {open: '`', escapes: true, multiline: true}\n"
                          "    - {open: '\"(', close: ')\"', prefixes: [R], multiline: true}\n";

static struct syntax *syntax;

static void expect(const char *code, const char *bare, const char *code_only)
{
        size_t size = strlen(code);
        char *out = calloc(2, size + 1);

        assert_non_null(out);
        assert_int_equal(strlen(bare), size);
        assert_int_equal(strlen(code_only), size);
        mask_code(syntax, code, size, out, out + size + 1);
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
                {"\"\xc3\xa9\" x", "\"__\" x", "\"  \" x"},
                {"\xc3\xa9\xc2\xa0\xe2\x80\xa8x\xe2\x80\x8b\xef\xbb\xbf", "__     x___   ", "__     x___   "},
                {"\xff\xe2\x80", "___", "___"},
                {"\"a\\", "\"a\\", "\"  "},
                {"a/", "a/", "a/"},
                {"% 'a\xe2\x80\xa8'b'", "       'b'", "       ' '"},
                {"% a?b\xe2\x80\xa9?>% # ?>c", "        ?>    ?>c", "        ?>    ?>c"},
                {"%\n% a", " \n   ", " \n   "},
                {"# ?>\xe2\x80\xa8", "       ", "       "},
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
                mask_code(syntax, code, size, bare, code_only);
                for (size_t i = 0; i < size; i++) {
                        assert_true(
                                bare[i] == code[i] || (bare[i] == ' ' && code[i] != '\n' && code[i] != '\r'));
                        assert_true(code_only[i] == bare[i] ||
                                    (code_only[i] == ' ' && code[i] != '\n' && code[i] != '\r'));
                }
        }
}

static struct syntax *read_text(const char *text, struct error *err)
{
        const char *path = file_text("syntax.yaml", text);
        struct yaml *yaml = yaml_tree_load(path, err);
        struct syntax *read = NULL;

        if (yaml != NULL)
                read = syntax_read(yaml, yaml_tree_get(yaml->root, "syntax"), err);
        yaml_tree_free(yaml);
        return read;
}

static int read_toy(void **state)
{
        struct error err = {""};
        char text[2048];

        if (folder_make(state) < 0)
                return -1;
        snprintf(text, sizeof text, "syntax:\n%s", toy);
        syntax = read_text(text, &err);
        return syntax != NULL ? 0 : -1;
}

static int free_toy(void **state)
{
        syntax_free(syntax);
        return folder_remove(state);
}

/* data/mask/<language>.txt: what is left of code in the shipped languages. `==` begins a case, `--` its
 * answer. */
static void check_cases(const struct registry *registry, const char *id)
{
        char path[128], *text = NULL, *at;
        size_t room = 0, cases = 0;
        FILE *file;

        snprintf(path, sizeof path, "tests/unit/data/mask/%s.txt", id);
        file = fopen(path, "r");
        if (file == NULL)
                print_message("%s is missing\n", path);
        assert_non_null(file);
        assert_true(getdelim(&text, &room, '\0', file) > 0);
        fclose(file);
        for (at = strstr(text, "==\n"); at != NULL; cases++) {
                char *code = at + 3, *middle = strstr(code, "--\n"), *answer = middle + 3;
                size_t size = (size_t)(middle - code);
                char *out = calloc(2, size + 1);

                assert_non_null(middle);
                at = strstr(answer, "\n==\n");
                if (at != NULL)
                        *++at = '\0';
                *middle = '\0';
                assert_non_null(out);
                mask_code(registry_get(registry, id)->syntax, code, size, out, out + size + 1);
                if (strcmp(out + size + 1, answer) != 0)
                        print_message("%s:\n%s", path, code);
                assert_string_equal(out + size + 1, answer);
                free(out);
        }
        assert_true(cases > 0);
        free(text);
}

static void shipped_languages_mask_what_is_text(void **state)
{
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        (void)state;

        for (size_t i = 0; i < shipped.registry->count; i++)
                check_cases(shipped.registry, shipped.registry->languages[i].id);
        catalog_close(&shipped);
}

/* Deeper than the masker follows: it says where. */
static void nesting_is_bounded(void **state)
{
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        const struct syntax *javascript = registry_get(shipped.registry, "javascript")->syntax;
        enum { DEPTH = 100 };
        char code[3 * DEPTH + 1], bare[sizeof code], code_only[sizeof code];
        (void)state;

        for (int i = 0; i < DEPTH; i++)
                memcpy(code + 3 * i, "`${", 3);
        code[3 * DEPTH] = 'x';
        assert_int_equal(mask_code(javascript, code, sizeof code, bare, code_only), 3 * MASK_DEPTH_MAX + 1);
        assert_int_equal(
                mask_code(javascript, code, 3 * MASK_DEPTH_MAX, bare, code_only), 3 * MASK_DEPTH_MAX);
        catalog_close(&shipped);
}

static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"  strings: {}\n", "2: 'strings' must be a list of maps"},
                {"  strings:\n    - {close: x}\n", "3: 'open' is missing"},
                {"  strings:\n    - {open: []}\n    - {open: [[x]]}\n",
                        "4: 'open' must be a text or a list of texts"},
                {"  strings:\n    - {open: x, escapes: xy}\n",
                        "3: 'escapes' must be true, false or the character that escapes"},
                {"  strings:\n    - {open: x, code: [y]}\n",
                        "3: 'code' must be a map of at most 8 beginnings and ends"},
                {"  strings:\n    - {open: x, code: {y: ''}}\n", "3: code needs a beginning and an end"},
                {"  strings:\n    - {open: x, format: ab}\n", "3: 'format' must be one character"},
                {"  strings:\n    - {open: 'x{tag}'}\n", "3: {tag} in 'open' and 'tag' go together"},
                {"  strings:\n    - {open: 'x{word}'}\n",
                        "3: a heredoc, and nothing else, has {word} in its 'open'"},
                {"  strings:\n    - {open: x, close: '{tag}'}\n",
                        "3: 'close' has a placeholder that 'open' has not"},
                {"  plain: ['{tag}!']\n",
                        "2: 'plain' stands for itself and has no {tag}, {word} or {delimiter}"},
                {"  plain: [x, '%{delimiter}']\n",
                        "2: 'plain' stands for itself and has no {tag}, {word} or {delimiter}"},
                {"  comments:\n    - {open: x, format: y}\n", "3: unknown key 'format'"},
                {"  comments:\n    - {open: x}\n    - {open: y, close: z, line_ends: [z]}\n",
                        "4: 'line_ends' is for what reaches to the end of its line"},
                {"  comments:\n    - {open: x, endless: true, line_ends: [z]}\n",
                        "3: 'line_ends' is for what reaches to the end of its line"},
                {"  comments:\n    - {open: x, line_ends: []}\n", "3: 'line_ends' must not be empty"},
                {"  strings:\n    - {open: x, line_ends: [z]}\n", "3: unknown key 'line_ends'"},
                {"  calls:\n    - {pattern: '(x'}\n",
                        "3: pattern, at character 3: missing closing parenthesis"},
                {"  imports:\n    - {in: code}\n", "3: 'pattern' is missing"},
        };
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {""};
                char text[512], expected[512];

                snprintf(text, sizeof text, "syntax:\n%s", cases[i].text);
                assert_null(read_text(text, &err));
                snprintf(expected, sizeof expected, "syntax.yaml:%s", cases[i].message);
                assert_string_equal(without_folder(err.text), expected);
        }
        syntax_free(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(blanks_what_is_not_code),
                cmocka_unit_test(never_invents),
                cmocka_unit_test(shipped_languages_mask_what_is_text),
                cmocka_unit_test(nesting_is_bounded),
                cmocka_unit_test(refuses),
        };
        return cmocka_run_group_tests(tests, read_toy, free_toy);
}
