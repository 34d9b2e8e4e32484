/* What a real service writes into its log: of each request one line that says the same as its answer, and at
 * each level what belongs there, by every process, also after a reload changed the level. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/held.h"
#include "tests/integration/http.h"
#include "tests/integration/log_lines.h"
#include "tests/integration/must.h"
#include "tests/integration/service_ask.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 120000
#define CLIENT "127.0.0.9"
#define CONNECTIONS 4 /* one more than the broker lets a process have */

static const char *const levels[] = {"debug", "info", "warning", "error"};
enum { DEBUG, INFO, WARNING, ERROR, LEVELS };

/* One worker and one control worker: each writes the line of a request before it takes the next. */
static int start(void **state)
{
        struct error err = {0};
        struct service_options options = {.workers = 1,
                .pool_max = 2,
                .queue_timeout_s = 50,
                .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        if (service_prepare(&fixture, &options, &err))
                goto failed;
        conf_edit("sandpool.yaml", "languages:\n", "log:\n  level: debug\n\nlanguages:\n");
        if (!service_start_prepared(&fixture, &err))
                return 0;
failed:
        print_error("%s\n", err.text);
        return -1;
}

static json_t *line_of(const char *request_id)
{
        json_t *line = fixture_log_line(request_id);
        if (!line)
                fail_msg("the log has no line of request %s", request_id);
        return line;
}

/* Take what was measured out of a line, after a look at it. */
static void take_measured(json_t *line, bool ran)
{
        static const char *const numbers[] = {"pid", "read_us", "parse_us", "policy_us", "queue_us",
                "steps_us", "start_us", "compile_us", "run_us", "finish_us", "answer_us", "total_us"};
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                if (!json_is_integer(json_object_get(line, numbers[i])))
                        fail_msg("the line has no %s", numbers[i]);
                json_object_del(line, numbers[i]);
        }
        assert_int_equal(strlen(fixture_text(line, "time")), strlen("2026-01-01T00:00:00.000Z"));
        assert_int_equal(strlen(fixture_text(line, "sandbox")), ran ? 12 : 0);
        json_object_del(line, "time");
        json_object_del(line, "sandbox");
}

/* The number of a signal that the answer names; 0 for none. */
static int signal_of(const json_t *answer)
{
        const char *name = fixture_text(answer, "signal");
        for (int number = 1; *name && number < NSIG; number++) {
                const char *its = sigabbrev_np(number);
                if (its && !strcmp(its, name + strlen("SIG")))
                        return number;
        }
        assert_string_equal(name, "");
        return 0;
}

struct asked {
        const char *body, *user, *error;
        int http;
        const char *status, *reason; /* of the answer */
};

/* What a line says but for what was measured: nothing else may stand in it. */
static json_t *expected_line(const struct asked *asked, const json_t *answer)
{
        bool refused = asked->http != 200, ran = !refused && strcmp(asked->status, "blocked");
        size_t violations = json_array_size(json_object_get(answer, "violations"));
        const json_t *exit_code = json_object_get(answer, "exitCode");
        json_t *line = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i}", "level", "info", "process", "worker-1",
                "event", "request", "request", fixture_text(answer, "requestId"), "method", "POST", "path",
                "/api/execute", "client", CLIENT, "http", asked->http);
        if (asked->user)
                json_object_set_new(line, "user", json_string(asked->user));
        if (asked->error)
                json_object_set_new(line, "error", json_string(asked->error));
        if (*asked->reason)
                json_object_set(line, "reason", json_object_get(answer, "reason"));
        if (!refused) {
                json_object_set(line, "status", json_object_get(answer, "status"));
                json_object_set(line, "language", json_object_get(answer, "language"));
        }
        if (ran) {
                json_object_set_new(line, "exit_code",
                        json_integer(json_is_null(exit_code) ? -1 : json_integer_value(exit_code)));
                json_object_set_new(line, "signal", json_integer(signal_of(answer)));
                json_object_set(line, "cpu_ms", json_object_get(answer, "cpuTime"));
                json_object_set(line, "memory_kib", json_object_get(answer, "memory"));
        }
        if (violations)
                json_object_set_new(line, "violations", json_integer((json_int_t)violations));
        return line;
}

