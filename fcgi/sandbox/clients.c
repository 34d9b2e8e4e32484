/* Leases from the workers' side: asking, waiting, holding, giving back. */
#include "fcgi/sandbox/clients.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/clients_state.h"
#include "images/runner/protocol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define HOLD_MARGIN_MS 2000 /* above the worker's own deadline */
#define ACCEPTS_AT_ONCE 16  /* then those that are connected get their turn */
#define DEATH_WAIT_MS 1000  /* for the daemon's word on how a sandbox died */

_Static_assert(SETTINGS_HOLD_MAX_MS + HOLD_MARGIN_MS < PROTOCOL_SILENCE_S * 1000,
        "a runner could end itself while it is lent: it hears nothing from the broker then");

/* A descriptor that comes with a message is closed here, and the close of a TCP socket that lingers waits for
 * as long as its sender pleases. Linux from 6.16 refuses to send any; connections have this from their
 * listener. */
static void refuse_descriptors(int listen_fd)
{
        int off = 0;
        setsockopt(listen_fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);
}

struct clients *clients_new(const struct broker_options *options, struct engine *engine, struct error *err)
{
        struct clients *clients = calloc(1, sizeof *clients);
        if (!clients) {
                error_set(err, "out of memory");
                return NULL;
        }
        clients->options = options;
        clients->engine = engine;
        refuse_descriptors(options->listen_fd);
        return clients;
}

void clients_use(struct clients *clients, struct pool *pool, struct docker *docker)
{
        clients->pool = pool;
        clients->docker = docker;
}

void clients_free(struct clients *clients)
{
        for (size_t i = 0; clients && i < CLIENTS_MAX; i++) {
                if (clients->list[i])
                        io_close(&clients->list[i]->fd);
                free(clients->list[i]);
        }
        free(clients);
}

static struct client *client_of(struct clients *clients, const struct sandbox *sandbox)
{
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                if (clients->list[i] && clients->list[i]->sandbox == sandbox)
                        return clients->list[i];
        return NULL;
}

void clients_note_death(struct clients *clients, const struct sandbox *sandbox)
{
        struct client *client = client_of(clients, sandbox);
        if (!client)
                return;
        client->oom |= sandbox->oom;
        client->death_known |= sandbox->died;
}

void clients_send(struct client *client, const struct message *message, int fd)
{
        /* A worker that does not read its answers is not waited for; its connection's end tidies up. */
        if (io_send_message(client->fd, message, sizeof *message, fd))
                shutdown(client->fd, SHUT_RDWR);
}

/* The words stand in the enum's order. */
static void count_answer(enum lease_answer answer)
{
        metrics_count(METRICS_LEASES, answer, 0, 0);
}

void clients_answer(void *context, struct pool_wait *wait, enum lease_answer answer, struct sandbox *sandbox)
{
        struct clients *clients = context;
        struct client *client = wait->holder;
        struct message message = {.type = MESSAGE_ANSWER, .value = answer};
        client->waiting = false;
        count_answer(answer);
        if (sandbox) {
                client->sandbox = sandbox;
                client->number = message.number = ++clients->leases;
                client->held_until_ms = clock_ms() + client->hold_ms + HOLD_MARGIN_MS;
                client->death_known = client->oom = sandbox->oom = false;
                memcpy(message.sandbox, sandbox->id, sizeof message.sandbox - 1);
        }
        log_debug("lease.answer", LOG_S("request", client->request_id), LOG_S("language", wait->language->id),
                LOG_I("answer", answer), LOG_I("wait_us", clock_us() - client->asked_us),
                LOG_S("sandbox", sandbox ? sandbox->name : NULL));
        clients_send(client, &message, sandbox ? sandbox->attach.fd : -1);
}

void clients_taken(void *context, struct sandbox *sandbox)
{
        struct client *client = client_of(context, sandbox);
        if (!client)
                return;
        client->oom |= sandbox->oom;
        client->death_known = true;
        client->sandbox = NULL;
}

void clients_done(struct client *client, uint64_t number, uint32_t value)
{
        struct message message = {.type = MESSAGE_DONE, .number = number, .value = value};
        clients_send(client, &message, -1);
}

