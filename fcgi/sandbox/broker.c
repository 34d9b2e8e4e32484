/* The broker: the one process that holds the Docker socket.
 *
 * Theory of operation. A single event loop waits on: the listening socket, a signalfd, one SEQPACKET connection a worker, the streams
 * of the sandboxes that nobody leases, and libcurl's connections to the daemon. Nothing in it blocks. Who decides what:
 *
 *   docker.c   is the daemon there, what befell our containers, sweeping leftovers
 *   pool.c     which sandboxes to make, lend, keep and remove
 *   sandbox.c  one sandbox's way from state to state
 *   here       the conversation with the workers
 *
 * A worker asks for a lease by a language's id, which is looked up in the broker's own registry, and a memory limit, which is clamped.
 * It gets the descriptor of that sandbox's attached stream; the broker keeps a copy, but reads nothing from it until the lease ends.
 * A lease ends when the worker gives it back, when its connection closes (the sandbox is removed, whatever it was doing), or when it
 * was held too long (the stream is shut down under the worker's hands, and the sandbox removed).
 *
 * SIGTERM: no new leases; leases that are out may end within drain_timeout; then every sandbox is removed and the broker ends. */
#include "fcgi/sandbox/broker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/message.h"
#include "fcgi/sandbox/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX 200            /* settings allow fewer workers */
#define HOLD_MAX_MS 85000          /* below PROTOCOL_SILENCE_S: a leased runner hears nothing from us */
#define HOLD_MARGIN_MS 2000        /* above the worker's own deadline */
#define DEATH_WAIT_MS 1000         /* for the daemon's word on how a sandbox died */
#define REMOVE_ALL_TIMEOUT_MS 15000
#define LOOP_MAX_MS 10000

struct client {
        int fd;
        struct pool_wait wait;
        bool waiting;
        int64_t asked_us;
        uint32_t hold_ms;
        char request_id[ID_SIZE];
        struct sandbox *sandbox; /* leased; NULL also when it was taken away */
        uint64_t number;         /* of its lease, 0: none */
        int64_t held_until_ms;
        int64_t death_until_ms;  /* an answer to DEATH is due by then; 0: none */
        bool death_known, oom;   /* what is known of a sandbox that was taken away */
};

struct broker {
        const struct broker_options *options;
        struct engine *engine;
        struct docker *docker;
        struct pool *pool;
        int signal_fd;
        uint64_t leases;
        int64_t drain_until_ms; /* 0: not draining */
        bool removing_all;
        struct client *clients[CLIENTS_MAX];
};

/* What the hooks get from docker.c and pool.c. */

static bool on_known(void *context, const char *name)
{
        struct broker *broker = context;
        return pool_by_name(broker->pool, name) != NULL;
}

static struct client *client_of(struct broker *broker, const struct sandbox *sandbox)
{
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                if (broker->clients[i] && broker->clients[i]->sandbox == sandbox)
                        return broker->clients[i];
        return NULL;
}

static void on_docker_event(void *context, const char *id, const char *action)
{
        struct broker *broker = context;
        struct sandbox *sandbox = pool_by_id(broker->pool, id);
        if (!sandbox)
                return;
        if (!strcmp(action, "oom"))
                sandbox->oom = true;
        else
                sandbox->died = true;
        struct client *client = client_of(broker, sandbox);
        if (client) {
                client->oom |= sandbox->oom;
                client->death_known |= sandbox->died;
        }
        /* A leased one's end is for its worker to find. */
        if (sandbox->died && sandbox->state != SANDBOX_LEASED)
                sandbox_event(sandbox, SANDBOX_FAILED, "it ended by itself");
}

static void on_docker_changed(void *context)
{
        struct broker *broker = context;
        pool_set_docker(broker->pool, docker_ok(broker->docker));
}

static void send_message(struct client *client, const struct message *message, int fd)
{
        /* A worker that does not read its answers is not waited for; its connection's end tidies up. */
        if (io_send_message(client->fd, message, sizeof *message, fd))
                shutdown(client->fd, SHUT_RDWR);
}

static void on_answer(void *context, struct pool_wait *wait, enum lease_answer answer, struct sandbox *sandbox)
{
        struct broker *broker = context;
        struct client *client = wait->holder;
        struct message message = {.type = MESSAGE_ANSWER, .value = answer};
        client->waiting = false;
        if (sandbox) {
                client->sandbox = sandbox;
                client->number = message.number = ++broker->leases;
                client->held_until_ms = clock_ms() + client->hold_ms + HOLD_MARGIN_MS;
                client->death_known = client->oom = false;
                memcpy(message.sandbox, sandbox->id, sizeof message.sandbox - 1);
        }
        log_debug("lease.answer", LOG_S("request", client->request_id), LOG_S("language", wait->language->id),
                LOG_I("answer", answer), LOG_I("wait_us", clock_us() - client->asked_us),
                LOG_S("sandbox", sandbox ? sandbox->name : NULL));
        send_message(client, &message, sandbox ? sandbox->attach.fd : -1);
}

