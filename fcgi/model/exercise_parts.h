/* The parts of reading an exercise among themselves. */
#ifndef SANDPOOL_EXERCISE_PARTS_H
#define SANDPOOL_EXERCISE_PARTS_H

#include "fcgi/model/exercise.h"
#include "fcgi/model/yaml_tree.h"

/* An exercise while it is read. */
struct exercise_draft {
        struct exercise exercise;
        const struct exercise_context *context;
        const char *folder;
        const struct yaml_node *cases, *languages; /* NULL: not there */
        struct compare compare;
};

/* The map of languages into draft->exercise; what else the exercise says is known already. 0/-1. */
int exercise_languages_read(const struct yaml *yaml, struct exercise_draft *draft, struct error *err);
void exercise_languages_clear(struct exercise *exercise);

/* The list of test cases into draft->exercise. 0/-1. */
int exercise_cases_read(const struct yaml *yaml, struct exercise_draft *draft, struct error *err);

#endif
