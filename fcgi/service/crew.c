/* Starts, watches, replaces and counts the supervisor's children. */
#include "fcgi/service/crew.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/orders.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define BUSY_SLACK_MS 10000
#define LEAVE_MAX_MS 5000

_Static_assert(CREW_MAX + CREW_LEAVING_MAX <= CLIENTS_MAX, "the broker may refuse a worker's connection");

static bool is_worker(const struct child *child)
{
        return child->kind != CHILD_BROKER;
}

static bool is_watched_with(const struct crew *crew, const struct watch *watch)
{
        for (size_t i = 0; i < crew->count; i++)
                if (crew->children[i].watch == watch)
                        return true;
        for (size_t i = 0; i < crew->leaving_count; i++)
                if (crew->leaving[i].watch == watch)
                        return true;
        return false;
}

/* There are as many as there can be children. */
static struct watch *free_watch(const struct crew *crew)
{
        struct watch *watch = crew->nursery.watches;
        while (is_watched_with(crew, watch))
                watch++;
        return watch;
}

static void fill_in(struct crew *crew, size_t i)
{
        crew->children[i] = (struct child){
                .kind = i == 0   ? CHILD_BROKER
                        : i == 1 ? CHILD_CONTROL
                                 : CHILD_WORKER,
                .number = i > 1 ? (unsigned)i - 1 : 0,
                .watch = free_watch(crew),
                .busy_max_ms = (int64_t)config_longest_request_ms(crew->nursery.config) + BUSY_SLACK_MS,
        };
}

static size_t wanted(const struct crew *crew)
{
        return crew->nursery.config->settings->workers + 2;
}

/* Before there is a process that counts them. */
static void know_languages(const struct config *config)
{
        metrics_language(METRICS_NO_LANGUAGE);
        for (size_t i = 0; i < config->registry->count; i++)
                metrics_language(config->registry->languages[i].id);
}

int crew_fill(struct crew *crew, struct error *err)
{
        know_languages(crew->nursery.config);
        crew->nursery.watch_count = CREW_MAX + CREW_LEAVING_MAX;
        crew->nursery.watches = watchdog_new(crew->nursery.watch_count, err);
        if (!crew->nursery.watches)
                return -1;
        for (; crew->count < wanted(crew); crew->count++)
                fill_in(crew, crew->count);
        return 0;
}

static void start(struct crew *crew, struct child *child)
{
        struct error err = {0};
        if (!child_start(child, &crew->nursery, &err))
                return;
        child_ended(child, clock_ms());
        log_error("process.start_failed", LOG_S("error", err.text));
}

void crew_start_due(struct crew *crew, bool workers, int64_t now_ms)
{
        for (size_t i = 0; i < crew->count; i++) {
                struct child *child = &crew->children[i];
                if (!child->pid && (workers || !is_worker(child)) && child->start_at_ms <= now_ms)
                        start(crew, child);
        }
}

void crew_start_broker(struct crew *crew)
{
        start(crew, &crew->children[0]);
}

int64_t crew_next_start(const struct crew *crew, int64_t until_ms)
{
        for (size_t i = 0; i < crew->count; i++)
                if (!crew->children[i].pid && crew->children[i].start_at_ms < until_ms)
                        until_ms = crew->children[i].start_at_ms;
        return until_ms;
}

pid_t crew_broker(const struct crew *crew)
{
        return crew->children[0].pid;
}

void crew_spare(struct crew *crew, long generation)
{
        struct error err = {0};
        struct order order = {.type = ORDER_SPARE};
        snprintf(order.text, sizeof(order.text), "%ld", generation);
        crew->nursery.spared = generation;
        if (crew_broker(crew) && orders_send(crew->nursery.orders_fd, &order, -1, &err))
                log_error("broker.not_told", LOG_S("error", err.text));
}

void crew_signal_workers(const struct crew *crew, int number)
{
        for (size_t i = 0; i < crew->count; i++)
                if (is_worker(&crew->children[i]) && crew->children[i].pid)
                        kill(crew->children[i].pid, number);
        for (size_t i = 0; i < crew->leaving_count; i++)
                kill(crew->leaving[i].pid, number);
}

size_t crew_workers_alive(const struct crew *crew)
{
        size_t alive = crew->leaving_count;
        for (size_t i = 0; i < crew->count; i++)
                alive += is_worker(&crew->children[i]) && crew->children[i].pid;
        return alive;
}

