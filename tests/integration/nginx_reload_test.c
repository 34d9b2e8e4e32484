/* nginx reloaded in front of the real service, under load: every request gets its own result, those that run
 * through it too. */
#include "tests/integration/loaded.h"
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

/* Nobody is sent away because others take long. */
static int start(void **state)
{
        struct service_options options = {.pool_max = POOL,
                .queue_timeout_s = 60,
                .warm = {{"python", POOL}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return loaded_start(&options);
}

/* All are served, and none as much as sent away; then nothing is left. */
static void end(void)
{
        struct load_counts counts = loaded_end(2 * CLIENTS);
        assert_int_equal(counts.refused, 0);
}

/* Clients ask before, during and after each reload, which is over when no process of before is there. */
static void one_reload_after_the_other(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin(CLIENTS);
        for (int i = 0; i < RELOADS; i++) {
                loaded_await_served(CLIENTS);
                must(nginx_workers_replace(fixture.nginx, LOADED_PATIENCE_MS, &err), &err);
        }
        end();
}

/* The processes of before stay with what runs; the new ones have whoever asks for something else. */
static void while_all_run(void **state)
{
        struct error err = {0};
        (void)state;
        loaded_begin_held(POOL);
        must(nginx_workers_reload(fixture.nginx, LOADED_PATIENCE_MS, &err), &err);
        assert_int_equal(service_sandboxes(&fixture, "leased", NULL), POOL);
        end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                LOADED_TEST(one_reload_after_the_other),
                LOADED_TEST(while_all_run),
        };
        return cmocka_run_group_tests(tests, start, loaded_stop);
}
