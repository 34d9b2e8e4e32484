/* The request of --once, checked. */
#ifndef RUNNER_ASK_H
#define RUNNER_ASK_H

#include "images/runner/protocol.h"
#include "images/runner/recipe.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define ASK_BODY_MAX (2 * 1024 * 1024)
#define ASK_ARGS_MAX 64
#define ASK_CASES_MAX 256

/* Bytes borrowed from the request's JSON; data NULL: not given. */
struct ask_text {
        const char *data;
        size_t size;
};

struct ask_case {
        struct ask_text input, expected;
};

struct ask {
        json_t *root; /* owns all the rest */
        const char *names[PROTOCOL_FILES_MAX];
        struct ask_text contents[PROTOCOL_FILES_MAX];
        size_t files;
        struct ask_text input;
        struct ask_text args[ASK_ARGS_MAX];
        size_t arg_count;
        double timeout; /* seconds */
        struct ask_case cases[ASK_CASES_MAX];
        size_t case_count;
        bool has_cases;
};

/* What is wrong with a request. */
struct ask_problem {
        const char *reason; /* "invalid_json", "invalid_request" */
        char text[256];
        const char *field; /* or NULL */
};

/* Parse the text. Returns 0, or -1 with *problem. ask_free in either case. */
int ask_parse(struct ask *ask, const struct recipe *recipe, const char *text, size_t size,
        struct ask_problem *problem);
void ask_free(struct ask *ask);

#endif
