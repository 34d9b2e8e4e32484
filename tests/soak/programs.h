/* The programs that a soak has run, and what their answers must be. */
#ifndef SANDPOOL_SOAK_PROGRAMS_H
#define SANDPOOL_SOAK_PROGRAMS_H

#include "fcgi/base/error.h"
#include "tests/integration/http.h"

#define PROGRAMS_MAX 1024

enum program_kind {
        PROGRAM_ECHO,    /* prints its input, which is the token: a good one */
        PROGRAM_HOSTILE, /* of tests/soak/programs: prints nothing but the token, ends as it pleases */
        PROGRAM_CASE,    /* of tests/programs: its answer stands in a file */
};

struct program {
        enum program_kind kind;
        char language[64];
        char name[96];
        json_t *request;  /* the body; code with @TOKEN@ in it where it is hostile */
        json_t *expected; /* of a case */
};

struct programs {
        size_t count;
        struct program list[PROGRAMS_MAX];
};

/* Take those of a language. 0/-1; a language without any is an error. */
int programs_add(struct programs *programs, const char *language, struct error *err);

/* One by chance: half of them good, of any language alike. */
const struct program *programs_pick(const struct programs *programs, unsigned *seed);

/* The body of a request with this token; the caller's. */
char *programs_body(const struct program *program, const char *token);

enum program_verdict { PROGRAM_RIGHT, PROGRAM_WRONG, PROGRAM_MIXED_UP };

/* Judge an answer of status 200; err says what is wrong with it. A machine under load may make any program
 * late, so a time-out is right, as far as what was printed is. */
enum program_verdict programs_judge(
        const struct program *program, const char *token, const json_t *answer, struct error *err);

#endif
