/* The configuration of a test's own instance: the shipped one, changed as the test wants it. */
#ifndef SANDPOOL_TEST_SERVICE_CONF_H
#define SANDPOOL_TEST_SERVICE_CONF_H

#include "tests/integration/service.h"

/* Write the settings, and the languages where they are not all as shipped, into the instance's folder, which
 * is there. 0/-1. */
int service_conf_render(
        const struct service *service, const struct service_options *options, struct error *err);

#endif