/* Answers that nobody reads, with the descriptors in them, count against what this process may have in
 * flight: too many, and no other worker could be granted a lease. */
static bool has_unread(const struct client *client)
{
        int bytes = 0;
        return !ioctl(client->fd, SIOCOUTQ, &bytes) && bytes;
}

static void acquire(struct clients *clients, struct client *client, const struct message *ask)
{
        const struct language *language = registry_find(pool_edition(clients->pool)->registry, ask->language);
        struct message no = {.type = MESSAGE_ANSWER, .value = LEASE_NO_IMAGE};
        /* A worker holds one lease at a time, and knows what came of the one before. */
        if (client->sandbox || client->waiting || has_unread(client)) {
                shutdown(client->fd, SHUT_RDWR);
                return;
        }
        if (!language) {
                count_answer(LEASE_NO_IMAGE);
                clients_send(client, &no, -1);
                return;
        }
        client->number = 0;
        client->hold_ms = ask->hold_ms < SETTINGS_HOLD_MAX_MS ? ask->hold_ms : SETTINGS_HOLD_MAX_MS;
        client->asked_us = clock_us();
        memcpy(client->request_id, ask->request_id, sizeof client->request_id);
        client->waiting = true;
        client->wait = (struct pool_wait){.holder = client,
                .language = language,
                .memory_mib = clients_clamp_memory(clients, language, ask->memory_mib),
                .deadline_ms = clock_ms() + pool_edition(clients->pool)->settings->queue_timeout_ms};
        pool_ask(clients->pool, &client->wait);
}

static void cancel(struct clients *clients, struct client *client)
{
        if (!client->waiting)
                return; /* the answer is under way already */
        pool_forget(clients->pool, &client->wait);
        clients_answer(clients, &client->wait, LEASE_CANCELLED, NULL);
}

static void release(struct clients *clients, struct client *client, const struct message *ask)
{
        struct sandbox *sandbox = client->sandbox;
        if (ask->number != client->number)
                return;
        /* A resize that is still under way could change the next lease's limit. */
        bool clean = ask->value == 1 && !(client->resizing && client->resizing == client->number);
        client->sandbox = NULL;
        client->number = 0;
        client->death_until_ms = 0;
        if (sandbox)
                pool_release(clients->pool, sandbox, clean && !sandbox->died);
}

static void answer_death(struct client *client)
{
        client->death_until_ms = 0;
        clients_done(client, client->number, client->oom);
}

static void ask_death(struct client *client, const struct message *ask)
{
        if (!client->number || ask->number != client->number) {
                clients_done(client, ask->number, MESSAGE_FAILED);
                return;
        }
        client->death_until_ms = clock_ms() + DEATH_WAIT_MS;
        if (client->sandbox)
                client->oom |= client->sandbox->oom;
        if (client->oom || client->death_known)
                answer_death(client);
}

static void tell_status(struct clients *clients, struct client *client)
{
        static struct broker_status status;
        memset(&status, 0, sizeof status);
        status.docker_ok = docker_ok(clients->docker);
        status.docker_us = engine_last_us(clients->engine);
        status.docker_age_ms = engine_last_age_ms(clients->engine);
        snprintf(status.docker_version, sizeof status.docker_version, "%s", docker_version(clients->docker));
        snprintf(status.api_version, sizeof status.api_version, "%.15s",
                *engine_prefix(clients->engine) ? engine_prefix(clients->engine) + 2 : "");
        pool_status(clients->pool, &status);
        if (io_send_message(client->fd, &status, sizeof status, -1))
                shutdown(client->fd, SHUT_RDWR);
}

static void handle(struct clients *clients, struct client *client, struct message *message)
{
        message->language[sizeof message->language - 1] = '\0';
        message->request_id[sizeof message->request_id - 1] = '\0';
        switch (message->type) {
        case MESSAGE_ACQUIRE:
                acquire(clients, client, message);
                break;
        case MESSAGE_CANCEL:
                cancel(clients, client);
                break;
        case MESSAGE_RESIZE:
                clients_resize(clients, client, message);
                break;
        case MESSAGE_DEATH:
                ask_death(client, message);
                break;
        case MESSAGE_RELEASE:
                release(clients, client, message);
                break;
        case MESSAGE_STATUS:
                tell_status(clients, client);
                break;
        default:
                shutdown(client->fd, SHUT_RDWR);
        }
}

