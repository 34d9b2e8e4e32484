/* What a test asks about a running service: Docker, /proc, its log, and itself over HTTP; and how it waits
 * until something is so. */
#ifndef SANDPOOL_TEST_SERVICE_ASK_H
#define SANDPOOL_TEST_SERVICE_ASK_H

#include "tests/integration/processes.h"
#include "tests/integration/service.h"

#include <jansson.h>

#define SERVICE_CONTAINERS_MAX 32

/* Ids of the containers with this instance's label, also those that do not run. Returns their number, -1 on
 * error. */
int service_containers(
        const struct service *service, char ids[SERVICE_CONTAINERS_MAX][65], struct error *err);

/* The workers that there are, without the control worker. Returns how many. */
size_t service_workers(const struct service *service, struct process list[PROCESSES_MAX]);

/* The process of that name ("broker", "worker-3") or 0. */
pid_t service_process(const struct service *service, const char *name);

/* GET a path as JSON, NULL with err when it is not status 200 or not JSON. The caller's. */
json_t *service_get(const struct service *service, const char *path, struct error *err);

/* The same, asked again as long as it is not answered so: the control process gives its broker a second,
 * which on a busy machine may be too short although all is well. */
json_t *service_await(const struct service *service, const char *path, struct error *err);

/* POST a body to /api/execute that must be answered 200: its JSON, the caller's; else NULL with err. Steals
 * the reference to body. */
json_t *service_execute(const struct service *service, json_t *body, struct error *err);

/* How many sandboxes are in a state ("idle", "leased", "starting") over all languages by /api/health; -1. */
int service_sandboxes(const struct service *service, const char *state, struct error *err);

/* Whether the log has a line with all of these words (NULL-terminated); the line is copied into line (may be
 * NULL). */
bool service_logged(const struct service *service, const char *const *words, char *line, size_t size);

/* Ask again every few milliseconds until condition(context) is true or timeout_ms passed. Returns whether it
 * became true. For what cannot tell by itself that it changed: /proc, Docker's list, a log file. */
bool service_until(bool (*condition)(void *context), void *context, int timeout_ms);

#endif
