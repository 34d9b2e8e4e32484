/* A sandbox's states and events as one table, and what is done on entering each state. */
#include "fcgi/sandbox/sandbox.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/id.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/job.h"
#include "fcgi/sandbox/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define START_TIMEOUT_MS 30000 /* a container start on a busy disk */
#define RESET_TIMEOUT_MS 10000 /* the runner gives itself 5 s for killing and 5 for cleaning */
#define DRAIN_TIMEOUT_MS 3000
#define PING_INTERVAL_MS 30000 /* a third of PROTOCOL_SILENCE_S */
#define PING_TIMEOUT_MS 5000
#define REMOVE_RETRY_MS 500
#define REMOVE_RETRY_MAX_MS 10000

const char *const sandbox_state_names[SANDBOX_STATES] = {"creating", "abandoned", "inspecting", "attaching",
        "starting", "resetting", "priming", "probing", "restoring", "idle", "pinging", "resizing", "leased",
        "draining", "reattaching", "removing", "gone"};

/* Where an event leads. STAY: nothing happens. CHOOSE: choose decides. */
enum { STAY = -1, CHOOSE = -2 };
#define REMOVE SANDBOX_REMOVING
// clang-format off
static const int transitions[SANDBOX_STATES][SANDBOX_EVENTS] = {
        /*                       OK                   FAILED  LATE             LEASE   RELEASE           DISCARD */
        [SANDBOX_CREATING] =    {SANDBOX_INSPECTING,  REMOVE, REMOVE,          STAY,   STAY,             SANDBOX_ABANDONED},
        [SANDBOX_ABANDONED] =   {REMOVE,              REMOVE, REMOVE,          STAY,   STAY,             STAY},
        [SANDBOX_INSPECTING] =  {SANDBOX_ATTACHING,   REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_ATTACHING] =   {SANDBOX_STARTING,    REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_STARTING] =    {SANDBOX_RESETTING,   REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_RESETTING] =   {CHOOSE,              REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_PRIMING] =     {SANDBOX_RESTORING,   REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_PROBING] =     {REMOVE,              REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_RESTORING] =   {CHOOSE,              REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_IDLE] =        {STAY,                REMOVE, SANDBOX_PINGING, CHOOSE, STAY,             REMOVE},
        [SANDBOX_PINGING] =     {SANDBOX_IDLE,        REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_RESIZING] =    {SANDBOX_LEASED,      REMOVE, REMOVE,          STAY,   REMOVE,           REMOVE},
        [SANDBOX_LEASED] =      {STAY,                REMOVE, REMOVE,          STAY,   SANDBOX_DRAINING, REMOVE},
        [SANDBOX_DRAINING] =    {SANDBOX_REATTACHING, REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_REATTACHING] = {SANDBOX_RESETTING,   REMOVE, REMOVE,          STAY,   STAY,             REMOVE},
        [SANDBOX_REMOVING] =    {SANDBOX_GONE,        REMOVE, REMOVE,          STAY,   STAY,             STAY},
        [SANDBOX_GONE] =        {STAY,                STAY,   STAY,            STAY,   STAY,             STAY},
};
// clang-format on

static void on_answer(void *context, const struct engine_answer *answer);

/* Two generations of the service have sandboxes side by side during an upgrade, and then never more. */
static uint32_t uid_base_of(const struct sandbox *sandbox)
{
        uint32_t range = sandbox->slot + (sandbox->owner->generation % 2) * SANDBOX_SLOTS;
        return sandbox->owner->settings->uid_base + range * CONTAINER_UIDS;
}

static struct container_spec spec_of(const struct sandbox *sandbox)
{
        const struct sandbox_owner *owner = sandbox->owner;
        return (struct container_spec){.settings = owner->settings,
                .language = sandbox->language,
                .seccomp = owner->seccomp,
                .cgroup_parent = owner->cgroup_parent,
                .generation = owner->generation,
                .uid_base = uid_base_of(sandbox),
                .memory_mib = sandbox->memory_mib};
}

/* Begin the Engine call of a state; a call that cannot even begin counts as failed at the state's deadline.
 */