static void ask_and_compare(const struct asked *asked)
{
        struct error err = {0};
        struct http_request request = {
                .port = fixture.port, .path = "/api/execute", .body = asked->body, .from = CLIENT};
        struct http_response response = {0};
        must(http_send(&request, 1, &response, &err), &err);
        assert_int_equal(response.status, asked->http);
        assert_string_equal(fixture_text(response.json, "status"), asked->status);
        assert_string_equal(fixture_text(response.json, "reason"), asked->reason);
        json_t *line = line_of(fixture_text(response.json, "requestId"));
        take_measured(line, asked->http == 200 && strcmp(asked->status, "blocked"));
        json_t *expected = expected_line(asked, response.json);
        if (!json_equal(line, expected))
                fail_msg("%s\nis not\n%s", json_dumps(line, JSON_SORT_KEYS),
                        json_dumps(expected, JSON_SORT_KEYS));
        json_decref(expected);
        json_decref(line);
        http_clear(&response);
}

static void a_line_says_what_the_answer_says(void **state)
{
        static const struct asked requests[] = {
                {.body = "{\"code\": \"print(input())\", \"stdin\": \"secret\", \"userId\": \"who\"}",
                        .user = "who",
                        .http = 200,
                        .status = "success",
                        .reason = ""},
                {.body = "{\"code\": \"x = bytes(30000000)\\nraise SystemExit(7)\"}",
                        .http = 200,
                        .status = "error",
                        .reason = "runtime_error"},
                {.body = "{\"code\": \"import os\\nos.kill(os.getpid(), 10)\", \"policy\": \"off\"}",
                        .http = 200,
                        .status = "error",
                        .reason = "runtime_error"},
                {.body = "{\"code\": \"while True: pass\", \"timeout\": 0.5}",
                        .http = 200,
                        .status = "timeout",
                        .reason = "time_limit"},
                {.body = "{\"code\": \"import socket\\nimport ctypes\"}",
                        .http = 200,
                        .status = "blocked",
                        .reason = "policy"},
                {.body = "{\"code\"", .http = 400, .status = "error", .reason = "invalid_json"},
                {.body = "{\"code\": \"print(1)\", \"timout\": 1}",
                        .error = "timout",
                        .http = 422,
                        .status = "error",
                        .reason = "invalid_request"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
                ask_and_compare(&requests[i]);
}

static void run(void)
{
        json_t *answer = fixture_run("python", "print(1)", NULL);
        assert_non_null(answer);
        json_decref(answer);
}

static void probe(void)
{
        struct error err = {0};
        json_t *answer = service_get(&fixture, "/livez", &err);
        if (!answer)
                fail_msg("%s", err.text);
        json_decref(answer);
}

static bool is_another(void *context)
{
        pid_t now = service_process(&fixture, "control");
        return now > 0 && now != *(pid_t *)context;
}

static void kill_control(void)
{
        pid_t control = service_process(&fixture, "control");
        assert_true(control > 0 && !kill(control, SIGKILL));
        assert_true(service_until(is_another, &control, WAIT_MS));
}

/* More connections than the broker lets one process have: it ends one of them, after a word to the log. */
static void be_refused_by_the_broker(void)
{
        char path[64];
        struct error err = {0};
        struct pollfd fds[CONNECTIONS];
        snprintf(path, sizeof path, "%s/broker.sock", fixture.run_dir);
        for (size_t i = 0; i < CONNECTIONS; i++) {
                fds[i] = (struct pollfd){.fd = io_connect_unix(path, SOCK_SEQPACKET, &err), .events = POLLIN};
                if (fds[i].fd < 0)
                        fail_msg("%s", err.text);
        }
        assert_true(io_poll(fds, CONNECTIONS, clock_ms() + WAIT_MS) > 0);
        for (size_t i = 0; i < CONNECTIONS; i++)
                io_close(&fds[i].fd);
}

/* A mistake in the settings; the line that says so comes at every level, and behind all others. */
static void fail_to_reload(void)
{
        char why[1024], *before = conf_edit_read("sandpool.yaml");
        conf_edit("sandpool.yaml", "\n  reuse: ", "\n  resue: ");
        conf_edit_await_refusal(why, sizeof why);
        assert_non_null(strstr(why, "'resue'"));
        conf_edit_write("sandpool.yaml", before);
        free(before);
}

/* What the service is made to do, and from which level on the log is silent about it. */
static const struct {
        const char *process, *event;
        int level;
} events[] = {
        {"broker", "lease.answer", DEBUG},
        {"broker", "sandbox.state", DEBUG},
        {"control", "request", DEBUG},
        {"worker-1", "request", INFO},
        {"supervisor", "reload.begun", INFO},
        {"supervisor", "process.ended", WARNING},
        {"broker", "broker.refused_connection", WARNING},
        {"supervisor", "reload.failed", ERROR},
};

static int number_of(const char *level)
{
        int i = 0;
        while (i < LEVELS && strcmp(levels[i], level))
                i++;
        return i;
}

static bool has(const json_t *lines, const char *process, const char *event, int level)
{
        size_t i;
        json_t *line;
        json_array_foreach(lines, i, line)
        {
                if (!strcmp(fixture_text(line, "process"), process) &&
                        !strcmp(fixture_text(line, "event"), event) &&
                        number_of(fixture_text(line, "level")) == level)
                        return true;
        }
        return false;
}

static void logs_from(int level)
{
        size_t i, from = log_lines_end();
        json_t *line;
        for (int twice = 0; twice < 2; twice++) {
                run();
                probe();
        }
        kill_control();
        be_refused_by_the_broker();
        fail_to_reload();
        json_t *lines = log_lines_of(from, NULL);
        for (i = 0; i < sizeof events / sizeof *events; i++)
                if (has(lines, events[i].process, events[i].event, events[i].level) !=
                        (events[i].level >= level))
                        fail_msg("at level %s the log has%s %s of %s", levels[level],
                                events[i].level >= level ? " no" : "", events[i].event, events[i].process);
        json_array_foreach(lines, i, line)
        {
                if (number_of(fixture_text(line, "level")) < level)
                        fail_msg("at level %s: %s", levels[level], json_dumps(line, 0));
        }
        json_decref(lines);
}

/* By a reload; what is asked next is served by who knows of it. */
static void change_level(int from, int to)
{
        char before[32], after[32];
        snprintf(before, sizeof before, "level: %s", levels[from]);
        snprintf(after, sizeof after, "level: %s", levels[to]);
        conf_edit("sandpool.yaml", before, after);
        conf_edit_reload();
        run();
        probe();
}

static void a_service_started_at_debug_says_all(void **state)
{
        (void)state;
        logs_from(DEBUG);
}

static void a_reload_changes_the_level_of_all(void **state)
{
        static const int steps[] = {DEBUG, ERROR, INFO, WARNING, DEBUG, ERROR};
        (void)state;
        for (size_t i = 1; i < sizeof steps / sizeof *steps; i++) {
                change_level(steps[i - 1], steps[i]);
                logs_from(steps[i]);
        }
}

/* At level error still: a request that we failed. */
static void our_own_failure_is_an_error(void **state)
{
        (void)state;
        size_t from = log_lines_end();
        int running = held_begin(HELD_RUNS);
        assert_true(fixture_await_leased(1, WAIT_MS));
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0 && !kill(broker, SIGKILL));
        json_t *json = held_answer(&running);
        assert_string_equal(fixture_text(json, "reason"), "internal");
        json_t *line = line_of(fixture_text(json, "requestId"));
        assert_string_equal(fixture_text(line, "level"), "error");
        assert_string_equal(fixture_text(line, "reason"), "internal");
        assert_int_equal(json_integer_value(json_object_get(line, "http")), 500);
        assert_string_not_equal(fixture_text(line, "error"), "");
        json_decref(line);
        json_t *lines = log_lines_of(from, "process.ended");
        assert_int_equal(json_array_size(lines), 0);
        json_decref(lines);
        json_decref(json);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_says_what_the_answer_says),
                cmocka_unit_test(a_service_started_at_debug_says_all),
                cmocka_unit_test(a_reload_changes_the_level_of_all),
                cmocka_unit_test(our_own_failure_is_an_error),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
