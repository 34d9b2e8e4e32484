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
 * removes the sandbox.
 *
 * SIGHUP takes the configuration into use that stands in the files by then, or leaves everything as it is and
 * says why (reload.c).
 *
 * SIGTERM and SIGINT end it in order: no more connections, workers (each finishes the request at hand, within
 * drain_timeout), then the broker (which removes every sandbox), then whatever is left is killed. If the
 * supervisor itself is killed, the kernel tells the children (PR_SET_PDEATHSIG). The broker's own death
 * signal is SIGTERM, so no container stays behind even then. */
#include "fcgi/service/supervisor.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/base/tcp.h"
#include "fcgi/service/crew.h"
#include "fcgi/service/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 1000        /* how often the watchdog looks */
#define BROKER_END_MS 30000 /* to remove all sandboxes */

enum stage { RUNNING, ENDING_WORKERS, ENDING_BROKER, ENDED };

struct supervisor {
        const struct settings *settings; /* of the start: what a reload cannot change */
        struct crew crew;
        struct reload reload;
        enum stage stage;
        int64_t stage_ends_ms;
        char pid_path[128];
};

static void socket_path(const struct supervisor *s, const char *name, char path[128])
{
        snprintf(path, 128, "%s/%s.sock", s->settings->run_dir, name);
}

/* The lock is the truth, the number in the file is for people and scripts. */
static int lock_pid_file(struct supervisor *s, struct error *err)
{
        char text[24];
        snprintf(s->pid_path, sizeof(s->pid_path), "%s/sandpool.pid", s->settings->run_dir);
        int fd = open(s->pid_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
                return error_errno(err, "%s", s->pid_path);
        s->crew.nursery.pid_fd = fd;
        if (flock(fd, LOCK_EX | LOCK_NB)) {
                s->pid_path[0] = 0; /* not ours to remove */
                return error_set(err, "%s is locked: sandpool runs already", s->settings->run_dir);
        }
        int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
        if (ftruncate(fd, 0) || write(fd, text, (size_t)length) != length)
                return error_errno(err, "%s", s->pid_path);
        return 0;
}

static int make_run_dir(const struct supervisor *s, struct error *err)
{
        struct stat st;
        const char *path = s->settings->run_dir;
        if (mkdir(path, 0755) && errno != EEXIST)
                return error_errno(err, "%s", path);
        if (stat(path, &st))
                return error_errno(err, "%s", path);
        if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
                return error_set(err,
                        "%s: must be a directory that its owner, who starts sandpool, alone can write", path);
        return 0;
}

static int listen_at(
        const struct supervisor *s, const char *name, int type, gid_t group, int backlog, struct error *err)
{
        char path[128];
        socket_path(s, name, path);
        return io_listen_unix(path, type, 0660, group, backlog, err);
}

/* Where nginx connects to: two sockets in the run directory, or two ports. */
static int make_frontend(struct supervisor *s, gid_t group, struct error *err)
{
        struct tcp_address address;
        int backlog = (int)s->settings->backlog;
        if (!s->settings->tcp[0]) {
                s->crew.nursery.fastcgi_fd = listen_at(s, "fastcgi", SOCK_STREAM, group, backlog, err);
                if (s->crew.nursery.fastcgi_fd >= 0)
                        s->crew.nursery.control_fd =
                                listen_at(s, "control", SOCK_STREAM, group, backlog, err);
        } else if (!tcp_address_parse(s->settings->tcp, &address, err)) {
                s->crew.nursery.fastcgi_fd = tcp_listen(&address, 0, backlog, err);
                if (s->crew.nursery.fastcgi_fd >= 0)
                        s->crew.nursery.control_fd = tcp_listen(&address, 1, backlog, err);
        }
        return s->crew.nursery.control_fd < 0 ? -1 : 0;
}

static int make_sockets(struct supervisor *s, struct error *err)
{
        bool root = geteuid() == 0;
        gid_t frontend = root ? privilege_group(s->settings->socket_group, err) : (gid_t)-1;
        gid_t worker = root ? s->crew.nursery.worker.gid : (gid_t)-1;
        if (err->text[0])
                return -1;
        int workers = (int)s->settings->workers + 8;
        if (!make_frontend(s, frontend, err))
                s->crew.nursery.broker_fd = listen_at(s, "broker", SOCK_SEQPACKET, worker, workers, err);
        return s->crew.nursery.broker_fd < 0 ? -1 : 0;
}

static void remove_sockets(const struct supervisor *s)
{
        static const char *const names[] = {"fastcgi", "control", "broker"};
        const int fds[] = {s->crew.nursery.fastcgi_fd, s->crew.nursery.control_fd, s->crew.nursery.broker_fd};
        for (size_t i = 0; i < 3; i++) {
                char path[128];
                socket_path(s, names[i], path);
                if (fds[i] >= 0 && (i == 2 || !s->settings->tcp[0]))
                        unlink(path);
        }
}

static int find_users(struct supervisor *s, struct error *err)
{
        struct stat st;
        if (privilege_find(s->settings->worker_user, &s->crew.nursery.worker, err) ||
                privilege_find(s->settings->broker_user, &s->crew.nursery.broker, err) ||
                privilege_apart(&s->crew.nursery.worker, &s->crew.nursery.broker, err))
                return -1;
        if (geteuid() == 0 && stat(s->settings->docker_socket, &st) == 0 &&
                (st.st_gid == s->crew.nursery.worker.gid || st.st_uid == s->crew.nursery.worker.uid ||
                        (st.st_mode & S_IWOTH)))
                return error_set(err, "user %s could open %s: workers must not", s->settings->worker_user,
                        s->settings->docker_socket);
        return 0;
}

static int block_signals(struct supervisor *s, struct error *err)
{
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGCHLD);
        signal(SIGPIPE, SIG_IGN);
        if (sigprocmask(SIG_BLOCK, &set, NULL))
                return error_errno(err, "sigprocmask");
        s->crew.nursery.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return s->crew.nursery.signal_fd < 0 ? error_errno(err, "signalfd") : 0;
}

