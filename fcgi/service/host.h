/* Tests of the machine that need no container: users, cgroup, seccomp, core dumps. */
#ifndef SANDPOOL_SERVICE_HOST_H
#define SANDPOOL_SERVICE_HOST_H

#include "fcgi/service/config.h"

enum finding { FINDING_OK, FINDING_WARNING, FINDING_FAILED };

/* Called once a test with what was found. */
typedef void host_report(void *context, const char *test, enum finding finding, const char *text);

/* Run them all. Returns 0, or -1 when one failed: then `serve` refuses to start. */
int host_check(const struct config *config, host_report *report, void *context);

#endif
