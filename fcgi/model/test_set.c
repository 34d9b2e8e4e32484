/* Frees test cases. */
#include "fcgi/model/test_set.h"

#include "fcgi/model/language.h"

#include <stdlib.h>

void test_set_free(struct test_set *set)
{
        if (set == NULL)
                return;
        for (size_t i = 0; i < set->count; i++) {
                free(set->cases[i].name);
                free(set->cases[i].input);
                language_argv_free(set->cases[i].args);
                free(set->cases[i].expected);
        }
        free(set->cases);
        free(set);
}
