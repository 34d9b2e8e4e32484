/* Starts and stops a private instance of the service and nginx, and proves that nothing of it is left. */
#include "tests/integration/service.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/service/cpu_weight.h"
#include "tests/integration/control_groups.h"
#include "tests/integration/http.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_conf.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX (16 << 20)
#define WORKERS 32 /* as shipped, and as nginx expects */
#define START_MS 120000
#define STOP_MS 120000
#define NGINX_STOP_MS 60000
#define LEFTOVERS_MS 60000

int service_prepare(struct service *service, const struct service_options *options, struct error *err)
{
        static unsigned number;
        *service = (struct service){0};
        strcpy(service->dir, "/tmp/sandpool-test-XXXXXX");
        if (!mkdtemp(service->dir)) {
                *service->dir = '\0';
                return error_errno(err, "mkdtemp");
        }
        chmod(service->dir, 0755); /* nginx and the workers are other users */
        service->workers = options->workers ? options->workers : WORKERS;
        service_binary_path(service->binary, sizeof service->binary);
        snprintf(service->run_dir, sizeof service->run_dir, "%s/run", service->dir);
        snprintf(service->settings, sizeof service->settings, "%s/sandpool.yaml", service->dir);
        snprintf(service->log, sizeof service->log, "%s/sandpool.log", service->dir);
        snprintf(service->instance, sizeof service->instance, "sandpool-test-%d-%u", (int)getpid(), number++);
        snprintf(service->preload, sizeof service->preload, "%s", options->preload ? options->preload : "");
        return service_conf_render(service, options, err);
}

/* The file's end, for a person who reads why a test failed. */
static void add_log_end(const char *path, struct error *err)
{
        char *text = NULL;
        ssize_t size = io_read_file(path, LOG_MAX, &text, NULL);
        if (size > 0)
                fprintf(stderr, "%s ends:\n%s\n", path, text + (size > 3000 ? size - 3000 : 0));
        free(text);
        error_wrap(err, "%s", path);
}

int service_launch(struct service *service, struct error *err)
{
        const char *const argv[] = {service->binary, "--config", service->settings, "serve", NULL};
        int fd = open(service->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0)
                return error_errno(err, "%s", service->log);
        if (*service->preload)
                setenv("LD_PRELOAD", service->preload, 1);
        service->supervisor = spawn_start(argv, fd, err);
        unsetenv("LD_PRELOAD");
        io_close(&fd);
        service->session = service->supervisor;
        return service->supervisor < 0 ? -1 : 0;
}

pid_t service_run_nginx(const char *conf, struct error *err)
{
        char script[512];
        service_source_path("nginx/run.sh", script, sizeof script);
        const char *const argv[] = {script, conf, "-g", "daemon off;", NULL};
        return spawn_start(argv, -1, err);
}

int service_launch_nginx(struct service *service, struct error *err)
{
        char script[512], port[16], conf[64], *said;
        service_source_path("tests/integration/render-nginx.sh", script, sizeof script);
        if (!service->port)
                service->port = service_free_ports(1);
        snprintf(port, sizeof port, "%d", service->port);
        snprintf(conf, sizeof conf, "%s/nginx/nginx.conf", service->dir);
        said = spawn_text(err, script, service->run_dir, port, service->dir, NULL);
        if (!said)
                return -1;
        free(said);
        service->nginx = service_run_nginx(conf, err);
        return service->nginx < 0 ? -1 : 0;
}

struct readiness {
        struct service *service;
        bool died;
};

static bool ready(void *context)
{
        struct readiness *readiness = context;
        struct http_request request = {
                .port = readiness->service->port, .path = "/readyz", .timeout_ms = 10000};
        struct http_response response = {0};
        int status;
        if (waitpid(readiness->service->supervisor, &status, WNOHANG) > 0) {
                readiness->service->supervisor = 0;
                return readiness->died = true;
        }
        bool is = !http_send(&request, 1, &response, NULL) && response.status == 200;
        http_clear(&response);
        return is;
}

