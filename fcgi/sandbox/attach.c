/* Attaching to a container's streams without libcurl: the connection is ours from the first byte behind the
 * answer's head. */
#include "fcgi/sandbox/attach.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/engine_count.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void ended(struct attach *attach, bool answered, bool good)
{
        attach->asked = false;
        engine_count("attach", answered, good, attach->began_us);
}

static int ask(struct attach *attach, const char *socket_path, const char *api_prefix, const char *container,
        struct error *err)
{
        char request[512];
        int length = snprintf(request, sizeof request,
                "POST %s/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                "Host: docker\r\nContent-Length: 0\r\n\r\n",
                api_prefix, container);
        if (length < 0 || (size_t)length >= sizeof request)
                return error_set(err, "attach: the request is too long");
        attach->fd = io_connect_unix(socket_path, SOCK_STREAM | SOCK_NONBLOCK, err);
        if (attach->fd < 0)
                return error_wrap(err, "attach");
        /* A fresh socket's buffer takes the few bytes at once. */
        if (send(attach->fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
                error_errno(err, "attach: cannot ask");
                io_close(&attach->fd);
                return -1;
        }
        return 0;
}

int attach_begin(struct attach *attach, const char *socket_path, const char *api_prefix,
        const char *container, struct error *err)
{
        attach->head_size = 0;
        attach->began_us = clock_us();
        attach->asked = !ask(attach, socket_path, api_prefix, container, err);
        if (attach->asked)
                return 0;
        ended(attach, false, false);
        return -1;
}

/* The head is taken byte by byte up to its empty line by peeking, so that not a byte of the stream is taken
 * with it. 1: all of it is there; 0, -1 as attach_continue. */
static int take_head(struct attach *attach, struct error *err)
{
        char *head = attach->head;
        size_t room = sizeof attach->head - 1 - attach->head_size;
        ssize_t peeked = recv(attach->fd, head + attach->head_size, room, MSG_PEEK);
        if (peeked < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (peeked < 0)
                return error_errno(err, "attach");
        if (!peeked)
                return error_set(err, "attach: closed or too long an answer");
        size_t size = attach->head_size + (size_t)peeked;
        head[size] = '\0';
        char *end = memmem(head, size, "\r\n\r\n", 4);
        size_t take = end ? (size_t)(end + 4 - head) - attach->head_size : (size_t)peeked;
        if (recv(attach->fd, head + attach->head_size, take, 0) != (ssize_t)take)
                return error_errno(err, "attach");
        attach->head_size += take;
        return end ? 1 : 0;
}

int attach_continue(struct attach *attach, struct error *err)
{
        const char *head = attach->head;
        int rc = take_head(attach, err);
        if (!rc)
                return 0;
        /* 101 where the daemon upgrades, 200 where it just goes over to the stream. */
        bool good = rc > 0 && (!strncmp(head, "HTTP/1.1 200 ", 13) || !strncmp(head, "HTTP/1.1 101 ", 13));
        ended(attach, rc > 0, good);
        if (rc > 0 && !good)
                return error_set(err, "attach: %.*s", (int)strcspn(head, "\r\n"), head);
        return rc;
}

void attach_close(struct attach *attach)
{
        if (attach->asked && clock_us() - attach->began_us >= ATTACH_TIMEOUT_MS * INT64_C(1000))
                ended(attach, false, false);
        attach->asked = false;
        if (attach->fd >= 0)
                shutdown(attach->fd, SHUT_RDWR);
        io_close(&attach->fd);
}
