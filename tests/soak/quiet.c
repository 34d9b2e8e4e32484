/* Takes stock, asks, takes stock again. */
#include "tests/soak/quiet.h"

#include "fcgi/base/clock.h"
#include "tests/integration/service_ask.h"

#include <poll.h>
#include <stdio.h>

#define ENOUGH 256 /* requests: eight for each of 32 workers */
#define PATIENCE_MS 480000

struct goal {
        const struct ledger *ledger;
        unsigned served;
};

static bool is_reached(void *context)
{
        const struct goal *goal = context;
        return ledger_get(goal->ledger, LEDGER_SERVED, NULL) >= goal->served;
}

/* So many results more, for so long at least. Returns how many there were, or -1. */
static int ask(struct clients *clients, size_t count, unsigned seconds, struct error *err)
{
        unsigned before = ledger_get(clients->ledger, LEDGER_SERVED, NULL);
        struct goal goal = {clients->ledger, before + ENOUGH};
        if (clients_start(clients, count, err))
                return -1;
        int64_t until_ms = clock_ms() + seconds * 1000LL;
        bool reached = service_until(is_reached, &goal, PATIENCE_MS);
        while (reached && clock_ms() < until_ms)
                poll(NULL, 0, (int)clock_left_ms(until_ms));
        if (clients_end(clients, err))
                return -1;
        return reached ? (int)(ledger_get(clients->ledger, LEDGER_SERVED, NULL) - before)
                       : error_set(err, "not %d requests served, with nothing broken", ENOUGH);
}

int quiet_run(struct quiet *quiet, const struct service *service, struct clients *clients, size_t count,
        unsigned seconds, struct error *err)
{
        struct remains before = {0};
        clients->undisturbed = true;
        int served = ask(clients, count, 0, err);
        if (served >= 0 && remains_take(service, &before, PATIENCE_MS, err) == 0) {
                memory_count(&quiet->before, service);
                served = ask(clients, count, seconds, err);
                if (served >= 0 && remains_surplus(service, &before, PATIENCE_MS, &quiet->left, NULL, err))
                        served = -1;
                memory_count(&quiet->after, service);
        } else {
                served = -1;
        }
        remains_clear(&before);
        quiet->served = served < 0 ? 0 : (unsigned)served;
        return served < 0 ? error_wrap(err, "with nothing broken") : 0;
}

int quiet_print(const struct quiet *quiet)
{
        const struct surplus *left = &quiet->left;
        printf("with nothing broken: leaked containers %d, processes %d, descriptors %d, files %d %s\n",
                left->containers, left->processes, left->descriptors, left->files, left->file);
        return memory_print_growth(&quiet->before, &quiet->after, quiet->served) + left->containers +
               left->processes + left->descriptors + left->files;
}
