/* What a worker gives up for good before it reads the first byte of a request. */
#ifndef SANDPOOL_SERVICE_CONFINE_H
#define SANDPOOL_SERVICE_CONFINE_H

#include "fcgi/base/error.h"

/* From here on this process can use the descriptors it has, accept connections, reach UNIX sockets and manage
 * its memory. It can open no file, start no program or process, make no other socket, signal nobody else and
 * make no memory executable: such a call fails (EPERM), because an allocation that fails politely is better
 * than a worker that vanishes. No new privileges must have been given up before. Returns 0/-1. */
int confine_worker(struct error *err);

#endif