static void on_taken(void *context, struct sandbox *sandbox)
{
        struct client *client = client_of(context, sandbox);
        if (!client)
                return;
        client->oom |= sandbox->oom;
        client->death_known = true;
        client->sandbox = NULL;
}

/* The conversation with a worker. */

static uint32_t clamp_memory(const struct broker *broker, const struct language *language, uint32_t memory_mib)
{
        uint32_t min = broker->options->settings->limits.memory_mib.min;
        uint32_t max = language->memory_mib.max;
        if (max < language_idle_memory_mib(language))
                max = language_idle_memory_mib(language);
        return memory_mib < min ? min : memory_mib > max ? max : memory_mib;
}

static void done(struct client *client, uint64_t number, uint32_t value)
{
        struct message message = {.type = MESSAGE_DONE, .number = number, .value = value};
        send_message(client, &message, -1);
}

static void acquire(struct broker *broker, struct client *client, const struct message *ask)
{
        const struct language *language = registry_find(broker->options->registry, ask->language);
        struct message no = {.type = MESSAGE_ANSWER, .value = LEASE_NO_IMAGE};
        if (client->sandbox || client->waiting || !language) {
                if (client->sandbox || client->waiting)
                        shutdown(client->fd, SHUT_RDWR); /* a worker holds one lease at a time */
                else
                        send_message(client, &no, -1);
                return;
        }
        client->number = 0;
        client->hold_ms = ask->hold_ms < HOLD_MAX_MS ? ask->hold_ms : HOLD_MAX_MS;
        client->asked_us = clock_us();
        memcpy(client->request_id, ask->request_id, sizeof client->request_id);
        client->waiting = true;
        client->wait = (struct pool_wait){.holder = client,
                .language = language,
                .memory_mib = clamp_memory(broker, language, ask->memory_mib),
                .deadline_ms = clock_ms() + broker->options->settings->queue_timeout_ms};
        pool_ask(broker->pool, &client->wait);
}

static void cancel(struct broker *broker, struct client *client)
{
        struct message answer = {.type = MESSAGE_ANSWER, .value = LEASE_CANCELLED};
        if (!client->waiting)
                return; /* the answer is under way already */
        pool_forget(broker->pool, &client->wait);
        client->waiting = false;
        send_message(client, &answer, -1);
}

static void release(struct broker *broker, struct client *client, const struct message *ask)
{
        struct sandbox *sandbox = client->sandbox;
        if (ask->number != client->number)
                return;
        client->sandbox = NULL;
        client->number = 0;
        client->death_until_ms = 0;
        if (sandbox)
                pool_release(broker->pool, sandbox, ask->value == 1 && !sandbox->died && !client->oom);
}

/* A resize is an Engine call of the lease's own: it outlives neither the sandbox's lease nor its client unnoticed, because both are
 * looked up again when it answers. */
struct resize {
        struct broker *broker;
        uint64_t number;
        uint32_t memory_mib;
};

static void on_resized(void *context, const struct engine_answer *answer)
{
        struct resize *resize = context;
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                struct client *client = resize->broker->clients[i];
                if (!client || client->number != resize->number)
                        continue;
                if (client->sandbox && answer->status == 200)
                        client->sandbox->memory_mib = resize->memory_mib;
                done(client, resize->number, client->sandbox && answer->status == 200 ? 0 : MESSAGE_FAILED);
        }
        free(resize);
}

static void resize(struct broker *broker, struct client *client, const struct message *ask)
{
        struct sandbox *sandbox = client->sandbox;
        struct resize *context = sandbox && ask->number == client->number ? malloc(sizeof *context) : NULL;
        char path[128], body[96];
        if (!context) {
                done(client, ask->number, MESSAGE_FAILED);
                return;
        }
        *context = (struct resize){.broker = broker,
                .number = ask->number,
                .memory_mib = clamp_memory(broker, sandbox->language, ask->memory_mib)};
        /* Unknown until it answers: 0 is no sandbox's idle memory, so the limit is restored in any case. */
        sandbox->memory_mib = 0;
        snprintf(path, sizeof path, "/containers/%s/update", sandbox->id);
        container_memory_update(context->memory_mib, body, sizeof body);
        if (engine_begin(broker->engine, "POST", path, body, 0, on_resized, context))
                return;
        free(context);
        done(client, ask->number, MESSAGE_FAILED);
}

