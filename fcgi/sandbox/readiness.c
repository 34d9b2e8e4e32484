/* A language's way to be served, with growing pauses between attempts that fail. */
#include "fcgi/sandbox/readiness.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/log.h"

#include <stdio.h>

#define IMAGE_INTERVAL_MS 5000
#define BACKOFF_MIN_MS 250
#define BACKOFF_MAX_MS 15000

void readiness_start(struct readiness *readiness, struct engine *engine, const struct language *language)
{
        *readiness = (struct readiness){.engine = engine, .language = language};
}

void readiness_stop(struct readiness *readiness)
{
        engine_cancel(readiness->call);
        readiness->call = NULL;
}

bool readiness_is_due(const struct readiness *readiness)
{
        return clock_ms() >= readiness->due_ms;
}

static void on_image(void *context, const struct engine_answer *answer)
{
        struct readiness *readiness = context;
        const struct language *language = readiness->language;
        bool missing = answer->status == 404;
        readiness->call = NULL;
        if (answer->status == 200 && !container_image_id(answer->body, readiness->image_id)) {
                readiness->state = READINESS_UNPRIMED;
                readiness->due_ms = 0;
                return;
        }
        if (missing && language->enabled != LANGUAGE_AUTO && !*readiness->problem) {
                char text[1024];
                language_image_missing(language, text, sizeof text);
                log_warning("language.no_image", LOG_S("language", language->id),
                        LOG_S("image", language->image), LOG_S("problem", text));
        }
        readiness->state = missing ? READINESS_NO_IMAGE : READINESS_UNKNOWN;
        readiness->due_ms = clock_ms() + IMAGE_INTERVAL_MS;
        snprintf(readiness->problem, sizeof readiness->problem, "image %.100s: %s", language->image,
                missing                 ? "not there"
                : answer->status == 200 ? "the daemon's answer cannot be read"
                                        : answer->problem);
}

static void look_for_image(struct readiness *readiness)
{
        char path[256];
        snprintf(path, sizeof path, "/images/%s/json", readiness->language->image);
        readiness->call = engine_begin(readiness->engine, "GET", path, NULL, 0, on_image, readiness);
        if (readiness->call && readiness->state == READINESS_UNKNOWN)
                readiness->state = READINESS_LOOKING;
        readiness->due_ms = clock_ms() + IMAGE_INTERVAL_MS;
}

bool readiness_wants_primer(struct readiness *readiness)
{
        if (readiness->call || !readiness_is_due(readiness))
                return false;
        if (readiness->state == READINESS_UNKNOWN || readiness->state == READINESS_NO_IMAGE)
                look_for_image(readiness);
        return readiness->state == READINESS_UNPRIMED;
}

void readiness_priming(struct readiness *readiness)
{
        readiness->state = READINESS_PRIMING;
}

void readiness_succeeded(struct readiness *readiness)
{
        readiness->backoff_ms = readiness->due_ms = 0;
        *readiness->problem = '\0';
}

void readiness_failed(struct readiness *readiness, const char *why)
{
        readiness->backoff_ms = readiness->backoff_ms ? 2 * readiness->backoff_ms : BACKOFF_MIN_MS;
        if (readiness->backoff_ms > BACKOFF_MAX_MS)
                readiness->backoff_ms = BACKOFF_MAX_MS;
        readiness->due_ms = clock_ms() + readiness->backoff_ms;
        snprintf(readiness->problem, sizeof readiness->problem, "%s", why);
}

void readiness_removed(struct readiness *readiness, const struct sandbox *sandbox, enum sandbox_state before)
{
        bool never_useful = before < SANDBOX_IDLE && !sandbox->runs && !sandbox->proven;
        if (sandbox->primer && readiness->state == READINESS_PRIMING)
                readiness->state = sandbox->proven ? READINESS_READY : READINESS_UNPRIMED;
        if (sandbox->proven) {
                readiness_succeeded(readiness);
                readiness->proof_ms = (uint32_t)(clock_ms() - sandbox->born_ms);
        }
        if (sandbox->no_image)
                readiness->state = READINESS_UNKNOWN;
        if (never_useful)
                readiness_failed(readiness, sandbox->why);
}

void readiness_inherit(struct readiness *readiness, const struct readiness *from)
{
        readiness->state = from->state == READINESS_LOOKING ? READINESS_UNKNOWN : from->state;
        readiness->due_ms = from->due_ms;
        readiness->backoff_ms = from->backoff_ms;
        readiness->proof_ms = from->proof_ms;
        snprintf(readiness->problem, sizeof readiness->problem, "%s", from->problem);
}

void readiness_retry(struct readiness *readiness)
{
        readiness->due_ms = readiness->backoff_ms = 0;
        if (readiness->state == READINESS_NO_IMAGE || readiness->state == READINESS_LOOKING)
                readiness->state = READINESS_UNKNOWN;
}
