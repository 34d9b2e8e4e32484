/* The broker: the one process that holds the Docker socket.
 *
 * Theory of operation. A single event loop waits on: the listening socket, a signalfd, one SEQPACKET
 * connection a worker, the streams of the sandboxes that nobody leases, and libcurl's connections to the
 * daemon. Nothing in it blocks. Who decides what:
 *
 *   docker.c   is the daemon there, what befell our containers, sweeping leftovers
 *   pool.c     which sandboxes to make, lend, keep and remove
 *   sandbox.c  one sandbox's way from state to state
 *   clients.c  the conversation with the workers
 *   here       the loop, signals, the supervisor's orders and the end
 *
 * A worker asks for a lease by a language's id, which is looked up in the broker's own registry, and a memory
 * limit, which is clamped. It gets the descriptor of that sandbox's attached stream; the broker keeps a copy,
 * but reads nothing from it until the lease ends. A lease ends when the worker gives it back, when its
 * connection closes (the sandbox is removed, whatever it was doing), or when it was held too long (the stream
 * is shut down under the worker's hands, and the sandbox removed).
 *
 * A reload comes as an order, with the files that the supervisor has read and found right: the broker reads
 * the same bytes, never the disk. pool_reload.c brings the pool from the one configuration to the other.
 *
 * SIGTERM: no new leases; leases that are out may end within drain_timeout; then every sandbox is removed,
 * and once more it is looked for containers that nobody knows, before the broker ends. */
#include "fcgi/sandbox/broker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/sandbox/edition.h"
#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/orders.h"
#include "fcgi/sandbox/pool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define REMOVE_ALL_TIMEOUT_MS 22000 /* with the next, below what the supervisor gives it */
#define FINISH_TIMEOUT_MS 5000      /* at least, of the last look for containers that nobody knows */
#define LOOP_MAX_MS 10000

struct broker {
        const struct broker_options *options;
        struct engine *engine;
        struct docker *docker;
        struct pool *pool;
        struct clients *clients;
        int signal_fd;
        int log_fd;    /* that came with an order; -1: none did */
        int orders_fd; /* -1 once the supervisor is gone */
        bool told_warm;
        uint32_t reload_number; /* of the reload under way */
        int64_t drain_until_ms; /* 0: not draining */
        bool removing_all;
        pid_t supervisor;
        int64_t made_before_s;   /* as time(2): a younger container may be a successor's */
        int64_t finish_until_ms; /* of the last look for leftovers; 0: not begun */
};

static uint32_t leased(const struct broker *broker)
{
        return roster_count(pool_roster(broker->pool), NULL, roster_leased);
}

static uint32_t left(const struct broker *broker)
{
        return roster_count(pool_roster(broker->pool), NULL, roster_any);
}

static bool on_known(void *context, const char *name)
{
        struct broker *broker = context;
        return roster_by_name(pool_roster(broker->pool), name) != NULL;
}

static void on_docker_event(void *context, const char *id, const char *action)
{
        struct broker *broker = context;
        struct sandbox *sandbox = roster_by_id(pool_roster(broker->pool), id);
        if (!sandbox)
                return;
        if (!strcmp(action, "oom"))
                sandbox->oom = true;
        else
                sandbox->died = true;
        clients_note_death(broker->clients, sandbox);
        /* A leased one's end is for its worker to find; one that is being removed is meant to end. */
        if (sandbox->died && sandbox->state != SANDBOX_LEASED && sandbox->state != SANDBOX_REMOVING)
                sandbox_event(sandbox, SANDBOX_FAILED, "it ended by itself");
}

static void on_docker_changed(void *context)
{
        struct broker *broker = context;
        const char *group = broker->options->cgroup_parent;
        pool_set_docker(broker->pool, docker_ok(broker->docker),
                group && docker_has_cgroupfs(broker->docker) ? group : "");
}

