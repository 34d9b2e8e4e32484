/* A worker's FastCGI peer, as the web server is one. What goes wrong here fails the test. */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include "fcgi/base/buffer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How long everything is waited for: neither side may get a processor for seconds. */
#define PEER_PATIENCE_MS 60000

/* A request; NULL: as a good one has it. */
struct peer_sent {
        const char *method, *path, *type, *length, *id;
        const char *body;
        size_t size;       /* of body; 0: its string length */
        size_t per_record; /* body bytes a STDIN record; 0: as many as fit */
};

/* The bytes of a whole request, the caller's; *head_size is where the body's records begin. */
struct buffer peer_bytes(const struct peer_sent *sent, size_t *head_size);

/* Connect, once there is room in the backlog, which a test may have filled by itself. */
int peer_dial(const char *path);

/* The answer. */
struct peer_got {
        struct buffer text; /* head and body, NUL-terminated */
        bool ended;         /* END_REQUEST came */
        int http;
        json_t *json;
};

/* Read it up to the end of the connection. peer_forget is due. */
void peer_receive(int fd, struct peer_got *got);
void peer_forget(struct peer_got *got);

/* A text of its JSON, "" where there is none. Borrowed. */
const char *peer_field(const struct peer_got *got, const char *name);

#endif
