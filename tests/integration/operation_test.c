/* nginx in operation: clients that hold on and send little, a reload while one waits, and the check that its
 * configuration agrees with the service's. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/must.h"
#include "tests/integration/nginx_place.h"
#include "tests/integration/nginx_workers.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SLOW 1000
#define WAIT_MS 60000

static int start(void **state)
{
        (void)state;
        struct rlimit files = {4096, 4096};
        setrlimit(RLIMIT_NOFILE, &files);
        return nginx_place_start(NULL);
}

static int send_begin(const char *bytes)
{
        struct error err = {0};
        int fd = http_connect(place.port, &err);
        if (fd < 0 || io_write_all(fd, bytes, strlen(bytes), clock_ms() + WAIT_MS, &err))
                nginx_place_fail(&err);
        return fd;
}

/* A thousand headers that never end, while others are served; then they are thrown out. */
static void test_slow_headers(void **state)
{
        (void)state;
        static int slow[SLOW];
        struct buffer rest = BUFFER_MAX(4096);
        for (int i = 0; i < SLOW; i++)
                slow[i] = send_begin("POST /api/execute HTTP/1.1\r\nHost: a\r\nX: ");
        for (int i = 0; i < 50; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
        int64_t deadline_ms = clock_ms() + WAIT_MS;
        for (int i = 0; i < SLOW; i++) {
                assert_int_equal(http_read_to_end(slow[i], &rest, deadline_ms), 0);
                io_close(&slow[i]);
        }
        assert_int_equal(rest.size, 0);
        buffer_clear(&rest);
}

/* A body that does not end holds no worker of the service, of which there are fewer than such bodies, and is
 * given up. */
static void test_slow_bodies(void **state)
{
        (void)state;
        struct buffer rest = BUFFER_MAX(4096);
        int slow[64];
        for (int i = 0; i < 64; i++)
                slow[i] = send_begin("POST /api/v1/execute HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
                                     "Content-Type: application/json\r\n\r\n{\"code\"");
        for (int i = 0; i < 20; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
        int64_t deadline_ms = clock_ms() + WAIT_MS;
        for (int i = 0; i < 64; i++) {
                assert_int_equal(http_read_to_end(slow[i], &rest, deadline_ms), 0);
                io_close(&slow[i]);
        }
        assert_int_equal(rest.size, 0); /* nginx answers nothing to who is not done sending */
        buffer_clear(&rest);
        free(nginx_place_log("\"path\":\"/api/v1/execute\",\"status\":408"));
}

/* A request that runs when nginx is reloaded ends as if nothing had been; others are for its new processes
 * meanwhile. */
static void test_a_reload_waits_for_what_runs(void **state)
{
        (void)state;
        struct error err = {0};
        char url[128];
        int status = -1;
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", place.port);
        const char *const argv[] = {"curl", "-sf", "-o", "/dev/null", "-m", "60", "-d", "hold", url, NULL};
        pid_t client = spawn_start(argv, -1, &err);
        if (client < 0 || nginx_responder_wait_held(&responder, 1, &err))
                nginx_place_fail(&err);
        must(nginx_workers_reload(place.nginx, WAIT_MS, &err), &err);
        for (int i = 0; i < 50; i++) {
                struct http_response response = nginx_place_ask(NULL, "/api/execute", "{}", NULL);
                assert_int_equal(response.status, 200);
                http_clear(&response);
        }
        if (nginx_responder_release(&responder, &err) ||
                spawn_wait(client, clock_ms() + WAIT_MS, &status, &err))
                nginx_place_fail(&err);
        assert_int_equal(status, 0);
}

/* The check of both configurations says nothing about those that agree, and names what does not. */
static void test_the_check_finds_what_drifted(void **state)
{
        (void)state;
        static const char *const drifts[][2] = {
                {"sed -i 's/^workers: .*/workers: 31/' sandpool.yaml", "max_conns of sandpool_execute is 32"},
                {"sed -i 's/^limits:/&\\n  body: 3 MiB/' sandpool.yaml", "client_max_body_size is 2m"},
                {"sed -i 's/request_time: .*/request_time: 75/' sandpool.yaml",
                        "fastcgi_read_timeout is 90s"},
                {"sed -i 's/queue_timeout: .*/queue_timeout: 60/' sandpool.yaml",
                        "fastcgi_read_timeout is 90s"},
                {"sed -i 's/fastcgi_next_upstream error/& non_idempotent/' "
                 "nginx/fastcgi.conf",
                        "runs programs twice"},
                {"sed -i 's#run_dir: .*#run_dir: /run/other#' sandpool.yaml",
                        "a server of sandpool_control is unix:"},
                {"sed -i 's/tcp: .*/tcp: 127.0.0.1:9000/' sandpool.yaml",
                        "the service listens at 127.0.0.1:9001"},
                {"sed -i 's/tcp: .*/tcp: 127.0.0.1:9000/' sandpool.yaml;"
                 "sed -i 's/unix:[^ ]*/127.0.0.1:9001/' nginx/upstream.conf",
                        "the servers of sandpool_execute are 127.0.0.1:9001"},
                {"sed -i 's/address_runs:10m/address_runs:32k/' rate_limit/zones.conf",
                        "the zone sandpool_address_runs is 32k"},
                {"sed -i 's/^worker_processes .*/worker_processes 64;/' nginx/nginx.conf",
                        "262144 connections may need"},
                {"sed -i 's/gzip on/gzip maybe/' nginx/gzip.conf", "invalid value"}};
        struct error err = {0};
        char script[512], conf[128], settings[128], *said;
        service_source_path("nginx/check.sh", script, sizeof script);
        snprintf(conf, sizeof conf, "%s/nginx/nginx.conf", place.dir);
        snprintf(settings, sizeof settings, "SANDPOOL_CONF=%s", place.settings);
        said = spawn_text(&err, "env", settings, script, conf, NULL);
        nginx_place_fail(&err);
        assert_non_null(strstr(said, "nginx agrees"));
        free(said);
        said = spawn_text(&err, script, NULL); /* the shipped files, and the examples */
        nginx_place_fail(&err);
        free(said);
        for (size_t i = 0; i < sizeof drifts / sizeof *drifts; i++) {
                struct buffer out = BUFFER_MAX(64 << 10);
                char shell[512];
                snprintf(shell, sizeof shell,
                        "cd %s; rm -rf kept; mkdir kept; cp -r nginx rate_limit sandpool.yaml kept; %s",
                        place.dir, drifts[i][0]);
                free(spawn_text(&err, "sh", "-ec", shell, NULL));
                nginx_place_fail(&err);
                const char *const argv[] = {"env", settings, script, conf, NULL};
                assert_int_equal(spawn_run(argv, 180000, &out, NULL, &err), 1);
                buffer_add(&out, "", 1);
                if (!strstr(out.data, drifts[i][1]))
                        fail_msg("not \"%s\" but: %s", drifts[i][1], out.data);
                buffer_clear(&out);
                snprintf(shell, sizeof shell, "cd %s; rm -rf nginx rate_limit; cp -r kept/* .", place.dir);
                free(spawn_text(&err, "sh", "-ec", shell, NULL));
                nginx_place_fail(&err);
        }
}

/* An nginx that was there before: the configuration is installed somewhere and included by whole paths. */
static void test_installed_into_another_nginx(void **state)
{
        (void)state;
        struct error err = {0};
        char install[512], check[512], shell[2048], *said;
        service_source_path("nginx/install.sh", install, sizeof install);
        service_source_path("nginx/check.sh", check, sizeof check);
        snprintf(shell, sizeof shell,
                "cd %s; mkdir etc; %s $PWD/lib/sandpool >said; "
                "printf 'pid %%s/pid; events {} http { access_log off; map_hash_bucket_size 256;"
                " include %%s/lib/sandpool/nginx/http.conf; server { listen 127.0.0.1:1; "
                "include %%s/lib/sandpool/nginx/errors.conf; include %%s/lib/sandpool/nginx/sandpool.conf; } "
                "}' "
                "$PWD $PWD $PWD $PWD >etc/mine.conf; %s $PWD/etc/mine.conf; "
                "echo '192.0.2.0/24 1;' >lib/sandpool/rate_limit/block-list.conf; %s $PWD/lib/sandpool",
                place.dir, install, check, install);
        said = spawn_text(&err, "sh", "-ec", shell, NULL);
        nginx_place_fail(&err);
        assert_non_null(strstr(said, "nginx agrees"));
        assert_non_null(strstr(said, "kept")); /* what the operator changed stays */
        free(said);
        snprintf(shell, sizeof shell,
                "cd %s; sed -i 's/rate=10r/rate=12r/' lib/sandpool/rate_limit/zones.conf; ! %s "
                "$PWD/etc/mine.conf 2>&1",
                place.dir, check);
        said = spawn_text(&err, "sh", "-ec", shell, NULL);
        nginx_place_fail(&err);
        assert_non_null(strstr(said, "run rate_limit/tell.sh"));
        free(said);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_slow_headers),
                cmocka_unit_test(test_slow_bodies),
                cmocka_unit_test(test_a_reload_waits_for_what_runs),
                cmocka_unit_test(test_the_check_finds_what_drifted),
                cmocka_unit_test(test_installed_into_another_nginx),
        };
        return cmocka_run_group_tests(tests, start, nginx_place_stop);
}
