/* The shipped rate limits in the real nginx: who is counted together, what a refused client gets, keys and
 * tiers, lists, simultaneous runs, preflights. Time-dependent parts run with a faster rate, so that nothing
 * waits long. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/answer.h"
#include "tests/integration/nginx_place.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As shipped. */
#define BURST 10
#define RUNS 4
#define STANDARD_RUNS 8
#define HIGH_RUNS 16
#define READS_BURST 60
#define STANDARD_BURST 60
#define HIGH_BURST 300

#define PATIENCE_MS 60000

#define KEY_A "X-Api-Key: 5ca1ab1e00000000000000000000000000000001"
#define KEY_A_AGAIN "X-Api-Key: 5ca1ab1e00000000000000000000000000000002"
#define KEY_B "X-Api-Key: 5ca1ab1e00000000000000000000000000000003"
#define KEY_HIGH "X-Api-Key: 5ca1ab1e00000000000000000000000000000004"
#define KEY_NO_TIER "X-Api-Key: 5ca1ab1e00000000000000000000000000000005"

/* Loopback addresses but 127.0.0.1 are strangers here. One client in the block-list and one in the
 * allow-list. */
static const char change[] =
        "printf 'allow 127.0.0.1;\\nallow 203.0.113.0/24;\\ndeny all;\\n' >nginx/operators.conf;"
        "printf 'set_real_ip_from 127.0.0.1;\\n' >rate_limit/trusted-proxies.conf;"
        "printf '127.0.0.1 1;\\n203.0.113.0/24 1;\\n2001:db8:a::/48 1;\\n' >rate_limit/allow-list.conf;"
        "printf '198.51.100.0/24 1;\\n198.51.100.9 0;\\n203.0.113.66 1;\\n2001:db8:bad::/48 1;\\n' "
        ">rate_limit/block-list.conf;"
        "printf '\"5ca1ab1e%032d\" \"%s %s\";\\n' 1 school-a standard 2 school-a standard 3 school-b "
        "standard 4 "
        "school-c high 5 school-d gold >rate_limit/api-keys.conf";

static int start(void **state)
{
        (void)state;
        return nginx_place_start(change);
}

/* Everything counts and nothing is refused. */
static int start_dry_run(void **state)
{
        (void)state;
        return nginx_place_start("sed -i 's/dry_run off/dry_run on/' rate_limit/dry-run.conf");
}

/* The smallest zone that nginx takes: it remembers a few hundred clients. */
static int start_small_zone(void **state)
{
        (void)state;
        return nginx_place_start(
                "sed -i 's/zone=sandpool_address:10m/zone=sandpool_address:32k/' rate_limit/zones.conf");
}

/* One request that would run a program, and what became of it. header and other may be NULL. */
static int status_of(const char *path, const char *from, const char *header, const char *other)
{
        struct http_response response = nginx_place_send((struct http_request){
                .path = path, .body = "{}", .from = from, .headers = {header, header ? other : NULL}});
        int status = response.status;
        http_clear(&response);
        return status;
}

/* Whom nginx counts as one, by its first request. It lets burst + 1 requests through at once and another one
 * every so many milliseconds: how many it may have let through is known however slowly the requests are sent.
 */
struct counted {
        const char *from, *header, *other; /* as of status_of */
        int burst, every_ms;
        int64_t since_ms;   /* when the first one was sent; 0: none was */
        int64_t refused_ms; /* when the rate had refused the last one */
        int through; /* of all so far, with those that were refused for what was running, which count too */
};

#define ADDRESS(address)                                                                                     \
        {                                                                                                    \
                .header = "X-Forwarded-For: " address, .burst = BURST, .every_ms = 6000                      \
        }

static struct counted used_up = ADDRESS("192.0.2.1"), too_many = ADDRESS("192.0.2.60");

