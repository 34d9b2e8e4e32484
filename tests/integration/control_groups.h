/* The control groups of an instance of the service: one in each hierarchy (fcgi/service/cpu_weight.h), with
 * one inside it for each container that runs. */
#ifndef SANDPOOL_TEST_CONTROL_GROUPS_H
#define SANDPOOL_TEST_CONTROL_GROUPS_H

#define CONTROL_GROUPS_PATH_MAX 512

struct control_groups {
        int own;                           /* one in each hierarchy */
        int inside;                        /* those of containers, in the hierarchy that has most */
        char one[CONTROL_GROUPS_PATH_MAX]; /* the path of an own one, "" without any */
};

/* Without those of containers that a killed daemon may have lost (private_docker_was_killed), and without the
 * instance's own as long as there are such. All 0 also where the service leaves that to others, as under
 * systemd with cgroup v2. */
struct control_groups control_groups_of(const char *instance);

#endif