static void call(
        struct sandbox *sandbox, const char *method, const char *path, const char *body, uint32_t timeout_ms)
{
        sandbox->call =
                engine_begin(sandbox->owner->engine, method, path, body, timeout_ms, on_answer, sandbox);
        if (!sandbox->call)
                sandbox->deadline_ms = clock_ms() + REMOVE_RETRY_MS;
}

static int send_frames(struct sandbox *sandbox, struct buffer *frames)
{
        ssize_t sent = send(sandbox->attach.fd, frames->data, frames->size, MSG_NOSIGNAL | MSG_DONTWAIT);
        int rc = frames->size && sent == (ssize_t)frames->size ? 0 : -1;
        buffer_clear(frames);
        return rc;
}

static void enter_creating(struct sandbox *sandbox)
{
        struct container_spec spec = spec_of(sandbox);
        char path[128];
        char *body = container_config(&spec);
        snprintf(path, sizeof path, "/containers/create?name=%s", sandbox->name);
        if (body)
                call(sandbox, "POST", path, body, START_TIMEOUT_MS);
        else
                sandbox->deadline_ms = clock_ms();
        free(body);
}

static void enter_inspecting(struct sandbox *sandbox)
{
        char path[128];
        snprintf(path, sizeof path, "/containers/%s/json", sandbox->id);
        call(sandbox, "GET", path, NULL, 0);
}

static void enter_attaching(struct sandbox *sandbox)
{
        struct error err = {0};
        struct engine *engine = sandbox->owner->engine;
        frames_clear(sandbox->frames);
        sandbox->deadline_ms = clock_ms() + ATTACH_TIMEOUT_MS;
        if (attach_begin(&sandbox->attach, engine_socket(engine), engine_prefix(engine), sandbox->id, &err))
                sandbox_event(sandbox, SANDBOX_FAILED, err.text);
}

static void enter_starting(struct sandbox *sandbox)
{
        char path[128];
        snprintf(path, sizeof path, "/containers/%s/start", sandbox->id);
        call(sandbox, "POST", path, NULL, START_TIMEOUT_MS);
}

static void enter_resetting(struct sandbox *sandbox)
{
        struct buffer frames = BUFFER_MAX(64);
        id_random(sandbox->token, sizeof sandbox->token);
        sandbox->deadline_ms = clock_ms() + RESET_TIMEOUT_MS;
        if (job_reset(&frames, sandbox->token) || send_frames(sandbox, &frames))
                sandbox_event(sandbox, SANDBOX_FAILED, "cannot send the reset");
}

static void enter_priming(struct sandbox *sandbox)
{
        struct error err = {0};
        sandbox->deadline_ms = clock_ms() + 2 * PRIME_TIMEOUT_MS;
        if (prime_begin(
                    &sandbox->prime, sandbox->language, sandbox->owner->settings, sandbox->attach.fd, &err))
                sandbox_event(sandbox, SANDBOX_FAILED, err.text);
}

static void enter_probing(struct sandbox *sandbox)
{
        struct error err = {0};
        sandbox->deadline_ms = clock_ms() + 2 * PROBE_TIMEOUT_MS;
        buffer_clear(&sandbox->prime.out);
        if (probe_begin(sandbox->attach.fd, &err))
                sandbox_event(sandbox, SANDBOX_FAILED, err.text);
}

static void update_memory(struct sandbox *sandbox, uint32_t memory_mib)
{
        char path[128], body[96];
        sandbox->memory_mib = memory_mib;
        snprintf(path, sizeof path, "/containers/%s/update", sandbox->id);
        container_memory_update(memory_mib, body, sizeof body);
        call(sandbox, "POST", path, body, 0);
}

static void enter_restoring(struct sandbox *sandbox)
{
        update_memory(sandbox, language_idle_memory_mib(sandbox->language));
}

static void enter_resizing(struct sandbox *sandbox)
{
        update_memory(sandbox, sandbox->wanted_memory_mib);
}

static void enter_idle(struct sandbox *sandbox)
{
        sandbox->deadline_ms = clock_ms() + PING_INTERVAL_MS;
}

static void enter_pinging(struct sandbox *sandbox)
{
        struct buffer frames = BUFFER_MAX(64);
        sandbox->deadline_ms = clock_ms() + PING_TIMEOUT_MS;
        if (job_ping(&frames, (uint64_t)clock_ms()) || send_frames(sandbox, &frames))
                sandbox_event(sandbox, SANDBOX_FAILED, "cannot send a ping");
}

