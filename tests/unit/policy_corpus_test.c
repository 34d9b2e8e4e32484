/* Policies against programs: tests/policies/<language>/blocked/, where the first line names the rules that
 * must hit, and allowed/, ordinary programs that look like they should be blocked; and tests/programs/ under
 * `standard`. */
#include "tests/unit/model_files.h"

#include "fcgi/base/io.h"
#include "tests/adversarial.h"

#include <dirent.h>
#include <jansson.h>

static int open_shipped(void **state)
{
        (void)state;
        catalog = catalog_open("conf/sandpool.yaml");
        return 0;
}

static int is_visible(const struct dirent *entry)
{
        return entry->d_name[0] != '.';
}

/* Call for each entry of a folder; returns how many there are (0 when the folder is not). */
static size_t each(const char *folder_path, void (*call)(const char *path, void *context), void *context)
{
        struct dirent **entries = NULL;
        int count = scandir(folder_path, &entries, is_visible, alphasort);

        for (int i = 0; i < count; i++) {
                char path[1024];

                snprintf(path, sizeof path, "%s/%s", folder_path, entries[i]->d_name);
                call(path, context);
                free(entries[i]);
        }
        free(entries);
        return count > 0 ? (size_t)count : 0;
}

/* What a policy finds in code, into violations that the caller frees. */
static void find(const char *policy, const struct language *language, const char *name, const char *code,
        size_t size, struct violations *violations)
{
        struct error err = {""};

        assert_int_equal(policy_check(policies_find(catalog.policies, policy), language, name, code, size,
                                 violations, &err),
                0);
        assert_string_equal(err.text, "");
}

static void print_found(const char *path, const struct violations *violations)
{
        print_message("%s:%s\n", path, violations->count == 0 ? " nothing" : "");
        for (size_t i = 0; i < violations->count; i++)
                print_message("  %u:%u %s: %s\n", violations->list[i].line, violations->list[i].column,
                        violations->list[i].rule, violations->list[i].snippet);
}

static bool has_rule(const struct violations *violations, const char *rule)
{
        for (size_t i = 0; i < violations->count; i++)
                if (strcmp(violations->list[i].rule, rule) == 0)
                        return true;
        return false;
}

/* Every rule that the first line names behind `rule:` was found. */
static bool has_rules(const struct violations *violations, const char *code)
{
        char line[256] = "", *rule, *save = NULL;
        const char *begin = strstr(code, "rule:");
        bool all = begin != NULL && begin < strchr(code, '\n');

        if (all)
                strncat(line, begin + strlen("rule:"), strcspn(begin, "\n") - strlen("rule:"));
        for (rule = strtok_r(line, " ", &save); rule != NULL; rule = strtok_r(NULL, " ", &save))
                all = all && has_rule(violations, rule);
        return all;
}

struct corpus {
        const struct language *language;
        bool blocked;
        size_t wrong;
};

static void check_program(const char *path, void *context)
{
        struct corpus *corpus = context;
        struct violations violations = {0};
        struct error err = {""};
        char *code = NULL;
        ssize_t size = io_read_file(path, 1 << 20, &code, &err);

        assert_string_equal(err.text, "");
        find("strict", corpus->language, "", code, (size_t)size, &violations);
        if (corpus->blocked ? !violations.blocked || !has_rules(&violations, code) : violations.count > 0) {
                print_found(path, &violations);
                corpus->wrong++;
        }
        violations_free(&violations);
        free(code);
}

/* The languages that most programs are written in have more. */
static size_t least(const char *language)
{
        static const char *const main_ones[] = {"python", "javascript", "java", "cpp", "go"};

        for (size_t i = 0; i < sizeof main_ones / sizeof *main_ones; i++)
                if (strcmp(language, main_ones[i]) == 0)
                        return 15;
        return 5;
}

