/* The Docker client against a daemon that misbehaves: a small fake one, because a real one cannot be made to
 * answer garbage. */
#include "fcgi/sandbox/engine.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/attach.h"
#include "tests/unit/fake_daemon.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* For a daemon that answers or closes, and may not get a processor for seconds; for one that is to be given
 * up. */
#define PATIENT_MS 60000
#define HASTY_MS 300

/* What the fake daemon says to a request whose path contains the key; then it closes the connection, unless
 * it hangs. */
static const struct reply {
        const char *key, *bytes;
        int hang;
} replies[] = {
        {"/good", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", 0},
        {"/refused", "HTTP/1.1 409 Conflict\r\nContent-Length: 23\r\n\r\n{\"message\":\"no, sorry\"}", 0},
        {"/broken", "HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\n{\"m", 0},
        {"/garbage", "\x01\x02\x03 not HTTP at all\r\n\r\n", 0},
        {"/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"Id\":", 0},
        {"/slow", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfi", 1},
        {"/silent", "", 1},
        {"/lines", "HTTP/1.1 200 OK\r\n\r\none\ntwo\nhalf", 0},
        {"/containers/switched/attach", "HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\nSTREAM", 1},
        {"/containers/gone/attach", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 1},
        {"/containers/short/attach", "HTTP/1.1 200", 0},
};

static struct fake_daemon misbehaving;
static int talk[2]; /* with a connection of it: the test's end, the daemon's */

/* More than anybody takes, but not without end: who took it all would have an answer. */
static void send_flood(int fd)
{
        static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
        static char bytes[65536];
        if (write(fd, head, sizeof head - 1) < 0)
                return;
        for (size_t sent = 0; sent < 32 * ENGINE_BODY_MAX; sent += sizeof bytes)
                if (write(fd, bytes, sizeof bytes) != sizeof bytes)
                        return;
}

#define BURST_LINES 100 /* of 1,000 bytes: more than a client keeps of a followed answer */

/* When told to, all lines at once; then it says so. */
static void send_burst(int fd)
{
        static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
        int size = 4 * BURST_LINES * 1000;
        char line[1001], told;
        if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) ||
                write(fd, head, sizeof head - 1) < 0 || write(talk[1], "?", 1) != 1 ||
                read(talk[1], &told, 1) != 1)
                return;
        for (int i = 0; i < BURST_LINES; i++) {
                snprintf(line, sizeof line, "%0999d\n", i);
                if (write(fd, line, 1000) != 1000)
                        return;
        }
        if (write(talk[1], "!", 1) != 1)
                return;
}

static void serve(int fd, const char *request)
{
        char bytes[4096];
        if (strstr(request, "/burst"))
                send_burst(fd);
        if (strstr(request, "/flood"))
                send_flood(fd);
        for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
                if (!strstr(request, replies[i].key))
                        continue;
                io_write_all(fd, replies[i].bytes, strlen(replies[i].bytes), -1, NULL);
                if (replies[i].hang) /* until the client gives up */
                        while (read(fd, bytes, sizeof bytes) > 0)
                                ;
        }
}

static int start_daemon(void **state)
{
        (void)state;
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, talk))
                return -1;
        return fake_daemon_start(&misbehaving, serve);
}

static int stop_daemon(void **state)
{
        (void)state;
        return fake_daemon_stop(&misbehaving);
}

struct outcome {
        int calls, status;
        char body[32], problem[128];
        char lines[64];
        int in_order; /* lines that are the next number */
};

static void on_done(void *context, const struct engine_answer *answer)
{
        struct outcome *outcome = context;
        outcome->calls++;
        outcome->status = answer->status;
        snprintf(outcome->body, sizeof outcome->body, "%s", answer->body);
        snprintf(outcome->problem, sizeof outcome->problem, "%s", answer->problem);
}

static void on_line(void *context, const char *line)
{
        struct outcome *outcome = context;
        snprintf(outcome->lines + strlen(outcome->lines), sizeof outcome->lines - strlen(outcome->lines),
                "[%s]", line);
}

