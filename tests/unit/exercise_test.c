/* Exercises: values, everything refused, what a request makes of them, what clients see. */
#include "tests/unit/model_files.h"

#include "fcgi/model/exercise_json.h"

#include <jansson.h>

static void shipped_exercises_load(void **state)
{
        static const char *const ids[] = {"fizzbuzz", "redis-step-1", "reverse-linked-list", "two-sum"};
        struct catalog shipped = catalog_open("conf/sandpool.yaml");
        (void)state;

        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
                assert_non_null(exercises_find(shipped.exercises, ids[i]));
        catalog_close(&shipped);
}

static const struct exercise_language *in(const struct exercise *exercise, const char *language)
{
        return exercise_in(exercise, registry_get(catalog.registry, language));
}

static void values(void **state)
{
        const struct exercise *exercise = exercises_find(catalog.exercises, "double");
        const struct exercise_language *toy = in(exercise, "toy");
        const struct test_case *test = exercise->tests->cases;
        (void)state;

        assert_string_equal(exercise->title, "Twice \xe2\x82\xac");
        assert_ptr_equal(exercise->policy, policies_find(catalog.policies, "loose"));
        assert_int_equal(exercise->timeout_ms, 2000);
        assert_int_equal(exercise->memory_mib, 64);
        assert_int_equal(exercise->tests->compare.mode, COMPARE_FLOAT);
        assert_true(exercise->tests->compare.epsilon == 1e-6);
        assert_int_equal(exercise->tests->count, 3);
        assert_string_equal(test[0].name, "small");
        assert_int_equal(test[0].input_size, 2);
        assert_memory_equal(test[0].input, "1\n", 2);
        assert_int_equal(test[0].expected_size, 2);
        assert_false(test[0].hidden);
        assert_true(test[1].hidden);
        assert_int_equal(test[1].timeout_ms, 500);
        assert_string_equal(test[2].args[1], "b c");
        assert_null(test[2].args[2]);
        assert_int_equal(exercise->language_count, 3); /* retired too: it is there, though not enabled */
        assert_string_equal(toy->starter, "begin\n");
        assert_true(toy->harness);
        assert_int_equal(toy->file_count, 2);
        assert_string_equal(toy->files[0].name, "harness.toy");
        assert_string_equal(toy->files[1].data, "data\n");
        assert_int_equal(toy->suite_count, 0);
        assert_string_equal(in(exercise, "other")->starter, "other begins\n");
        assert_string_equal(in(exercise, "retired")->starter, "");
}

static void suites(void **state)
{
        const struct exercise *exercise = exercises_find(catalog.exercises, "suited");
        const struct exercise_language *toy = in(exercise, "toy");
        (void)state;

        assert_null(exercise->tests);
        assert_null(exercise->policy);
        assert_int_equal(exercise->timeout_ms, 0);
        assert_string_equal(toy->starter, "");
        assert_false(toy->harness);
        assert_int_equal(toy->suite_own, 2);
        assert_int_equal(toy->suite_count, 3);
        assert_string_equal(toy->suite[0].name, "test.toy");
        assert_string_equal(toy->suite[2].data, "report\n");
        assert_int_equal(toy->file_count, 1);
        assert_string_equal(toy->files[0].name, "host.toy");
        assert_null(in(exercise, "other"));
}

#define HEAD "id: x\ntitle: T\ndescription: D\n"
#define CASES "cases:\n  - {expected: a}\n"
#define TOY "languages: {toy: {}}\n"

