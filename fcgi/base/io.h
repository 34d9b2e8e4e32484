/* Descriptors: whole reads and writes, sockets, passing a descriptor. EINTR is handled here and nowhere else.
 */
#ifndef SANDPOOL_IO_H
#define SANDPOOL_IO_H

#include "fcgi/base/error.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* close(2) unless *fd is negative, then -1 into *fd. */
void io_close(int *fd);

/* Set or clear O_NONBLOCK. Returns 0/-1 (errno). */
int io_set_nonblocking(int fd, int on);

/* poll(2), restarted after signals until the deadline (clock_ms; negative: none). Returns as poll does. */
int io_poll(struct pollfd *fds, nfds_t count, int64_t deadline_ms);

/* Write all of length bytes before the deadline (clock_ms; negative: none); the descriptor may be
 * non-blocking. 0/-1. */
int io_write_all(int fd, const void *bytes, size_t length, int64_t deadline_ms, struct error *err);

/* Read a whole file of at most max bytes; *data is malloc'd, NUL-terminated, the caller's. Returns its size
 * or -1. */
ssize_t io_read_file(const char *path, size_t max, char **data, struct error *err);

/* A listening unix socket (type SOCK_STREAM or SOCK_SEQPACKET), CLOEXEC, non-blocking, at path with the given
 * mode, group
 * (-1: as is) and backlog. A stale socket file at path is replaced. Returns the descriptor or -1. */
int io_listen_unix(const char *path, int type, mode_t mode, gid_t group, int backlog, struct error *err);

/* Connect to a unix socket; CLOEXEC, blocking. Where the listener's backlog is full it waits at most
 * IO_CONNECT_MAX_MS; with SOCK_NONBLOCK in type, not at all, and the descriptor is non-blocking. Returns the
 * descriptor or -1. */
#define IO_CONNECT_MAX_MS 2000
int io_connect_unix(const char *path, int type, struct error *err);

/* One message over a SEQPACKET socket, with one descriptor when pass_fd is not negative. Returns 0/-1 (errno
 * EAGAIN when the socket is non-blocking and full). */
int io_send_message(int fd, const void *message, size_t size, int pass_fd);

/* One message, at most size bytes; a longer one is an error. A descriptor that came with it goes to *fd_out
 * (CLOEXEC), else -1; unasked descriptors are closed. Returns the size, 0 at the end of the stream, -1 on
 * error (errno). */
ssize_t io_recv_message(int fd, void *message, size_t size, int *fd_out);

#endif
