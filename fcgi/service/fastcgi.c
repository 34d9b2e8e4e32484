/* FastCGI connections by libfcgi.
 *
 * We accept ourselves and hand the descriptor over, for three reasons: with EPOLLEXCLUSIVE one idle worker is
 * woken by a connection and not all of them; time-outs can be set before libfcgi reads the first byte; and
 * closing is ours, where libfcgi would wait up to two seconds for the peer. FCGX_Accept_r takes a connection
 * that is there already (ipcFd) when the request before it says keepConnection. */
#include "fcgi/service/fastcgi.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#define LINGER_MS 1000
#define LINGER_BYTES (64 << 20)

struct fastcgi {
        int listen_fd;
        int epoll_fd;
        int silence_ms;
        int fd; /* the accepted connection */
        bool body_ended;
        FCGX_Request request;
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
        f->fd = -1;
        f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
        if (f->epoll_fd < 0 || epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, listen_fd, &event)) {
                error_errno(err, "epoll");
                goto fail;
        }
        if (FCGX_Init() || FCGX_InitRequest(&f->request, -1, 0)) {
                error_set(err, "libfcgi does not start");
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
        FCGX_Free(&f->request, 0);
        io_close(&f->fd);
        io_close(&f->epoll_fd);
        free(f);
}

int fastcgi_wait(struct fastcgi *f, const sigset_t *mask, struct error *err)
{
        struct epoll_event event;
        struct timeval silence = {.tv_sec = f->silence_ms / 1000, .tv_usec = f->silence_ms % 1000 * 1000};
        if (mask && epoll_pwait(f->epoll_fd, &event, 1, -1, mask) < 0)
                return errno == EINTR ? 0 : error_errno(err, "epoll_wait");
        f->fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (f->fd < 0) {
                /* Others took it, it went away, or memory and descriptors are short for a moment. */
                if (errno == EINVAL)
                        return -1;
                if (errno == EBADF || errno == ENOTSOCK)
                        return error_errno(err, "accept");
                return 0;
        }
        setsockopt(f->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
        setsockopt(f->fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
        return 1;
}

int fastcgi_begin(struct fastcgi *f)
{
        f->body_ended = false;
        f->request.ipcFd = f->fd;
        f->request.keepConnection = 1; /* else FCGX_Accept_r begins by closing ipcFd */
        if (FCGX_Accept_r(&f->request)) {
                f->fd = -1; /* closed by libfcgi */
                return 0;
        }
        /* libfcgi takes parameters that were cut short for all there are. */
        if (FCGX_GetError(f->request.in) == 0)
                return 1;
        FCGX_Free(&f->request, 0);
        f->request.ipcFd = -1;
        io_close(&f->fd);
        return 0;
}

const char *fastcgi_param(const struct fastcgi *f, const char *name)
{
        const char *value = FCGX_GetParam(name, f->request.envp);
        return value ? value : "";
}

size_t fastcgi_read(struct fastcgi *f, void *bytes, size_t size)
{
        char *at = bytes;
        size_t done = 0;
        while (done < size) {
                size_t part = size - done < 1 << 20 ? size - done : 1 << 20;
                int got = FCGX_GetStr(at + done, (int)part, f->request.in);
                if (got <= 0)
                        break;
                done += (size_t)got;
        }
        return done;
}

bool fastcgi_body_ends(struct fastcgi *f)
{
        f->body_ended = FCGX_GetChar(f->request.in) == EOF;
        return f->body_ended;
}

int fastcgi_fd(const struct fastcgi *f)
{
        return f->fd;
}

int fastcgi_write(struct fastcgi *f, const void *bytes, size_t size)
{
        const char *at = bytes;
        while (size) {
                int part = size < 1 << 20 ? (int)size : 1 << 20;
                if (FCGX_PutStr(at, part, f->request.out) != part)
                        return -1;
                at += part;
                size -= (size_t)part;
        }
        return 0;
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

void fastcgi_finish(struct fastcgi *f)
{
        FCGX_FClose(f->request.err);
        FCGX_FClose(f->request.out);
}

void fastcgi_end(struct fastcgi *f)
{
        FCGX_Free(&f->request, 0);
        f->request.ipcFd = -1;
        if (!f->body_ended)
                linger(f->fd);
        io_close(&f->fd);
}