static void answer_death(struct client *client)
{
        client->death_until_ms = 0;
        done(client, client->number, client->oom);
}

static void ask_death(struct client *client, const struct message *ask)
{
        if (!client->number || ask->number != client->number) {
                done(client, ask->number, MESSAGE_FAILED);
                return;
        }
        client->death_until_ms = clock_ms() + DEATH_WAIT_MS;
        if (client->sandbox)
                client->oom |= client->sandbox->oom;
        if (client->oom || client->death_known)
                answer_death(client);
}

static void tell_status(struct broker *broker, struct client *client)
{
        static struct broker_status status;
        memset(&status, 0, sizeof status);
        status.docker_ok = docker_ok(broker->docker);
        snprintf(status.docker_version, sizeof status.docker_version, "%s", docker_version(broker->docker));
        snprintf(status.api_version, sizeof status.api_version, "%.15s",
                *engine_prefix(broker->engine) ? engine_prefix(broker->engine) + 2 : "");
        pool_status(broker->pool, &status);
        if (io_send_message(client->fd, &status, sizeof status, -1))
                shutdown(client->fd, SHUT_RDWR);
}

static void handle(struct broker *broker, struct client *client, struct message *message)
{
        message->language[sizeof message->language - 1] = '\0';
        message->request_id[sizeof message->request_id - 1] = '\0';
        switch (message->type) {
        case MESSAGE_ACQUIRE:
                acquire(broker, client, message);
                break;
        case MESSAGE_CANCEL:
                cancel(broker, client);
                break;
        case MESSAGE_RESIZE:
                resize(broker, client, message);
                break;
        case MESSAGE_DEATH:
                ask_death(client, message);
                break;
        case MESSAGE_RELEASE:
                release(broker, client, message);
                break;
        case MESSAGE_STATUS:
                tell_status(broker, client);
                break;
        default:
                shutdown(client->fd, SHUT_RDWR);
        }
}

/* The worker is gone: whatever its sandbox was doing, it was for nobody. */
static void client_gone(struct broker *broker, size_t i)
{
        struct client *client = broker->clients[i];
        broker->clients[i] = NULL;
        if (client->waiting)
                pool_forget(broker->pool, &client->wait);
        if (client->sandbox) {
                client->sandbox->holder = NULL;
                sandbox_event(client->sandbox, SANDBOX_DISCARD, "its worker is gone");
        }
        io_close(&client->fd);
        free(client);
}

static void client_readable(struct broker *broker, size_t i)
{
        struct message message;
        int fd = -1;
        ssize_t size = io_recv_message(broker->clients[i]->fd, &message, sizeof message, &fd);
        io_close(&fd);
        if (size < 0 && errno == EAGAIN)
                return;
        if (size == (ssize_t)sizeof message)
                handle(broker, broker->clients[i], &message);
        else
                client_gone(broker, i);
}

static int peer_allowed(const struct broker *broker, int fd)
{
        struct ucred peer;
        socklen_t size = sizeof peer;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
                return 0;
        return peer.uid == broker->options->peer_uid || peer.uid == 0;
}

