/* Languages: values, defaults, everything refused, the registry, commands, the image's JSON. */
#include "tests/unit/model_files.h"

#include <jansson.h>

#define HEAD "id: toy\nname: Toy\nversion: 1\nimage: i\nsource: main.toy\n"
#define TAIL "sample: {code: x, expected: y}\n"
#define RUN "run: {command: [/bin/toy]}\n"

static void shipped_languages_load(void **state)
{
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        const struct language *python = registry_find(shipped.registry, "py");
        const struct language *cpp = registry_find(shipped.registry, "C++");
        (void)state;

        assert_non_null(python);
        assert_string_equal(python->id, "python");
        assert_int_equal(python->warm, 2);
        assert_int_equal(python->cpu_percent, 50);
        assert_null(python->compile.argv);
        assert_int_equal(registry_find(shipped.registry, "node")->cpu_percent, 100);
        assert_non_null(cpp);
        assert_int_equal(cpp->compile_memory_mib, 512);
        assert_string_equal(cpp->extension, ".cpp");
        assert_int_equal(registry_find(shipped.registry, "pwsh")->enabled, LANGUAGE_AUTO);
        assert_int_equal(registry_find(shipped.registry, "sh")->enabled, LANGUAGE_ON);
        catalog_close(&shipped);
}

static void values_and_defaults(void **state)
{
        const struct language *other = registry_find(catalog.registry, "other");
        const struct language *toy = registry_find(catalog.registry, "toy");
        (void)state;

        assert_int_equal(other->timeout_ms.value, 2000);
        assert_int_equal(other->timeout_ms.min, 100); /* the settings' */
        assert_int_equal(other->timeout_ms.max, 20000);
        assert_int_equal(other->memory_mib.value, 64);
        assert_int_equal(other->memory_mib.max, 512);
        assert_int_equal(other->cpu_percent, 150);
        assert_int_equal(other->compile_timeout_ms, 3000);
        assert_int_equal(other->warm, 0);
        assert_int_equal(other->max, 3);
        assert_int_equal(other->reuse, 1);
        assert_int_equal(other->max_age_ms, 60000);
        assert_string_equal(other->env[0], "PATH=/bin");
        assert_string_equal(other->env[1], "EMPTY=");
        assert_null(other->env[2]);
        assert_string_equal(other->fork_server[0], "WAIT=yes");
        assert_null(other->fork_server[1]);
        assert_string_equal(other->memory_error, "^Out of memory");
        assert_int_equal(language_idle_memory_mib(other), 256);

        assert_int_equal(toy->warm, 1);
        assert_int_equal(toy->max, LANGUAGE_MAX_ANY);
        assert_int_equal(toy->reuse, 200);
        assert_int_equal(toy->processes, 64);
        assert_int_equal(toy->open_files, 256);
        assert_string_equal(toy->runtime, "runc");
        assert_null(toy->policy);
        assert_null(toy->memory_error);
        assert_int_equal(language_idle_memory_mib(toy), 128);
        assert_string_equal(toy->aliases[1], "toy++");
        assert_int_equal(toy->syntax->literal_count, 6);
        assert_int_equal(other->syntax->literal_count, 0);
}

static void registry_finds_by_any_name(void **state)
{
        (void)state;
        assert_string_equal(registry_find(catalog.registry, "PLAYTHING")->id, "toy");
        assert_string_equal(registry_find(catalog.registry, "Toy++")->id, "toy");
        assert_null(registry_find(catalog.registry, "to"));
        assert_null(registry_find(catalog.registry, ""));
        assert_null(registry_find(catalog.registry, "retired")); /* not enabled */
        assert_null(registry_find(catalog.registry, "old"));
        assert_non_null(registry_get(catalog.registry, "retired"));
        assert_null(registry_get(catalog.registry, "plaything"));
        assert_string_equal(catalog.registry->languages[0].id, "other"); /* in order */
}