int service_await_ready(struct service *service, struct error *err)
{
        struct readiness readiness = {service, false};
        if (!service_until(ready, &readiness, START_MS) || readiness.died) {
                error_set(err, readiness.died ? "the service exited" : "the service did not get ready");
                add_log_end(service->log, err);
                return -1;
        }
        return 0;
}

int service_start_prepared(struct service *service, struct error *err)
{
        if (service_launch(service, err) || service_launch_nginx(service, err))
                return -1;
        return service_await_ready(service, err);
}

int service_start(struct service *service, const struct service_options *options, struct error *err)
{
        return service_prepare(service, options, err) ? -1 : service_start_prepared(service, err);
}

/* The processes that there are. When all have ended, the session's number may become somebody else's: only
 * this service's were started with its configuration. */
static size_t list_own(const struct service *service, struct process list[PROCESSES_MAX])
{
        size_t count = service->session > 0 ? processes_list(service->session, 0, list) : 0, own = 0;
        for (size_t i = 0; i < count; i++)
                if (processes_has_argument(list[i].pid, service->settings))
                        list[own++] = list[i];
        return own;
}

/* What is left of an ended service: 0, or -1 with err naming it. */
static int nothing_left(const struct service *service, struct error *err)
{
        static const char *const sockets[] = {"fastcgi.sock", "control.sock", "broker.sock", "sandpool.pid"};
        char ids[SERVICE_CONTAINERS_MAX][65], path[128];
        struct process list[PROCESSES_MAX];
        if (processes_list(service->session, 0, list) > 0)
                return error_set(err, "process %d (%s) is left", (int)list[0].pid, list[0].name);
        int containers = service_containers(service, ids, err);
        if (containers < 0)
                return -1;
        if (containers > 0)
                return error_set(err, "%d containers are left, %.12s for one", containers, ids[0]);
        struct control_groups groups = control_groups_of(service->instance);
        if (groups.own)
                return error_set(err, "%d control groups are left with %d in each, %s for one", groups.own,
                        groups.inside, groups.one);
        for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
                snprintf(path, sizeof path, "%s/%s", service->run_dir, sockets[i]);
                if (access(path, F_OK) == 0)
                        return error_set(err, "%s is left", path);
        }
        return 0;
}

static bool all_gone(void *context)
{
        const struct service *service = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct process list[PROCESSES_MAX];
        return processes_list(service->session, 0, list) == 0 && service_containers(service, ids, NULL) == 0;
}

int service_gone(struct service *service, int64_t deadline_ms, struct error *err)
{
        int status;
        if (spawn_wait(service->supervisor, deadline_ms, &status, err))
                return -1;
        service->supervisor = 0;
        if (!service_until(all_gone, service, clock_left_ms(deadline_ms))) {
                /* The sockets of a killed supervisor stay: the next one replaces them. */
                struct process list[PROCESSES_MAX];
                char ids[SERVICE_CONTAINERS_MAX][65];
                return error_set(err, "left: %zu processes, %d containers",
                        processes_list(service->session, 0, list), service_containers(service, ids, NULL));
        }
        return 0;
}

pid_t service_named(const struct service *service)
{
        char path[128], *text = NULL;
        snprintf(path, sizeof path, "%s/sandpool.pid", service->run_dir);
        pid_t pid = io_read_file(path, 32, &text, NULL) > 0 ? (pid_t)atol(text) : 0;
        free(text);
        return pid;
}

int service_follow_upgrade(struct service *service, struct error *err)
{
        int status;
        pid_t before = service->supervisor, now = service_named(service);
        if (now <= 0)
                return error_set(err, "no pid file");
        if (now == before)
                return 0;
        service->supervisor = now;
        if (spawn_wait(before, clock_ms() + STOP_MS, &status, err))
                return -1;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return error_set(err, "the old process ended with wait status %#x", (unsigned)status);
        return 1;
}

void service_end(struct service *service)
{
        kill(service->supervisor, SIGTERM);
        service->ending = true;
}

