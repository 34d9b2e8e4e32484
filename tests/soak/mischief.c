/* A table of things to do to a service, each with its weight. */
#include "tests/soak/mischief.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/http.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BACK_MS 240000
#define UPGRADE_MS 240000
#define FAULT_MS_MAX 3000
#define STOP_MS_MAX 3000
#define YAML_MAX (64 << 10)

static unsigned chance(struct mischief *m, unsigned below)
{
        return (unsigned)rand_r(&m->seed) % below;
}

static void end_fault(struct mischief *m)
{
        docker_proxy_set(m->proxy, DOCKER_FAULT_NONE);
        m->fault_until_ms = 0;
}

static void end_stop(struct mischief *m)
{
        if (m->stopped)
                kill(m->stopped, SIGCONT);
        m->stopped = 0;
}

/* A worker by chance; 0 when there is none at the moment. */
static pid_t some_worker(struct mischief *m)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(m->service, list);
        return count ? list[chance(m, (unsigned)count)].pid : 0;
}

static int kill_worker(struct mischief *m, struct error *err)
{
        pid_t pid = some_worker(m);
        (void)err;
        if (pid)
                kill(pid, SIGKILL);
        return 0;
}

static int stop_worker(struct mischief *m, struct error *err)
{
        (void)err;
        if (m->stopped || !(m->stopped = some_worker(m)))
                return 0;
        kill(m->stopped, SIGSTOP);
        m->stopped_until_ms = clock_ms() + 100 + chance(m, STOP_MS_MAX);
        return 0;
}

static int kill_broker(struct mischief *m, struct error *err)
{
        pid_t pid = service_process(m->service, "broker");
        (void)err;
        if (pid)
                kill(pid, SIGKILL);
        return 0;
}

static int write_python(const struct mischief *m, const char *limits, struct error *err)
{
        char path[128];
        snprintf(path, sizeof path, "%s/languages/python.yaml", m->service->dir);
        const char *at = strstr(m->python, "limits:\n");
        if (!at)
                return error_set(err, "%s has no limits", path);
        at += strlen("limits:\n");
        int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        int rc = fd < 0 ? error_errno(err, "%s", path)
                        : io_write_all(fd, m->python, (size_t)(at - m->python), -1, err);
        if (rc == 0)
                rc = io_write_all(fd, limits, strlen(limits), -1, err);
        if (rc == 0)
                rc = io_write_all(fd, at, strlen(at), -1, err);
        io_close(&fd);
        return rc;
}

/* With a configuration without mistakes: a service that has one does not start. */
static int start_again(struct mischief *m, struct error *err)
{
        if (write_python(m, "", err) || service_launch(m->service, err))
                return -1;
        return service_await_ready(m->service, err);
}

static int kill_supervisor(struct mischief *m, struct error *err)
{
        end_fault(m);
        end_stop(m);
        kill(m->service->supervisor, SIGKILL);
        if (service_gone(m->service, clock_ms() + BACK_MS, err))
                return error_wrap(err, "the supervisor was killed");
        return start_again(m, err);
}

static int kill_all(struct mischief *m, struct error *err)
{
        end_fault(m);
        end_stop(m);
        processes_kill_session(m->service->session, m->service->supervisor);
        return start_again(m, err);
}

static bool nginx_answers(void *context)
{
        const struct service *service = context;
        struct http_request request = {.port = service->port, .path = "/healthz", .timeout_ms = 2000};
        struct http_response response = {0};
        http_send(&request, 1, &response, NULL);
        bool answers = response.status != 0;
        http_clear(&response);
        return answers;
}

static int kill_nginx(struct mischief *m, struct error *err)
{
        processes_kill_session(m->service->nginx, m->service->nginx);
        if (service_launch_nginx(m->service, err))
                return -1;
        if (!service_until(nginx_answers, m->service, BACK_MS))
                return error_set(err, "nginx did not come back");
        ledger_count(m->ledger, LEDGER_ACT, LEDGER_NGINX_STARTED);
        return 0;
}

static int reload_nginx(struct mischief *m, struct error *err)
{
        return kill(m->service->nginx, SIGHUP) ? error_errno(err, "nginx") : 0;
}

/* In order: what runs gets its result. */
static int stop(struct mischief *m, struct error *err)
{
        end_fault(m);
        end_stop(m);
        kill(m->service->supervisor, SIGTERM);
        if (service_gone(m->service, clock_ms() + BACK_MS, err))
                return error_wrap(err, "the service was told to end");
        return start_again(m, err);
}

static int remove_container(struct mischief *m, struct error *err)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(m->service, ids, err);
        const char *how = chance(m, 2) ? "kill" : "stop";
        if (count <= 0)
                return count;
        const char *id = ids[chance(m, (unsigned)count)];
        const char *const kill_it[] = {"docker", "kill", id, NULL}, *const stop_it[] = {
                                                                            "docker", "rm", "-f", id, NULL};
        struct buffer said = BUFFER_MAX(4096);
        spawn_run(*how == 'k' ? kill_it : stop_it, 60000, &said, NULL, NULL); /* it may be gone already */
        buffer_clear(&said);
        return 0;
}

