/* Starts and stops a private instance of the service and nginx, and proves that nothing of it is left. */
#include "tests/integration/service.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/id.h"
#include "fcgi/base/io.h"
#include "fcgi/service/cpu_weight.h"
#include "tests/integration/spawn.h"
#include "tests/integration/http.h"
#include "tests/integration/openapi.h"
#include "tests/integration/processes.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_MAX (16 << 20)
#define WORKERS 32 /* as shipped, and as nginx expects */
#define START_MS 120000
#define STOP_MS 120000
#define NGINX_STOP_MS 60000
#define ANSWER_MS 60000
#define POLL_MS 20
#define PORTS_FROM 20000 /* up to where Linux begins to choose ports by itself (ip_local_port_range) */
#define PORTS_TO 32768

/* The tests run from the source tree's root, or SANDPOOL_SOURCE names it. */
void service_source_path(const char *relative, char *path, size_t size)
{
        const char *root = getenv("SANDPOOL_SOURCE");
        char *real = realpath(root ? root : ".", NULL);
        snprintf(path, size, "%s/%s", real ? real : ".", relative);
        free(real);
}

void service_built_path(const char *relative, char *path, size_t size)
{
        const char *build = getenv("BUILD");
        char whole[256];
        snprintf(whole, sizeof whole, "%s/%s", build ? build : "build", relative);
        service_source_path(whole, path, size);
}

void service_binary_path(char *path, size_t size)
{
        const char *program = getenv("SANDPOOL_PROGRAM");
        if (program)
                service_source_path(program, path, size);
        else
                service_built_path("sandpool", path, size);
}

bool service_until(bool (*condition)(void *context), void *context, int timeout_ms)
{
        int64_t deadline_ms = clock_ms() + timeout_ms;
        while (!condition(context)) {
                if (clock_ms() >= deadline_ms)
                        return false;
                poll(NULL, 0, POLL_MS);
        }
        return true;
}

static bool is_free(int port)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                .sin_port = htons((uint16_t)port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is = fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof address);
        io_close(&fd);
        return is;
}

int service_free_ports(int count)
{
        for (int tries = 0; tries < 1000; tries++) {
                uint16_t random;
                int found = 0;
                if (getrandom(&random, sizeof random, 0) != sizeof random)
                        return -1;
                int port = PORTS_FROM + random % (PORTS_TO - PORTS_FROM - count);
                while (found < count && is_free(port + found))
                        found++;
                if (found == count)
                        return port;
        }
        return -1;
}

static int write_file(const char *path, const char *text, size_t size, struct error *err)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        int rc = fd < 0 ? error_errno(err, "%s", path) : io_write_all(fd, text, size, -1, err);
        io_close(&fd);
        return rc;
}

/* Copy a file, with each word[0] that stands in it replaced by word[1]. */
static int render(const char *from, const char *to, const char *const (*words)[2], struct error *err)
{
        struct buffer out = BUFFER_MAX(FILE_MAX);
        char *text = NULL;
        int rc = -1;
        if (io_read_file(from, FILE_MAX, &text, err) < 0)
                goto out;
        for (const char *at = text; *at;) {
                size_t i = 0;
                while (words[i][0] && strncmp(at, words[i][0], strlen(words[i][0])))
                        i++;
                if (words[i][0] ? buffer_add_string(&out, words[i][1]) : buffer_add(&out, at, 1)) {
                        error_set(err, "%s: too large", from);
                        goto out;
                }
                at += words[i][0] ? strlen(words[i][0]) : 1;
        }
        rc = write_file(to, out.data, out.size, err);
out:
        buffer_clear(&out);
        free(text);
        return rc;
}

static bool ends_with(const char *text, const char *end)
{
        size_t length = strlen(text), end_length = strlen(end);
        return length > end_length && !strcmp(text + length - end_length, end);
}

static const struct service_warm *warm_of(const struct service_options *options, const char *file)
{
        for (const struct service_warm *warm = options->warm; warm->language; warm++) {
                size_t length = strlen(warm->language);
                if (!strncmp(file, warm->language, length) && !strcmp(file + length, ".yaml"))
                        return warm;
        }
        return NULL;
}

