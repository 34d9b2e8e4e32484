/* FastCGI spoken directly to the workers' socket, past nginx: split records, lying lengths, half requests. */
#include "tests/integration/answer.h"
#include "tests/integration/fastcgi_client.h"
#include "tests/integration/processes.h"
#include "tests/integration/fixture.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_MAX (8 << 20)
#define ANSWER_MS 60000
#define WORKERS 2 /* so that a worker that is lost is missed at once */

static int start(void **state)
{
        struct service_options options = {.pool_max = 2,
                .queue_timeout_s = 60,
                .workers = WORKERS,
                .warm = {{"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return fixture_start(&options);
}

static int connect_to(const char *name)
{
        char path[128];
        struct error err = {0};
        snprintf(path, sizeof path, "%s/%s", fixture.run_dir, name);
        int fd = io_connect_unix(path, SOCK_STREAM, &err);
        if (fd < 0)
                fail_msg("%s", err.text);
        return fd;
}

/* Send bytes in two pieces (all at once when split is 0) and take the answer. end: no more will come. */
static struct fastcgi_answer exchange(const struct buffer *bytes, size_t split, bool end)
{
        struct fastcgi_answer answer;
        struct error err = {0};
        int fd = connect_to("fastcgi.sock");
        int64_t deadline_ms = clock_ms() + ANSWER_MS;
        /* A peer that gave up may have closed already: what it answered is what counts. */
        if (io_write_all(fd, bytes->data, split, deadline_ms, NULL) == 0)
                io_write_all(fd, bytes->data + split, bytes->size - split, deadline_ms, NULL);
        if (end)
                shutdown(fd, SHUT_WR);
        int rc = fastcgi_client_read(fd, &answer, deadline_ms, &err);
        io_close(&fd);
        if (rc)
                fail_msg("%s", err.text);
        return answer;
}

static void expect(struct fastcgi_answer *answer, int status, const char *reason, const char *name)
{
        struct error err = {0};
        const char *given = json_string_value(json_object_get(answer->json, "reason"));
        if (answer->status != status || (reason && (!given || strcmp(given, reason))))
                fail_msg("%s: status %d reason %s, not %d %s", name, answer->status, given ? given : "null",
                        status, reason ? reason : "");
        if (status == 200 ? answer_check_result(answer->json, &err) : answer_check_error(answer->json, &err))
                fail_msg("%s: %s", name, err.text);
        fastcgi_client_clear(answer);
}

/* The service serves as before: with as many workers as it has, at once. */
static void still_serves(void)
{
        for (int i = 0; i < WORKERS; i++) {
                struct buffer bytes = BUFFER_MAX(REQUEST_MAX);
                static const char body[] = "{\"code\": \"print(42)\"}";
                fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, NULL);
                struct fastcgi_answer answer = exchange(&bytes, 0, false);
                assert_string_equal(json_string_value(json_object_get(answer.json, "output")), "42\n");
                expect(&answer, 200, NULL, "afterwards");
                buffer_clear(&bytes);
        }
}

/* A refused request, so that the many splits cost no runs. */
static void split_at_every_byte(void **state)
{
        static const char body[] = "{\"code\": \"print(1)\", \"language\": \"none\"}";
        struct buffer bytes = BUFFER_MAX(REQUEST_MAX);
        (void)state;
        fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, NULL);
        for (size_t split = 1; split < bytes.size; split++) {
                struct fastcgi_answer answer = exchange(&bytes, split, false);
                expect(&answer, 422, "unknown_language", "split");
        }
        buffer_clear(&bytes);
        still_serves();
}

/* A body in records of one byte each. */
static void records_of_one_byte(void **state)
{
        static const char body[] = "{\"code\": \"print(6 * 7)\"}";
        struct buffer whole = BUFFER_MAX(REQUEST_MAX), bytes = BUFFER_MAX(REQUEST_MAX);
        (void)state;
        char length[16];
        snprintf(length, sizeof length, "%zu", sizeof body - 1);
        fastcgi_client_request(&whole, "POST", "/api/execute", NULL, 0, length);
        buffer_add(&bytes, whole.data, whole.size - 8); /* without the end of stdin */
        for (size_t i = 0; i < sizeof body - 1; i++)
                fastcgi_client_record(&bytes, FASTCGI_STDIN, body + i, 1);
        fastcgi_client_record(&bytes, FASTCGI_STDIN, NULL, 0);
        struct fastcgi_answer answer = exchange(&bytes, 0, false);
        assert_string_equal(json_string_value(json_object_get(answer.json, "output")), "42\n");
        expect(&answer, 200, NULL, "one byte each");
        buffer_clear(&whole);
        buffer_clear(&bytes);
}

static void lying_lengths(void **state)
{
        static const char body[] = "{\"code\": \"print(1)\"}";
        static const struct {
                const char *length;
                int status;
                const char *reason;
        } rows[] = {
                {"5", 400, "invalid_json"}, /* less than there is */
                {"19", 400, "invalid_json"},
                {"21", 400, "invalid_json"}, /* more than there is */
                {"2000000", 400, "invalid_json"},
                {"2097153", 413, "too_large"},
                {"99999999999999999", 413, "too_large"},
                {"18446744073709551616", 400, "invalid_json"}, /* 2^64 */
                {"-1", 400, "invalid_json"},
                {"20x", 400, "invalid_json"},
                {"0x14", 400, "invalid_json"},
                {" 20", 400, "invalid_json"},
                {"", 400, "invalid_json"},
        };
        (void)state;
        assert_int_equal(sizeof body - 1, 20);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct buffer bytes = BUFFER_MAX(REQUEST_MAX);
                fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, rows[i].length);
                struct fastcgi_answer answer = exchange(&bytes, 0, false);
                expect(&answer, rows[i].status, rows[i].reason, rows[i].length);
                buffer_clear(&bytes);
        }
        still_serves();
}

