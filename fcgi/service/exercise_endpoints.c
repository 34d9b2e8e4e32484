/* What the control worker answers about exercises. */
#include "fcgi/service/exchange.h"

#include "fcgi/model/exercise_json.h"

#include <string.h>

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
        answer(x, exercise_json_list(x->config->exercises, &x->reply.size));
}

void endpoint_exercise(struct exchange *x)
{
        const struct exercise *exercise = exercises_find(x->config->exercises, strrchr(x->path, '/') + 1);
        if (exercise && exercise_is_offered(exercise))
                answer(x, exercise_json(exercise, &x->reply.size));
        else
                reply_error(&x->reply, 404, "not_found", "There is no such exercise", NULL, x->request_id);
}
