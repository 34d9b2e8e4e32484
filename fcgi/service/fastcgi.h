/* One FastCGI connection at a time, by libfcgi, with deadlines that libfcgi does not have. */
#ifndef SANDPOOL_SERVICE_FASTCGI_H
#define SANDPOOL_SERVICE_FASTCGI_H

#include "fcgi/base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* For a service: how long a peer may be silent in mid-request, or not take the answer, before it is given up.
 */
#define FASTCGI_SILENCE_MS 10000

struct fastcgi;

/* listen_fd: non-blocking, shared with other workers, stays the caller's. Replaces the handlers of SIGPIPE,
 * SIGUSR1 and SIGTERM (libfcgi does): install yours afterwards. */
struct fastcgi *fastcgi_new(int listen_fd, int silence_ms, struct error *err);
void fastcgi_free(struct fastcgi *fastcgi);

/* Wait for a connection with this signal mask in place; NULL: only look whether there is one. 1: one is
 * accepted, call fastcgi_begin; 0: none (a signal came, or another worker was faster); -1: there will be none
 * any more, without err when the listening socket was shut down. */
int fastcgi_wait(struct fastcgi *fastcgi, const sigset_t *mask, struct error *err);

/* Read the request's parameters. 1: there is a request, to be ended with fastcgi_finish and fastcgi_end; 0:
 * what came was none, the connection is closed. */
int fastcgi_begin(struct fastcgi *fastcgi);

/* A parameter, borrowed until fastcgi_end; "" when it was not sent. */
const char *fastcgi_param(const struct fastcgi *fastcgi, const char *name);

/* Read up to size bytes of the body; fewer mean that it ended or the peer fell silent. */
size_t fastcgi_read(struct fastcgi *fastcgi, void *bytes, size_t size);

/* Whether the body ends here; takes one byte of it when it does not. */
bool fastcgi_body_ends(struct fastcgi *fastcgi);

/* The connection: POLLRDHUP on it says that the peer left. */
int fastcgi_fd(const struct fastcgi *fastcgi);

/* Append to the answer. 0/-1. */
int fastcgi_write(struct fastcgi *fastcgi, const void *bytes, size_t size);

/* Send what is left of the answer, and that this was all. */
void fastcgi_finish(struct fastcgi *fastcgi);

/* Close, after fastcgi_finish. Where the body was not read to its end, waits up to a second for the peer to
 * finish sending, because a connection closed over unread data may take the answer with it. */
void fastcgi_end(struct fastcgi *fastcgi);

#endif
