/* nginx reloaded in front of the real service, under load: every request gets its own result, those that run
 * through it too. */
#include "tests/integration/fixture.h"
#include "tests/integration/load.h"
#include "tests/integration/must.h"
#include "tests/integration/nginx_workers.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define CLIENTS 8
#define POOL 4
#define RELOADS 5
#define PATIENCE_MS 120000

static struct load load;
static struct remains before;

/* Nobody is sent away because others take long. */
static int start(void **state)
{
        struct service_options options = {.pool_max = POOL,
                .queue_timeout_s = 60,
                .warm = {{"python", POOL}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return fixture_start_at_rest(&options, &before, PATIENCE_MS);
}

static int stop(void **state)
{
        load_kill(&load);
        remains_clear(&before);
        return fixture_stop(state);
}

static int end_load(void **state)
{
        (void)state;
        load_kill(&load);
        return 0;
}

/* All are served, and none as much as sent away; then nothing is left. */
static void end(void)
{
        struct error err = {0};
        struct load_counts counts;
        assert_true(load_served(&load, 2 * CLIENTS, PATIENCE_MS));
        must(load_end(&load, 0, &counts, &err), &err);
        assert_int_equal(counts.refused, 0);
        must(remains_check(&fixture, &before, PATIENCE_MS, &err), &err);
}

/* Clients ask before, during and after each reload, which is over when no process of before is there. */
static void one_reload_after_the_other(void **state)
{
        struct error err = {0};
        (void)state;
        must(load_start(&load, fixture.port, CLIENTS, load_quick, &err), &err);
        for (int i = 0; i < RELOADS; i++) {
                assert_true(load_served(&load, CLIENTS, PATIENCE_MS));
                must(nginx_workers_replace(fixture.nginx, PATIENCE_MS, &err), &err);
        }
        end();
}

/* The processes of before stay with what runs; the new ones have whoever asks for something else. */
static void while_all_run(void **state)
{
        struct error err = {0};
        (void)state;
        must(load_start_with(&load, fixture.port, POOL, load_held, load_quick, &err), &err);
        assert_true(fixture_await_leased(POOL, PATIENCE_MS));
        must(nginx_workers_reload(fixture.nginx, PATIENCE_MS, &err), &err);
        assert_int_equal(service_sandboxes(&fixture, "leased", NULL), POOL);
        end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(one_reload_after_the_other, end_load),
                cmocka_unit_test_teardown(while_all_run, end_load),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
