/* The n-th allocation fails, for every n: nothing crashes, nothing leaks, and failing says so. */
#include "tests/unit/model_files.h"

#include "fcgi/base/io.h"
#include "fcgi/execute/judge.h"
#include "fcgi/model/exercise_json.h"
#include "fcgi/model/result.h"
#include "fcgi/model/source.h"
#include "fcgi/model/suite_report.h"
#include "fcgi/model/yaml_tree.h"

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static long until_failure = -1; /* allocations that still succeed; negative: all do */
static long living;             /* allocated and not freed */

#ifndef SANITIZED
/* In front of the C library's own, for the libraries too. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static bool refuse(void)
{
        if (until_failure < 0)
                return false;
        if (until_failure == 0)
                return true; /* and all that follow: memory does not come back */
        until_failure--;
        return false;
}

void *malloc(size_t size)
{
        void *new = refuse() ? NULL : __libc_malloc(size);

        living += new != NULL;
        return new;
}

void *calloc(size_t count, size_t size)
{
        void *new = refuse() ? NULL : __libc_calloc(count, size);

        living += new != NULL;
        return new;
}

void *realloc(void *old, size_t size)
{
        void *new = refuse() ? NULL : __libc_realloc(old, size);

        living += old == NULL && new != NULL;
        return new;
}

void free(void *old)
{
        living -= old != NULL;
        __libc_free(old);
}
#endif

/* Work that allocates. Returns 0 done, -1 failed and said so (in err, or by NULL). */
typedef int work(struct error *err);

/* Let the first, the second, ... allocation and all after it fail, until the work gets through. */
static void fail_each(work *function)
{
        long before, n;
        int rc = -1;

#ifdef SANITIZED
        skip(); /* a sanitizer has an allocator of its own */
#endif
        for (n = 0; rc != 0; n++) {
                struct error err = {""};

                assert_true(n < 100000);
                before = living;
                until_failure = n;
                rc = function(&err);
                until_failure = -1;
                assert_int_equal(living, before);
                if (rc != 0)
                        assert_int_equal(rc, -1);
        }
        assert_true(n > 1); /* at least one failure was seen */
}

static int load(struct error *err)
{
        struct settings *settings = settings_load(CONF "/sandpool.yaml", err);
        struct registry *registry = settings != NULL ? registry_load(settings, err) : NULL;
        struct policies *policies = registry != NULL ? policies_load(settings, registry, err) : NULL;
        struct exercise_context context = {settings, registry, policies};
        struct exercises *exercises = policies != NULL ? exercises_load(&context, err) : NULL;
        int rc = exercises != NULL ? 0 : -1;

        exercises_free(exercises);
        policies_free(policies);
        registry_free(registry);
        settings_free(settings);
        return rc == 0 || err->text[0] != '\0' ? rc : 1;
}

static int load_settings(struct error *err)
{
        struct settings *settings = settings_load(CONF "/sandpool.yaml", err);
        char **names = settings != NULL ? yaml_tree_files(settings->languages_dir, err) : NULL;
        int rc = names != NULL ? 0 : -1;

        yaml_tree_strings_free(names);
        settings_free(settings);
        return rc;
}

/* Read and noted down, then read from the notes. */
static int load_bundled(struct error *err)
{
        int rc, fd;

        source_record();
        rc = load_settings(err);
        fd = source_bundle(err);
        if (rc == 0)
                rc = fd < 0 ? -1 : source_use(fd, err);
        if (rc == 0)
                rc = load_settings(err);
        source_disk();
        io_close(&fd);
        return rc;
}

static bool any_language(const void *context, const struct language *language)
{
        return context == NULL && language != NULL;
}

static int exercise_texts(struct error *err)
{
        const struct exercise *exercise = exercises_find(catalog.exercises, "double");
        const struct exercise_filter filter = {any_language, NULL};
        size_t size;
        char *one = exercise_json(exercise, &filter, &size),
             *all = one != NULL ? exercise_json_list(catalog.exercises, &filter, &size) : NULL;

        (void)err;
        free(one);
        free(all);
        return all != NULL ? 0 : -1;
}

static int suite(struct error *err)
{
        static const char text[] =
                "{\"plan\": [\"a\"]}\n{\"output\": \"x\"}\n{\"test\": \"a\", \"passed\": false, "
                "\"message\": \"no\"}\n{\"done\": true}\n";
        struct suite_report report;
        int rc = suite_report_read(text, sizeof text - 1, &report, err);

        /* jansson tells of some of its failures as of a wrong token: then the report is not whole, which is
         * as good. */
        if (rc == 0 && !report.whole)
                rc = -1;
        suite_report_clear(&report);
        return rc;
}

static int image_config(struct error *err)
{
        char *text = language_image_config(registry_get(catalog.registry, "other"), catalog.settings);

        (void)err;
        free(text);
        return text != NULL ? 0 : -1;
}

static int argv(struct error *err)
{
        const struct language *other = registry_get(catalog.registry, "other");
        const char *const names[] = {"a.oth", "b.oth"};
        char **list = language_argv(other, &other->compile, names, 2);

        (void)err;
        language_argv_free(list);
        return list != NULL ? 0 : -1;
}