/* Take note of a request's end and compare. Returns whether the rate let it through. */
static bool note(struct counted *client, const struct http_response *response)
{
        const char *error = json_string_value(json_object_get(response->json, "error"));
        assert_true(response->status < 400 || response->status == 429);
        if (response->status == 429 && !(error && strstr(error, "at once"))) {
                client->refused_ms = clock_ms();
                assert_true(client->through > client->burst);
                return false;
        }
        /* nginx reads a coarser clock. */
        int64_t passed_ms = clock_ms() - client->since_ms + 50;
        assert_in_range(++client->through, 1, client->burst + 1 + passed_ms / client->every_ms);
        return true;
}

static bool ask_once(struct counted *client)
{
        if (!client->since_ms)
                client->since_ms = clock_ms();
        struct http_response response = nginx_place_send((struct http_request){.path = "/api/execute",
                .body = "{}",
                .from = client->from,
                .headers = {client->header, client->header ? client->other : NULL}});
        bool through = note(client, &response);
        http_clear(&response);
        return through;
}

static void ask(struct counted *client, int count)
{
        while (count-- > 0)
                ask_once(client);
}

/* Ask until the rate refuses it. */
static void use_up(struct counted *client)
{
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (ask_once(client))
                assert_true(clock_ms() < deadline_ms);
}

/* Whether all of count requests are let through. */
static bool all_pass(int count, const char *header, const char *other)
{
        int through = 0;
        for (int i = 0; i < count; i++)
                through += status_of("/api/execute", NULL, header, other) == 200;
        return through == count;
}

static void expect_header(const struct http_response *response, const char *name, const char *expected)
{
        char value[128];
        assert_int_equal(http_header(response, name, value, sizeof value), expected ? 1 : 0);
        if (expected)
                assert_string_equal(value, expected);
}

static void test_of_20_in_a_row_11_pass(void **state)
{
        struct counted second = ADDRESS("192.0.2.2"), third = ADDRESS("2001:db8:1:2::1");
        struct counted other = ADDRESS("2001:db8:1:3::1"), mapped = ADDRESS("::ffff:192.0.2.3");
        (void)state;
        ask(&used_up, 20);
        use_up(&used_up);
        use_up(&second); /* not affected */
        use_up(&third);
        third.header = "X-Forwarded-For: 2001:db8:1:2:ffff::9"; /* the same /64 */
        ask(&third, 3);
        ask(&other, 3); /* another */
        use_up(&mapped);
        mapped.header = "X-Forwarded-For: 192.0.2.3";
        ask(&mapped, 3);
}

static void test_what_a_refused_client_gets(void **state)
{
        struct counted client = ADDRESS("192.0.2.10");
        struct http_response response;
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        bool through;
        (void)state;
        client.since_ms = clock_ms();
        do {
                assert_true(clock_ms() < deadline_ms);
                response = nginx_place_ask(NULL, "/api/execute", "{}", "192.0.2.10");
                through = note(&client, &response);
                if (through)
                        http_clear(&response);
        } while (through);
        expect_header(&response, "Retry-After", "6");
        expect_header(&response, "RateLimit-Policy", "\"execute\";q=10;w=60;burst=10");
        assert_non_null(strstr(json_string_value(json_object_get(response.json, "error")), "in 6 seconds"));
        nginx_place_expect_error(&response, 429, "rate_limited");
        response = nginx_place_ask(NULL, "/api/execute", "{}", "192.0.2.11");
        expect_header(&response, "RateLimit-Policy", "\"execute\";q=10;w=60;burst=10");
        expect_header(&response, "Retry-After", NULL);
        http_clear(&response);
        response =
                nginx_place_ask(NULL, "/api/languages", NULL, "192.0.2.10"); /* reads have their own limit */
        assert_int_equal(response.status, 200);
        expect_header(&response, "RateLimit-Policy", "\"reads\";q=600;w=60;burst=60");
        http_clear(&response);
        response = nginx_place_ask(NULL, "/api/execute", "{}", NULL); /* whom nothing limits */
        expect_header(&response, "RateLimit-Policy", NULL);
        http_clear(&response);
}

