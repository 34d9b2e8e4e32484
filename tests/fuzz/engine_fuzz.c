/* Fuzzes Docker's answers: the broker's client and what keeps in touch with the daemon, against a socket at
 * whose other end the input's parts answer one connection after the other, each then closed. Behind the last
 * part nobody answers. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/docker.h"
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS_MAX 200
#define CONNECTIONS_MAX 8

static char folder[] = "/tmp/sandpool-fuzz-XXXXXX", path[64];
static struct settings *settings;
static int listen_fd;

static void tidy(void)
{
        unlink(path);
        rmdir(folder);
}

static void start(void)
{
        struct error err = {0};
        input_quiet();
        settings = settings_load("tests/unit/data/conf/sandpool.yaml", &err);
        if (!settings || !mkdtemp(folder))
                input_broken(err.text);
        snprintf(path, sizeof path, "%s/docker.sock", folder);
        listen_fd = io_listen_unix(path, SOCK_STREAM, 0600, (gid_t)-1, 64, &err);
        if (listen_fd < 0)
                input_broken(err.text);
        atexit(tidy);
}

/* The daemon: its connections, and what is still to be said. */
struct peer {
        int fds[CONNECTIONS_MAX];
        size_t count;
        struct input answers;
};

static void answer(struct peer *peer, int fd)
{
        char asked[4096];
        size_t size;
        ssize_t got = recv(fd, asked, sizeof asked - 1, MSG_DONTWAIT);
        asked[got > 0 ? got : 0] = '\0';
        if (got > 0 && peer->answers.left) {
                const uint8_t *bytes = input_part(&peer->answers, &size);
                send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (!strstr(asked, "/events?")) /* these go on */
                shutdown(fd, SHUT_WR);
}

static void peer_close(struct peer *peer)
{
        while (peer->count)
                io_close(&peer->fds[--peer->count]);
}

/* One round of the client's loop and the daemon's. */
static void wait_round(struct engine *engine, struct peer *peer)
{
        struct pollfd fds[1 + CONNECTIONS_MAX] = {{.fd = listen_fd, .events = POLLIN}};
        struct error err = {0};
        size_t count = peer->count;
        for (size_t i = 0; i < count; i++)
                fds[1 + i] = (struct pollfd){.fd = peer->fds[i], .events = POLLIN};
        if (engine_wait(engine, fds, 1 + count, 100, &err))
                abort();
        for (size_t i = 0; i < count; i++)
                if (fds[1 + i].revents)
                        answer(peer, peer->fds[i]);
        int fd = fds[0].revents ? accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (peer->count == CONNECTIONS_MAX)
                peer_close(peer);
        if (fd >= 0)
                peer->fds[peer->count++] = fd;
}

static bool on_known(void *context, const char *name)
{
        (void)context;
        return !strcmp(name, "known");
}

static void on_event(void *context, const char *id, const char *action)
{
        (void)context;
        if (strlen(id) > 64 || strlen(action) > 31)
                abort();
}

static void on_changed(void *context)
{
        (void)context;
}

static void keep_in_touch(struct engine *engine, struct peer *peer)
{
        static const struct docker_hooks hooks = {on_known, on_event, on_changed, NULL};
        struct docker *docker = docker_new(engine, settings, &hooks, DOCKER_SPARE_NONE, NULL);
        if (!docker)
                input_broken("memory");
        for (int i = 0; i < ROUNDS_MAX; i++) {
                docker_tick(docker);
                wait_round(engine, peer);
                /* Lost, it would wait before it asks again. */
                if (docker_ok(docker) ||
                        (*docker_problem(docker) && strcmp(docker_problem(docker), "not asked yet")))
                        break;
        }
        if (docker_ok(docker) && *docker_problem(docker))
                abort();
        engine_free(engine); /* its calls end with it, before what they tell is gone */
        docker_free(docker);
}

static int answered;

static void on_done(void *context, const struct engine_answer *answer)
{
        (void)context;
        answered++;
        if (strlen(answer->body) > answer->size || answer->size > ENGINE_BODY_MAX || !answer->problem ||
                (answer->status == 0 && !*answer->problem))
                abort();
}

static void call_once(struct engine *engine, struct peer *peer)
{
        answered = 0;
        if (!engine_begin(engine, "POST", "/containers/create", "{}", 5000, on_done, NULL))
                input_broken("memory");
        for (int i = 0; i < ROUNDS_MAX && !answered; i++)
                wait_round(engine, peer);
        if (answered != 1)
                abort();
        engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct peer peer = {.answers = {data, size}};
        if (!settings)
                start();
        bool call = input_byte(&peer.answers) == 'c';
        struct engine *engine = engine_new(path, 5000, NULL);
        if (!engine)
                input_broken("memory");
        if (call)
                call_once(engine, &peer);
        else
                keep_in_touch(engine, &peer);
        peer_close(&peer);
        return 0;
}
