/* As many clients as there are workers, and many times as many, in turns; on a pool of 4.
 *
 * Clients that ask again at once whatever the answer was keep nginx, and themselves, as busy as they can. On
 * the same processors that is time which those served are missing: so once more with service and sandboxes on
 * one processor, nginx and the clients on the others. */
#include "tests/bench/overload.h"

#include "tests/bench/comparison.h"
#include "tests/bench/crowd.h"
#include "tests/bench/programs.h"
#include "tests/integration/service_ask.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#define POOL 4
#define TURNS 3
#define PATIENCE_MS 60000
#define RATIO_BUDGET 1.1 /* no longer, give or take a tenth */
#define REFUSED_BUDGET_MS 100

static const unsigned crowds[] = {32, 512};
#define CROWDS (sizeof crowds / sizeof *crowds)

struct arrangement {
        const char *name;
        const char *cpus;         /* of the sandboxes, as pool.cpus */
        cpu_set_t service, nginx; /* and the clients are where nginx is */
        struct crowd_counts counts[CROWDS];
};

static bool is_ready(void *context)
{
        return service_sandboxes(context, "idle", NULL) == POOL &&
               service_sandboxes(context, "leased", NULL) == 0;
}

static int be_on(const cpu_set_t *cpus, struct error *err)
{
        return sched_setaffinity(0, sizeof *cpus, cpus) ? error_errno(err, "sched_setaffinity") : 0;
}

static int start(struct service *service, const struct arrangement *arrangement, struct error *err)
{
        struct service_options options = {.pool_max = POOL,
                .cpus = arrangement->cpus,
                .warm = {{"python", POOL}, {"javascript", 0}, {"cpp", 0}}};
        return service_prepare(service, &options, err) || be_on(&arrangement->service, err) ||
                               service_launch(service, err) || be_on(&arrangement->nginx, err) ||
                               service_launch_nginx(service, err)
                       ? -1
                       : service_await_ready(service, err);
}

static int measure(struct arrangement *arrangement, struct service *service, const struct bench *bench,
        struct error *err)
{
        struct question question = programs_question(&programs_python, service->port);
        int rc = 0;
        for (int turn = 0; rc == 0 && turn < TURNS; turn++)
                for (size_t i = 0; rc == 0 && i < CROWDS; i++) {
                        struct crowd_plan plan = {.port = service->port,
                                .body = question.body,
                                .clients = crowds[i],
                                .ms = bench->plan->clients_ms,
                                .think_ms = bench->think_ms};
                        fprintf(stderr, "overload, %s, %u clients\n", arrangement->name, crowds[i]);
                        rc = service_until(is_ready, service, PATIENCE_MS)
                                     ? crowd_run(&plan, &arrangement->counts[i], err)
                                     : error_set(err, "the pool does not get warm");
                }
        question_free(&question);
        return rc;
}

static int arrange(
        struct arrangement *arrangement, const struct bench *bench, const cpu_set_t *all, struct error *err)
{
        struct error stop_err = {0};
        struct service service = {0};
        int rc = start(&service, arrangement, err);
        if (rc == 0)
                rc = measure(arrangement, &service, bench, err);
        if (service_stop(&service, &stop_err) && rc == 0)
                rc = error_set(err, "%s", stop_err.text);
        if (be_on(all, err))
                rc = -1;
        for (size_t i = 0; rc == 0 && i < CROWDS; i++)
                crowd_print(arrangement->name, crowds[i], &arrangement->counts[i]);
        return rc;
}

/* The first processor of the set, as a text too; the others stay in it. */
static void split(const cpu_set_t *all, struct arrangement *apart, char text[16])
{
        int first = 0;
        while (!CPU_ISSET(first, all))
                first++;
        snprintf(text, 16, "%d", first);
        apart->cpus = text;
        apart->nginx = *all;
        CPU_CLR(first, &apart->nginx);
        CPU_ZERO(&apart->service);
        CPU_SET(first, &apart->service);
}

/* What was promised: those that are served notice nothing of the surplus, which is sent away at once. */
static void print_verdict(struct arrangement *arrangement)
{
        struct crowd_counts *few = &arrangement->counts[0], *many = &arrangement->counts[CROWDS - 1];
        double ratio = samples_ms(&many->served_us, 50) / samples_ms(&few->served_us, 50);
        double refused_ms = samples_ms(&many->refused_us, 99);
        if (!few->served_us.count)
                return;
        printf("| %s | %.2f | %.1f | %s | %.0f ms | %d ms | %s |\n", arrangement->name, ratio, RATIO_BUDGET,
                comparison_met(ratio <= RATIO_BUDGET), refused_ms, REFUSED_BUDGET_MS,
                comparison_met(refused_ms <= REFUSED_BUDGET_MS));
}

int overload_table(struct bench *bench, struct error *err)
{
        static struct arrangement together = {.name = "the same"}, apart = {.name = "their own"}; /* large */
        cpu_set_t all;
        char first[16];
        if (sched_getaffinity(0, sizeof all, &all))
                return error_errno(err, "sched_getaffinity");
        together.service = together.nginx = all;
        printf("\n| processors of nginx and clients" CROWD_HEADING);
        if (arrange(&together, bench, &all, err))
                return -1;
        if (CPU_COUNT(&all) > 1) {
                split(&all, &apart, first);
                if (arrange(&apart, bench, &all, err))
                        return -1;
        }
        printf("\n| processors of nginx and clients | served, p50: %u clients by %u | budget | met | "
               "refused, p99 | budget | met |\n| --- | --- | --- | --- | --- | --- | --- |\n",
                crowds[CROWDS - 1], crowds[0]);
        print_verdict(&together);
        print_verdict(&apart);
        printf("\nPython `print`, a pool of %d, %d turns of %d s each.\n", POOL, TURNS,
                bench->plan->clients_ms / 1000);
        return 0;
}
