/* Connecting to the daemon: version, events, sweep; again with backoff whenever it was lost. */
#include "fcgi/sandbox/docker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKOFF_MIN_MS 200
#define BACKOFF_MAX_MS 5000
#define SWEEP_INTERVAL_MS 60000
#define SWEEP_PATIENCE_MS 15000 /* for leftovers that the daemon cannot remove */
#define SWEEPS_AT_ONCE 64

enum docker_state { DOCKER_DOWN, DOCKER_ASKING, DOCKER_SWEEPING, DOCKER_UP };

struct docker {
        struct engine *engine;
        const struct settings *settings;
        struct docker_hooks hooks;
        enum docker_state state;
        struct engine_call *events;
        struct engine_call *call; /* version, info or list */
        unsigned removing;        /* removals of leftovers under way */
        struct {
                unsigned done, refused;
                unsigned unknown; /* the daemon has never heard of what it listed */
        } removals;               /* of this sweep */
        bool only_unknown;        /* so was the sweep before */
        int64_t sweep_backoff_ms;
        int64_t patient_until_ms; /* then leftovers are left to the sweeps that come by the minute */
        int64_t due_ms;           /* next attempt, or next sweep */
        int64_t backoff_ms;
        bool finishing, finished;
        int64_t made_before_s;
        bool stale; /* the list under way was asked for before docker_finish */
        bool cgroupfs;
        long spared; /* generation */
        char version[32];
        char problem[160];
};

static void filters(const struct docker *docker, const char *more, char *text, size_t size)
{
        /* {"label":["sandpool.instance=NAME"]...}, percent-encoded as far as a URL needs it; instance names
         * are [a-z0-9-]. */
        snprintf(text, size, "%%7B%%22label%%22%%3A%%5B%%22" CONTAINER_LABEL "%%3D%s%%22%%5D%s%%7D",
                docker->settings->instance, more);
}

/* The next of a series of waits. */
static int64_t longer(int64_t wait_ms)
{
        int64_t next_ms = wait_ms ? 2 * wait_ms : BACKOFF_MIN_MS;
        return next_ms < BACKOFF_MAX_MS ? next_ms : BACKOFF_MAX_MS;
}

static void lost(struct docker *docker, const char *why)
{
        bool was_up = docker->state == DOCKER_UP;
        engine_cancel(docker->events);
        engine_cancel(docker->call);
        docker->events = docker->call = NULL;
        docker->state = DOCKER_DOWN;
        docker->backoff_ms = longer(docker->backoff_ms);
        docker->due_ms = clock_ms() + docker->backoff_ms;
        snprintf(docker->problem, sizeof docker->problem, "%s", why);
        log_warning("docker.lost", LOG_S("why", why), LOG_I("retry_ms", docker->backoff_ms));
        if (was_up)
                docker->hooks.changed(docker->hooks.context);
}

static void up(struct docker *docker)
{
        docker->state = DOCKER_UP;
        docker->backoff_ms = 0;
        docker->due_ms = clock_ms() + SWEEP_INTERVAL_MS;
        *docker->problem = '\0';
        log_info("docker.up", LOG_S("version", docker->version),
                LOG_S("api", engine_prefix(docker->engine) + 1));
        docker->hooks.changed(docker->hooks.context);
}

/* A daemon that was killed while it made or removed a container may list it for ever, and not know it by its
 * id: then it is not there. One that was removed between list and removal is not in the next list. */
static bool lists_only_what_is_not_there(struct docker *docker)
{
        bool before = docker->only_unknown;
        docker->only_unknown =
                docker->removals.unknown && !docker->removals.done && !docker->removals.refused;
        return before && docker->only_unknown;
}

/* All removals are answered. What is still there is seen by the next sweep: at once, or, where the daemon did
 * not remove something, after a while that grows. */
