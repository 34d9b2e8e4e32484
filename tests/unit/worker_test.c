/* A worker against a FastCGI peer that sends what no server should. */
#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/service/worker.h"
#include "tests/unit/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/sockios.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* How long the hasty worker lets a peer be silent, for what is about silence alone; the other one, for as
 * long as everything is waited for. */
#define HASTY_MS 300

static char folder[] = "/tmp/sandpool-worker-XXXXXX";
static char socket_path[64], hasty_path[64];
static struct config *config;
static pid_t worker, hasty;
static struct watch *watches; /* the worker's, the hasty one's */

static void exchange(const struct peer_sent *sent, struct peer_got *got)
{
        size_t head;
        struct buffer bytes = peer_bytes(sent, &head);
        int fd = peer_dial(socket_path);
        /* A worker may answer and close before it has read everything: that is no failure here. */
        io_write_all(fd, bytes.data, bytes.size, clock_ms() + PEER_PATIENCE_MS, NULL);
        peer_receive(fd, got);
        close(fd);
        buffer_clear(&bytes);
}

static pid_t start_worker(const char *path, int silence_ms, struct watch *watch)
{
        struct error err = {0};
        char broker_path[128];
        snprintf(broker_path, sizeof(broker_path), "%s/broker.sock", folder);
        int fd = io_listen_unix(path, SOCK_STREAM, 0600, (gid_t)-1, 16, &err);
        if (fd < 0)
                return -1;
        pid_t pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
                struct worker_options options = {.config = config,
                        .broker_path = broker_path,
                        .listen_fd = fd,
                        .socket = ROUTER_MAIN,
                        .watch = watch,
                        .silence_ms = silence_ms};
                int status = worker_run(&options, &err);
                config_free(config);
                exit(status); /* not _exit: a leak is to be reported */
        }
        close(fd);
        return pid;
}

static int start_workers(void **state)
{
        (void)state;
        struct error err = {0};
        config = config_load("conf/sandpool.yaml", &err);
        if (!config || !mkdtemp(folder) || !(watches = watchdog_new(2, &err))) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        snprintf(socket_path, sizeof(socket_path), "%s/fastcgi.sock", folder);
        snprintf(hasty_path, sizeof(hasty_path), "%s/hasty.sock", folder);
        worker = start_worker(socket_path, PEER_PATIENCE_MS, &watches[0]);
        hasty = start_worker(hasty_path, HASTY_MS, &watches[1]);
        return worker < 0 || hasty < 0 ? -1 : 0;
}

static int end_of(pid_t pid, const char *path)
{
        int status = -1;
        kill(pid, SIGTERM);
        alarm(PEER_PATIENCE_MS / 1000); /* one that hangs would be waited for without end */
        waitpid(pid, &status, 0);
        alarm(0);
        unlink(path);
        return status;
}

/* The same workers served every test; at SIGTERM they end by themselves. */
static int stop_workers(void **state)
{
        (void)state;
        int failed = end_of(worker, socket_path);
        failed |= end_of(hasty, hasty_path);
        rmdir(folder);
        config_free(config);
        return failed ? -1 : 0;
}

/* Until SIGCONT: what it then finds was there before it looked. */
static void halt(pid_t pid)
{
        int status;
        kill(pid, SIGSTOP);
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        assert_true(WIFSTOPPED(status));
}

static const char blocked[] = "{\"language\": \"python\", \"code\": \"import os\"}";

/* A complete answer that needs no broker. */
static void assert_blocked(const struct peer_got *got)
{
        assert_int_equal(got->http, 200);
        assert_true(got->ended);
        assert_string_equal(peer_field(got, "status"), "blocked");
        assert_string_equal(peer_field(got, "requestId"), "test-id");
        assert_non_null(strstr(got->text.data, "\r\nX-Request-Id: test-id\r\n"));
        assert_non_null(strstr(got->text.data, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(got->text.data, "\r\nCache-Control: no-store\r\n"));
}

static void a_request_is_answered(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = blocked};
        struct peer_got got;
        exchange(&sent, &got);
        assert_blocked(&got);
        peer_forget(&got);
}

static void without_a_broker_it_is_unavailable(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = "{\"language\": \"python\", \"code\": \"print(1)\"}"};
        struct peer_got got;
        exchange(&sent, &got);
        assert_int_equal(got.http, 503);
        assert_string_equal(peer_field(&got, "reason"), "unavailable");
        assert_non_null(strstr(got.text.data, "\r\nRetry-After: "));
        assert_null(strstr(got.text.data, folder)); /* nothing internal */
        peer_forget(&got);
}

