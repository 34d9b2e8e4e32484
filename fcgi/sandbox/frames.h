/* The host's reading side of an attached stream: undoes Docker's 8-byte framing, then cuts the runner's
 * frames. Hostile input. A pure parser: bytes in, frames out, no descriptors. Used by the broker
 * (non-blocking) and by workers. */
#ifndef SANDPOOL_FRAMES_H
#define SANDPOOL_FRAMES_H

#include "images/runner/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
        uint8_t type;
        uint32_t size;
        const uint8_t *data; /* borrowed until the next call on the same frames */
};

struct frames;

/* Returns NULL when memory is out. */
struct frames *frames_new(void);
void frames_free(struct frames *frames);

/* Forget everything: a new attachment begins. */
void frames_clear(struct frames *frames);

/* Take in bytes as read from the attached stream. Returns 0, or -1 when Docker's framing is broken or more
 * than 4 x PROTOCOL_PAYLOAD_MAX bytes wait to be fetched. Bytes of Docker's stderr stream are dropped. */
int frames_feed(struct frames *frames, const void *bytes, size_t size);

/* Fetch the next frame: 1; 0 when none is whole yet; -1 when what came is no frame of a runner. */
int frames_next(struct frames *frames, struct frame *frame);

/* Look for READY with this token in what has come, dropping everything before it, aligned or not: 1 and
 * *ready when found, 0 when not yet. */
int frames_find_ready(
        struct frames *frames, const uint8_t token[PROTOCOL_TOKEN_SIZE], struct protocol_ready *ready);

/* Whether nothing is left unfetched. */
bool frames_empty(const struct frames *frames);

#endif
