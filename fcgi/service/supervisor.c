/* The supervisor.
 *
 * Theory of operation. It talks to nobody but its children: everything is read and checked before the first
 * fork, so that all processes see the same configuration and share its pages. It makes the run directory, the
 * pid file and the three listening sockets, which therefore outlive any child: while a worker or the broker
 * is being restarted, clients wait in the backlog instead of being refused. Then it forks
 *
 *   broker     as broker_user, with the Docker socket's group: the only one that can reach Docker
 *   worker-N   as worker_user, on fastcgi.sock
 *   control    as worker_user, on control.sock: answers while every worker is busy
 *
 * and sleeps in one poll over a signalfd. What dies is started again, with a growing delay when it dies at
 * once. Workers note in shared memory what they are at; one that reads or writes for too long, or is busy
 * past every deadline that others were to keep, is killed: the broker then sees its connection close and
 * removes the sandbox. The broker notes each turn of its loop; one that was seen in the same turn 30 times, a
 * second apart, is killed too.
 *
 * SIGHUP takes the configuration into use that stands in the files by then, or leaves everything as it is and
 * says why (reload.c).
 *
 * SIGUSR1 opens the log anew, after the file was moved away.
 *
 * SIGUSR2 has a new process of the binary take over while this one serves on (handover.h). Such a process
 * begins in stage WARMING, with a broker alone. What else is asked for meanwhile is done by whoever is in
 * charge afterwards.
 *
 * SIGTERM and SIGINT end it in order: no more connections, workers (each finishes the request at hand, within
 * drain_timeout), the other supervisor of an upgrade, then the broker (which removes every sandbox), then
 * whatever is left is killed. Of two supervisors of an upgrade either may be told: the elder tells the heir,
 * and the heir, in charge, waits for the elder. An elder that was told itself, when nothing is left but this
 * process, waits for the heir: a service manager that is stopping the service already lets no other become
 * the main process. If the supervisor itself is killed, the kernel tells the children (PR_SET_PDEATHSIG). The
 * broker's own death signal is SIGTERM, so no container stays behind even then. */
#include "fcgi/service/supervisor.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/service/crew.h"
#include "fcgi/service/notify.h"
#include "fcgi/service/places.h"
#include "fcgi/service/reload.h"
#include "fcgi/service/upgrade.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS 1000        /* how often the watchdog looks */
#define BROKER_END_MS 30000 /* to remove all sandboxes */
#define SWEEPERS 2          /* brokers that are started for that alone, when one died */
#define OTHER_END_MS 30000  /* for the other supervisor of an upgrade: its broker's time */

enum stage { WARMING, RUNNING, ENDING_WORKERS, ENDING_OTHER, ENDING_BROKER, ENDING_HEIR, ENDED };

struct supervisor {
        const struct settings *settings; /* of the start: what a reload cannot change */
        struct crew crew;
        struct reload reload;
        struct upgrade upgrade;
        bool log_asked;      /* to open the log anew, by SIGUSR1 */
        bool heir_log_asked; /* the same while there was an heir, for it */
        bool in_charge;      /* the sockets and the pid file are this process's */
        bool told_to_end;    /* by a signal of its own */
        enum stage stage;
        int64_t stage_ends_ms;
        unsigned sweepers;
};

static int block_signals(struct supervisor *s, struct error *err)
{
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGUSR1);
        sigaddset(&set, SIGUSR2);
        sigaddset(&set, SIGCHLD);
        signal(SIGPIPE, SIG_IGN);
        if (sigprocmask(SIG_BLOCK, &set, NULL))
                return error_errno(err, "sigprocmask");
        s->crew.nursery.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return s->crew.nursery.signal_fd < 0 ? error_errno(err, "signalfd") : 0;
}

/* One that was taken over from may still finish its requests, and one that was to take over remove its
 * sandboxes. A service manager takes the end of the main process for the end of the service, and kills who is
 * left. */
static const char *other(const struct supervisor *s)
{
        if (s->in_charge && s->crew.nursery.elder_fd >= 0)
                return "elder";
        return s->upgrade.heir && !s->upgrade.done ? "heir" : NULL;
}

