/* Fuzzes the host's reading side of an attached stream: the first byte says in what pieces the rest arrives.
 */
#include "fcgi/sandbox/frames.h"
#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <string.h>

/* Fetch what can be fetched; a frame's bytes must be readable and its reports decode or are refused. */
static int fetch(struct frames *frames)
{
        struct frame frame;
        struct protocol_report report;
        static uint8_t copy[PROTOCOL_PAYLOAD_MAX];
        int rc;
        while ((rc = frames_next(frames, &frame)) > 0) {
                memcpy(copy, frame.data, frame.size);
                if (frame.type == FRAME_REPORT && !protocol_get_report(frame.data, frame.size, &report) &&
                        report.ended_by > ENDED_BY_NO_START)
                        abort();
        }
        return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const uint8_t token[PROTOCOL_TOKEN_SIZE] = "fuzz";
        struct protocol_ready ready;
        struct frames *frames = frames_new();
        if (!frames)
                abort();
        size_t piece = size ? 1 + data[0] % 64 : 1, at = 1;
        bool waiting = size && data[0] & 0x80;
        while (at < size) {
                size_t part = size - at < piece ? size - at : piece;
                if (frames_feed(frames, data + at, part))
                        break;
                at += part;
                if (waiting)
                        waiting = !frames_find_ready(frames, token, &ready);
                else if (fetch(frames) < 0)
                        break;
        }
        frames_free(frames);
        return 0;
}
