/* Hides open files in sockets that only exist in each other's queues: a full unlinked file, and the end of
 * its own stdout. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pass(int over, int fd)
{
        char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
        struct iovec part = {&byte, 1};
        struct msghdr message = {
                .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
        return sendmsg(over, &message, 0) == 1 ? 0 : -1;
}

int main(void)
{
        static char block[1 << 20];
        int ends[2], file = open("/workspace/hidden", O_CREAT | O_RDWR, 0600);
        for (int i = 0; i < 10; i++)
                if (write(file, block, sizeof block) != sizeof block)
                        return 1;
        if (unlink("/workspace/hidden") || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
                return 2;
        if (pass(ends[0], file) || pass(ends[0], 1) || pass(ends[0], ends[0]) || pass(ends[0], ends[1]) ||
                pass(ends[1], ends[0]))
                return 3;
        puts("hidden");
        return 0;
}
