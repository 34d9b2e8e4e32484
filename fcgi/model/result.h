/* What became of a request: the answer of POST /api/execute as values, and its JSON. */
#ifndef SANDPOOL_RESULT_H
#define SANDPOOL_RESULT_H

#include "fcgi/base/buffer.h"
#include "fcgi/model/policy.h"
#include "fcgi/model/test_set.h"

#include <stdbool.h>
#include <stdint.h>

enum status { STATUS_SUCCESS, STATUS_FAILED, STATUS_ERROR, STATUS_TIMEOUT, STATUS_BLOCKED };
enum reason {
        REASON_NONE,
        REASON_WRONG_ANSWER,
        REASON_COMPILE_ERROR,
        REASON_RUNTIME_ERROR,
        REASON_TIME_LIMIT,
        REASON_MEMORY_LIMIT,
        REASON_OUTPUT_LIMIT,
        REASON_POLICY,
        REASON_SUITE_ERROR /* the exercise's test suite cannot be run */
};
extern const char *const status_names[]; /* as in the API */
extern const char *const reason_names[];

/* How one step ended: a verdict is about the program, never about us. */
struct verdict {
        enum status status;
        enum reason reason;
        int exit_code; /* -1: none (a signal ended it) */
        int signal;    /* number, 0: none */
        uint32_t wall_ms;
        uint32_t cpu_ms;
        uint64_t memory_kib;
        bool truncated;
        struct buffer out;
        struct buffer err;
};

/* How one test ended: a test case, or a test of a suite. Texts are the result's own. */
struct test_result {
        const struct test_case *test; /* borrowed: the request's or the exercise's; NULL: a suite's test */
        const char *input;            /* borrowed: what it read */
        size_t input_size;
        char *name;   /* NULL: "Test <number>" */
        bool hidden;  /* then only its ending, time and memory are shown */
        bool skipped; /* not run: the rest is zero */
        enum status status;
        enum reason reason;
        struct buffer output; /* what is shown of its stdout; zero when hidden */
        bool truncated;       /* output above is not all of it */
        char *error;          /* UTF-8, for a person; NULL: none */
        uint32_t wall_ms;
        uint64_t memory_kib;
};

struct test_results {
        struct test_result *list; /* NULL: there were no tests, and count is 0 */
        size_t count, passed, skipped;
};

/* What is shown of the tests' outputs and errors in a result's list, so that many cases do not pile up:
 * at most so much of each, and RESULT_TESTS_MAX of all of them together. */
#define RESULT_TEST_MAX (64 * 1024)
#define RESULT_TESTS_MAX (1024 * 1024)

struct result {
        enum status status;
        enum reason reason;
        char error[512]; /* text for a person; "" : derive from stderr (a failed run) or absent (success) */
        bool compiled;   /* compile below is filled */
        struct verdict compile;
        bool ran; /* run below is filled */
        struct verdict run;
        struct violations violations;
        struct test_results tests; /* with test cases, run is that of the case which the answer shows, with
                                      the sum of all times and the largest memory; empty where it is hidden */
};

/* Room for count tests, all of them skipped, without names. 0/-1 (memory). */
int result_tests_make(struct result *result, size_t count);

void result_free(struct result *result);

/* A stream as a text for people: at most max bytes of it, valid UTF-8, without the blanks at its end.
 * malloc'd, NUL-terminated, its length in *size; NULL when memory is out. */
char *result_stream_text(const struct buffer *stream, size_t max, size_t *size);

/* "SIGSEGV" for 11; "SIG" and the number for one without a name. Static storage or the caller's buffer of 16.
 */
const char *result_signal_name(int signal, char buffer[16]);

/* The JSON of an answer for a client: every field of API.md. Output is UTF-8 with U+FFFD for invalid bytes,
 * or base64. Returns malloc'd text and its size, or NULL when memory is out. */
char *result_json(const struct result *result, const struct language *language, bool output_base64,
        const char *request_id, size_t *size);

/* The JSON of an error: {"status":"error","success":false,"reason","error","field"?,"requestId"}. field may
 * be NULL or "". */
char *result_error_json(
        const char *reason, const char *text, const char *field, const char *request_id, size_t *size);

#endif
