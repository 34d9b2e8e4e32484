/* The broker with a worker that was taken over: any bytes, in any order, over its socket, never a crash,
 * never a wait, never a sandbox that stays behind or is lent with somebody else's limits. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/model/language.h"
#include "fcgi/model/seccomp.h"
#include "fcgi/sandbox/broker.h"
#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/lease.h"
#include "fcgi/sandbox/message.h"
#include "tests/integration/service.h"
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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define PATIENCE_MS 30000
#define QUEUE_TIMEOUT_MS 5000
#define CONNECTIONS 12
#define ABUSE_MS 6000

static struct {
        struct settings *settings;
        struct registry *registry;
        char *seccomp;
        char folder[32], path[64];
        int listen_fd;
        pid_t pid;
} broker;

static void start_broker_with(uint32_t per_process)
{
        struct error err = {0};
        broker.listen_fd = io_listen_unix(broker.path, SOCK_SEQPACKET, 0600, (gid_t)-1, 64, &err);
        assert_string_equal(err.text, "");
        pid_t parent = getpid();
        broker.pid = fork();
        assert_true(broker.pid >= 0);
        if (broker.pid)
                return;
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        log_set_level(LOG_LEVEL_ERROR);
        struct broker_options options = {.settings = broker.settings,
                .registry = broker.registry,
                .seccomp = broker.seccomp,
                .listen_fd = broker.listen_fd,
                .peer_uid = getuid(),
                .workers = 32,
                .per_process = per_process};
        _exit(getppid() == parent ? broker_run(&options, &err) : 1);
}

static void start_broker(void)
{
        start_broker_with(0);
}

static void stop_broker(void)
{
        int status;
        struct error err = {0};
        char filter[80];
        kill(broker.pid, SIGTERM);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + PATIENCE_MS, &status, &err), 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        broker.pid = 0;
        io_close(&broker.listen_fd);
        snprintf(filter, sizeof filter, "label=sandpool.instance=%s", broker.settings->instance);
        char *left =
                spawn_text(&err, "docker", "ps", "-a", "--filter", filter, "--format", "{{.Names}}", NULL);
        assert_non_null(left);
        assert_string_equal(left, "");
        free(left);
}

/* Settings as shipped, with room for two pythons. */
static int setup(void **state)
{
        struct error err = {0};
        char path[1024];
        (void)state;
        memset(&broker, 0, sizeof broker);
        broker.listen_fd = -1;
        snprintf(broker.folder, sizeof broker.folder, "/tmp/sandpool-abuse-XXXXXX");
        if (!mkdtemp(broker.folder))
                return -1;
        snprintf(broker.path, sizeof broker.path, "%s/broker.sock", broker.folder);
        service_source_path("conf/sandpool.yaml", path, sizeof path);
        broker.settings = settings_load(path, &err);
        broker.registry = broker.settings ? registry_load(broker.settings, &err) : NULL;
        broker.seccomp = broker.registry ? seccomp_load(broker.settings->seccomp_file, &err) : NULL;
        if (!broker.seccomp) {
                print_error("%s\n", err.text);
                return -1;
        }
        snprintf(broker.settings->instance, sizeof broker.settings->instance, "sandpool-abuse-%d",
                (int)getpid());
        broker.settings->queue_timeout_ms = QUEUE_TIMEOUT_MS;
        broker.settings->drain_timeout_ms = 5000;
        broker.settings->pool_max = 2;
        broker.settings->uid_base = 0x58000000;
        for (size_t i = 0; i < broker.registry->count; i++)
                broker.registry->languages[i].warm = !strcmp(broker.registry->languages[i].id, "python");
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        if (broker.pid) {
                kill(broker.pid, SIGTERM);
                waitpid(broker.pid, NULL, 0);
        }
        io_close(&broker.listen_fd);
        unlink(broker.path);
        rmdir(broker.folder);
        free(broker.seccomp);
        registry_free(broker.registry);
        settings_free(broker.settings);
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

/* Whoever is honest is served still. */
static void serves(void)
{
        struct lease lease;
        struct broker_link *link = broker_link_new(broker.path, QUEUE_TIMEOUT_MS);
        int64_t deadline = clock_ms() + PATIENCE_MS;
        while (acquire(link, 128, &lease) != LEASE_GRANTED)
                assert_true(clock_ms() < deadline);
        lease_release(link, &lease, true);
        broker_link_free(link);
}

/* A connection whose bytes are ours to choose. */
static int connect_raw(void)
{
        struct error err = {0};
        int fd = io_connect_unix(broker.path, SOCK_SEQPACKET, &err);
        assert_string_equal(err.text, "");
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
        if (io_poll(&wait, 1, clock_ms() + PATIENCE_MS) <= 0)
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

static void resizes_do_not_pile_up(void **state)
{
        (void)state;
        start_broker();
        serves();
        unsigned before = broker_fds(), most = 0;
        int fd = connect_raw();
        struct message lease = lease_raw(fd);
        for (int i = 0; i < 200; i++) {
                struct message resize = ask(MESSAGE_RESIZE, lease.number, 64 + (uint32_t)i);
                if (say(fd, &resize))
                        break;
        }
        for (int i = 0; i < 100; i++) {
                unsigned now = broker_fds();
                most = now > most ? now : most;
                usleep(1000);
        }
        assert_true(most < before + 10);
        close(fd);
        serves();
        stop_broker();
}

/* A lease ends while its resize is under way: the next one must not have its memory, whichever of two calls
 * the daemon takes first. */
static void a_resize_ends_with_its_lease(void **state)
{
        (void)state;
        struct lease next;
        broker.settings->pool_max = 1;
        start_broker();
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
        stop_broker();
}

/* Who collects leases without reading the answers is cut off, before the descriptors in them are too many. */
static void answers_must_be_read(void **state)
{
        (void)state;
        start_broker();
        serves();
        int fd = connect_raw();
        struct message acquire_it = ask(MESSAGE_ACQUIRE, 0, 128), release = ask(MESSAGE_RELEASE, 0, 0);
        struct pollfd end = {.fd = fd, .events = POLLRDHUP};
        release.value = 1;
        for (int i = 0; i < 40; i++) {
                say(fd, &acquire_it);
                usleep(30000);
                /* Leases are numbered from 1; serves took some. */
                for (release.number = 1; release.number < 60 && !say(fd, &release);)
                        release.number++;
        }
        assert_true(poll(&end, 1, 0) > 0 && end.revents & (POLLRDHUP | POLLHUP));
        close(fd);
        serves();
        stop_broker();
}

static bool status_within(int timeout_ms)
{
        struct broker_status status;
        struct error err = {0};
        struct broker_link *link = broker_link_new(broker.path, QUEUE_TIMEOUT_MS);
        bool came = !broker_status_get(link, &status, timeout_ms, &err);
        broker_link_free(link);
        return came;
}

/* A TCP socket with data that nobody reads, whose close waits for as long as it says. */
static int lingering_socket(int *peer)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        struct linger linger = {1, 20};
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
        start_broker();
        serves();
        struct message cancel = ask(MESSAGE_CANCEL, 0, 0);
        int fd = connect_raw(), peer, slow = lingering_socket(&peer);
        /* Much to read before it, so that the last one to close it is the broker. */
        for (int i = 0; i < 100 && !say(fd, &cancel); i++)
                ;
        io_send_message(fd, &cancel, sizeof cancel, slow);
        close(slow);
        assert_true(status_within(3000));
        usleep(100000);
        assert_true(status_within(3000));
        close(peer);
        close(fd);
        serves();
        stop_broker();
}

/* One process connects as often as it can; another one is served all the same. */
static void one_process_cannot_take_every_place(void **state)
{
        (void)state;
        int fds[2 * CLIENTS_MAX], status;
        start_broker_with(3);
        serves();
        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
                struct message acquire_it = ask(MESSAGE_ACQUIRE, 0, 128);
                fds[i] = connect_raw();
                say(fds[i], &acquire_it);
        }
        pid_t honest = fork();
        if (!honest)
                _exit(status_within(3000) ? 0 : 1);
        assert_int_equal(waitpid(honest, &status, 0), honest);
        assert_int_equal(status, 0);
        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
                close(fds[i]);
        serves();
        stop_broker();
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
        start_broker();
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
                        assert_true(status_within(3000));
        }
        for (size_t i = 0; i < CONNECTIONS; i++) {
                io_close(&abusers[i].fd);
                io_close(&abusers[i].stream);
        }
        serves();
        assert_int_equal(waitpid(broker.pid, NULL, WNOHANG), 0);
        stop_broker();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
