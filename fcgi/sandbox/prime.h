/* Running a language's sample once in a sandbox of its own, so that the pages of its interpreter belong to
 * nobody's limit, and to see that the language works at all. */
#ifndef SANDPOOL_PRIME_H
#define SANDPOOL_PRIME_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"
#include "fcgi/sandbox/frames.h"

#define PRIME_MEMORY_MIB 1024  /* at least; twice what a compiler may use where that is more */
#define PRIME_TIMEOUT_MS 60000 /* a cold disk included */

struct prime {
        bool running_program; /* else compiling */
        struct buffer out;
};

uint32_t prime_memory_mib(const struct language *language);

/* Take in a frame of a step that a primer runs: its output goes to out (the caller's ceiling). 1: the step
 * ended, *report says how; 0: go on; -1: no such frame belongs here, or it said too much, with err. */
int prime_collect(
        struct buffer *out, const struct frame *frame, struct protocol_report *report, struct error *err);

/* Send the sample's first step to the stream. 0/-1. */
int prime_begin(struct prime *prime, const struct language *language, const struct settings *settings, int fd,
        struct error *err);

/* Take in a frame. 1: the sample ran as expected; 0: go on; -1: it did not, with err. */
int prime_frame(struct prime *prime, const struct language *language, const struct settings *settings, int fd,
        const struct frame *frame, struct error *err);

#endif
