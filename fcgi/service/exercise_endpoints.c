/* What the control worker answers about exercises. */
#include "fcgi/service/exchange.h"

#include "fcgi/model/exercise_json.h"
#include "fcgi/sandbox/lease.h"

#include <string.h>

#define BROKER_ANSWERS_MS 1000

static bool has_image(const void *context, const struct language *language)
{
        const struct broker_status *status = context;
        for (uint32_t i = 0; i < status->language_count && i < LANGUAGES_MAX; i++)
                if (!strcmp(status->languages[i].id, language->id))
                        return status->languages[i].image;
        return false;
}

/* Exercises are shown in the languages that GET /api/languages shows. */
static int filter_of(struct exchange *x, struct broker_status *status, struct exercise_filter *filter)
{
        *filter = (struct exercise_filter){has_image, status};
        if (!broker_status_get(x->link, status, BROKER_ANSWERS_MS, &x->err))
                return 0;
        x->reply.retry_after_s = 2;
        reply_error(&x->reply, 503, "unavailable", "The broker does not answer", NULL, x->request_id);
        return -1;
}

static void answer(struct exchange *x, char *body)
{
        x->reply.http_status = 200;
        x->reply.body = body;
        if (!body)
                reply_error(
                        &x->reply, 500, "internal", "The service has no memory left", NULL, x->request_id);
}

void endpoint_exercises(struct exchange *x)
{
        struct broker_status status = {0};
        struct exercise_filter filter;
        if (!filter_of(x, &status, &filter))
                answer(x, exercise_json_list(x->config->exercises, &filter, &x->reply.size));
}

void endpoint_exercise(struct exchange *x)
{
        const struct exercise *exercise = exercises_find(x->config->exercises, strrchr(x->path, '/') + 1);
        struct broker_status status = {0};
        struct exercise_filter filter;
        if (filter_of(x, &status, &filter))
                return;
        if (exercise && exercise_is_offered(exercise, &filter))
                answer(x, exercise_json(exercise, &filter, &x->reply.size));
        else
                reply_error(&x->reply, 404, "not_found", "There is no such exercise", NULL, x->request_id);
}
