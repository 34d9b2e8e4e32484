/* Runs a request's test cases one after the other in one sandbox. */
#ifndef SANDPOOL_EXECUTE_CASES_H
#define SANDPOOL_EXECUTE_CASES_H

#include "fcgi/execute/work.h"

/* Room in the result for the request's test cases, all skipped so far. 0/-1. */
int cases_prepare(struct work *work);

/* Run and judge them, the code being compiled. Cases that cannot begin before until_ms (of clock_ms) stay
 * skipped, as do those after a failed one where the request says so, or after the sandbox was lost. */
enum execute_outcome cases_run(struct work *work, int64_t until_ms);

#endif
