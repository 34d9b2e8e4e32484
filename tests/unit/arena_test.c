/* What was allocated apart stays apart: glibc's malloc, which is not there under a sanitizer. */
#include "fcgi/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define PIECES 1000
#define PIECE 200

static void *pieces[PIECES];

/* Every other piece is freed again: room that malloc would like to use next. */
static void fragment(void *context)
{
        *(int *)context += 1;
        for (int i = 0; i < PIECES; i++)
                pieces[i] = malloc(PIECE);
        for (int i = 0; i < PIECES; i += 2) {
                free(pieces[i]);
                pieces[i] = NULL;
        }
}

static void nothing_else_is_put_between(void **state)
{
        int calls = 0;
        uintptr_t first = UINTPTR_MAX, last = 0;
        (void)state;
#ifdef __SANITIZE_ADDRESS__
        skip();
#endif
        arena_run(fragment, &calls);
        assert_int_equal(calls, 1);
        for (int i = 1; i < PIECES; i += 2) {
                uintptr_t at = (uintptr_t)pieces[i];
                assert_true(at != 0);
                first = at < first ? at : first;
                last = at > last ? at : last;
        }
        for (int i = 0; i < PIECES; i += 2) {
                pieces[i] = malloc(PIECE);
                uintptr_t at = (uintptr_t)pieces[i];
                assert_true(at != 0 && (at < first || at > last));
        }
        for (int i = 0; i < PIECES; i++)
                free(pieces[i]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_else_is_put_between),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