/* Line, a colon, and what is wrong there. */
static void refuses(void **state)
{
        static const struct {
                const char *text, *message;
        } cases[] = {
                {"titel: x\n" HEAD TOY CASES, "1: unknown key 'titel' (did you mean 'title'?)"},
                {"id: x\ndescription: D\n" TOY CASES, "1: 'title' is missing"},
                {"id: x\ntitle: ''\ndescription: D\n" TOY CASES, "2: 'title' must not be empty"},
                {"id: y\ntitle: T\ndescription: D\n" TOY CASES,
                        "1: 'id' is 'y', so the folder must be called that, not 'x'"},
                {"id: X\ntitle: T\ndescription: D\n" TOY CASES,
                        "1: 'id' must be lower case letters, digits and '-'"},
                {HEAD CASES, "1: 'languages' is missing"},
                {HEAD "languages: [toy]\n" CASES, "4: 'languages' must be a map with a language at least"},
                {HEAD "languages: {}\n" CASES, "4: 'languages' must be a map with a language at least"},
                {HEAD "languages:\n  toyy: {}\n" CASES,
                        "5: there is no language 'toyy' (did you mean 'toy'?)"},
                {HEAD "languages:\n  toy: {strater: a}\n" CASES,
                        "5: unknown key 'strater' (did you mean 'starter'?)"},
                {HEAD "languages:\n  toy: {starter: a, starter_file: b}\n" CASES,
                        "5: give either 'starter' or 'starter_file', not both"},
                {HEAD "languages:\n  toy: {starter_file: ../x}\n" CASES,
                        "5: '../x' must be the name of a file below the folder of this one"},
                {HEAD "languages:\n  toy: {starter_file: gone}\n" CASES,
                        "5: .../gone: No such file or directory"},
                {HEAD "languages:\n  toy: {harness: /etc/passwd}\n" CASES,
                        "5: '/etc/passwd' must be the name of a file below the folder of this one"},
                {HEAD "languages:\n  toy: {harness: gone}\n" CASES, "5: .../gone: No such file or directory"},
                {HEAD "languages:\n  toy: {harness: main.toy}\n" CASES,
                        "5: 'main.toy' is what the user's own file is called"},
                {HEAD "languages:\n  toy: {files: [exercise.yaml, exercise.yaml]}\n" CASES,
                        "5: there are two files 'exercise.yaml'"},
                {HEAD TOY, "4: 'toy' has no 'suite', and the exercise no 'cases': nothing would judge it"},
                {HEAD "languages:\n  toy: {suite: [exercise.yaml]}\n" CASES,
                        "5: the exercise has 'cases' already: it is judged by them or by suites"},
                {HEAD "languages:\n  toy: {suite: []}\n", "5: 'suite' must not be empty"},
                {HEAD "languages:\n  toy: {suite: [exercise.yaml], harness: main.toy}\n",
                        "5: a harness goes with 'cases': a suite calls the program itself"},
                {HEAD "languages:\n  other: {suite: [exercise.yaml]}\n",
                        "5: tests/unit/data/conf/languages/other.yaml has no 'suite', so there is no way to "
                        "run one "
                        "in 'other'"},
                {HEAD "compare: tokens\nlanguages:\n  toy: {suite: [exercise.yaml]}\n",
                        "4: 'compare' goes with 'cases' only"},
                {HEAD TOY "cases: []\n", "5: 'cases' must be a list with a test case at least"},
                {HEAD TOY "cases:\n  - {input: a}\n", "6: 'expected' is missing"},
                {HEAD TOY "cases:\n  - {expected: [a]}\n",
                        "6: 'expected' must be a single value, not a list"},
                {HEAD TOY "cases:\n  - {expected: a, isHidden: true}\n", "6: unknown key 'isHidden'"},
                {HEAD TOY "cases:\n  - {expected: a, hidden: yes}\n", "6: 'hidden' must be true or false"},
                {HEAD TOY "cases:\n  - {expected: a, timeout: 31}\n",
                        "6: 'timeout' is over that of the settings, 30"},
                {HEAD TOY "cases:\n  - {expected: a, args: [a, b, c, d]}\n",
                        "6: 'args' has 4 entries and may have 3 (limits.args of the settings)"},
                {HEAD TOY "cases:\n  - {expected: a, args: [a, aaaaaaaaaaa]}\n",
                        "6: an entry of 'args' has 11 bytes and may have 10 (limits.arg_size of the "
                        "settings)"},
                {HEAD TOY "compare: line\n" CASES,
                        "5: 'compare' must be lines, exact, tokens or {float: 1e-6}"},
                {HEAD TOY "compare: {float: -1}\n" CASES,
                        "5: 'compare' must be lines, exact, tokens or {float: 1e-6}"},
                {HEAD TOY "compare: {float: 1x}\n" CASES,
                        "5: 'compare' must be lines, exact, tokens or {float: 1e-6}"},
                {HEAD TOY "policy: none\n" CASES, "5: policy 'none' does not exist"},
                {HEAD TOY "limits: {timeout: 31}\n" CASES,
                        "5: 'timeout' must be between 0.1 and 30 for 'toy'"},
                {HEAD TOY "limits: {memory: 16}\n" CASES,
                        "5: 'memory' must be between 32 and 512 MiB for 'toy'"},
        };
        const struct exercise_context context = {catalog.settings, catalog.registry, catalog.policies};
        char expected[512], place[128], found[1024], shortened[1024];
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {""};
                struct exercise exercise = {0};
                char *at;

                file_text("x/exercise.yaml", cases[i].text);
                snprintf(place, sizeof place, "%s/x", folder);
                assert_int_equal(exercise_read(place, &context, &exercise, &err), -1);
                exercise_clear(&exercise);
                snprintf(expected, sizeof expected, "x/exercise.yaml:%s", cases[i].message);
                snprintf(found, sizeof found, "%s", without_folder(err.text));
                /* The folder of the test in the midst of the message, and where the settings stand. */
                snprintf(place, sizeof place, "%s/x/", folder);
                at = strstr(found, place);
                if (at == NULL)
                        at = strstr(found, catalog.settings->languages_dir);
                if (at != NULL && strstr(found, place) != NULL) {
                        snprintf(shortened, sizeof shortened, "%.*s.../%s", (int)(at - found), found,
                                at + strlen(place));
                        strcpy(found, shortened);
                } else if (at != NULL) {
                        snprintf(shortened, sizeof shortened, "%.*stests/unit/data/conf/languages%s",
                                (int)(at - found), found, at + strlen(catalog.settings->languages_dir));
                        strcpy(found, shortened);
                }
                assert_string_equal(found, expected);
        }
}

