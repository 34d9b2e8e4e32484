/* What a program's output is judged by: test cases, and how output is compared. Of a request or of an
 * exercise; expected outputs never leave the host. */
#ifndef SANDPOOL_TEST_SET_H
#define SANDPOOL_TEST_SET_H

#include "fcgi/base/compare.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEST_NAME_MAX 128 /* bytes */

/* Zero-initialised, it is a case that reads the request's stdin and expects no output. */
struct test_case {
        char *name;  /* NULL: none, shown as "Test <number>" */
        char *input; /* stdin, not NUL-terminated by contract; NULL: the request's */
        size_t input_size;
        char **args;    /* NULL-terminated; NULL: the request's */
        char *expected; /* NULL when empty */
        size_t expected_size;
        bool hidden;         /* nothing of input, expected and actual output may reach the client */
        uint32_t timeout_ms; /* 0: the request's */
};

struct test_set {
        struct test_case *cases;
        size_t count;
        struct compare compare;
};

/* Free what the set owns: all of it, and the set itself, which came from malloc. NULL is fine. */
void test_set_free(struct test_set *set);

#endif