static void run(struct engine *engine, struct outcome *outcome)
{
        int64_t deadline = clock_ms() + 2 * PATIENT_MS;
        while (!outcome->calls && clock_ms() < deadline)
                assert_int_equal(engine_wait(engine, NULL, 0, 100, NULL), 0);
}

static struct outcome get_within(uint32_t timeout_ms, const char *socket_path, const char *what, int follow)
{
        struct outcome outcome = {0};
        struct engine *engine = engine_new(socket_path, timeout_ms, NULL);
        assert_non_null(engine);
        assert_non_null(follow ? engine_follow(engine, what, on_line, on_done, &outcome)
                               : engine_begin(engine, "GET", what, NULL, 0, on_done, &outcome));
        run(engine, &outcome);
        engine_free(engine);
        assert_int_equal(outcome.calls, 1);
        return outcome;
}

static struct outcome get(const char *socket_path, const char *what, int follow)
{
        return get_within(PATIENT_MS, socket_path, what, follow);
}

static void a_good_answer_comes_whole(void **state)
{
        (void)state;
        struct outcome outcome = get(misbehaving.path, "/good", 0);
        assert_int_equal(outcome.status, 200);
        assert_string_equal(outcome.body, "fine");
}

static void the_daemons_own_words_are_passed_on(void **state)
{
        (void)state;
        struct outcome outcome = get(misbehaving.path, "/refused", 0);
        assert_int_equal(outcome.status, 409);
        assert_string_equal(outcome.problem, "no, sorry");
        outcome = get(misbehaving.path, "/broken", 0);
        assert_int_equal(outcome.status, 500);
        assert_string_equal(outcome.problem, "no reason given");
}

static void bad_answers_are_no_answers(void **state)
{
        (void)state;
        static const struct {
                const char *what;
                uint32_t timeout_ms;
        } bad[] = {{"/garbage", PATIENT_MS}, {"/truncated", PATIENT_MS}, {"/slow", HASTY_MS},
                {"/silent", HASTY_MS}, {"/flood", PATIENT_MS}, {"/closes", PATIENT_MS}};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                struct outcome outcome = get_within(bad[i].timeout_ms, misbehaving.path, bad[i].what, 0);
                assert_int_equal(outcome.status, 0);
                assert_string_not_equal(outcome.problem, "");
        }
}

static void nobody_listening_is_no_answer(void **state)
{
        (void)state;
        char none[80];
        snprintf(none, sizeof none, "%s/none.sock", misbehaving.folder);
        struct outcome outcome = get(none, "/good", 0);
        assert_int_equal(outcome.status, 0);
        assert_string_not_equal(outcome.problem, "");
}

static void whole_lines_are_handed_out(void **state)
{
        (void)state;
        struct outcome outcome = get(misbehaving.path, "/lines", 1);
        assert_string_equal(outcome.lines, "[one][two]");
}

static void on_number(void *context, const char *line)
{
        struct outcome *outcome = context;
        outcome->in_order += strlen(line) == 999 && atoi(line) == outcome->in_order;
}

/* What an answer without end brought while nobody looked is not too much, however many lines it is. */
static void lines_that_waited_are_handed_out(void **state)
{
        (void)state;
        struct outcome outcome = {0};
        char told;
        struct engine *engine = engine_new(misbehaving.path, PATIENT_MS, NULL);
        assert_non_null(engine_follow(engine, "/burst", on_number, on_done, &outcome));
        struct pollfd asked = {.fd = talk[0], .events = POLLIN};
        int64_t deadline = clock_ms() + PATIENT_MS;
        while (!asked.revents && clock_ms() < deadline)
                assert_int_equal(engine_wait(engine, &asked, 1, 100, NULL), 0);
        assert_int_equal(read(talk[0], &told, 1), 1);
        assert_int_equal(outcome.in_order, 0);
        assert_int_equal(write(talk[0], "!", 1), 1);
        assert_int_equal(read(talk[0], &told, 1), 1); /* all of it is there */
        run(engine, &outcome);
        engine_free(engine);
        assert_string_equal(outcome.problem, "");
        assert_int_equal(outcome.status, 200);
        assert_int_equal(outcome.in_order, BURST_LINES);
}

