/* Two instances of the service on TCP behind one nginx, as on two hosts: one dies under load, and comes back;
 * then a third host that drops packets. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/answer.h"
#include "tests/integration/nginx_place.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
#include "tests/integration/stopped_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 16
#define PATIENCE_MS 60000
#define HALF_MS 30000 /* below queue_timeout */
#define PROGRAM "{\"code\": \"import time\\ntime.sleep(%s)\\nprint(%d)\", \"policy\": \"off\"}"

static struct service hosts[2];
static int ports[2];

/* A host that drops packets: a listening socket whose queue is full, so that to connect takes for ever. */
static struct {
        int listening, queued;
        int port;
} hole = {-1, -1, 0};

static int dig_hole(struct error *err)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        hole.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (hole.listening < 0 || bind(hole.listening, (struct sockaddr *)&address, sizeof address) ||
                listen(hole.listening, 0) || getsockname(hole.listening, (struct sockaddr *)&address, &size))
                return error_errno(err, "a socket that nobody accepts from");
        hole.port = ntohs(address.sin_port);
        hole.queued = http_connect(hole.port, err);
        struct pollfd full = {hole.listening, POLLIN, 0};
        if (hole.queued < 0)
                return -1;
        return io_poll(&full, 1, clock_ms() + PATIENCE_MS) == 1 ? 0 : error_set(err, "nothing is queued");
}

/* The example for several hosts, with those that there are here. */
static int start_nginx(void)
{
        char change[768], third[64] = "";
        if (hole.port)
                snprintf(third, sizeof third, "server 127.0.0.1:%d max_conns=32;", hole.port);
        snprintf(change, sizeof change,
                "sed -e s/10.0.0.11:9000/127.0.0.1:%d/ -e s/10.0.0.11:9001/127.0.0.1:%d/ -e "
                "s/10.0.0.12:9000/127.0.0.1:%d/ "
                "-e s/10.0.0.12:9001/127.0.0.1:%d/ -e s/fail_timeout=5s/fail_timeout=1s/ "
                "nginx/examples/upstream-several-hosts.conf >nginx/upstream.conf; "
                "sed -i 's/least_conn;/& %s/' nginx/upstream.conf; "
                "sed -i 's/ if=.sandpool_log//' nginx/nginx.conf",
                ports[0], ports[0] + 1, ports[1], ports[1] + 1, third);
        return nginx_place_start(change);
}

static bool accepts(void *context)
{
        int fd = http_connect(*(int *)context, NULL);
        bool does = fd >= 0;
        io_close(&fd);
        return does;
}

static int start(void **state)
{
        struct error err = {0};
        (void)state;
        for (int i = 0; i < 2; i++) {
                char tcp[32];
                ports[i] = service_free_ports(2);
                snprintf(tcp, sizeof tcp, "127.0.0.1:%d", ports[i]);
                struct service_options options = {.workers = 32,
                        .pool_max = 2,
                        .queue_timeout_s = 60,
                        .tcp = tcp,
                        .warm = {{"python", 2}}};
                if (service_prepare(&hosts[i], &options, &err) || service_launch(&hosts[i], &err) ||
                        !service_until(accepts, &ports[i], PATIENCE_MS)) {
                        fprintf(stderr, "start: %s\n", err.text);
                        return -1;
                }
        }
        return start_nginx();
}

static int start_with_hole(void **state)
{
        struct error err = {0};
        if (dig_hole(&err)) {
                fprintf(stderr, "start: %s\n", err.text);
                return -1;
        }
        return start(state);
}

static int stop(void **state)
{
        struct error err = {0};
        int rc = nginx_place_stop(state);
        io_close(&hole.listening);
        io_close(&hole.queued);
        for (int i = 0; i < 2; i++)
                rc |= service_stop(&hosts[i], &err);
        if (rc)
                fprintf(stderr, "stop: %s\n", err.text);
        return rc;
}

/* How many programs an instance has run to their end. */
static int runs_logged(const struct service *host, const char *id)
{
        char *text = NULL;
        int count = 0;
        if (io_read_file(host->log, 16 << 20, &text, NULL) < 0)
                return 0;
        for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n"))
                count += strstr(at, "\"event\":\"request\"") && strstr(at, id ? id : "") &&
                         strstr(at, "\"path\":\"/api/execute\"");
        free(text);
        return count;
}

struct more {
        const struct service *host;
        int than;
};

static bool has_more(void *context)
{
        const struct more *more = context;
        return runs_logged(more->host, NULL) > more->than;
}

/* A process that kills an instance as soon as it has answered one more program. */
static pid_t killer(const struct service *host)
{
        struct more more = {host, runs_logged(host, NULL)};
        pid_t pid = fork();
        if (pid)
                return pid;
        if (service_until(has_more, &more, PATIENCE_MS))
                kill(host->supervisor, SIGKILL);
        _exit(0);
}

static void send_all(struct http_response responses[AT_ONCE], const char *seconds)
{
        static char bodies[AT_ONCE][128];
        struct http_request requests[AT_ONCE] = {0};
        struct error err = {0};
        for (int i = 0; i < AT_ONCE; i++) {
                snprintf(bodies[i], sizeof bodies[i], PROGRAM, seconds, 1000 + i);
                requests[i] =
                        (struct http_request){.port = place.port, .path = "/api/execute", .body = bodies[i]};
        }
        assert_int_equal(http_send(requests, AT_ONCE, responses, &err), 0);
        for (int i = 0; i < AT_ONCE; i++) {
                char expected[16];
                snprintf(expected, sizeof expected, "%d\n", 1000 + i);
                if (answer_check(&responses[i], &err))
                        fail_msg("%s", err.text);
                if (responses[i].status == 200)
                        assert_string_equal(
                                json_string_value(json_object_get(responses[i].json, "output")), expected);
        }
}