static void look_again(struct docker *docker)
{
        int64_t now = clock_ms();
        if (lists_only_what_is_not_there(docker)) {
                docker->finished = docker->finishing;
                if (docker->state == DOCKER_SWEEPING)
                        up(docker);
                return;
        }
        if (!docker->removals.refused && !docker->removals.unknown) {
                docker->due_ms = now;
                return;
        }
        if (docker->state == DOCKER_SWEEPING && now >= docker->patient_until_ms) {
                log_error("sandbox.stuck", LOG_I("containers", docker->removals.refused));
                up(docker);
                return;
        }
        docker->sweep_backoff_ms = longer(docker->sweep_backoff_ms);
        docker->due_ms = now + docker->sweep_backoff_ms;
}

static void on_leftover_removed(void *context, const struct engine_answer *answer)
{
        struct docker *docker = context;
        docker->removing--;
        if (answer->status == 204)
                docker->removals.done++;
        else if (answer->status == 404)
                docker->removals.unknown++;
        else
                docker->removals.refused++;
        if (!docker->removing && (docker->state == DOCKER_SWEEPING || docker->finishing))
                look_again(docker);
}

static bool is_anothers(const struct docker *docker, const struct container_seen *container)
{
        return container->generation == docker->spared ||
               (docker->finishing && container->created_s >= docker->made_before_s);
}

static void remove_leftover(void *context, const struct container_seen *container)
{
        struct docker *docker = context;
        char path[128];
        if (is_anothers(docker, container) || docker->hooks.known(docker->hooks.context, container->name) ||
                docker->removing == SWEEPS_AT_ONCE)
                return;
        /* One that Docker was removing when it was killed has no name any more. */
        log_warning(
                "sandbox.leftover", LOG_S("container", *container->name ? container->name : container->id));
        snprintf(path, sizeof path, "/containers/%s?force=1&v=1", container->id);
        if (engine_begin(docker->engine, "DELETE", path, NULL, 0, on_leftover_removed, docker))
                docker->removing++;
}

static void on_list(void *context, const struct engine_answer *answer)
{
        struct docker *docker = context;
        docker->call = NULL;
        if (answer->status != 200) {
                lost(docker, answer->problem);
                return;
        }
        if (!docker->removing)
                memset(&docker->removals, 0, sizeof docker->removals);
        if (!docker->removing && container_each(answer->body, remove_leftover, docker)) {
                lost(docker, "the list of containers cannot be read");
                return;
        }
        bool stale = docker->stale;
        docker->stale = false;
        docker->finished = docker->finishing && !docker->removing && !stale;
        docker->due_ms = clock_ms() + SWEEP_INTERVAL_MS;
        if (!docker->removing && docker->state == DOCKER_SWEEPING)
                up(docker);
        if (stale)
                docker->due_ms = clock_ms();
}

static void sweep(struct docker *docker)
{
        char path[256], text[200];
        filters(docker, "", text, sizeof text);
        snprintf(path, sizeof path, "/containers/json?all=1&filters=%s", text);
        docker->due_ms = clock_ms() + SWEEP_INTERVAL_MS;
        if (!docker->call && !docker->removing)
                docker->call = engine_begin(docker->engine, "GET", path, NULL, 0, on_list, docker);
}

static void on_event_line(void *context, const char *line)
{
        struct docker *docker = context;
        char id[CONTAINER_ID_SIZE], action[32];
        if (container_event(line, id, action))
                docker->hooks.event(docker->hooks.context, id, action);
}

static void on_events_end(void *context, const struct engine_answer *answer)
{
        struct docker *docker = context;
        docker->events = NULL;
        lost(docker, answer->status ? "the daemon ended its events" : answer->problem);
}

/* Events before the sweep, so that nothing that happens is missed. */
static void follow(struct docker *docker)
{
        char path[320], text[280];
        filters(docker, "%2C%22event%22%3A%5B%22oom%22%2C%22die%22%5D", text, sizeof text);
        snprintf(path, sizeof path, "/events?filters=%s", text);
        docker->events = engine_follow(docker->engine, path, on_event_line, on_events_end, docker);
        docker->state = DOCKER_SWEEPING;
        docker->sweep_backoff_ms = 0;
        docker->only_unknown = false;
        docker->patient_until_ms = clock_ms() + SWEEP_PATIENCE_MS;
        sweep(docker);
}

