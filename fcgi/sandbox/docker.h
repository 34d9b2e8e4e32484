/* The daemon's availability: which API it speaks, whether it answers, which images it has, what befalls our
 * containers, and the sweep of leftovers. */
#ifndef SANDPOOL_DOCKER_H
#define SANDPOOL_DOCKER_H

#include "fcgi/base/error.h"
#include "fcgi/model/settings.h"
#include "fcgi/sandbox/engine.h"

#include <stdbool.h>
#include <stdint.h>

struct docker;

struct docker_hooks {
        /* Whether a container of this instance, by its name, is one of the pool's: all others are swept but
         * those of the spared generation. */
        bool (*known)(void *context, const char *name);
        /* A container of this instance ran "oom" or "die". */
        void (*event)(void *context, const char *id, const char *action);
        /* The daemon began or ceased to answer. */
        void (*changed)(void *context);
        void *context;
};

/* No generation. */
#define DOCKER_SPARE_NONE -2

/* Begins to connect at once. hooks is copied. spared: a generation whose containers belong to another broker
 * of this instance. NULL with err when memory is out. */
struct docker *docker_new(struct engine *engine, const struct settings *settings,
        const struct docker_hooks *hooks, long spared, struct error *err);
void docker_spare(struct docker *docker, long generation);
void docker_free(struct docker *docker);

/* Whether it answers, its events are followed and the leftovers of an earlier broker are gone: sandboxes may
 * be made. */
bool docker_ok(const struct docker *docker);
const char *docker_version(const struct docker *docker);

/* Whether it manages control groups itself, so that a sandbox's parent group is named by a path. */
bool docker_has_cgroupfs(const struct docker *docker);
const char *docker_problem(const struct docker *docker); /* "" when ok */

/* The broker is about to end: look once more for containers that nobody knows, now, and made before that time
 * (as time(2)): younger ones may be a successor's. What a broker before this one left, or what Docker was
 * asked for and made after we had given up on it, would stay behind otherwise. */
void docker_finish(struct docker *docker, int64_t made_before_s);

/* Whether that look, begun after docker_finish, has found nothing, or Docker is not there. */
bool docker_finished(const struct docker *docker);

/* Do what is due; returns when it wants to be called again (clock_ms). */
int64_t docker_tick(struct docker *docker);

#endif
