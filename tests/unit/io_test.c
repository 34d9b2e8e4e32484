/* Descriptors: whole writes with deadlines, files with ceilings, unix sockets, passing a descriptor. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/sandpool-io-XXXXXX";

static const char *in_folder(const char *name)
{
        static char path[256];
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        return path;
}

static int make_folder(void **state)
{
        (void)state;
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        (void)state;
        return rmdir(folder);
}

static void write_all_times_out(void **state)
{
        (void)state;
        int pair[2];
        struct error err = {0};
        static char big[4 << 20];
        assert_int_equal(
                socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0); /* blocking: must not block all the same */
        int64_t start = clock_ms();
        assert_int_equal(io_write_all(pair[0], big, sizeof(big), start + 50, &err), -1);
        assert_true(clock_ms() - start >= 50);
        assert_string_equal(err.text, "write: timed out");
        close(pair[0]);
        close(pair[1]);
}

static void write_all_to_a_closed_peer_is_an_error_without_signal(void **state)
{
        (void)state;
        int pair[2];
        struct error err = {0};
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        close(pair[1]);
        assert_int_equal(io_write_all(pair[0], "x", 1, -1, &err), -1);
        assert_non_null(strstr(err.text, strerror(EPIPE)));
        close(pair[0]);
}

static void write_all_writes_everything(void **state)
{
        (void)state;
        int pair[2], status;
        enum { SIZE = 1 << 20 };
        char *big = calloc(1, SIZE);
        for (int i = 0; i < SIZE; i++)
                big[i] = (char)(i * 7);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        pid_t child = fork();
        if (child == 0) {
                close(pair[0]);
                for (int at = 0; at < SIZE;) {
                        char piece[777];
                        ssize_t got = read(pair[1], piece, sizeof(piece));
                        if (got <= 0 || memcmp(piece, big + at, (size_t)got))
                                _exit(1);
                        at += (int)got;
                }
                _exit(0);
        }
        close(pair[1]);
        struct error err = {0};
        assert_int_equal(io_write_all(pair[0], big, SIZE, clock_ms() + 60000, &err), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        close(pair[0]);
        free(big);
}

static void read_file_has_a_ceiling(void **state)
{
        (void)state;
        const char *path = in_folder("file");
        FILE *f = fopen(path, "w");
        for (int i = 0; i < 10000; i++)
                fputc('a' + i % 26, f);
        fclose(f);
        char *data = NULL;
        struct error err = {0};
        assert_int_equal(io_read_file(path, 10000, &data, &err), 10000);
        assert_int_equal(strlen(data), 10000);
        assert_int_equal(data[9999], 'a' + 9999 % 26);
        free(data);
        data = NULL;
        assert_int_equal(io_read_file(path, 9999, &data, &err), -1);
        assert_null(data);
        assert_non_null(strstr(err.text, "larger than 9999 bytes"));
        unlink(path);
        err.text[0] = 0;
        assert_int_equal(io_read_file(path, 10, &data, &err), -1);
        assert_non_null(strstr(err.text, strerror(ENOENT)));
        assert_int_equal(io_read_file("/dev/null", 0, &data, &err), 0);
        assert_string_equal(data, "");
        free(data);
        err.text[0] = 0;
        assert_int_equal(io_read_file(folder, 10, &data, &err), -1);
}

static void listen_and_connect(void **state)
{
        (void)state;
        struct error err = {0};
        struct stat st;
        const char *path = in_folder("socket");
        int fd = io_listen_unix(path, SOCK_STREAM, 0660, (gid_t)-1, 5, &err);
        assert_true(fd >= 0);
        assert_int_equal(lstat(path, &st), 0);
        assert_int_equal(st.st_mode, S_IFSOCK | 0660);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        int client = io_connect_unix(path, SOCK_STREAM, &err);
        assert_true(client >= 0);
        assert_true(fcntl(client, F_GETFD) & FD_CLOEXEC);
        /* Somebody listens: refused; dead: replaced. */
        assert_int_equal(io_listen_unix(path, SOCK_STREAM, 0660, (gid_t)-1, 5, &err), -1);
        assert_non_null(strstr(err.text, "listens there already"));
        close(client);
        io_close(&fd);
        assert_int_equal(fd, -1);
        err.text[0] = 0;
        fd = io_listen_unix(path, SOCK_SEQPACKET, 0600, (gid_t)-1, 5, &err);
        assert_true(fd >= 0);
        close(fd);
        unlink(path);
}

static void listen_spares_what_is_no_socket(void **state)
{
        (void)state;
        struct error err = {0};
        const char *path = in_folder("precious");
        close(open(path, O_CREAT | O_WRONLY, 0600));
        assert_int_equal(io_listen_unix(path, SOCK_STREAM, 0600, (gid_t)-1, 5, &err), -1);
        assert_int_equal(access(path, F_OK), 0);
        unlink(path);
        char longer[200];
        memset(longer, 'a', sizeof(longer) - 1);
        longer[sizeof(longer) - 1] = 0;
        err.text[0] = 0;
        assert_int_equal(io_listen_unix(longer, SOCK_STREAM, 0600, (gid_t)-1, 5, &err), -1);
        assert_non_null(strstr(err.text, "longer than 107"));
}

static int count_descriptors(void)
{
        int count = 0;
        for (int fd = 0; fd < 256; fd++)
                count += fcntl(fd, F_GETFD) >= 0;
        return count;
}

static void messages_pass_a_descriptor(void **state)
{
        (void)state;
        int pair[2], got = -2;
        char text[16];
        int before = count_descriptors();
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
        assert_int_equal(io_send_message(pair[0], "hello", 5, STDERR_FILENO), 0);
        assert_int_equal(io_recv_message(pair[1], text, sizeof(text), &got), 5);
        assert_memory_equal(text, "hello", 5);
        assert_true(got >= 0);
        assert_true(fcntl(got, F_GETFD) & FD_CLOEXEC);
        struct stat a, b;
        assert_int_equal(fstat(got, &a), 0);
        assert_int_equal(fstat(STDERR_FILENO, &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
        io_close(&got);
        assert_int_equal(io_send_message(pair[0], "bye", 3, -1), 0);
        assert_int_equal(io_recv_message(pair[1], text, sizeof(text), &got), 3);
        assert_int_equal(got, -1);
        /* Unasked descriptors are closed, those of messages that are too long too. */
        assert_int_equal(io_send_message(pair[0], "bye", 3, STDERR_FILENO), 0);
        assert_int_equal(io_recv_message(pair[1], text, sizeof(text), NULL), 3);
        assert_int_equal(io_send_message(pair[0], "01234567890123456", 17, STDERR_FILENO), 0);
        assert_int_equal(io_recv_message(pair[1], text, sizeof(text), &got), -1);
        assert_int_equal(errno, EMSGSIZE);
        assert_int_equal(got, -1);
        close(pair[0]);
        assert_int_equal(io_recv_message(pair[1], text, sizeof(text), &got), 0);
        close(pair[1]);
        assert_int_equal(count_descriptors(), before);
}

static void nonblocking_and_full(void **state)
{
        (void)state;
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
        assert_int_equal(io_set_nonblocking(pair[0], 1), 0);
        int sent = 0;
        while (sent < 100000 && io_send_message(pair[0], "x", 1, -1) == 0)
                sent++;
        assert_int_equal(errno, EAGAIN);
        assert_int_equal(io_set_nonblocking(pair[0], 0), 0);
        assert_false(fcntl(pair[0], F_GETFL) & O_NONBLOCK);
        close(pair[0]);
        close(pair[1]);
}

static void poll_keeps_its_deadline(void **state)
{
        (void)state;
        int64_t start = clock_ms();
        assert_int_equal(io_poll(NULL, 0, start + 30), 0);
        assert_true(clock_ms() - start >= 30);
        assert_int_equal(io_poll(NULL, 0, start - 1000), 0);
}

static void a_full_backlog_is_not_waited_for_without_end(void **state)
{
        (void)state;
        struct error err = {0};
        char place[] = "/tmp/sandpool-io-XXXXXX", full[64];
        assert_non_null(mkdtemp(place));
        snprintf(full, sizeof(full), "%s/full.sock", place);
        int listener = io_listen_unix(full, SOCK_SEQPACKET, 0600, (gid_t)-1, 0, &err);
        int first = io_connect_unix(full, SOCK_SEQPACKET, &err);
        assert_true(listener >= 0 && first >= 0);
        assert_int_equal(io_connect_unix(full, SOCK_SEQPACKET, &err), -1);
        assert_string_not_equal(err.text, "");
        close(first);
        close(listener);
        unlink(full);
        rmdir(place);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(write_all_times_out),
                cmocka_unit_test(write_all_to_a_closed_peer_is_an_error_without_signal),
                cmocka_unit_test(write_all_writes_everything),
                cmocka_unit_test(read_file_has_a_ceiling),
                cmocka_unit_test(listen_and_connect),
                cmocka_unit_test(listen_spares_what_is_no_socket),
                cmocka_unit_test(messages_pass_a_descriptor),
                cmocka_unit_test(nonblocking_and_full),
                cmocka_unit_test(poll_keeps_its_deadline),
                cmocka_unit_test(a_full_backlog_is_not_waited_for_without_end),
        };
        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
