/* Asks a broker alone for leases. */
#include "tests/integration/lessee.h"

#include "fcgi/base/clock.h"
#include "tests/integration/lone_broker.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define QUEUE_TIMEOUT_MS 700 /* the broker's: "busy" comes soon */
#define POOL 3

int lessee_setup(void **state)
{
        (void)state;
        return lone_broker_prepare(QUEUE_TIMEOUT_MS, POOL);
}

struct broker_link *lessee_link(void)
{
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        assert_non_null(link);
        return link;
}

struct wanted {
        const char *language;
        uint32_t idle;
};

static bool has_idle(void *context)
{
        const struct wanted *wanted = context;
        struct broker_status status;
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        bool has = false;
        if (!broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL))
                for (uint32_t i = 0; i < status.language_count; i++)
                        if (!strcmp(status.languages[i].id, wanted->language))
                                has = status.languages[i].idle == wanted->idle &&
                                      !status.languages[i].leased && !status.languages[i].starting;
        broker_link_free(link);
        return has;
}

void lessee_await_idle(const char *id, uint32_t idle)
{
        struct wanted wanted = {id, idle};
        if (!service_until(has_idle, &wanted, 4 * LONE_BROKER_PATIENCE_MS))
                fail_msg("%s never had %u idle sandboxes", id, idle);
}

int lessee_try(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease)
{
        struct error err = {0};
        int answer =
                lease_acquire(link, lone_broker_language(id), memory_mib, hold_ms, "lessee", -1, lease, &err);
        assert_string_equal(err.text, "");
        return answer;
}

void lessee_acquire_with(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease)
{
        int64_t deadline_ms = clock_ms() + 4 * LONE_BROKER_PATIENCE_MS;
        int answer;
        do
                answer = lessee_try(link, id, memory_mib, hold_ms, lease);
        while ((answer == LEASE_BUSY || answer == LEASE_UNAVAILABLE) && clock_ms() < deadline_ms);
        assert_int_equal(answer, LEASE_GRANTED);
        assert_true(lease->fd >= 0);
}

void lessee_acquire(struct broker_link *link, const char *id, struct lease *lease)
{
        lessee_acquire_with(link, id, 128, LESSEE_HOLD_MS, lease);
}

void lessee_release(struct broker_link *link, struct lease *lease)
{
        lease_release(link, lease, true);
}

struct container {
        const char *id;
        bool there;
};

static bool container_is(void *context)
{
        const struct container *container = context;
        char *list = lone_broker_containers("{{.ID}}");
        bool there = strstr(list, container->id) != NULL;
        free(list);
        return there == container->there;
}

bool lessee_is_kept(const struct lease *lease)
{
        struct container kept = {lease->sandbox, true};
        lessee_await_idle("python", 1);
        return container_is(&kept);
}

void lessee_await_gone(const char *id)
{
        struct container gone = {id, false};
        assert_true(service_until(container_is, &gone, LONE_BROKER_PATIENCE_MS));
}
