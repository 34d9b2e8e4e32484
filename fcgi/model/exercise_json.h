/* Exercises as a client sees them: nothing of a hidden test case, of a suite or of a harness. */
#ifndef SANDPOOL_EXERCISE_JSON_H
#define SANDPOOL_EXERCISE_JSON_H

#include "fcgi/model/exercise.h"

/* The list of all that are offered in an enabled language: id, title and languages of each. Malloc'd text and
 * its size, or NULL when memory is out. */
char *exercise_json_list(const struct exercises *exercises, size_t *size);

/* One of them with description, starter code and the test cases that are not hidden. */
char *exercise_json(const struct exercise *exercise, size_t *size);

/* Whether a language of it is enabled: else it is as if it did not exist. */
bool exercise_is_offered(const struct exercise *exercise);

#endif