static void enter(struct supervisor *s, enum stage stage, int64_t now_ms)
{
        s->stage = stage;
        if (stage == ENDING_WORKERS) {
                s->stage_ends_ms = now_ms + s->crew.nursery.config->settings->drain_timeout_ms;
                reload_stop(&s->reload, &s->crew);
                crew_signal_workers(&s->crew, SIGTERM);
                /* No new connections; workers tell those in the backlog. */
                shutdown(s->crew.nursery.fastcgi_fd, SHUT_RDWR);
                shutdown(s->crew.nursery.control_fd, SHUT_RDWR);
        } else if (stage == ENDING_BROKER) {
                s->stage_ends_ms = now_ms + BROKER_END_MS;
                if (crew_broker(&s->crew))
                        kill(crew_broker(&s->crew), SIGTERM);
        }
}

/* Move on when a stage is over: by itself, or because its time is. */
static void advance(struct supervisor *s, int64_t now_ms)
{
        bool late = s->stage != RUNNING && now_ms >= s->stage_ends_ms;
        if (s->stage == ENDING_WORKERS) {
                if (crew_workers_alive(&s->crew) == 0)
                        enter(s, ENDING_BROKER, now_ms);
                else if (late)
                        crew_signal_workers(&s->crew, SIGKILL);
        } else if (s->stage == ENDING_BROKER) {
                if (!crew_broker(&s->crew))
                        s->stage = ENDED;
                else if (late)
                        kill(crew_broker(&s->crew), SIGKILL);
        }
}

static void on_signal(struct supervisor *s, uint32_t number, int64_t now_ms)
{
        if (number == SIGHUP) {
                if (s->stage == RUNNING)
                        reload_ask(&s->reload);
        } else if (number == SIGTERM || number == SIGINT) {
                log_info("service.ending", LOG_I("signal", number),
                        LOG_I("workers", crew_workers_alive(&s->crew)));
                if (s->stage == RUNNING)
                        enter(s, ENDING_WORKERS, now_ms);
                else if (s->stage == ENDING_WORKERS)
                        s->stage_ends_ms = now_ms; /* asked twice: in a hurry; the broker's part takes as long
                                                      as it takes */
        }
}

/* While ending nothing is started, except that workers that finish a request still need the broker. */
static void start_due(struct supervisor *s, int64_t now_ms)
{
        if (s->stage == RUNNING || s->stage == ENDING_WORKERS)
                crew_start_due(&s->crew, s->stage == RUNNING, now_ms);
}

static void wait_for_events(struct supervisor *s, int64_t now_ms)
{
        struct pollfd fds[] = {{.fd = s->crew.nursery.signal_fd, .events = POLLIN},
                {.fd = s->crew.nursery.orders_fd, .events = POLLIN}};
        int64_t wake_ms = now_ms + TICK_MS;
        io_poll(fds, crew_broker(&s->crew) ? 2 : 1,
                s->stage == RUNNING ? crew_next_start(&s->crew, wake_ms) : wake_ms);
}

static void loop(struct supervisor *s)
{
        while (s->stage != ENDED) {
                struct signalfd_siginfo info;
                int64_t now_ms = clock_ms();
                start_due(s, now_ms);
                wait_for_events(s, now_ms);
                now_ms = clock_ms();
                while (read(s->crew.nursery.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
                        on_signal(s, info.ssi_signo, now_ms);
                crew_reap(&s->crew, s->stage != RUNNING, now_ms);
                if (s->stage == RUNNING)
                        reload_settle(&s->reload, &s->crew, now_ms);
                crew_watch(&s->crew, now_ms);
                advance(s, now_ms);
        }
}

int supervisor_run(const struct config *config, struct error *err)
{
        int status = 1;
        struct supervisor s = {
                .settings = config->settings,
                .crew.nursery = {.config = config,
                        .fastcgi_fd = -1,
                        .control_fd = -1,
                        .broker_fd = -1,
                        .pid_fd = -1,
                        .signal_fd = -1,
                        .orders_fd = -1},
        };
        log_set_process("supervisor");
        if (find_users(&s, err) || make_run_dir(&s, err) || lock_pid_file(&s, err) || make_sockets(&s, err) ||
                reload_open(&s.reload, &s.crew, err) || crew_fill(&s.crew, err) || block_signals(&s, err))
                goto out;
        cpu_weight_make(s.settings, s.crew.nursery.cgroup_parent);
        log_info("service.starting", LOG_I("workers", s.settings->workers),
                LOG_I("languages", config->registry->count), LOG_S("run_dir", s.settings->run_dir));
        loop(&s);
        log_fields(LOG_LEVEL_INFO, "service.ended", &LOG_END);
        status = 0;
out:
        remove_sockets(&s);
        cpu_weight_remove(s.crew.nursery.cgroup_parent);
        if (s.pid_path[0])
                unlink(s.pid_path);
        io_close(&s.crew.nursery.fastcgi_fd);
        io_close(&s.crew.nursery.control_fd);
        io_close(&s.crew.nursery.broker_fd);
        io_close(&s.crew.nursery.signal_fd);
        io_close(&s.crew.nursery.pid_fd);
        io_close(&s.crew.nursery.orders_fd);
        reload_close(&s.reload, &s.crew);
        return status;
}
