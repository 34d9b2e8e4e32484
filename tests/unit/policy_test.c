/* Policies: the shipped one against a file of cases, the order and bounds of violations, what is refused. */
#include "tests/unit/model_files.h"

/* "rule@line:column ..." of what a policy finds. */
static void describe(const struct violations *violations, char *text, size_t size)
{
        size_t used = 0;

        text[0] = '\0';
        for (size_t i = 0; i < violations->count; i++)
                used += (size_t)snprintf(text + used, size - used, " %s@%u:%u", violations->list[i].rule,
                        violations->list[i].line, violations->list[i].column);
}

static void expect(const struct catalog *from, const char *policy, const char *language, const char *code,
        size_t size, const char *expected, bool blocked)
{
        struct violations violations = {0};
        struct error err = {""};
        char found[4096];

        assert_int_equal(policy_check(policies_find(from->policies, policy),
                                 registry_get(from->registry, language), "", code, size, &violations, &err),
                0);
        assert_string_equal(err.text, "");
        describe(&violations, found, sizeof found);
        if (strcmp(found, expected) != 0)
                print_message("in: %.*s\n", (int)size, code);
        assert_string_equal(found, expected);
        assert_int_equal(violations.blocked, blocked);
        violations_free(&violations);
}

static void shipped_policy_finds_what_it_should(void **state)
{
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        char *text = NULL, *at;
        size_t room = 0, cases = 0;
        FILE *file = fopen("tests/unit/data/policy/strict.txt", "r");
        (void)state;

        assert_non_null(file);
        assert_true(getdelim(&text, &room, '\0', file) > 0);
        fclose(file);
        for (at = strstr(text, "\n== "); at != NULL; cases++) {
                char *language = at + 4, *colon = strchr(language, ':'), *code = strchr(colon, '\n');
                char *next = strstr(code, "\n== ");
                size_t size = next != NULL ? (size_t)(next - code) : strlen(code) - 1;

                *colon = *code = '\0';
                expect(&shipped, "strict", language, code + 1, size, colon + 1, colon[1] != '\0');
                at = next;
        }
        assert_true(cases > 40);
        free(text);
        catalog_close(&shipped);
}

static void off_finds_nothing(void **state)
{
        (void)state;
        expect(&catalog, "off", "toy", "worst", 5, "", false);
        expect(&catalog, "loose", "toy", "worst", 5, "", false);
        assert_null(policies_find(catalog.policies, "nothing"));
}

static void most_severe_come_first(void **state)
{
        static const char code[] =
                "note\nuse bad\nworst\nuse wor.se\nuse worxse\nload(\"lib\") '#load(\"lib\")'\nbad";
        (void)state;

        expect(&catalog, "house", "toy", code, sizeof code - 1,
                " worst@3:1 bad@2:5 bad@4:5 load@6:1 note@1:1", true);
        expect(&catalog, "house", "toy", "note load(\"lib\")", 16, " load@1:6 note@1:1", false);
        expect(&catalog, "house", "other", "note worst", 10, " note@1:1", false);
        expect(&catalog, "house", "retired", "note worst", 10, "", false);
        expect(&catalog, "house", "toy", "", 0, "", false);
        expect(&catalog, "house", "toy", "a\r\nb\rc\n\r\nnote", 13, " note@5:1", false);
        expect(&catalog, "house", "toy", "x\0\xff\xfe note", 9, " note@1:6", false); /* any bytes */
}

static void snippets_are_trimmed_lines(void **state)
{
        const struct policy *house = policies_find(catalog.policies, "house");
        const struct language *toy = registry_get(catalog.registry, "toy");
        struct violations violations = {0};
        char code[512] = "\xc3\xa9\n \t note \x01 it \t\r\nend";
        (void)state;

        assert_int_equal(policy_check(house, toy, "a.toy", code, strlen(code), &violations, NULL), 0);
        assert_int_equal(violations.count, 1);
        assert_string_equal(violations.list[0].snippet, "note   it");
        assert_string_equal(violations.list[0].file, "a.toy");
        assert_string_equal(violations.list[0].message, "A note.");
        violations_free(&violations);

        /* Cut between characters: 118 bytes and a character of two that would end at 121. */
        memset(code, 'x', 118);
        strcpy(code + 118, "y\xc3\xa9 note");
        assert_int_equal(policy_check(house, toy, "", code, strlen(code), &violations, NULL), 0);
        assert_int_equal(violations.count, 1);
        assert_int_equal(strlen(violations.list[0].snippet), 119);
        violations_free(&violations);
}

