/* Runs programs that are kept as folders, several at a time: most of a case is waiting for one core or for a
 * time limit. */
#include "tests/integration/programs.h"

#include "tests/integration/answer.h"
#include "tests/integration/case.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELPERS 3 /* threads besides the caller */

struct finding {
        char *const *wanted;
        struct program *list;
        size_t room, count;
        bool overflow;
};

static bool is_wanted(char *const *wanted, const char *language, const char *name)
{
        for (char *const *want = wanted; *want; want++)
                if (!strcmp(*want, language) || !strcmp(*want, name))
                        return true;
        return !*wanted;
}

bool programs_want(char *const *wanted, const char *language)
{
        size_t length = strlen(language);
        for (char *const *want = wanted; *want; want++)
                if (!strncmp(*want, language, length) && ((*want)[length] == '/' || !(*want)[length]))
                        return true;
        return !*wanted;
}

static void add(struct finding *finding, const char *folder, const char *language, const char *name)
{
        struct program program = {.err = {""}};
        char path[700];
        snprintf(program.folder, sizeof program.folder, "%.399s/%.190s", folder, name);
        snprintf(program.language, sizeof program.language, "%.63s", language);
        snprintf(program.name, sizeof program.name, "%.63s/%.95s", language, name);
        snprintf(path, sizeof path, "%s/request.json", program.folder);
        if (access(path, R_OK) || !is_wanted(finding->wanted, program.language, program.name))
                return;
        if (finding->count == finding->room)
                finding->overflow = true;
        else
                finding->list[finding->count++] = program;
}

static void find_cases(struct finding *finding, const char *root, const char *language)
{
        struct dirent **cases;
        char folder[400];
        snprintf(folder, sizeof folder, "%.330s/%.63s", root, language);
        int count = scandir(folder, &cases, NULL, alphasort);
        for (int i = 0; i < count; i++) {
                if (*cases[i]->d_name != '.')
                        add(finding, folder, language, cases[i]->d_name);
                free(cases[i]);
        }
        if (count >= 0)
                free(cases);
}

int programs_find(const char *root, char *const *wanted, struct program *list, size_t room)
{
        struct finding finding = {.wanted = wanted, .list = list, .room = room};
        struct dirent **languages;
        int count = scandir(root, &languages, NULL, alphasort);
        for (int i = 0; i < count; i++) {
                if (*languages[i]->d_name != '.')
                        find_cases(&finding, root, languages[i]->d_name);
                free(languages[i]);
        }
        if (count >= 0)
                free(languages);
        return finding.overflow ? -1 : (int)finding.count;
}

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
        if (rc)
                snprintf(program->said, sizeof program->said, "%s", fixture_text(response.json, "stderr"));
        http_clear(&response);
        return rc;
}

static void run(struct program *program)
{
        struct error err = {""};
        json_t *request = case_request(program->folder, program->language, &err);
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

static struct {
        struct program *list;
        size_t count;
        atomic_size_t next;
} work;

static void *work_off(void *unused)
{
        for (size_t i; (i = atomic_fetch_add(&work.next, 1)) < work.count;)
                run(&work.list[i]);
        return unused;
}

void programs_run(struct program *list, size_t count)
{
        pthread_t threads[HELPERS];
        size_t started = 0;
        work.list = list;
        work.count = count;
        atomic_store(&work.next, 0);
        while (started < HELPERS && !pthread_create(&threads[started], NULL, work_off, NULL))
                started++;
        work_off(NULL);
        while (started)
                pthread_join(threads[--started], NULL);
}
