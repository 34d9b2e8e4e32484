/* The broker with a worker that was taken over: any bytes, in any order, over its socket, never a crash,
 * never a wait, never a sandbox that stays behind or is lent with somebody else's limits. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/model/language.h"
#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/lease.h"
#include "fcgi/sandbox/message.h"
#include "tests/integration/lone_broker.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define QUEUE_TIMEOUT_MS 60000
#define CONNECTIONS 12
#define RESIZES 200
#define ABUSE_MS 6000
#define STATUS_MS 30000
#define LINGER_S 120 /* longer than a broker that it does not hold up can take to tell its status */

/* Room for two pythons, of which one is warm. */
static int setup(void **state)
{
        (void)state;
        if (lone_broker_prepare(QUEUE_TIMEOUT_MS, 2))
                return -1;
        lone_broker_language("python")->warm = 1;
        return 0;
}

static const struct language *python(void)
{
        return registry_find(broker.registry, "python");
}

static int acquire(struct broker_link *link, uint32_t memory_mib, struct lease *lease)
{
        struct error err = {0};
        int answer = lease_acquire(link, python(), memory_mib, 10000, "abuse-test", -1, lease, &err);
        assert_string_equal(err.text, "");
        return answer;
}

/* Whoever is honest is served still: soon, for the queue of those that connect may be full. */
static void serves(void)
{
        struct lease lease;
        struct error err;
        struct broker_link *link = broker_link_new(broker.path, QUEUE_TIMEOUT_MS);
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        do {
                assert_true(clock_ms() < deadline);
                err = (struct error){0};
        } while (lease_acquire(link, python(), 128, 10000, "abuse-test", -1, &lease, &err) != LEASE_GRANTED);
        lease_release(link, &lease, true);
        broker_link_free(link);
}

/* A connection whose bytes are ours to choose; a full queue of those that connect is waited for. */
static int connect_raw(void)
{
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        int fd;
        while ((fd = io_connect_unix(broker.path, SOCK_SEQPACKET, NULL)) < 0)
                assert_true(clock_ms() < deadline);
        return fd;
}

