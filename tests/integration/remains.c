/* Takes stock of a service that does nothing. */
#include "tests/integration/remains.h"

#include "fcgi/base/clock.h"
#include "tests/integration/control_groups.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX (256 << 10)
#define LOOK_MS 100
#define CACHED_CONNECTIONS 8 /* that the broker keeps to the daemon (fcgi/sandbox/engine.c) */
#define OTHERS 3             /* processes besides the workers: supervisor, broker, control worker */
#define LINKS 1              /* a worker connects to the broker when it first needs it */

/* Accepted connections of the UNIX sockets whose paths match: /proc/net/unix has the listener's path with
 * each. */
static int connections_of(const char *paths)
{
        char line[512], state[8], at[256];
        int count = 0;
        FILE *file = fopen("/proc/net/unix", "re");
        if (!file)
                return -1;
        while (fgets(line, sizeof line, file))
                if (sscanf(line, "%*s %*s %*s %*s %*s %7s %*s %255s", state, at) == 2)
                        count += !strcmp(state, "03") && !fnmatch(paths, at, 0);
        fclose(file);
        return count;
}

static int idle_sandboxes(const struct service *service, struct error *err)
{
        json_t *health = service_get(service, "/api/health", err), *language;
        const char *id;
        json_int_t idle = 0;
        if (!health)
                return -1;
        json_t *checks = json_object_get(health, "checks"), *pool = json_object_get(checks, "pool");
        json_int_t all = json_integer_value(json_object_get(pool, "sandboxes"));
        json_int_t waiting = json_integer_value(json_object_get(pool, "waiting"));
        json_object_foreach(json_object_get(checks, "languages"), id, language) idle +=
                json_integer_value(json_object_get(language, "idle"));
        json_decref(health);
        return all == idle && !waiting ? (int)all
                                       : error_set(err, "%d sandboxes, %d of them idle, %d requests wait",
                                                 (int)all, (int)idle, (int)waiting);
}

static int count_processes(const struct service *service, struct remains *remains)
{
        struct process list[PROCESSES_MAX];
        char paths[128];
        size_t count = processes_list(service->session, 0, list);
        remains->processes = (int)count;
        for (size_t i = 0; i < count; i++) {
                int fds = processes_descriptors(list[i].pid);
                if (fds < 0)
                        return -1;
                if (list[i].pid == service->supervisor)
                        remains->supervisor_fds = fds;
                else if (!strcmp(list[i].name, "sp-broker"))
                        remains->broker_fds = fds;
                else if (!strcmp(list[i].name, "sp-control"))
                        remains->control_fds = fds;
                else if (fds > remains->worker_fds)
                        remains->worker_fds = fds;
        }
        snprintf(paths, sizeof paths, "%s/broker*.sock", service->run_dir);
        remains->broker_fds -= connections_of(paths) + remains->sandboxes;
        return 0;
}

/* A broker's socket bears its generation's number after an upgrade (fcgi/service/places.c): it is a leftover
 * when there is a second one. The notes that a reload and an upgrade leave stay until the next one. */
static int list_files(const struct service *service, struct buffer *files, struct error *err)
{
        char script[300];
        buffer_clear(files);
        *files = BUFFER_MAX(FILES_MAX);
        snprintf(script, sizeof script,
                "cd %s && find . ! -name '*.log' ! -path './run/www/*' ! -path ./run/upgrade ! -path "
                "./run/reload | "
                "sed 's#^\\./run/broker-[0-9]*\\.sock$#./run/broker.sock#' | sort",
                service->dir);
        const char *const argv[] = {"sh", "-c", script, NULL};
        return spawn_run(argv, 60000, files, NULL, err) || buffer_add(files, "", 1) ? -1 : 0;
}

static int take(const struct service *service, struct remains *remains, struct error *err)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct buffer files = remains->files;
        *remains = (struct remains){.sandboxes = idle_sandboxes(service, err), .files = files};
        if (remains->sandboxes < 0)
                return -1;
        remains->containers = service_containers(service, ids, err);
        if (remains->containers < 0)
                return -1;
        remains->groups = control_groups_of(service->instance).inside;
        if (count_processes(service, remains))
                return error_set(err, "a process ended meanwhile");
        return list_files(service, &remains->files, err);
}

