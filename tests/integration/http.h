/* An HTTP client: whole requests by libcurl, several at once; half ones by hand. */
#ifndef SANDPOOL_TEST_HTTP_H
#define SANDPOOL_TEST_HTTP_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"

#include <jansson.h>
#include <stdint.h>

struct http_request {
        int port;           /* on 127.0.0.1 */
        const char *method; /* NULL: POST with a body, GET without */
        const char *path;
        const char *body;       /* NULL: none */
        size_t body_size;       /* 0: strlen(body) */
        const char *headers[8]; /* "Name: value"; a body is application/json unless they say otherwise */
        int timeout_ms;         /* 0: three minutes */
        const char *from;       /* the client's own address on the loopback, such as 127.0.0.2; NULL: any */
};

/* Zero-initialise; http_clear frees. */
struct http_response {
        const char *method, *path; /* of the request; borrowed */
        int status;                /* 0: no answer came */
        struct buffer head;
        struct buffer body;
        json_t *json; /* the body parsed; NULL when it is no JSON */
        int64_t taken_us;
};

/* Send them all at once and wait for every answer. 0/-1; an answer that did not come has status 0, and is an
 * error only when count is 1. */
int http_send(const struct http_request *requests, size_t count, struct http_response *responses,
        struct error *err);

/* A connection that stays open over many http_send_on calls, for measuring. */
struct http_connection;
struct http_connection *http_connection_new(void);
void http_connection_free(struct http_connection *connection);
int http_send_on(struct http_connection *connection, const struct http_request *request,
        struct http_response *response, struct error *err);

/* The value of a header (the last one of that name), into value; how often it came is returned. */
int http_header(const struct http_response *response, const char *name, char *value, size_t size);

void http_clear(struct http_response *response);

/* A TCP connection to 127.0.0.1. Returns the descriptor or -1. */
int http_connect(int port, struct error *err);

/* Read until the peer closes, the buffer is full or the deadline (clock_ms) passes. 0 when it closed, else
 * -1. */
int http_read_to_end(int fd, struct buffer *out, int64_t deadline_ms);

#endif
