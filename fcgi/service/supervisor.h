/* `sandpool serve`: the process that starts, watches and ends all others. */
#ifndef SANDPOOL_SERVICE_SUPERVISOR_H
#define SANDPOOL_SERVICE_SUPERVISOR_H

#include "fcgi/service/config.h"

/* Run the service until SIGTERM or SIGINT. config is loaded and stays the caller's. Returns the process's
 * exit status; not 0 with err when it could not start. */
int supervisor_run(const struct config *config, struct error *err);

#endif