/* Whether the language of a YAML file (a name without folder) has that variant; then its id too. */
static bool has_variant(const char *variant, const char *file, char id[64])
{
        char path[512], relative[200];
        if (!variant)
                return false;
        snprintf(id, 64, "%.*s", (int)strcspn(file, "."), file);
        snprintf(relative, sizeof relative, "images/%s/%.60s/Dockerfile", id, variant);
        service_source_path(relative, path, sizeof path);
        return access(path, R_OK) == 0;
}

static bool is_usual(const char *file)
{
        return !strcmp(file, "python.yaml") || !strcmp(file, "javascript.yaml") || !strcmp(file, "cpp.yaml");
}

/* The whole line of text that begins with these words, into line; "" when there is none. */
static void find_line(const char *text, const char *begin, char *line, size_t size)
{
        char after_end[64];
        snprintf(after_end, sizeof after_end, "\n%s", begin);
        const char *at = strstr(text, after_end);
        snprintf(line, size, "%.*s", at ? (int)strcspn(at + 1, "\n") : 0, at ? at + 1 : "");
}

/* One language's YAML with another number behind "warm:", another image, or not enabled. */
static int copy_language(const char *from, const char *to, const char *file,
        const struct service_options *options, struct error *err)
{
        const struct service_warm *warm = warm_of(options, file);
        char warm_line[32], enabled_line[32], then[32], id[64], image[100], variant_image[200];
        char *text = NULL;
        const char *words[4][2] = {{NULL}};
        size_t count = 0;
        if (io_read_file(from, FILE_MAX, &text, err) < 0)
                return -1;
        find_line(text, "  warm: ", warm_line, sizeof warm_line);
        find_line(text, "enabled: ", enabled_line, sizeof enabled_line);
        free(text);
        if (warm && !*warm_line)
                return error_set(err, "%s: no warm", from);
        if (warm) {
                snprintf(then, sizeof then, "  warm: %u", warm->warm);
                words[count][0] = warm_line;
                words[count++][1] = then;
        } else if (!options->all_languages && !is_usual(file)) {
                words[count][0] = *enabled_line ? enabled_line : "\nimage:";
                words[count++][1] = *enabled_line ? "enabled: false" : "\nenabled: false\nimage:";
        }
        if (has_variant(options->variant, file, id)) {
                snprintf(image, sizeof image, "\nimage: sandpool/%s\n", id);
                snprintf(variant_image, sizeof variant_image, "\nimage: sandpool/%s:%.60s\n", id,
                        options->variant);
                words[count][0] = image;
                words[count][1] = variant_image;
        }
        return render(from, to, words, err);
}

static int copy_languages(const struct service *service, const struct service_options *options, char *dir_out,
        struct error *err)
{
        char from[512], dir[64];
        int rc = 0;
        service_source_path("conf/languages", from, sizeof from);
        if (options->all_languages && !options->warm[0].language && !options->variant) {
                strcpy(dir_out, from);
                return 0;
        }
        snprintf(dir, sizeof dir, "%s/languages", service->dir);
        strcpy(dir_out, dir);
        if (mkdir(dir, 0755))
                return error_errno(err, "%s", dir);
        DIR *list = opendir(from);
        if (!list)
                return error_errno(err, "%s", from);
        for (struct dirent *entry; rc == 0 && (entry = readdir(list));) {
                char source[800], target[400];
                if (!ends_with(entry->d_name, ".yaml"))
                        continue;
                snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
                snprintf(target, sizeof target, "%s/%s", dir, entry->d_name);
                rc = copy_language(source, target, entry->d_name, options, err);
        }
        closedir(list);
        return rc;
}

