/* FastCGI connections: accepting, the order of a request's records, the end.
 *
 * With EPOLLEXCLUSIVE one idle worker is woken by a connection and not all of them. Records are our own
 * (record.c) because libfcgi believes what a peer says about lengths, waits without end, and cuts a body
 * short at a signal without a word. */
#include "fcgi/service/fastcgi.h"
#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/service/params.h"
#include "fcgi/service/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#define LINGER_MS 1000
#define LINGER_BYTES (64 << 20)
#define PARAMS_SIZE_MAX (64 << 10) /* more than nginx takes of a request's head */

/* The specification's sections 5.1 and 5.5. */
#define BEGIN_SIZE 8
#define ROLE_RESPONDER 1
enum { REQUEST_COMPLETE = 0, UNKNOWN_ROLE = 3 };

struct fastcgi {
        int listen_fd;
        int epoll_fd;
        int silence_ms;
        bool body_ended;
        uint16_t id;             /* of the request, on its connection */
        struct buffer params;    /* as of params_unpack */
        struct record_link link; /* the accepted connection */
};

struct fastcgi *fastcgi_new(int listen_fd, int silence_ms, struct error *err)
{
        struct fastcgi *f = calloc(1, sizeof(*f));
        if (!f) {
                error_set(err, "out of memory");
                return NULL;
        }
        f->listen_fd = listen_fd;
        f->silence_ms = silence_ms;
        f->link.fd = -1;
        f->params = BUFFER_MAX(PARAMS_SIZE_MAX);
        f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
        if (f->epoll_fd < 0 || epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, listen_fd, &event)) {
                error_errno(err, "epoll");
                goto fail;
        }
        return f;
fail:
        fastcgi_free(f);
        return NULL;
}

void fastcgi_free(struct fastcgi *f)
{
        if (!f)
                return;
        buffer_clear(&f->params);
        io_close(&f->link.fd);
        io_close(&f->epoll_fd);
        free(f);
}

int fastcgi_wait(struct fastcgi *f, const sigset_t *mask, struct error *err)
{
        struct epoll_event event;
        struct timeval silence = {.tv_sec = f->silence_ms / 1000, .tv_usec = f->silence_ms % 1000 * 1000};
        if (mask && epoll_pwait(f->epoll_fd, &event, 1, -1, mask) < 0)
                return errno == EINTR ? 0 : error_errno(err, "epoll_wait");
        int fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
                /* Others took it, it went away, or memory and descriptors are short for a moment. */
                if (errno == EINVAL)
                        return -1;
                if (errno == EBADF || errno == ENOTSOCK)
                        return error_errno(err, "accept");
                return 0;
        }
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
        f->link = (struct record_link){.fd = fd};
        return 1;
}

static int end_request(struct fastcgi *f, uint8_t status)
{
        const uint8_t body[8] = {0, 0, 0, 0, status};
        return record_write(&f->link, RECORD_END, f->id, body, sizeof(body)) || record_flush(&f->link) ? -1
                                                                                                       : 0;
}

static int read_begin(struct fastcgi *f)
{
        uint8_t body[BEGIN_SIZE];
        if (record_next(&f->link) || f->link.type != RECORD_BEGIN || !f->link.id ||
                f->link.left != sizeof(body) || record_read(&f->link, body, sizeof(body)) < sizeof(body))
                return -1;
        f->id = f->link.id;
        if (body[0] == 0 && body[1] == ROLE_RESPONDER)
                return 0;
        end_request(f, UNKNOWN_ROLE);
        return -1;
}

/* The next record of this request's, of that type. A server does not begin another one, nor abort this one,
 * on a connection that is the request's own. */
static int next_of(struct fastcgi *f, enum record_type type)
{
        if (!record_next(&f->link) && f->link.type == type && f->link.id == f->id)
                return 0;
        f->link.ended = true;
        f->link.left = 0;
        return -1;
}

static int read_params(struct fastcgi *f)
{
        for (;;) {
                if (next_of(f, RECORD_PARAMS))
                        return -1;
                size_t size = f->link.left;
                if (!size)
                        return params_unpack(&f->params);
                char *to = buffer_reserve(&f->params, size);
                if (!to || record_read(&f->link, to, size) < size)
                        return -1;
                f->params.size += size;
        }
}

int fastcgi_begin(struct fastcgi *f)
{
        f->body_ended = false;
        if (!read_begin(f) && !read_params(f))
                return 1;
        buffer_clear(&f->params);
        io_close(&f->link.fd);
        return 0;
}

const char *fastcgi_param(const struct fastcgi *f, const char *name)
{
        return params_get(&f->params, name);
}

/* Whether bytes of the body are there to be read. */
static bool has_body(struct fastcgi *f)
{
        if (f->body_ended || (f->link.type == RECORD_STDIN && f->link.left))
                return !f->body_ended;
        if (next_of(f, RECORD_STDIN))
                return false;
        f->body_ended = !f->link.left;
        return !f->body_ended;
}

size_t fastcgi_read(struct fastcgi *f, void *bytes, size_t size)
{
        char *at = bytes;
        size_t done = 0;
        while (done < size && has_body(f)) {
                size_t got = record_read(&f->link, at + done, size - done);
                if (!got)
                        break;
                done += got;
        }
        return done;
}

bool fastcgi_body_ends(struct fastcgi *f)
{
        return !has_body(f) && f->body_ended;
}

int fastcgi_fd(const struct fastcgi *f)
{
        return f->link.fd;
}

int fastcgi_write(struct fastcgi *f, const void *bytes, size_t size)
{
        return record_write(&f->link, RECORD_STDOUT, f->id, bytes, size);
}

static void linger(int fd)
{
        char trash[4096];
        int64_t deadline = clock_ms() + LINGER_MS;
        size_t seen = 0;
        shutdown(fd, SHUT_WR);
        while (seen < LINGER_BYTES) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                if (clock_left_ms(deadline) == 0 || io_poll(&wait, 1, deadline) <= 0)
                        return;
                ssize_t got = recv(fd, trash, sizeof(trash), MSG_DONTWAIT);
                if (got <= 0)
                        return;
                seen += (size_t)got;
        }
}

void fastcgi_end(struct fastcgi *f)
{
        if (!record_write_end(&f->link, RECORD_STDOUT, f->id))
                end_request(f, REQUEST_COMPLETE);
        buffer_clear(&f->params);
        if (!f->body_ended)
                linger(f->link.fd);
        io_close(&f->link.fd);
}