/* Who is no trusted proxy is counted by his own address, whatever he claims. */
static void test_a_forged_header_changes_nothing(void **state)
{
        (void)state;
        struct counted forger = {.from = "127.0.0.5", .burst = BURST, .every_ms = 6000};
        for (int i = 0; i < 20; i++) {
                char header[64];
                snprintf(header, sizeof header, "X-Forwarded-For: %s%d", i % 2 ? "192.0.2.10" : "203.0.113.",
                        i);
                forger.header = header;
                ask_once(&forger);
        }
        struct counted stranger = {.from = "127.0.0.6", .burst = BURST, .every_ms = 6000};
        ask(&stranger, 3);
        /* Through the trusted one, what the client itself wrote in front does not count. */
        struct counted client = ADDRESS("203.0.113.1, 192.0.2.20");
        ask(&client, 20);
        struct http_response response = nginx_place_send((struct http_request){
                .path = "/metrics", .from = "127.0.0.5", .headers = {"X-Forwarded-For: 127.0.0.1"}});
        nginx_place_expect_error(&response, 403, "forbidden");
        assert_int_equal(status_of("/metrics", NULL, NULL, NULL), 200); /* whom it claimed to be */
}

static void test_keys_and_tiers(void **state)
{
        (void)state;
        static const char a[] = "X-Forwarded-For: 192.0.2.30", b[] = "X-Forwarded-For: 192.0.2.31";
        struct counted school = {.header = KEY_A, .other = a, .burst = STANDARD_BURST, .every_ms = 1000};
        struct counted neighbour = {.header = KEY_B, .other = a, .burst = STANDARD_BURST, .every_ms = 1000};
        struct counted address = {.header = a, .burst = BURST, .every_ms = 6000};
        struct counted high = {.header = KEY_HIGH, .other = a, .burst = HIGH_BURST, .every_ms = 100};
        ask(&school, STANDARD_BURST + 20);
        school.header = KEY_A_AGAIN; /* the same client's other key, elsewhere */
        school.other = b;
        ask(&school, 10);
        ask(&neighbour, 5);       /* another client at the same address */
        ask(&address, BURST + 1); /* the address's allowance is untouched */
        ask(&high, STANDARD_BURST + 20);
        struct http_response response = nginx_place_send(
                (struct http_request){.path = "/api/execute", .body = "{}", .headers = {KEY_HIGH, a}});
        expect_header(&response, "RateLimit-Policy", "\"execute\";q=600;w=60;burst=300");
        http_clear(&response);
}

/* An unknown key, or one whose tier nobody defined, is as good as none: no bucket of its own. */
static void test_an_unknown_key_counts_for_its_address(void **state)
{
        (void)state;
        struct counted guesser = {.other = "X-Forwarded-For: 192.0.2.40", .burst = BURST, .every_ms = 6000};
        for (int i = 0; i < 20; i++) {
                char key[64];
                snprintf(key, sizeof key, "X-Api-Key: guess-%d", i);
                guesser.header = key;
                ask_once(&guesser);
        }
        guesser.header = KEY_NO_TIER;
        ask(&guesser, 3);
        guesser.header = "X-Api-Key: default";
        ask(&guesser, 3);
}

static void test_keys_are_in_no_log(void **state)
{
        (void)state;
        char path[128], *text = NULL;
        struct http_response response =
                nginx_place_send((struct http_request){.path = "/api/execute?key=5ca1ab1e",
                        .body = "answer:Status: 500 No\r\n\r\n{}",
                        .headers = {KEY_B}});
        http_clear(&response);
        text = nginx_place_log("\"key\":\"school-b\"");
        assert_null(strstr(text, "5ca1ab1e"));
        assert_null(strstr(text, "guess-"));
        free(text);
        snprintf(path, sizeof path, "%s/nginx/error.log", place.run_dir);
        assert_true(io_read_file(path, 1 << 20, &text, NULL) >= 0);
        assert_null(strstr(text, "5ca1ab1e"));
        free(text);
}