static void strict_blocks_and_allows(void **state)
{
        size_t wrong = 0;
        (void)state;

        for (size_t i = 0; i < catalog.registry->count; i++) {
                const struct language *language = &catalog.registry->languages[i];

                for (int blocked = 0; blocked < 2; blocked++) {
                        struct corpus corpus = {.language = language, .blocked = blocked};
                        char path[256];
                        size_t count;

                        snprintf(path, sizeof path, "tests/policies/%s/%s", language->id,
                                blocked ? "blocked" : "allowed");
                        count = each(path, check_program, &corpus);
                        if (count < least(language->id))
                                print_message("%s: %zu programs\n", path, count);
                        wrong += corpus.wrong + (count < least(language->id));
                }
        }
        assert_int_equal(wrong, 0);
}

/* Programs of users' kind, of which no policy for tutoring may complain. */
struct programs {
        const struct language *language;
        size_t checked, wrong;
};

static void check_standard(struct programs *programs, const char *path, const char *code, size_t size)
{
        struct violations violations = {0};

        find("standard", programs->language, "", code, size, &violations);
        if (violations.count > 0) {
                print_found(path, &violations);
                programs->wrong++;
        }
        programs->checked++;
        violations_free(&violations);
}

static void check_request(struct programs *programs, const char *path)
{
        json_t *request = json_load_file(path, 0, NULL), *file;
        const char *code = json_string_value(json_object_get(request, "code"));
        size_t i;

        if (code != NULL)
                check_standard(programs, path, code, strlen(code));
        json_array_foreach(json_object_get(request, "files"), i, file)
        {
                const char *content = json_string_value(json_object_get(file, "content"));

                if (content != NULL && json_object_get(file, "encoding") == NULL)
                        check_standard(programs, path, content, strlen(content));
        }
        json_decref(request);
}

static void check_case_file(const char *path, void *context)
{
        const char *name = strrchr(path, '/') + 1;
        char *code = NULL;

        if (strcmp(name, "request.json") == 0)
                check_request(context, path);
        if (strncmp(name, "code.", 5) != 0)
                return;
        ssize_t size = io_read_file(path, 1 << 20, &code, NULL);
        assert_true(size >= 0);
        check_standard(context, path, code, (size_t)size);
        free(code);
}

static void check_case(const char *path, void *context)
{
        each(path, check_case_file, context);
}

static void standard_finds_nothing_in_programs(void **state)
{
        size_t checked = 0, wrong = 0;
        (void)state;

        for (size_t i = 0; i < catalog.registry->count; i++) {
                struct programs programs = {.language = &catalog.registry->languages[i]};
                char path[256];

                snprintf(path, sizeof path, "tests/programs/%s", programs.language->id);
                each(path, check_case, &programs);
                checked += programs.checked;
                wrong += programs.wrong;
        }
        assert_true(checked > 50);
        assert_int_equal(wrong, 0);
}

/* Code made to take long does not: no pattern of ours reaches its match limit on it. (How long it takes
 * instead is what `make bench` shows; a limit that is hit ends a rule's search early, so that it must not be
 * hit by its own doing.) */
static void no_pattern_reaches_its_limit(void **state)
{
        enum { SIZE = 15000 };
        char *code = malloc(SIZE);
        (void)state;

        assert_non_null(code);
        for (size_t i = 0; i < catalog.registry->count; i++)
                for (int first = 0; first < ADVERSARIAL_FIRSTS; first++)
                        for (int unit = 0; unit < ADVERSARIAL_COUNT; unit++) {
                                struct violations violations = {0};

                                adversarial_fill(
                                        code, SIZE, adversarial_firsts[first], adversarial_units[unit]);
                                find("strict", &catalog.registry->languages[i], "", code, SIZE, &violations);
                                if (pattern_limit_hits() > 0)
                                        print_message("%s: %s%s...\n", catalog.registry->languages[i].id,
                                                adversarial_firsts[first], adversarial_units[unit]);
                                assert_int_equal(pattern_limit_hits(), 0);
                                violations_free(&violations);
                        }
        free(code);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(strict_blocks_and_allows),
                cmocka_unit_test(standard_finds_nothing_in_programs),
                cmocka_unit_test(no_pattern_reaches_its_limit),
        };
        return cmocka_run_group_tests(tests, open_shipped, catalog_close_all);
}
