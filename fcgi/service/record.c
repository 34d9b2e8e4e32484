/* Reads and writes FastCGI records. */
#include "fcgi/service/record.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_SIZE 8
#define VERSION 1
#define CONTENT_MAX 65528 /* the largest that needs no padding to be a multiple of 8 */

/* One receive. 0: the link ended. */
static size_t receive(struct record_link *link, char *to, size_t size)
{
        ssize_t got = -1;
        while (!link->ended && (got = recv(link->fd, to, size, 0)) < 0 && errno == EINTR)
                ;
        if (got > 0)
                return (size_t)got;
        link->ended = true;
        return 0;
}

/* What is much goes where it is wanted, without a detour. */
static size_t take(struct record_link *link, char *to, size_t size)
{
        size_t done = 0;
        while (done < size) {
                size_t have = link->in_end - link->in_at, part = size - done;
                if (!have && part >= sizeof link->in) {
                        size_t got = receive(link, to + done, part);
                        if (!got)
                                break;
                        done += got;
                        continue;
                }
                if (!have) {
                        link->in_at = 0;
                        link->in_end = have = receive(link, link->in, sizeof link->in);
                        if (!have)
                                break;
                }
                part = part < have ? part : have;
                memcpy(to + done, link->in + link->in_at, part);
                link->in_at += part;
                done += part;
        }
        return done;
}

static void skip(struct record_link *link, size_t size)
{
        char trash[512];
        while (size && !link->ended)
                size -= take(link, trash, size < sizeof trash ? size : sizeof trash);
}

int record_next(struct record_link *link)
{
        uint8_t header[HEADER_SIZE];
        skip(link, link->left + link->padding);
        link->left = link->padding = 0;
        if (take(link, (char *)header, sizeof header) < sizeof header)
                return -1;
        if (header[0] != VERSION) {
                link->ended = true;
                return -1;
        }
        link->type = header[1];
        link->id = (uint16_t)(header[2] << 8 | header[3]);
        link->left = (size_t)(header[4] << 8 | header[5]);
        link->padding = header[6];
        return 0;
}

size_t record_read(struct record_link *link, void *bytes, size_t size)
{
        size_t got = take(link, bytes, size < link->left ? size : link->left);
        link->left -= got;
        return got;
}

static int send_all(struct record_link *link, const char *bytes, size_t size)
{
        while (size && !link->broken) {
                ssize_t done = send(link->fd, bytes, size, MSG_NOSIGNAL);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0) {
                        link->broken = true;
                        break;
                }
                bytes += done;
                size -= (size_t)done;
        }
        return link->broken ? -1 : 0;
}

int record_flush(struct record_link *link)
{
        size_t size = link->out_size;
        link->out_size = 0;
        return send_all(link, link->out, size);
}

static int put(struct record_link *link, const void *bytes, size_t size)
{
        if (size > sizeof link->out - link->out_size && record_flush(link))
                return -1;
        if (size > sizeof link->out)
                return send_all(link, bytes, size);
        memcpy(link->out + link->out_size, bytes, size);
        link->out_size += size;
        return 0;
}

static int put_header(struct record_link *link, uint8_t type, uint16_t id, size_t size)
{
        const uint8_t header[HEADER_SIZE] = {
                VERSION, type, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(size >> 8), (uint8_t)size};
        return put(link, header, sizeof header);
}

int record_write(struct record_link *link, uint8_t type, uint16_t id, const void *bytes, size_t size)
{
        for (const char *at = bytes; size;) {
                size_t part = size < CONTENT_MAX ? size : CONTENT_MAX;
                if (put_header(link, type, id, part) || put(link, at, part))
                        return -1;
                at += part;
                size -= part;
        }
        return link->broken ? -1 : 0;
}

int record_write_end(struct record_link *link, uint8_t type, uint16_t id)
{
        return put_header(link, type, id, 0);
}
