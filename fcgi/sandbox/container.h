/* What a sandbox's container is asked to be, and whether it became that. Built from the settings and the
 * registry alone. */
#ifndef SANDPOOL_CONTAINER_H
#define SANDPOOL_CONTAINER_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAINER_LABEL "sandpool.instance"
#define CONTAINER_GENERATION_LABEL "sandpool.generation"
#define CONTAINER_ID_SIZE 65       /* 64 hexadecimal digits */
#define CONTAINER_IMAGE_ID_SIZE 80 /* "sha256:" and 64 hexadecimal digits */
#define CONTAINER_UIDS 65536       /* a sandbox's own range */

struct container_spec {
        const struct settings *settings;
        const struct language *language;
        const char *seccomp;       /* the profile, as one line of JSON */
        const char *cgroup_parent; /* "": Docker's own */
        unsigned generation;       /* of the service: an upgrade counts it up */
        uint32_t uid_base;
        uint32_t memory_mib;
};

/* How many uids a job may take: one with as many test cases as there may be. */
uint32_t container_job_uids(const struct limits *limits);

/* Whether a container has to go after so many jobs, which may have taken so many uids: the language allows no
 * more, or the uids might not last for another. */
bool container_is_used_up(
        const struct language *language, const struct limits *limits, uint32_t jobs, uint32_t uids);

/* The body of POST /containers/create: malloc'd JSON, or NULL when memory is out. */
char *container_config(const struct container_spec *spec);

/* The body of POST /containers/{id}/update for a memory limit, into text. */
void container_memory_update(uint32_t memory_mib, char *text, size_t size);

/* Compare the answer of GET /containers/{id}/json with what was asked: 0, or -1 with err naming the first
 * thing that differs. Unknown keys are silently ignored by the daemon, so asking is not having. */
int container_verify(const struct container_spec *spec, const char *inspected, struct error *err);

/* "Id" of the answer to create. 0/-1. */
int container_id(const char *answer, char id[CONTAINER_ID_SIZE]);

/* "Id" of GET /images/{name}/json. 0/-1. */
int container_image_id(const char *answer, char id[CONTAINER_IMAGE_ID_SIZE]);

/* One of GET /containers/json; borrowed. */
struct container_seen {
        const char *id, *name;
        long generation;   /* -1 where it has none */
        int64_t created_s; /* by the daemon's clock, as time(2) */
};

/* Call each with every container of GET /containers/json. 0/-1. */
int container_each(const char *answer, void (*each)(void *context, const struct container_seen *container),
        void *context);

/* What a line of GET /events says: 1 and the container's id and action when it is about a container, else 0.
 */
int container_event(const char *line, char id[CONTAINER_ID_SIZE], char action[32]);

/* Whether GET /info says that the daemon itself manages control groups, so that their parent is a path; not
 * systemd. */
bool container_has_cgroupfs(const char *answer);

/* ApiVersion, MinAPIVersion (may be ""), Version of GET /version. 0/-1. */
int container_version(const char *answer, char api[16], char min_api[16], char version[32]);

#endif