static void test_lists(void **state)
{
        (void)state;
        static const char *const blocked[] = {"198.51.100.1", "::ffff:198.51.100.1", "2001:db8:bad:1::1",
                "203.0.113.66", "::ffff:203.0.113.66"};
        for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", blocked[i]);
                nginx_place_expect_error(&response, 403, "forbidden");
                response = nginx_place_ask(NULL, "/api/languages", NULL, blocked[i]);
                nginx_place_expect_error(&response, 403, "forbidden");
                response = nginx_place_ask(NULL, "/metrics", NULL, blocked[i]); /* one is an operator */
                nginx_place_expect_error(&response, 403, "forbidden");
                response = nginx_place_ask("OPTIONS", "/api/execute", NULL, blocked[i]);
                assert_int_equal(response.status, 403);
                http_clear(&response);
        }
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 198.51.100.1", KEY_HIGH), 403);
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 198.51.100.9", NULL), 200);
        assert_int_equal(status_of("/metrics", NULL, "X-Forwarded-For: 203.0.113.7", NULL), 200);
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: ::ffff:198.51.100.9", NULL), 200);
        assert_true(all_pass(30, "X-Forwarded-For: 203.0.113.7", NULL));
        assert_true(all_pass(30, "X-Forwarded-For: ::ffff:203.0.113.7", NULL));
        assert_true(all_pass(30, "X-Forwarded-For: 2001:db8:a:1::1", NULL));
}

static void test_preflights_are_limited(void **state)
{
        (void)state;
        struct counted client = {.burst = READS_BURST, .every_ms = 100, .since_ms = clock_ms()};
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        for (int refused = 0; refused < 20;) {
                struct http_response response =
                        nginx_place_ask("OPTIONS", "/api/execute", NULL, "192.0.2.50");
                assert_true(response.status == 204 || response.status == 429);
                assert_true(clock_ms() < deadline_ms);
                if (!note(&client, &response)) {
                        refused++;
                        expect_header(&response, "Retry-After", "1");
                        expect_header(&response, "Access-Control-Allow-Origin", NGINX_PLACE_ORIGIN);
                }
                http_clear(&response);
        }
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 192.0.2.50", NULL), 200);
}

static pid_t hold(const char *forwarded, const char *key)
{
        struct error err = {0};
        char url[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", place.port);
        const char *const argv[] = {"curl", "-sf", "-o", "/dev/null", "-m", "300", "-H", forwarded, "-H", key,
                "-d", "hold", url, NULL};
        pid_t pid = spawn_start(argv, -1, &err);
        nginx_place_fail(&err);
        return pid;
}

static void release(const pid_t *clients, int count)
{
        struct error err = {0};
        if (nginx_responder_release(&responder, &err))
                nginx_place_fail(&err);
        for (int i = 0; i < count; i++) {
                int status = -1;
                if (spawn_wait(clients[i], clock_ms() + PATIENCE_MS, &status, &err))
                        nginx_place_fail(&err);
                assert_int_equal(status, 0);
        }
}

/* Each tier has as many as it says and not one more, all from one address; others are not affected. */
static void test_simultaneous_runs(void **state)
{
        (void)state;
        const char *const address = too_many.header;
        static const struct {
                const char *key, *retry_after;
                int runs;
        } tiers[] = {{KEY_B, "1", STANDARD_RUNS}, {KEY_HIGH, "1", HIGH_RUNS}, {"X-None: 1", "6", RUNS}};
        struct error err = {0};
        pid_t clients[RUNS + STANDARD_RUNS + HIGH_RUNS];
        int held = 0;
        ask(&too_many, BURST - RUNS);
        too_many.through += RUNS;
        for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
                for (int j = 0; j < tiers[i].runs; j++)
                        clients[held++] = hold(address, tiers[i].key);
        if (nginx_responder_wait_held(&responder, held, &err))
                nginx_place_fail(&err);
        for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
                struct http_response response = nginx_place_send((struct http_request){
                        .path = "/api/execute", .body = "{}", .headers = {tiers[i].key, address}});
                expect_header(&response, "Retry-After", tiers[i].retry_after);
                assert_non_null(
                        strstr(json_string_value(json_object_get(response.json, "error")), "at once"));
                if (i == sizeof tiers / sizeof *tiers - 1)
                        assert_true(note(&too_many, &response));
                nginx_place_expect_error(&response, 429, "rate_limited");
        }
        use_up(&too_many); /* also by those that are refused for what is running */
        free(nginx_place_log("\"runs\":\"REJECTED\""));
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 192.0.2.61", NULL), 200);
        struct http_response response = nginx_place_ask(NULL, "/readyz", NULL, "192.0.2.60");
        assert_int_equal(response.status, 200);
        http_clear(&response);
        release(clients, held);
        assert_int_equal(status_of("/api/execute", NULL, address, KEY_B), 200);
}