/* All that it waits for is the end of the line; it was told when this process was. */
static void release_heir(struct supervisor *s, int64_t now_ms)
{
        s->stage_ends_ms = now_ms + s->crew.nursery.config->settings->drain_timeout_ms + BROKER_END_MS;
        log_info("service.waiting", LOG_S("for", "heir"));
        places_close(s->settings, &s->crew.nursery, true);
        io_close(&s->crew.nursery.heir_fd);
}

static void enter(struct supervisor *s, enum stage stage, int64_t now_ms)
{
        s->stage = stage;
        if (stage == ENDING_WORKERS) {
                s->stage_ends_ms = now_ms + s->crew.nursery.config->settings->drain_timeout_ms;
                reload_stop(&s->reload, &s->crew);
                /* Others serve those in the backlog; or, workers tell them that nobody does. */
                crew_signal_workers(&s->crew, s->in_charge ? SIGTERM : SIGHUP);
                if (s->in_charge) {
                        notify_stopping();
                        shutdown(s->crew.nursery.fastcgi_fd, SHUT_RDWR);
                        shutdown(s->crew.nursery.control_fd, SHUT_RDWR);
                }
        } else if (stage == ENDING_OTHER) {
                if (now_ms > s->stage_ends_ms)
                        s->stage_ends_ms = now_ms;
                s->stage_ends_ms += OTHER_END_MS; /* its requests have no longer than those of this process */
                if (other(s))
                        log_info("service.waiting", LOG_S("for", other(s)));
        } else if (stage == ENDING_BROKER) {
                s->stage_ends_ms = now_ms + BROKER_END_MS;
                if (crew_broker(&s->crew))
                        kill(crew_broker(&s->crew), SIGTERM);
        } else if (stage == ENDING_HEIR) {
                release_heir(s, now_ms);
        }
}

/* The broker that was there is gone. One that died has left containers, for another to remove; so has one
 * that died before the service was told to end. */
static void end_of_broker(struct supervisor *s, bool late, int64_t now_ms)
{
        if (s->crew.broker_swept || late || s->sweepers++ >= SWEEPERS) {
                enter(s, s->told_to_end && upgrade_heir_lives(&s->crew) ? ENDING_HEIR : ENDED, now_ms);
                return;
        }
        log_info("service.sweeping", LOG_S("why", "the broker died"));
        crew_start_broker(&s->crew);
        if (crew_broker(&s->crew))
                kill(crew_broker(&s->crew), SIGTERM);
}

/* Move on when a stage is over: by itself, or because its time is. */
static void advance(struct supervisor *s, int64_t now_ms)
{
        bool late = s->stage != RUNNING && now_ms >= s->stage_ends_ms;
        if (s->stage == ENDING_WORKERS) {
                if (crew_workers_alive(&s->crew) == 0)
                        enter(s, ENDING_OTHER, now_ms);
                else if (late)
                        crew_signal_workers(&s->crew, SIGKILL);
        } else if (s->stage == ENDING_OTHER) {
                if (!other(s) || late)
                        enter(s, ENDING_BROKER, now_ms);
        } else if (s->stage == ENDING_BROKER) {
                if (!crew_broker(&s->crew))
                        end_of_broker(s, late, now_ms);
                else if (late)
                        kill(crew_broker(&s->crew), SIGKILL);
        } else if (s->stage == ENDING_HEIR) {
                if (!upgrade_heir_lives(&s->crew) || late)
                        s->stage = ENDED;
        }
}

/* The service is to end. number: of the signal; 0: the elder was told. */
static void end(struct supervisor *s, uint32_t number, int64_t now_ms)
{
        log_info("service.ending", LOG_I("signal", number), LOG_I("workers", crew_workers_alive(&s->crew)));
        upgrade_stop(&s->upgrade, &s->crew);
        if (s->stage <= RUNNING)
                enter(s, ENDING_WORKERS, now_ms);
}

/* Told twice: in a hurry; the broker's part takes as long as it takes. */
static void on_end_signal(struct supervisor *s, uint32_t number, int64_t now_ms)
{
        end(s, number, now_ms);
        if (s->told_to_end && s->stage != ENDING_BROKER)
                s->stage_ends_ms = now_ms;
        s->told_to_end = true;
}

