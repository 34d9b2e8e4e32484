/* Starts the supervisor's children and says when to start them again. */
#include "fcgi/service/children.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/broker.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/service/confine.h"
#include "fcgi/service/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000
#define SETTLED_MS 10000
#define CONNECTIONS_EACH 3 /* a worker has one, and one that just broke may not be noticed yet */

struct nursery nursery_new(const struct config *config)
{
        return (struct nursery){.config = config,
                .fastcgi_fd = -1,
                .control_fd = -1,
                .broker_fd = -1,
                .pid_fd = -1,
                .signal_fd = -1,
                .orders_fd = -1,
                .elder_fd = -1,
                .heir_fd = -1,
                .heir_process_fd = -1,
                .spared = DOCKER_SPARE_NONE};
}

void child_name(const struct child *child, char name[16])
{
        if (child->kind == CHILD_WORKER)
                snprintf(name, 16, "worker-%u", child->number);
        else
                snprintf(name, 16, "%s", child->kind == CHILD_BROKER ? "broker" : "control");
}

void child_ended(struct child *child, int64_t now_ms)
{
        if (now_ms - child->started_ms >= SETTLED_MS)
                child->failures = 0;
        int64_t delay = BACKOFF_FIRST_MS;
        for (unsigned i = 0; i < child->failures && delay < BACKOFF_MAX_MS; i++)
                delay *= 2;
        child->start_at_ms = now_ms + (delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS);
        child->failures++;
        child->pid = 0;
}

/* The group that may open the Docker socket, looked up at each start: Docker may have come later than we. */
static gid_t docker_group(const struct settings *settings)
{
        struct stat st;
        if (stat(settings->docker_socket, &st) == 0)
                return st.st_gid;
        return privilege_group("docker", NULL);
}

static void note_turn(void *watch)
{
        watchdog_note(watch, WATCH_IDLE);
}

static int run_broker(const struct child *child, const struct nursery *nursery, struct error *err)
{
        const struct config *config = nursery->config;
        struct broker_options options = {
                .settings = config->settings,
                .registry = config->registry,
                .seccomp = config->seccomp,
                .cgroup_parent = nursery->cgroup_parent,
                .listen_fd = nursery->broker_fd,
                .generation = nursery->generation,
                .spared = nursery->spared,
                .orders_fd = nursery->orders_fd,
                .peer_uid = nursery->worker.uid,
                .workers = config->settings->workers + 1,
                .per_process = CONNECTIONS_EACH,
                .turn = note_turn,
                .turn_context = child->watch,
        };
        return broker_run(&options, err);
}

static int run_worker(const struct child *child, const struct nursery *nursery, struct error *err)
{
        bool control = child->kind == CHILD_CONTROL;
        struct worker_options options = {
                .config = nursery->config,
                .reload_note = nursery->note,
                .broker_path = nursery->broker_path,
                .listen_fd = control ? nursery->control_fd : nursery->fastcgi_fd,
                .socket = control ? ROUTER_CONTROL : ROUTER_MAIN,
                .watch = child->watch,
                .silence_ms = FASTCGI_SILENCE_MS,
        };
        return worker_run(&options, err);
}

/* Close what this child has no business with. */
static void close_others(const struct child *child, const struct nursery *nursery)
{
        int fds[] = {nursery->pid_fd, nursery->signal_fd, nursery->elder_fd, nursery->heir_fd,
                nursery->heir_process_fd, child->kind == CHILD_BROKER ? -1 : nursery->broker_fd,
                child->kind == CHILD_BROKER ? -1 : nursery->orders_fd,
                child->kind == CHILD_CONTROL ? -1 : nursery->control_fd,
                child->kind == CHILD_WORKER ? -1 : nursery->fastcgi_fd};
        for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
                io_close(&fds[i]);
}

/* A worker starts nothing. One that was taken over cannot multiply either, and pass for many. */
static int forbid_processes(struct error *err)
{
        struct rlimit none = {0, 0};
        return setrlimit(RLIMIT_NPROC, &none) ? error_errno(err, "cannot forbid processes") : 0;
}

static void name_process(const struct child *child)
{
        char name[16], title[16];
        child_name(child, name);
        log_set_process(name);
        snprintf(title, sizeof(title), "sp-%.12s", name);
        prctl(PR_SET_NAME, title, 0, 0, 0);
}

static void be_child(const struct child *child, const struct nursery *nursery, pid_t parent)
        __attribute__((noreturn));

static void be_child(const struct child *child, const struct nursery *nursery, pid_t parent)
{
        struct error err = {0};
        int status = 1;
        struct identity identity = child->kind == CHILD_BROKER ? nursery->broker : nursery->worker;
        /* A terminal's Ctrl-C is for the supervisor, which ends the children in order. */
        setpgid(0, 0);
        name_process(child);
        close_others(child, nursery);
        if (child->kind == CHILD_BROKER)
                identity.extra = docker_group(nursery->config->settings);
        /* The broker gets the chance to remove its sandboxes; a worker has nothing to put in order. */
        bool broker = child->kind == CHILD_BROKER;
        if (!watchdog_keep(nursery->watches, nursery->watch_count, child->watch, &err) &&
                !privilege_drop(&identity, parent, broker ? SIGTERM : SIGKILL, &err) &&
                (broker || (!forbid_processes(&err) && !confine_worker(&err))))
                status = broker ? run_broker(child, nursery, &err) : run_worker(child, nursery, &err);
        if (err.text[0])
                log_error("process.failed", LOG_S("error", err.text));
        _exit(status);
}

/* A new line to each new broker: nothing that was said to the one before comes to this one. theirs: its end
 * of it. */
static int make_orders(struct nursery *nursery, int *theirs, struct error *err)
{
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
                return error_errno(err, "socketpair");
        io_close(&nursery->orders_fd);
        nursery->orders_fd = ends[0];
        *theirs = ends[1];
        return 0;
}

int child_start(struct child *child, struct nursery *nursery, struct error *err)
{
        pid_t parent = getpid();
        int theirs = -1;
        if (child->kind == CHILD_BROKER && make_orders(nursery, &theirs, err))
                return -1;
        watchdog_note(child->watch, WATCH_IDLE);
        child->look = (struct watch_look){0};
        child->started_ms = clock_ms();
        pid_t pid = fork();
        if (pid == 0) {
                if (theirs >= 0) {
                        io_close(&nursery->orders_fd);
                        nursery->orders_fd = theirs;
                }
                be_child(child, nursery, parent);
        }
        io_close(&theirs);
        if (pid < 0)
                return error_errno(err, "fork");
        child->pid = pid;
        return 0;
}
