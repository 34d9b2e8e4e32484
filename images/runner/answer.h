/* The result of --once as JSON, with the names of the HTTP API. */
#ifndef RUNNER_ANSWER_H
#define RUNNER_ANSWER_H

#include "images/runner/ask.h"
#include "images/runner/protocol.h"
#include "images/runner/recipe.h"

#include <stddef.h>
#include <stdint.h>

/* One step that is over. */
struct answer_step {
        struct protocol_report report;
        struct protocol_step limits;
        char *out, *err; /* malloc'd, may be NULL when the size is 0 */
        size_t out_size, err_size;
};

void answer_step_free(struct answer_step *step);

/* The words of the API for how it ended: "success", "error", "timeout"; reason NULL for success. */
const char *answer_status(const struct answer_step *step, const char **reason);

/* Whether the output is the expected one, blanks at the end of lines and of the text left aside. */
bool answer_matches(const char *out, size_t out_size, const char *expected, size_t expected_size);

/* The whole object; the caller's. compile NULL: there was none; runs: one without test cases, else one a case
 * (0: compiling failed). */
json_t *answer_json(const struct recipe *recipe, const struct ask *ask, const struct answer_step *compile,
        const struct answer_step *runs, size_t count, uint64_t memory_limit_mib);

/* The object for a request that cannot be honoured; field may be NULL. */
json_t *answer_error(const char *reason, const char *text, const char *field);

#endif
