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

/* Of count requests one right after the other, how many pass; the others are 429. */
static int passing(int count, const char *from, const char *header, const char *other)
{
        int through = 0;
        for (int i = 0; i < count; i++) {
                int status = status_of("/api/execute", from, header, other);
                assert_true(status == 200 || status == 429);
                through += status == 200;
        }
        return through;
}

static void expect_header(const struct http_response *response, const char *name, const char *expected)
{
        char value[128];
        assert_int_equal(http_header(response, name, value, sizeof value), expected ? 1 : 0);
        if (expected)
                assert_string_equal(value, expected);
}

static int64_t used_up_ms;  /* when 192.0.2.1 had nothing left */
static int64_t too_many_ms; /* when 192.0.2.60 was refused for what it had running, and had nothing left */

static void test_of_20_in_a_row_11_pass(void **state)
{
        (void)state;
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: 192.0.2.1", NULL), BURST + 1);
        used_up_ms = clock_ms();
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: 192.0.2.2", NULL), BURST + 1); /* not affected */
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: 2001:db8:1:2::1", NULL), BURST + 1);
        assert_int_equal(
                passing(3, NULL, "X-Forwarded-For: 2001:db8:1:2:ffff::9", NULL), 0);     /* the same /64 */
        assert_int_equal(passing(3, NULL, "X-Forwarded-For: 2001:db8:1:3::1", NULL), 3); /* another */
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: ::ffff:192.0.2.3", NULL), BURST + 1);
        assert_int_equal(passing(3, NULL, "X-Forwarded-For: 192.0.2.3", NULL), 0);
}

static void test_what_a_refused_client_gets(void **state)
{
        (void)state;
        passing(BURST + 1, NULL, "X-Forwarded-For: 192.0.2.10", NULL);
        struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", "192.0.2.10");
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
        int through = 0;
        for (int i = 0; i < 20; i++) {
                char header[64];
                snprintf(header, sizeof header, "X-Forwarded-For: %s%d", i % 2 ? "192.0.2.10" : "203.0.113.",
                        i);
                through += status_of("/api/execute", "127.0.0.5", header, NULL) == 200;
        }
        assert_int_equal(through, BURST + 1);
        assert_int_equal(passing(3, "127.0.0.6", NULL, NULL), 3);
        /* Through the trusted one, what the client itself wrote in front does not count. */
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: 203.0.113.1, 192.0.2.20", NULL), BURST + 1);
        struct http_response response = nginx_place_send((struct http_request){
                .path = "/metrics", .from = "127.0.0.5", .headers = {"X-Forwarded-For: 127.0.0.1"}});
        nginx_place_expect_error(&response, 403, "forbidden");
        assert_int_equal(status_of("/metrics", NULL, NULL, NULL), 200); /* whom it claimed to be */
}

static void test_keys_and_tiers(void **state)
{
        (void)state;
        static const char a[] = "X-Forwarded-For: 192.0.2.30", b[] = "X-Forwarded-For: 192.0.2.31";
        /* A refill of one a second may come in while so many are sent. */
        int through = passing(STANDARD_BURST + 20, NULL, KEY_A, a);
        assert_in_range(through, STANDARD_BURST + 1, STANDARD_BURST + 4);
        assert_in_range(passing(10, NULL, KEY_A_AGAIN, b), 0, 2); /* the same client's other key, elsewhere */
        assert_int_equal(passing(5, NULL, KEY_B, a), 5);          /* another client at the same address */
        assert_int_equal(
                passing(BURST + 1, NULL, a, NULL), BURST + 1); /* the address's allowance is untouched */
        assert_int_equal(passing(STANDARD_BURST + 20, NULL, KEY_HIGH, a), STANDARD_BURST + 20);
        struct http_response response = nginx_place_send(
                (struct http_request){.path = "/api/execute", .body = "{}", .headers = {KEY_HIGH, a}});
        expect_header(&response, "RateLimit-Policy", "\"execute\";q=600;w=60;burst=300");
        http_clear(&response);
}

