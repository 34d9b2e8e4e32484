/* Descriptors: whole reads and writes, waiting; the one place where EINTR is handled. */
#include "fcgi/base/io.h"
#include "fcgi/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

void io_close(int *fd)
{
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

int io_set_nonblocking(int fd, int on)
{
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0)
                return -1;
        int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
        return wanted == flags ? 0 : fcntl(fd, F_SETFL, wanted);
}

int io_poll(struct pollfd *fds, nfds_t count, int64_t deadline_ms)
{
        for (;;) {
                int ready = poll(fds, count, deadline_ms < 0 ? -1 : clock_left_ms(deadline_ms));
                if (ready >= 0 || errno != EINTR)
                        return ready;
        }
}

/* A socket is written without waiting and without SIGPIPE; anything else as its own flags say. */
static ssize_t write_some(int fd, const void *bytes, size_t length)
{
        ssize_t done;
        do {
                done = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (done < 0 && errno == ENOTSOCK)
                        done = write(fd, bytes, length);
        } while (done < 0 && errno == EINTR);
        return done;
}

int io_write_all(int fd, const void *bytes, size_t length, int64_t deadline_ms, struct error *err)
{
        const char *at = bytes;
        while (length) {
                ssize_t done = write_some(fd, at, length);
                if (done >= 0) {
                        at += done;
                        length -= (size_t)done;
                        continue;
                }
                if (errno != EAGAIN)
                        return error_errno(err, "write");
                struct pollfd wait = {.fd = fd, .events = POLLOUT};
                int ready = io_poll(&wait, 1, deadline_ms);
                if (ready < 0)
                        return error_errno(err, "poll");
                if (ready == 0) {
                        errno = ETIMEDOUT;
                        return error_set(err, "write: timed out");
                }
        }
        return 0;
}

ssize_t io_read_file(const char *path, size_t max, char **data, struct error *err)
{
        int result = -1;
        size_t size = 0, capacity = 0;
        char *bytes = NULL;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
                error_errno(err, "%s", path);
                goto out;
        }
        for (;;) {
                if (capacity - size < 2) {
                        /* One byte more than allowed, to tell a full file from one that is too long, and the
                         * NUL. */
                        capacity = capacity ? capacity * 2 : 4096;
                        if (capacity > max + 2)
                                capacity = max + 2;
                        char *grown = realloc(bytes, capacity);
                        if (!grown) {
                                error_set(err, "%s: out of memory", path);
                                goto out;
                        }
                        bytes = grown;
                }
                ssize_t got = read(fd, bytes + size, capacity - size - 1);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0) {
                        error_errno(err, "%s", path);
                        goto out;
                }
                if (got == 0)
                        break;
                size += (size_t)got;
                if (size > max) {
                        error_set(err, "%s: larger than %zu bytes", path, max);
                        goto out;
                }
        }
        bytes[size] = 0;
        *data = bytes;
        bytes = NULL;
        result = 0;
out:
        free(bytes);
        io_close(&fd);
        return result ? -1 : (ssize_t)size;
}

static int unix_address(struct sockaddr_un *address, const char *path, struct error *err)
{
        memset(address, 0, sizeof(*address));
        address->sun_family = AF_UNIX;
        if (strlen(path) >= sizeof(address->sun_path))
                return error_set(
                        err, "%s: socket path longer than %zu bytes", path, sizeof(address->sun_path) - 1);
        memcpy(address->sun_path, path, strlen(path) + 1);
        return 0;
}

/* Remove what a dead process left at path; refuse to remove what somebody listens on or what is no socket. */
static int remove_stale(const char *path, int type, const struct sockaddr_un *address, struct error *err)
{
        struct stat st;
        if (lstat(path, &st))
                return errno == ENOENT ? 0 : error_errno(err, "%s", path);
        if (!S_ISSOCK(st.st_mode))
                return error_set(err, "%s: exists and is not a socket", path);
        int probe = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (probe < 0)
                return error_errno(err, "socket");
        int answered =
                connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN;
        io_close(&probe);
        if (answered)
                return error_set(err, "%s: somebody listens there already", path);
        if (unlink(path) && errno != ENOENT)
                return error_errno(err, "%s", path);
        return 0;
}

int io_listen_unix(const char *path, int type, mode_t mode, gid_t group, int backlog, struct error *err)
{
        int result = -1;
        struct sockaddr_un address;
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0) {
                error_errno(err, "socket");
                goto out;
        }
        if (unix_address(&address, path, err) || remove_stale(path, type, &address, err))
                goto out;
        /* Nobody may connect before group and mode are what they shall be. */
        mode_t mask = umask(0177);
        int bound = bind(fd, (struct sockaddr *)&address, sizeof(address));
        umask(mask);
        if (bound) {
                error_errno(err, "%s: bind", path);
                goto out;
        }
        if ((group != (gid_t)-1 && chown(path, (uid_t)-1, group)) || chmod(path, mode) ||
                listen(fd, backlog)) {
                error_errno(err, "%s", path);
                unlink(path);
                goto out;
        }
        result = fd;
        fd = -1;
out:
        io_close(&fd);
        return result;
}

int io_connect_unix(const char *path, int type, struct error *err)
{
        struct sockaddr_un address;
        /* A unix socket's connect waits for room in the listener's backlog for as long as a send may wait:
         * unix(7). */
        struct timeval wait = {.tv_sec = IO_CONNECT_MAX_MS / 1000}, forever = {.tv_sec = 0};
        if (unix_address(&address, path, err))
                return -1;
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return error_errno(err, "socket");
        int done;
        do
                done = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ||
                       connect(fd, (struct sockaddr *)&address, sizeof(address));
        while (done && errno == EINTR);
        if (done || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &forever, sizeof(forever))) {
                error_errno(err, "%s", path);
                io_close(&fd);
        }
        return fd;
}