static void folders(void **state)
{
        struct settings settings = *catalog.settings;
        const struct exercise_context context = {&settings, catalog.registry, catalog.policies};
        struct error err = {""};
        struct exercises *exercises;
        (void)state;

        file_text("x/exercise.yaml", HEAD TOY CASES);
        file_text("shared/file", "no exercise");
        file_text("a-file", "neither");
        snprintf(settings.exercises_dir, sizeof settings.exercises_dir, "%s", folder);
        assert_null(exercises_load(&context, &err));
        assert_non_null(strstr(err.text, "sandpool.yaml:20: the default exercise 'double' does not exist"));
        strcpy(settings.default_exercise, "x");
        exercises = exercises_load(&context, NULL);
        assert_non_null(exercises);
        assert_int_equal(exercises->count, 1);
        exercises_free(exercises);
        /* Without the folder there are none, and no default is missed. */
        strcat(settings.exercises_dir, "/none");
        exercises = exercises_load(&context, NULL);
        assert_non_null(exercises);
        assert_int_equal(exercises->count, 0);
        assert_null(exercises_find(exercises, "x"));
        exercises_free(exercises);
        exercises_free(NULL);
}

static struct request accept_with(const struct catalog *with, const char *body)
{
        struct request request;
        struct refusal refusal;
        struct error err = {""};

        if (request_parse(body, strlen(body), with, &request, &refusal, &err) != 0)
                fail_msg("refused: %s%s in %s", refusal.text, err.text, body);
        return request;
}

static void requests_choose(void **state)
{
        struct request request = accept_with(&catalog, "{\"exercise\": \"double\", \"code\": \"a\"}");
        (void)state;

        assert_string_equal(request.exercise->id, "double");
        assert_string_equal(request.offer->language->id, "toy");
        assert_ptr_equal(request.tests, request.exercise->tests);
        assert_null(request.own_tests);
        assert_ptr_equal(request.policy, policies_find(catalog.policies, "loose"));
        assert_int_equal(request.timeout_ms, 2000);
        assert_int_equal(request.memory_mib, 64);
        request_free(&request);

        request =
                accept_with(&catalog, "{\"exercise\": \"double\", \"code\": \"a\", \"language\": \"other\", "
                                      "\"timeout\": 1, \"testCases\": [], \"stopOnFailure\": true}");
        assert_string_equal(request.offer->language->id, "other");
        assert_int_equal(request.timeout_ms, 1000);
        assert_true(request.stop_on_failure);
        request_free(&request);

        request = accept_with(&catalog, "{\"exercise\": \"suited\", \"code\": \"a\"}");
        assert_null(request.tests);
        assert_int_equal(request.offer->suite_count, 3);
        assert_ptr_equal(request.policy, policies_find(catalog.policies, "house"));
        request_free(&request);
}

