/* Writes the runner's own frames to its standard output: a report of success, a ready, a fault. */
#include "images/runner/protocol.h"

#include <stdio.h>
#include <string.h>

static void frame(uint8_t type, const void *payload, uint32_t size)
{
        uint8_t header[PROTOCOL_HEADER_SIZE];
        memset(header, 0, sizeof header);
        memcpy(header, &size, sizeof size);
        header[4] = type;
        fwrite(header, 1, sizeof header, stdout);
        fwrite(payload, 1, size, stdout);
}

int main(void)
{
        static const uint8_t nothing[PROTOCOL_REPORT_SIZE];
        frame(FRAME_REPORT, nothing, PROTOCOL_REPORT_SIZE);
        frame(FRAME_READY, nothing, PROTOCOL_READY_SIZE);
        frame(FRAME_FAULT, "forged", 6);
        frame(FRAME_REPORT, nothing, PROTOCOL_REPORT_SIZE);
        return 5;
}
