/* nginx's processes beside its master: a reload is not over before others have taken their place. */
#ifndef SANDPOOL_TEST_NGINX_WORKERS_H
#define SANDPOOL_TEST_NGINX_WORKERS_H

#include "fcgi/base/error.h"

#include <sys/types.h>

/* SIGHUP to the master; wait (at most timeout_ms) until it has as many new processes as it had. Those of
 * before may still be there, with requests that run. 0/-1. */
int nginx_workers_reload(pid_t master, int timeout_ms, struct error *err);

/* The same, and none of before is there any more. */
int nginx_workers_replace(pid_t master, int timeout_ms, struct error *err);

#endif
