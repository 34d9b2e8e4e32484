/* A FastCGI client that can say anything, also what no honest server says. */
#ifndef SANDPOOL_TEST_FASTCGI_CLIENT_H
#define SANDPOOL_TEST_FASTCGI_CLIENT_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"

#include <jansson.h>
#include <stdint.h>

/* Record types of the FastCGI specification, section 8. */
enum {
        FASTCGI_BEGIN = 1,
        FASTCGI_ABORT = 2,
        FASTCGI_END = 3,
        FASTCGI_PARAMS = 4,
        FASTCGI_STDIN = 5,
        FASTCGI_STDOUT = 6
};

/* Append one record (content at most 65,535 bytes) of request 1. */
void fastcgi_client_record(struct buffer *to, uint8_t type, const void *content, size_t size);

/* Append a whole request: begin, params, stdin, each stream ended. length is what CONTENT_LENGTH says (NULL:
 * the truth), which need not be what the body has. */
void fastcgi_client_request(struct buffer *to, const char *method, const char *path, const char *body,
        size_t size, const char *length);

/* The answer: what came as STDOUT, taken apart. */
struct fastcgi_answer {
        int status; /* of the Status header; 0: nothing came */
        char *head; /* malloc'd */
        json_t *json;
};

/* Read to the peer's end or the deadline (clock_ms). 0 when the connection ended and every record was well
 * formed (with or without an answer in them), else -1 with err. */
int fastcgi_client_read(int fd, struct fastcgi_answer *answer, int64_t deadline_ms, struct error *err);

void fastcgi_client_clear(struct fastcgi_answer *answer);

#endif