static void enter_leased(struct sandbox *sandbox)
{
        sandbox->runs++;
        sandbox->uids += container_job_uids(&sandbox->owner->settings->limits);
}

/* Without the half-close, input that the old job has not read would arrive inside the next one. */
static void enter_draining(struct sandbox *sandbox)
{
        sandbox->deadline_ms = clock_ms() + DRAIN_TIMEOUT_MS;
        if (shutdown(sandbox->attach.fd, SHUT_WR))
                sandbox_event(sandbox, SANDBOX_FAILED, "the stream was closed");
}

/* shutdown reaches every copy of the descriptor: no worker keeps a line to a sandbox it no longer holds.
 * Closing the stream also comes before the kill, because a flooded stream that nobody reads makes the
 * daemon's calls hang. */
static void close_stream(struct sandbox *sandbox)
{
        attach_close(&sandbox->attach);
        frames_clear(sandbox->frames);
}

static void enter_removing(struct sandbox *sandbox)
{
        char path[160];
        close_stream(sandbox);
        buffer_clear(&sandbox->prime.out);
        snprintf(path, sizeof path, "/containers/%s?force=1&v=1", *sandbox->id ? sandbox->id : sandbox->name);
        call(sandbox, "DELETE", path, NULL, 0);
}

static void enter_reattaching(struct sandbox *sandbox)
{
        close_stream(sandbox);
        enter_attaching(sandbox);
}

static void (*const enter[SANDBOX_STATES])(struct sandbox *) = {
        [SANDBOX_CREATING] = enter_creating,
        [SANDBOX_INSPECTING] = enter_inspecting,
        [SANDBOX_ATTACHING] = enter_attaching,
        [SANDBOX_STARTING] = enter_starting,
        [SANDBOX_RESETTING] = enter_resetting,
        [SANDBOX_PRIMING] = enter_priming,
        [SANDBOX_PROBING] = enter_probing,
        [SANDBOX_RESTORING] = enter_restoring,
        [SANDBOX_IDLE] = enter_idle,
        [SANDBOX_PINGING] = enter_pinging,
        [SANDBOX_RESIZING] = enter_resizing,
        [SANDBOX_LEASED] = enter_leased,
        [SANDBOX_DRAINING] = enter_draining,
        [SANDBOX_REATTACHING] = enter_reattaching,
        [SANDBOX_REMOVING] = enter_removing,
};

struct sandbox *sandbox_new(
        const struct sandbox_owner *owner, const struct language *language, uint32_t slot, bool primer)
{
        char random[ID_SIZE];
        struct sandbox *sandbox = calloc(1, sizeof *sandbox);
        if (!sandbox)
                return NULL;
        sandbox->frames = frames_new();
        if (!sandbox->frames) {
                free(sandbox);
                return NULL;
        }
        sandbox->owner = owner;
        sandbox->language = language;
        sandbox->slot = slot;
        sandbox->primer = primer;
        sandbox->attach.fd = -1;
        sandbox->memory_mib = primer ? prime_memory_mib(language) : language_idle_memory_mib(language);
        sandbox->born_ms = clock_ms();
        id_new(random);
        snprintf(sandbox->name, sizeof sandbox->name, "%s-%.16s", owner->settings->instance, random);
        sandbox->state = SANDBOX_CREATING;
        enter_creating(sandbox);
        return sandbox;
}

void sandbox_free(struct sandbox *sandbox)
{
        if (!sandbox)
                return;
        engine_cancel(sandbox->call);
        attach_close(&sandbox->attach);
        frames_free(sandbox->frames);
        buffer_clear(&sandbox->prime.out);
        free(sandbox);
}

static enum sandbox_state after_reset(const struct sandbox *sandbox)
{
        if (sandbox->primer)
                return sandbox->primed ? SANDBOX_PROBING : SANDBOX_PRIMING;
        return sandbox->memory_mib == language_idle_memory_mib(sandbox->language) ? SANDBOX_IDLE
                                                                                  : SANDBOX_RESTORING;
}

