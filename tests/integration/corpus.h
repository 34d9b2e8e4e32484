/* Cases kept as folders, <root>/<group>/<case>/, each a test of its own: what a case is made of stands in
 * case.h. */
#ifndef SANDPOOL_TEST_CORPUS_H
#define SANDPOOL_TEST_CORPUS_H

#include "tests/integration/service.h"

/* Run the cases below root (relative to the source tree), or those that wanted (NULL-terminated) names by
 * group ("python") or case ("python/hello"), on an instance of the service with these options. A request
 * without a language gets its group's name as one. Returns how many failed, for main; 1 when there are none.
 */
int corpus_run(const char *root, char **wanted, const struct service_options *options);

#endif
