/* What a client asks to have run: the body of POST /api/execute, parsed once, at the edge, into a checked
 * struct. */
#ifndef SANDPOOL_REQUEST_H
#define SANDPOOL_REQUEST_H

#include "fcgi/base/error.h"
#include "fcgi/model/exercise.h"
#include "fcgi/model/language.h"
#include "fcgi/model/policy.h"
#include "fcgi/model/test_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request_file {
        char *name; /* relative path, checked */
        char *data;
        size_t size;
};

struct request {
        const struct language *language; /* borrowed */
        const struct policy *policy;     /* borrowed */
        struct request_file
                *files; /* the entry first; a single `code` is one file named as the language's source */
        size_t file_count;
        bool single; /* came as `code` */
        char *input; /* stdin; NULL when empty */
        size_t input_size;
        char **args; /* NULL-terminated, never NULL */
        uint32_t timeout_ms;
        uint32_t memory_mib;
        char user_id[129];
        bool output_base64;
        const struct test_set *tests;          /* NULL: none; at least one case. Its own below, or borrowed */
        struct test_set *own_tests;            /* owned; NULL when none came with the request */
        const struct exercise *exercise;       /* what the code is to solve, or NULL; borrowed */
        const struct exercise_language *offer; /* that exercise in this language */
        bool stop_on_failure;                  /* the cases after the first that does not pass are skipped */
};

/* A request that is refused: HTTP status, reason, field and text as API.md says. */
struct refusal {
        int http_status; /* 400 or 422; 0: not refused */
        const char *reason;
        char field[128]; /* "" when none */
        char text[ERROR_TEXT_SIZE];
};

struct catalog { /* what a request is checked against */
        const struct settings *settings;
        const struct registry *registry;
        const struct policies *policies;
        const struct exercises *exercises; /* NULL: there are none */
        const struct exercise
                *default_exercise; /* of requests that name none and bring no test cases; NULL: none */
};

/* Parse and check a body. On success 0 and request is filled, to be freed with request_free. Refused: 1 and
 * refusal is filled. Our own failure (memory): -1. */
int request_parse(const char *body, size_t size, const struct catalog *catalog, struct request *request,
        struct refusal *refusal, struct error *err);
void request_free(struct request *request);

#endif