/* The worker is gone: whatever its sandbox was doing, it was for nobody. */
static void client_gone(struct clients *clients, size_t i)
{
        struct client *client = clients->list[i];
        clients->list[i] = NULL;
        if (client->waiting)
                pool_forget(clients->pool, &client->wait);
        if (client->sandbox) {
                client->sandbox->holder = NULL;
                sandbox_event(client->sandbox, SANDBOX_DISCARD, "its worker is gone");
        }
        io_close(&client->fd);
        free(client);
}

static void client_readable(struct clients *clients, size_t i)
{
        struct message message;
        int fd = -1;
        ssize_t size = io_recv_message(clients->list[i]->fd, &message, sizeof message, &fd);
        io_close(&fd);
        if (size < 0 && errno == EAGAIN)
                return;
        if (size == (ssize_t)sizeof message)
                handle(clients, clients->list[i], &message);
        else
                client_gone(clients, i);
}

static uint32_t connections_of(const struct clients *clients, pid_t pid)
{
        uint32_t count = 0;
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                count += clients->list[i] && clients->list[i]->pid == pid;
        return count;
}

/* Why a connection is refused, or NULL with its process. All workers have one uid: without a limit for each
 * process, one that was taken over could take every place, and with them every sandbox. */
static const char *refusal(const struct clients *clients, int fd, pid_t *pid)
{
        const struct broker_options *options = clients->options;
        struct ucred peer;
        socklen_t size = sizeof peer;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) ||
                (peer.uid != options->peer_uid && peer.uid != 0))
                return "not allowed";
        if (options->per_process && connections_of(clients, peer.pid) >= options->per_process)
                return "too many of one process";
        *pid = peer.pid;
        return NULL;
}

static void accept_clients(struct clients *clients)
{
        int fd;
        for (int n = 0; n < ACCEPTS_AT_ONCE; n++) {
                fd = accept4(clients->options->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
                if (fd < 0)
                        return;
                pid_t pid = 0;
                const char *why = refusal(clients, fd, &pid);
                size_t i = 0;
                while (i < CLIENTS_MAX && clients->list[i])
                        i++;
                struct client *client = !why && i < CLIENTS_MAX ? calloc(1, sizeof *client) : NULL;
                if (!client) {
                        log_warning("broker.refused_connection", LOG_S("why", why ? why : "too many"));
                        io_close(&fd);
                        continue;
                }
                client->fd = fd;
                client->pid = pid;
                clients->list[i] = client;
        }
}

/* Leases held too long, deaths nobody told of. Returns the next such time. */
int64_t clients_settle(struct clients *clients)
{
        int64_t next = INT64_MAX, now = clock_ms();
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                struct client *client = clients->list[i];
                if (!client)
                        continue;
                if (client->death_until_ms &&
                        (client->death_known || client->oom || now >= client->death_until_ms))
                        answer_death(client);
                if (client->sandbox && now >= client->held_until_ms)
                        sandbox_event(client->sandbox, SANDBOX_DISCARD, "held too long");
                next = clock_earlier(next, client->death_until_ms);
                if (client->sandbox)
                        next = clock_earlier(next, client->held_until_ms);
        }
        return next;
}

size_t clients_polls(struct clients *clients, struct pollfd *fds)
{
        size_t count = 0;
        fds[0] = (struct pollfd){.fd = clients->options->listen_fd, .events = POLLIN};
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                if (!clients->list[i])
                        continue;
                clients->polled[count] = i;
                fds[1 + count++] = (struct pollfd){.fd = clients->list[i]->fd, .events = POLLIN};
        }
        return 1 + count;
}

/* New connections last: they must not take the place of one that is still in the list of what was polled. */
void clients_dispatch(struct clients *clients, const struct pollfd *fds, size_t count)
{
        for (size_t i = 1; i < count; i++)
                if (fds[i].revents)
                        client_readable(clients, clients->polled[i - 1]);
        if (fds[0].revents)
                accept_clients(clients);
}
