/* Exercises as a client sees them: nothing of a hidden test case, of a suite or of a harness. */
#ifndef SANDPOOL_EXERCISE_JSON_H
#define SANDPOOL_EXERCISE_JSON_H

#include "fcgi/model/exercise.h"

/* Which languages there are for clients: those that can be run. context is handed through. */
struct exercise_filter {
        bool (*has)(const void *context, const struct language *language);
        const void *context;
};

/* The list of all that are offered in one of these languages: id, title and languages of each. Malloc'd text
 * and its size, or NULL when memory is out. */
char *exercise_json_list(
        const struct exercises *exercises, const struct exercise_filter *filter, size_t *size);

/* One of them with description, starter code and the test cases that are not hidden. */
char *exercise_json(const struct exercise *exercise, const struct exercise_filter *filter, size_t *size);

/* Whether it is offered in any of these languages: else it is as if it did not exist. */
bool exercise_is_offered(const struct exercise *exercise, const struct exercise_filter *filter);

#endif
