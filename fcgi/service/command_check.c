/* `sandpool check`: is the configuration right, and is this machine fit for it? One line a test. */
#include "fcgi/base/log.h"
#include "fcgi/execute/execute.h"
#include "fcgi/service/commands.h"
#include "fcgi/service/host.h"
#include "fcgi/service/private_broker.h"
#include "fcgi/service/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_TIMEOUT_MS 5000

struct check {
        struct config *config;
        struct private_broker *broker;
        bool all_languages;
        bool failed;
};

static void line(void *context, const char *test, enum finding finding, const char *text)
{
        static const char *const words[] = {"ok", "warning", "FAILED"};
        struct check *c = context;
        printf("%-8s %s: %s\n", words[finding], test, text);
        fflush(stdout);
        if (finding == FINDING_FAILED)
                c->failed = true;
}

/* Whether an earlier language of the registry has the same runtime. */
static bool runtime_seen(const struct registry *registry, size_t index)
{
        for (size_t i = 0; i < index; i++)
                if (registry->languages[i].enabled == LANGUAGE_ON &&
                        !strcmp(registry->languages[i].runtime, registry->languages[index].runtime))
                        return true;
        return false;
}

static const struct broker_language *known_language(const struct broker_status *status, const char *id)
{
        for (uint32_t i = 0; i < status->language_count && i < LANGUAGES_MAX; i++)
                if (!strcmp(status->languages[i].id, id))
                        return &status->languages[i];
        return NULL;
}

/* The sample's output, compared as the broker's own priming does: what stands before trailing white space. */
static bool same_output(const struct buffer *out, const char *expected)
{
        size_t size = out->size, length = strlen(expected);
        while (size && strchr(" \r\n\t", out->data[size - 1]))
                size--;
        while (length && strchr(" \r\n\t", expected[length - 1]))
                length--;
        return size == length && (!size || !memcmp(out->data, expected, size));
}

static void describe_result(const struct language *language, const struct result *result, struct error *text)
{
        if (result->status != STATUS_SUCCESS)
                error_set(text, "its sample ends with %s (%s)", status_names[result->status],
                        result->reason == REASON_NONE ? "" : reason_names[result->reason]);
        else if (language->sample_expected && !same_output(&result->run.out, language->sample_expected))
                error_set(text, "its sample's output is not the expected one");
}

/* A language's sandbox, made as the service makes them: hardening verified by inspecting it and from inside.
 */
static void check_sample(struct check *c, const struct language *language)
{
        char name[128], id[ID_SIZE];
        struct error text = {0};
        struct result result = {0};
        struct execute_times times;
        struct request request;
        struct request_file file;
        struct broker_status status;
        const struct broker_language *known = NULL;
        snprintf(name, sizeof(name), "%s in a sandbox of %s", language->id, language->runtime);
        if (!language->sample_code) {
                line(c, name, FINDING_WARNING, "has no sample to run");
                return;
        }
        sample_request(&request, &file, c->config, language, language->sample_code,
                strlen(language->sample_code), NULL, 0);
        request.policy = policies_find(c->config->policies, "off");
        id_new(id);
        enum execute_outcome outcome = execute_request(private_broker_link(c->broker), c->config->settings,
                &request, id, -1, &result, &times, &text);
        if (outcome == EXECUTE_DONE) {
                describe_result(language, &result, &text);
        } else if (!broker_status_get(private_broker_link(c->broker), &status, STATUS_TIMEOUT_MS, NULL)) {
                known = known_language(&status, language->id);
                if (!known && language->enabled == LANGUAGE_AUTO) {
                        line(c, name, FINDING_OK, "not served, its image does not exist");
                        goto out;
                }
                if (known && known->problem[0]) {
                        text.text[0] = 0;
                        error_set(&text, "%s", known->problem);
                }
        }
        if (outcome != EXECUTE_DONE)
                error_set(&text, "no sandbox could be had");
        if (text.text[0]) {
                line(c, name, FINDING_FAILED, text.text);
        } else {
                error_set(&text, "hardening verified, limits bite, the sample ran in %u ms",
                        result.run.wall_ms);
                line(c, name, FINDING_OK, text.text);
        }
out:
        result_free(&result);
}

static void check_docker(struct check *c, struct broker_status *status)
{
        struct error text = {0};
        if (broker_status_get(private_broker_link(c->broker), status, STATUS_TIMEOUT_MS, &text)) {
                line(c, "docker", FINDING_FAILED, text.text);
                return;
        }
        error_set(&text, status->docker_ok ? "version %s, speaking API %s" : "does not answer",
                status->docker_version, status->api_version);
        line(c, "docker", status->docker_ok ? FINDING_OK : FINDING_FAILED, text.text);
}

static void check_images(struct check *c, const struct broker_status *status)
{
        for (size_t i = 0; i < c->config->registry->count; i++) {
                const struct language *language = &c->config->registry->languages[i];
                const struct broker_language *known = known_language(status, language->id);
                char name[128], text[1024];
                bool exists = known && known->image;
                if (!language->enabled || (language->enabled == LANGUAGE_AUTO && !exists))
                        continue;
                snprintf(name, sizeof(name), "image of %s", language->id);
                if (exists)
                        snprintf(text, sizeof(text), "%s", language->image);
                else
                        language_image_missing(language, text, sizeof(text));
                line(c, name,
                        exists             ? FINDING_OK
                        : c->all_languages ? FINDING_FAILED
                                           : FINDING_WARNING,
                        text);
        }
}

/* One language of each runtime, or all. */
static void check_sandboxes(struct check *c)
{
        const struct registry *registry = c->config->registry;
        struct broker_status status = {0};
        for (size_t i = 0; i < registry->count; i++)
                if (registry->languages[i].enabled && (c->all_languages || !runtime_seen(registry, i)))
                        check_sample(c, &registry->languages[i]);
        /* By now the broker has seen Docker and looked for the images. */
        check_docker(c, &status);
        check_images(c, &status);
}

int command_check(const char *config_path, bool all_languages)
{
        struct error err = {0};
        struct check c = {.all_languages = all_languages};
        char text[64];
        log_set_process("check");
        log_set_level(LOG_LEVEL_ERROR);
        c.config = config_load(config_path, &err);
        if (!c.config) {
                line(&c, "configuration", FINDING_FAILED, err.text);
                goto out;
        }
        snprintf(text, sizeof(text), "%zu languages", c.config->registry->count);
        line(&c, "configuration", FINDING_OK, text);
        host_check(c.config, line, &c);
        c.broker = private_broker_new(c.config, &err);
        if (c.broker)
                check_sandboxes(&c);
        else
                line(&c, "docker", FINDING_FAILED, err.text);
out:
        private_broker_free(c.broker);
        config_free(c.config);
        return c.failed ? 1 : 0;
}
