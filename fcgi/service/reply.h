/* The answer to one HTTP request, as values, and its way out. */
#ifndef SANDPOOL_SERVICE_REPLY_H
#define SANDPOOL_SERVICE_REPLY_H

#include "fcgi/base/buffer.h"

#include <stddef.h>

struct reply {
        int http_status;          /* 0: no answer, the client is gone */
        const char *reason;       /* of an error, for the log; NULL */
        const char *allow;        /* with 405; borrowed */
        int retry_after_s;        /* with 503; 0: none */
        char *body;               /* malloc'd, the reply's */
        const char *content_type; /* NULL: JSON; borrowed */
        size_t size;
};

/* Make it the JSON of an error. field may be NULL. When memory is out the body stays NULL, which reply_head
 * answers with an empty one. */
void reply_error(struct reply *reply, int http_status, const char *reason, const char *text,
        const char *field, const char *request_id);

/* The CGI head: Status and headers up to the empty line, into out (ceiling at least 1 KiB). 0/-1. */
int reply_head(const struct reply *reply, const char *request_id, struct buffer *out);

/* Free the body. */
void reply_clear(struct reply *reply);

#endif