/* Where a service has a default, as for POST /api/run-code. */
static void requests_have_a_default(void **state)
{
        struct catalog with = catalog;
        struct request request;
        struct refusal refusal;
        static const char body[] = "{\"code\": \"a\", \"language\": \"other\"}";
        (void)state;

        with.default_exercise = exercises_find(catalog.exercises, "suited");
        request = accept_with(&with, "{\"code\": \"a\", \"test_cases\": []}");
        assert_string_equal(request.exercise->id, "suited");
        request_free(&request);
        request = accept_with(&with, "{\"code\": \"a\", \"exercise\": \"double\"}");
        assert_string_equal(request.exercise->id, "double");
        request_free(&request);
        request = accept_with(&with, "{\"code\": \"a\", \"testCases\": [{\"expectedOutput\": \"\"}]}");
        assert_null(request.exercise);
        request_free(&request);
        assert_int_equal(request_parse(body, sizeof body - 1, &with, &request, &refusal, NULL), 1);
        assert_string_equal(refusal.field, "language");
        request = accept_with(&catalog, "{\"code\": \"a\"}");
        assert_null(request.exercise);
        request_free(&request);
}

static bool is_on(const void *context, const struct language *language)
{
        return context == &catalog && language->enabled == LANGUAGE_ON;
}

static const struct exercise_filter filter = {is_on, &catalog};

static json_t *parsed(char *text, size_t size)
{
        json_error_t problem = {.text = ""};
        json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);

        if (json == NULL)
                fail_msg("%s at %d in %.*s", problem.text, problem.position, (int)size, text);
        free(text);
        return json;
}

static void clients_see(void **state)
{
        size_t size = 0;
        char *text = exercise_json(exercises_find(catalog.exercises, "double"), &filter, &size);
        json_t *found, *expected;
        (void)state;

        assert_null(memmem(text, size, "secret", 6));
        found = parsed(text, size);
        expected = json_loads("{\"id\":\"double\",\"title\":\"Twice \\u20ac\","
                              "\"description\":\"Print *twice* the number.\\n\",\"languages\":["
                              "{\"id\":\"toy\",\"name\":\"Toy\",\"starterCode\":\"begin\\n\"},"
                              "{\"id\":\"other\",\"name\":\"Other\",\"starterCode\":\"other begins\\n\"}],"
                              "\"testCases\":[{\"name\":\"small\",\"input\":\"1\\n\",\"args\":[],"
                              "\"expectedOutput\":\"2\\n\"},{\"name\":null,\"input\":\"\",\"args\":[\"a\","
                              "\"b c\"],\"expectedOutput\":\"\"}]}",
                0, NULL);
        assert_true(json_equal(found, expected));
        json_decref(found);
        json_decref(expected);
        text = exercise_json_list(catalog.exercises, &filter, &size);
        found = parsed(text, size);
        expected = json_loads("{\"exercises\":[{\"id\":\"double\",\"title\":\"Twice \\u20ac\",\"languages\":"
                              "[\"toy\",\"other\"]},{\"id\":\"suited\",\"title\":\"Suited\",\"languages\":"
                              "[\"toy\"]}]}",
                0, NULL);
        assert_true(json_equal(found, expected));
        json_decref(found);
        json_decref(expected);
        text = exercise_json(exercises_find(catalog.exercises, "suited"), &filter, &size);
        assert_null(memmem(text, size, "secret", 6));
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(shipped_exercises_load),
                cmocka_unit_test(values),
                cmocka_unit_test(suites),
                cmocka_unit_test_setup_teardown(refuses, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(folders, folder_make, folder_remove),
                cmocka_unit_test(requests_choose),
                cmocka_unit_test(requests_have_a_default),
                cmocka_unit_test(clients_see),
        };
        return cmocka_run_group_tests(tests, catalog_open_all, catalog_close_all);
}