static int say(int fd, const struct message *message)
{
        return send(fd, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof *message
                       ? 0
                       : -1;
}

/* Take an answer, with the descriptor that comes with it. 0; -1 when the connection ended or nothing came. */
static int hear(int fd, struct message *message, int *stream)
{
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (io_poll(&wait, 1, clock_ms() + LONE_BROKER_PATIENCE_MS) <= 0)
                return -1;
        return io_recv_message(fd, message, sizeof *message, stream) == (ssize_t)sizeof *message ? 0 : -1;
}

static struct message ask(uint32_t type, uint64_t number, uint32_t memory_mib)
{
        struct message message = {.type = type, .number = number, .memory_mib = memory_mib, .hold_ms = 10000};
        strcpy(message.language, "python");
        strcpy(message.request_id, "abuse-test");
        return message;
}

/* A lease over a raw connection; the stream is closed at once. */
static struct message lease_raw(int fd)
{
        struct message acquire_it = ask(MESSAGE_ACQUIRE, 0, 128), answer = {0};
        int stream = -1;
        assert_int_equal(say(fd, &acquire_it), 0);
        assert_int_equal(hear(fd, &answer, &stream), 0);
        assert_int_equal(answer.value, LEASE_GRANTED);
        io_close(&stream);
        return answer;
}

static unsigned broker_fds(void)
{
        char path[64];
        unsigned count = 0;
        snprintf(path, sizeof path, "/proc/%d/fd", (int)broker.pid);
        DIR *list = opendir(path);
        assert_non_null(list);
        while (readdir(list))
                count++;
        closedir(list);
        return count;
}

/* Whether the status has come, and with it everything that was said before has been read; takes all that is
 * there. */
static bool status_is_there(int fd)
{
        char bytes[sizeof(struct broker_status)];
        int stream = -1;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        bool is = false;
        while (!is && poll(&wait, 1, 0) > 0) {
                ssize_t size = io_recv_message(fd, bytes, sizeof bytes, &stream);
                io_close(&stream);
                assert_true(size > 0);
                is = size == (ssize_t)sizeof bytes;
        }
        return is;
}

/* Say it, however full the way is. */
static void insist(int fd, const struct message *message)
{
        struct pollfd room = {.fd = fd, .events = POLLOUT};
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        while (say(fd, message))
                assert_true(io_poll(&room, 1, deadline) > 0 && !(room.revents & (POLLHUP | POLLERR)));
}

static bool status_within(int timeout_ms)
{
        struct broker_status status;
        int64_t deadline = clock_ms() + timeout_ms;
        bool came = false;
        while (!came && clock_ms() < deadline) {
                struct error err = {0};
                struct broker_link *link = broker_link_new(broker.path, QUEUE_TIMEOUT_MS);
                came = !broker_status_get(link, &status, clock_left_ms(deadline), &err);
                broker_link_free(link);
        }
        return came;
}

static void resizes_do_not_pile_up(void **state)
{
        (void)state;
        lone_broker_start(0);
        serves();
        unsigned before = broker_fds(), most = 0;
        int fd = connect_raw();
        struct message lease = lease_raw(fd);
        for (int i = 0; i < RESIZES; i++) {
                struct message resize = ask(MESSAGE_RESIZE, lease.number, 64 + (uint32_t)i);
                if (say(fd, &resize))
                        break;
        }
        /* Between one status and the next it reads at least one of them. */
        for (int i = 0; i < RESIZES; i++) {
                assert_true(status_within(STATUS_MS));
                unsigned now = broker_fds();
                most = now > most ? now : most;
        }
        assert_true(most < before + 10);
        close(fd);
        serves();
        lone_broker_stop();
}

/* A lease ends while its resize is under way: the next one must not have its memory, whichever of two calls
 * the daemon takes first. */
static void a_resize_ends_with_its_lease(void **state)
{
        (void)state;
        struct lease next;
        broker.settings->pool_max = 1;
        lone_broker_start(0);
        serves();
        int fd = connect_raw();
        struct message lease = lease_raw(fd), resize = ask(MESSAGE_RESIZE, lease.number, 512),
                       release = ask(MESSAGE_RELEASE, lease.number, 0);
        release.value = 1;
        assert_int_equal(say(fd, &resize), 0);
        assert_int_equal(say(fd, &release), 0);
        struct broker_link *link = broker_link_new(broker.path, QUEUE_TIMEOUT_MS);
        assert_int_equal(acquire(link, 128, &next), LEASE_GRANTED);
        assert_string_not_equal(next.sandbox, lease.sandbox);
        lease_release(link, &next, true);
        broker_link_free(link);
        close(fd);
        lone_broker_stop();
}

/* Who collects leases without reading the answers is cut off, before the descriptors in them are too many. */
static void answers_must_be_read(void **state)
{
        (void)state;
        lone_broker_start(0);
        serves();
        int fd = connect_raw();
        struct message acquire_it = ask(MESSAGE_ACQUIRE, 0, 128), release = ask(MESSAGE_RELEASE, 0, 0);
        struct pollfd answer = {.fd = fd, .events = POLLIN | POLLRDHUP};
        struct pollfd end = {.fd = fd, .events = POLLRDHUP};
        release.value = 1;
        insist(fd, &acquire_it);
        assert_int_equal(io_poll(&answer, 1, clock_ms() + LONE_BROKER_PATIENCE_MS), 1);
        assert_int_equal(answer.revents, POLLIN);
        /* Leases are numbered from 1; serves took some. */
        for (release.number = 1; release.number < 60; release.number++)
                insist(fd, &release);
        insist(fd, &acquire_it);
        assert_int_equal(io_poll(&end, 1, clock_ms() + LONE_BROKER_PATIENCE_MS), 1);
        assert_true(end.revents & (POLLRDHUP | POLLHUP));
        close(fd);
        serves();
        lone_broker_stop();
}

/* A TCP socket with data that nobody reads, whose close waits for as long as it says. */
static int lingering_socket(int *peer)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        struct linger linger = {1, LINGER_S};
        static char bytes[65536];
        int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, size), 0);
        *peer = accept(listener, NULL, NULL);
        close(listener);
        for (int full = 0; full < 20;)
                if (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) < 0) {
                        full++;
                        usleep(5000);
                }
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
        return fd;
}

static void a_descriptor_cannot_make_it_wait(void **state)
{
        (void)state;
        int off = 0, probe = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        bool refused = !setsockopt(probe, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);
        close(probe);
        if (!refused)
                skip(); /* before Linux 6.16 */
        lone_broker_start(0);
        serves();
        struct message cancel = ask(MESSAGE_CANCEL, 0, 0);
        int fd = connect_raw(), peer, slow = lingering_socket(&peer);
        /* Much to read before it, so that the last one to close it is the broker. */
        for (int i = 0; i < 100 && !say(fd, &cancel); i++)
                ;
        /* Sent, it is the broker's to close; refused, it must not make the test wait. */
        if (io_send_message(fd, &cancel, sizeof cancel, slow))
                assert_int_equal(setsockopt(slow, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
                                         sizeof(struct linger)),
                        0);
        close(slow);
        struct message status = ask(MESSAGE_STATUS, 0, 0);
        insist(fd, &status);
        int64_t deadline = clock_ms() + STATUS_MS;
        while (!status_is_there(fd)) /* it has read what came before */
                assert_true(clock_ms() < deadline);
        assert_true(status_within(STATUS_MS));
        close(peer);
        close(fd);
        serves();
        lone_broker_stop();
}

