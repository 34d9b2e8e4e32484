/* Between the broker and the real daemon everything that can go wrong goes wrong, one thing at a time, under
 * load and with sandboxes that wear out fast, so that the daemon is always needed. */
#include "tests/integration/docker_proxy.h"
#include "tests/integration/http.h"
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 8
#define SPOILT_ENOUGH 5 /* of what the broker asks for */
#define DAEMON "/var/run/docker.sock"

static struct docker_proxy proxy;

static int start(void **state)
{
        char path[64];
        struct error err = {0};
        struct service_options options = {.pool_max = 4,
                .reuse = 3,
                .queue_timeout_s = 3,
                .docker = path,
                .docker_timeout_s = 10,
                .warm = {{"python", 2}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        snprintf(path, sizeof path, "/tmp/sandpool-docker-%d.sock", (int)getpid());
        if (docker_proxy_start(&proxy, path, DAEMON, &err)) {
                fprintf(stderr, "proxy: %s\n", err.text);
                return -1;
        }
        return loaded_start(&options);
}

static int stop(void **state)
{
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        int rc = loaded_stop(state);
        docker_proxy_stop(&proxy);
        return rc;
}

static int mend(void **state)
{
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        return loaded_kill(state);
}

struct felt {
        enum docker_fault fault;
        unsigned refused; /* before it */
};

static bool daemon_is_missed(void)
{
        struct http_response response = {0};
        struct http_request request = {.port = fixture.port, .path = "/api/health"};
        http_send(&request, 1, &response, NULL);
        json_t *docker = json_object_get(json_object_get(response.json, "checks"), "docker");
        bool missed = json_is_false(json_object_get(docker, "ok"));
        http_clear(&response);
        return missed;
}

/* A socket that is not there leaves nothing to count: more requests are sent away than were before; and when
 * no connection is left either, the service says what it misses. */
static bool is_felt(void *context)
{
        const struct felt *felt = context;
        if (felt->fault == DOCKER_FAULT_GONE || felt->fault == DOCKER_FAULT_REFUSED)
                return load_counts(&loaded.load).refused >= felt->refused + CLIENTS &&
                       (felt->fault == DOCKER_FAULT_REFUSED || daemon_is_missed());
        return docker_proxy_spoilt(&proxy) >= SPOILT_ENOUGH;
}

/* Every request is answered while it lasts; each answer is right; when it is over, all is as before. Only a
 * fault that ends the streams, too, may end what runs. */
static void fault(void **state)
{
        enum docker_fault fault = *(enum docker_fault *)*state;
        loaded_begin(CLIENTS);
        if (fault == DOCKER_FAULT_GONE)
                loaded_break(LOAD_MAY_FAIL);
        docker_proxy_set(&proxy, fault);
        struct felt felt = {fault, load_counts(&loaded.load).refused};
        if (!service_until(is_felt, &felt, LOADED_PATIENCE_MS))
                fail_msg("only %u answers spoilt, %u requests sent away", docker_proxy_spoilt(&proxy),
                        load_counts(&loaded.load).refused - felt.refused);
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        loaded_whole();
        loaded_end(4 * CLIENTS);
}

int main(void)
{
        static enum docker_fault faults[DOCKER_FAULTS];
        struct CMUnitTest tests[DOCKER_FAULTS - 1];
        for (int i = 1; i < DOCKER_FAULTS; i++) {
                faults[i] = (enum docker_fault)i;
                tests[i - 1] = (struct CMUnitTest){.name = docker_fault_names[i],
                        .test_func = fault,
                        .teardown_func = mend,
                        .initial_state = &faults[i]};
        }
        return cmocka_run_group_tests(tests, start, stop);
}
