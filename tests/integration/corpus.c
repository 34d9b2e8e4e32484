/* Finds cases, sends their requests through nginx and compares the answers.
 *
 * All are run before the first test, several at a time, because most of a case is waiting for one core or for
 * a time limit; the tests say what came of it. */
#include "tests/integration/corpus.h"

#include "tests/integration/answer.h"
#include "tests/integration/case.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/service_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASES_MAX 1000
#define ALSO_MAX 16
#define HELPERS 3 /* threads besides the first */

struct program {
        char group[64];
        char name[160]; /* group/case */
        char folder[600];
        struct error err; /* why it did not do what was expected; "" when it did */
        char said[512];   /* the beginning of its stderr then */
};

static struct program programs[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX + ALSO_MAX];
static size_t count;
static char **wanted; /* NULL-terminated; empty: all */
static const struct service_options *service_options;

static int run_once(struct program *program, const char *body, const json_t *expected, struct error *err)
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
        if (rc)
                snprintf(program->said, sizeof program->said, "%s", fixture_text(response.json, "stderr"));
        http_clear(&response);
        return rc;
}

static void run(struct program *program)
{
        struct error err = {""};
        json_t *request = case_request(program->folder, program->group, &err);
        json_t *expected = request ? case_expectation(program->folder, &err) : NULL;
        char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
        json_int_t times = 1, i = 0;
        int rc = expected && body ? 0 : -1;
        if (json_object_get(expected, "$times"))
                times = json_integer_value(json_object_get(expected, "$times"));
        for (; rc == 0 && i < times; i++)
                rc = run_once(program, body, expected, &err);
        if (rc)
                error_set(&program->err, "run %d of %d: %s", (int)i, (int)times, err.text);
        free(body);
        json_decref(request);
        json_decref(expected);
}

static void *work(void *next)
{
        for (size_t i; (i = atomic_fetch_add((atomic_size_t *)next, 1)) < count;)
                run(&programs[i]);
        return NULL;
}

static int start(void **state)
{
        pthread_t threads[HELPERS];
        size_t started = 0;
        atomic_size_t next = 0;
        (void)state;
        if (fixture_start(service_options))
                return -1;
        while (started < HELPERS && !pthread_create(&threads[started], NULL, work, &next))
                started++;
        work(&next);
        while (started)
                pthread_join(threads[--started], NULL);
        return 0;
}

static void say_how_it_went(void **state)
{
        const struct program *program = *state;
        if (*program->said)
                print_error("stderr: %s\n", program->said);
        if (*program->err.text)
                fail_msg("%s, %s", program->name, program->err.text);
}

bool corpus_wants(char *const *names, const char *group)
{
        size_t length = strlen(group);
        for (char *const *name = names; *name; name++)
                if (!strncmp(*name, group, length) && ((*name)[length] == '/' || !(*name)[length]))
                        return true;
        return !*names;
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
                .name = program->name, .test_func = say_how_it_went, .initial_state = program};
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

int corpus_run(
        const char *root, char **names, const struct service_options *options, const struct CMUnitTest *also)
{
        char path[400];
        size_t more = 0;
        wanted = names;
        service_options = options;
        service_source_path(root, path, sizeof path);
        find_programs(path);
        if (!count || count == CASES_MAX) {
                fprintf(stderr, "%s in %s\n", count ? "too many cases" : "no case", path);
                return 1;
        }
        for (; also && also[more].name && more < ALSO_MAX; more++)
                tests[count + more] = also[more];
        return _cmocka_run_group_tests(root, tests, count + more, start, fixture_stop);
}
