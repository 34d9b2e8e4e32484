/* Kills one thing after the other under load, in turns, and asks until a request that was sent after it is
 * served. What has no parent to start it again is started again here: nginx at once, the supervisor when its
 * children have followed it. Docker is one of our own, so that no other's containers die with it. */
#include "tests/bench/recovery.h"

#include "fcgi/base/clock.h"
#include "tests/bench/programs.h"
#include "tests/bench/samples.h"
#include "tests/integration/load.h"
#include "tests/integration/private_docker.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 8
#define POOL 8
#define PATIENCE_MS 120000
#define AGAIN_MS 2 /* between two requests, when one is not served */
#define IMAGE "sandpool/python:latest"
#define ROOM_MIB 1024 /* of Docker's data: the image, twice while it is being loaded */

struct scene {
        struct service service;
        struct private_docker docker;
        struct load load;
        int64_t since_us; /* when it was done */
};

static int kill_some(struct scene *scene, size_t most, struct error *err)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(&scene->service, list);
        for (size_t i = 0; i < count && i < most; i++)
                kill(list[i].pid, SIGKILL);
        return count ? 0 : error_set(err, "no worker");
}

static int kill_worker(struct scene *scene, struct error *err)
{
        return kill_some(scene, 1, err);
}

static int kill_workers(struct scene *scene, struct error *err)
{
        return kill_some(scene, PROCESSES_MAX, err);
}

static int kill_broker(struct scene *scene, struct error *err)
{
        pid_t pid = service_process(&scene->service, "broker");
        return pid <= 0 || kill(pid, SIGKILL) ? error_set(err, "no broker") : 0;
}

static int kill_nginx(struct scene *scene, struct error *err)
{
        processes_kill_session(scene->service.nginx, scene->service.nginx);
        return service_launch_nginx(&scene->service, err);
}

static int kill_supervisor(struct scene *scene, struct error *err)
{
        kill(scene->service.supervisor, SIGKILL);
        return service_gone(&scene->service, clock_ms() + PATIENCE_MS, err)
                       ? -1
                       : service_launch(&scene->service, err);
}

static int kill_all(struct scene *scene, struct error *err)
{
        processes_kill_session(scene->service.session, scene->service.supervisor);
        return service_launch(&scene->service, err);
}

/* How long Docker takes to start is not ours. */
static int end_docker(struct scene *scene, int signal, struct error *err)
{
        if (private_docker_end(&scene->docker, signal, err) || private_docker_begin(&scene->docker, err))
                return -1;
        scene->since_us = clock_us();
        return 0;
}

static int restart_docker(struct scene *scene, struct error *err)
{
        return end_docker(scene, SIGTERM, err);
}

static int kill_docker(struct scene *scene, struct error *err)
{
        return end_docker(scene, SIGKILL, err);
}

static struct fault {
        const char *what;
        int (*make)(struct scene *scene, struct error *err);
        struct samples back;
} faults[] = {
        {"a worker", kill_worker, {{0}, 0}},
        {"every worker", kill_workers, {{0}, 0}},
        {"the broker", kill_broker, {{0}, 0}},
        {"nginx, started again", kill_nginx, {{0}, 0}},
        {"the supervisor; its children end, started again", kill_supervisor, {{0}, 0}},
        {"all of ours at once, started again", kill_all, {{0}, 0}},
        {"Docker restarted; since it answers again", restart_docker, {{0}, 0}},
        {"Docker killed; since it answers again", kill_docker, {{0}, 0}},
};
#define FAULTS (sizeof faults / sizeof *faults)

static bool is_whole(void *context)
{
        struct process list[PROCESSES_MAX];
        const struct service *service = context;
        return service_sandboxes(service, "idle", NULL) + service_sandboxes(service, "leased", NULL) ==
                       POOL &&
               service_workers(service, list) == service->workers;
}

/* Microseconds until the end of the first answer that is a result. -1 when none comes. */
static int64_t ask_until_served(struct scene *scene, struct error *err)
{
        struct question question = programs_question(&programs_python, scene->service.port);
        int64_t deadline_us = scene->since_us + PATIENCE_MS * 1000LL, taken = -1;
        struct error last = {0};
        while (taken < 0 && clock_us() < deadline_us)
                if ((taken = question_ask(&question, &last)) < 0)
                        poll(NULL, 0, AGAIN_MS);
        question_free(&question);
        return taken < 0 ? error_set(err, "%s", last.text) : clock_us() - scene->since_us;
}

static int turn(struct scene *scene, struct fault *fault, struct error *err)
{
        if (!service_until(is_whole, &scene->service, PATIENCE_MS))
                return error_set(err, "the pool does not get warm");
        scene->since_us = clock_us();
        if (fault->make(scene, err))
                return -1;
        int64_t us = ask_until_served(scene, err);
        samples_add(&fault->back, us);
        return us < 0 ? -1 : 0;
}

static int measure(struct scene *scene, int turns, struct error *err)
{
        struct service_options options = {.pool_max = POOL,
                .docker = scene->docker.socket,
                .warm = {{"python", POOL}, {"javascript", 0}, {"cpp", 0}}};
        if (service_start(&scene->service, &options, err) ||
                !service_until(is_whole, &scene->service, PATIENCE_MS))
                return error_wrap(err, "start");
        if (load_start(&scene->load, scene->service.port, CLIENTS, load_quick, err))
                return -1;
        for (int i = 0; i < turns; i++)
                for (size_t fault = 0; fault < FAULTS; fault++)
                        if (turn(scene, &faults[fault], err))
                                return error_wrap(err, "%s", faults[fault].what);
        return load_end(&scene->load, LOAD_MAY_FAIL | LOAD_MAY_END, NULL, err);
}

static void print(int turns)
{
        printf("\n| killed, with %d clients | served again after: p50 ms | most |\n| --- | --- | --- |\n",
                CLIENTS);
        for (size_t i = 0; i < FAULTS; i++)
                printf("| %s | %.0f | %.0f |\n", faults[i].what, samples_ms(&faults[i].back, 50),
                        samples_ms(&faults[i].back, 100));
        printf("\n%d times each; all %d sandboxes are there again before the next.\n", turns, POOL);
        fflush(stdout);
}

/* In a process of its own, because of the Docker that is its own. */
static int be_there(int turns)
{
        static struct scene scene;
        struct error err = {0}, stop_err = {0};
        int rc = private_docker_start(&scene.docker, ROOM_MIB, &err) ||
                 private_docker_load(&scene.docker, IMAGE, &err) || measure(&scene, turns, &err);
        load_kill(&scene.load);
        if (service_stop(&scene.service, &stop_err))
                rc = 1;
        private_docker_stop(&scene.docker);
        if (rc)
                fprintf(stderr, "recovery: %s %s\n", err.text, stop_err.text);
        else
                print(turns);
        return rc;
}

int recovery_table(struct bench *bench, struct error *err)
{
        int status;
        fprintf(stderr, "recovery, %d turns\n", bench->plan->recovery);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
                _exit(be_there(bench->plan->recovery));
        if (pid < 0 || waitpid(pid, &status, 0) < 0)
                return error_errno(err, "fork");
        return status ? error_set(err, "wait status %#x", (unsigned)status) : 0;
}
