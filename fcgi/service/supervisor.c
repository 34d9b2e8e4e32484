/* The supervisor.
 *
 * Theory of operation. It loads nothing and talks to nobody: everything is read and checked before the first
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
 * SIGTERM and SIGINT end it in order: no more connections, workers (each finishes the request at hand, within
 * drain_timeout), then the broker (which removes every sandbox), then whatever is left is killed. If the
 * supervisor itself is killed, the kernel tells the children (PR_SET_PDEATHSIG). The broker's own death
 * signal is SIGTERM, so no container stays behind even then. */
#include "fcgi/service/supervisor.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/base/tcp.h"
#include "fcgi/service/children.h"

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

#define TICK_MS 1000 /* how often the watchdog looks */
#define BUSY_SLACK_MS 10000
#define BROKER_END_MS 30000 /* to remove all sandboxes */

enum stage { RUNNING, ENDING_WORKERS, ENDING_BROKER, ENDED };

struct supervisor {
        const struct settings *settings;
        struct nursery nursery;
        struct child *children; /* [0] is the broker */
        size_t count;
        enum stage stage;
        int64_t stage_ends_ms;
        int64_t busy_max_ms;
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
        s->nursery.pid_fd = fd;
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
                s->nursery.fastcgi_fd = listen_at(s, "fastcgi", SOCK_STREAM, group, backlog, err);
                if (s->nursery.fastcgi_fd >= 0)
                        s->nursery.control_fd = listen_at(s, "control", SOCK_STREAM, group, backlog, err);
        } else if (!tcp_address_parse(s->settings->tcp, &address, err)) {
                s->nursery.fastcgi_fd = tcp_listen(&address, 0, backlog, err);
                if (s->nursery.fastcgi_fd >= 0)
                        s->nursery.control_fd = tcp_listen(&address, 1, backlog, err);
        }
        return s->nursery.control_fd < 0 ? -1 : 0;
}

static int make_sockets(struct supervisor *s, struct error *err)
{
        bool root = geteuid() == 0;
        gid_t frontend = root ? privilege_group(s->settings->socket_group, err) : (gid_t)-1;
        gid_t worker = root ? s->nursery.worker.gid : (gid_t)-1;
        if (err->text[0])
                return -1;
        int workers = (int)s->settings->workers + 8;
        if (!make_frontend(s, frontend, err))
                s->nursery.broker_fd = listen_at(s, "broker", SOCK_SEQPACKET, worker, workers, err);
        return s->nursery.broker_fd < 0 ? -1 : 0;
}

static void remove_sockets(const struct supervisor *s)
{
        static const char *const names[] = {"fastcgi", "control", "broker"};
        const int fds[] = {s->nursery.fastcgi_fd, s->nursery.control_fd, s->nursery.broker_fd};
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
        if (privilege_find(s->settings->worker_user, &s->nursery.worker, err) ||
                privilege_find(s->settings->broker_user, &s->nursery.broker, err) ||
                privilege_apart(&s->nursery.worker, &s->nursery.broker, err))
                return -1;
        if (geteuid() == 0 && stat(s->settings->docker_socket, &st) == 0 &&
                (st.st_gid == s->nursery.worker.gid || st.st_uid == s->nursery.worker.uid ||
                        (st.st_mode & S_IWOTH)))
                return error_set(err, "user %s could open %s: workers must not", s->settings->worker_user,
                        s->settings->docker_socket);
        return 0;
}

static int make_children(struct supervisor *s, struct error *err)
{
        s->count = s->settings->workers + 2;
        s->children = calloc(s->count, sizeof(*s->children));
        struct watch *watches = watchdog_new(s->count, err);
        if (!s->children || !watches)
                return error_set(err, "out of memory");
        for (size_t i = 0; i < s->count; i++) {
                s->children[i].kind = i == 0 ? CHILD_BROKER : i == 1 ? CHILD_CONTROL : CHILD_WORKER;
                s->children[i].number = i > 1 ? (unsigned)i - 1 : 0;
                s->children[i].watch = i ? &watches[i] : NULL;
        }
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
        s->nursery.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return s->nursery.signal_fd < 0 ? error_errno(err, "signalfd") : 0;
}

static bool is_worker(const struct child *child)
{
        return child->kind != CHILD_BROKER;
}

/* Start what is due. While ending nothing is started, except that workers that finish a request still need
 * the broker. */
static void start_due(struct supervisor *s, int64_t now_ms)
{
        for (size_t i = 0; i < s->count; i++) {
                struct child *child = &s->children[i];
                struct error err = {0};
                bool wanted = s->stage == RUNNING || (s->stage == ENDING_WORKERS && !is_worker(child));
                if (child->pid || !wanted || child->start_at_ms > now_ms)
                        continue;
                if (child_start(child, &s->nursery, &err)) {
                        child_ended(child, now_ms);
                        log_error("process.start_failed", LOG_S("error", err.text));
                }
        }
}

static void signal_workers(const struct supervisor *s, int number)
{
        for (size_t i = 0; i < s->count; i++)
                if (is_worker(&s->children[i]) && s->children[i].pid)
                        kill(s->children[i].pid, number);
}

static size_t workers_alive(const struct supervisor *s)
{
        size_t alive = 0;
        for (size_t i = 0; i < s->count; i++)
                alive += is_worker(&s->children[i]) && s->children[i].pid;
        return alive;
}