/* One process connects as often as it can; another one is served all the same. */
static void one_process_cannot_take_every_place(void **state)
{
        (void)state;
        int fds[2 * CLIENTS_MAX], status;
        lone_broker_start(3);
        serves();
        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
                struct message acquire_it = ask(MESSAGE_ACQUIRE, 0, 128);
                fds[i] = connect_raw();
                say(fds[i], &acquire_it);
        }
        pid_t honest = fork();
        if (!honest)
                _exit(status_within(STATUS_MS) ? 0 : 1);
        assert_int_equal(waitpid(honest, &status, 0), honest);
        assert_int_equal(status, 0);
        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
                close(fds[i]);
        serves();
        lone_broker_stop();
}

/* One connection of the worker that was taken over. */
struct abuser {
        int fd, stream;
        uint64_t number; /* of the last lease heard of */
};

static uint64_t next_random(void)
{
        static uint64_t x = 0x9e3779b97f4a7c15U;
        x ^= x << 13;
        x ^= x >> 7;
        return x ^= x << 17;
}

static uint32_t pick(uint32_t below)
{
        return (uint32_t)(next_random() >> 32) % below;
}

static void abuser_listen(struct abuser *abuser)
{
        char bytes[sizeof(struct broker_status)];
        int stream = -1;
        struct pollfd wait = {.fd = abuser->fd, .events = POLLIN};
        if (poll(&wait, 1, 0) <= 0 || io_recv_message(abuser->fd, bytes, sizeof bytes, &stream) <= 0)
                return;
        struct message answer;
        memcpy(&answer, bytes, sizeof answer);
        if (answer.number)
                abuser->number = answer.number;
        if (stream < 0)
                return;
        io_close(&abuser->stream);
        abuser->stream = stream;
}

static void abuser_again(struct abuser *abuser)
{
        io_close(&abuser->fd);
        io_close(&abuser->stream);
        abuser->number = 0;
        abuser->fd = connect_raw();
}

static void abuser_noise(struct abuser *abuser)
{
        uint64_t bytes[256];
        for (size_t i = 0; i < 256; i++)
                bytes[i] = next_random();
        if (abuser->stream >= 0 && pick(2))
                send(abuser->stream, bytes, 1 + pick(sizeof bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
        else
                send(abuser->fd, bytes, pick(4) ? sizeof(struct message) : pick(sizeof bytes),
                        MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A well-formed message that may make no sense. */
static void abuser_speak(struct abuser *abuser)
{
        static const char *const names[] = {"python", "py", "javascript", "cpp", "", "nothing", "../python"};
        struct message message = ask(1 + pick(9), pick(4) ? abuser->number : next_random(), pick(2000));
        message.value = pick(3);
        message.hold_ms = pick(3) ? pick(3000) : (uint32_t)next_random();
        if (pick(3) == 0) {
                memset(message.language, 'x', sizeof message.language);
                memset(message.request_id, 0xff, sizeof message.request_id);
        }
        if (pick(3))
                snprintf(message.language, sizeof message.language, "%s", names[pick(7)]);
        say(abuser->fd, &message);
}

static void abuse(struct abuser *abuser)
{
        uint32_t what = pick(40);
        if (what == 0)
                abuser_again(abuser);
        else if (what < 3)
                abuser_noise(abuser);
        else if (what < 20)
                abuser_speak(abuser);
        else
                abuser_listen(abuser);
}

static void any_bytes_in_any_order(void **state)
{
        struct abuser abusers[CONNECTIONS];
        (void)state;
        broker.settings->queue_timeout_ms = 300;
        lone_broker_start(0);
        serves();
        for (size_t i = 0; i < CONNECTIONS; i++)
                abusers[i] = (struct abuser){.fd = connect_raw(), .stream = -1};
        int64_t end = clock_ms() + ABUSE_MS;
        for (unsigned round = 0; clock_ms() < end; round++) {
                for (size_t i = 0; i < CONNECTIONS; i++)
                        abuse(&abusers[i]);
                if (round % 64)
                        usleep(1000);
                else
                        assert_true(status_within(STATUS_MS));
        }
        for (size_t i = 0; i < CONNECTIONS; i++) {
                io_close(&abusers[i].fd);
                io_close(&abusers[i].stream);
        }
        serves();
        assert_int_equal(waitpid(broker.pid, NULL, WNOHANG), 0);
        lone_broker_stop();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, lone_broker_clear)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(resizes_do_not_pile_up),
                TEST(a_resize_ends_with_its_lease),
                TEST(answers_must_be_read),
                TEST(a_descriptor_cannot_make_it_wait),
                TEST(one_process_cannot_take_every_place),
                TEST(any_bytes_in_any_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