static void what_is_refused(void **state)
{
        (void)state;
        char whole[24], longer[sizeof(blocked) + 8];
        snprintf(whole, sizeof(whole), "%zu", strlen(blocked)); /* what is left out would not be missed */
        snprintf(longer, sizeof(longer), "%s      ", blocked);
        char *large = malloc(config->settings->limits.body_bytes + 2);
        memset(large, ' ', config->settings->limits.body_bytes + 1);
        large[config->settings->limits.body_bytes + 1] = 0;
        const struct {
                struct peer_sent sent;
                int http;
                const char *reason;
        } cases[] = {
                {{.path = "/nothing", .body = blocked}, 404, "not_found"},
                {{.path = "/livez", .method = "GET", .body = ""}, 404, "not_found"},
                {{.method = "GET", .body = ""}, 405, "method_not_allowed"},
                {{.method = "PUT", .body = blocked}, 405, "method_not_allowed"},
                {{.type = "text/plain", .body = blocked}, 415, "unsupported_media_type"},
                {{.type = "application/jsonp", .body = blocked}, 415, "unsupported_media_type"},
                {{.type = "", .body = blocked}, 415, "unsupported_media_type"},
                {{.length = "12x", .body = blocked}, 400, "invalid_json"},
                {{.length = "-1", .body = blocked}, 400, "invalid_json"},
                {{.length = "99999999999999999999999", .body = blocked}, 400, "invalid_json"},
                {{.length = "", .body = blocked}, 400, "invalid_json"},
                {{.length = "", .body = ""}, 400, "invalid_json"},
                {{.length = "10", .body = blocked}, 400, "invalid_json"},
                {{.length = whole, .body = longer}, 400, "invalid_json"},
                {{.length = "1000", .body = blocked}, 400, "invalid_json"},
                {{.length = "999999999999", .body = blocked}, 413, "too_large"},
                {{.body = large}, 413, "too_large"},
                {{.body = "not json"}, 400, "invalid_json"},
                {{.body = "{\"code\": \"x\", \"language\": \"cobol\"}"}, 422, "unknown_language"},
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct peer_got got;
                exchange(&cases[i].sent, &got);
                if (got.http != cases[i].http || strcmp(peer_field(&got, "reason"), cases[i].reason) ||
                        !got.ended)
                        fail_msg("case %zu: %s", i, got.text.data);
                if (got.http == 405)
                        assert_non_null(strstr(got.text.data, "\r\nAllow: POST\r\n"));
                peer_forget(&got);
        }
        free(large);
}

static void content_types_with_parameters(void **state)
{
        (void)state;
        static const char *const types[] = {
                "application/json; charset=utf-8", "APPLICATION/JSON", "application/json ;x"};
        for (size_t i = 0; i < 3; i++) {
                struct peer_sent sent = {.type = types[i], .body = blocked};
                struct peer_got got;
                exchange(&sent, &got);
                assert_blocked(&got);
                peer_forget(&got);
        }
}

static void request_ids(void **state)
{
        (void)state;
        static const char *const bad[] = {
                "", "a b", "x\r\nSet-Cookie: a", "0123456789012345678901234567890123"};
        for (size_t i = 0; i < 4; i++) {
                struct peer_sent sent = {.id = bad[i], .body = blocked};
                struct peer_got got;
                exchange(&sent, &got);
                assert_int_equal(got.http, 200);
                assert_int_equal(strlen(peer_field(&got, "requestId")), 32);
                assert_null(strstr(got.text.data, "Set-Cookie"));
                peer_forget(&got);
        }
}

/* Wait until the worker has taken all that was sent, so that the next bytes come in a read of their own. */
static void until_taken(int fd)
{
        int unread = 1;
        int64_t deadline = clock_ms() + PEER_PATIENCE_MS;
        while (ioctl(fd, SIOCOUTQ, &unread) == 0 && unread && clock_ms() < deadline)
                sched_yield();
        assert_int_equal(unread, 0);
}

static void split_at_every_byte(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = blocked};
        size_t head;
        struct buffer bytes = peer_bytes(&sent, &head);
        for (size_t at = 1; at < bytes.size; at++) {
                struct peer_got got;
                int fd = peer_dial(socket_path);
                io_write_all(fd, bytes.data, at, -1, NULL);
                until_taken(fd);
                io_write_all(fd, bytes.data + at, bytes.size - at, -1, NULL);
                peer_receive(fd, &got);
                close(fd);
                if (got.http != 200)
                        fail_msg("split at %zu: '%s'", at, got.text.data);
                assert_blocked(&got);
                peer_forget(&got);
        }
        buffer_clear(&bytes);
}

static void a_record_for_each_byte(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = blocked, .per_record = 1};
        struct peer_got got;
        exchange(&sent, &got);
        assert_blocked(&got);
        peer_forget(&got);
}

/* Connections that close at any byte: the worker lives on. */
static void half_sent_requests(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = blocked};
        size_t head;
        struct buffer bytes = peer_bytes(&sent, &head);
        for (size_t at = 0; at < bytes.size; at += 7) {
                int fd = peer_dial(socket_path);
                io_write_all(fd, bytes.data, at, -1, NULL);
                close(fd);
        }
        buffer_clear(&bytes);
        a_request_is_answered(NULL);
}

