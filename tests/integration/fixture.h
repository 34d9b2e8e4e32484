/* What every test program does with its instance of the service: start it first, stop it last, ask it things.
 */
#ifndef SANDPOOL_TEST_FIXTURE_H
#define SANDPOOL_TEST_FIXTURE_H

#include "tests/integration/remains.h"
#include "tests/integration/service.h"

#include <jansson.h>

/* The one instance of this test program. */
extern struct service fixture;

/* Start it, print what went wrong. 0/-1: what cmocka's group setup returns. */
int fixture_start(const struct service_options *options);

/* The same, and take stock when it does nothing yet (within timeout_ms); remains is the caller's to clear. */
int fixture_start_at_rest(const struct service_options *options, struct remains *remains, int timeout_ms);

/* Stop it and prove that nothing is left; a group teardown. */
int fixture_stop(void **state);

/* Run code (NULL: what more brings) by POST /api/execute with policy off and some more fields (a JSON
 * object's members, such as
 * "\"timeout\": 1"; NULL: none). The answer is checked to be a 200 of the right shape; NULL with the reason
 * printed. The caller's. */
json_t *fixture_run(const char *language, const char *code, const char *more);

/* Wait until so many sandboxes are leased; false when they are not within timeout_ms. */
bool fixture_await_leased(int number, int timeout_ms);

/* The member of an answer as text, "" where it is none. Borrowed. */
const char *fixture_text(const json_t *answer, const char *key);

/* Wait for the request's line in the service's log. The caller's; NULL when it does not come.
 */
json_t *fixture_log_line(const char *request_id);

/* Wait for the request's line in the service's log and copy the value of a string field of it.
 * 0/-1. */
int fixture_log_field(const char *request_id, const char *field, char *value, size_t size);

#endif
