/* The hijacked connection of POST /containers/{id}/attach: from connecting to the first byte of the stream.
 */
#ifndef SANDPOOL_ATTACH_H
#define SANDPOOL_ATTACH_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTACH_HEAD_MAX 2048
#define ATTACH_TIMEOUT_MS 5000 /* for the whole of it; the caller watches the clock */

/* An attachment whose answer has not wholly come. Zero-initialise with fd -1. */
struct attach {
        int fd; /* non-blocking; the caller's to close */
        char head[ATTACH_HEAD_MAX];
        size_t head_size;
        bool asked; /* and not answered yet */
        int64_t began_us;
};

/* Connect to the daemon and ask for stdin, stdout and stderr of the container. api_prefix as of
 * engine_prefix. It is counted among the calls of the Engine when its end is known. 0/-1. */
int attach_begin(struct attach *attach, const char *socket_path, const char *api_prefix,
        const char *container, struct error *err);

/* To be called when fd is readable. 1: the stream has begun (fd is the stream; nothing of it was read); 0:
 * more must come; -1: refused or closed, with err. */
int attach_continue(struct attach *attach, struct error *err);

/* Shut the stream down, for every copy of the descriptor, and close it; fd is -1 then. An attachment that is
 * given up after ATTACH_TIMEOUT_MS counts as a failed call. */
void attach_close(struct attach *attach);

#endif