static void a_line_without_end_ends_the_answer(void **state)
{
        (void)state;
        struct outcome outcome = get(misbehaving.path, "/flood", 1);
        assert_int_equal(outcome.status, 0);
        assert_string_not_equal(outcome.problem, "");
        assert_string_equal(outcome.lines, "");
}

static void a_cancelled_call_says_nothing(void **state)
{
        (void)state;
        struct outcome silent = {0}, good = {0};
        struct engine *engine = engine_new(misbehaving.path, PATIENT_MS, NULL);
        struct engine_call *call = engine_begin(engine, "GET", "/silent", NULL, 0, on_done, &silent);
        engine_begin(engine, "GET", "/good", NULL, 0, on_done, &good);
        engine_cancel(call);
        run(engine, &good);
        engine_free(engine);
        assert_int_equal(good.status, 200);
        assert_int_equal(silent.calls, 0);
}

static void versions_are_negotiated(void **state)
{
        (void)state;
        static const struct {
                const char *api, *min, *prefix;
        } cases[] = {
                {"1.41", "1.12", "/v1.41"},
                {"1.40", NULL, "/v1.40"},
                {"1.52", "1.44", "/v1.44"},
                {"1.39", "1.12", NULL},
                {"1.60", "1.45", NULL},
                {"latest", NULL, NULL},
                {NULL, NULL, NULL},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {0};
                struct engine *engine = engine_new(misbehaving.path, PATIENT_MS, NULL);
                int rc = engine_use_version(engine, cases[i].api, cases[i].min, &err);
                assert_int_equal(rc, cases[i].prefix ? 0 : -1);
                assert_string_equal(engine_prefix(engine), cases[i].prefix ? cases[i].prefix : "");
                assert_int_equal(*err.text != '\0', rc != 0);
                engine_free(engine);
        }
}

/* Returns what attach_continue said last, -2 when nothing came for PATIENT_MS. */
static int attach(const char *container, char *stream, size_t size)
{
        struct attach attach = {.fd = -1};
        struct error err = {0};
        int rc = attach_begin(&attach, misbehaving.path, "", container, &err);
        while (!rc) {
                struct pollfd fd = {.fd = attach.fd, .events = POLLIN};
                rc = io_poll(&fd, 1, clock_ms() + PATIENT_MS) > 0 ? attach_continue(&attach, &err) : -2;
        }
        ssize_t got = rc == 1 ? recv(attach.fd, stream, size - 1, 0) : 0;
        stream[got > 0 ? got : 0] = '\0';
        attach_close(&attach);
        assert_int_equal(attach.fd, -1);
        assert_int_equal(*err.text != '\0', rc == -1);
        return rc;
}

/* What a series of the metrics says; 0 when it is not there. */
static int counted(const char *series)
{
        struct buffer page = BUFFER_MAX(4 << 20);
        char line[200];
        assert_int_equal(metrics_text(&page) || buffer_add(&page, "", 1), 0);
        snprintf(line, sizeof line, "\nsandpool_engine_call%s ", series);
        const char *at = strstr(page.data, line);
        int value = at ? atoi(at + strlen(line)) : 0;
        buffer_clear(&page);
        return value;
}

static struct tally {
        int ok, failed, timed;
} tally(const char *call)
{
        char ok[100], failed[100], timed[100];
        snprintf(ok, sizeof ok, "s_total{call=\"%s\",result=\"ok\"}", call);
        snprintf(failed, sizeof failed, "s_total{call=\"%s\",result=\"failed\"}", call);
        snprintf(timed, sizeof timed, "_duration_seconds_count{call=\"%s\"}", call);
        return (struct tally){counted(ok), counted(failed), counted(timed)};
}