/* Who had nothing left waits as told, and gets in; with no more requests than one every 6 s. */
static void waits_and_gets_in(struct counted *client)
{
        poll(NULL, 0, (int)clock_left_ms(client->refused_ms + 6050));
        assert_true(ask_once(client));
        ask(client, 4);
}

/* The last, so that most of the 6 s have passed by then. */
static void test_after_6_seconds_one_more_passes(void **state)
{
        (void)state;
        waits_and_gets_in(&used_up);
        waits_and_gets_in(&too_many);
}

static void test_a_dry_run_only_logs(void **state)
{
        (void)state;
        struct error err = {0};
        pid_t clients[RUNS];
        assert_true(all_pass(30, "X-Forwarded-For: 192.0.2.70", NULL));
        free(nginx_place_log("\"rate\":\"REJECTED_DRY_RUN\""));
        for (int i = 0; i < RUNS; i++)
                clients[i] = hold("X-Forwarded-For: 192.0.2.71", "X-None: 1");
        if (nginx_responder_wait_held(&responder, RUNS, &err))
                nginx_place_fail(&err);
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 192.0.2.71", NULL), 200);
        free(nginx_place_log("\"runs\":\"REJECTED_DRY_RUN\""));
        release(clients, RUNS);
}

static void test_a_full_zone_refuses_nobody(void **state)
{
        (void)state;
        for (int i = 0; i < 2000; i++) {
                char header[64];
                snprintf(header, sizeof header, "X-Forwarded-For: 10.1.%d.%d", i / 250, i % 250);
                assert_int_equal(status_of("/api/execute", NULL, header, NULL), 200);
        }
        struct counted last = ADDRESS("192.0.2.80");
        use_up(&last);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_of_20_in_a_row_11_pass),
                cmocka_unit_test(test_what_a_refused_client_gets),
                cmocka_unit_test(test_a_forged_header_changes_nothing),
                cmocka_unit_test(test_keys_and_tiers),
                cmocka_unit_test(test_an_unknown_key_counts_for_its_address),
                cmocka_unit_test(test_keys_are_in_no_log),
                cmocka_unit_test(test_lists),
                cmocka_unit_test(test_preflights_are_limited),
                cmocka_unit_test(test_simultaneous_runs),
                cmocka_unit_test(test_after_6_seconds_one_more_passes),
        };
        const struct CMUnitTest dry_run[] = {cmocka_unit_test(test_a_dry_run_only_logs)};
        const struct CMUnitTest small_zone[] = {cmocka_unit_test(test_a_full_zone_refuses_nobody)};
        int failed = cmocka_run_group_tests(tests, start, nginx_place_stop);
        failed += cmocka_run_group_tests(dry_run, start_dry_run, nginx_place_stop);
        return failed + cmocka_run_group_tests(small_zone, start_small_zone, nginx_place_stop);
}