/* Have the hasty worker find so many bytes in a connection. */
static void let_it_find(const struct buffer *bytes, size_t size, struct peer_got *got)
{
        halt(hasty);
        int fd = peer_dial(hasty_path);
        assert_int_equal(io_write_all(fd, bytes->data, size, -1, NULL), 0);
        kill(hasty, SIGCONT);
        peer_receive(fd, got); /* returns when the worker closes */
        close(fd);
}

/* Connections that stop at any byte and stay open: the worker gives up waiting, and lives on. */
static void silent_peers(void **state)
{
        (void)state;
        struct peer_sent sent = {.body = blocked};
        struct peer_got got;
        size_t head;
        struct buffer bytes = peer_bytes(&sent, &head);
        const size_t stops[] = {0, 4, 20, head - 3, head + 4, bytes.size - 20};
        for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
                int64_t start = clock_ms();
                let_it_find(&bytes, stops[i], &got);
                assert_true(clock_ms() - start >= HASTY_MS - 50); /* the kernel counts in ticks */
                if (stops[i] > head)                              /* enough to be answered */
                        assert_int_equal(got.http, 400);
                else
                        assert_int_equal(got.http, 0);
                peer_forget(&got);
        }
        let_it_find(&bytes, bytes.size, &got);
        assert_blocked(&got);
        peer_forget(&got);
        buffer_clear(&bytes);
}

static void garbage(void **state)
{
        (void)state;
        unsigned seed = 1;
        for (int round = 0; round < 200; round++) {
                uint8_t bytes[512];
                for (size_t i = 0; i < sizeof(bytes); i++)
                        bytes[i] = (uint8_t)(seed = seed * 1103515245 + 12345) >> 3;
                bytes[0] = 1; /* the right version, so that more of it is looked at */
                bytes[1] = (uint8_t)(round % 12);
                int fd = peer_dial(socket_path);
                io_write_all(fd, bytes, sizeof(bytes), clock_ms() + PEER_PATIENCE_MS, NULL);
                close(fd);
        }
        a_request_is_answered(NULL);
}

/* What it notes down bears the time when it came there. */
static void assert_noted_since(int64_t start_ms, enum watch_phase *phase)
{
        assert_true(watchdog_age(&watches[0], start_ms, phase) <= 0);
        assert_true(watchdog_age(&watches[0], clock_ms(), phase) >= 0);
}

static void the_watchdog_sees_what_it_is_at(void **state)
{
        (void)state;
        enum watch_phase phase;
        struct peer_sent sent = {.body = blocked};
        size_t head;
        struct buffer bytes = peer_bytes(&sent, &head);
        int64_t start = clock_ms(), deadline = start + PEER_PATIENCE_MS;
        int fd = peer_dial(socket_path);
        io_write_all(fd, bytes.data, 20, -1, NULL);
        until_taken(fd);
        assert_noted_since(start, &phase);
        assert_int_equal(phase, WATCH_READING);
        start = clock_ms();
        close(fd);
        while (watchdog_age(&watches[0], 0, &phase), phase != WATCH_IDLE && clock_ms() < deadline)
                sched_yield();
        assert_noted_since(start, &phase);
        assert_int_equal(phase, WATCH_IDLE);
        buffer_clear(&bytes);
}

/* The last one: afterwards the worker is gone. */
static void who_came_before_the_end_is_told(void **state)
{
        (void)state;
        enum { WAITING = 5 };
        struct peer_sent sent = {.body = blocked};
        size_t head;
        int fds[WAITING];
        struct buffer bytes = peer_bytes(&sent, &head);
        halt(worker);
        for (int i = 0; i < WAITING; i++) {
                fds[i] = peer_dial(socket_path);
                assert_int_equal(io_write_all(fds[i], bytes.data, bytes.size, -1, NULL), 0);
        }
        kill(worker, SIGTERM);
        kill(worker, SIGCONT);
        for (int i = 0; i < WAITING; i++) {
                struct peer_got got;
                peer_receive(fds[i], &got);
                assert_int_equal(got.http, 503);
                assert_string_equal(peer_field(&got, "reason"), "shutting_down");
                assert_non_null(strstr(got.text.data, "\r\nRetry-After: "));
                peer_forget(&got);
                close(fds[i]);
        }
        buffer_clear(&bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_request_is_answered),
                cmocka_unit_test(without_a_broker_it_is_unavailable),
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(content_types_with_parameters),
                cmocka_unit_test(request_ids),
                cmocka_unit_test(split_at_every_byte),
                cmocka_unit_test(a_record_for_each_byte),
                cmocka_unit_test(half_sent_requests),
                cmocka_unit_test(silent_peers),
                cmocka_unit_test(garbage),
                cmocka_unit_test(the_watchdog_sees_what_it_is_at),
                cmocka_unit_test(who_came_before_the_end_is_told),
        };
        signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, start_workers, stop_workers);
}