/* Cut off anywhere, with the connection half-closed: answered or dropped, and soon. */
static void cut_off_anywhere(void **state)
{
        static const char body[] = "{\"code\": \"print(1)\"}";
        struct buffer bytes = BUFFER_MAX(REQUEST_MAX);
        (void)state;
        fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, NULL);
        for (size_t size = 1; size < bytes.size - 8; size += 3) {
                struct buffer cut = {.data = bytes.data, .size = size};
                struct fastcgi_answer answer = exchange(&cut, 0, true);
                if (answer.status)
                        expect(&answer, 400, "invalid_json", "cut off");
                fastcgi_client_clear(&answer);
        }
        buffer_clear(&bytes);
        still_serves();
}

/* A peer that falls silent in mid-request is given up; meanwhile others are served. */
static void silent_peer(void **state)
{
        static const char body[] = "{\"code\": \"print(1)\"}";
        struct buffer bytes = BUFFER_MAX(REQUEST_MAX), out = BUFFER_MAX(65536);
        struct error err = {0};
        (void)state;
        fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, NULL);
        int fd = connect_to("fastcgi.sock");
        assert_int_equal(io_write_all(fd, bytes.data, bytes.size - 15, clock_ms() + ANSWER_MS, &err), 0);
        struct buffer other = BUFFER_MAX(REQUEST_MAX);
        fastcgi_client_request(&other, "POST", "/api/execute", body, sizeof body - 1, NULL);
        struct fastcgi_answer answer = exchange(&other, 0, false);
        expect(&answer, 200, NULL, "beside a silent one");
        assert_int_equal(fastcgi_client_read(fd, &answer, clock_ms() + ANSWER_MS, &err), 0);
        if (answer.status)
                expect(&answer, 400, "invalid_json", "silent");
        fastcgi_client_clear(&answer);
        io_close(&fd);
        buffer_clear(&bytes);
        buffer_clear(&out);
        buffer_clear(&other);
        still_serves();
}

/* What is no FastCGI at all. */
static void noise(void **state)
{
        static const struct {
                const char *bytes;
                size_t size;
        } rows[] = {{"GET / HTTP/1.0\r\n\r\n", 18}, {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
                {"\1\1\377\377\377\377\377\377", 8}, {"\1\13\0\0\0\0\0\0", 8},
                {"\1\4\0\1\0\4\0\0\177\177\177\177", 12},
                /* begin, then a parameter whose name claims 2 GiB */
                {"\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\4\0\1\0\10\0\0\377\377\377\377\377\377\377\377\1\4\0\1"
                 "\0\0\0\0",
                        40}};
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                int fd = connect_to("fastcgi.sock");
                struct buffer out = BUFFER_MAX(65536);
                io_write_all(fd, rows[i].bytes, rows[i].size, clock_ms() + ANSWER_MS, NULL);
                shutdown(fd, SHUT_WR);
                if (http_read_to_end(fd, &out, clock_ms() + ANSWER_MS))
                        fail_msg("noise %zu: the connection stays open", i);
                buffer_clear(&out);
                io_close(&fd);
        }
        still_serves();
}

/* Each socket answers its own paths alone. */
static void paths_of_the_other_socket(void **state)
{
        static const char body[] = "{\"code\": \"print(1)\"}";
        struct buffer bytes = BUFFER_MAX(REQUEST_MAX);
        struct error err = {0};
        struct fastcgi_answer answer;
        (void)state;
        fastcgi_client_request(&bytes, "GET", "/api/health", NULL, 0, NULL);
        answer = exchange(&bytes, 0, false);
        expect(&answer, 404, "not_found", "health of a worker");
        buffer_clear(&bytes);
        bytes = BUFFER_MAX(REQUEST_MAX);
        fastcgi_client_request(&bytes, "POST", "/api/execute", body, sizeof body - 1, NULL);
        int fd = connect_to("control.sock");
        assert_int_equal(io_write_all(fd, bytes.data, bytes.size, clock_ms() + ANSWER_MS, &err), 0);
        assert_int_equal(fastcgi_client_read(fd, &answer, clock_ms() + ANSWER_MS, &err), 0);
        expect(&answer, 404, "not_found", "execute of the control worker");
        io_close(&fd);
        buffer_clear(&bytes);
}

/* None of this killed a worker: those of the beginning are those of the end. */
static pid_t workers_at_start[WORKERS];

static void remember_workers(void **state)
{
        (void)state;
        workers_at_start[0] = service_process(&fixture, "worker-1");
        workers_at_start[1] = service_process(&fixture, "worker-2");
        assert_true(workers_at_start[0] > 0 && workers_at_start[1] > 0);
}

static void no_worker_died(void **state)
{
        (void)state;
        assert_int_equal(service_process(&fixture, "worker-1"), workers_at_start[0]);
        assert_int_equal(service_process(&fixture, "worker-2"), workers_at_start[1]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(remember_workers),
                cmocka_unit_test(split_at_every_byte),
                cmocka_unit_test(records_of_one_byte),
                cmocka_unit_test(lying_lengths),
                cmocka_unit_test(cut_off_anywhere),
                cmocka_unit_test(silent_peer),
                cmocka_unit_test(noise),
                cmocka_unit_test(paths_of_the_other_socket),
                cmocka_unit_test(no_worker_died),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