static void all_are_served(void)
{
        struct http_response responses[AT_ONCE] = {0};
        send_all(responses, "0.3");
        for (int i = 0; i < AT_ONCE; i++) {
                assert_int_equal(responses[i].status, 200);
                http_clear(&responses[i]);
        }
}

/* Established connections of others to an instance. */
static int connections_to(int port)
{
        char line[512];
        unsigned local, state;
        int count = 0;
        FILE *file = fopen("/proc/net/tcp", "re");
        if (!file)
                return -1;
        while (fgets(line, sizeof line, file))
                count += sscanf(line, "%*d: %*x:%x %*x:%*x %x", &local, &state) == 2 && (int)local == port &&
                         state == 1; /* TCP_ESTABLISHED */
        fclose(file);
        return count;
}

static bool have_half_each(void *context)
{
        (void)context;
        return connections_to(ports[0]) == AT_ONCE / 2 && connections_to(ports[1]) == AT_ONCE / 2;
}

static bool have_brokers(void *context)
{
        pid_t *brokers = context;
        for (int i = 0; i < 2; i++)
                if (!(brokers[i] = service_process(&hosts[i], "broker")))
                        return false;
        return true;
}

/* Nobody gets a sandbox until each instance has half of all requests. Returns a process that exits with 0
 * when that came to be. */
static pid_t hold_up_until_half_each(void)
{
        pid_t brokers[2];
        assert_true(service_until(have_brokers, brokers, PATIENCE_MS));
        for (int i = 0; i < 2; i++)
                assert_int_equal(stopped_broker_begin(&hosts[i]), brokers[i]);
        pid_t pid = fork();
        if (pid)
                return pid;
        bool came = service_until(have_half_each, NULL, HALF_MS);
        for (int i = 0; i < 2; i++)
                came = !stopped_broker_end(&hosts[i], brokers[i]) && came;
        _exit(came ? 0 : 1);
}

static void test_both_serve(void **state)
{
        int status = -1;
        (void)state;
        pid_t holder = hold_up_until_half_each();
        all_are_served();
        assert_int_equal(waitpid(holder, &status, 0), holder);
        assert_int_equal(status, 0); /* least_conn */
        for (int i = 0; i < 2; i++) {
                struct more more = {&hosts[i], AT_ONCE / 2 - 1};
                assert_true(service_until(has_more, &more, PATIENCE_MS));
        }
}

/* How many of those that were served no instance has logged. */
static int unlogged(const struct http_response responses[AT_ONCE])
{
        int count = 0;
        for (int i = 0; i < AT_ONCE; i++) {
                const char *id = json_string_value(json_object_get(responses[i].json, "requestId"));
                count += responses[i].status == 200 && !runs_logged(&hosts[0], id) &&
                         !runs_logged(&hosts[1], id);
        }
        return count;
}

/* But for one that had answered and was killed before it could log that. */
static bool are_logged(void *responses)
{
        return unlogged(responses) <= 1;
}

/* What it had is answered 503 and runs nowhere else; all that came to the other one is served, once. The
 * programs take so long that others are left when it is killed, however late that comes after the first
 * answer. */
static void test_one_dies_under_load(void **state)
{
        struct http_response responses[AT_ONCE] = {0};
        struct error err = {0};
        int lost = 0;
        (void)state;
        pid_t child = killer(&hosts[0]);
        send_all(responses, "3");
        waitpid(child, NULL, 0);
        if (service_gone(&hosts[0], clock_ms() + PATIENCE_MS, &err))
                fail_msg("%s", err.text);
        assert_true(service_until(are_logged, responses, PATIENCE_MS));
        for (int i = 0; i < AT_ONCE; i++) {
                const char *id = json_string_value(json_object_get(responses[i].json, "requestId"));
                int other = runs_logged(&hosts[1], id), both = other + runs_logged(&hosts[0], id);
                if (responses[i].status == 200) {
                        assert_in_range(both, 0, 1);
                } else {
                        assert_int_equal(responses[i].status, 503);
                        assert_int_equal(other, 0);
                        lost++;
                }
                http_clear(&responses[i]);
        }
        assert_in_range(lost, 1, AT_ONCE / 2 - 1);
}

static void test_the_other_serves_alone(void **state)
{
        (void)state;
        for (int round = 0; round < 2; round++)
                all_are_served();
}

static void test_it_comes_back(void **state)
{
        struct error err = {0};
        struct more more = {&hosts[0], runs_logged(&hosts[0], NULL)};
        (void)state;
        if (service_launch(&hosts[0], &err))
                fail_msg("%s", err.text);
        for (int64_t deadline_ms = clock_ms() + PATIENCE_MS; !has_more(&more) && clock_ms() < deadline_ms;)
                all_are_served();
        assert_true(has_more(&more));
}

/* Who came to the third one first waits until nginx gives it up, and is served by another. */
static void test_a_host_drops_packets(void **state)
{
        char tried[64];
        (void)state;
        for (int round = 0; round < 2; round++)
                all_are_served();
        snprintf(tried, sizeof tried, "\"upstream\":\"127.0.0.1:%d, 127.0.0.1:", hole.port);
        free(nginx_place_log(tried));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_both_serve),
                cmocka_unit_test(test_one_dies_under_load),
                cmocka_unit_test(test_the_other_serves_alone),
                cmocka_unit_test(test_it_comes_back),
        };
        const struct CMUnitTest dropping[] = {cmocka_unit_test(test_a_host_drops_packets)};
        int failed = cmocka_run_group_tests(tests, start, stop);
        return failed + cmocka_run_group_tests(dropping, start_with_hole, stop);
}