/* Not one that a test has waited for already, whose number may be anybody's now. */
static bool is_child(pid_t pid)
{
        siginfo_t info;
        return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static int stop_supervisor(struct service *service, struct error *err)
{
        int status = 0;
        if (service->supervisor <= 0)
                return 0;
        if (!is_child(service->supervisor))
                return error_set(err, "process %d has ended before", (int)service->supervisor);
        if (!service->ending)
                service_end(service);
        if (spawn_wait(service->supervisor, clock_ms() + STOP_MS, &status, err)) {
                kill(service->supervisor, SIGKILL);
                waitpid(service->supervisor, &status, 0);
                return -1;
        }
        service->supervisor = 0;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return error_set(err, "the service ended with wait status %#x", (unsigned)status);
        return nothing_left(service, err);
}

static int stop_nginx(struct service *service, struct error *err)
{
        int status, rc = 0;
        if (service->nginx <= 0)
                return 0;
        kill(service->nginx, SIGTERM);
        if ((rc = spawn_wait(service->nginx, clock_ms() + NGINX_STOP_MS, &status, err)))
                processes_kill_session(service->nginx, service->nginx);
        service->nginx = 0;
        return rc;
}

static bool has_no_process(void *context)
{
        struct process list[PROCESSES_MAX];
        return list_own(context, list) == 0;
}

static bool is_killed(void *context)
{
        struct process list[PROCESSES_MAX];
        size_t count = list_own(context, list);
        for (size_t i = 0; i < count; i++)
                kill(list[i].pid, SIGKILL);
        return count == 0;
}

static bool is_child_in(const struct process *process, const struct process *list, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (process->parent == list[i].pid)
                        return true;
        return false;
}

/* Whoever lives on behind the supervisor that was known, such as the heir of an upgrade that no test followed
 * to its end: told to end as it would be, so that its broker removes the containers, then killed. 0 when
 * there was nobody. */
static int end_survivors(struct service *service, struct error *err)
{
        struct process list[PROCESSES_MAX];
        size_t count = list_own(service, list);
        if (!count)
                return 0;
        error_set(err, "process %d (%s) is left", (int)list[0].pid, list[0].name);
        for (size_t i = 0; i < count; i++) {
                if (!is_child_in(&list[i], list, count))
                        kill(list[i].pid, SIGTERM);
                kill(list[i].pid, SIGCONT); /* else one that was stopped would not heed anything */
        }
        if (!service_until(has_no_process, service, STOP_MS))
                service_until(is_killed, service, LEFTOVERS_MS);
        for (size_t i = 0; i < count; i++)
                waitpid(list[i].pid, NULL, WNOHANG); /* those that this process inherited */
        return -1;
}

static bool has_no_container(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(context, ids, NULL);
        for (int i = 0; i < count; i++)
                free(spawn_text(NULL, "docker", "rm", "-f", ids[i], NULL));
        return count <= 0;
}

/* Whatever a failed test left, so that the next one starts from nothing; and the control group of a
 * supervisor that was killed, which the next one of its instance would take over. */
static void remove_leftovers(struct service *service)
{
        struct settings settings = {0};
        service_until(has_no_container, service, LEFTOVERS_MS);
        free(spawn_text(NULL, "rm", "-rf", service->dir, NULL));
        snprintf(settings.instance, sizeof settings.instance, "%s", service->instance);
        cpu_weight_remove(&settings);
}

int service_stop(struct service *service, struct error *err)
{
        int rc = 0;
        if (!*service->dir)
                return 0;
        if (stop_supervisor(service, err))
                rc = -1;
        if (end_survivors(service, err))
                rc = -1;
        if (rc)
                add_log_end(service->log, err);
        if (stop_nginx(service, err))
                rc = -1;
        if (getenv("SANDPOOL_TEST_KEEP"))
                fprintf(stderr, "kept: %s\n", service->dir);
        else
                remove_leftovers(service);
        *service->dir = '\0';
        return rc;
}
