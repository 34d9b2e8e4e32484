/* The client's own time of each request, and behind it what the service's log line of the same request says.
 * Every part is a sum and a difference of those. Medians of parts are no sum, so each is the mean over the
 * requests whose whole is nearest to the median: together they are the whole, but for what the remainder's
 * row says. */
#include "tests/bench/parts.h"

#include "fcgi/base/id.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/service/account.h"
#include "tests/bench/programs.h"
#include "tests/bench/samples.h"
#include "tests/integration/http.h"
#include "tests/integration/service_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_UP 20
#define MIDDLE_PERCENT 20 /* of the requests, around the median */
#define REQUESTS_MAX 1000
#define LOG_MAX (64 << 20)
#define PATIENCE_MS 10000
#define COUNTED 1000000 /* requests, in this process */

/* A request: what its client saw, and its log line with that in it as "client_us". */
struct asked {
        char id[ID_SIZE];
        int64_t client_us;
        json_t *line;
};

static struct asked asked[REQUESTS_MAX];
static int asked_count;
static struct samples nginx_alone; /* answers that nginx gives by itself, to the same client */

/* Names of fields; those of plus are added, those of minus taken away. */
static const struct part {
        const char *name;
        const char *plus[3], *minus[5];
} parts[] = {
        {"HTTP in and out: client, nginx, handing over to a worker", {"client_us"}, {"total_us"}},
        {"worker: reading the request", {"read_us"}, {NULL}},
        {"worker: parsing and checking it", {"parse_us"}, {NULL}},
        {"worker: policy", {"policy_us"}, {NULL}},
        {"broker: the lease of a sandbox", {"queue_us"}, {NULL}},
        {"the sandbox's stream, by Docker: job in, output and report out", {"steps_us"},
                {"start_us", "compile_us", "run_us", "finish_us"}},
        {"runner: until exec", {"start_us"}, {NULL}},
        {"program: from exec to its end", {"compile_us", "run_us"}, {NULL}},
        {"runner: proof that nothing runs, report", {"finish_us"}, {NULL}},
        {"worker: the answer in JSON, sending it", {"answer_us"}, {NULL}},
};
#define PARTS (sizeof parts / sizeof *parts)

static int ask(struct http_connection *connection, const struct http_request *request, struct asked *one,
        struct error *err)
{
        struct http_response response = {0};
        int rc = http_send_on(connection, request, &response, err);
        const char *id = json_string_value(json_object_get(response.json, "requestId"));
        const char *status = json_string_value(json_object_get(response.json, "status"));
        if (rc == 0 && (!id || !status || strcmp(status, "success")))
                rc = error_set(err, "status %d: %.*s", response.status, (int)response.body.size,
                        response.body.data ? response.body.data : "");
        if (rc == 0) {
                one->client_us = response.taken_us;
                snprintf(one->id, sizeof one->id, "%s", id);
        }
        http_clear(&response);
        return rc;
}

/* A path that is none of the service's. */
static int ask_nginx(struct http_connection *connection, int port, struct error *err)
{
        struct http_request request = {.port = port, .path = "/none"};
        struct http_response response = {0};
        int rc = http_send_on(connection, &request, &response, err);
        if (rc == 0 && response.status != 404)
                rc = error_set(err, "/none: status %d", response.status);
        if (rc == 0)
                samples_add(&nginx_alone, response.taken_us);
        http_clear(&response);
        return rc;
}

static int ask_all(const struct bench *bench, struct error *err)
{
        struct question question = programs_question(&programs_python, bench->service.port);
        struct http_connection *connection = http_connection_new();
        struct http_request request = {
                .port = bench->service.port, .path = "/api/execute", .body = question.body};
        int rc = 0;
        for (int i = -WARM_UP; rc == 0 && i < bench->plan->parts; i++) {
                if (i == 0)
                        nginx_alone.count = 0;
                rc = ask(connection, &request, &asked[i < 0 ? 0 : i], err) ||
                                     ask_nginx(connection, bench->service.port, err)
                             ? -1
                             : 0;
        }
        http_connection_free(connection);
        question_free(&question);
        return rc;
}

/* Those of before. Returns how many have none yet. */
static int forget_lines(void)
{
        for (int i = 0; i < asked_count; i++) {
                json_decref(asked[i].line);
                asked[i].line = NULL;
        }
        return asked_count;
}

static bool take_line(json_t *line)
{
        const char *id = json_string_value(json_object_get(line, "request"));
        for (int i = 0; id && i < asked_count; i++)
                if (!asked[i].line && !strcmp(asked[i].id, id)) {
                        asked[i].line = json_incref(line);
                        json_object_set_new(line, "client_us", json_integer(asked[i].client_us));
                        return true;
                }
        return false;
}

/* Whether the service has logged every request that was asked. */
static bool all_logged(void *context)
{
        const struct bench *bench = context;
        char *text = NULL, *rest = NULL;
        int missing = forget_lines();
        if (io_read_file(bench->service.log, LOG_MAX, &text, NULL) < 0)
                return false;
        for (char *at = strtok_r(text, "\n", &rest); at; at = strtok_r(NULL, "\n", &rest)) {
                json_t *line = strstr(at, "\"event\":\"request\"") ? json_loads(at, 0, NULL) : NULL;
                missing -= line && take_line(line);
                json_decref(line);
        }
        free(text);
        return !missing;
}

