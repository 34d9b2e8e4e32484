/* Makes its stdout as large as it may be, leaves exactly 1 MiB in it and is gone at once. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        static char bytes[(1 << 20) + 1];
        size_t size = argc > 1 && !strcmp(argv[1], "more") ? sizeof bytes : sizeof bytes - 1, at = 0;
        fcntl(1, F_SETPIPE_SZ, 1 << 20);
        memset(bytes, 'b', sizeof bytes);
        while (at < size) {
                ssize_t put = write(1, bytes + at, size - at);
                if (put <= 0)
                        return 1;
                at += (size_t)put;
        }
        return 0;
}
