/* Clients in great number, slow ones and such that leave, each with a token of its own; and a worker that is
 * stopped while its program floods it. */
#include "tests/integration/answer.h"
#include "tests/integration/http.h"
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/stopped_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/id.h"
#include "fcgi/base/io.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define POOL 4
#define WORKERS 32
#define MANY_MAX 512
#define PATIENCE_MS 60000
#define HOLD_UP_MS 20000 /* below queue_timeout */
#define LOG_MAX (16 << 20)
#define OUTPUT 1000000 /* of the programs whose output nobody takes */

static pid_t stopped;  /* a worker */
static int stopped_fd; /* the connection of its client */

static int start(void **state)
{
        struct service_options options = {.pool_max = POOL,
                .queue_timeout_s = 30,
                .request_time_s = 30,
                .warm = {{"python", POOL}, {"javascript", 0}, {"cpp", 0}}};
        struct rlimit files = {4096, 4096};
        (void)state;
        setrlimit(RLIMIT_NOFILE, &files);
        return loaded_start(&options);
}

/* Send the first so many bytes of a request; 0: all. Returns the open connection. */
static int send_request(const char *body, size_t size, size_t bytes)
{
        struct error err = {0};
        struct buffer request = BUFFER_MAX(4 << 20);
        char head[256];
        snprintf(head, sizeof head,
                "POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Connection: close\r\nContent-Length: %zu\r\n\r\n",
                size);
        assert_int_equal(buffer_add_string(&request, head) | buffer_add(&request, body, size), 0);
        int fd = http_connect(fixture.port, &err);
        must(fd < 0 || io_write_all(fd, request.data, bytes ? bytes : request.size, clock_ms() + PATIENCE_MS,
                               &err),
                &err);
        buffer_clear(&request);
        return fd;
}

/* All workers are there; how many of them have more descriptors than an idle one, and the last of these. */
struct workers {
        int at_work; /* wanted */
        pid_t pid;
};

static bool are_at_work(void *context)
{
        struct workers *workers = context;
        struct process list[PROCESSES_MAX];
        int descriptors[PROCESSES_MAX], least = INT_MAX, more = 0;
        size_t count = service_workers(&fixture, list);
        for (size_t i = 0; i < count; i++) {
                descriptors[i] = processes_descriptors(list[i].pid);
                if (descriptors[i] >= 0 && descriptors[i] < least)
                        least = descriptors[i];
        }
        for (size_t i = 0; i < count; i++)
                if (descriptors[i] > least) {
                        workers->pid = list[i].pid;
                        more++;
                }
        return count == WORKERS && more == workers->at_work;
}

static pid_t await_at_work(int number)
{
        struct workers workers = {.at_work = number};
        if (!service_until(are_at_work, &workers, PATIENCE_MS))
                fail_msg("not %d workers at work", number);
        return workers.pid;
}

static bool has_no_sandboxes_at_work(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        (void)context;
        return service_sandboxes(&fixture, "leased", NULL) == 0 &&
               service_containers(&fixture, ids, NULL) <= POOL;
}

/* Nobody reads what the program writes; the broker's deadline ends that, though neither the runner's report
 * nor the worker's word ever comes. */
static void a_worker_is_stopped_under_a_flood(void **state)
{
        static const char body[] = "{\"code\": \"import time\\nprint('on', flush=True)\\ntime.sleep(12)\\n"
                                   "while True: print('x' * 1000)\", \"timeout\": 15}";
        (void)state;
        await_at_work(0);
        stopped_fd = send_request(body, strlen(body), 0);
        assert_true(fixture_await_leased(1, PATIENCE_MS));
        stopped = await_at_work(1);
        assert_true(stopped > 0 && !kill(stopped, SIGSTOP));
        assert_true(service_until(has_no_sandboxes_at_work, NULL, PATIENCE_MS));
        json_t *answer = fixture_run("python", "print('others')", NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), "others\n");
        json_decref(answer);
}

static bool is_replaced(void *context)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(&fixture, list);
        (void)context;
        for (size_t i = 0; i < count; i++)
                if (list[i].pid == stopped)
                        return false;
        return count == WORKERS;
}

/* The watchdog's time: the longest that a request may take, and ten seconds. */
static void the_stopped_worker_is_replaced(void **state)
{
        struct buffer answer = BUFFER_MAX(1 << 20);
        (void)state;
        assert_true(stopped > 0);
        assert_true(service_until(is_replaced, NULL, 3 * PATIENCE_MS));
        assert_int_equal(http_read_to_end(stopped_fd, &answer, clock_ms() + PATIENCE_MS), 0);
        assert_true(answer.size > 12);
        assert_memory_equal(answer.data, "HTTP/1.1 503", 12);
        buffer_clear(&answer);
        io_close(&stopped_fd);
        loaded_nothing_is_left();
}

/* Requests that nginx sent away, so far. */
static int sent_away(void)
{
        char path[128], *text = NULL;
        int count = 0;
        snprintf(path, sizeof path, "%s/nginx/access.log", fixture.run_dir);
        if (io_read_file(path, LOG_MAX, &text, NULL) > 0)
                for (const char *at = text; (at = strstr(at, "\"status\":503")); at++)
                        count++;
        free(text);
        return count;
}

static bool are_sent_away(void *context)
{
        return sent_away() >= *(int *)context;
}

/* Nobody gets a sandbox until nginx has sent so many away. Returns a process that exits with 0 when that came
 * to be. */
static pid_t hold_up_until_sent_away(int number)
{
        int all = sent_away() + number;
        pid_t broker = stopped_broker_begin(&fixture);
        assert_true(broker > 0);
        pid_t pid = fork();
        if (pid)
                return pid;
        bool came = service_until(are_sent_away, &all, HOLD_UP_MS);
        _exit(stopped_broker_end(&fixture, broker) || !came);
}

