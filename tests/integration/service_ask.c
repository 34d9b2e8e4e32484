/* Asks Docker, /proc, the log, and the service itself over HTTP. */
#include "tests/integration/service_ask.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/http.h"
#include "tests/integration/openapi.h"
#include "tests/integration/spawn.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX (16 << 20)
#define ANSWER_MS 60000
#define POLL_MS 20

bool service_until(bool (*condition)(void *context), void *context, int timeout_ms)
{
        int64_t deadline_ms = clock_ms() + timeout_ms;
        while (!condition(context)) {
                if (clock_ms() >= deadline_ms)
                        return false;
                poll(NULL, 0, POLL_MS);
        }
        return true;
}

int service_containers(const struct service *service, char ids[SERVICE_CONTAINERS_MAX][65], struct error *err)
{
        /* A daemon that was killed may list for ever what it does not know by its id, so that nobody could
         * remove it: that is not there. */
        static const char script[] =
                "ids=$(docker ps -aq --no-trunc --filter label=sandpool.instance=\"$0\")\n"
                "[ -z \"$ids\" ] || docker inspect -f '{{.Id}}' $ids 2>/dev/null || true";
        int count = 0;
        char *said = spawn_text(err, "sh", "-ec", script, service->instance, NULL);
        if (!said)
                return -1;
        for (char *at = strtok(said, "\n"); at && count < SERVICE_CONTAINERS_MAX; at = strtok(NULL, "\n"))
                snprintf(ids[count++], 65, "%s", at);
        free(said);
        return count;
}

size_t service_workers(const struct service *service, struct process list[PROCESSES_MAX])
{
        size_t count = processes_list(0, service->supervisor, list), workers = 0;
        for (size_t i = 0; i < count; i++)
                if (!strncmp(list[i].name, "sp-worker", 9))
                        list[workers++] = list[i];
        return workers;
}

pid_t service_process(const struct service *service, const char *name)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(0, service->supervisor, list);
        char title[32];
        snprintf(title, sizeof title, "sp-%.12s", name);
        for (size_t i = 0; i < count; i++)
                if (!strcmp(list[i].name, title))
                        return list[i].pid;
        return 0;
}

static json_t *take_json(const struct http_request *request, struct error *err)
{
        struct http_response response = {0};
        json_t *json = NULL;
        if (http_send(request, 1, &response, err))
                goto out;
        if (response.status != 200 || !response.json)
                error_set(err, "%s: status %d: %.*s", request->path, response.status,
                        (int)(response.body.size < 300 ? response.body.size : 300),
                        response.body.data ? response.body.data : "");
        else if (!openapi_check(response.method, response.path, response.status, response.json, err))
                json = json_incref(response.json);
out:
        http_clear(&response);
        return json;
}

json_t *service_get(const struct service *service, const char *path, struct error *err)
{
        struct http_request request = {.port = service->port, .path = path};
        return take_json(&request, err);
}

struct question {
        const struct service *service;
        const char *path;
        struct error err;
        json_t *answer;
};

static bool is_answered(void *context)
{
        struct question *question = context;
        question->err = (struct error){0};
        question->answer = service_get(question->service, question->path, &question->err);
        return question->answer != NULL;
}

json_t *service_await(const struct service *service, const char *path, struct error *err)
{
        struct question question = {.service = service, .path = path};
        if (!service_until(is_answered, &question, ANSWER_MS))
                error_set(err, "%s", question.err.text);
        return question.answer;
}

json_t *service_execute(const struct service *service, json_t *body, struct error *err)
{
        char *text = json_dumps(body, JSON_COMPACT);
        struct http_request request = {.port = service->port, .path = "/api/execute", .body = text};
        json_t *json = text ? take_json(&request, err) : NULL;
        free(text);
        json_decref(body);
        return json;
}

int service_sandboxes(const struct service *service, const char *state, struct error *err)
{
        json_t *health = service_get(service, "/api/health", err), *language;
        const char *id;
        json_int_t sum = 0;
        if (!health)
                return -1;
        json_object_foreach(json_object_get(json_object_get(health, "checks"), "languages"), id, language)
                sum += json_integer_value(json_object_get(language, state));
        json_decref(health);
        return (int)sum;
}

bool service_logged(const struct service *service, const char *const *words, char *line, size_t size)
{
        char *text = NULL;
        bool found = false;
        if (io_read_file(service->log, LOG_MAX, &text, NULL) < 0)
                return false;
        for (char *at = strtok(text, "\n"); at && !found; at = strtok(NULL, "\n")) {
                size_t i = 0;
                while (words[i] && strstr(at, words[i]))
                        i++;
                found = !words[i];
                if (found && line)
                        snprintf(line, size, "%s", at);
        }
        free(text);
        return found;
}