/* A secret is in no snippet: not in its own, and not in that of another rule about the same line. */
static void secrets_are_not_shown(void **state)
{
        static const struct {
                const char *language, *code, *rules, *snippet;
        } rows[] = {
                {"python", "password = 'hunter2!'", " secret-password@1:1", "password = '***'"},
                {"python", "eval(x, password=\"hunter2!\")", " python-eval@1:1 secret-password@1:9",
                        "eval(x, password=\"***\")"},
                {"python", "DB_PASSWORD: str = r\"hunter2!\"", " secret-password@1:4",
                        "DB_PASSWORD: str = r\"***\""},
                {"javascript", "const o = {apiKey: `x`, \"api-key\": 'abcdefgh'}", " secret-password@1:26",
                        "const o = {apiKey: `x`, \"api-key\": '***'}"},
                {"php", "<?php $c['secret'] => \"s3cr3ts\";", " secret-password@1:11",
                        "<?php $c['secret'] => \"***\";"},
                {"cpp", "auto t = \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\";", " secret-token@1:11",
                        "auto t = \"***\";"},
                {"bash", "curl postgres://me:s3cr3t@db/x", " bash-remote@1:1 secret-password@1:14",
                        "curl postgres://me:***@db/x"},
                {"ruby", "k = '-----BEGIN RSA PRIVATE KEY-----MIIabc=='", " secret-key@1:6",
                        "k = '-----BEGIN RSA PRIVATE KEY-----***"},
                {"python", "# password = 'hunter2!'", "", NULL},
                {"python", "password = input()\nsecret = ''\ntoken = 'your-token'", "", NULL},
        };
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        (void)state;

        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct violations violations = {0};
                char found[256];

                assert_int_equal(policy_check(policies_find(shipped.policies, "strict"),
                                         registry_get(shipped.registry, rows[i].language), "", rows[i].code,
                                         strlen(rows[i].code), &violations, NULL),
                        0);
                describe(&violations, found, sizeof found);
                assert_string_equal(found, rows[i].rules);
                for (size_t j = 0; j < violations.count; j++)
                        assert_string_equal(violations.list[j].snippet, rows[i].snippet);
                violations_free(&violations);
        }
        catalog_close(&shipped);
}