/* As many as there are workers wait for their turn and get it; each of the others is sent away at once. */
static void many_at_once(int many)
{
        int status = -1;
        static struct http_request requests[MANY_MAX];
        static struct http_response responses[MANY_MAX];
        static char bodies[MANY_MAX][160], tokens[MANY_MAX][ID_SIZE];
        struct error err = {0};
        int served = 0;
        memset(responses, 0, sizeof responses);
        for (int i = 0; i < many; i++) {
                id_new(tokens[i]);
                snprintf(bodies[i], sizeof bodies[i],
                        "{\"code\": \"import time\\ntime.sleep(0.1)\\nprint('%.32s')\"}", tokens[i]);
                requests[i] = (struct http_request){
                        .port = fixture.port, .path = "/api/execute", .body = bodies[i]};
        }
        pid_t holder = hold_up_until_sent_away(many - WORKERS);
        must(http_send(requests, (size_t)many, responses, &err), &err);
        must(spawn_wait(holder, clock_ms() + PATIENCE_MS, &status, &err), &err);
        assert_int_equal(status, 0);
        for (int i = 0; i < many; i++) {
                must(answer_check(&responses[i], &err), &err);
                assert_true(responses[i].status == 200 || responses[i].status == 503);
                if (responses[i].status == 200) {
                        served++;
                        assert_memory_equal(
                                fixture_text(responses[i].json, "output"), tokens[i], ID_SIZE - 1);
                } else {
                        assert_string_equal(fixture_text(responses[i].json, "reason"), "busy");
                }
                http_clear(&responses[i]);
        }
        assert_in_range(served, WORKERS - 1, WORKERS);
        loaded_nothing_is_left();
}

static void two_hundred_at_once(void **state)
{
        (void)state;
        many_at_once(200);
}

static void five_hundred_at_once(void **state)
{
        (void)state;
        many_at_once(512);
}

/* An answer that its client does not take holds no worker, and is still whole when it is taken at last. */
static void who_reads_late(void **state)
{
        int fds[16];
        char tokens[16][ID_SIZE], body[256];
        (void)state;
        loaded_begin(POOL);
        for (int i = 0; i < 16; i++) {
                id_new(tokens[i]);
                snprintf(body, sizeof body, "{\"code\": \"print('%.32s' * %d)\"}", tokens[i],
                        OUTPUT / (ID_SIZE - 1));
                fds[i] = send_request(body, strlen(body), 0);
        }
        loaded_await_served(2 * POOL);
        for (int i = 0; i < 16; i++) {
                struct buffer answer = BUFFER_MAX(8 << 20);
                assert_int_equal(http_read_to_end(fds[i], &answer, clock_ms() + PATIENCE_MS), 0);
                assert_int_equal(buffer_add(&answer, "", 1), 0);
                io_close(&fds[i]);
                char *at = strstr(answer.data, "\r\n\r\n");
                assert_non_null(at);
                if (!strncmp(answer.data, "HTTP/1.1 200", 12)) {
                        at = strstr(at, "\"output\":\"");
                        assert_non_null(at);
                        at += strlen("\"output\":\"");
                        for (int j = 0; j < OUTPUT / (ID_SIZE - 1); j++, at += ID_SIZE - 1)
                                assert_memory_equal(at, tokens[i], ID_SIZE - 1);
                        assert_memory_equal(at, "\\n\"", 3);
                } else {
                        assert_memory_equal(answer.data, "HTTP/1.1 503", 12);
                }
                buffer_clear(&answer);
        }
        loaded_end(2 * POOL);
}

/* Half a body, then nothing: no worker ever hears of it. */
static void who_leaves_in_mid_upload(void **state)
{
        static char body[1 << 20];
        int fds[64];
        (void)state;
        memset(body, ' ', sizeof body);
        loaded_begin(POOL);
        for (int i = 0; i < 64; i++)
                fds[i] = send_request(body, sizeof body, sizeof body / 2);
        loaded_await_served(POOL);
        for (int i = 0; i < 64; i++)
                io_close(&fds[i]);
        loaded_end(2 * POOL);
}

static void who_leaves_in_mid_run(void **state)
{
        static const char body[] = "{\"code\": \"import time\\nwhile True: time.sleep(1)\", \"timeout\": 30, "
                                   "\"userId\": \"leaver\"}";
        static const char *const noticed[] = {"\"user\":\"leaver\"", "\"http\":499", NULL};
        static const char *const ran_on[] = {"\"user\":\"leaver\"", "\"http\":200", NULL};
        int fds[3 * POOL];
        (void)state;
        for (int i = 0; i < 3 * POOL; i++)
                fds[i] = send_request(body, strlen(body), 0);
        assert_true(fixture_await_leased(POOL, PATIENCE_MS)); /* the others wait for their turn */
        for (int i = 0; i < 3 * POOL; i++)
                io_close(&fds[i]);
        assert_true(fixture_await_leased(0, PATIENCE_MS));
        loaded_begin(POOL);
        loaded_end(2 * POOL);
        assert_true(service_logged(&fixture, noticed, NULL, 0));
        assert_false(service_logged(&fixture, ran_on, NULL, 0));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_worker_is_stopped_under_a_flood),
                cmocka_unit_test(the_stopped_worker_is_replaced),
                cmocka_unit_test(two_hundred_at_once),
                cmocka_unit_test(five_hundred_at_once),
                LOADED_TEST(who_reads_late),
                LOADED_TEST(who_leaves_in_mid_upload),
                LOADED_TEST(who_leaves_in_mid_run),
        };
        return cmocka_run_group_tests(tests, start, loaded_stop);
}
