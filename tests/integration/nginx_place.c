/* Starts and stops nginx before a responder, and asks it things. */
#include "tests/integration/nginx_place.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/answer.h"
#include "tests/integration/service_ask.h"
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
#include <unistd.h>

#define LOG_MAX (16 << 20)
#define PATIENCE_MS 60000

struct service place;
struct nginx_responder responder;

void nginx_place_fail(const struct error *err)
{
        if (err->text[0])
                fail_msg("%s", err->text);
}

static bool nginx_answers(void *context)
{
        struct error err = {0};
        int fd = http_connect(((const struct service *)context)->port, &err);
        bool answers = fd >= 0;
        io_close(&fd);
        return answers;
}

/* The copy of the shipped files, as the test wants it. */
static void render(const char *change)
{
        struct error err = {0};
        char script[512], port[16], *said;
        snprintf(port, sizeof port, "%d", place.port);
        service_source_path("tests/integration/render-nginx.sh", script, sizeof script);
        said = spawn_text(&err, script, place.run_dir, port, place.dir, NULL);
        nginx_place_fail(&err);
        free(said);
        if (!change)
                return;
        said = spawn_text(&err, "sh", "-ec", "cd \"$0\"; eval \"$1\"", place.dir, change, NULL);
        nginx_place_fail(&err);
        free(said);
}

int nginx_place_start(const char *change)
{
        struct error err = {0};
        struct service_options options = {0};
        char conf[128];
        signal(SIGPIPE, SIG_IGN);
        if (service_prepare(&place, &options, &err))
                nginx_place_fail(&err);
        place.port = service_free_ports(1);
        snprintf(conf, sizeof conf, "%s/nginx/nginx.conf", place.dir);
        render(change);
        if (nginx_responder_start(&responder, place.run_dir, &err))
                nginx_place_fail(&err);
        place.nginx = service_run_nginx(conf, &err);
        nginx_place_fail(&err);
        return service_until(nginx_answers, &place, PATIENCE_MS) ? 0 : -1;
}

int nginx_place_stop(void **state)
{
        (void)state;
        int status;
        struct error err = {0};
        nginx_responder_stop(&responder);
        kill(place.nginx, SIGTERM);
        if (spawn_wait(place.nginx, clock_ms() + PATIENCE_MS, &status, &err))
                nginx_place_fail(&err);
        free(spawn_text(&err, "rm", "-rf", place.dir, NULL));
        return status ? -1 : 0;
}

struct http_response nginx_place_send(struct http_request request)
{
        struct error err = {0};
        struct http_response response = {0};
        size_t i = 0;
        while (request.headers[i])
                i++;
        request.headers[i] = "Origin: " NGINX_PLACE_ORIGIN;
        request.port = place.port;
        if (http_send(&request, 1, &response, &err))
                nginx_place_fail(&err);
        return response;
}

struct http_response nginx_place_ask(
        const char *method, const char *path, const char *body, const char *forwarded)
{
        char header[256];
        struct http_request request = {.method = method, .path = path, .body = body};
        if (forwarded) {
                snprintf(header, sizeof header, "X-Forwarded-For: %s", forwarded);
                request.headers[0] = header;
        }
        return nginx_place_send(request);
}

void nginx_place_expect_error(struct http_response *response, int status, const char *reason)
{
        static const char *const headers[][2] = {{"Access-Control-Allow-Origin", NGINX_PLACE_ORIGIN},
                {"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"},
                {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                {"Vary", "Origin"}};
        struct error err = {0};
        char value[128];
        assert_int_equal(response->status, status);
        if (answer_check(response, &err))
                nginx_place_fail(&err);
        assert_string_equal(json_string_value(json_object_get(response->json, "reason")), reason);
        /* Of a request line that is none, nginx reads no headers: it does not know the origin. */
        for (size_t i = status == 400 || status == 414 ? 1 : 0; i < sizeof headers / sizeof *headers; i++) {
                assert_int_equal(http_header(response, headers[i][0], value, sizeof value), 1);
                assert_string_equal(value, headers[i][1]);
        }
        http_clear(response);
}

struct wanted {
        const char *word;
        char *text;
};

/* To the line's end: a file's reader may be between two pages of it. */
static bool logged(void *context)
{
        struct wanted *wanted = context;
        char path[128], *at;
        free(wanted->text);
        wanted->text = NULL;
        snprintf(path, sizeof path, "%s/nginx/access.log", place.run_dir);
        return io_read_file(path, LOG_MAX, &wanted->text, NULL) >= 0 &&
               (at = strstr(wanted->text, wanted->word)) && strchr(at, '\n');
}

char *nginx_place_log(const char *word)
{
        struct wanted wanted = {word, NULL};
        if (!service_until(logged, &wanted, PATIENCE_MS))
                fail_msg("the access log has no %s", word);
        return wanted.text;
}
