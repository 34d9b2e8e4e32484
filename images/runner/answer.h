/* The result of --once as JSON, with the names of the HTTP API. */
#ifndef RUNNER_ANSWER_H
#define RUNNER_ANSWER_H

#include "fcgi/base/compare.h"
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
        const char *status, *reason;  /* of a test case, once it is judged */
        char text[COMPARE_TEXT_SIZE]; /* why it did not pass; "": how it ended says it */
        bool cut;                     /* not all of its output is kept */
};

void answer_step_free(struct answer_step *step);

/* The words of the API for how it ended: "success", "error", "timeout"; reason NULL for success. */
const char *answer_status(const struct answer_step *step, const char **reason);

/* Judge the run of a test case. Of a hidden one, nothing is left that could tell what it read or wrote. */
void answer_judge(struct answer_step *step, const struct ask *ask, const struct ask_case *test);

/* Keep at most so much of its output and its errors. */
void answer_cut(struct answer_step *step, size_t most);

/* The whole object; the caller's. compile NULL: there was none; runs: one without test cases, else one for
 * each case that was run, judged (0: compiling failed). */
json_t *answer_json(const struct recipe *recipe, const struct ask *ask, const struct answer_step *compile,
        const struct answer_step *runs, size_t count, uint64_t memory_limit_mib);

/* The object for a request that cannot be honoured; field may be NULL. */
json_t *answer_error(const char *reason, const char *text, const char *field);

/* The parts among themselves: bytes as a string; what to tell a person of a step that failed; the tests, and
 * which run is shown. */
json_t *answer_string(const char *bytes, size_t size);
json_t *answer_text(const struct answer_step *step, uint64_t memory_limit_mib);
json_t *answer_tests(const struct ask *ask, const struct answer_step *runs, size_t count,
        uint64_t memory_limit_mib, size_t *shown);

#endif
