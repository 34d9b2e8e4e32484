/* Buffers frames for the host. */
#include "images/runner/outgoing.h"

#include "images/runner/protocol.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CONTROL_ROOM 2048  /* for REPORT, PONG, READY, FAULT, when output has filled the rest */
#define WORTH_READING 4096 /* below this output waits, so that frames do not get tiny */

static char buffer[OUTGOING_SIZE];
static size_t begin, end;

static void compact(void)
{
        if (begin == end)
                begin = end = 0;
        else if (begin >= OUTGOING_SIZE / 2) {
                memmove(buffer, buffer + begin, end - begin);
                end -= begin;
                begin = 0;
        }
}

char *outgoing_reserve(size_t *room)
{
        compact();
        size_t used = end + PROTOCOL_HEADER_SIZE + CONTROL_ROOM;
        *room = used + WORTH_READING <= OUTGOING_SIZE ? OUTGOING_SIZE - used : 0;
        if (*room > PROTOCOL_PAYLOAD_MAX)
                *room = PROTOCOL_PAYLOAD_MAX;
        return buffer + end + PROTOCOL_HEADER_SIZE;
}

void outgoing_commit(int stream, size_t length)
{
        uint8_t type = stream == 1 ? FRAME_STDOUT : FRAME_STDERR;
        protocol_put_header((uint8_t *)buffer + end, type, (uint32_t)length);
        end += PROTOCOL_HEADER_SIZE + length;
}

int outgoing_put(uint8_t type, const void *payload, size_t size)
{
        compact();
        if (OUTGOING_SIZE - end < PROTOCOL_HEADER_SIZE + size)
                return -1;
        protocol_put_header((uint8_t *)buffer + end, type, (uint32_t)size);
        memcpy(buffer + end + PROTOCOL_HEADER_SIZE, payload, size);
        end += PROTOCOL_HEADER_SIZE + size;
        return 0;
}

int outgoing_flush(int fd)
{
        while (begin < end) {
                ssize_t put = write(fd, buffer + begin, end - begin);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put < 0)
                        return errno == EAGAIN ? 0 : -1;
                begin += (size_t)put;
        }
        return 0;
}

bool outgoing_is_empty(void)
{
        return begin == end;
}

void outgoing_drop(void)
{
        begin = end = 0;
}