static void accept_clients(struct broker *broker)
{
        int fd;
        while ((fd = accept4(broker->options->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
                struct client *client = peer_allowed(broker, fd) ? calloc(1, sizeof *client) : NULL;
                size_t i = 0;
                while (i < CLIENTS_MAX && broker->clients[i])
                        i++;
                if (!client || i == CLIENTS_MAX) {
                        log_warning("broker.refused_connection", LOG_S("why", client ? "too many" : "not allowed"));
                        free(client);
                        io_close(&fd);
                        continue;
                }
                client->fd = fd;
                broker->clients[i] = client;
        }
}

/* The loop. */

static int64_t earlier(int64_t a, int64_t b)
{
        return b && b < a ? b : a;
}

/* Leases held too long, deaths nobody told of. Returns the next such time. */
static int64_t settle_clients(struct broker *broker)
{
        int64_t next = INT64_MAX, now = clock_ms();
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                struct client *client = broker->clients[i];
                if (!client)
                        continue;
                if (client->death_until_ms && (client->death_known || client->oom || now >= client->death_until_ms))
                        answer_death(client);
                if (client->sandbox && now >= client->held_until_ms)
                        sandbox_event(client->sandbox, SANDBOX_DISCARD, "held too long");
                next = earlier(next, client->death_until_ms);
                if (client->sandbox)
                        next = earlier(next, client->held_until_ms);
        }
        return next;
}

static void on_signal(struct broker *broker)
{
        struct signalfd_siginfo info;
        if (read(broker->signal_fd, &info, sizeof info) != sizeof info || broker->drain_until_ms)
                return;
        log_info("broker.draining", LOG_I("leased", pool_leased(broker->pool)));
        broker->drain_until_ms = clock_ms() + broker->options->settings->drain_timeout_ms;
        pool_drain(broker->pool);
}

/* 1 when the broker has nothing left to do. */
static int drained(struct broker *broker, int64_t *next)
{
        if (!broker->drain_until_ms)
                return 0;
        if (!pool_count(broker->pool))
                return 1;
        bool late = clock_ms() >= broker->drain_until_ms;
        if (!broker->removing_all && (late || !pool_leased(broker->pool))) {
                broker->removing_all = true;
                broker->drain_until_ms = clock_ms() + REMOVE_ALL_TIMEOUT_MS;
                pool_remove_all(broker->pool);
        } else if (broker->removing_all && late) {
                log_error("broker.left_behind", LOG_I("sandboxes", pool_count(broker->pool)));
                return 1;
        }
        *next = earlier(*next, broker->drain_until_ms);
        return 0;
}

struct polled {
        struct pollfd fds[2 + CLIENTS_MAX + POOL_MAX];
        struct sandbox *sandboxes[POOL_MAX];
        size_t clients[CLIENTS_MAX];
        size_t client_count, sandbox_count;
};

static size_t collect(const struct broker *broker, struct polled *polled)
{
        size_t count = 0;
        polled->fds[count++] = (struct pollfd){.fd = broker->options->listen_fd, .events = POLLIN};
        polled->fds[count++] = (struct pollfd){.fd = broker->signal_fd, .events = POLLIN};
        polled->client_count = 0;
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                if (!broker->clients[i])
                        continue;
                polled->clients[polled->client_count++] = i;
                polled->fds[count++] = (struct pollfd){.fd = broker->clients[i]->fd, .events = POLLIN};
        }
        polled->sandbox_count = pool_polls(broker->pool, polled->fds + count, polled->sandboxes);
        return count + polled->sandbox_count;
}

/* Clients first: a lease that is asked for is granted in this round. A sandbox is freed only by pool_settle. */
static void dispatch(struct broker *broker, struct polled *polled)
{
        const struct pollfd *fds = polled->fds;
        if (fds[1].revents)
                on_signal(broker);
        for (size_t i = 0; i < polled->client_count; i++)
                if (fds[2 + i].revents)
                        client_readable(broker, polled->clients[i]);
        for (size_t i = 0; i < polled->sandbox_count; i++)
                if (fds[2 + polled->client_count + i].revents &&
                        sandbox_poll_fd(polled->sandboxes[i]) == fds[2 + polled->client_count + i].fd)
                        sandbox_readable(polled->sandboxes[i]);
        if (fds[0].revents)
                accept_clients(broker);
}

static int loop(struct broker *broker, struct error *err)
{
        static struct polled polled;
        for (;;) {
                int64_t next = earlier(clock_ms() + LOOP_MAX_MS, docker_tick(broker->docker));
                next = earlier(next, pool_settle(broker->pool));
                next = earlier(next, settle_clients(broker));
                if (drained(broker, &next))
                        return 0;
                size_t count = collect(broker, &polled);
                if (engine_wait(broker->engine, polled.fds, count, clock_left_ms(next), err))
                        return -1;
                dispatch(broker, &polled);
        }
}

static int open_signals(struct error *err)
{
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        if (sigprocmask(SIG_BLOCK, &signals, NULL))
                return error_errno(err, "sigprocmask");
        int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
        return fd < 0 ? error_errno(err, "signalfd") : fd;
}

int broker_run(const struct broker_options *options, struct error *err)
{
        struct broker broker = {.options = options, .signal_fd = -1};
        struct pool_hooks pool_hooks = {.answer = on_answer, .taken = on_taken, .context = &broker};
        struct docker_hooks docker_hooks = {
                .known = on_known, .event = on_docker_event, .changed = on_docker_changed, .context = &broker};
        int status = EXIT_FAILURE;
        signal(SIGPIPE, SIG_IGN);
        broker.signal_fd = open_signals(err);
        if (broker.signal_fd < 0)
                goto out;
        broker.engine = engine_new(options->settings->docker_socket, options->settings->engine_timeout_ms, err);
        if (!broker.engine)
                goto out;
        broker.pool = pool_new(broker.engine, options->settings, options->registry, &pool_hooks, err);
        if (!broker.pool)
                goto out;
        broker.docker = docker_new(broker.engine, options->settings, &docker_hooks, err);
        if (!broker.docker)
                goto out;
        status = loop(&broker, err) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                if (broker.clients[i])
                        io_close(&broker.clients[i]->fd);
                free(broker.clients[i]);
        }
        docker_free(broker.docker);
        pool_free(broker.pool);
        engine_free(broker.engine);
        io_close(&broker.signal_fd);
        return status;
}
