/* POST /api/execute and /api/run-code: reads the body, has it run, answers. */
#include "fcgi/service/exchange.h"

#include "fcgi/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void refuse(struct exchange *x, int http_status, const char *reason, const char *text)
{
        error_set(&x->err, "%s", text);
        reply_error(&x->reply, http_status, reason, text, NULL, x->request_id);
}

static bool is_json(const char *type)
{
        static const char json[] = "application/json";
        size_t length = sizeof(json) - 1;
        return !strncasecmp(type, json, length) && strchr("; \t", type[length]);
}

/* Digits only; nothing counts as none. -1: not a length. */
static int content_length(const char *text, size_t *length)
{
        *length = 0;
        if (strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
                return -1;
        *length = (size_t)strtoull(text, NULL, 10);
        return 0;
}

/* The body, malloc'd; NULL when the request is answered already. */
static char *read_body(struct exchange *x, size_t *size)
{
        char *body = NULL;
        if (!is_json(fastcgi_param(x->connection, "CONTENT_TYPE"))) {
                refuse(x, 415, "unsupported_media_type", "The body must be application/json");
                return NULL;
        }
        if (content_length(fastcgi_param(x->connection, "CONTENT_LENGTH"), size)) {
                refuse(x, 400, "invalid_json", "Content-Length is not a number");
                return NULL;
        }
        if (*size > x->config->settings->limits.body_bytes) {
                refuse(x, 413, "too_large", "The body is larger than this service accepts");
                return NULL;
        }
        x->big = *size;
        body = malloc(*size + 1);
        if (!body) {
                refuse(x, 500, "internal", "The service has no memory left");
                return NULL;
        }
        body[*size] = 0;
        if (fastcgi_read(x->connection, body, *size) < *size) {
                refuse(x, 400, "invalid_json", "The body ends before its Content-Length");
                goto fail;
        }
        if (!fastcgi_body_ends(x->connection)) {
                refuse(x, 400, "invalid_json", "The body is longer than its Content-Length");
                goto fail;
        }
        return body;
fail:
        free(body);
        return NULL;
}

/* 0: request is filled; else answered. */
static int parse(struct exchange *x, const struct exercise *by_default, struct request *request)
{
        struct refusal refusal = {0};
        struct catalog catalog = config_catalog(x->config);
        catalog.default_exercise = by_default;
        size_t size;
        char *body = read_body(x, &size);
        if (!body)
                return -1;
        x->at.read = clock_us();
        int parsed = request_parse(body, size, &catalog, request, &refusal, &x->err);
        free(body);
        x->at.parsed = clock_us();
        if (parsed < 0)
                reply_error(&x->reply, 500, "internal", "The service failed; the error is logged", NULL,
                        x->request_id);
        if (parsed > 0) {
                error_set(&x->err, "%s", refusal.field);
                reply_error(&x->reply, refusal.http_status, refusal.reason, refusal.text, refusal.field,
                        x->request_id);
        }
        return parsed;
}

/* What an outcome without a result is answered with. */
static const struct {
        int http_status, retry_after_s;
        const char *reason, *text;
} refusals[] = {
        [EXECUTE_BUSY] = {503, 2, "busy", "The service is busy, try again shortly"},
        [EXECUTE_UNAVAILABLE] = {503, 5, "unavailable", "The service cannot run code at the moment"},
        [EXECUTE_SHUTTING_DOWN] = {503, 5, "shutting_down", "The service is shutting down"},
        [EXECUTE_FAILED] = {500, 0, "internal", "The service failed; the error is logged"},
};

static void note_outcome(struct exchange *x, const struct result *result)
{
        const struct verdict *last = result->ran ? &result->run : &result->compile;
        x->outcome.is = result->ran || result->compiled;
        x->outcome.exit_code = last->exit_code;
        x->outcome.signal = last->signal;
        x->outcome.memory_kib = last->memory_kib;
        x->outcome.cpu_ms = last->cpu_ms;
        x->outcome.violations = result->violations.count;
}

static void answer_result(struct exchange *x, const struct request *request, const struct result *result)
{
        note_outcome(x, result);
        x->status = status_names[result->status];
        x->reason = result->reason == REASON_NONE ? NULL : reason_names[result->reason];
        x->reply.body =
                result_json(result, request->language, request->output_base64, x->request_id, &x->reply.size);
        x->reply.http_status = 200;
        if (x->reply.size > x->big)
                x->big = x->reply.size;
        if (!x->reply.body) {
                error_set(&x->err, "no memory for the answer");
                refuse(x, 500, "internal", "The service has no memory left");
        }
}

static void serve(struct exchange *x, const struct exercise *by_default)
{
        struct request request = {0};
        struct result result = {0};
        if (parse(x, by_default, &request))
                goto out;
        x->language = request.language->id;
        memcpy(x->user, request.user_id, sizeof(x->user));
        watchdog_note(x->watch, WATCH_BUSY);
        enum execute_outcome outcome = execute_request(x->link, x->config->settings, &request, x->request_id,
                fastcgi_fd(x->connection), &result, &x->times, &x->err);
        x->at.executed = clock_us();
        if (outcome == EXECUTE_DONE) {
                answer_result(x, &request, &result);
        } else if (outcome != EXECUTE_CLIENT_GONE) {
                x->reply.retry_after_s = refusals[outcome].retry_after_s;
                reply_error(&x->reply, refusals[outcome].http_status, refusals[outcome].reason,
                        refusals[outcome].text, NULL, x->request_id);
        }
out:
        result_free(&result);
        request_free(&request);
}

void endpoint_execute(struct exchange *x)
{
        serve(x, NULL);
}

void endpoint_run_code(struct exchange *x)
{
        serve(x, exercises_find(x->config->exercises, x->config->settings->default_exercise));
}
