/* Messages over SEQPACKET sockets, with a descriptor passed along (the second half of io.h). */
#include "fcgi/base/io.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int io_send_message(int fd, const void *message, size_t size, int pass_fd)
{
        struct iovec part = {.iov_base = (void *)(uintptr_t)message, .iov_len = size};
        union {
                char space[CMSG_SPACE(sizeof(int))];
                struct cmsghdr align;
        } control;
        struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
        if (pass_fd >= 0) {
                memset(&control, 0, sizeof(control));
                header.msg_control = control.space;
                header.msg_controllen = sizeof(control.space);
                struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
                rights->cmsg_level = SOL_SOCKET;
                rights->cmsg_type = SCM_RIGHTS;
                rights->cmsg_len = CMSG_LEN(sizeof(int));
                memcpy(CMSG_DATA(rights), &pass_fd, sizeof(int));
        }
        ssize_t sent;
        do
                sent = sendmsg(fd, &header, MSG_NOSIGNAL);
        while (sent < 0 && errno == EINTR);
        return sent < 0 ? -1 : 0;
}

/* Keep the first descriptor that came when somebody wants one, close every other. */
static void take_descriptors(struct msghdr *header, int *fd_out)
{
        for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
                if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
                        continue;
                size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                for (size_t i = 0; i < count; i++) {
                        int got;
                        memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                        if (fd_out && *fd_out < 0)
                                *fd_out = got;
                        else
                                close(got);
                }
        }
}

ssize_t io_recv_message(int fd, void *message, size_t size, int *fd_out)
{
        struct iovec part = {.iov_base = message, .iov_len = size};
        union {
                char space[CMSG_SPACE(4 * sizeof(int))];
                struct cmsghdr align;
        } control;
        struct msghdr header = {.msg_iov = &part,
                .msg_iovlen = 1,
                .msg_control = control.space,
                .msg_controllen = sizeof(control.space)};
        if (fd_out)
                *fd_out = -1;
        ssize_t got;
        do
                got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
        while (got < 0 && errno == EINTR);
        if (got < 0)
                return -1;
        take_descriptors(&header, fd_out);
        if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
                if (fd_out)
                        io_close(fd_out);
                errno = EMSGSIZE;
                return -1;
        }
        return got;
}
