/* One poll over pairs of connections.
 *
 * Bytes from the client go to the daemon as they come; the first bytes that come back after a request are its
 * answer, and the fault of the moment befalls those. What follows (the rest of a long answer, events, an
 * attached stream) passes untouched. */
#include "tests/integration/docker_proxy.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/service_ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_MAX 256
#define CHUNK 65536
#define LATE_MS 1000
#define LOOK_MS 20 /* for another fault */
#define WRITE_MS 30000
#define APPLY_MS 60000

const char *const docker_fault_names[DOCKER_FAULTS] = {"none", "gone", "refused", "closed", "slow", "silent",
        "truncated", "malformed", "lying", "errors", "undone"};

struct docker_proxy_shared {
        atomic_int fault;
        atomic_int applied; /* what the proxy has come round to */
        atomic_uint spoilt;
};

struct pair {
        int client, daemon; /* client -1: free */
        bool asked;         /* the next bytes from the daemon are an answer's first */
        int64_t held_until_ms;
        bool silent, client_ended;
        bool stream; /* an attached one: what the client sends is no request any more */
};

struct proxy {
        const char *path, *daemon_path;
        gid_t group;
        int listen_fd;
        struct docker_proxy_shared *shared;
        enum docker_fault fault;
        struct pair pairs[PAIRS_MAX];
};

static void close_pair(struct pair *pair)
{
        if (pair->client >= 0)
                shutdown(pair->client, SHUT_RDWR);
        io_close(&pair->client);
        io_close(&pair->daemon);
        *pair = (struct pair){.client = -1, .daemon = -1};
}

static void spoil(struct proxy *proxy)
{
        atomic_fetch_add(&proxy->shared->spoilt, 1);
}

static void listen_again(struct proxy *proxy)
{
        if (proxy->listen_fd < 0)
                proxy->listen_fd = io_listen_unix(proxy->path, SOCK_STREAM, 0660, proxy->group, 128, NULL);
}

static void adopt(struct proxy *proxy)
{
        enum docker_fault fault = (enum docker_fault)atomic_load(&proxy->shared->fault);
        if (fault == proxy->fault)
                return;
        proxy->fault = fault;
        atomic_store(&proxy->shared->spoilt, 0);
        bool away = fault == DOCKER_FAULT_GONE || fault == DOCKER_FAULT_REFUSED;
        if (away)
                io_close(&proxy->listen_fd);
        else
                listen_again(proxy);
        if (fault == DOCKER_FAULT_GONE)
                unlink(proxy->path);
        for (size_t i = 0; i < PAIRS_MAX; i++) {
                struct pair *pair = &proxy->pairs[i];
                if (pair->client >= 0 && (fault == DOCKER_FAULT_GONE || pair->silent)) {
                        close_pair(pair);
                        spoil(proxy);
                }
        }
        atomic_store(&proxy->shared->applied, fault);
}

static void take_connection(struct proxy *proxy)
{
        int client = accept4(proxy->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0)
                return;
        for (size_t i = 0; i < PAIRS_MAX && proxy->fault != DOCKER_FAULT_CLOSED; i++) {
                struct pair *pair = &proxy->pairs[i];
                if (pair->client >= 0)
                        continue;
                *pair = (struct pair){.client = client, .daemon = -1};
                pair->daemon = io_connect_unix(proxy->daemon_path, SOCK_STREAM, NULL);
                if (pair->daemon < 0 || io_set_nonblocking(pair->daemon, 1))
                        close_pair(pair);
                return;
        }
        io_close(&client);
        spoil(proxy);
}

static int put(int fd, const char *bytes, size_t size)
{
        return io_write_all(fd, bytes, size, clock_ms() + WRITE_MS, NULL);
}

static void answer_500(struct proxy *proxy, struct pair *pair)
{
        static const char answer[] =
                "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
                "Content-Length: 30\r\nConnection: close\r\n\r\n"
                "{\"message\":\"spoilt by a test\"}";
        put(pair->client, answer, sizeof answer - 1);
        close_pair(pair);
        spoil(proxy);
}

static bool is_request(const char *bytes, size_t size)
{
        static const char *const methods[] = {"GET /", "POST /", "DELETE /"};
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
                if (size > strlen(methods[i]) && !memcmp(bytes, methods[i], strlen(methods[i])))
                        return true;
        return false;
}

