/* A broker of one's own for a command: `sandpool run` and `sandpool check` use sandboxes without the service.
 */
#ifndef SANDPOOL_SERVICE_PRIVATE_BROKER_H
#define SANDPOOL_SERVICE_PRIVATE_BROKER_H

#include "fcgi/sandbox/lease.h"
#include "fcgi/service/config.h"

struct private_broker;

/* Fork a broker with an instance label of its own, one sandbox at most and none kept warm, and link to it. It
 * ends, and removes its sandbox, with private_broker_free or this process's death. config is borrowed and
 * changed: no language keeps sandboxes warm any more. NULL with err, also where nobody listens on the Docker
 * socket. */
struct private_broker *private_broker_new(struct config *config, struct error *err);

/* The link to it; borrowed. */
struct broker_link *private_broker_link(struct private_broker *broker);

/* End it and wait until its sandbox is removed. */
void private_broker_free(struct private_broker *broker);

#endif
