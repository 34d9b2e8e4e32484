/* The time comes as a control message. */
#include "tests/bench/arrival.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int64_t microseconds(const struct timespec *time)
{
        return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}

int64_t arrival_now_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return microseconds(&now);
}

void arrival_ask_for(int fd)
{
        int on = 1;
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

ssize_t arrival_read(int fd, void *bytes, size_t size, int64_t *came_us)
{
        char control[256] __attribute__((aligned(_Alignof(struct cmsghdr))));
        struct iovec part = {bytes, size};
        struct msghdr message = {
                .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(fd, &message, 0);
        *came_us = arrival_now_us();
        for (struct cmsghdr *at = n > 0 ? CMSG_FIRSTHDR(&message) : NULL; at; at = CMSG_NXTHDR(&message, at))
                if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS) {
                        struct timespec came;
                        memcpy(&came, CMSG_DATA(at), sizeof came);
                        *came_us = microseconds(&came);
                }
        return n;
}
