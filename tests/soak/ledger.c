/* Counters in shared memory, under one lock. */
#include "tests/soak/ledger.h"

#include "fcgi/base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define NAMES_MAX 64
#define NAME_SIZE 64
#define PROBLEMS_MAX 8
#define PROBLEM_SIZE 1024

struct counter {
        char name[NAME_SIZE];
        unsigned count;
};

struct ledger {
        pthread_mutex_t lock; /* robust: a client may be killed while it holds it */
        struct counter counters[LEDGER_KINDS][NAMES_MAX];
        int64_t last_ms[LEDGER_KINDS], gap_ms[LEDGER_KINDS]; /* clock_ms */
        unsigned mixed_up, wrong, problems;
        char problem[PROBLEMS_MAX][PROBLEM_SIZE];
};

struct ledger *ledger_new(void)
{
        pthread_mutexattr_t shared;
        struct ledger *ledger =
                mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (ledger == MAP_FAILED)
                return NULL;
        pthread_mutexattr_init(&shared);
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&ledger->lock, &shared);
        return ledger;
}

/* pthread_mutex_lock(3): EOWNERDEAD when its holder died; a counter is right or one too few then. */
static void lock(struct ledger *ledger)
{
        if (pthread_mutex_lock(&ledger->lock))
                pthread_mutex_consistent(&ledger->lock);
}

static struct counter *counter_of(struct ledger *ledger, enum ledger_kind kind, const char *name)
{
        struct counter *list = ledger->counters[kind];
        size_t i = 0;
        while (i < NAMES_MAX - 1 && *list[i].name && strcmp(list[i].name, name))
                i++;
        if (!*list[i].name)
                snprintf(list[i].name, NAME_SIZE, "%s", i == NAMES_MAX - 1 ? "others" : name);
        return &list[i];
}

/* Under the lock. */
static void measure_gap(struct ledger *ledger, enum ledger_kind kind)
{
        int64_t now_ms = clock_ms(), gap_ms = now_ms - ledger->last_ms[kind];
        if (ledger->last_ms[kind] && gap_ms > ledger->gap_ms[kind])
                ledger->gap_ms[kind] = gap_ms;
        ledger->last_ms[kind] = now_ms;
}

void ledger_count(struct ledger *ledger, enum ledger_kind kind, const char *name)
{
        char cut[NAME_SIZE];
        snprintf(cut, sizeof cut, "%s", name);
        lock(ledger);
        counter_of(ledger, kind, cut)->count++;
        measure_gap(ledger, kind);
        pthread_mutex_unlock(&ledger->lock);
}

void ledger_begin(struct ledger *ledger)
{
        lock(ledger);
        for (int kind = 0; kind < LEDGER_KINDS; kind++) {
                ledger->last_ms[kind] = clock_ms();
                ledger->gap_ms[kind] = 0;
        }
        pthread_mutex_unlock(&ledger->lock);
}

int64_t ledger_gap_ms(const struct ledger *ledger, enum ledger_kind kind)
{
        return ledger->gap_ms[kind];
}

unsigned ledger_get(const struct ledger *ledger, enum ledger_kind kind, const char *name)
{
        unsigned count = 0;
        for (size_t i = 0; i < NAMES_MAX; i++)
                if (!name || !strcmp(ledger->counters[kind][i].name, name))
                        count += ledger->counters[kind][i].count;
        return count;
}

static void note(struct ledger *ledger, unsigned *count, const char *text)
{
        lock(ledger);
        ++*count;
        if (ledger->problems < PROBLEMS_MAX)
                snprintf(ledger->problem[ledger->problems++], PROBLEM_SIZE, "%s", text);
        pthread_mutex_unlock(&ledger->lock);
}

void ledger_mixed_up(struct ledger *ledger, const char *text)
{
        note(ledger, &ledger->mixed_up, text);
}

void ledger_wrong(struct ledger *ledger, const char *text)
{
        note(ledger, &ledger->wrong, text);
}

unsigned ledger_mixed_up_count(const struct ledger *ledger)
{
        return ledger->mixed_up;
}

unsigned ledger_wrong_count(const struct ledger *ledger)
{
        return ledger->wrong;
}

void ledger_print(const struct ledger *ledger, enum ledger_kind kind)
{
        const struct counter *list = ledger->counters[kind];
        unsigned below = 0;
        for (size_t printed = 0; printed < NAMES_MAX; printed++) {
                const struct counter *most = NULL;
                for (size_t i = 0; i < NAMES_MAX; i++)
                        if (list[i].count && (!most || list[i].count > most->count) &&
                                (!printed || list[i].count < below))
                                most = &list[i];
                if (!most)
                        return;
                below = most->count;
                for (size_t i = 0; i < NAMES_MAX; i++)
                        if (list[i].count == below)
                                printf("  %8u  %s\n", list[i].count, list[i].name);
        }
}

void ledger_print_problems(const struct ledger *ledger)
{
        for (unsigned i = 0; i < ledger->problems; i++)
                printf("  %s\n", ledger->problem[i]);
}