static int write_settings(
        const struct service *service, const struct service_options *options, struct error *err)
{
        char conf[512], languages[512], exercises[512], template[512], workers[16], pool_max[16],
                queue_timeout[16];
        char reuse[16], docker_timeout[16], request_time[16], drain_timeout[16];
        service_source_path("conf", conf, sizeof conf);
        service_source_path("tests/conf/sandpool.yaml", template, sizeof template);
        service_source_path("conf/exercises", exercises, sizeof exercises);
        if (copy_languages(service, options, languages, err))
                return -1;
        snprintf(workers, sizeof workers, "%u", service->workers);
        snprintf(pool_max, sizeof pool_max, "%u", options->pool_max);
        snprintf(queue_timeout, sizeof queue_timeout, "%u",
                options->queue_timeout_s ? options->queue_timeout_s : 10);
        snprintf(reuse, sizeof reuse, "%u", options->reuse ? options->reuse : 200);
        snprintf(docker_timeout, sizeof docker_timeout, "%u",
                options->docker_timeout_s ? options->docker_timeout_s : 30);
        snprintf(request_time, sizeof request_time, "%u",
                options->request_time_s ? options->request_time_s : 60);
        snprintf(drain_timeout, sizeof drain_timeout, "%u",
                options->drain_timeout_s ? options->drain_timeout_s : 60);
        const char *const words[][2] = {{"@REQUEST_TIME@", request_time}, {"@DRAIN_TIMEOUT@", drain_timeout},
                {"@RUN@", service->run_dir}, {"@TCP@", options->tcp ? options->tcp : ""},
                {"@WORKERS@", workers}, {"@INSTANCE@", service->instance}, {"@POOL_MAX@", pool_max},
                {"@QUEUE_TIMEOUT@", queue_timeout}, {"@REUSE@", reuse},
                {"@CPUS@", options->cpus ? options->cpus : ""},
                {"@DOCKER@", options->docker ? options->docker : "/var/run/docker.sock"},
                {"@DOCKER_TIMEOUT@", docker_timeout}, {"@LANGUAGES@", languages}, {"@CONF@", conf},
                {"@EXERCISES@", options->exercises ? options->exercises : exercises}, {NULL, NULL}};
        return render(template, service->settings, words, err);
}

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
        return write_settings(service, options, err);
}

/* The file's end, for a person who reads why a test failed. */
static void add_log_end(const char *path, struct error *err)
{
        char *text = NULL;
        ssize_t size = io_read_file(path, FILE_MAX, &text, NULL);
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

int service_containers(const struct service *service, char ids[SERVICE_CONTAINERS_MAX][65], struct error *err)
{
        /* A daemon that was killed may list for ever what it does not know by its id, so that nobody could
         * remove it: that is not there. */
        static const char script[] =
                "ids=$(docker ps -aq --no-trunc --filter label=sandpool.instance=\"$0\")\n"
                "[ -z \"$ids\" ] || docker inspect -f '{{.Id}}' $ids 2>/dev/null || true";
        int count = 0;
        char *said = spawn_text(err, "sh", "-ec", script, service->instance, NULL);
        if (!said)
                return -1;
        for (char *at = strtok(said, "\n"); at && count < SERVICE_CONTAINERS_MAX; at = strtok(NULL, "\n"))
                snprintf(ids[count++], 65, "%s", at);
        free(said);
        return count;
}

size_t service_workers(const struct service *service, struct process list[PROCESSES_MAX])
{
        size_t count = processes_list(0, service->supervisor, list), workers = 0;
        for (size_t i = 0; i < count; i++)
                if (!strncmp(list[i].name, "sp-worker", 9))
                        list[workers++] = list[i];
        return workers;
}

pid_t service_process(const struct service *service, const char *name)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(0, service->supervisor, list);
        char title[32];
        snprintf(title, sizeof title, "sp-%.12s", name);
        for (size_t i = 0; i < count; i++)
                if (!strcmp(list[i].name, title))
                        return list[i].pid;
        return 0;
}

