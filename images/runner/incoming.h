/* What the host says, cut into frames. */
#ifndef RUNNER_INCOMING_H
#define RUNNER_INCOMING_H

#include "images/runner/protocol.h"

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. Holds the largest frame there is. */
struct incoming {
        uint8_t bytes[PROTOCOL_HEADER_SIZE + PROTOCOL_PAYLOAD_MAX];
        size_t filled;
};

/* Where the next bytes go, and how many may (never 0). */
uint8_t *incoming_reserve(struct incoming *incoming, size_t *room);

/* size bytes stand there now: call act for every frame that is whole. What cannot be a frame is a fault. */
void incoming_commit(struct incoming *incoming, size_t size,
        void (*act)(uint8_t type, const uint8_t *payload, size_t size));

#endif