static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"nmae: x\n" HEAD RUN TAIL, "1: unknown key 'nmae' (did you mean 'name'?)"},
                {HEAD "run:\n\tcommand: [/bin/toy]\n" TAIL, "7: a tab: lines are indented by blanks alone"},
                {HEAD "run:\n  command: [/bin/toy]\n\tx: y\n" TAIL,
                        "8: a tab: lines are indented by blanks alone"},
                {HEAD "run: {command: [/bin/toy}\n" TAIL, "6: did not find expected ',' or ']'"},
                {HEAD RUN TAIL "name: Twice\n", "8: key 'name' is there twice"},
                {HEAD RUN TAIL "- x\n", "8: did not find expected key"},
                {HEAD RUN TAIL "policy: *strict\n",
                        "8: anchors, aliases and tags are not allowed here: write the value out"},
                {HEAD RUN TAIL "policy:\n", "8: 'policy' has no value"},
                {HEAD RUN TAIL "policy: [strict]\n", "8: 'policy' must be a single value, not a list"},
                {HEAD RUN TAIL "aliases: toys\n", "8: 'aliases' must be a list"},
                {HEAD RUN TAIL "limits: 5\n", "8: 'limits' must be a map of keys and values"},
                {HEAD RUN TAIL "limits: {cpu: fast}\n", "8: 'cpu' must be a number between 0.05 and 64 CPUs"},
                {HEAD RUN TAIL "limits: {memory: 1 TiB}\n",
                        "8: 'memory' must be a whole number between 8 and 65536 MiB"},
                {HEAD RUN TAIL "limits: {memory: 4 GiB}\n",
                        "8: 'memory': default 4096 is not between 32 and 512 MiB"},
                {HEAD RUN TAIL "pool: {warm: -1}\n", "8: 'warm' must be a whole number between 0 and 4096"},
                {HEAD RUN TAIL "enabled: yes\n", "8: 'enabled' must be one of false, true, auto"},
                {"id: toy\nname: Toy\nversion: 1\nsource: main.toy\n" RUN TAIL, "1: 'image' is missing"},
                {"id: toy\nname: Toy\nversion: 1\nimage: ../toy?x\nsource: main.toy\n" RUN TAIL,
                        "4: '../toy?x' cannot be an image's name, such as sandpool/python"},
                {HEAD TAIL, "1: 'run' is missing"},
                {HEAD RUN, "1: 'sample' is missing"},
                {HEAD "run: {}\n" TAIL, "6: 'command' is missing"},
                {HEAD "run: {command: []}\n" TAIL, "6: 'command' must not be empty"},
                {HEAD "run: {command: /bin/toy}\n" TAIL, "6: 'command' must be a list"},
                {HEAD "run:\n  command:\n    - toy\n" TAIL,
                        "8: the program must be a path that begins with / or ./, not 'toy'"},
                {HEAD "run:\n  command:\n    - /bin/toy\n    - '{sauce}'\n" TAIL,
                        "9: unknown placeholder '{sauce}' (there are {source}, {name}, {files})"},
                {HEAD "run: {command: [/bin/toy, 'x{files}']}\n" TAIL,
                        "6: {files} must be an argument of its own"},
                {HEAD "run: {command: [./x], fork_server: x}\n" TAIL,
                        "6: 'fork_server' must be a map of at most 64 names and values"},
                {HEAD RUN TAIL "env: [A]\n", "8: 'env' must be a map of at most 64 names and values"},
                {HEAD RUN TAIL "env:\n  A-B: 1\n", "9: 'A-B': an environment variable is a name of letters, "
                                                   "digits and _, and a single value"},
                {HEAD RUN TAIL "limits:\n  memory: {max: 1024}\n",
                        "9: the range must stay within that of the settings, 32 to 512"},
                {HEAD RUN TAIL "limits:\n  timeout: 31\n",
                        "9: 'timeout': default 31 is not between 0.1 and 30 seconds"},
                {HEAD RUN TAIL "compile:\n  command: [/x]\n  timeout: 51\n",
                        "10: compiling and a run may take 80 seconds together, not 51 and 30 "
                        "(compile.timeout, "
                        "and the max of limits.timeout, here or in the settings)"},
                {HEAD RUN TAIL "limits:\n  cpu: 0\n", "9: 'cpu' must be a number between 0.05 and 64 CPUs"},
                {HEAD RUN TAIL "pool: {warm: 3, max: 2}\n", "8: 'warm' must not be larger than 'max'"},
                {HEAD RUN TAIL "memory_error: '(a'\n",
                        "8: pattern, at character 3: missing closing parenthesis"},
                {HEAD RUN TAIL "aliases: ['a b']\n", "8: 'a b' cannot be an alias"},
                {HEAD RUN TAIL "syntax:\n  strings:\n    - {close: x}\n", "10: 'open' is missing"},
                {HEAD RUN TAIL "syntax:\n  strings:\n    - {open: x, escapes: 1}\n",
                        "10: 'escapes' must be true, false or the character that escapes"},
                {"id: tool\nname: Toy\nversion: 1\nimage: i\nsource: main.toy\n" RUN TAIL,
                        "1: 'id' is 'tool', so the file must be tool.yaml"},
                {"id: To\nname: Toy\nversion: 1\nimage: i\nsource: main.toy\n" RUN TAIL,
                        "1: 'id' must be lower case letters, digits, '_' and '-'"},
                {"id: toy\nname: Toy\nversion: 1\nimage: i\nsource: main\n" RUN TAIL,
                        "5: 'source' must be a file name with an extension, such as main.py"},
                {"id: toy\nname: Toy\nversion: 1\nimage: i\nsource: ../main.toy\n" RUN TAIL,
                        "5: 'source' must be a file name with an extension, such as main.py"},
        };
        char expected[512];
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {""};
                struct language language = {0};

                assert_int_equal(language_read(file_text("toy.yaml", cases[i].text), catalog.settings,
                                         &language, &err),
                        -1);
                language_clear(&language);
                snprintf(expected, sizeof expected, "toy.yaml:%s", cases[i].message);
                assert_string_equal(without_folder(err.text), expected);
        }
}

