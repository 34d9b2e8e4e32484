/* FastCGI records over one connection: contents of what comes, one after the other, and what goes. FastCGI
 * Specification 1.0, section 3.3. */
#ifndef SANDPOOL_SERVICE_RECORD_H
#define SANDPOOL_SERVICE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_type {
        RECORD_BEGIN = 1, /* from the server: BEGIN, PARAMS, STDIN */
        RECORD_END = 3,
        RECORD_PARAMS = 4,
        RECORD_STDIN = 5,
        RECORD_STDOUT = 6,
};

#define RECORD_BUFFER_SIZE 4096

/* A connection (blocking, its time-outs set), which stays the caller's. Zero-initialise but for fd. */
struct record_link {
        int fd;
        bool ended;  /* nothing comes any more: the peer ended, was silent for too long, or talks nonsense */
        bool broken; /* nothing can be sent any more */

        /* The record that has come: */
        uint8_t type;
        uint16_t id;    /* of its request */
        size_t left;    /* bytes of its content that were not read */
        size_t padding; /* bytes behind them */

        char in[RECORD_BUFFER_SIZE], out[RECORD_BUFFER_SIZE];
        size_t in_at, in_end, out_size;
};

/* Skip what is left of the record, read the next one's header. 0; -1 when there is none. */
int record_next(struct record_link *link);

/* Read at most size bytes of the record's content. Fewer than both size and what was left: the link ended.
 * Returns how many.
 */
size_t record_read(struct record_link *link, void *bytes, size_t size);

/* Send bytes as content of as many records as it takes; none for size 0, which is record_write_end's. Small
 * ones are kept until record_flush. 0/-1. */
int record_write(struct record_link *link, uint8_t type, uint16_t id, const void *bytes, size_t size);

/* An empty record: the end of that stream. 0/-1. */
int record_write_end(struct record_link *link, uint8_t type, uint16_t id);
int record_flush(struct record_link *link);

#endif