static void on_signal(struct broker *broker)
{
        struct signalfd_siginfo info;
        if (read(broker->signal_fd, &info, sizeof info) != sizeof info || broker->drain_until_ms)
                return;
        log_info("broker.draining", LOG_I("leased", leased(broker)));
        /* As long as the supervisor is there, nobody else starts this instance. */
        broker->made_before_s = getppid() == broker->supervisor ? INT64_MAX : time(NULL);
        broker->drain_until_ms = clock_ms() + pool_edition(broker->pool)->settings->drain_timeout_ms;
        pool_drain(broker->pool);
}

static void answer_reload(struct broker *broker, uint32_t number, const char *problem)
{
        struct error err = {0};
        struct order answer = {.type = ORDER_DONE, .number = number};
        snprintf(answer.text, sizeof answer.text, "%s", problem ? problem : "");
        if (orders_send(broker->orders_fd, &answer, -1, &err))
                log_error("broker.reload_unheard", LOG_S("error", err.text));
}

static void on_reloaded(void *context, const char *problem)
{
        struct broker *broker = context;
        answer_reload(broker, broker->reload_number, problem);
}

static void tell_warm(struct broker *broker)
{
        struct order order = {.type = ORDER_WARM};
        if (broker->told_warm || broker->orders_fd < 0 || !pool_status_is_warm(broker->pool))
                return;
        broker->told_warm = true;
        orders_send(broker->orders_fd, &order, -1, NULL);
}

static void begin_reload(struct broker *broker, const struct order *order, int bundle_fd)
{
        struct error err = {0};
        struct edition *edition = edition_load(bundle_fd, order->text, &err);
        if (edition && !pool_reload(broker->pool, edition, on_reloaded, broker, &err)) {
                broker->reload_number = order->number;
                return;
        }
        edition_free(edition);
        answer_reload(broker, order->number, err.text);
}

static void use_log(struct broker *broker, const struct order *order, int *fd)
{
        log_set_level((enum log_level)order->number);
        if (*fd < 0)
                return;
        log_set_fd(*fd);
        io_close(&broker->log_fd);
        broker->log_fd = *fd;
        *fd = -1;
}

static void on_order(struct broker *broker)
{
        struct order order;
        int fd = -1, got = orders_take(broker->orders_fd, &order, &fd);
        if (got < 0)
                broker->orders_fd = -1; /* the supervisor's end shows in other ways too */
        if (got > 0 && order.type == ORDER_RELOAD)
                begin_reload(broker, &order, fd);
        if (got > 0 && order.type == ORDER_LOG)
                use_log(broker, &order, &fd);
        if (got > 0 && order.type == ORDER_SPARE)
                docker_spare(broker->docker, strtol(order.text, NULL, 10));
        io_close(&fd);
}

/* Its own sandboxes are gone. 1 when no others are there either, or Docker does not tell in time. */
static int finished(struct broker *broker, int64_t *next)
{
        if (!broker->finish_until_ms) {
                /* What its own sandboxes did not need of their time is left for this. */
                broker->finish_until_ms =
                        FINISH_TIMEOUT_MS +
                        (broker->removing_all ? broker->drain_until_ms : clock_ms() + REMOVE_ALL_TIMEOUT_MS);
                docker_finish(broker->docker, broker->made_before_s);
                *next = clock_earlier(*next, docker_tick(broker->docker));
        }
        *next = clock_earlier(*next, broker->finish_until_ms);
        if (docker_finished(broker->docker))
                return 1;
        if (clock_ms() < broker->finish_until_ms)
                return 0;
        log_warning("broker.not_swept", LOG_S("why", docker_problem(broker->docker)));
        return 1;
}

/* 1 when the broker has nothing left to do. */
static int drained(struct broker *broker, int64_t *next)
{
        if (!broker->drain_until_ms)
                return 0;
        if (!left(broker))
                return finished(broker, next);
        bool late = clock_ms() >= broker->drain_until_ms;
        if (!broker->removing_all && (late || !leased(broker))) {
                broker->removing_all = true;
                broker->drain_until_ms = clock_ms() + REMOVE_ALL_TIMEOUT_MS;
                pool_remove_all(broker->pool);
        } else if (broker->removing_all && late) {
                log_error("broker.left_behind", LOG_I("sandboxes", left(broker)));
                return 1;
        }
        *next = clock_earlier(*next, broker->drain_until_ms);
        return 0;
}