/* An unknown key, or one whose tier nobody defined, is as good as none: no bucket of its own. */
static void test_an_unknown_key_counts_for_its_address(void **state)
{
        (void)state;
        static const char address[] = "X-Forwarded-For: 192.0.2.40";
        int through = 0;
        for (int i = 0; i < 20; i++) {
                char key[64];
                snprintf(key, sizeof key, "X-Api-Key: guess-%d", i);
                through += status_of("/api/execute", NULL, key, address) == 200;
        }
        assert_int_equal(through, BURST + 1);
        assert_int_equal(passing(3, NULL, KEY_NO_TIER, address), 0);
        assert_int_equal(passing(3, NULL, "X-Api-Key: default", address), 0);
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
        assert_int_equal(passing(30, NULL, "X-Forwarded-For: 203.0.113.7", NULL), 30);
        assert_int_equal(passing(30, NULL, "X-Forwarded-For: ::ffff:203.0.113.7", NULL), 30);
        assert_int_equal(passing(30, NULL, "X-Forwarded-For: 2001:db8:a:1::1", NULL), 30);
}

static void test_preflights_are_limited(void **state)
{
        (void)state;
        int through = 0;
        for (int i = 0; i < READS_BURST + 60; i++) {
                struct http_response response =
                        nginx_place_ask("OPTIONS", "/api/execute", NULL, "192.0.2.50");
                assert_true(response.status == 204 || response.status == 429);
                through += response.status == 204;
                if (response.status == 429) {
                        expect_header(&response, "Retry-After", "1");
                        expect_header(&response, "Access-Control-Allow-Origin", NGINX_PLACE_ORIGIN);
                }
                http_clear(&response);
        }
        assert_in_range(through, READS_BURST + 1, READS_BURST + 15); /* ten a second come in meanwhile */
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 192.0.2.50", NULL), 200);
}

static pid_t hold(const char *forwarded, const char *key)
{
        struct error err = {0};
        char url[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", place.port);
        const char *const argv[] = {"curl", "-sf", "-o", "/dev/null", "-m", "60", "-H", forwarded, "-H", key,
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
                if (spawn_wait(clients[i], clock_ms() + 10000, &status, &err))
                        nginx_place_fail(&err);
                assert_int_equal(status, 0);
        }
}

/* Each tier has as many as it says and not one more, all from one address; others are not affected. */
static void test_simultaneous_runs(void **state)
{
        (void)state;
        static const char address[] = "X-Forwarded-For: 192.0.2.60";
        static const struct {
                const char *key, *retry_after;
                int runs;
        } tiers[] = {{KEY_B, "1", STANDARD_RUNS}, {KEY_HIGH, "1", HIGH_RUNS}, {"X-None: 1", "6", RUNS}};
        struct error err = {0};
        pid_t clients[RUNS + STANDARD_RUNS + HIGH_RUNS];
        int held = 0, before = BURST - RUNS; /* so that who is refused has used up the rate */
        assert_int_equal(passing(before, NULL, address, NULL), before);
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
                nginx_place_expect_error(&response, 429, "rate_limited");
        }
        too_many_ms = clock_ms();
        free(nginx_place_log("\"runs\":\"REJECTED\""));
        assert_int_equal(status_of("/api/execute", NULL, "X-Forwarded-For: 192.0.2.61", NULL), 200);
        struct http_response response = nginx_place_ask(NULL, "/readyz", NULL, "192.0.2.60");
        assert_int_equal(response.status, 200);
        http_clear(&response);
        release(clients, held);
        assert_int_equal(status_of("/api/execute", NULL, address, KEY_B), 200);
}

/* Who had nothing left waits as told, and gets in; with no more requests than one every 6 s. */
static void waits_and_gets_in(int64_t since_ms, const char *client)
{
        poll(NULL, 0, (int)clock_left_ms(since_ms + 6050));
        int through = passing(5, NULL, client, NULL);
        assert_in_range(through, 1, (clock_ms() - since_ms) / 6000);
}

/* The last, so that most of the 6 s have passed by then. */
static void test_after_6_seconds_one_more_passes(void **state)
{
        (void)state;
        waits_and_gets_in(used_up_ms, "X-Forwarded-For: 192.0.2.1");
        waits_and_gets_in(too_many_ms, "X-Forwarded-For: 192.0.2.60");
}

static void test_a_dry_run_only_logs(void **state)
{
        (void)state;
        struct error err = {0};
        pid_t clients[RUNS];
        assert_int_equal(passing(30, NULL, "X-Forwarded-For: 192.0.2.70", NULL), 30);
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
        assert_int_equal(passing(20, NULL, "X-Forwarded-For: 192.0.2.80", NULL), BURST + 1);
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