static enum sandbox_state choose(const struct sandbox *sandbox)
{
        switch (sandbox->state) {
        case SANDBOX_RESETTING:
                return after_reset(sandbox);
        case SANDBOX_RESTORING:
                return sandbox->primer ? SANDBOX_RESETTING : SANDBOX_IDLE;
        default: /* idle, and somebody wants it */
                return sandbox->memory_mib == sandbox->wanted_memory_mib ? SANDBOX_LEASED : SANDBOX_RESIZING;
        }
}

void sandbox_event(struct sandbox *sandbox, enum sandbox_event event, const char *why)
{
        enum sandbox_state before = sandbox->state;
        int next = transitions[before][event];
        if (next == STAY)
                return;
        if (next == CHOOSE)
                next = choose(sandbox);
        /* A container that does not want to go is asked again, later and later. */
        if (before == SANDBOX_REMOVING && next == SANDBOX_REMOVING && event == SANDBOX_FAILED) {
                int64_t pause = (int64_t)REMOVE_RETRY_MS * ++sandbox->removals;
                sandbox->deadline_ms =
                        clock_ms() + (pause < REMOVE_RETRY_MAX_MS ? pause : REMOVE_RETRY_MAX_MS);
                return;
        }
        if (next == SANDBOX_REMOVING && before != SANDBOX_REMOVING)
                snprintf(sandbox->why, sizeof sandbox->why, "%s",
                        why                     ? why
                        : event == SANDBOX_LATE ? "took too long"
                        : event == SANDBOX_OK   ? "done"
                                                : "failed");
        if (next != SANDBOX_ABANDONED) {
                engine_cancel(sandbox->call);
                sandbox->call = NULL;
                sandbox->deadline_ms = 0;
        }
        if (next == SANDBOX_IDLE && before != SANDBOX_PINGING)
                sandbox->idle_since_us = clock_us();
        sandbox->state = (enum sandbox_state)next;
        log_debug("sandbox.state", LOG_S("sandbox", sandbox->name),
                LOG_S("from", sandbox_state_names[before]), LOG_S("to", sandbox_state_names[next]),
                LOG_S("why", *sandbox->why ? sandbox->why : NULL));
        sandbox->owner->changed(sandbox->owner->context, sandbox, before);
        if (sandbox->state == (enum sandbox_state)next && enter[next])
                enter[next](sandbox);
}

static bool is_2xx(int status)
{
        return status >= 200 && status < 300;
}

static void created(struct sandbox *sandbox, const struct engine_answer *answer)
{
        sandbox->no_image = answer->status == 404;
        if (is_2xx(answer->status) && !container_id(answer->body, sandbox->id))
                sandbox_event(sandbox, SANDBOX_OK, NULL);
        else
                sandbox_event(sandbox, SANDBOX_FAILED, answer->problem);
}

static void inspected(struct sandbox *sandbox, const struct engine_answer *answer)
{
        struct error err = {0};
        struct container_spec spec = spec_of(sandbox);
        if (!is_2xx(answer->status))
                error_set(&err, "inspect: %s", answer->problem);
        else if (!container_verify(&spec, answer->body, &err)) {
                sandbox_event(sandbox, SANDBOX_OK, NULL);
                return;
        }
        sandbox_event(sandbox, SANDBOX_FAILED, err.text);
}

/* 404: it is gone already; AutoRemove may have been quicker (409 while it is at it: ask again). */
static void removed(struct sandbox *sandbox, const struct engine_answer *answer)
{
        bool gone = is_2xx(answer->status) || answer->status == 404;
        sandbox_event(sandbox, gone ? SANDBOX_OK : SANDBOX_FAILED, answer->problem);
}

static void on_answer(void *context, const struct engine_answer *answer)
{
        struct sandbox *sandbox = context;
        sandbox->call = NULL;
        switch (sandbox->state) {
        case SANDBOX_CREATING:
        case SANDBOX_ABANDONED:
                created(sandbox, answer);
                break;
        case SANDBOX_INSPECTING:
                inspected(sandbox, answer);
                break;
        case SANDBOX_REMOVING:
                removed(sandbox, answer);
                break;
        default: {
                /* 304: started already */
                bool good = is_2xx(answer->status) || answer->status == 304;
                sandbox_event(sandbox, good ? SANDBOX_OK : SANDBOX_FAILED, answer->problem);
        }
        }
}
