/* Clients as small state machines over one epoll, so that a thousand of them cost little beside what they
 * measure. */
#include "tests/bench/crowd.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/bench/arrival.h"
#include "tests/integration/http.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define ANSWER_MAX 8192
#define LATE_MS 30000 /* for the last answers */
#define LOW_PRIORITY 10

struct client {
        int fd;
        int64_t asked_us; /* arrival_now_us */
        int64_t asks_us;  /* it thinks until then (clock_us); 0: it waits for an answer */
        size_t size;
        char answer[ANSWER_MAX];
};

struct crowd {
        const struct crowd_plan *plan;
        int epoll;
        char *request;
        size_t request_size;
        struct client *clients;
        unsigned open;
        int64_t ends_us;
        struct crowd_counts *counts;
};

/* For this process and, where the kernel groups processes by session, for its group. */
static void set_priority(int nice)
{
        char text[8];
        int size = snprintf(text, sizeof text, "%d", nice);
        int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
        setpriority(PRIO_PROCESS, 0, nice);
        if (fd >= 0)
                io_write_all(fd, text, (size_t)size, -1, NULL);
        io_close(&fd);
}

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
        client->asks_us = 0;
        client->asked_us = arrival_now_us();
        return io_write_all(client->fd, crowd->request, crowd->request_size, clock_ms() + 1000, NULL);
}

static int join(struct crowd *crowd, struct client *client)
{
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
        client->fd = http_connect(crowd->plan->port, NULL);
        if (client->fd < 0)
                return -1;
        crowd->open++;
        arrival_ask_for(client->fd);
        if (!epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, client->fd, &event))
                return 0;
        leave(crowd, client);
        return -1;
}

/* As join, for a client whose connection ended: it asks on. */
static void join_again(struct crowd *crowd, struct client *client)
{
        if (join(crowd, client) || ask(crowd, client))
                crowd->counts->errors++;
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
                counts->errors++;
}

static int64_t thinks_until_us(const struct crowd *crowd)
{
        int64_t think_us = crowd->plan->think_ms * 1000LL;
        return clock_us() + think_us / 2 + (int64_t)((double)random() / RAND_MAX * (double)think_us);
}

/* What comes after an answer. */
static void go_on(struct crowd *crowd, struct client *client)
{
        bool over = clock_us() >= crowd->ends_us, last = last_on_connection(client);
        if (over || last)
                leave(crowd, client);
        if (over)
                return;
        if (last && join(crowd, client))
                crowd->counts->errors++;
        else if (crowd->plan->think_ms)
                client->asks_us = thinks_until_us(crowd);
        else if (ask(crowd, client))
                crowd->counts->errors++;
}

static void read_answer(struct crowd *crowd, struct client *client)
{
        int64_t came_us;
        ssize_t n = arrival_read(
                client->fd, client->answer + client->size, ANSWER_MAX - 1 - client->size, &came_us);
        if (n <= 0) {
                bool thought = client->asks_us;
                leave(crowd, client);
                crowd->counts->errors += !thought;
                if (clock_us() < crowd->ends_us)
                        join_again(crowd, client);
                return;
        }
        client->size += (size_t)n;
        client->answer[client->size] = '\0';
        int status = answered(client);
        if (!status)
                return;
        count(crowd->counts, status, came_us - client->asked_us);
        go_on(crowd, client);
}

/* Have those ask that have thought enough. Returns how long the next one still thinks, ms. */
static int end_thoughts(struct crowd *crowd)
{
        int64_t now = clock_us(), next = now + 100000;
        bool over = now >= crowd->ends_us;
        for (unsigned i = 0; i < crowd->plan->clients; i++) {
                struct client *client = &crowd->clients[i];
                if (client->fd < 0 || !client->asks_us)
                        continue;
                if (over)
                        leave(crowd, client);
                else if (client->asks_us <= now)
                        crowd->counts->errors += ask(crowd, client) != 0;
                else
                        next = client->asks_us < next ? client->asks_us : next;
        }
        return (int)((next - now + 999) / 1000);
}

static void loop(struct crowd *crowd)
{
        struct epoll_event events[64];
        while (crowd->open && clock_us() < crowd->ends_us + LATE_MS * 1000LL) {
                int wait_ms = crowd->plan->think_ms ? end_thoughts(crowd) : 100;
                int n = epoll_wait(crowd->epoll, events, 64, wait_ms);
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

/* Those who think begin within their first thought, not all at once. */
static int begin(struct crowd *crowd, struct error *err)
{
        for (unsigned i = 0; i < crowd->plan->clients; i++) {
                struct client *client = &crowd->clients[i];
                if (join(crowd, client))
                        return error_set(err, "client %u of %u cannot connect", i + 1, crowd->plan->clients);
                if (crowd->plan->think_ms)
                        client->asks_us = clock_us() + random() % (crowd->plan->think_ms * 1000L) + 1;
                else if (ask(crowd, client))
                        return error_set(err, "client %u of %u cannot ask", i + 1, crowd->plan->clients);
        }
        return 0;
}

int crowd_run(const struct crowd_plan *plan, struct crowd_counts *counts, struct error *err)
{
        struct crowd crowd = {.plan = plan, .epoll = epoll_create1(EPOLL_CLOEXEC), .counts = counts};
        int rc = -1;
        int64_t began_us = clock_us();
        crowd.ends_us = began_us + plan->ms * 1000LL;
        crowd.clients = calloc(plan->clients, sizeof *crowd.clients);
        crowd.request = request_text(plan->body, &crowd.request_size);
        set_priority(LOW_PRIORITY);
        if (crowd.epoll < 0 || !crowd.clients || !crowd.request) {
                error_errno(err, "crowd");
                goto out;
        }
        for (unsigned i = 0; i < plan->clients; i++)
                crowd.clients[i].fd = -1;
        if (begin(&crowd, err))
                goto out;
        loop(&crowd);
        counts->errors += crowd.open;
        counts->seconds += (double)(clock_us() - began_us) / 1e6;
        rc = 0;
out:
        set_priority(0);
        for (unsigned i = 0; crowd.clients && i < plan->clients; i++)
                io_close(&crowd.clients[i].fd);
        free(crowd.clients);
        free(crowd.request);
        io_close(&crowd.epoll);
        return rc;
}

void crowd_print(const char *name, unsigned clients, struct crowd_counts *counts)
{
        printf("| %s | %u | %.1f/s | %.0f | %.0f | %.0f/s | ", name, clients,
                (double)counts->served / counts->seconds, samples_ms(&counts->served_us, 50),
                samples_ms(&counts->served_us, 99), (double)counts->refused / counts->seconds);
        if (counts->refused)
                printf("%.1f | %.1f | ", samples_ms(&counts->refused_us, 50),
                        samples_ms(&counts->refused_us, 99));
        else
                printf("- | - | ");
        printf("%zu |\n", counts->errors);
        fflush(stdout);
}
