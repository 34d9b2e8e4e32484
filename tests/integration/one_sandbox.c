/* Fills a pool of one, and waits until it is empty again. */
#include "tests/integration/one_sandbox.h"

#include "tests/integration/fixture.h"
#include "tests/integration/held.h"
#include "tests/integration/metrics_page.h"
#include "tests/integration/must.h"
#include "tests/integration/service_ask.h"

#include <stdbool.h>
#include <stdlib.h>

#define WAIT_MS 120000

int one_sandbox_start(void **state)
{
        struct service_options options = {
                .pool_max = 1, .queue_timeout_s = 50, .warm = {{"python", 0}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return fixture_start(&options);
}

/* A sandbox that took too long to be reset, on a machine with much else to do, is gone: then it takes another
 * request to have one. */
static bool one_is_idle(void *context)
{
        char *page = metrics_page_get();
        double others = metrics_page_value(page, ONE_SANDBOX("leased")) +
                        metrics_page_value(page, ONE_SANDBOX("starting")) +
                        metrics_page_value(page, ONE_SANDBOX("removing"));
        double idle = metrics_page_value(page, ONE_SANDBOX("idle"));
        (void)context;
        free(page);
        if (others == 0 && idle == 0)
                json_decref(fixture_run("python", "print(1)", NULL));
        return others == 0 && idle == 1;
}

void one_sandbox_rest(void)
{
        metrics_page_await("sandpool_leases_waiting", 0);
        assert_true(service_until(one_is_idle, NULL, WAIT_MS));
}

int one_sandbox_lease(void)
{
        int running = held_begin(HELD_RUNS);
        metrics_page_await(ONE_SANDBOX("leased"), 1);
        return running;
}