static void has_grown(const char *call, struct tally from, int ok, int failed, int timed)
{
        struct tally now = tally(call);
        assert_int_equal(now.ok - from.ok, ok);
        assert_int_equal(now.failed - from.failed, failed);
        assert_int_equal(now.timed - from.timed, timed);
}

/* Each call has ended well or not; those that the daemon answered, whatever it said, have a time. */
static void calls_are_counted_by_how_they_end(void **state)
{
        (void)state;
        static const struct {
                const char *what;
                int ok, failed, timed;
        } calls[] = {{"/good", 1, 0, 1}, {"/refused", 0, 1, 1}, {"/broken", 0, 1, 1}, {"/silent", 0, 1, 0},
                {"/closes", 0, 1, 0}, {"/garbage", 0, 1, 0}};
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
                struct tally before = tally("other");
                uint32_t timeout_ms = strcmp(calls[i].what, "/silent") ? PATIENT_MS : HASTY_MS;
                get_within(timeout_ms, misbehaving.path, calls[i].what, 0);
                has_grown("other", before, calls[i].ok, calls[i].failed, calls[i].timed);
        }
        struct tally before = tally("other");
        get(misbehaving.path, "/lines", 1);
        has_grown("other", before, 0, 0, 0); /* it ends when the daemon does */
}

static void attachments_are_counted_too(void **state)
{
        (void)state;
        static const struct {
                const char *container;
                int ok, failed, timed;
        } attachments[] = {{"switched", 1, 0, 1}, {"gone", 0, 1, 1}, {"short", 0, 1, 0}};
        char stream[32], none[80];
        for (size_t i = 0; i < sizeof attachments / sizeof *attachments; i++) {
                struct tally before = tally("attach");
                attach(attachments[i].container, stream, sizeof stream);
                has_grown("attach", before, attachments[i].ok, attachments[i].failed, attachments[i].timed);
        }
        struct attach attach = {.fd = -1};
        struct tally before = tally("attach");
        snprintf(none, sizeof none, "%s/none.sock", misbehaving.folder);
        assert_int_equal(attach_begin(&attach, none, "", "switched", NULL), -1);
        attach_close(&attach);
        has_grown("attach", before, 0, 1, 0);
        /* One that is not wanted any more has not failed; one that was waited for in vain has. */
        for (int late = 0; late < 2; late++) {
                before = tally("attach");
                assert_int_equal(attach_begin(&attach, misbehaving.path, "", "silent", NULL), 0);
                if (late)
                        attach.began_us -= ATTACH_TIMEOUT_MS * INT64_C(1000);
                else
                        attach.began_us += ATTACH_TIMEOUT_MS * INT64_C(1000);
                attach_close(&attach);
                has_grown("attach", before, 0, late, 0);
        }
}

static void the_stream_begins_right_behind_the_head(void **state)
{
        (void)state;
        char stream[32];
        assert_int_equal(attach("switched", stream, sizeof stream), 1);
        assert_string_equal(stream, "STREAM");
        assert_int_equal(attach("gone", stream, sizeof stream), -1);
        assert_int_equal(attach("short", stream, sizeof stream), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_answer_comes_whole),
                cmocka_unit_test(the_daemons_own_words_are_passed_on),
                cmocka_unit_test(bad_answers_are_no_answers),
                cmocka_unit_test(nobody_listening_is_no_answer),
                cmocka_unit_test(whole_lines_are_handed_out),
                cmocka_unit_test(lines_that_waited_are_handed_out),
                cmocka_unit_test(a_line_without_end_ends_the_answer),
                cmocka_unit_test(a_cancelled_call_says_nothing),
                cmocka_unit_test(versions_are_negotiated),
                cmocka_unit_test(the_stream_begins_right_behind_the_head),
                cmocka_unit_test(calls_are_counted_by_how_they_end),
                cmocka_unit_test(attachments_are_counted_too),
        };
        signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