/* Sizes are counted to the byte, line and character, and the place is the first that is too much. */
static void sizes_are_limited(void **state)
{
        struct catalog made = catalog;
        struct settings settings = *catalog.settings;
        struct error err = {""};
        (void)state;

        file_text("policies/house.yaml",
                "id: house\nblock_from: ERROR\nrules:\n"
                "  - {id: bytes, severity: ERROR, message: m, limit: {bytes: 40}}\n"
                "  - {id: lines, severity: ERROR, message: m, limit: {lines: 3}}\n"
                "  - {id: length, severity: ERROR, message: m, limit: {line_length: 9}}\n"
                "  - {id: depth, severity: ERROR, message: m, limit: {depth: 2}}\n");
        file_text("policies/loose.yaml", "id: loose\nblock_from: ERROR\n");
        snprintf(settings.policies_dir, sizeof settings.policies_dir, "%s/policies", folder);
        made.policies = policies_load(&settings, catalog.registry, &err);
        assert_string_equal(err.text, "");
#define SIZED(code, found) expect(&made, "house", "toy", code, strlen(code), found, *(found) != '\0')
        SIZED("1\n2\n3", "");
        SIZED("1\n2\n3\n", "");
        SIZED("1\r\n2\r3\n4", " lines@4:1");
        SIZED("123456789\n\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "");
        SIZED("1234567890", " length@1:10");
        SIZED("123456789\n123456789\n123456789\n12345678901", " bytes@1:1 lines@4:1 length@4:10");
        SIZED("(())()", "");
        SIZED("a([{}])", " depth@1:4");
        SIZED("a\n b\n  c", "");
        SIZED("a\n b\n  (c", " depth@3:3");
        SIZED("\"((((\"", ""); /* a text has no depth */
        policies_free((struct policies *)made.policies);
}

/* A hundred at most, and never the worst ones lost among the many. */
static void violations_are_bounded(void **state)
{
        const struct policy *house = policies_find(catalog.policies, "house");
        const struct language *toy = registry_get(catalog.registry, "toy");
        struct violations violations = {0};
        size_t size = 0;
        char *code = malloc(300 * 5 + 16);
        (void)state;

        for (int i = 0; i < 300; i++, size += 5)
                memcpy(code + size, "note\n", 5);
        assert_int_equal(policy_check(house, toy, "a", code, size, &violations, NULL), 0);
        assert_int_equal(violations.count, VIOLATIONS_MAX);
        assert_int_equal(violations.list[99].line, 100);
        assert_false(violations.blocked);
        assert_int_equal(policy_check(house, toy, "b", "worst\nnote", 10, &violations, NULL), 0);
        assert_int_equal(violations.count, VIOLATIONS_MAX);
        assert_string_equal(violations.list[0].rule, "worst");
        assert_string_equal(violations.list[0].file, "b");
        assert_int_equal(violations.list[99].line, 99);
        assert_true(violations.blocked);
        violations_free(&violations);
        free(code);
}

/* (z+)+$ on many z and one y never ends by itself: the limit ends it, and it counts as not matched. */
static void runaway_pattern_is_cut_off(void **state)
{
        char code[200];
        (void)state;

        memset(code, 'z', sizeof code);
        code[sizeof code - 1] = 'y';
        expect(&catalog, "house", "toy", code, sizeof code, "", false);
        expect(&catalog, "house", "toy", "xzz", 3, " slow@1:2", true);
}

#define HEAD "id: p\nblock_from: ERROR\n"
#define RULE "  - {id: r, severity: INFO, languages: [toy], message: m, "

static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"id: p\nrules: []\n", "1: 'block_from' is missing (or 'extends')"},
                {"id: p\nblock_from: BAD\nrules: []\n",
                        "2: 'block_from' must be one of INFO, WARNING, ERROR, CRITICAL"},
                {"id: q\nblock_from: ERROR\nrules: []\n", "1: 'id' is 'q', so the file must be q.yaml"},
                {HEAD "rules: {}\n", "3: 'rules' must be a list; there may be 2048 rules in all"},
                {HEAD "rules:\n" RULE "pattern: '(x'}\n",
                        "4: pattern, at character 3: missing closing parenthesis"},
                {HEAD "rules:\n  - id: r\n    severity: INFO\n    message: m\n    pattern:\n      - x\n      "
                      "- 'y)'\n",
                        "9: pattern, at character 2: unmatched closing parenthesis"},
                {HEAD "rules:\n" RULE "pattern: ''}\n", "4: 'pattern' must be a text or a list of texts"},
                {HEAD "rules:\n" RULE "in: code}\n",
                        "4: a rule needs 'modules', 'calls', 'pattern' or 'limit' to match by"},
                {HEAD "rules:\n" RULE "calls: [y]}\n",
                        "4: toy has no 'calls' in its syntax to find calls by"},
                {HEAD "rules:\n" RULE "modules: ['y z']}\n", "4: 'y z' is no name"},
                {HEAD "rules:\n" RULE "limit: {lines: 0}}\n",
                        "4: 'lines' must be a whole number between 1 and 1073741824"},
                {HEAD "rules:\n" RULE "pattern: x}\n" RULE "pattern: y}\n", "5: there is a rule 'r' already"},
                {HEAD "rules:\n  - {id: r, severity: INFO, languages: [toy, tyo], message: m, pattern: x}\n",
                        "4: language 'tyo' does not exist"},
                {HEAD "rules:\n  - {id: r, severity: INFO, languages: [], message: m, pattern: x}\n",
                        "4: 'languages' must not be empty"},
                {HEAD "rules:\n" RULE "patern: x}\n", "4: unknown key 'patern' (did you mean 'pattern'?)"},
                {HEAD "topics: [files]\n", "3: there is no topic 'files'"},
                {HEAD "allow:\n  - r\n  - x\nrules:\n" RULE "modules: [x.y]}\n",
                        "5: there is no rule, module or call 'x'"},
                {"id: p\nextends: q\n", "2: policy 'q' does not exist"},
                {"id: p\nextends: p\n", "2: policies extend each other in a circle"},
        };
        char expected[512];
        struct settings settings = *catalog.settings;
        (void)state;

        snprintf(settings.policies_dir, sizeof settings.policies_dir, "%s/policies", folder);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {""};

                file_text("policies/p.yaml", cases[i].text);
                assert_null(policies_load(&settings, catalog.registry, &err));
                snprintf(expected, sizeof expected, "policies/p.yaml:%s", cases[i].message);
                assert_string_equal(without_folder(err.text), expected);
        }
}

