/* Clients as small state machines over one epoll, so that a thousand of them cost little beside what they
 * measure. */
#include "tests/bench/crowd.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/http.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ANSWER_MAX 8192
#define LATE_MS 30000 /* for the last answers */

struct client {
        int fd;
        int64_t asked_us;
        size_t size;
        char answer[ANSWER_MAX];
};

struct crowd {
        int port, epoll;
        char *request;
        size_t request_size;
        struct client *clients;
        unsigned open;
        int64_t ends_us;
        struct crowd_counts *counts;
};

/* Each of n so far is kept with the same probability (Vitter's algorithm R). */
static void keep(struct samples *samples, size_t n, int64_t us)
{
        size_t at = n <= SAMPLES_MAX ? samples->count : (size_t)random() % n;
        if (n <= SAMPLES_MAX)
                samples_add(samples, us);
        else if (at < SAMPLES_MAX)
                samples->us[at] = us;
}

static void leave(struct crowd *crowd, struct client *client)
{
        io_close(&client->fd);
        crowd->open--;
}

/* A request is small: it fits the socket's buffer, which is empty. */
static int ask(struct crowd *crowd, struct client *client)
{
        client->size = 0;
        client->asked_us = clock_us();
        return io_write_all(client->fd, crowd->request, crowd->request_size, clock_ms() + 1000, NULL);
}

static int join(struct crowd *crowd, struct client *client)
{
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
        client->fd = http_connect(crowd->port, NULL);
        if (client->fd < 0)
                return -1;
        crowd->open++;
        if (epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, client->fd, &event) || ask(crowd, client)) {
                leave(crowd, client);
                return -1;
        }
        return 0;
}

/* The status of a whole answer, else 0. */
static int answered(const struct client *client)
{
        const char *body = memmem(client->answer, client->size, "\r\n\r\n", 4);
        const char *length = memmem(client->answer, client->size, "Content-Length: ", 16);
        const char *chunked = memmem(client->answer, client->size, "Transfer-Encoding: chunked", 26);
        if (!body || (length && length > body))
                return 0;
        size_t rest = client->size - (size_t)(body + 4 - client->answer);
        bool whole = length ? rest >= strtoul(length + 16, NULL, 10)
                            : chunked && rest >= 5 && !memcmp(body + 4 + rest - 5, "0\r\n\r\n", 5);
        return whole ? atoi(client->answer + strlen("HTTP/1.1 ")) : 0;
}

/* nginx closes a connection after keepalive_requests. */
static bool last_on_connection(const struct client *client)
{
        return memmem(client->answer, client->size, "Connection: close", 17);
}

static void count(struct crowd_counts *counts, int status, int64_t us)
{
        if (status == 200)
                keep(&counts->served_us, ++counts->served, us);
        else if (status == 503)
                keep(&counts->refused_us, ++counts->refused, us);
        else
                counts->other++;
}

static void read_answer(struct crowd *crowd, struct client *client)
{
        ssize_t n = read(client->fd, client->answer + client->size, ANSWER_MAX - 1 - client->size);
        if (n <= 0) {
                crowd->counts->other++;
                leave(crowd, client);
                if (clock_us() < crowd->ends_us)
                        join(crowd, client);
                return;
        }
        client->size += (size_t)n;
        client->answer[client->size] = '\0';
        int status = answered(client);
        if (!status)
                return;
        count(crowd->counts, status, clock_us() - client->asked_us);
        bool over = clock_us() >= crowd->ends_us;
        if (!over && !last_on_connection(client) && !ask(crowd, client))
                return;
        leave(crowd, client);
        if (!over)
                join(crowd, client);
}

static void loop(struct crowd *crowd)
{
        struct epoll_event events[64];
        while (crowd->open && clock_us() < crowd->ends_us + LATE_MS * 1000LL) {
                int n = epoll_wait(crowd->epoll, events, 64, 100);
                for (int i = 0; i < n; i++)
                        read_answer(crowd, events[i].data.ptr);
        }
}

static char *request_text(const char *body, size_t *size)
{
        char *text = NULL;
        int length = asprintf(&text,
                "POST /api/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                strlen(body), body);
        *size = length < 0 ? 0 : (size_t)length;
        return length < 0 ? NULL : text;
}

int crowd_run(
        int port, const char *body, unsigned clients, int ms, struct crowd_counts *counts, struct error *err)
{
        struct crowd crowd = {.port = port, .epoll = epoll_create1(EPOLL_CLOEXEC), .counts = counts};
        int rc = -1;
        int64_t began_us = clock_us();
        memset(counts, 0, sizeof *counts);
        crowd.ends_us = began_us + ms * 1000LL;
        crowd.clients = calloc(clients, sizeof *crowd.clients);
        crowd.request = request_text(body, &crowd.request_size);
        if (crowd.epoll < 0 || !crowd.clients || !crowd.request) {
                error_errno(err, "crowd");
                goto out;
        }
        for (unsigned i = 0; i < clients; i++)
                crowd.clients[i].fd = -1;
        for (unsigned i = 0; i < clients; i++)
                if (join(&crowd, &crowd.clients[i])) {
                        error_set(err, "client %u of %u cannot connect", i + 1, clients);
                        goto out;
                }
        loop(&crowd);
        counts->other += crowd.open;
        counts->seconds = (double)(clock_us() - began_us) / 1e6;
        rc = 0;
out:
        for (unsigned i = 0; crowd.clients && i < clients; i++)
                io_close(&crowd.clients[i].fd);
        free(crowd.clients);
        free(crowd.request);
        io_close(&crowd.epoll);
        return rc;
}
