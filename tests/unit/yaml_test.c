/* The YAML tree: lines, and everything that it refuses. */
#include "tests/unit/model_files.h"

#include "fcgi/model/schema.h"
#include "fcgi/model/yaml_tree.h"

static void keeps_lines_kinds_and_text(void **state)
{
        struct error err = {""};
        struct yaml *yaml;
        const struct yaml_node *node;
        (void)state;

        yaml = yaml_tree_load(
                file_text("a.yaml",
                        "# first\na: 1\nb:\n  - x\n  - \"y z\"\nc:\n  d: |\n    one\n    two\n  e: ~\n"),
                &err);
        assert_string_equal(err.text, "");
        assert_non_null(yaml);
        assert_int_equal(yaml->root->count, 3);
        assert_string_equal(yaml_tree_get(yaml->root, "a")->text, "1");
        node = yaml_tree_get(yaml->root, "b");
        assert_int_equal(node->kind, YAML_LIST);
        assert_int_equal(node->line, 3);
        assert_int_equal(node->items[1]->line, 5);
        assert_string_equal(node->items[1]->text, "y z");
        assert_false(node->items[1]->plain);
        assert_string_equal(yaml_tree_get(yaml_tree_get(yaml->root, "c"), "d")->text, "one\ntwo\n");
        assert_true(yaml_tree_is_null(yaml_tree_get(yaml_tree_get(yaml->root, "c"), "e")));
        assert_int_equal(yaml_tree_line(yaml, "c.e"), 10);
        assert_int_equal(yaml_tree_line(yaml, "c.nothing"), 6);
        assert_null(yaml_tree_get(yaml->root, "z"));
        assert_null(yaml_tree_get(node, "a"));
        yaml_tree_free(yaml);
}

static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"", "a.yaml:1: the file is empty"},
                {"# only a comment\n", "a.yaml:2: the file is empty"},
                {"a: 1\nb: 2\na: 3\n", "a.yaml:3: key 'a' is there twice"},
                {"a: &x 1\nb: 2\n",
                        "a.yaml:1: anchors, aliases and tags are not allowed here: write the value out"},
                {"a: 1\nb: *a\n",
                        "a.yaml:2: anchors, aliases and tags are not allowed here: write the value out"},
                {"a: !!int 1\n",
                        "a.yaml:1: anchors, aliases and tags are not allowed here: write the value out"},
                {"a: 1\n---\nb: 2\n", "a.yaml:2: only one document is allowed in a file"},
                {"a:\n\tb: 1\n", "a.yaml:2: a tab: lines are indented by blanks alone"},
                {"a: [1, 2\nb: 3\n", "a.yaml:2: did not find expected ',' or ']'"},
                {"[1]: 2\n", "a.yaml:1: a key must be plain text"},
                {"a: 1\nb: \"x\\0y\"\n", "a.yaml:2: text must not contain a NUL character"},
                {"a: 1\nb: 2\nc: \xff\n", "a.yaml:3: invalid leading UTF-8 octet"},
                {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "a.yaml:1: nested more than 16 levels deep"},
        };
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {""};
                assert_null(yaml_tree_load(file_text("a.yaml", cases[i].text), &err));
                assert_string_equal(without_folder(err.text), cases[i].message);
        }
}

