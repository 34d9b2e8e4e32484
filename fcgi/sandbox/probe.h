/* Seeing a sandbox's limits bite: the runner's --probe as a program in it. */
#ifndef SANDPOOL_PROBE_H
#define SANDPOOL_PROBE_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"
#include "fcgi/sandbox/frames.h"

#define PROBE_TIMEOUT_MS 20000

/* Send the probe's job to the stream. 0/-1. */
int probe_begin(int fd, struct error *err);

/* Take in a frame; out collects what the probe says (its ceiling is the caller's). 1: every limit bit; 0: go
 * on; -1: one did not, with err. counted: the runner can read the memory cgroup; otherwise SIGKILL will do.
 */
int probe_frame(struct buffer *out, const struct language *language, const struct settings *settings,
        bool counted, const struct frame *frame, struct error *err);

/* Whether all that the probe has said is as it should be, up to its last step, in which it is to be killed
 * for its memory: 1, or -1 with err. */
int probe_judge(const struct buffer *out, const struct language *language, const struct settings *settings,
        struct error *err);

#endif
