/* The request of --once, checked. */
#ifndef RUNNER_ASK_H
#define RUNNER_ASK_H

#include "fcgi/base/compare.h"
#include "images/runner/protocol.h"
#include "images/runner/recipe.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define ASK_BODY_MAX (2 * 1024 * 1024)
#define ASK_ARGS_MAX 64
#define ASK_CASES_MAX 100
#define ASK_NAME_MAX 128 /* bytes of a test case's name */

/* Bytes borrowed from the request's JSON; data NULL: not given. */
struct ask_text {
        const char *data;
        size_t size;
};

struct ask_case {
        const char *name; /* NULL: none */
        struct ask_text input, expected;
        json_t *args; /* list of strings; NULL: the request's */
        bool hidden;
        double timeout; /* 0: the request's */
};

struct ask {
        json_t *root; /* owns all the rest */
        const char *names[PROTOCOL_FILES_MAX];
        struct ask_text contents[PROTOCOL_FILES_MAX];
        size_t files;
        struct ask_text input;
        json_t *args;   /* list of strings; NULL: none */
        double timeout; /* seconds */
        struct ask_case cases[ASK_CASES_MAX];
        size_t case_count;
        struct compare compare;
        bool stop_on_failure;
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

/* The parts of parsing among themselves. Each returns 0, or -1 with *problem. */
int ask_refuse(struct ask_problem *problem, const char *field, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
int ask_text(json_t *value, const char *field, struct ask_text *text, struct ask_problem *problem);
int ask_seconds(const struct recipe *recipe, const char *field, json_t *value, double *seconds,
        struct ask_problem *problem);
int ask_arguments(json_t *value, const char *field, struct ask_problem *problem);
int ask_cases(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem);
int ask_compare(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem);
int ask_stop(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem);

void ask_free(struct ask *ask);

#endif
