/* The shipped examples of whole servers, served for real: TLS and HTTP/2, and behind a load balancer. Their
 * ports, paths and certificate are the test's. */
#include "tests/integration/allowance.h"
#include "tests/integration/answer.h"
#include "tests/integration/nginx_place.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST "sandpool.example"

/* Ports of the examples are in its environment; the one of nginx.conf stays. */
static const char change[] =
        "cd nginx;"
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=" HOST
        " -keyout privkey.pem -out fullchain.pem 2>/dev/null; chmod 644 privkey.pem;"
        "logs=$(sed -nE 's#^error_log (.*)/error.log.*#\\1#p' nginx.conf);"
        "sed -i -e '/listen \\[::\\]/d' -e \"s#listen 80;#listen $http;#\" -e \"s#listen 443 #listen $https "
        "#\" "
        "-e \"s#listen 8080;#listen $balanced;#\" -e \"s#/etc/ssl/sandpool#$PWD#\" -e "
        "\"s#/var/log/nginx#$logs#\" "
        "examples/*.conf;"
        "sed -i 's#^    include http.conf;#&\\n    include examples/tls.conf;\\n    include "
        "examples/behind-load-balancer.conf;#' nginx.conf";

static int http_port, https_port, balanced_port;

static int choose_port(const char *name)
{
        char text[16];
        int port = service_free_ports(1);
        snprintf(text, sizeof text, "%d", port);
        setenv(name, text, 1);
        return port;
}

static int start(void **state)
{
        (void)state;
        http_port = choose_port("http");
        https_port = choose_port("https");
        balanced_port = choose_port("balanced");
        return nginx_place_start(change);
}

/* What curl says of POST /api/execute: headers, body, then "version status". The caller frees; NULL and the
 * exit code when curl failed. */
static char *ask_by_tls(const char *option, const char *value, int *code)
{
        struct error err = {0};
        struct buffer out = BUFFER_MAX(64 << 10);
        char url[64], resolve[64], ca[128];
        snprintf(url, sizeof url, "https://" HOST ":%d/api/execute", https_port);
        snprintf(resolve, sizeof resolve, HOST ":%d:127.0.0.1", https_port);
        snprintf(ca, sizeof ca, "%s/nginx/fullchain.pem", place.dir);
        const char *const argv[] = {"curl", "-s", "-i", "--noproxy", "*", "--resolve", resolve, "--cacert",
                ca, "-d", "{}", "-w", "\n%{http_version} %{http_code}", url, option, value, NULL};
        *code = spawn_run(argv, 60000, &out, NULL, &err);
        nginx_place_fail(&err);
        if (*code || buffer_add(&out, "", 1)) {
                buffer_clear(&out);
                return NULL;
        }
        return out.data;
}

static void test_http_2_over_tls(void **state)
{
        (void)state;
        int code;
        char *said = ask_by_tls("--http2", NULL, &code);
        assert_non_null(said);
        assert_non_null(strstr(said, "\n2 200"));
        assert_non_null(strstr(said, "strict-transport-security: max-age=63072000"));
        assert_non_null(strstr(said, "x-request-id: "));
        assert_null(strstr(said, "server: nginx/")); /* no version */
        free(said);
        said = ask_by_tls("--http1.1", NULL, &code);
        assert_non_null(said);
        assert_non_null(strstr(said, "\n1.1 200"));
        free(said);
}

static void test_old_tls_is_refused(void **state)
{
        (void)state;
        int code;
        char *said = ask_by_tls("--tls-max", "1.2", &code);
        assert_non_null(said);
        free(said);
        /* The client is willing: its own floor is taken away. */
        struct error err = {0};
        char shell[256];
        snprintf(shell, sizeof shell,
                "! openssl s_client -connect 127.0.0.1:%d -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null 2>&1",
                https_port);
        said = spawn_text(&err, "sh", "-c", shell, NULL);
        nginx_place_fail(&err);
        assert_non_null(strstr(said, "alert protocol version"));
        free(said);
}

static void test_plain_http_is_sent_to_tls(void **state)
{
        (void)state;
        struct error err = {0};
        char value[128];
        struct http_request request = {
                .port = http_port, .path = "/api/execute?x=1", .body = "{}", .headers = {"Host: " HOST}};
        struct http_response response = {0};
        if (http_send(&request, 1, &response, &err))
                nginx_place_fail(&err);
        assert_int_equal(response.status, 308); /* a POST stays one */
        assert_int_equal(http_header(&response, "Location", value, sizeof value), 1);
        assert_string_equal(value, "https://" HOST "/api/execute?x=1");
        http_clear(&response);
}

/* Through the balancer: its users are told apart by what it says of them. */
static void test_behind_a_load_balancer(void **state)
{
        (void)state;
        struct error err = {0};
        int passed = 0;
        int64_t began_ms = clock_ms();
        struct http_request request = {.port = balanced_port,
                .path = "/api/execute",
                .body = "{}",
                .headers = {"X-Forwarded-For: 192.0.2.200"}};
        for (int i = 0; i < 20; i++) {
                struct http_response response = {0};
                if (http_send(&request, 1, &response, &err))
                        nginx_place_fail(&err);
                passed += response.status == 200;
                if (response.status != 200 && answer_check_error(response.json, &err))
                        nginx_place_fail(&err);
                http_clear(&response);
        }
        assert_in_range(passed, ALLOWANCE_BURST + 1, allowance_since(began_ms));
        struct http_response response = {0};
        request.headers[0] = "X-Forwarded-For: 192.0.2.201";
        if (http_send(&request, 1, &response, &err))
                nginx_place_fail(&err);
        assert_int_equal(response.status, 200);
        http_clear(&response);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_http_2_over_tls),
                cmocka_unit_test(test_old_tls_is_refused),
                cmocka_unit_test(test_plain_http_is_sent_to_tls),
                cmocka_unit_test(test_behind_a_load_balancer),
        };
        return cmocka_run_group_tests(tests, start, nginx_place_stop);
}