/* What refuses has one second too many of: 50 and 30 are what a sandbox can be had for. */
static void steps_may_take_80_seconds(void **state)
{
        struct error err = {""};
        struct language language = {0};
        (void)state;

        assert_int_equal(
                language_read(file_text("toy.yaml", HEAD RUN TAIL "compile: {command: [/x], timeout: 50}\n"),
                        catalog.settings, &language, &err),
                0);
        language_clear(&language);
}

#define LANGUAGE(id, more)                                                                                   \
        "id: " id "\nname: N\nversion: 1\nimage: i\nsource: main.x\nrun: {command: [/x]}\nsample: {code: "   \
        "x, expected: y}\n" more

/* What is wrong with two files together. */
static void registry_refuses(void **state)
{
        static const struct {
                const char *a, *b, *message;
        } cases[] = {
                {LANGUAGE("a", "aliases: [x]\n"), LANGUAGE("b", "aliases: [y, X]\n"),
                        "languages/b.yaml:8: alias 'x' is a name of 'a' already"},
                {LANGUAGE("a", "aliases: [b]\n"), LANGUAGE("b", ""),
                        "languages/a.yaml:8: alias 'b' is the id of another language"},
                {LANGUAGE("a", ""), LANGUAGE("b", "aliases: [a]\n"),
                        "languages/b.yaml:8: alias 'a' is a name of 'a' already"},
                {LANGUAGE("a", "aliases: [x, x]\n"), LANGUAGE("b", ""),
                        "languages/a.yaml:8: alias 'x' is a name of 'a' already"},
                {LANGUAGE("a", "enabled: false\n"), LANGUAGE("b", ""),
                        "sandpool.yaml:1: the default language 'a' is not enabled"},
                {LANGUAGE("a", "polciy: x\n"), LANGUAGE("b", ""),
                        "languages/a.yaml:8: unknown key 'polciy' (did you mean 'policy'?)"},
        };
        struct error err = {""};
        struct settings *settings = settings_load(
                file_text("sandpool.yaml", "languages: {default: a}\npolicies: {default: 'off'}\n"), &err);
        (void)state;

        assert_non_null(settings);
        assert_null(registry_load(settings, &err)); /* there is no such folder */
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                err.text[0] = '\0';
                file_text("languages/a.yaml", cases[i].a);
                file_text("languages/b.yaml", cases[i].b);
                assert_null(registry_load(settings, &err));
                assert_string_equal(without_folder(err.text), cases[i].message);
        }
        settings_free(settings);
        registry_free(NULL);
}

