/* The system calls that a sandbox may make: conf/seccomp.json, in the format of Docker's profiles. */
#ifndef SANDPOOL_SECCOMP_PROFILE_H
#define SANDPOOL_SECCOMP_PROFILE_H

#include "fcgi/base/error.h"

/* The profile as one line of JSON: malloc'd, or NULL with "file:line: what" when it is no JSON, or with
 * "file: what" when it allows what it does not name. */
char *seccomp_profile_load(const char *path, struct error *err);

#endif
