/* A Docker daemon of the test's own, to be killed, filled and robbed of its images.
 *
 * Its data lies on a tmpfs of limited size in a mount namespace of the test program's own, so that nothing of
 * it outlives the test. containerd is a process of its own, as a distribution's packages have it: it survives
 * its dockerd, and so do the containers. */
#ifndef SANDPOOL_TEST_PRIVATE_DOCKER_H
#define SANDPOOL_TEST_PRIVATE_DOCKER_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct private_docker {
        char dir[40];
        char socket[64];
        pid_t containerd, dockerd; /* 0: does not run */
};

/* Leave the machine's mount namespace, start both, and have every docker command of this process from now on
 * talk to it (DOCKER_HOST). 0/-1. */
int private_docker_start(struct private_docker *docker, unsigned size_mib, struct error *err);

/* Bring an image of the machine's daemon, also again. 0/-1. */
int private_docker_load(const struct private_docker *docker, const char *image, struct error *err);

/* End dockerd by a signal and wait for its end. 0/-1. */
int private_docker_end(struct private_docker *docker, int signal, struct error *err);

/* Whether this process has killed one. A container that it was making then may stay for good, with a shim and
 * a control group, and no daemon knows it. */
bool private_docker_was_killed(void);

/* Start dockerd (again), and wait until it answers. 0/-1. */
int private_docker_begin(struct private_docker *docker, struct error *err);

/* Take all room that is left for its data; give it back. 0/-1. */
int private_docker_fill(const struct private_docker *docker, struct error *err);
void private_docker_empty(const struct private_docker *docker);

/* End both and everything that they started; unmount. */
void private_docker_stop(struct private_docker *docker);

#endif