/* What is left of an ended service: 0, or -1 with err naming it. */
static int nothing_left(const struct service *service, struct error *err)
{
        static const char *const sockets[] = {"fastcgi.sock", "control.sock", "broker.sock", "sandpool.pid"};
        char ids[SERVICE_CONTAINERS_MAX][65], path[128];
        struct process list[PROCESSES_MAX];
        int containers = service_containers(service, ids, err);
        if (containers < 0)
                return -1;
        if (containers > 0)
                return error_set(err, "%d containers are left, %.12s for one", containers, ids[0]);
        if (processes_list(service->session, 0, list) > 0)
                return error_set(err, "process %d (%s) is left", (int)list[0].pid, list[0].name);
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

static int stop_supervisor(struct service *service, struct error *err)
{
        int status = 0;
        if (service->supervisor <= 0)
                return 0;
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
        if ((rc = spawn_wait(service->nginx, clock_ms() + NGINX_STOP_MS, &status, err))) {
                kill(service->nginx, SIGKILL);
                waitpid(service->nginx, &status, 0);
        }
        service->nginx = 0;
        return rc;
}

/* Whatever a failed test left, so that the next one starts from nothing; and the control group of a
 * supervisor that was killed, which the next one of its instance would take over. */
static void remove_leftovers(const struct service *service)
{
        char group[CPU_WEIGHT_PARENT_SIZE];
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(service, ids, NULL);
        for (int i = 0; i < count; i++)
                free(spawn_text(NULL, "docker", "rm", "-f", ids[i], NULL));
        free(spawn_text(NULL, "rm", "-rf", service->dir, NULL));
        snprintf(group, sizeof group, "/sandpool-%s", service->instance);
        cpu_weight_remove(group);
}

int service_stop(struct service *service, struct error *err)
{
        int rc = 0;
        if (!*service->dir)
                return 0;
        if (stop_supervisor(service, err)) {
                add_log_end(service->log, err);
                rc = -1;
        }
        if (stop_nginx(service, err))
                rc = -1;
        if (getenv("SANDPOOL_TEST_KEEP"))
                fprintf(stderr, "kept: %s\n", service->dir);
        else
                remove_leftovers(service);
        *service->dir = '\0';
        return rc;
}

static json_t *take_json(const struct http_request *request, struct error *err)
{
        struct http_response response = {0};
        json_t *json = NULL;
        if (http_send(request, 1, &response, err))
                goto out;
        if (response.status != 200 || !response.json)
                error_set(err, "%s: status %d: %.*s", request->path, response.status,
                        (int)(response.body.size < 300 ? response.body.size : 300),
                        response.body.data ? response.body.data : "");
        else if (!openapi_check(response.method, response.path, response.status, response.json, err))
                json = json_incref(response.json);
out:
        http_clear(&response);
        return json;
}

json_t *service_get(const struct service *service, const char *path, struct error *err)
{
        struct http_request request = {.port = service->port, .path = path};
        return take_json(&request, err);
}

struct question {
        const struct service *service;
        const char *path;
        struct error err;
        json_t *answer;
};

static bool is_answered(void *context)
{
        struct question *question = context;
        question->err = (struct error){0};
        question->answer = service_get(question->service, question->path, &question->err);
        return question->answer != NULL;
}

json_t *service_await(const struct service *service, const char *path, struct error *err)
{
        struct question question = {.service = service, .path = path};
        if (!service_until(is_answered, &question, ANSWER_MS))
                error_set(err, "%s", question.err.text);
        return question.answer;
}

json_t *service_execute(const struct service *service, json_t *body, struct error *err)
{
        char *text = json_dumps(body, JSON_COMPACT);
        struct http_request request = {.port = service->port, .path = "/api/execute", .body = text};
        json_t *json = text ? take_json(&request, err) : NULL;
        free(text);
        json_decref(body);
        return json;
}

int service_sandboxes(const struct service *service, const char *state, struct error *err)
{
        json_t *health = service_get(service, "/api/health", err), *language;
        const char *id;
        json_int_t sum = 0;
        if (!health)
                return -1;
        json_object_foreach(json_object_get(json_object_get(health, "checks"), "languages"), id, language)
                sum += json_integer_value(json_object_get(language, state));
        json_decref(health);
        return (int)sum;
}

bool service_logged(const struct service *service, const char *const *words, char *line, size_t size)
{
        char *text = NULL;
        bool found = false;
        if (io_read_file(service->log, FILE_MAX, &text, NULL) < 0)
                return false;
        for (char *at = strtok(text, "\n"); at && !found; at = strtok(NULL, "\n")) {
                size_t i = 0;
                while (words[i] && strstr(at, words[i]))
                        i++;
                found = !words[i];
                if (found && line)
                        snprintf(line, size, "%s", at);
        }
        free(text);
        return found;
}