static void from_client(struct proxy *proxy, struct pair *pair)
{
        static char bytes[CHUNK];
        ssize_t size = recv(pair->client, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (size == 0) { /* a half-close passes as one */
                shutdown(pair->daemon, SHUT_WR);
                pair->client_ended = true;
                return;
        }
        if (size < 0) {
                close_pair(pair);
                return;
        }
        if (!pair->stream && is_request(bytes, (size_t)size)) {
                pair->asked = true;
                pair->stream = memmem(bytes, (size_t)size, "/attach?", 8) != NULL;
                if (proxy->fault == DOCKER_FAULT_ERRORS) {
                        answer_500(proxy, pair);
                        return;
                }
        }
        if (put(pair->daemon, bytes, (size_t)size))
                close_pair(pair);
}

/* The first bytes of an answer. Returns whether they may pass. */
static bool befall(struct proxy *proxy, struct pair *pair, char *bytes, size_t size)
{
        static const char noise[] = "\x01\x02\xff\xfe not HTTP at all {{{{\r\n\r\n\x00\x00";
        static const char lie[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                  "9\r\n\r\n{\"Id\": [}";
        switch (proxy->fault) {
        case DOCKER_FAULT_TRUNCATED:
                put(pair->client, bytes, size / 2);
                break;
        case DOCKER_FAULT_MALFORMED:
                put(pair->client, noise, sizeof noise - 1);
                break;
        case DOCKER_FAULT_LYING:
                put(pair->client, lie, sizeof lie - 1);
                break;
        case DOCKER_FAULT_UNDONE:
                answer_500(proxy, pair);
                return false;
        case DOCKER_FAULT_SILENT:
                pair->silent = true;
                spoil(proxy);
                return false;
        default:
                return true;
        }
        close_pair(pair);
        spoil(proxy);
        return false;
}

static void from_daemon(struct proxy *proxy, struct pair *pair)
{
        static char bytes[CHUNK];
        if (pair->asked && proxy->fault == DOCKER_FAULT_SLOW && !pair->held_until_ms) {
                pair->held_until_ms = clock_ms() + LATE_MS;
                spoil(proxy);
                return;
        }
        ssize_t size = recv(pair->daemon, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (size <= 0) {
                close_pair(pair);
                return;
        }
        bool answer = pair->asked;
        pair->asked = false;
        pair->held_until_ms = 0;
        if (answer && !befall(proxy, pair, bytes, (size_t)size))
                return;
        if (put(pair->client, bytes, (size_t)size))
                close_pair(pair);
}

static bool is_held(const struct pair *pair)
{
        return pair->silent || pair->held_until_ms > clock_ms();
}

static void turn(struct proxy *proxy)
{
        struct pollfd fds[1 + 2 * PAIRS_MAX];
        fds[0] = (struct pollfd){.fd = proxy->listen_fd, .events = POLLIN};
        for (size_t i = 0; i < PAIRS_MAX; i++) {
                struct pair *pair = &proxy->pairs[i];
                fds[1 + 2 * i] =
                        (struct pollfd){.fd = pair->client_ended ? -1 : pair->client, .events = POLLIN};
                fds[2 + 2 * i] = (struct pollfd){.fd = is_held(pair) ? -1 : pair->daemon, .events = POLLIN};
        }
        if (poll(fds, 1 + 2 * PAIRS_MAX, LOOK_MS) <= 0)
                return;
        for (size_t i = 0; i < PAIRS_MAX; i++) {
                struct pair *pair = &proxy->pairs[i];
                if (fds[1 + 2 * i].revents && pair->client >= 0)
                        from_client(proxy, pair);
                if (fds[2 + 2 * i].revents && pair->daemon >= 0)
                        from_daemon(proxy, pair);
        }
        if (fds[0].revents)
                take_connection(proxy);
}

static void be_proxy(struct proxy *proxy)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
                adopt(proxy);
                turn(proxy);
        }
}

int docker_proxy_start(struct docker_proxy *proxy, const char *path, const char *daemon, struct error *err)
{
        struct stat st;
        static struct proxy own;
        snprintf(proxy->path, sizeof proxy->path, "%s", path);
        proxy->shared =
                mmap(NULL, sizeof *proxy->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (proxy->shared == MAP_FAILED || stat(daemon, &st)) {
                proxy->shared = NULL;
                return error_errno(err, "%s", daemon);
        }
        own = (struct proxy){
                .path = proxy->path, .daemon_path = daemon, .group = st.st_gid, .shared = proxy->shared};
        own.listen_fd = io_listen_unix(path, SOCK_STREAM, 0660, st.st_gid, 128, err);
        if (own.listen_fd < 0)
                return -1;
        for (size_t i = 0; i < PAIRS_MAX; i++)
                own.pairs[i] = (struct pair){.client = -1, .daemon = -1};
        proxy->pid = fork();
        if (proxy->pid == 0)
                be_proxy(&own);
        io_close(&own.listen_fd);
        return proxy->pid < 0 ? error_errno(err, "fork") : 0;
}

static bool is_applied(void *context)
{
        struct docker_proxy_shared *shared = context;
        return atomic_load(&shared->applied) == atomic_load(&shared->fault);
}

void docker_proxy_set(struct docker_proxy *proxy, enum docker_fault fault)
{
        atomic_store(&proxy->shared->fault, (int)fault);
        service_until(is_applied, proxy->shared, APPLY_MS);
}

unsigned docker_proxy_spoilt(const struct docker_proxy *proxy)
{
        return atomic_load(&proxy->shared->spoilt);
}

void docker_proxy_stop(struct docker_proxy *proxy)
{
        if (proxy->pid > 0) {
                kill(proxy->pid, SIGKILL);
                waitpid(proxy->pid, NULL, 0);
        }
        if (proxy->shared)
                munmap(proxy->shared, sizeof *proxy->shared);
        unlink(proxy->path);
        *proxy = (struct docker_proxy){0};
}