/* As many as fit are fine, one more is not. */
static void has_ceilings(void **state)
{
        char *text = malloc(YAML_FILE_MAX + 2);
        struct error err = {""};
        struct yaml *yaml;
        (void)state;

        assert_non_null(text);
        memset(text, 'x', YAML_FILE_MAX + 1);
        assert_null(yaml_tree_load(file_write("a.yaml", text, YAML_FILE_MAX + 1), &err));
        assert_non_null(strstr(err.text, "a.yaml"));
        for (size_t i = 0; i <= YAML_ITEMS_MAX; i++)
                memcpy(text + 4 * i, "- a\n", 4);
        err.text[0] = '\0';
        yaml = yaml_tree_load(file_write("a.yaml", text, 4 * YAML_ITEMS_MAX), &err);
        assert_non_null(yaml);
        assert_int_equal(yaml->root->count, YAML_ITEMS_MAX);
        yaml_tree_free(yaml);
        assert_null(yaml_tree_load(file_write("a.yaml", text, 4 * (YAML_ITEMS_MAX + 1)), &err));
        assert_string_equal(without_folder(err.text), "a.yaml:4097: more than 4096 entries");
        memset(text, '[', YAML_FILE_MAX);
        err.text[0] = '\0';
        assert_null(yaml_tree_load(file_write("a.yaml", text, YAML_FILE_MAX), &err));
        assert_string_equal(without_folder(err.text), "a.yaml:1: nested more than 16 levels deep");
        free(text);
        assert_null(yaml_tree_load("/nowhere/a.yaml", &err));
}

struct target {
        char chars[4];
        char *text;
        bool flag;
        uint32_t ms, bytes;
        struct limit limit;
        int word;
        char **list;
};

static const char *const words[] = {"red", "green", NULL};
static const struct field fields[] = {
        {.key = "chars",
                .kind = FIELD_CHARS,
                .offset = offsetof(struct target, chars),
                .size = 4,
                .filled = true},
        {.key = "text", .kind = FIELD_TEXT, .offset = offsetof(struct target, text)},
        {.key = "flag", .kind = FIELD_BOOL, .offset = offsetof(struct target, flag)},
        {.key = "time",
                .kind = FIELD_NUMBER,
                .offset = offsetof(struct target, ms),
                .unit = &schema_seconds,
                .min = 100,
                .max = 60000},
        {.key = "size",
                .kind = FIELD_NUMBER,
                .offset = offsetof(struct target, bytes),
                .unit = &schema_bytes,
                .min = 1,
                .max = 2097152},
        {.key = "limit",
                .kind = FIELD_LIMIT,
                .offset = offsetof(struct target, limit),
                .unit = &schema_mib,
                .min = 8,
                .max = 4096},
        {.key = "word", .kind = FIELD_WORD, .offset = offsetof(struct target, word), .words = words},
        {.key = "list", .kind = FIELD_LIST, .offset = offsetof(struct target, list), .max = 2},
        {.key = "must", .kind = FIELD_TEXT, .offset = offsetof(struct target, text), .required = true},
        {.key = NULL},
};

/* Read text by the table; the message, or "" when it was accepted. */
static const char *read_by_table(const char *text, struct target *target)
{
        static struct error err;
        struct yaml *yaml;
        int rc;

        err.text[0] = '\0';
        yaml = yaml_tree_load(file_text("a.yaml", text), &err);
        assert_non_null(yaml);
        rc = schema_read(yaml, yaml->root, fields, target, &err);
        yaml_tree_free(yaml);
        assert_int_equal(rc, err.text[0] != '\0' ? -1 : 0);
        return without_folder(err.text);
}

static void target_clear(struct target *target)
{
        free(target->text);
        yaml_tree_strings_free(target->list);
        *target = (struct target){.limit = {128, 32, 512}};
}

static void table_fills_the_struct(void **state)
{
        struct target target = {.limit = {128, 32, 512}};
        (void)state;

        assert_string_equal(read_by_table("chars: abc\nmust: 3.13\nflag: true\ntime: 0.3\nsize: 2 MiB\n"
                                          "limit: {min: 64, max: 1 GiB}\nword: green\nlist: [a, b]\n",
                                    &target),
                "");
        assert_string_equal(target.chars, "abc");
        assert_string_equal(target.text, "3.13");
        assert_true(target.flag);
        assert_int_equal(target.ms, 300);
        assert_int_equal(target.bytes, 2 * 1024 * 1024);
        assert_int_equal(target.limit.value, 128);
        assert_int_equal(target.limit.min, 64);
        assert_int_equal(target.limit.max, 1024);
        assert_int_equal(target.word, 1);
        assert_string_equal(target.list[1], "b");
        assert_null(target.list[2]);
        target_clear(&target);
}

