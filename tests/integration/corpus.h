/* Cases kept as folders, <root>/<group>/<case>/, each a test of its own: what a case is made of stands in
 * case.h. */
#ifndef SANDPOOL_TEST_CORPUS_H
#define SANDPOOL_TEST_CORPUS_H

#include "tests/integration/service.h"

struct CMUnitTest;

/* Run the cases below root (relative to the source tree), or those that wanted (NULL-terminated) names by
 * group ("python") or case ("python/hello"), on an instance of the service with these options, four at a
 * time. A request without a language gets its group's name as one. also: tests besides, on the same instance,
 * ended by one without a name; NULL for none. Returns how many failed, for main; 1 when there are none. */
int corpus_run(const char *root, char **wanted, const struct service_options *options,
        const struct CMUnitTest *also);

/* Whether a group is among the wanted ones, with a case or whole. */
bool corpus_wants(char *const *wanted, const char *group);

#endif
