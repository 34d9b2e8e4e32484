/* A step of a test that must not fail. */
#ifndef SANDPOOL_TEST_MUST_H
#define SANDPOOL_TEST_MUST_H

#include "fcgi/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* rc: what a function that takes err returned; not 0 fails the test with its text. */
static inline void must(int rc, const struct error *err)
{
        if (rc)
                fail_msg("%s", err->text);
}

#endif
