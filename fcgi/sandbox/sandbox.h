// clang-format off
/* One sandbox as the broker sees it: a small state machine over Engine calls and the attached stream.
 *
 *   every one     creating > inspecting > attaching > starting > resetting
 *   for the pool  resetting > idle > (resizing) > leased > draining > reattaching > resetting > (restoring) > idle
 *   while idle    idle > pinging > idle
 *   a primer      resetting > priming > restoring > resetting > probing > removing
 *   at any time   what fails, is late or is not wanted any more > removing > gone
 */
// clang-format on
#ifndef SANDPOOL_SANDBOX_H
#define SANDPOOL_SANDBOX_H

#include "fcgi/model/language.h"
#include "fcgi/sandbox/attach.h"
#include "fcgi/sandbox/container.h"
#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/frames.h"
#include "fcgi/sandbox/prime.h"

#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_SLOTS 256 /* at once, those that are being removed included */

enum sandbox_state {
        SANDBOX_CREATING,
        SANDBOX_ABANDONED,  /* not wanted any more while create is under way */
        SANDBOX_INSPECTING, /* is it what was asked for? */
        SANDBOX_ATTACHING,
        SANDBOX_STARTING,
        SANDBOX_RESETTING, /* until the runner proves that it is clean */
        SANDBOX_PRIMING,   /* runs the language's sample */
        SANDBOX_PROBING,   /* tries every limit, to be removed afterwards */
        SANDBOX_RESTORING, /* its memory limit goes back to the idle one */
        SANDBOX_IDLE,
        SANDBOX_PINGING,
        SANDBOX_RESIZING, /* its memory limit becomes what the lease asked for */
        SANDBOX_LEASED,
        SANDBOX_DRAINING, /* the old stream is half-closed and read to its end */
        SANDBOX_REATTACHING,
        SANDBOX_REMOVING,
        SANDBOX_GONE,
        SANDBOX_STATES
};
extern const char *const sandbox_state_names[SANDBOX_STATES];

enum sandbox_event {
        SANDBOX_OK,      /* what the state waits for has come */
        SANDBOX_FAILED,  /* or never will */
        SANDBOX_LATE,    /* its deadline passed */
        SANDBOX_LEASE,   /* somebody wants it */
        SANDBOX_RELEASE, /* the lease is over */
        SANDBOX_DISCARD, /* it is not wanted any more */
        SANDBOX_EVENTS
};

struct sandbox;

/* What the sandboxes of a pool share; borrowed by each. */
struct sandbox_owner {
        struct engine *engine;
        const struct settings *settings;
        const char *seccomp;
        const char *cgroup_parent; /* "": Docker's own */
        unsigned generation;       /* of the service */
        void (*changed)(void *context, struct sandbox *sandbox, enum sandbox_state before);
        void *context;
};

struct sandbox {
        const struct sandbox_owner *owner;
        const struct language *language;
        enum sandbox_state state;
        uint32_t slot; /* below SANDBOX_SLOTS; decides the range of uids */
        bool primer;
        char name[96];
        char id[CONTAINER_ID_SIZE];
        char why[160];              /* it is removed; "" before */
        bool primed;                /* the sample ran as expected */
        bool proven;                /* and every limit bit */
        bool counted;               /* the runner can read its memory cgroup */
        bool no_image;              /* creating failed because the image does not exist */
        bool oom;                   /* Docker said that it ran out of memory */
        bool died;                  /* Docker said that it ended */
        uint32_t memory_mib;        /* its limit now */
        uint32_t wanted_memory_mib; /* what a lease asked for */
        uint32_t runs;
        uint32_t uids;     /* that its jobs may have taken */
        uint32_t removals; /* attempts */
        int64_t born_ms;
        int64_t idle_since_us;
        int64_t released_us;  /* the end of a lease after which it is not idle yet; 0: none */
        int64_t deadline_ms;  /* of its state; 0: none */
        struct attach attach; /* fd: the stream */
        struct frames *frames;
        uint8_t token[PROTOCOL_TOKEN_SIZE];
        struct engine_call *call; /* under way for its state */
        struct prime prime;
        void *holder; /* the client that leases it; the pool's */
};

/* Begin to make one. primer: with plenty of memory, to run the language's sample once. NULL when memory is
 * out. Freed by sandbox_free when it is gone (or at the end of everything). */
struct sandbox *sandbox_new(
        const struct sandbox_owner *owner, const struct language *language, uint32_t slot, bool primer);
void sandbox_free(struct sandbox *sandbox);

/* Feed an event; why (for DISCARD, FAILED) goes to the log. Calls owner->changed for every change of state.
 */
void sandbox_event(struct sandbox *sandbox, enum sandbox_event event, const char *why);

/* The descriptor to poll for reading, or -1: a leased sandbox's stream is its worker's. */
int sandbox_poll_fd(const struct sandbox *sandbox);
void sandbox_readable(struct sandbox *sandbox);

#endif