static void missing_image_is_named_with_its_place(void **state)
{
        static const struct {
                const char *image, *said;
        } cases[] = {
                {"sandpool/a", "sandpool/a does not exist: make images LANGUAGES=a"},
                {"sandpool/a:full", "sandpool/a:full does not exist: make images LANGUAGES=a VARIANT=full"},
                {"host:5000/a", "host:5000/a does not exist"},
        };
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct language language = {
                        .id = "a", .image = (char *)cases[i].image, .path = "l/a.yaml", .image_line = 5};
                char text[256], expected[256];

                language_image_missing(&language, text, sizeof text);
                snprintf(expected, sizeof expected, "l/a.yaml:5: image %s", cases[i].said);
                assert_string_equal(text, expected);
        }
}

static void expect_argv(char **argv, const char *const *expected)
{
        size_t i = 0;

        assert_non_null(argv);
        for (; expected[i] != NULL; i++) {
                assert_non_null(argv[i]);
                assert_string_equal(argv[i], expected[i]);
        }
        assert_null(argv[i]);
        language_argv_free(argv);
}

static void commands_get_the_files(void **state)
{
        const struct language *toy = registry_find(catalog.registry, "toy");
        const struct language *other = registry_find(catalog.registry, "other");
        const char *const names[] = {"src/a.b.toy", "data.txt"};
        const char *const many[] = {"entry", "x.oth", "-o.oth", "@args.oth", "d/y.oth", "z.h", ".oth"};
        (void)state;

        expect_argv(language_argv(toy, &toy->run, names, 2),
                (const char *const[]){"/bin/toy", "--file=src/a.b.toy", "src/a.b.out", NULL});
        expect_argv(language_argv(toy, &toy->run, (const char *const[]){"a.b/.c"}, 1),
                (const char *const[]){"/bin/toy", "--file=a.b/.c", "a.b/.c.out", NULL});
        expect_argv(language_argv(other, &other->compile, many, 7),
                (const char *const[]){"/bin/occ", "-o", "main", "entry", "x.oth", "./-o.oth", "./@args.oth",
                        "d/y.oth", NULL});
        expect_argv(language_argv(other, &other->run, many, 7), (const char *const[]){"./main", NULL});
}

static void image_config_is_what_the_runner_reads(void **state)
{
        char *text = language_image_config(registry_find(catalog.registry, "other"), catalog.settings);
        json_t *config, *expected;
        (void)state;

        assert_non_null(text);
        config = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        expected = json_loads(
                "{\"id\":\"other\",\"name\":\"Other\",\"version\":\"2\",\"source\":\"main.oth\","
                "\"compile\":{\"command\":[\"/bin/occ\",\"-o\",\"main\",\"{files}\"],\"timeout\":3},"
                "\"run\":{\"command\":[\"./main\"]},\"env\":{\"PATH\":\"/bin\",\"EMPTY\":\"\"},"
                "\"limits\":{\"timeout\":2,\"timeoutMax\":20,\"memory\":64,\"outputBytes\":1024,"
                "\"fileBytes\":16777216,\"openFiles\":256}}",
                0, NULL);
        assert_non_null(expected);
        assert_true(json_equal(config, expected));
        json_decref(config);
        json_decref(expected);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(shipped_languages_load),
                cmocka_unit_test(values_and_defaults),
                cmocka_unit_test(registry_finds_by_any_name),
                cmocka_unit_test_setup_teardown(refuses, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(steps_may_take_80_seconds, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(registry_refuses, folder_make, folder_remove),
                cmocka_unit_test(missing_image_is_named_with_its_place),
                cmocka_unit_test(commands_get_the_files),
                cmocka_unit_test(image_config_is_what_the_runner_reads),
        };
        return cmocka_run_group_tests(tests, catalog_open_all, catalog_close_all);
}
