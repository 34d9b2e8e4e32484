/* Takes a new configuration into use step by step. */
#include "fcgi/service/reload.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/orders.h"
#include "fcgi/sandbox/pool.h"
#include "fcgi/service/log_file.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BROKER_SLACK_MS 10000 /* above the broker's own deadline */

int reload_open(struct reload *reload, struct crew *crew, struct error *err)
{
        reload->note = reload_note_new(err);
        if (!reload->note)
                return -1;
        crew->nursery.note = reload->note;
        /* The numbers go on where those of a process before this one ended. */
        reload_note_read_file(crew->nursery.config->settings->run_dir, RELOAD_NOTE_RELOAD, &reload->outcome);
        reload->outcome.state = RELOAD_OK;
        reload->outcome.why[0] = '\0';
        reload->outcome.loaded_s = time(NULL);
        reload_note_write(reload->note, &reload->outcome);
        return 0;
}

void reload_close(struct reload *reload)
{
        config_free(reload->next);
        config_free(reload->mine);
}

void reload_ask(struct reload *reload)
{
        reload->asked = true;
}

static void write_note(const struct reload *reload, const struct crew *crew)
{
        const char *run_dir = crew->nursery.config->settings->run_dir;
        reload_note_write(reload->note, &reload->outcome);
        reload_note_write_file(run_dir, RELOAD_NOTE_RELOAD, &reload->outcome);
}

static void fail(struct reload *reload, struct crew *crew, const char *why)
{
        reload->step = RELOAD_NONE;
        config_free(reload->next);
        reload->next = NULL;
        reload->outcome.state = RELOAD_FAILED;
        reload->outcome.failed++;
        metrics_count(METRICS_RELOADS, metrics_label(METRICS_RELOADS, 0, "failed"), 0, 0);
        snprintf(reload->outcome.why, sizeof(reload->outcome.why), "%s", why);
        log_error("reload.failed", LOG_S("why", why), LOG_I("reload", reload->outcome.number),
                LOG_S("advice", "the configuration of before stays in force"));
        write_note(reload, crew);
}

/* The broker keeps its own idea of what is logged where. */
static void tell_log(const struct crew *crew)
{
        struct error err = {0};
        struct order order = {.type = ORDER_LOG, .number = crew->nursery.config->settings->log_level};
        int fd = log_file_fd() < 0 ? STDERR_FILENO : log_file_fd();
        if (crew_broker(crew) && orders_send(crew->nursery.orders_fd, &order, fd, &err))
                log_warning("log.broker_not_told", LOG_S("error", err.text));
}

static void open_log(struct crew *crew)
{
        struct error err = {0};
        if (log_file_open(crew->nursery.config->settings, &err))
                log_error("log.not_opened", LOG_S("error", err.text));
        tell_log(crew);
}

static void replace(struct reload *reload, struct crew *crew)
{
        crew_replace(crew);
        reload->log_behind = false;
}

void reload_log(struct reload *reload, struct crew *crew)
{
        struct error err = {0};
        open_log(crew);
        reload->log_behind = crew_can_replace(crew, &err) != 0;
        if (reload->log_behind)
                log_warning("log.workers_later", LOG_S("why", err.text));
        else
                replace(reload, crew);
        log_info("log.opened", LOG_S("file", crew->nursery.config->settings->log_file));
}

/* From here on nothing can go wrong any more. */
static void use(struct reload *reload, struct crew *crew)
{
        struct config *before = reload->mine;
        crew->nursery.config = reload->mine = reload->next;
        reload->next = NULL;
        config_free(before);
        malloc_trim(0); /* what loading took and left, before the new workers share it */
        open_log(crew);
        replace(reload, crew);
        reload->step = RELOAD_REPLACING;
        reload->outcome.loaded_s = time(NULL);
}

static void succeed(struct reload *reload, struct crew *crew, int64_t now_ms)
{
        reload->step = RELOAD_NONE;
        reload->outcome.state = RELOAD_OK;
        reload->outcome.ok++;
        metrics_count(METRICS_RELOADS, metrics_label(METRICS_RELOADS, 0, "ok"), 0, 0);
        reload->outcome.why[0] = '\0';
        log_info("reload.done", LOG_I("reload", reload->outcome.number),
                LOG_I("languages", reload->mine->registry->count),
                LOG_I("workers", reload->mine->settings->workers),
                LOG_I("took_ms", now_ms - reload->began_ms));
        write_note(reload, crew);
}

/* A broker that does not run now will start with the new configuration. */
static int ask_broker(struct reload *reload, struct crew *crew, int bundle_fd, struct error *err)
{
        struct order order = {.type = ORDER_RELOAD, .number = reload->outcome.number};
        reload->broker = crew_broker(crew);
        if (!reload->broker) {
                use(reload, crew);
                return 0;
        }
        if ((size_t)snprintf(order.text, sizeof(order.text), "%s", reload->next->path) >= sizeof(order.text))
                return error_set(err, "%s: the path is too long", reload->next->path);
        reload->step = RELOAD_ASKING;
        return orders_send(crew->nursery.orders_fd, &order, bundle_fd, err);
}

static void begin(struct reload *reload, struct crew *crew, int64_t now_ms)
{
        struct error err = {0};
        int bundle_fd = -1;
        const struct config *now = crew->nursery.config;
        reload->asked = false;
        reload->began_ms = now_ms;
        reload->until_ms = now_ms + POOL_RELOAD_MAX_MS + BROKER_SLACK_MS;
        reload->outcome.number++;
        reload->outcome.state = RELOAD_RUNNING;
        write_note(reload, crew);
        log_info("reload.begun", LOG_I("reload", reload->outcome.number));
        reload->next = config_load_bundled(now->path, &bundle_fd, &err);
        if (!reload->next || settings_fixed(now->settings, reload->next->settings, &err) ||
                crew_can_replace(crew, &err) || ask_broker(reload, crew, bundle_fd, &err))
                fail(reload, crew, err.text);
        io_close(&bundle_fd);
}

void reload_hear(struct reload *reload, struct crew *crew, const struct order *order)
{
        if (order->type != ORDER_DONE || reload->step != RELOAD_ASKING ||
                order->number != reload->outcome.number)
                return;
        if (*order->text)
                fail(reload, crew, order->text);
        else
                use(reload, crew);
}

void reload_settle(struct reload *reload, struct crew *crew, bool free_to_begin, int64_t now_ms)
{
        if (reload->step == RELOAD_ASKING && reload->broker != crew_broker(crew))
                fail(reload, crew, "the broker ended meanwhile");
        if (reload->step == RELOAD_ASKING && now_ms >= reload->until_ms) {
                kill(reload->broker, SIGKILL); /* lest it comes round to it after all */
                fail(reload, crew, "the broker did not answer, and was ended");
        }
        if (reload->step == RELOAD_REPLACING && crew_replaced(crew))
                succeed(reload, crew, now_ms);
        if (reload->step == RELOAD_NONE && reload->log_behind && !crew_can_replace(crew, NULL))
                replace(reload, crew);
        if (reload->step == RELOAD_NONE && reload->asked && free_to_begin)
                begin(reload, crew, now_ms);
}

bool reload_withdraw(struct reload *reload)
{
        bool asked = reload->asked;
        reload->asked = false;
        return asked;
}

void reload_stop(struct reload *reload, struct crew *crew)
{
        reload->asked = false;
        if (reload->step == RELOAD_ASKING)
                fail(reload, crew, "the service is shutting down");
        reload->step = RELOAD_NONE;
}