/* To less than is shipped: some programs try how many there may be. */
static int reload(struct mischief *m, struct error *err)
{
        char limits[64];
        snprintf(limits, sizeof limits, "  processes: %u\n", 56 + chance(m, 8));
        if (write_python(m, limits, err))
                return -1;
        return kill(m->service->supervisor, SIGHUP) ? error_errno(err, "SIGHUP") : 0;
}

static int reload_mistake(struct mischief *m, struct error *err)
{
        if (write_python(m, "  procceses: 64\n", err))
                return -1;
        return kill(m->service->supervisor, SIGHUP) ? error_errno(err, "SIGHUP") : 0;
}

/* Another may take over from it, or fail to: configuration may be wrong just now. */
static int upgrade(struct mischief *m, struct error *err)
{
        const char *const argv[] = {m->service->binary, "--config", m->service->settings, "upgrade", NULL};
        struct buffer said = BUFFER_MAX(4096);
        end_fault(m);
        end_stop(m);
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the heir is nobody's child, and then ours */
        int code = spawn_run(argv, UPGRADE_MS, &said, NULL, err), taken_over = -1;
        if (code >= 0)
                taken_over = service_follow_upgrade(m->service, err);
        prctl(PR_SET_CHILD_SUBREAPER, 0);
        if (taken_over >= 0 && taken_over != !code)
                error_set(err, "exit code %d, and %s took over: %.*s", code, taken_over ? "another" : "none",
                        (int)said.size, said.data ? said.data : "");
        buffer_clear(&said);
        return taken_over == !code ? 0 : -1;
}

static int spoil_docker(struct mischief *m, struct error *err)
{
        enum docker_fault fault = (enum docker_fault)(1 + chance(m, DOCKER_FAULTS - 1));
        char name[64];
        (void)err;
        snprintf(name, sizeof name, "Docker's socket: %s", docker_fault_names[fault]);
        ledger_count(m->ledger, LEDGER_ACT, name);
        docker_proxy_set(m->proxy, fault);
        m->fault_until_ms = clock_ms() + 200 + chance(m, FAULT_MS_MAX);
        return 0;
}

static const struct {
        const char *name; /* NULL: it counts itself */
        unsigned weight;
        int (*act)(struct mischief *, struct error *);
} acts[] = {
        {"worker killed", 8, kill_worker},
        {"worker stopped for a while", 4, stop_worker},
        {"broker killed", 2, kill_broker},
        {"supervisor killed", 1, kill_supervisor},
        {"all killed at once", 1, kill_all},
        {"stopped in order", 1, stop},
        {LEDGER_NGINX_KILLED, 1, kill_nginx},
        {"nginx reloaded", 1, reload_nginx},
        {"container killed or removed", 8, remove_container},
        {"reload of a change", 4, reload},
        {"reload of a mistake", 2, reload_mistake},
        {"upgrade in place", 1, upgrade},
        {NULL, 9, spoil_docker},
};

#define ACTS (sizeof acts / sizeof *acts)

int mischief_do(struct mischief *m, struct error *err)
{
        unsigned sum = 0;
        for (size_t i = 0; i < ACTS; i++)
                sum += acts[i].weight;
        unsigned at = chance(m, sum);
        size_t i = 0;
        while (at >= acts[i].weight)
                at -= acts[i++].weight;
        if (acts[i].name)
                ledger_count(m->ledger, LEDGER_ACT, acts[i].name);
        return acts[i].act(m, err) ? error_wrap(err, "%s", acts[i].name ? acts[i].name : "docker") : 0;
}

void mischief_settle(struct mischief *m)
{
        if (m->fault_until_ms && clock_ms() >= m->fault_until_ms)
                end_fault(m);
        if (m->stopped && clock_ms() >= m->stopped_until_ms)
                end_stop(m);
}

static bool is_reloaded(void *context)
{
        json_t *ready = service_get(context, "/readyz", NULL);
        bool ok = json_is_true(json_object_get(json_object_get(ready, "configuration"), "ok"));
        json_decref(ready);
        return ok;
}

/* Until it succeeds: the first may meet a broker that has just come back and cannot look at images yet. */
static int reload_as_shipped(struct mischief *m, struct error *err)
{
        char binary[512], *said = NULL;
        struct error last = {0};
        int64_t deadline_ms = clock_ms() + BACK_MS;
        if (write_python(m, "", err))
                return -1;
        service_binary_path(binary, sizeof binary);
        while (!said && clock_ms() < deadline_ms) {
                last = (struct error){0};
                said = spawn_text(&last, binary, "--config", m->service->settings, "reload", NULL);
                if (!said)
                        poll(NULL, 0, 500);
        }
        if (!said)
                return error_set(err, "%s", last.text);
        free(said);
        return service_until(is_reloaded, m->service, BACK_MS)
                       ? 0
                       : error_set(err, "the configuration is not in use");
}

int mischief_begin(struct mischief *m, struct error *err)
{
        char path[128];
        snprintf(path, sizeof path, "%s/languages/python.yaml", m->service->dir);
        return io_read_file(path, YAML_MAX, &m->python, err) < 0 ? -1 : reload_as_shipped(m, err);
}

int mischief_end(struct mischief *m, struct error *err)
{
        end_fault(m);
        end_stop(m);
        int rc = m->python ? reload_as_shipped(m, err) : 0;
        free(m->python);
        m->python = NULL;
        return rc;
}