static void reap(struct supervisor *s, int64_t now_ms)
{
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
                for (size_t i = 0; i < s->count; i++) {
                        struct child *child = &s->children[i];
                        char name[16];
                        if (child->pid != pid)
                                continue;
                        child_name(child, name);
                        child_ended(child, now_ms);
                        log_event(s->stage == RUNNING ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG, "process.ended",
                                LOG_S("name", name), LOG_I("ended_pid", pid),
                                LOG_I("exit_code", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                                LOG_I("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
                }
        }
}

static void watch_workers(const struct supervisor *s, int64_t now_ms)
{
        for (size_t i = 0; i < s->count; i++) {
                const struct child *child = &s->children[i];
                enum watch_phase phase;
                char name[16];
                if (!child->watch || !child->pid)
                        continue;
                int64_t age = watchdog_age(child->watch, now_ms, &phase);
                if (!watchdog_hangs(phase, age, s->busy_max_ms))
                        continue;
                child_name(child, name);
                log_error("process.hangs", LOG_S("name", name), LOG_S("phase", watchdog_phase_name(phase)),
                        LOG_I("for_ms", age));
                kill(child->pid, SIGKILL);
        }
}

static void enter(struct supervisor *s, enum stage stage, int64_t now_ms)
{
        s->stage = stage;
        if (stage == ENDING_WORKERS) {
                s->stage_ends_ms = now_ms + s->settings->drain_timeout_ms;
                signal_workers(s, SIGTERM);
                /* No new connections; workers tell those in the backlog. */
                shutdown(s->nursery.fastcgi_fd, SHUT_RDWR);
                shutdown(s->nursery.control_fd, SHUT_RDWR);
        } else if (stage == ENDING_BROKER) {
                s->stage_ends_ms = now_ms + BROKER_END_MS;
                if (s->children[0].pid)
                        kill(s->children[0].pid, SIGTERM);
        }
}

/* Move on when a stage is over: by itself, or because its time is. */
static void advance(struct supervisor *s, int64_t now_ms)
{
        bool late = s->stage != RUNNING && now_ms >= s->stage_ends_ms;
        if (s->stage == ENDING_WORKERS) {
                if (workers_alive(s) == 0)
                        enter(s, ENDING_BROKER, now_ms);
                else if (late)
                        signal_workers(s, SIGKILL);
        } else if (s->stage == ENDING_BROKER) {
                if (!s->children[0].pid)
                        s->stage = ENDED;
                else if (late)
                        kill(s->children[0].pid, SIGKILL);
        }
}

static void on_signal(struct supervisor *s, uint32_t number, int64_t now_ms)
{
        if (number == SIGHUP) {
                log_warning("reload.unsupported",
                        LOG_S("advice", "restart the service to load its configuration"));
        } else if (number == SIGTERM || number == SIGINT) {
                log_info("service.ending", LOG_I("signal", number), LOG_I("workers", workers_alive(s)));
                if (s->stage == RUNNING)
                        enter(s, ENDING_WORKERS, now_ms);
                else if (s->stage == ENDING_WORKERS)
                        s->stage_ends_ms = now_ms; /* asked twice: in a hurry; the broker's part takes as long
                                                      as it takes */
        }
}

/* Until the next thing that is due without a signal. */
static int64_t next_wake(const struct supervisor *s, int64_t now_ms)
{
        int64_t wake = now_ms + TICK_MS;
        for (size_t i = 0; i < s->count; i++)
                if (!s->children[i].pid && s->stage == RUNNING && s->children[i].start_at_ms < wake)
                        wake = s->children[i].start_at_ms;
        return wake;
}

static void loop(struct supervisor *s)
{
        while (s->stage != ENDED) {
                struct signalfd_siginfo info;
                int64_t now_ms = clock_ms();
                start_due(s, now_ms);
                struct pollfd wait = {.fd = s->nursery.signal_fd, .events = POLLIN};
                io_poll(&wait, 1, next_wake(s, now_ms));
                now_ms = clock_ms();
                while (read(s->nursery.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
                        on_signal(s, info.ssi_signo, now_ms);
                reap(s, now_ms);
                watch_workers(s, now_ms);
                advance(s, now_ms);
        }
}

int supervisor_run(const struct config *config, struct error *err)
{
        int status = 1;
        struct supervisor s = {
                .settings = config->settings,
                .nursery = {.config = config,
                        .fastcgi_fd = -1,
                        .control_fd = -1,
                        .broker_fd = -1,
                        .pid_fd = -1,
                        .signal_fd = -1},
                .busy_max_ms = (int64_t)config_longest_request_ms(config) + BUSY_SLACK_MS,
        };
        log_set_process("supervisor");
        if (find_users(&s, err) || make_run_dir(&s, err) || lock_pid_file(&s, err) || make_sockets(&s, err) ||
                make_children(&s, err) || block_signals(&s, err))
                goto out;
        cpu_weight_make(s.settings, s.nursery.cgroup_parent);
        log_info("service.starting", LOG_I("workers", s.settings->workers),
                LOG_I("languages", config->registry->count), LOG_S("run_dir", s.settings->run_dir));
        loop(&s);
        log_fields(LOG_LEVEL_INFO, "service.ended", &LOG_END);
        status = 0;
out:
        remove_sockets(&s);
        cpu_weight_remove(s.nursery.cgroup_parent);
        if (s.pid_path[0])
                unlink(s.pid_path);
        io_close(&s.nursery.fastcgi_fd);
        io_close(&s.nursery.control_fd);
        io_close(&s.nursery.broker_fd);
        io_close(&s.nursery.signal_fd);
        io_close(&s.nursery.pid_fd);
        free(s.children);
        return status;
}