static int64_t value_of(const struct part *part, const json_t *line)
{
        json_int_t sum = 0;
        for (size_t i = 0; part->plus[i]; i++)
                sum += json_integer_value(json_object_get(line, part->plus[i]));
        for (size_t i = 0; part->minus[i]; i++)
                sum -= json_integer_value(json_object_get(line, part->minus[i]));
        return sum;
}

static int by_whole(const void *a, const void *b)
{
        const struct asked *x = a, *y = b;
        return (x->client_us > y->client_us) - (x->client_us < y->client_us);
}

/* How many are in the middle; at least one. */
static int middle_count(void)
{
        int count = asked_count * MIDDLE_PERCENT / 100;
        return count ? count : 1;
}

/* Mean over the middle of what is sorted by_whole. */
static double mean_us(const struct part *part)
{
        int count = middle_count(), first = (asked_count - count) / 2;
        int64_t sum = 0;
        for (int i = first; i < first + count; i++)
                sum += value_of(part, asked[i].line);
        return (double)sum / count;
}

/* What was counted of resets so far. 0/-1. */
struct resets {
        double count, seconds;
};

static int look_at_resets(const struct service *service, struct resets *resets, struct error *err)
{
        static const char *const names[] = {
                "\nsandpool_reset_seconds_count ", "\nsandpool_reset_seconds_sum "};
        double *const values[] = {&resets->count, &resets->seconds};
        struct http_request request = {.port = service->port, .path = "/metrics"};
        struct http_response response = {0};
        int rc = http_send(&request, 1, &response, err);
        for (int i = 0; rc == 0 && i < 2; i++) {
                const char *at = memmem(response.body.data ? response.body.data : "", response.body.size,
                        names[i], strlen(names[i]));
                if (at)
                        *values[i] = strtod(at + strlen(names[i]), NULL);
                else
                        rc = error_set(err, "/metrics says nothing about resets");
        }
        http_clear(&response);
        return rc;
}

static double cpu_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* What a worker does of /metrics for a request, and of a log that has no line of it: the mean. It does so
 * when the answer has been sent. */
static double counting_us(void)
{
        struct exchange x = {.method = "POST",
                .path = "/api/execute",
                .language = "python",
                .status = "success",
                .reply.http_status = 200,
                .at = {.accepted = 1, .answered = 17000},
                .times = {.queue_us = 165, .run_us = 15574}};
        log_set_level(LOG_LEVEL_ERROR);
        double began_us = cpu_us();
        for (int i = 0; i < COUNTED; i++)
                account_request(&x, ROUTER_MAIN);
        double took_us = cpu_us() - began_us;
        log_set_level(LOG_LEVEL_INFO);
        return took_us / COUNTED;
}

static void row(const char *name, double us, double whole_us)
{
        printf("| %s | %.0f | %.1f |\n", name, us, us * 100 / whole_us);
}

static void print(const struct resets *before, const struct resets *after)
{
        static const struct part whole = {"", {"client_us"}, {NULL}};
        qsort(asked, (size_t)asked_count, sizeof *asked, by_whole);
        double whole_us = mean_us(&whole), rest_us = whole_us;
        printf("\n| part of a request, python `print`, one client | µs | %% |\n| --- | --- | --- |\n");
        for (size_t i = 0; i < PARTS; i++) {
                double us = mean_us(&parts[i]);
                row(parts[i].name, us, whole_us);
                rest_us -= us;
        }
        row("remainder: writing the job's frames, giving the lease back", rest_us, whole_us);
        row("**whole, as the client sees it**", whole_us, whole_us);
        printf("| beside it: an answer that nginx gives by itself | %.0f | - |\n",
                samples_ms(&nginx_alone, 50) * 1000);
        printf("| after it: reset, until the sandbox can be leased again (mean of %.0f) | %.0f | - |\n",
                after->count - before->count,
                (after->seconds - before->seconds) * 1e6 / (after->count - before->count));
        printf("| after the answer: counting the request for `/metrics` (mean of %d) | %.2f | - |\n", COUNTED,
                counting_us());
        printf("\nThe mean of %d requests in the middle, by their whole, of %d.\n", middle_count(),
                asked_count);
}

static bool has_no_leases(void *context)
{
        const struct bench *bench = context;
        return service_sandboxes(&bench->service, "leased", NULL) == 0 &&
               service_sandboxes(&bench->service, "starting", NULL) == 0;
}

int parts_table(struct bench *bench, struct error *err)
{
        struct resets before, after;
        fprintf(stderr, "parts of %d requests\n", bench->plan->parts);
        if (look_at_resets(&bench->service, &before, err) || ask_all(bench, err))
                return -1;
        asked_count = bench->plan->parts;
        if (!service_until(all_logged, bench, PATIENCE_MS))
                return error_set(err, "not every request is in the log");
        if (!service_until(has_no_leases, bench, PATIENCE_MS))
                return error_set(err, "the sandboxes are not idle again");
        int rc = look_at_resets(&bench->service, &after, err);
        if (rc == 0)
                print(&before, &after);
        forget_lines();
        return rc;
}
