/* Runs every program of tests/programs through nginx and compares the answers. Arguments limit it to
 * languages ("python") or cases ("python/hello"). */
#include "tests/integration/answer.h"
#include "tests/integration/case.h"
#include "tests/integration/http.h"
#include "tests/integration/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASES_MAX 200

struct program {
        char language[64];
        char name[160]; /* language/case */
        char folder[600];
};

static struct program programs[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];
static size_t count;
static char **wanted; /* NULL-terminated; empty: all */

static int start(void **state)
{
        struct service_options options = {.pool_max = 4, .all_languages = true};
        (void)state;
        return fixture_start(&options);
}

static int run_once(const char *body, const json_t *expected, struct error *err)
{
        struct http_request request = {.port = fixture.port, .path = "/api/execute", .body = body};
        struct http_response response = {0};
        int rc = http_send(&request, 1, &response, err);
        if (rc == 0 && response.status != 200)
                rc = error_set(err, "status %d: %.*s", response.status,
                        (int)(response.body.size < 300 ? response.body.size : 300),
                        response.body.data ? response.body.data : "");
        if (rc == 0)
                rc = answer_check(&response, err);
        if (rc == 0)
                rc = case_compare(expected, response.json, err);
        if (rc && response.json) {
                const char *text = json_string_value(json_object_get(response.json, "stderr"));
                print_error("stderr: %.500s\n", text ? text : "");
        }
        http_clear(&response);
        return rc;
}

static void run_program(void **state)
{
        const struct program *program = *state;
        struct error err = {0};
        json_t *request = case_request(program->folder, program->language, &err);
        json_t *expected = request ? case_expectation(program->folder, &err) : NULL;
        char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
        json_int_t times = 1, i = 0;
        int rc = expected && body ? 0 : -1;
        if (json_object_get(expected, "$times"))
                times = json_integer_value(json_object_get(expected, "$times"));
        for (; rc == 0 && i < times; i++)
                rc = run_once(body, expected, &err);
        free(body);
        json_decref(request);
        json_decref(expected);
        if (rc)
                fail_msg("%s, run %d of %d: %s", program->name, (int)i, (int)times, err.text);
}

static bool is_wanted(const char *language, const char *name)
{
        for (char **want = wanted; *want; want++)
                if (!strcmp(*want, language) || !strcmp(*want, name))
                        return true;
        return !*wanted;
}

/* folder: <root>/<language>/<case>. One without a request.json is none. */
static void add_program(const char *folder, const char *language, const char *name)
{
        struct program *program = &programs[count];
        char path[700];
        snprintf(path, sizeof path, "%s/request.json", folder);
        if (access(path, R_OK))
                return;
        snprintf(program->folder, sizeof program->folder, "%s", folder);
        snprintf(program->language, sizeof program->language, "%.63s", language);
        snprintf(program->name, sizeof program->name, "%.63s/%.95s", language, name);
        if (!is_wanted(program->language, program->name))
                return;
        tests[count] = (struct CMUnitTest){
                .name = program->name, .test_func = run_program, .initial_state = program};
        count++;
}

static void find_cases(const char *folder, const char *language)
{
        struct dirent **cases;
        int case_count = scandir(folder, &cases, NULL, alphasort);
        for (int i = 0; i < case_count; i++) {
                char path[600];
                snprintf(path, sizeof path, "%.340s/%.250s", folder, cases[i]->d_name);
                if (*cases[i]->d_name != '.' && count < CASES_MAX)
                        add_program(path, language, cases[i]->d_name);
                free(cases[i]);
        }
        if (case_count >= 0)
                free(cases);
}

static void find_programs(const char *root)
{
        struct dirent **languages;
        int language_count = scandir(root, &languages, NULL, alphasort);
        for (int i = 0; i < language_count; i++) {
                char folder[800];
                snprintf(folder, sizeof folder, "%s/%s", root, languages[i]->d_name);
                if (*languages[i]->d_name != '.')
                        find_cases(folder, languages[i]->d_name);
                free(languages[i]);
        }
        if (language_count >= 0)
                free(languages);
}

int main(int argc, char **argv)
{
        char root[400];
        (void)argc;
        wanted = argv + 1;
        service_source_path("tests/programs", root, sizeof root);
        find_programs(root);
        if (!count) {
                fprintf(stderr, "no program in %s\n", root);
                return 1;
        }
        return _cmocka_run_group_tests("programs", tests, count, start, fixture_stop);
}
