/* Puts the fixture, its stock and a load together. */
#include "tests/integration/loaded.h"

#include "tests/integration/must.h"

struct loaded loaded;

int loaded_start(const struct service_options *options)
{
        return fixture_start_at_rest(options, &loaded.before, LOADED_PATIENCE_MS);
}

int loaded_stop(void **state)
{
        loaded_kill(state);
        remains_clear(&loaded.before);
        return fixture_stop(state);
}

int loaded_kill(void **state)
{
        (void)state;
        load_kill(&loaded.load);
        loaded.may = 0;
        loaded.is_broken = false;
        return 0;
}

void loaded_begin(size_t clients)
{
        struct error err = {0};
        must(load_start(&loaded.load, fixture.port, clients, load_quick, &err), &err);
        loaded_await_served((unsigned)clients);
}

void loaded_begin_held(size_t clients)
{
        struct error err = {0};
        must(load_start_with(&loaded.load, fixture.port, clients, load_held, load_quick, &err), &err);
        assert_true(fixture_await_leased((int)clients, LOADED_PATIENCE_MS));
}

void loaded_await_served(unsigned more)
{
        assert_true(load_served(&loaded.load, more, LOADED_PATIENCE_MS));
}

void loaded_await_refused(unsigned more)
{
        assert_true(load_refused(&loaded.load, more, LOADED_PATIENCE_MS));
}

void loaded_break(int may)
{
        loaded.may = may;
        loaded.is_broken = true;
        load_broken(&loaded.load);
}

void loaded_whole(void)
{
        struct error err = {0};
        must(service_await_ready(&fixture, &err), &err);
        load_whole(&loaded.load);
        loaded.is_broken = false;
}

struct load_counts loaded_end(unsigned more)
{
        struct error err = {0};
        struct load_counts counts;
        assert_false(loaded.is_broken);
        loaded_await_served(more);
        must(load_end(&loaded.load, loaded.may, &counts, &err), &err);
        loaded.may = 0;
        loaded_nothing_is_left();
        return counts;
}

void loaded_nothing_is_left(void)
{
        struct error err = {0};
        must(remains_check(&fixture, &loaded.before, LOADED_PATIENCE_MS, &err), &err);
}
