/* For tests: a folder of exercises, the shipped ones and those of tests/exercises/exercises together. */
#ifndef SANDPOOL_TEST_EXERCISE_FOLDER_H
#define SANDPOOL_TEST_EXERCISE_FOLDER_H

#include "fcgi/base/error.h"

struct exercise_folder {
        char path[64];
};

/* Make it. 0/-1; to be removed in either case. */
int exercise_folder_make(struct exercise_folder *folder, struct error *err);
void exercise_folder_remove(const struct exercise_folder *folder);

#endif
