/* Cuts the host's bytes into frames. */
#include "images/runner/incoming.h"

#include "images/runner/fault.h"

#include <string.h>

uint8_t *incoming_reserve(struct incoming *incoming, size_t *room)
{
        *room = sizeof incoming->bytes - incoming->filled;
        return incoming->bytes + incoming->filled;
}

/* What is left of the next frame moves to the front. */
void incoming_commit(struct incoming *incoming, size_t size,
        void (*act)(uint8_t type, const uint8_t *payload, size_t size))
{
        size_t at = 0;
        incoming->filled += size;
        while (incoming->filled - at >= PROTOCOL_HEADER_SIZE) {
                const uint8_t *header = incoming->bytes + at;
                uint8_t type;
                uint32_t length;
                if (protocol_get_header(header, &type, &length))
                        fault_exit("malformed frame");
                if (incoming->filled - at < PROTOCOL_HEADER_SIZE + length)
                        break;
                act(type, header + PROTOCOL_HEADER_SIZE, length);
                at += PROTOCOL_HEADER_SIZE + length;
        }
        memmove(incoming->bytes, incoming->bytes + at, incoming->filled - at);
        incoming->filled -= at;
}
