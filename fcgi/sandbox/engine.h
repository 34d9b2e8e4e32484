/* The Docker Engine API over its unix socket: calls that end in a callback, in one event loop, each with its
 * own time-out. */
#ifndef SANDPOOL_ENGINE_H
#define SANDPOOL_ENGINE_H

#include "fcgi/base/error.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct engine_call;

/* What the daemon answered; borrowed until the callback returns. */
struct engine_answer {
        int status;       /* HTTP status; 0: no answer (refused, timed out, too large) */
        const char *body; /* NUL-terminated, never NULL */
        size_t size;      /* at most ENGINE_BODY_MAX */
        const char *
                problem; /* for a person, when status is not 2xx: libcurl's words or the daemon's "message" */
};

#define ENGINE_BODY_MAX (1024 * 1024)

typedef void engine_done(void *context, const struct engine_answer *answer);
typedef void engine_line(void *context, const char *line);

/* Returns NULL with err when memory is out. timeout_ms is for calls that name none. Connects to nothing yet.
 */
struct engine *engine_new(const char *socket_path, uint32_t timeout_ms, struct error *err);

/* Ends every call under way without its callback. */
void engine_free(struct engine *engine);

/* The versions of the Engine API that this client speaks: 1.40 (Docker 19.03) to 1.44 (Docker 25, the least
 * that Docker 29 accepts). engine_use_version picks the highest that both sides know out of GET /version's
 * ApiVersion and MinAPIVersion (NULL: not said); 0/-1. */
#define ENGINE_API_MIN "1.40"
#define ENGINE_API_MAX "1.44"
int engine_use_version(
        struct engine *engine, const char *api_version, const char *min_api_version, struct error *err);

/* Back to paths without a version: another daemon may answer now. */
void engine_forget_version(struct engine *engine);

/* Prefix of every path once a version is chosen: "/v1.41", else "". */
const char *engine_prefix(const struct engine *engine);
const char *engine_socket(const struct engine *engine);

/* How long the last call took that the daemon answered (microseconds), and how long ago that was. 0: none. */
uint32_t engine_last_us(const struct engine *engine);
uint32_t engine_last_age_ms(const struct engine *engine);

/* Begin a call. path has no version prefix. body (JSON, copied) may be NULL. timeout_ms 0: the engine's. The
 * callback is called exactly once, from engine_wait, unless the call is cancelled. Returns the call (valid
 * until its callback), or NULL when memory is out. */
struct engine_call *engine_begin(struct engine *engine, const char *method, const char *path,
        const char *body, uint32_t timeout_ms, engine_done *done, void *context);

/* The same for an answer without end (GET /events): every line goes to line as it comes; done when it ended.
 * One at a time; line must not cancel the call it belongs to. */
struct engine_call *engine_follow(
        struct engine *engine, const char *path, engine_line *line, engine_done *done, void *context);

/* End a call without its callback. NULL is fine. */
void engine_cancel(struct engine_call *call);

/* Wait until something happens on the calls or on fds (as poll(2); only POLLIN and POLLOUT are reported; at
 * most ENGINE_FDS_MAX), at most timeout_ms, then make the callbacks. Returns 0/-1. */
#define ENGINE_FDS_MAX 1024
int engine_wait(struct engine *engine, struct pollfd *fds, size_t count, int timeout_ms, struct error *err);

#endif
