/* Each language's sample through the service and bare, a row of a Markdown table each. */
#ifndef SANDPOOL_BENCH_LANGUAGES_H
#define SANDPOOL_BENCH_LANGUAGES_H

#include "tests/integration/service.h"

/* wanted: "all", or ids with blanks between them; each that is enabled and has an image is measured so many
 * turns. Prints the table. 0/-1. */
int languages_table(struct service *service, const char *wanted, int turns, struct error *err);

#endif
