/* Exercises, with solutions and with programs that only pretend to be one: tests/exercises, through nginx.
 * Arguments limit it to exercises ("two-sum") or cases ("two-sum/python/right"). */
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
#include <sys/stat.h>
#include <unistd.h>

#define CASES_MAX 200
#define SOLUTIONS "tests/exercises/solutions"

struct solution {
        char language[64];
        char name[300]; /* exercise/language/case */
        char folder[700];
};

static struct solution solutions[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX + 16];
static size_t count;
static char **wanted; /* NULL-terminated; empty: all */
static char exercises[] = "/tmp/sandpool-exercises-XXXXXX";

/* The shipped exercises, and those that only tests need. */
static int link_exercises(const char *from)
{
        char path[512], link[300];
        struct dirent **entries;
        int found, rc = 0;
        service_source_path(from, path, sizeof path);
        found = scandir(path, &entries, NULL, alphasort);
        for (int i = 0; i < found; i++) {
                char target[800];
                snprintf(target, sizeof target, "%s/%.200s", path, entries[i]->d_name);
                snprintf(link, sizeof link, "%s/%.200s", exercises, entries[i]->d_name);
                if (*entries[i]->d_name != '.' && symlink(target, link))
                        rc = -1;
                free(entries[i]);
        }
        if (found >= 0)
                free(entries);
        return found > 0 ? rc : -1;
}

static int start(void **state)
{
        struct service_options options = {.pool_max = 5, .exercises = exercises};
        (void)state;
        if (!mkdtemp(exercises) || chmod(exercises, 0755) || link_exercises("conf/exercises") ||
                link_exercises("tests/exercises/conf"))
                return -1;
        return fixture_start(&options);
}

static int stop(void **state)
{
        struct dirent **entries;
        int found = scandir(exercises, &entries, NULL, alphasort);
        for (int i = 0; i < found; i++) {
                char link[300];
                snprintf(link, sizeof link, "%s/%.200s", exercises, entries[i]->d_name);
                unlink(link);
                free(entries[i]);
        }
        if (found >= 0)
                free(entries);
        rmdir(exercises);
        return fixture_stop(state);
}

static int send_body(const char *path, const char *body, struct http_response *response, struct error *err)
{
        struct http_request request = {.port = fixture.port, .path = path, .body = body};
        if (http_send(&request, 1, response, err))
                return -1;
        return answer_check(response, err);
}

static void run_solution(void **state)
{
        const struct solution *solution = *state;
        struct error err = {0};
        struct http_response response = {0};
        json_t *request = case_request(solution->folder, solution->language, &err);
        json_t *expected = request ? case_expectation(solution->folder, &err) : NULL;
        char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
        int rc = expected && body ? send_body("/api/execute", body, &response, &err) : -1;
        if (rc == 0 && response.status != 200)
                rc = error_set(&err, "status %d", response.status);
        if (rc == 0)
                rc = case_compare(expected, response.json, &err);
        if (rc)
                print_error("%.3000s\n", response.body.data ? response.body.data : "no answer");
        http_clear(&response);
        free(body);
        json_decref(request);
        json_decref(expected);
        if (rc)
                fail_msg("%s: %s", solution->name, err.text);
}

static bool is_wanted(const char *exercise, const char *name)
{
        for (char **want = wanted; *want; want++)
                if (!strcmp(*want, exercise) || !strcmp(*want, name))
                        return true;
        return !*wanted;
}

typedef void visit(const char *folder, const char *name, const char *parent);

static void each_folder(const char *root, const char *parent, visit *call)
{
        struct dirent **entries;
        int found = scandir(root, &entries, NULL, alphasort);
        for (int i = 0; i < found; i++) {
                char folder[700], name[300];
                snprintf(folder, sizeof folder, "%.480s/%.200s", root, entries[i]->d_name);
                snprintf(name, sizeof name, "%.90s%s%.200s", parent, *parent ? "/" : "", entries[i]->d_name);
                if (*entries[i]->d_name != '.' && entries[i]->d_type == DT_DIR)
                        call(folder, name, entries[i]->d_name);
                free(entries[i]);
        }
        if (found >= 0)
                free(entries);
}

static void add_solution(const char *folder, const char *name, const char *last)
{
        struct solution *solution = &solutions[count];
        const char *language = strchr(name, '/') + 1;
        char exercise[100];
        (void)last;
        snprintf(exercise, sizeof exercise, "%.*s", (int)strcspn(name, "/"), name);
        if (count == CASES_MAX || !is_wanted(exercise, name))
                return;
        snprintf(solution->folder, sizeof solution->folder, "%s", folder);
        snprintf(solution->name, sizeof solution->name, "%s", name);
        snprintf(
                solution->language, sizeof solution->language, "%.*s", (int)strcspn(language, "/"), language);
        tests[count] = (struct CMUnitTest){
                .name = solution->name, .test_func = run_solution, .initial_state = solution};
        count++;
}

static void add_language(const char *folder, const char *name, const char *last)
{
        (void)last;
        each_folder(folder, name, add_solution);
}

static void add_exercise(const char *folder, const char *name, const char *last)
{
        (void)last;
        each_folder(folder, name, add_language);
}

int main(int argc, char **argv)
{
        char root[512];
        (void)argc;
        wanted = argv + 1;
        service_source_path(SOLUTIONS, root, sizeof root);
        each_folder(root, "", add_exercise);
        if (!count) {
                fprintf(stderr, "no solution in %s\n", root);
                return 1;
        }
        return _cmocka_run_group_tests("exercises", tests, count, start, stop);
}
