/* Tries to get at what all sandboxes of a host share: the page cache of files, the supply of IPv6 flow labels
 * (which outlive a program, too), memory for compiled socket filters, the buffers of sockets, terminals. */
#include "images/runner/protocol.h"

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void say(const char *what, int failed)
{
        printf("%s: %s\n", what, strerror(failed ? errno : 0));
}

/* The larger of a connection's two buffers, after asking for 4 MiB. */
static int buffer(int connection)
{
        int want = 4 << 20, in = 0, out = 0;
        socklen_t size = sizeof in;
        say("receive buffer", setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &want, sizeof want));
        say("send buffer", setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &want, sizeof want));
        getsockopt(connection, SOL_SOCKET, SO_RCVBUF, &in, &size);
        getsockopt(connection, SOL_SOCKET, SO_SNDBUF, &out, &size);
        return in > out ? in : out;
}

int main(void)
{
        struct in6_flowlabel_req label = {.flr_action = IPV6_FL_A_GET,
                .flr_share = IPV6_FL_S_ANY,
                .flr_flags = IPV6_FL_F_CREATE,
                .flr_linger = 150};
        struct sock_filter all = {BPF_RET | BPF_K, 0, 0, UINT32_MAX};
        struct sock_fprog filter = {1, &all};
        int four = socket(AF_INET, SOCK_STREAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0), on = 1;

        memset(&label.flr_dst, 7, sizeof label.flr_dst);
        say("label", setsockopt(six, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &label, sizeof label));
        say("filter", setsockopt(four, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
        /* What servers do. */
        say("address", setsockopt(four, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
        say("delay", setsockopt(four, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
        say("six", setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on));
        /* No such advice: whoever gets to the kernel with it is told so. */
        errno = posix_fadvise(open("/proc/self/exe", O_RDONLY), 0, 0, 99);
        say("advice", errno);
        puts(buffer(four) > PROTOCOL_TCP_BUFFER ? "large" : "small");
        say("terminal", open("/dev/ptmx", O_RDWR | O_NOCTTY) < 0);
        return 0;
}