int remains_take(const struct service *service, struct remains *remains, int timeout_ms, struct error *err)
{
        int64_t deadline_ms = clock_ms() + timeout_ms;
        for (;;) {
                struct error now = {0};
                /* It may be ready before its last worker is started. */
                if (take(service, remains, &now) == 0 && remains->containers == remains->sandboxes &&
                        remains->processes >= (int)service->workers + OTHERS)
                        return 0;
                if (clock_ms() >= deadline_ms)
                        return error_set(err, "%s",
                                *now.text ? now.text
                                          : "containers that the service does not know, or workers not "
                                            "started");
                poll(NULL, 0, LOOK_MS);
        }
}

static int more(int before, int after, int slack)
{
        return after > before + slack ? after - before - slack : 0;
}

/* Lines of after that before has not; both are sorted. */
static int added_lines(const char *before, const char *after, char *one, size_t size)
{
        int added = 0;
        while (*after) {
                size_t old = strcspn(before, "\n"), new = strcspn(after, "\n");
                size_t least = old < new ? old : new;
                int order = *before ? memcmp(before, after, least) : 1;
                if (!order)
                        order = (old > new) - (old < new);
                if (order > 0) {
                        added++;
                        snprintf(one, size, "%.*s", (int)new, after);
                }
                if (order >= 0)
                        after += new + (after[new] == '\n');
                if (order <= 0)
                        before += old + (before[old] == '\n');
        }
        return added;
}

static bool is_none(const struct surplus *surplus)
{
        return !surplus->containers && !surplus->groups && !surplus->processes && !surplus->descriptors &&
               !surplus->files;
}

static struct surplus compare(const struct remains *before, const struct remains *after)
{
        struct surplus surplus = {.containers = abs(after->containers - after->sandboxes),
                .groups = more(after->containers, after->groups, 0),
                .processes = abs(after->processes - before->processes),
                .descriptors = more(before->supervisor_fds, after->supervisor_fds, 0) +
                               more(before->control_fds, after->control_fds, LINKS) +
                               more(before->worker_fds, after->worker_fds, LINKS) +
                               more(before->broker_fds, after->broker_fds, CACHED_CONNECTIONS)};
        surplus.files = added_lines(before->files.data, after->files.data, surplus.file, sizeof surplus.file);
        return surplus;
}

int remains_surplus(const struct service *service, const struct remains *before, int timeout_ms,
        struct surplus *surplus, struct remains *after, struct error *err)
{
        int64_t deadline_ms = clock_ms() + timeout_ms;
        struct remains own = {0}, *now = after ? after : &own;
        int rc;
        for (;;) {
                struct error last = {0};
                rc = take(service, now, &last);
                if (rc == 0)
                        *surplus = compare(before, now);
                if (rc == 0 && is_none(surplus))
                        break;
                if (clock_ms() >= deadline_ms) {
                        if (rc)
                                error_set(err, "%s", last.text);
                        break;
                }
                poll(NULL, 0, LOOK_MS);
        }
        remains_clear(&own);
        return rc;
}

int remains_check(
        const struct service *service, const struct remains *before, int timeout_ms, struct error *err)
{
        struct surplus surplus;
        struct remains after = {0};
        int rc = remains_surplus(service, before, timeout_ms, &surplus, &after, err);
        if (rc == 0 && !is_none(&surplus))
                rc = error_set(err,
                        "left: %d containers of %d, %d control groups of containers, %d processes, %d "
                        "descriptors (broker %d, before %d; "
                        "worker %d, "
                        "before %d; supervisor %d, before %d; control %d, before %d), %d files, %s",
                        surplus.containers, after.containers, surplus.groups, surplus.processes,
                        surplus.descriptors, after.broker_fds, before->broker_fds, after.worker_fds,
                        before->worker_fds, after.supervisor_fds, before->supervisor_fds, after.control_fds,
                        before->control_fds, surplus.files, surplus.file);
        remains_clear(&after);
        return rc;
}

void remains_clear(struct remains *remains)
{
        buffer_clear(&remains->files);
}