static void on_info(void *context, const struct engine_answer *answer)
{
        struct docker *docker = context;
        docker->call = NULL;
        if (answer->status != 200) {
                lost(docker, answer->problem);
                return;
        }
        docker->cgroupfs = container_has_cgroupfs(answer->body);
        follow(docker);
}

static void on_version(void *context, const struct engine_answer *answer)
{
        struct docker *docker = context;
        struct error err = {0};
        char api[16], min_api[16];
        docker->call = NULL;
        if (answer->status != 200)
                error_set(&err, "%s", answer->problem);
        else if (container_version(answer->body, api, min_api, docker->version))
                error_set(&err, "the daemon's version cannot be read");
        else
                engine_use_version(docker->engine, api, *min_api ? min_api : NULL, &err);
        if (!*err.text &&
                !(docker->call = engine_begin(docker->engine, "GET", "/info", NULL, 0, on_info, docker)))
                error_set(&err, "out of memory");
        if (*err.text)
                lost(docker, err.text);
}

/* GET /version has no prefix: it tells which one to use. */
static void ask(struct docker *docker)
{
        docker->state = DOCKER_ASKING;
        engine_forget_version(docker->engine);
        docker->call = engine_begin(docker->engine, "GET", "/version", NULL, 0, on_version, docker);
        if (!docker->call)
                lost(docker, "out of memory");
}

struct docker *docker_new(struct engine *engine, const struct settings *settings,
        const struct docker_hooks *hooks, long spared, struct error *err)
{
        struct docker *docker = calloc(1, sizeof *docker);
        if (!docker) {
                error_set(err, "out of memory");
                return NULL;
        }
        docker->engine = engine;
        docker->settings = settings;
        docker->hooks = *hooks;
        docker->spared = spared;
        snprintf(docker->problem, sizeof docker->problem, "not asked yet");
        return docker;
}

void docker_spare(struct docker *docker, long generation)
{
        docker->spared = generation;
        if (docker->state == DOCKER_UP)
                docker->due_ms = clock_ms(); /* what is not spared any more is swept at once */
}

void docker_free(struct docker *docker)
{
        free(docker);
}

bool docker_ok(const struct docker *docker)
{
        return docker->state == DOCKER_UP;
}

const char *docker_version(const struct docker *docker)
{
        return docker->version;
}

bool docker_has_cgroupfs(const struct docker *docker)
{
        return docker->cgroupfs;
}

const char *docker_problem(const struct docker *docker)
{
        return docker->problem;
}

/* Where nobody listens there is nobody to wait for: runners without a broker end by themselves. */
static bool is_there(const struct docker *docker)
{
        int fd = io_connect_unix(engine_socket(docker->engine), SOCK_STREAM, NULL);
        bool there = fd >= 0;
        io_close(&fd);
        return there;
}

void docker_finish(struct docker *docker, int64_t made_before_s)
{
        docker->finishing = true;
        docker->only_unknown = false;
        docker->finished = !is_there(docker);
        docker->made_before_s = made_before_s;
        docker->stale = docker->call && docker->state >= DOCKER_SWEEPING;
        docker->backoff_ms = 0;
        if (docker->state != DOCKER_ASKING)
                docker->due_ms = clock_ms();
}

bool docker_finished(const struct docker *docker)
{
        return docker->finished;
}

int64_t docker_tick(struct docker *docker)
{
        if (clock_ms() < docker->due_ms)
                return docker->due_ms;
        switch (docker->state) {
        case DOCKER_DOWN:
                ask(docker);
                break;
        case DOCKER_ASKING:
                break;
        case DOCKER_SWEEPING:
        case DOCKER_UP:
                sweep(docker);
                break;
        }
        if (docker->state == DOCKER_ASKING)
                docker->due_ms = clock_ms() + SWEEP_INTERVAL_MS;
        return docker->due_ms;
}
