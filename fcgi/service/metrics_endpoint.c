/* GET /metrics: what was counted, and how things stand. */
#include "fcgi/base/metrics.h"
#include "fcgi/service/exchange.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX (4 << 20)
#define BROKER_ANSWERS_MS 1000

static int gauge(struct buffer *out, const char *name, const char *help, double value)
{
        int failed = metrics_text_gauge(out, name, help);
        return failed | metrics_text_value(out, name, "", value);
}

/* Ids of languages are names of files in conf/languages, letters and digits. */
static int gauge_of_language(
        struct buffer *out, const char *name, const char *id, const char *state, double value)
{
        char labels[LANGUAGE_ID_SIZE + 40];
        snprintf(labels, sizeof(labels), *state ? "language=\"%s\",state=\"%s\"" : "language=\"%s\"%s", id,
                state);
        return metrics_text_value(out, name, labels, value);
}

static int languages(struct buffer *out, const struct broker_status *status)
{
        static const char sandboxes[] = "sandpool_sandboxes", ready[] = "sandpool_language_ready";
        int failed = metrics_text_gauge(out, sandboxes, "Sandboxes, by what they are at.");
        for (uint32_t i = 0; i < status->language_count; i++) {
                const struct broker_language *language = &status->languages[i];
                failed |= gauge_of_language(out, sandboxes, language->id, "idle", language->idle);
                failed |= gauge_of_language(out, sandboxes, language->id, "leased", language->leased);
                failed |= gauge_of_language(out, sandboxes, language->id, "starting", language->starting);
                failed |= gauge_of_language(out, sandboxes, language->id, "removing", language->removing);
        }
        failed |=
                metrics_text_gauge(out, ready, "1 where the image is there and the sample ran as expected.");
        for (uint32_t i = 0; i < status->language_count; i++)
                failed |= gauge_of_language(out, ready, status->languages[i].id, "",
                        status->languages[i].image && status->languages[i].sample_ok &&
                                !status->languages[i].problem[0]);
        return failed;
}

static int state(struct buffer *out, const struct exchange *x)
{
        static struct broker_status status;
        struct reload_outcome outcome;
        struct error err = {0};
        bool answers = !broker_status_get(x->link, &status, BROKER_ANSWERS_MS, &err);
        reload_note_read(x->reload_note, &outcome);
        int failed = gauge(out, "sandpool_broker_up", "1 while the broker answers.", answers);
        failed |= gauge(
                out, "sandpool_docker_up", "1 while Docker answers the broker.", answers && status.docker_ok);
        failed |=
                gauge(out, "sandpool_workers", "Workers that serve requests.", x->config->settings->workers);
        failed |= gauge(out, "sandpool_configuration_ok",
                "1 unless the last reload failed, and the configuration of before is in force.",
                outcome.why[0] == 0);
        failed |= gauge(out, "sandpool_configuration_loaded_timestamp_seconds",
                "When what is in force was loaded.", (double)outcome.loaded_s);
        if (!answers)
                return failed;
        if (status.language_count > LANGUAGES_MAX)
                status.language_count = LANGUAGES_MAX;
        failed |= gauge(out, "sandpool_leases_waiting", "Requests that wait for a sandbox.", status.waiting);
        return failed | languages(out, &status);
}

void endpoint_metrics(struct exchange *x)
{
        struct buffer out = BUFFER_MAX(TEXT_MAX);
        if (metrics_text(&out) || state(&out, x)) {
                buffer_clear(&out);
                reply_error(
                        &x->reply, 500, "internal", "The service has no memory left", NULL, x->request_id);
                return;
        }
        x->reply.http_status = 200;
        x->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
        x->reply.body = out.data; /* taken */
        x->reply.size = out.size;
        x->big = out.size;
}
