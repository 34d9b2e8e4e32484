/* Undoes Docker's stream framing and cuts the runner's frames out of what is left. */
#include "fcgi/sandbox/frames.h"

#include "fcgi/base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* Docker's attach stream without a TTY: one byte of stream (0 stdin, 1 stdout, 2 stderr), three zero bytes,
 * the payload's length as big-endian u32 (Engine API reference, "ContainerAttach", "Stream format"). */
#define DOCKER_HEADER_SIZE 8
#define DOCKER_STDOUT 1
#define DOCKER_STDERR 2

#define WAITING_MAX (4 * PROTOCOL_PAYLOAD_MAX)

struct frames {
        uint8_t header[DOCKER_HEADER_SIZE]; /* of the Docker frame that is being read */
        size_t header_size;                 /* bytes of it that have come */
        uint32_t left;                      /* bytes of its payload still to come */
        struct buffer plain;                /* the runner's bytes */
        size_t taken;                       /* of which so many are fetched */
};

struct frames *frames_new(void)
{
        struct frames *frames = calloc(1, sizeof *frames);
        if (frames)
                frames->plain = BUFFER_MAX(WAITING_MAX);
        return frames;
}

void frames_free(struct frames *frames)
{
        if (!frames)
                return;
        buffer_clear(&frames->plain);
        free(frames);
}

void frames_clear(struct frames *frames)
{
        buffer_clear(&frames->plain);
        *frames = (struct frames){.plain = BUFFER_MAX(WAITING_MAX)};
}

/* Complete the Docker header with bytes from *at; returns 0 when it is whole, 1 when more must come, -1 when
 * it is wrong. */
static int read_docker_header(struct frames *frames, const uint8_t **at, const uint8_t *end)
{
        while (frames->header_size < DOCKER_HEADER_SIZE) {
                if (*at == end)
                        return 1;
                frames->header[frames->header_size++] = *(*at)++;
        }
        const uint8_t *h = frames->header;
        if ((h[0] != DOCKER_STDOUT && h[0] != DOCKER_STDERR) || h[1] || h[2] || h[3])
                return -1;
        frames->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
        return 0;
}

int frames_feed(struct frames *frames, const void *bytes, size_t size)
{
        const uint8_t *at = bytes, *end = at + size;
        if (frames->taken) {
                buffer_consume(&frames->plain, frames->taken);
                frames->taken = 0;
        }
        while (at < end) {
                if (!frames->left) {
                        frames->header_size %= DOCKER_HEADER_SIZE;
                        int rc = read_docker_header(frames, &at, end);
                        if (rc)
                                return rc < 0 ? -1 : 0;
                }
                size_t part = (size_t)(end - at) < frames->left ? (size_t)(end - at) : frames->left;
                if (frames->header[0] == DOCKER_STDOUT && buffer_add(&frames->plain, at, part))
                        return -1;
                at += part;
                frames->left -= (uint32_t)part;
        }
        return 0;
}

int frames_next(struct frames *frames, struct frame *frame)
{
        size_t have = frames->plain.size - frames->taken;
        if (have < PROTOCOL_HEADER_SIZE)
                return 0;
        const uint8_t *at = (const uint8_t *)frames->plain.data + frames->taken;
        if (protocol_get_header(at, &frame->type, &frame->size))
                return -1;
        if (frame->type < FRAME_READY || frame->type > FRAME_FAULT)
                return -1;
        if (have - PROTOCOL_HEADER_SIZE < frame->size)
                return 0;
        frame->data = at + PROTOCOL_HEADER_SIZE;
        frames->taken += PROTOCOL_HEADER_SIZE + frame->size;
        return 1;
}

int frames_find_ready(
        struct frames *frames, const uint8_t token[PROTOCOL_TOKEN_SIZE], struct protocol_ready *ready)
{
        uint8_t start[PROTOCOL_HEADER_SIZE + PROTOCOL_TOKEN_SIZE];
        protocol_put_header(start, FRAME_READY, PROTOCOL_READY_SIZE);
        memcpy(start + PROTOCOL_HEADER_SIZE, token, PROTOCOL_TOKEN_SIZE);

        size_t have = frames->plain.size - frames->taken;
        if (!have)
                return 0;
        const uint8_t *from = (const uint8_t *)frames->plain.data + frames->taken;
        const uint8_t *found = memmem(from, have, start, sizeof start);
        if (!found) {
                /* What could still be the frame's beginning stays. */
                if (have >= sizeof start)
                        frames->taken += have - (sizeof start - 1);
                return 0;
        }
        frames->taken += (size_t)(found - from);
        struct frame frame;
        if (frames_next(frames, &frame) != 1)
                return 0;
        return !protocol_get_ready(frame.data, frame.size, ready);
}

bool frames_empty(const struct frames *frames)
{
        return frames->plain.size == frames->taken && !frames->left &&
               frames->header_size % DOCKER_HEADER_SIZE == 0;
}
