/* The worker's side of a lease. */
#include "fcgi/sandbox/lease.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A call of the Engine may be given longer (docker.timeout), but a request whose resize takes so long has
 * failed: the connection is closed, and the broker removes the sandbox. */
#define ANSWER_TIMEOUT_MS 30000
#define ACQUIRE_SLACK_MS 3000 /* past queue_timeout: the broker is restarting, or cannot */

struct broker_link {
        char *path;
        int fd; /* -1: not connected */
        uint32_t acquire_timeout_ms;
};

struct broker_link *broker_link_new(const char *socket_path, uint32_t queue_timeout_ms)
{
        struct broker_link *link = calloc(1, sizeof *link);
        if (!link)
                return NULL;
        link->fd = -1;
        link->acquire_timeout_ms = queue_timeout_ms + ACQUIRE_SLACK_MS;
        link->path = strdup(socket_path);
        if (!link->path) {
                free(link);
                return NULL;
        }
        return link;
}

void broker_link_free(struct broker_link *link)
{
        if (!link)
                return;
        io_close(&link->fd);
        free(link->path);
        free(link);
}

static int link_send(struct broker_link *link, const struct message *message, struct error *err)
{
        if (link->fd < 0)
                link->fd = io_connect_unix(link->path, SOCK_SEQPACKET, err);
        if (link->fd < 0)
                return -1;
        if (!io_send_message(link->fd, message, sizeof *message, -1))
                return 0;
        error_errno(err, "cannot write to the broker");
        io_close(&link->fd);
        return -1;
}

/* A broker that was restarted leaves a dead connection behind: what begins a conversation is tried once more
 * on a new one. */
static int link_begin(struct broker_link *link, const struct message *message, struct error *err)
{
        struct error first = {0};
        return link_send(link, message, &first) ? link_send(link, message, err) : 0;
}

/* Wait for a message; a descriptor that comes with it goes to *fd. After a failure the connection is closed,
 * so that a late answer can never be taken for another one's. */
static int link_receive(
        struct broker_link *link, void *message, size_t size, int *fd, int64_t deadline_ms, struct error *err)
{
        struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
        int ready = io_poll(&poll_fd, 1, deadline_ms);
        ssize_t got = ready > 0 ? io_recv_message(link->fd, message, size, fd) : -1;
        if (got == (ssize_t)size)
                return 0;
        if (got > 0 && fd)
                io_close(fd);
        io_close(&link->fd);
        return error_set(
                err, ready == 0 ? "the broker does not answer" : "the connection to the broker was lost");
}

/* Wait for the answer to ACQUIRE while watching the client. */
static int await_answer(
        struct broker_link *link, int cancel_fd, struct message *answer, int *fd, struct error *err)
{
        int64_t deadline = clock_ms() + link->acquire_timeout_ms;
        struct pollfd fds[2] = {{.fd = link->fd, .events = POLLIN}, {.fd = cancel_fd, .events = POLLRDHUP}};
        int ready = io_poll(fds, cancel_fd >= 0 ? 2 : 1, deadline);
        if (ready > 0 && !fds[0].revents) {
                struct message cancel = {.type = MESSAGE_CANCEL};
                if (link_send(link, &cancel, err))
                        return -1;
        }
        return link_receive(link, answer, sizeof *answer, fd, deadline, err);
}

int lease_acquire(struct broker_link *link, const struct language *language, uint32_t memory_mib,
        uint32_t hold_ms, const char *request_id, int cancel_fd, struct lease *lease, struct error *err)
{
        int64_t began = clock_us();
        struct message ask = {.type = MESSAGE_ACQUIRE, .memory_mib = memory_mib, .hold_ms = hold_ms}, answer;
        *lease = (struct lease){.fd = -1};
        snprintf(ask.language, sizeof ask.language, "%s", language->id);
        snprintf(ask.request_id, sizeof ask.request_id, "%s", request_id ? request_id : "");
        if (link_begin(link, &ask, err) || await_answer(link, cancel_fd, &answer, &lease->fd, err))
                return -1;
        if (answer.type != MESSAGE_ANSWER || answer.value > LEASE_CANCELLED ||
                (answer.value == LEASE_GRANTED) != (lease->fd >= 0)) {
                io_close(&lease->fd);
                io_close(&link->fd);
                return error_set(err, "the broker answers nonsense");
        }
        lease->number = answer.number;
        memcpy(lease->sandbox, answer.sandbox, sizeof lease->sandbox);
        lease->sandbox[sizeof lease->sandbox - 1] = '\0';
        lease->wait_us = (uint32_t)(clock_us() - began);
        return (int)answer.value;
}

static int ask_done(struct broker_link *link, const struct message *ask, uint32_t *value, struct error *err)
{
        struct message answer;
        int fd = -1;
        if (link->fd < 0)
                return error_set(err, "the connection to the broker was lost");
        if (link_send(link, ask, err) ||
                link_receive(link, &answer, sizeof answer, &fd, clock_ms() + ANSWER_TIMEOUT_MS, err))
                return -1;
        io_close(&fd);
        if (answer.type != MESSAGE_DONE || answer.number != ask->number ||
                (answer.value > 1 && answer.value != MESSAGE_FAILED))
                return error_set(err, "the broker answers nonsense");
        *value = answer.value;
        return 0;
}

int lease_resize(struct broker_link *link, struct lease *lease, uint32_t memory_mib, struct error *err)
{
        uint32_t value;
        struct message ask = {.type = MESSAGE_RESIZE, .number = lease->number, .memory_mib = memory_mib};
        if (ask_done(link, &ask, &value, err))
                return -1;
        return value == MESSAGE_FAILED ? error_set(err, "the memory limit could not be changed") : (int)value;
}

int lease_died_of_memory(struct broker_link *link, struct lease *lease, struct error *err)
{
        uint32_t value;
        struct message ask = {.type = MESSAGE_DEATH, .number = lease->number};
        if (ask_done(link, &ask, &value, err))
                return -1;
        return value == MESSAGE_FAILED ? error_set(err, "the broker does not hold this lease") : (int)value;
}

void lease_release(struct broker_link *link, struct lease *lease, bool clean)
{
        struct message message = {.type = MESSAGE_RELEASE, .number = lease->number, .value = clean};
        if (lease->fd < 0)
                return;
        /* Ours first: the broker shuts the stream down for every copy anyway. */
        io_close(&lease->fd);
        if (link->fd >= 0)
                link_send(link, &message, NULL);
}

int broker_status_get(
        struct broker_link *link, struct broker_status *status, int timeout_ms, struct error *err)
{
        struct message ask = {.type = MESSAGE_STATUS};
        int fd = -1;
        if (link_begin(link, &ask, err))
                return -1;
        int rc = link_receive(link, status, sizeof *status, &fd, clock_ms() + timeout_ms, err);
        io_close(&fd);
        return rc;
}