#define POLLED_MAX (3 + CLIENTS_MAX + ROSTER_SLOTS)
_Static_assert(POLLED_MAX <= ENGINE_FDS_MAX, "the loop waits for more than it can");

struct polled {
        struct pollfd fds[POLLED_MAX]; /* signals, orders, clients, sandboxes */
        struct sandbox *sandboxes[ROSTER_SLOTS];
        size_t client_count, sandbox_count;
};

static size_t collect(const struct broker *broker, struct polled *polled)
{
        polled->fds[0] = (struct pollfd){.fd = broker->signal_fd, .events = POLLIN};
        polled->fds[1] = (struct pollfd){.fd = broker->orders_fd, .events = POLLIN};
        polled->client_count = clients_polls(broker->clients, polled->fds + 2);
        size_t count = 2 + polled->client_count;
        polled->sandbox_count =
                roster_polls(pool_roster(broker->pool), polled->fds + count, polled->sandboxes);
        return count + polled->sandbox_count;
}

/* A sandbox is freed only by pool_settle, but what one event does may have closed another's stream. */
static void dispatch(struct broker *broker, struct polled *polled)
{
        const struct pollfd *of_sandboxes = polled->fds + 2 + polled->client_count;
        if (polled->fds[0].revents)
                on_signal(broker);
        if (broker->orders_fd >= 0 && polled->fds[1].revents)
                on_order(broker);
        clients_dispatch(broker->clients, polled->fds + 2, polled->client_count);
        for (size_t i = 0; i < polled->sandbox_count; i++) {
                struct sandbox *sandbox = polled->sandboxes[i];
                if (of_sandboxes[i].revents && sandbox_poll_fd(sandbox) == of_sandboxes[i].fd)
                        sandbox_readable(sandbox);
        }
}

static int loop(struct broker *broker, struct error *err)
{
        static struct polled polled;
        for (;;) {
                if (broker->options->turn)
                        broker->options->turn(broker->options->turn_context);
                int64_t next = clock_earlier(clock_ms() + LOOP_MAX_MS, docker_tick(broker->docker));
                next = clock_earlier(next, pool_settle(broker->pool));
                next = clock_earlier(next, clients_settle(broker->clients));
                tell_warm(broker);
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
        const struct settings *settings = options->settings;
        struct broker broker = {.options = options,
                .signal_fd = -1,
                .log_fd = -1,
                .orders_fd = options->orders_fd,
                .supervisor = getppid()};
        struct edition *edition = NULL;
        struct docker_hooks docker_hooks = {.known = on_known,
                .event = on_docker_event,
                .changed = on_docker_changed,
                .context = &broker};
        int status = EXIT_FAILURE;
        signal(SIGPIPE, SIG_IGN);
        broker.signal_fd = open_signals(err);
        if (broker.signal_fd < 0)
                goto out;
        broker.engine = engine_new(settings->docker_socket, settings->engine_timeout_ms, err);
        if (!broker.engine)
                goto out;
        broker.clients = clients_new(options, broker.engine, err);
        if (!broker.clients)
                goto out;
        struct pool_hooks pool_hooks = {
                .answer = clients_answer, .taken = clients_taken, .context = broker.clients};
        edition = edition_borrow(settings, options->registry, options->seccomp, err);
        if (!edition)
                goto out;
        broker.pool = pool_new(broker.engine, edition, options->generation, &pool_hooks, err);
        if (!broker.pool)
                goto out;
        edition = NULL;
        broker.docker = docker_new(broker.engine, settings, &docker_hooks, options->spared, err);
        if (!broker.docker)
                goto out;
        clients_use(broker.clients, broker.pool, broker.docker);
        status = loop(&broker, err) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
        clients_free(broker.clients);
        docker_free(broker.docker);
        pool_free(broker.pool);
        edition_free(edition);
        engine_free(broker.engine);
        io_close(&broker.signal_fd);
        return status;
}
