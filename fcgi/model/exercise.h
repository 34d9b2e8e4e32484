/* An exercise: one conf/exercises/<id>/exercise.yaml and the files beside it, as a checked struct.
 *
 * It is judged by test cases, where the service compares what the program prints, or by a test suite, which
 * runs beside the program and tells the service how its tests ended. With test cases a harness may stand
 * between: a file of the exercise that is the job's entry and calls what the user wrote. */
#ifndef SANDPOOL_EXERCISE_H
#define SANDPOOL_EXERCISE_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/policy.h"
#include "fcgi/model/test_set.h"
#include "fcgi/model/text_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXERCISE_ID_SIZE 64
#define EXERCISES_MAX 1024

/* The exercise in one language. */
struct exercise_language {
        const struct language *language; /* borrowed from the registry */
        char *starter;                   /* the code to begin with; may be empty */
        struct text_file *files;         /* put beside the user's files */
        size_t file_count;
        bool harness;            /* files[0] is the entry, not the user's */
        struct text_file *suite; /* the suite's files, its entry first, what the language adds behind */
        size_t suite_count;      /* 0: judged by test cases */
        size_t suite_own;        /* how many of them are the exercise's */
};

struct exercise {
        char id[EXERCISE_ID_SIZE];
        char *title;
        char *description;                   /* Markdown */
        char *policy_id;                     /* NULL: the language's policy */
        const struct policy *policy;         /* that one; borrowed */
        uint32_t timeout_ms;                 /* of one run; 0: the language's */
        uint32_t memory_mib;                 /* 0: the language's */
        struct test_set *tests;              /* NULL with a suite */
        struct exercise_language *languages; /* of those that there are, enabled or not */
        size_t language_count;
};

struct exercises {
        struct exercise *list; /* in order of id */
        size_t count;
};

/* What exercises are checked against. */
struct exercise_context {
        const struct settings *settings;
        const struct registry *registry;
        const struct policies *policies;
};

/* Read folder/exercise.yaml and what it names into a zeroed struct; its id is the folder's name. Returns 0/-1
 * ("file:line: what"); exercise_clear in either case. */
int exercise_read(const char *folder, const struct exercise_context *context, struct exercise *exercise,
        struct error *err);
void exercise_clear(struct exercise *exercise);

/* Every folder of settings->exercises_dir that has an exercise.yaml; without that directory there are none.
 * The settings' default must be one of them. The caller frees. NULL with "file:line: what". */
struct exercises *exercises_load(const struct exercise_context *context, struct error *err);
void exercises_free(struct exercises *exercises);

/* By id; NULL: none. Borrowed. */
const struct exercise *exercises_find(const struct exercises *exercises, const char *id);

/* The exercise in a language; NULL where it is not offered in it. Borrowed. */
const struct exercise_language *exercise_in(const struct exercise *exercise, const struct language *language);

#endif