static void on_signal(struct supervisor *s, uint32_t number, int64_t now_ms)
{
        if (number == SIGTERM || number == SIGINT) {
                on_end_signal(s, number, now_ms);
        } else if (s->upgrade.done) {
                if (number != SIGCHLD)
                        kill(s->upgrade.heir, (int)number); /* whoever sent it read the pid file before */
        } else if (number == SIGHUP) {
                reload_ask(&s->reload);
        } else if (number == SIGUSR1) {
                s->log_asked = true;
                s->heir_log_asked = s->upgrade.heir != 0;
        } else if (number == SIGUSR2) {
                upgrade_ask(&s->upgrade);
        }
}

static void take_signals(struct supervisor *s, int64_t now_ms)
{
        struct signalfd_siginfo info;
        while (read(s->crew.nursery.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
                on_signal(s, info.ssi_signo, now_ms);
}

/* While ending nothing is started, except that workers that finish a request still need the broker. */
static void start_due(struct supervisor *s, int64_t now_ms)
{
        if (s->stage <= ENDING_WORKERS)
                crew_start_due(&s->crew, s->stage == RUNNING, now_ms);
}

/* The sandboxes are warm, or nobody else is there: from here on this process serves, beside the elder, which
 * is still in charge. */
static void begin_to_serve(struct supervisor *s, int64_t now_ms)
{
        struct error err = {0};
        s->stage = RUNNING;
        crew_start_due(&s->crew, true, now_ms);
        if (handover_tell(s->crew.nursery.elder_fd, HANDOVER_WARM, &err))
                log_warning("upgrade.not_told", LOG_S("error", err.text));
}

static void take_charge(struct supervisor *s)
{
        struct error err = {0};
        s->in_charge = true;
        if (places_claim(s->settings, &s->crew.nursery, &err) ||
                handover_tell(s->crew.nursery.elder_fd, HANDOVER_TAKEN, &err))
                log_warning("upgrade.not_told", LOG_S("error", err.text));
        log_info("upgrade.taken_over", LOG_I("generation", s->crew.nursery.generation));
}

/* Its end alone does not say that it died: an elder that gives up on this process says so by a signal first.
 */
static void succeed_elder(struct supervisor *s, int64_t now_ms)
{
        take_signals(s, now_ms);
        if (s->stage == WARMING)
                begin_to_serve(s, now_ms);
        if (s->stage == RUNNING && !s->in_charge)
                take_charge(s);
        if (s->in_charge)
                places_forget_spared(s->settings, &s->crew.nursery);
        upgrade_tell_for_the_dead(s->settings->run_dir);
        io_close(&s->crew.nursery.elder_fd);
        crew_spare(&s->crew, DOCKER_SPARE_NONE); /* what it has left is to be removed */
}

static void hear_elder(struct supervisor *s, int64_t now_ms)
{
        if (s->crew.nursery.elder_fd < 0)
                return;
        enum handover_word word = handover_hear(s->crew.nursery.elder_fd);
        if (word == HANDOVER_GO && s->stage == RUNNING && !s->in_charge)
                take_charge(s);
        else if (word == HANDOVER_END)
                end(s, 0, now_ms);
        else if (word == HANDOVER_ENDED)
                succeed_elder(s, now_ms);
}

static void hear_broker(struct supervisor *s, int64_t now_ms)
{
        struct order order;
        int fd = -1;
        while (orders_take(s->crew.nursery.orders_fd, &order, &fd) > 0) {
                io_close(&fd);
                if (order.type == ORDER_WARM && s->stage == WARMING)
                        begin_to_serve(s, now_ms);
                else
                        reload_hear(&s->reload, &s->crew, &order);
        }
}

/* Another is in charge now. */
static void hand_over(struct supervisor *s)
{
        s->in_charge = false;
        notify_main_is(s->upgrade.heir);
}

/* What was asked of this process in the meantime is asked of the heir: the pid file named this one so far. */
static void leave(struct supervisor *s, int64_t now_ms)
{
        hand_over(s);
        if (s->heir_log_asked)
                kill(s->upgrade.heir, SIGUSR1);
        if (reload_withdraw(&s->reload))
                kill(s->upgrade.heir, SIGHUP);
        if (upgrade_withdraw(&s->upgrade))
                kill(s->upgrade.heir, SIGUSR2);
        enter(s, ENDING_WORKERS, now_ms);
}

/* What is to be changed, one thing at a time. */
static void settle_changes(struct supervisor *s, int64_t now_ms)
{
        hear_broker(s, now_ms);
        hear_elder(s, now_ms);
        if (s->stage > RUNNING) {
                upgrade_hear_end(&s->upgrade, &s->crew);
                if (s->upgrade.done && s->in_charge)
                        hand_over(s);
        }
        if (s->stage != RUNNING)
                return;
        if (s->log_asked && s->reload.step == RELOAD_NONE) {
                s->log_asked = false;
                reload_log(&s->reload, &s->crew);
        }
        reload_settle(&s->reload, &s->crew, !s->upgrade.heir && s->crew.nursery.elder_fd < 0, now_ms);
        upgrade_settle(
                &s->upgrade, &s->crew, s->reload.step == RELOAD_NONE && s->crew.nursery.elder_fd < 0, now_ms);
        notify_reloading(s->reload.step != RELOAD_NONE);
        if (s->upgrade.done)
                leave(s, now_ms);
}

static void wait_for_events(const struct supervisor *s, int64_t now_ms)
{
        struct pollfd fds[] = {{.fd = s->crew.nursery.signal_fd, .events = POLLIN},
                {.fd = crew_broker(&s->crew) ? s->crew.nursery.orders_fd : -1, .events = POLLIN},
                {.fd = s->crew.nursery.elder_fd, .events = POLLIN},
                {.fd = s->upgrade.done ? -1 : s->crew.nursery.heir_fd, .events = POLLIN},
                {.fd = s->stage == ENDING_HEIR ? s->crew.nursery.heir_process_fd : -1, .events = POLLIN}};
        int64_t wake_ms = now_ms + TICK_MS;
        io_poll(fds, sizeof(fds) / sizeof(*fds),
                s->stage == RUNNING ? crew_next_start(&s->crew, wake_ms) : wake_ms);
}

static void loop(struct supervisor *s)
{
        while (s->stage != ENDED) {
                int64_t now_ms = clock_ms();
                start_due(s, now_ms);
                wait_for_events(s, now_ms);
                now_ms = clock_ms();
                take_signals(s, now_ms);
                crew_reap(&s->crew, s->stage > RUNNING, now_ms);
                settle_changes(s, now_ms);
                crew_watch(&s->crew, now_ms);
                advance(s, now_ms);
                if (s->in_charge)
                        notify_alive(now_ms);
        }
}

int supervisor_run(const struct config *config, const struct inheritance *inheritance, struct error *err)
{
        int status = 1;
        struct supervisor s = {
                .settings = config->settings,
                .crew.nursery = nursery_new(config),
                .in_charge = !inheritance->any,
                .stage = inheritance->any ? WARMING : RUNNING,
        };
        struct nursery *nursery = &s.crew.nursery;
        nursery->elder_fd = inheritance->line_fd;
        log_set_process("supervisor");
        upgrade_open(&s.upgrade);
        /* Signals are blocked before the pid file says to whom to send them. */
        if (metrics_open(err) || block_signals(&s, err) ||
                places_open(s.settings, inheritance, nursery, err) || reload_open(&s.reload, &s.crew, err) ||
                crew_fill(&s.crew, err))
                goto out;
        cpu_weight_make(s.settings, nursery->cgroup_parent);
        log_info("service.starting", LOG_I("workers", s.settings->workers),
                LOG_I("languages", config->registry->count), LOG_S("run_dir", s.settings->run_dir),
                LOG_I("generation", nursery->generation));
        if (s.in_charge)
                notify_ready();
        loop(&s);
        log_fields(LOG_LEVEL_INFO, "service.ended", &LOG_END);
        status = 0;
out:
        if (s.in_charge && nursery->pid_fd >= 0) {
                cpu_weight_remove(s.settings);
                reload_note_remove_files(s.settings->run_dir);
        }
        places_close(s.settings, nursery, !s.in_charge);
        io_close(&nursery->signal_fd);
        io_close(&nursery->orders_fd);
        io_close(&nursery->heir_fd);
        io_close(&nursery->heir_process_fd);
        io_close(&nursery->elder_fd);
        reload_close(&s.reload);
        return status;
}