static int check(struct error *err)
{
        static const char code[] = "use bad\nnote\nuse wor.se\n";
        struct violations violations = {0};
        int rc = policy_check(policies_find(catalog.policies, "house"), registry_get(catalog.registry, "toy"),
                "", code, sizeof code - 1, &violations, err);

        if (rc == 0 && violations.count != 3)
                rc = 1;
        violations_free(&violations);
        return rc;
}

/* jansson takes some failures for invalid tokens: then it is a refusal, which is not worse. */
static int parse(struct error *err)
{
        static const char body[] = "{\"language\": \"toy\", \"files\": [{\"name\": \"a\", \"content\": "
                                   "\"x\"}, {\"name\": \"b\", "
                                   "\"content\": \"AA==\", \"encoding\": \"base64\"}], \"entry\": \"b\", "
                                   "\"stdin\": \"in\", \"args\": "
                                   "[\"x\", \"y\"], \"timeout\": 1, \"testCases\": [{\"name\": \"n\", "
                                   "\"input\": \"i\", \"args\": [\"a\", \"b\"], \"expectedOutput\": "
                                   "\"e\"}, {\"expectedOutput\": \"\"}]}";
        struct request request;
        struct refusal refusal;
        int rc = request_parse(body, sizeof body - 1, &catalog, &request, &refusal, err);

        if (rc == 0)
                request_free(&request);
        if (rc == 1 && strcmp(refusal.reason, "invalid_json") == 0)
                rc = -1;
        else if (rc == -1 && strstr(err->text, "out of memory") == NULL)
                rc = 1;
        return rc;
}

static int make_answer(struct error *err)
{
        static const struct verdict run = {.exit_code = 1};
        struct result result = {
                .status = STATUS_ERROR, .reason = REASON_RUNTIME_ERROR, .ran = true, .run = run};
        static char out[] = "some\xff output", problem[] = "some error";
        size_t size;
        char *text;

        (void)err;
        if (result_tests_make(&result, 2) < 0)
                return -1;
        result.run.out = (struct buffer){.data = out, .size = sizeof out};
        result.run.err = (struct buffer){.data = problem, .size = sizeof problem};
        text = result_json(&result, registry_get(catalog.registry, "toy"), false, "id", &size);
        free(text);
        free(result.tests.list);
        return text != NULL ? 0 : -1;
}

static int judge_case_with(struct judge *judge, size_t index, enum status status, const char *out)
{
        struct verdict verdict = {.status = status, .out = BUFFER_MAX(100), .err = BUFFER_MAX(100)};
        int rc = buffer_add(&verdict.out, out, strlen(out)) || buffer_add(&verdict.err, "no\xff", 3) ? -1 : 0;

        if (rc == 0)
                rc = judge_case(judge, index, &verdict, "");
        buffer_clear(&verdict.out);
        buffer_clear(&verdict.err);
        return rc;
}

static int judging(struct error *err)
{
        static char name[] = "n", expected[] = "1";
        struct test_case cases[] = {{.name = name, .expected = expected, .expected_size = 1},
                {.expected = expected, .expected_size = 1}, {.hidden = true}};
        struct test_set set = {.cases = cases, .count = 3};
        struct request request = {.tests = &set};
        struct result result = {.ran = false};
        struct judge judge = {.result = &result, .compare = &set.compare};
        int rc = judge_prepare(&result, &request);

        (void)err;
        if (rc == 0)
                rc = judge_case_with(&judge, 0, STATUS_SUCCESS, "1");
        if (rc == 0)
                rc = judge_case_with(&judge, 1, STATUS_ERROR, "2");
        if (rc == 0)
                rc = judge_case_with(&judge, 2, STATUS_SUCCESS, "2");
        result_free(&result);
        return rc;
}

static void judges(void **state)
{
        (void)state;
        fail_each(judging);
}

static void loading(void **state)
{
        (void)state;
        fail_each(load);
}

static void bundling(void **state)
{
        (void)state;
        fail_each(load_bundled);
}

static void exercises_as_json(void **state)
{
        (void)state;
        fail_each(exercise_texts);
}

static void suite_reports(void **state)
{
        (void)state;
        fail_each(suite);
}

static void image_configs(void **state)
{
        (void)state;
        fail_each(image_config);
}

static void commands(void **state)
{
        (void)state;
        fail_each(argv);
}

static void checking(void **state)
{
        (void)state;
        fail_each(check);
}

static void requests(void **state)
{
        (void)state;
        fail_each(parse);
}

static void answers(void **state)
{
        (void)state;
        fail_each(make_answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(loading),
                cmocka_unit_test(bundling),
                cmocka_unit_test(image_configs),
                cmocka_unit_test(exercises_as_json),
                cmocka_unit_test(suite_reports),
                cmocka_unit_test(commands),
                cmocka_unit_test(checking),
                cmocka_unit_test(requests),
                cmocka_unit_test(answers),
                cmocka_unit_test(judges),
        };
        return cmocka_run_group_tests(tests, catalog_open_all, catalog_close_all);
}
