/* The host's writing side: a job as frames for the runner. */
#ifndef SANDPOOL_JOB_H
#define SANDPOOL_JOB_H

#include "fcgi/base/buffer.h"
#include "images/runner/protocol.h"

#include <stddef.h>

/* Each appends frames to out and returns 0, or -1 when out's ceiling or memory does not allow it or a count
 * or size is over the protocol's maximum: then out must be thrown away. */
int job_begin(struct buffer *out, uint8_t flags);
/* flags: enum file_flags. */
int job_file(struct buffer *out, const char *name, const void *data, size_t size, uint8_t flags);

/* A step of one process with its arguments, environment and stdin, ending in START. */
int job_step(struct buffer *out, const struct protocol_step *step, char *const *argv, char *const *env,
        const void *input, size_t input_size);

/* What one process of a step is given: NULL-terminated lists. */
struct job_process {
        char *const *argv;
        char *const *env;
        char *const *fork_server; /* what its fork server has beside env; NULL: started as any other */
};

/* The same of as many processes as the step says; stdin is the first one's. */
int job_processes(struct buffer *out, const struct protocol_step *step, const struct job_process *processes,
        const void *input, size_t input_size);
int job_reset(struct buffer *out, const uint8_t token[PROTOCOL_TOKEN_SIZE]);
int job_ping(struct buffer *out, uint64_t number);

#endif
