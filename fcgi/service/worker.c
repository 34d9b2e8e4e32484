/* A FastCGI process.
 *
 * Theory of operation. All workers of a socket wait for the same listening socket; the kernel wakes one per
 * connection. A worker serves one request at a time, from the first byte to the last, so its whole state is
 * on the stack of one call, and a worker that crashes harms one request. The worker parses what strangers
 * send; that is why it runs as a user who can reach neither Docker nor anything else, and why it asks the
 * broker for sandboxes.
 *
 * Signals are blocked except while it waits for a connection: SIGTERM ends an idle worker at once and a busy
 * one after its answer; so does SIGHUP, when another one has taken its place. libfcgi would silently cut a
 * body short at a signal. Its parent watches the phase it notes down and kills it when it stays in one for
 * too long; that the connection to the broker then closes makes the broker remove the sandbox.
 *
 * Between requests a worker holds no memory of its own but libc's: 32 of them wait in a few hundred KiB each.
 */
#include "fcgi/service/worker.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/log.h"
#include "fcgi/service/account.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A request that allocated more than this is followed by giving free memory back to the kernel. */
#define TRIM_BYTES (64 << 10)

static volatile sig_atomic_t ended;    /* the service ends */
static volatile sig_atomic_t replaced; /* it goes on with another worker */

static void on_end(int signal)
{
        if (signal == SIGTERM)
                ended = 1;
        else
                replaced = 1;
}

/* After libfcgi has put its own handlers in. waiting: the mask for the wait alone. */
static void set_signals(sigset_t *waiting)
{
        struct sigaction end = {.sa_handler = on_end}, ignore = {.sa_handler = SIG_IGN};
        sigset_t blocked;
        sigfillset(&blocked);
        sigdelset(&blocked, SIGSEGV);
        sigdelset(&blocked, SIGBUS);
        sigdelset(&blocked, SIGFPE);
        sigdelset(&blocked, SIGILL);
        sigdelset(&blocked, SIGABRT);
        sigprocmask(SIG_SETMASK, &blocked, NULL);
        *waiting = blocked;
        sigdelset(waiting, SIGTERM);
        sigdelset(waiting, SIGHUP);
        sigaction(SIGTERM, &end, NULL);
        sigaction(SIGHUP, &end, NULL);
        sigaction(SIGPIPE, &ignore, NULL);
        sigaction(SIGUSR1, &ignore, NULL);
}

/* The path without its query; nginx sends it normalised in DOCUMENT_URI or SCRIPT_NAME. */
static const char *path_of(const struct fastcgi *connection, char *space, size_t size)
{
        static const char *const names[] = {"DOCUMENT_URI", "SCRIPT_NAME", "REQUEST_URI"};
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                const char *value = fastcgi_param(connection, names[i]);
                if (*value) {
                        snprintf(space, size, "%.*s", (int)strcspn(value, "?"), value);
                        return space;
                }
        }
        return "";
}

static void send_reply(struct exchange *x)
{
        struct buffer head = BUFFER_MAX(4096);
        if (!x->reply.http_status)
                return;
        watchdog_note(x->watch, WATCH_WRITING);
        if (reply_head(&x->reply, x->request_id, &head) ||
                fastcgi_write(x->connection, head.data, head.size) ||
                fastcgi_write(x->connection, x->reply.body, x->reply.size))
                error_set(&x->err, "the answer could not be sent");
        buffer_clear(&head);
}

/* A signal that came in mid-request is delivered by the wait only when no connection is waiting, too. */
static void look_for_signals(void)
{
        sigset_t pending;
        if (sigpending(&pending))
                return;
        if (sigismember(&pending, SIGTERM) == 1)
                ended = 1;
        if (sigismember(&pending, SIGHUP) == 1)
                replaced = 1;
}

static bool told_to_end(void)
{
        look_for_signals();
        return ended;
}

static bool told_to_leave(void)
{
        look_for_signals();
        return ended || replaced;
}

static void answer(const struct worker_options *options, struct exchange *x)
{
        if (!told_to_end()) {
                router_answer(options->socket, x);
                return;
        }
        x->reply.retry_after_s = 5;
        reply_error(&x->reply, 503, "shutting_down", "The service is shutting down", NULL, x->request_id);
}

static void serve(const struct worker_options *options, struct fastcgi *connection, struct broker_link *link,
        int64_t accepted_us)
{
        char path[256], method[16];
        struct exchange x = {
                .config = options->config,
                .reload_note = options->reload_note,
                .link = link,
                .connection = connection,
                .watch = options->watch,
                .method = method,
                .path = path_of(connection, path, sizeof(path)),
                .at = {.accepted = accepted_us},
        };
        snprintf(method, sizeof(method), "%s", fastcgi_param(connection, "REQUEST_METHOD"));
        snprintf(x.client, sizeof(x.client), "%s", fastcgi_param(connection, "REMOTE_ADDR"));
        const char *id = fastcgi_param(connection, "REQUEST_ID");
        if (id_valid(id))
                snprintf(x.request_id, sizeof(x.request_id), "%s", id);
        else
                id_new(x.request_id);
        log_set_request(x.request_id);
        answer(options, &x);
        send_reply(&x);
        fastcgi_finish(connection);
        x.at.answered = clock_us();
        reply_clear(&x.reply);
        fastcgi_end(connection);
        account_request(&x, options->socket);
        log_set_request(NULL);
        if (x.big > TRIM_BYTES)
                malloc_trim(0);
}

/* Take one connection: wait for it, or with NULL only look. 0/-1 as fastcgi_wait. */
static int take(const struct worker_options *options, struct fastcgi *connection, struct broker_link *link,
        const sigset_t *waiting, struct error *err)
{
        watchdog_note(options->watch, WATCH_IDLE);
        int came = fastcgi_wait(connection, waiting, err);
        if (came <= 0)
                return came;
        int64_t accepted_us = clock_us();
        watchdog_note(options->watch, WATCH_READING);
        if (fastcgi_begin(connection))
                serve(options, connection, link, accepted_us);
        return 1;
}

int worker_run(const struct worker_options *options, struct error *err)
{
        int came = 0;
        sigset_t waiting;
        struct broker_link *link = NULL;
        struct fastcgi *connection = fastcgi_new(options->listen_fd, options->silence_ms, err);
        if (!connection)
                goto out;
        link = broker_link_new(options->broker_path, options->config->settings->queue_timeout_ms);
        if (!link) {
                error_set(err, "out of memory");
                goto out;
        }
        set_signals(&waiting);
        /* Fixed thresholds: with glibc's moving ones, one large body makes the heap large for good. */
        mallopt(M_MMAP_THRESHOLD, 128 << 10);
        mallopt(M_TRIM_THRESHOLD, 128 << 10);
        while (came >= 0 && !told_to_leave())
                came = take(options, connection, link, &waiting, err);
        /* Who waits in the backlog is told so; the supervisor lets no more in. */
        while (ended && came >= 0 && take(options, connection, link, NULL, err) > 0)
                ;
out:
        broker_link_free(link);
        fastcgi_free(connection);
        return err->text[0] ? 1 : 0;
}
