/* Finds cases, sends their requests through nginx and compares the answers. */
#include "tests/integration/corpus.h"

#include "tests/integration/answer.h"
#include "tests/integration/case.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

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

#define CASES_MAX 1000

struct program {
        char group[64];
        char name[160]; /* group/case */
        char folder[600];
};

static struct program programs[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];
static size_t count;
static char **wanted; /* NULL-terminated; empty: all */
static const struct service_options *service_options;

static int start(void **state)
{
        (void)state;
        return fixture_start(service_options);
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
        if (rc == 0)
                rc = case_compare_raw(expected, response.body.data, response.body.size, err);
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
        json_t *request = case_request(program->folder, program->group, &err);
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

static bool is_wanted(const struct program *program)
{
        for (char **want = wanted; *want; want++)
                if (!strcmp(*want, program->group) || !strcmp(*want, program->name))
                        return true;
        return !*wanted;
}

/* folder: <root>/<group>/<case>. One without a request.json is none. */
static void add_program(const char *folder, const char *group, const char *name)
{
        struct program *program = &programs[count];
        char path[700];
        snprintf(path, sizeof path, "%s/request.json", folder);
        if (access(path, R_OK))
                return;
        snprintf(program->folder, sizeof program->folder, "%s", folder);
        snprintf(program->group, sizeof program->group, "%.63s", group);
        snprintf(program->name, sizeof program->name, "%.63s/%.95s", group, name);
        if (!is_wanted(program))
                return;
        tests[count] = (struct CMUnitTest){
                .name = program->name, .test_func = run_program, .initial_state = program};
        count++;
}

static void find_cases(const char *folder, const char *group)
{
        struct dirent **cases;
        int case_count = scandir(folder, &cases, NULL, alphasort);
        for (int i = 0; i < case_count; i++) {
                char path[600];
                snprintf(path, sizeof path, "%.340s/%.250s", folder, cases[i]->d_name);
                if (*cases[i]->d_name != '.' && count < CASES_MAX)
                        add_program(path, group, cases[i]->d_name);
                free(cases[i]);
        }
        if (case_count >= 0)
                free(cases);
}

static void find_programs(const char *root)
{
        struct dirent **groups;
        int group_count = scandir(root, &groups, NULL, alphasort);
        for (int i = 0; i < group_count; i++) {
                char folder[800];
                snprintf(folder, sizeof folder, "%s/%s", root, groups[i]->d_name);
                if (*groups[i]->d_name != '.')
                        find_cases(folder, groups[i]->d_name);
                free(groups[i]);
        }
        if (group_count >= 0)
                free(groups);
}

int corpus_run(const char *root, char **names, const struct service_options *options)
{
        char path[400];
        wanted = names;
        service_options = options;
        service_source_path(root, path, sizeof path);
        find_programs(path);
        if (!count) {
                fprintf(stderr, "no case in %s\n", path);
                return 1;
        }
        return _cmocka_run_group_tests(root, tests, count, start, fixture_stop);
}
