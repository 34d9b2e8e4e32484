/* What the control worker answers: livez, readyz, health, languages. */
#include "fcgi/base/clock.h"
#include "fcgi/service/exchange.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BROKER_ANSWERS_MS 1000

static void answer(struct exchange *x, int http_status, json_t *object)
{
        x->reply.http_status = http_status;
        x->reply.body = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
        x->reply.size = x->reply.body ? strlen(x->reply.body) : 0;
        json_decref(object);
        if (!x->reply.body)
                reply_error(
                        &x->reply, 500, "internal", "The service has no memory left", NULL, x->request_id);
}

static void unavailable(struct exchange *x, const char *text)
{
        x->reply.retry_after_s = 2;
        reply_error(&x->reply, 503, "unavailable", text, NULL, x->request_id);
}

static int broker_status_of(struct exchange *x, struct broker_status *status)
{
        memset(status, 0, sizeof(*status));
        if (broker_status_get(x->link, status, BROKER_ANSWERS_MS, &x->err))
                return -1;
        if (status->language_count > LANGUAGES_MAX)
                status->language_count = LANGUAGES_MAX;
        return 0;
}

static const struct language *language_of(const struct exchange *x, const struct broker_language *known)
{
        return registry_find(x->config->registry, known->id);
}

static bool works(const struct broker_language *known)
{
        return known->image && known->sample_ok && !known->problem[0];
}

/* A sandbox of it is there; or, where none is kept warm, could be. */
static bool is_ready(const struct exchange *x, const struct broker_language *known)
{
        const struct language *language = language_of(x, known);
        return known->idle + known->leased > 0 || (language && language->warm == 0 && works(known));
}

void endpoint_livez(struct exchange *x)
{
        answer(x, 200, json_pack("{s:s}", "status", "ok"));
}

/* Whether what runs is what stands in the files, as far as anybody asked for that. */
static json_t *configuration(const struct exchange *x)
{
        struct reload_outcome outcome;
        char loaded[32] = "";
        struct tm utc;
        reload_note_read(x->reload_note, &outcome);
        time_t loaded_s = outcome.loaded_s;
        if (gmtime_r(&loaded_s, &utc))
                strftime(loaded, sizeof(loaded), "%Y-%m-%dT%H:%M:%SZ", &utc);
        bool failed = outcome.state == RELOAD_FAILED || (outcome.state == RELOAD_RUNNING && outcome.why[0]);
        json_t *object = json_pack(
                "{s:b,s:s,s:f}", "ok", !failed, "loaded", loaded, "time", (double)x->config->load_us / 1000);
        if (object && failed)
                json_object_set_new(object, "error", json_string(outcome.why));
        return object;
}

void endpoint_readyz(struct exchange *x)
{
        struct broker_status status;
        if (broker_status_of(x, &status)) {
                unavailable(x, "The broker does not answer");
                return;
        }
        if (!status.docker_ok) {
                unavailable(x, "Docker does not answer");
                return;
        }
        if (status.draining) {
                unavailable(x, "The service is shutting down");
                return;
        }
        for (uint32_t i = 0; i < status.language_count; i++)
                if (is_ready(x, &status.languages[i])) {
                        answer(x, 200,
                                json_pack("{s:s,s:o}", "status", "ready", "configuration", configuration(x)));
                        return;
                }
        unavailable(x, "No sandbox is ready yet");
}

static json_t *health_of_language(const struct broker_language *known)
{
        json_t *object = json_pack("{s:b,s:b,s:b,s:i,s:i,s:i,s:i}", "ok", works(known), "image", known->image,
                "sample", known->sample_ok, "idle", known->idle, "leased", known->leased, "starting",
                known->starting, "time", known->proof_ms);
        if (object && known->problem[0])
                json_object_set_new(object, "problem", json_string(known->problem));
        return object;
}

void endpoint_health(struct exchange *x)
{
        struct broker_status status;
        int64_t asked_us = clock_us();
        bool answers = !broker_status_of(x, &status);
        double broker_ms = (double)(clock_us() - asked_us) / 1000;
        size_t working = 0;
        json_t *languages = json_object();
        for (uint32_t i = 0; i < status.language_count; i++) {
                working += works(&status.languages[i]);
                json_object_set_new(
                        languages, status.languages[i].id, health_of_language(&status.languages[i]));
        }
        bool serves = answers && status.docker_ok && !status.draining && working > 0;
        json_t *configured = configuration(x);
        bool well = working == status.language_count && json_is_true(json_object_get(configured, "ok"));
        const char *word = !serves ? "down" : well ? "ok" : "degraded";
        json_t *checks = json_pack("{s:o,s:{s:b,s:f},s:{s:f,s:f,s:b,s:s,s:s},s:{s:b,s:i,s:i,s:i,s:i},s:o}",
                "configuration", configured, "broker", "ok", answers, "time", broker_ms, "docker", "time",
                status.docker_us / 1000.0, "age", status.docker_age_ms / 1000.0, "ok",
                answers && status.docker_ok, "version", status.docker_version, "apiVersion",
                status.api_version, "pool", "ok", answers && !status.draining, "time", (int)status.ready_ms,
                "sandboxes", (int)status.sandboxes, "waiting", (int)status.waiting, "workers",
                (int)x->config->settings->workers, "languages", languages);
        answer(x, serves ? 200 : 503, json_pack("{s:s,s:o}", "status", word, "checks", checks));
}

static json_t *strings(char *const *list)
{
        json_t *array = json_array();
        for (; list && *list; list++)
                json_array_append_new(array, json_string(*list));
        return array;
}

/* Milliseconds as seconds, MiB as they are. */
static json_t *range(const struct limit *limit, double unit)
{
        return unit == 1 ? json_pack("{s:i,s:i,s:i}", "default", (int)limit->value, "min", (int)limit->min,
                                   "max", (int)limit->max)
                         : json_pack("{s:f,s:f,s:f}", "default", limit->value / unit, "min",
                                   limit->min / unit, "max", limit->max / unit);
}

static json_t *describe(const struct exchange *x, const struct language *language)
{
        const struct limits *limits = &x->config->settings->limits;
        return json_pack("{s:s,s:s,s:s,s:o,s:s,s:b,s:{s:o,s:o,s:i,s:i,s:i,s:i},s:s?}", "id", language->id,
                "name", language->name, "version", language->version, "aliases", strings(language->aliases),
                "extension", language->extension, "compiled", language->compile.argv != NULL, "limits",
                "timeout", range(&language->timeout_ms, 1000), "memoryLimit", range(&language->memory_mib, 1),
                "output", (int)limits->output_bytes, "code", (int)limits->code_bytes, "stdin",
                (int)limits->stdin_bytes, "files", (int)limits->files, "sample", language->sample_code);
}

void endpoint_languages(struct exchange *x)
{
        struct broker_status status;
        if (broker_status_of(x, &status)) {
                unavailable(x, "The broker does not answer");
                return;
        }
        json_t *list = json_array();
        for (uint32_t i = 0; i < status.language_count; i++) {
                const struct language *language = language_of(x, &status.languages[i]);
                if (language && status.languages[i].image)
                        json_array_append_new(list, describe(x, language));
        }
        answer(x, 200, json_pack("{s:o}", "languages", list));
}
