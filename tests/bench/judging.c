/* A turn is a request, a hundred bare starts without a quota and a hundred within the language's. */
#include "tests/bench/judging.h"

#include "fcgi/model/language.h"
#include "tests/bench/bare_start.h"
#include "tests/bench/comparison.h"
#include "tests/bench/programs.h"
#include "tests/integration/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES 100

/* All times are of a hundred, microseconds. */
struct judged {
        const struct program *program;
        char cpus[16];          /* the language's quota */
        struct samples ours;    /* a whole request without its compiling */
        struct samples compile; /* which is apart */
        struct samples bare, limited;
};

/* Samples are too large for a stack. */
static struct judged cpp = {.program = &programs_cpp}, python = {.program = &programs_python};

static char *body_of(const struct program *program)
{
        json_t *cases = json_array();
        for (int i = 0; i < CASES; i++)
                json_array_append_new(cases, json_pack("{s:s}", "expectedOutput", "Hello, World!"));
        json_t *body = json_pack(
                "{s:s, s:s, s:o}", "language", program->language, "code", program->code, "testCases", cases);
        char *text = json_dumps(body, JSON_COMPACT);
        json_decref(body);
        return text;
}

static int turn_ours(struct judged *judged, struct http_connection *connection,
        const struct http_request *request, struct error *err)
{
        struct http_response response = {0};
        int rc = http_send_on(connection, request, &response, err);
        const json_t *tests = json_object_get(response.json, "tests");
        const json_t *compile = json_object_get(response.json, "compile");
        if (rc == 0 && json_integer_value(json_object_get(tests, "passed")) != CASES)
                rc = error_set(err, "status %d: %.*s", response.status,
                        (int)(response.body.size < 300 ? response.body.size : 300),
                        response.body.data ? response.body.data : "");
        if (rc == 0) {
                int64_t compile_us = json_integer_value(json_object_get(compile, "time")) * 1000;
                samples_add(&judged->ours, response.taken_us - compile_us);
                samples_add(&judged->compile, compile_us);
        }
        http_clear(&response);
        return rc;
}

static int turn_bare(
        const struct judged *judged, struct bare_start *bare, struct samples *samples, struct error *err)
{
        int64_t taken = bare_start_repeat(bare, judged->program->run, CASES, err);
        if (taken >= 0)
                samples_add(samples, taken);
        return taken < 0 ? -1 : 0;
}

static int prepare(const struct judged *judged, struct bare_start *bare, const char *sources,
        const char *cpus, struct error *err)
{
        const struct program *program = judged->program;
        if (bare_start_open(bare, program->image, sources, NULL, cpus, err))
                return -1;
        return program->compile && bare_start_run(bare, program->compile, NULL, err) < 0 ? -1 : 0;
}

static int measure(struct judged *judged, const struct bench *bench, struct error *err)
{
        struct bare_start bare = {0}, limited = {0};
        char *body = body_of(judged->program);
        struct http_connection *connection = http_connection_new();
        struct http_request request = {.port = bench->service.port, .path = "/api/execute", .body = body};
        int rc = prepare(judged, &bare, bench->sources, NULL, err) ||
                                 prepare(judged, &limited, bench->sources, judged->cpus, err)
                         ? -1
                         : 0;
        fprintf(stderr, "%s: %d requests with %d test cases\n", judged->program->language,
                bench->plan->judging, CASES);
        for (int i = 0; rc == 0 && i < bench->plan->judging; i++)
                rc = turn_ours(judged, connection, &request, err) ||
                                     turn_bare(judged, &bare, &judged->bare, err) ||
                                     turn_bare(judged, &limited, &judged->limited, err)
                             ? -1
                             : 0;
        bare_start_close(&bare);
        bare_start_close(&limited);
        http_connection_free(connection);
        free(body);
        return rc;
}

/* As its YAML says. */
static int find_quota(struct judged *judged, const struct service *service, struct error *err)
{
        struct settings *settings = settings_load(service->settings, err);
        struct registry *registry = settings ? registry_load(settings, err) : NULL;
        const struct language *language =
                registry ? registry_find(registry, judged->program->language) : NULL;
        if (language)
                snprintf(judged->cpus, sizeof judged->cpus, "%.2f", language->cpu_percent / 100.0);
        else if (registry)
                error_set(err, "%s is not served", judged->program->language);
        int rc = language ? 0 : -1;
        registry_free(registry);
        settings_free(settings);
        return rc;
}

static double ratio_of(struct judged *judged, struct samples *than)
{
        return samples_ms(&judged->ours, 50) / samples_ms(than, 50);
}

static void row(struct judged *judged, const char *name, const char *budget, const char *met)
{
        char what[80], than[80], so[80];
        double more = (samples_ms(&judged->ours, 50) - samples_ms(&judged->bare, 50)) / CASES;
        snprintf(what, sizeof what, "%s, %d test cases", name, CASES);
        snprintf(than, sizeof than, "%d bare starts", CASES);
        snprintf(so, sizeof so, "%.2f times, %+.1f ms a case", ratio_of(judged, &judged->bare), more);
        comparison_row(&(struct comparison){what, &judged->ours, than, &judged->bare, so, budget, met});
        snprintf(than, sizeof than, "%d bare starts within %s CPUs, as ours", CASES, judged->cpus);
        snprintf(so, sizeof so, "%.2f times", ratio_of(judged, &judged->limited));
        comparison_row(&(struct comparison){what, &judged->ours, than, &judged->limited, so, "-", "-"});
}

int judging_table(struct bench *bench, struct error *err)
{
        if (find_quota(&cpp, &bench->service, err) || find_quota(&python, &bench->service, err) ||
                measure(&cpp, bench, err) || measure(&python, bench, err))
                return -1;
        double more = (samples_ms(&cpp.ours, 50) - samples_ms(&cpp.bare, 50)) / CASES;
        comparison_head();
        row(&cpp, "C++ hello", "+5 ms a case", comparison_met(more <= 5));
        row(&python, "python `print`", "1.2 times", comparison_met(ratio_of(&python, &python.bare) <= 1.2));
        printf("\n%zu of each in turns, from a request's first byte to its answer's last, without compiling "
               "(once, %.0f ms for C++).\n",
                cpp.ours.count, samples_ms(&cpp.compile, 50));
        return 0;
}
