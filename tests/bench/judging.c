/* Requests with a hundred test cases against as many bare starts. */
#include "tests/bench/judging.h"
#include "tests/bench/bare_start.h"
#include "tests/integration/http.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARE_A_TURN 20

static char *body_of(const struct judging *what)
{
        json_t *cases = json_array();
        for (int i = 0; i < JUDGING_CASES; i++)
                json_array_append_new(cases, json_pack("{s:s}", "expectedOutput", "Hello, World!"));
        json_t *body = json_pack(
                "{s:s, s:s, s:o}", "language", what->language, "code", what->code, "testCases", cases);
        char *text = json_dumps(body, JSON_COMPACT);
        json_decref(body);
        return text;
}

static int ask(struct judging *what, struct http_connection *connection, const struct http_request *request,
        struct error *err)
{
        struct http_response response = {0};
        int rc = http_send_on(connection, request, &response, err);
        const json_t *tests = json_object_get(response.json, "tests");
        const json_t *compile = json_object_get(response.json, "compile");
        if (rc == 0 && json_integer_value(json_object_get(tests, "passed")) != JUDGING_CASES)
                rc = error_set(err, "status %d: %.*s", response.status,
                        (int)(response.body.size < 300 ? response.body.size : 300),
                        response.body.data ? response.body.data : "");
        if (rc == 0) {
                int64_t compile_us = json_integer_value(json_object_get(compile, "time")) * 1000;
                samples_add(&what->ours, response.taken_us - compile_us);
                samples_add(&what->compile, compile_us);
        }
        http_clear(&response);
        return rc;
}

static int start_bare(
        const struct judging *what, struct bare_start *bare, struct samples *samples, struct error *err)
{
        for (int i = 0; i < BARE_A_TURN; i++) {
                int64_t taken = bare_start_run(bare, what->command, NULL, err);
                if (taken < 0)
                        return -1;
                samples_add(samples, taken);
        }
        return 0;
}

int judging_measure(struct judging *what, int turns, int port, const char *sources, struct error *err)
{
        struct bare_start bare = {0}, limited = {0};
        char *body = body_of(what);
        struct http_connection *connection = http_connection_new();
        struct http_request request = {.port = port, .path = "/api/execute", .body = body};
        int rc = bare_start_open(&bare, what->image, sources, NULL, NULL, err);
        if (rc == 0 && what->cpus)
                rc = bare_start_open(&limited, what->image, sources, NULL, what->cpus, err);
        fprintf(stderr, "%s: %d requests with %d test cases\n", what->language, turns, JUDGING_CASES);
        if (rc == 0 && what->prepare && bare_start_run(&bare, what->prepare, NULL, err) < 0)
                rc = -1;
        for (int i = 0; rc == 0 && i < turns; i++) {
                rc = ask(what, connection, &request, err) || start_bare(what, &bare, &what->bare, err) ? -1
                                                                                                       : 0;
                if (rc == 0 && what->cpus)
                        rc = start_bare(what, &limited, &what->limited, err);
        }
        bare_start_close(&bare);
        bare_start_close(&limited);
        http_connection_free(connection);
        free(body);
        return rc;
}

static void row(struct judging *what, const char *name, struct samples *than, const char *under,
        const char *compared, const char *budget, const char *met)
{
        printf("| %s, %d test cases, without compiling | %.1f | %.1f | %d bare starts%s | %.1f | %.1f | %s | "
               "%s | %s |\n",
                name, JUDGING_CASES, samples_ms(&what->ours, 50), samples_ms(&what->ours, 99), JUDGING_CASES,
                under, samples_ms(than, 50) * JUDGING_CASES, samples_ms(than, 99) * JUDGING_CASES, compared,
                budget, met);
}

static double times_of(struct judging *what, struct samples *than)
{
        return samples_ms(&what->ours, 50) / JUDGING_CASES / samples_ms(than, 50);
}

void judging_print(struct judging *compiled, struct judging *interpreted)
{
        char compared[80];
        double more = samples_ms(&compiled->ours, 50) / JUDGING_CASES - samples_ms(&compiled->bare, 50);
        double times = times_of(interpreted, &interpreted->bare);
        double limited = times_of(interpreted, &interpreted->limited);
        snprintf(compared, sizeof compared, "%+.1f ms a case (compiled once, %.0f ms)", more,
                samples_ms(&compiled->compile, 50));
        row(compiled, "C++ hello", &compiled->bare, "", compared, "+5 ms a case",
                more <= 5 ? "yes" : "**no**");
        snprintf(compared, sizeof compared, "%.2f times", times);
        row(interpreted, "python `print`", &interpreted->bare, "", compared, "1.2 times",
                times <= 1.2 ? "yes" : "**no**");
        snprintf(compared, sizeof compared, "%.2f times", limited);
        row(interpreted, "python `print`", &interpreted->limited, " under the same CPU quota", compared, "-",
                "-");
}