/* A folder of rules; policies that choose from it by topic, and one that allows more than the one it extends.
 */
static void policies_choose_and_extend(void **state)
{
        struct catalog made = catalog;
        struct settings settings = *catalog.settings;
        struct error err = {""};
        (void)state;

        file_text("policies/rules/toy.yaml",
                "languages: [toy]\nrules:\n"
                "  - {id: net, topic: net, severity: ERROR, message: m, modules: [net, web.http]}\n"
                "  - {id: old, topic: style, severity: INFO, message: m, pattern: old}\n");
        file_text("policies/rules/all.yaml",
                "rules:\n  - {id: long, topic: style, severity: WARNING, message: m, limit: {lines: 2}}\n");
        file_text("policies/house.yaml", "id: house\nblock_from: ERROR\n");
        file_text("policies/loose.yaml", "id: loose\nblock_from: ERROR\ntopics: [style]\n");
        file_text("policies/lesson.yaml",
                "id: lesson\nextends: house\nallow: [web.http]\n"
                "rules:\n  - {id: mine, severity: ERROR, message: m, pattern: mine}\n");
        file_text("policies/last.yaml",
                "id: last\nextends: lesson\nblock_from: CRITICAL\nallow: [net, mine]\n");
        file_text("policies/later.yaml", "id: later\nextends: lesson\n");
        snprintf(settings.policies_dir, sizeof settings.policies_dir, "%s/policies", folder);
        made.policies = policies_load(&settings, catalog.registry, &err);
        assert_string_equal(err.text, "");
        assert_non_null(made.policies);

#define CODE "use net.tcp\nuse web.http\nold mine"
#define EXPECT(policy, found, blocked) expect(&made, policy, "toy", CODE, sizeof CODE - 1, found, blocked)
        EXPECT("house", " net@1:5 net@2:5 long@3:1 old@3:1", true);
        EXPECT("loose", " long@3:1 old@3:1", false);
        EXPECT("lesson", " net@1:5 mine@3:5 long@3:1 old@3:1", true);
        EXPECT("later", " net@1:5 mine@3:5 long@3:1 old@3:1", true);
        EXPECT("last", " long@3:1 old@3:1", false);
        expect(&made, "house", "other", CODE, sizeof CODE - 1, " long@3:1", false);
        policies_free((struct policies *)made.policies);
}

static void names_that_do_not_exist_are_refused(void **state)
{
        char *selectable[] = {"p", "gone", NULL}, *none[] = {NULL};
        struct settings settings = *catalog.settings;
        struct error err = {""};
        (void)state;

        snprintf(settings.policies_dir, sizeof settings.policies_dir, "%s/policies", folder);
        file_text("policies/p.yaml", HEAD "rules: []\n");
        assert_null(policies_load(&settings, catalog.registry, &err));
        assert_non_null(strstr(err.text, "sandpool.yaml:16: policy 'house' does not exist"));
        err.text[0] = '\0';
        strcpy(settings.default_policy, "off");
        settings.selectable_policies = selectable;
        assert_null(policies_load(&settings, catalog.registry, &err));
        assert_non_null(strstr(err.text, "sandpool.yaml:16: policy 'gone' does not exist"));
        err.text[0] = '\0';
        settings.selectable_policies = none;
        assert_null(policies_load(&settings, catalog.registry, &err));
        assert_non_null(strstr(err.text, "other.yaml:19: policy 'loose' does not exist"));
        err.text[0] = '\0';
        file_text("policies/off.yaml", "id: 'off'\nblock_from: ERROR\nrules: []\n");
        assert_null(policies_load(&settings, catalog.registry, &err));
        assert_string_equal(without_folder(err.text), "policies/off.yaml:1: the policy 'off' is built in");
        policies_free(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(shipped_policy_finds_what_it_should),
                cmocka_unit_test(off_finds_nothing),
                cmocka_unit_test(most_severe_come_first),
                cmocka_unit_test(snippets_are_trimmed_lines),
                cmocka_unit_test(secrets_are_not_shown),
                cmocka_unit_test_setup_teardown(sizes_are_limited, folder_make, folder_remove),
                cmocka_unit_test(violations_are_bounded),
                cmocka_unit_test(runaway_pattern_is_cut_off),
                cmocka_unit_test_setup_teardown(refuses, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(policies_choose_and_extend, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(
                        names_that_do_not_exist_are_refused, folder_make, folder_remove),
        };
        return cmocka_run_group_tests(tests, catalog_open_all, catalog_close_all);
}
