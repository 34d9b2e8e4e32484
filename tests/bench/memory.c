/* A row for each kind of process, by the names they give themselves. */
#include "tests/bench/memory.h"

#include "tests/bench/comparison.h"
#include "tests/bench/crowd.h"
#include "tests/bench/programs.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 32 /* as many as there are workers */
#define PATIENCE_MS 30000
#define SERVICE_BUDGET_KIB (40 * 1024)
#define RUNNER_BUDGET_KIB 1024

enum kind { SUPERVISOR, BROKER, CONTROL, WORKER, SERVICE, RUNNER, KINDS };

static const struct {
        const char *row, *begins; /* how its processes' names begin; NULL: not told by name */
        long budget_kib;          /* of all together, for the runner of the largest; 0: none */
} kinds[KINDS] = {
        [SUPERVISOR] = {"supervisor", NULL, 0},
        [BROKER] = {"broker", "sp-broker", 0},
        [CONTROL] = {"control worker", "sp-control", 0},
        [WORKER] = {"workers", "sp-worker", 0},
        [SERVICE] = {"the service, idle", NULL, SERVICE_BUDGET_KIB},
        [RUNNER] = {"runners, one a sandbox", NULL, RUNNER_BUDGET_KIB},
};

struct stock {
        struct figure {
                int processes;
                long min_kib, max_kib, sum_kib;
        } of[KINDS];
};

static struct stock at_start, after_load;

static void add(struct figure *figure, pid_t pid)
{
        long kib = processes_private_kib(pid);
        if (kib < 0)
                return;
        figure->min_kib = !figure->processes || kib < figure->min_kib ? kib : figure->min_kib;
        figure->max_kib = kib > figure->max_kib ? kib : figure->max_kib;
        figure->sum_kib += kib;
        figure->processes++;
}

static enum kind kind_of(const struct process *process, pid_t supervisor)
{
        for (int i = 0; i < KINDS; i++)
                if (kinds[i].begins && !strncmp(process->name, kinds[i].begins, strlen(kinds[i].begins)))
                        return (enum kind)i;
        return process->pid == supervisor ? SUPERVISOR : KINDS;
}

static int take_stock(const struct service *service, struct stock *stock, struct error *err)
{
        struct process list[PROCESSES_MAX];
        char ids[SERVICE_CONTAINERS_MAX][65];
        size_t count = processes_list(service->supervisor, 0, list);
        int containers = service_containers(service, ids, err);
        *stock = (struct stock){0};
        for (size_t i = 0; i < count; i++) {
                enum kind kind = kind_of(&list[i], service->supervisor);
                if (kind == KINDS)
                        return error_set(err, "what process is '%s'?", list[i].name);
                add(&stock->of[kind], list[i].pid);
                add(&stock->of[SERVICE], list[i].pid);
        }
        for (int i = 0; i < containers; i++) {
                char *pid = spawn_text(NULL, "docker", "inspect", "-f", "{{.State.Pid}}", ids[i], NULL);
                if (pid && atoi(pid) > 0) /* else it has just been replaced */
                        add(&stock->of[RUNNER], atoi(pid));
                free(pid);
        }
        for (int i = 0; i < KINDS; i++)
                if (!stock->of[i].processes)
                        return error_set(err, "no process for the row '%s'", kinds[i].row);
        return 0;
}

int memory_begin(struct bench *bench, struct error *err)
{
        return take_stock(&bench->service, &at_start, err);
}

static bool is_at_rest(void *context)
{
        return service_sandboxes(context, "leased", NULL) == 0;
}

static int put_to_work(struct bench *bench, struct error *err)
{
        static struct crowd_counts counts; /* its samples are too large for a stack */
        struct question question = programs_question(&programs_python, bench->service.port);
        struct crowd_plan plan = {.port = bench->service.port,
                .body = question.body,
                .clients = CLIENTS,
                .ms = bench->plan->clients_ms};
        int rc = crowd_run(&plan, &counts, err);
        question_free(&question);
        if (rc == 0 && !service_until(is_at_rest, &bench->service, PATIENCE_MS))
                rc = error_set(err, "the service does not come to rest");
        return rc;
}

static void print_row(enum kind kind)
{
        const struct figure *now[] = {&at_start.of[kind], &after_load.of[kind]};
        long budget_kib = kinds[kind].budget_kib;
        printf("| %s | %d |", kinds[kind].row, now[0]->processes);
        for (int i = 0; i < 2; i++)
                printf(" %ld | %ld | %ld |", now[i]->min_kib, now[i]->max_kib, now[i]->sum_kib);
        if (!budget_kib) {
                puts(" - | - |");
                return;
        }
        bool met = true;
        for (int i = 0; i < 2; i++)
                met &= (kind == RUNNER ? now[i]->max_kib : now[i]->sum_kib) <= budget_kib;
        printf(" %s %ld KiB | %s |\n", kind == RUNNER ? "each" : "all", budget_kib, comparison_met(met));
}

int memory_table(struct bench *bench, struct error *err)
{
        fprintf(stderr, "memory\n");
        if (put_to_work(bench, err) || take_stock(&bench->service, &after_load, err))
                return -1;
        printf("\n| private memory, KiB | processes | at start: least | most | all | after the load: least | "
               "most | all | budget | met |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for (int i = 0; i < KINDS; i++)
                print_row((enum kind)i);
        return 0;
}
