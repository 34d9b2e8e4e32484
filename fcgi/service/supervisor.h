/* `sandpool serve`: the process that starts, watches and ends all others. */
#ifndef SANDPOOL_SERVICE_SUPERVISOR_H
#define SANDPOOL_SERVICE_SUPERVISOR_H

#include "fcgi/service/config.h"
#include "fcgi/service/handover.h"

/* Run the service until SIGTERM or SIGINT. config is loaded and stays the caller's.
 * inheritance: of the process that this one is to take over from. Returns the process's
 * exit status; not 0 with err when it could not start. */
int supervisor_run(const struct config *config, const struct inheritance *inheritance, struct error *err);

#endif