static void table_refuses_with_line(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"must: a\ntmie: 1\n", "a.yaml:2: unknown key 'tmie' (did you mean 'time'?)"},
                {"must: a\nzebrafish: 1\n", "a.yaml:2: unknown key 'zebrafish'"},
                {"flag: true\n", "a.yaml:1: 'must' is missing"},
                {"must: a\nchars: abcd\n", "a.yaml:2: 'chars' must have at most 3 bytes"},
                {"must: a\nchars: ''\n", "a.yaml:2: 'chars' must not be empty"},
                {"must: a\ntext: [x]\n", "a.yaml:2: 'text' must be a single value, not a list"},
                {"must: a\ntext: {x: y}\n", "a.yaml:2: 'text' must be a single value, not a map"},
                {"must:\n", "a.yaml:1: 'must' has no value"},
                {"must: a\nflag: yes\n", "a.yaml:2: 'flag' must be true or false"},
                {"must: a\nflag: 'true'\n", "a.yaml:2: 'flag' must be true or false"},
                {"must: a\ntime: soon\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: 0.01\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: 61\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: -1\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: 0.10001\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: 1e308\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: inf\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\ntime: 10 min\n", "a.yaml:2: 'time' must be a number between 0.1 and 60 seconds"},
                {"must: a\nsize: 1.5\n",
                        "a.yaml:2: 'size' must be a whole number between 1 and 2097152 bytes"},
                {"must: a\nsize: 3 MiB\n",
                        "a.yaml:2: 'size' must be a whole number between 1 and 2097152 bytes"},
                {"must: a\nlimit: 16\n", "a.yaml:2: 'limit': default 16 is not between 32 and 512 MiB"},
                {"must: a\nlimit: {max: 100}\n",
                        "a.yaml:2: 'limit': default 128 is not between 32 and 100 MiB"},
                {"must: a\nlimit:\n  default: 64\n  mx: 100\n",
                        "a.yaml:4: unknown key 'mx' (did you mean 'max'?)"},
                {"must: a\nlimit: {min: 1}\n",
                        "a.yaml:2: 'min' must be a whole number between 8 and 4096 MiB"},
                {"must: a\nword: blue\n", "a.yaml:2: 'word' must be one of red, green"},
                {"must: a\nlist: x\n", "a.yaml:2: 'list' must be a list"},
                {"must: a\nlist: [a, b, c]\n", "a.yaml:2: 'list' must have at most 2 entries"},
                {"must: a\nlist:\n  - a\n  - [b]\n", "a.yaml:4: 'entry' must be a single value, not a list"},
                {"- a\n", "a.yaml:1: this must be a map of keys and values"},
        };
        struct target target = {.limit = {128, 32, 512}};
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_string_equal(read_by_table(cases[i].text, &target), cases[i].message);
                target_clear(&target);
        }
}

static void lists_yaml_files_in_order(void **state)
{
        struct error err = {""};
        char **names;
        (void)state;

        file_text("d/b.yaml", "");
        file_text("d/a.yaml", "");
        file_text("d/.hidden.yaml", "");
        file_text("d/c.yaml~", "");
        file_text("d/.yaml", "");
        names = yaml_tree_files(strcat(strcpy((char[128]){""}, folder), "/d"), &err);
        assert_non_null(names);
        assert_string_equal(names[0], "a.yaml");
        assert_string_equal(names[1], "b.yaml");
        assert_null(names[2]);
        yaml_tree_strings_free(names);
        assert_null(yaml_tree_files("/nowhere", &err));
        assert_non_null(strstr(err.text, "/nowhere"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(keeps_lines_kinds_and_text, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(refuses, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(has_ceilings, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(table_fills_the_struct, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(table_refuses_with_line, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(lists_yaml_files_in_order, folder_make, folder_remove),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
