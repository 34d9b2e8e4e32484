/* A Docker daemon that is restarted, killed, hangs, loses its image, has no room left: under load each time,
 * and each time the service comes back by itself. */
#include "tests/integration/http.h"
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/private_docker.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 6
#define IMAGE "sandpool/python:latest"
#define ROOM_MIB 1024 /* for the image, twice while it is being loaded */

static struct private_docker docker;

/* Sandboxes that wear out fast need the daemon all the time. */
static int start(void **state)
{
        struct error err = {0};
        struct service_options options = {.pool_max = 4,
                .reuse = 5,
                .queue_timeout_s = 3,
                .docker = docker.socket,
                .docker_timeout_s = 10,
                .warm = {{"python", 2}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        if (private_docker_start(&docker, ROOM_MIB, &err) || private_docker_load(&docker, IMAGE, &err)) {
                fprintf(stderr, "docker: %s\n", err.text);
                private_docker_stop(&docker);
                return -1;
        }
        if (loaded_start(&options) == 0)
                return 0;
        fixture_stop(state);
        private_docker_stop(&docker);
        return -1;
}

static int stop(void **state)
{
        int rc = loaded_stop(state);
        private_docker_stop(&docker);
        return rc;
}

/* It is whole and serves again, and nothing is left. */
static void end(void)
{
        loaded_whole();
        struct load_counts counts = loaded_end(4 * CLIENTS);
        print_message("%u requests: %u served, %u sent away, %u failed\n", counts.sent, counts.served,
                counts.refused, counts.failed);
}

/* Nothing new can run: requests are sent away. What runs may be ended by that where the daemon ends, because
 * the streams do, and nowhere else. */
static void await_refusals(void)
{
        loaded_await_refused(CLIENTS);
}

static void it_is_restarted(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin(CLIENTS);
        loaded_break(LOAD_MAY_FAIL);
        must(private_docker_end(&docker, SIGTERM, &err), &err);
        await_refusals();
        must(private_docker_begin(&docker, &err), &err);
        end();
}

/* The containers live on, without anybody who could reach them. */
static void it_is_killed(void **state)
{
        struct error err = {0};
        (void)state;
        for (int round = 0; round < 2; round++) {
                loaded_begin(CLIENTS);
                loaded_break(LOAD_MAY_FAIL);
                must(private_docker_end(&docker, SIGKILL, &err), &err);
                await_refusals();
                must(private_docker_begin(&docker, &err), &err);
                end();
        }
}

static void it_hangs(void **state)
{
        (void)state;
        loaded_begin(CLIENTS);
        kill(docker.dockerd, SIGSTOP);
        await_refusals();
        kill(docker.dockerd, SIGCONT);
        end();
}

static bool has_no_image(void *context)
{
        bool missing = false;
        struct http_response response = {0};
        struct http_request request = {.port = fixture.port, .path = "/api/health"};
        (void)context;
        if (!http_send(&request, 1, &response, NULL)) {
                json_t *checks = json_object_get(response.json, "checks");
                json_t *python = json_object_get(json_object_get(checks, "languages"), "python");
                missing = json_is_false(json_object_get(python, "image")) &&
                          strstr(fixture_text(python, "problem"), "not there");
        }
        http_clear(&response);
        return missing;
}

/* The sandboxes that are there go on until they are worn out; then health says what is missing. */
static void its_image_is_removed(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin(CLIENTS);
        char *said = spawn_text(&err, "docker", "rmi", "-f", IMAGE, NULL);
        if (!said)
                fail_msg("%s", err.text);
        free(said);
        assert_true(service_until(has_no_image, NULL, LOADED_PATIENCE_MS));
        await_refusals();
        must(private_docker_load(&docker, IMAGE, &err), &err);
        end();
}

static void its_disk_is_full(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin(CLIENTS);
        must(private_docker_fill(&docker, &err), &err);
        await_refusals();
        private_docker_empty(&docker);
        end();
}

/* Killed while it could not write anything down. */
static void it_is_killed_with_its_disk_full(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin(CLIENTS);
        loaded_break(LOAD_MAY_FAIL);
        must(private_docker_fill(&docker, &err), &err);
        must(private_docker_end(&docker, SIGKILL, &err), &err);
        await_refusals();
        private_docker_empty(&docker);
        must(private_docker_begin(&docker, &err), &err);
        end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                LOADED_TEST(it_is_restarted),
                LOADED_TEST(it_is_killed),
                LOADED_TEST(it_hangs),
                LOADED_TEST(its_image_is_removed),
                LOADED_TEST(its_disk_is_full),
                LOADED_TEST(it_is_killed_with_its_disk_full),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