static void log_end(const struct child *child, int status, bool expected)
{
        char name[16];
        child_name(child, name);
        log_event(expected ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, "process.ended", LOG_S("name", name),
                LOG_I("ended_pid", child->pid),
                LOG_I("exit_code", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                LOG_I("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
}

static unsigned process_label(const struct child *child)
{
        static const char *const words[] = {
                [CHILD_BROKER] = "broker", [CHILD_CONTROL] = "control", [CHILD_WORKER] = "worker"};
        return metrics_label(METRICS_PROCESS_ENDS, 0, words[child->kind]);
}

static void reap_one(struct crew *crew, pid_t pid, int status, bool expected, int64_t now_ms)
{
        for (size_t i = 0; i < crew->leaving_count; i++) {
                if (crew->leaving[i].pid != pid)
                        continue;
                log_end(&crew->leaving[i], status, WIFEXITED(status));
                if (!WIFEXITED(status))
                        metrics_count(METRICS_PROCESS_ENDS, process_label(&crew->leaving[i]), 0, 0);
                crew->leaving[i] = crew->leaving[--crew->leaving_count];
                return;
        }
        for (size_t i = 0; i < crew->count; i++) {
                if (crew->children[i].pid != pid)
                        continue;
                log_end(&crew->children[i], status, expected);
                if (!expected)
                        metrics_count(METRICS_PROCESS_ENDS, process_label(&crew->children[i]), 0, 0);
                child_ended(&crew->children[i], now_ms);
                if (i == 0)
                        crew->broker_swept = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
}

void crew_reap(struct crew *crew, bool expected, int64_t now_ms)
{
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
                reap_one(crew, pid, status, expected, now_ms);
}

/* One that waits for a connection ends at once when it is told to; a stopped one does not. */
static bool stays(const struct child *child, enum watch_phase phase, int64_t now_ms)
{
        return phase == WATCH_IDLE && child->told_ms && now_ms - child->told_ms >= LEAVE_MAX_MS;
}

static void watch_one(const struct child *child, int64_t now_ms)
{
        enum watch_phase phase;
        char name[16];
        if (!child->pid)
                return;
        int64_t age = watchdog_age(child->watch, now_ms, &phase);
        if (!watchdog_hangs(phase, age, child->busy_max_ms) && !stays(child, phase, now_ms))
                return;
        child_name(child, name);
        log_error("process.hangs", LOG_S("name", name), LOG_S("phase", watchdog_phase_name(phase)),
                LOG_I("for_ms", age));
        kill(child->pid, SIGKILL);
}

/* Its loop goes round at least each 10 s, whatever there is to do. */
static void watch_broker(struct child *broker, int64_t now_ms)
{
        if (!broker->pid || !watchdog_stands_still(&broker->look, broker->watch, now_ms))
                return;
        log_error("process.hangs", LOG_S("name", "broker"),
                LOG_I("for_ms", (int64_t)WATCHDOG_LOOKS * WATCHDOG_LOOK_MS));
        kill(broker->pid, SIGKILL);
        broker->look = (struct watch_look){0};
}

void crew_watch(struct crew *crew, int64_t now_ms)
{
        watch_broker(&crew->children[0], now_ms);
        for (size_t i = 1; i < crew->count; i++)
                watch_one(&crew->children[i], now_ms);
        for (size_t i = 0; i < crew->leaving_count; i++)
                watch_one(&crew->leaving[i], now_ms);
}

int crew_can_replace(const struct crew *crew, struct error *err)
{
        if (crew->leaving_count + crew->count <= CREW_LEAVING_MAX)
                return 0;
        return error_set(
                err, "%zu workers of earlier reloads still finish their requests", crew->leaving_count);
}

/* Its successor, if there is one, was started. */
static void leave(struct crew *crew, const struct child *child)
{
        if (!child->pid)
                return;
        crew->leaving[crew->leaving_count] = *child;
        crew->leaving[crew->leaving_count++].told_ms = clock_ms();
        kill(child->pid, SIGHUP);
}

void crew_replace(struct crew *crew)
{
        size_t before = crew->count;
        know_languages(crew->nursery.config);
        for (size_t i = 1; i < wanted(crew) || i < before; i++) {
                struct child old = i < before ? crew->children[i] : (struct child){0};
                if (i < wanted(crew)) {
                        fill_in(crew, i);
                        if (i >= crew->count)
                                crew->count = i + 1; /* so that the next one sees whose watch is taken */
                        start(crew, &crew->children[i]);
                }
                leave(crew, &old);
        }
        crew->count = wanted(crew);
}

bool crew_replaced(const struct crew *crew)
{
        for (size_t i = 0; i < crew->leaving_count; i++) {
                enum watch_phase phase;
                watchdog_age(crew->leaving[i].watch, 0, &phase);
                if (phase == WATCH_IDLE)
                        return false;
        }
        return true;
}
