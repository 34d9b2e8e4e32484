/* A soak: see README.md. Reads SOAK_SECONDS, SOAK_CLIENTS, SOAK_FAULTS and SEED from the environment. */
#include "fcgi/base/clock.h"
#include "fcgi/base/id.h"
#include "tests/integration/processes.h"
#include "tests/integration/remains.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/token.h"
#include "tests/soak/clients.h"
#include "tests/soak/memory.h"
#include "tests/soak/mischief.h"
#include "tests/soak/quiet.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAEMON "/var/run/docker.sock"
#define BACK_MS 240000 /* within which something must be served, whatever happened */
#define REST_MS 240000
#define WARM_UP_MS 5000
#define WARM_UP_SERVED 64 /* so that a slow machine's processes have worked too */
#define PAUSE_MS_MAX 3000
#define MEMORY_MS 2000

struct soak {
        unsigned seconds, client_count, seed;
        bool faults; /* else nothing is broken at any time */
        struct ledger *ledger;
        struct docker_proxy proxy;
        struct service service;
        struct programs programs;
        struct clients clients;
        struct mischief mischief;
        struct memory memory;
        struct remains before;
        struct surplus left;
        struct quiet quiet;
        int64_t gap_ms; /* the longest in which nothing was served, while things were broken */
        char languages[256];
};

static unsigned number_of(const char *name, unsigned otherwise)
{
        const char *text = getenv(name);
        return text && *text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* Every language works, or has no image. */
static bool is_settled(void *context)
{
        const char *id;
        json_t *health = service_get(context, "/api/health", NULL), *language;
        bool settled = health != NULL;
        json_object_foreach(json_object_get(json_object_get(health, "checks"), "languages"), id, language)
        {
                settled &= json_is_true(json_object_get(language, "ok")) ||
                           (json_is_false(json_object_get(language, "image")) &&
                                   json_object_get(language, "problem"));
        }
        json_decref(health);
        return settled;
}

/* All that work; one without an image is said and left out. */
static int find_languages(struct soak *soak, struct error *err)
{
        const char *id;
        json_t *language;
        int rc = 0;
        service_until(is_settled, &soak->service, REST_MS);
        json_t *health = service_get(&soak->service, "/api/health", err);
        json_object_foreach(json_object_get(json_object_get(health, "checks"), "languages"), id, language)
        {
                size_t used = strlen(soak->languages);
                if (!json_is_true(json_object_get(language, "ok")))
                        printf("without %s: %s\n", id,
                                json_string_value(json_object_get(language, "problem")));
                else if (rc == 0 && (rc = programs_add(&soak->programs, id, err)) == 0)
                        snprintf(soak->languages + used, sizeof soak->languages - used, " %s", id);
        }
        json_decref(health);
        return soak->programs.count ? rc : error_set(err, "no language works");
}

static int start(struct soak *soak, struct error *err)
{
        char path[64];
        struct service_options options = {.pool_max = 6,
                .reuse = 20,
                .queue_timeout_s = 5,
                .docker = path,
                .docker_timeout_s = 3,
                .all_languages = true,
                .warm = {{"python", 2}}};
        snprintf(path, sizeof path, "/tmp/sandpool-soak-%d.sock", (int)getpid());
        if (docker_proxy_start(&soak->proxy, path, DAEMON, err) ||
                service_start(&soak->service, &options, err) || find_languages(soak, err))
                return -1;
        soak->clients = (struct clients){.port = soak->service.port,
                .programs = &soak->programs,
                .ledger = soak->ledger,
                .seed = soak->seed};
        soak->mischief = (struct mischief){.service = &soak->service,
                .proxy = &soak->proxy,
                .ledger = soak->ledger,
                .seed = soak->seed ^ 0x5eed};
        return mischief_begin(&soak->mischief, err);
}

static bool has_worked(void *ledger)
{
        return ledger_get(ledger, LEDGER_SERVED, NULL) >= WARM_UP_SERVED;
}

/* What each process holds after it has worked for a while. */
static int warm_up(struct soak *soak, struct error *err)
{
        if (clients_start(&soak->clients, soak->client_count, err))
                return -1;
        poll(NULL, 0, WARM_UP_MS);
        service_until(has_worked, soak->ledger, REST_MS);
        if (clients_end(&soak->clients, err) || remains_take(&soak->service, &soak->before, REST_MS, err))
                return -1;
        memory_look(&soak->memory, &soak->service);
        memory_begin(&soak->memory);
        return 0;
}

/* Until the time is over. -1 as soon as something does not come back. */
static int work(struct soak *soak, struct error *err)
{
        int64_t now_ms = clock_ms(), end_ms = now_ms + soak->seconds * 1000, act_ms = now_ms,
                look_ms = now_ms;
        int64_t served_ms = now_ms;
        unsigned served = 0;
        for (; now_ms < end_ms; now_ms = clock_ms()) {
                unsigned now_served = ledger_get(soak->ledger, LEDGER_SERVED, NULL);
                if (now_served != served)
                        served_ms = now_ms;
                served = now_served;
                if (now_ms - served_ms > BACK_MS)
                        return error_set(err, "nothing was served for %d s", BACK_MS / 1000);
                mischief_settle(&soak->mischief);
                if (now_ms >= act_ms) {
                        if (mischief_do(&soak->mischief, err))
                                return -1;
                        act_ms = clock_ms() + rand_r(&soak->mischief.seed) % PAUSE_MS_MAX;
                }
                if (now_ms >= look_ms) {
                        memory_look(&soak->memory, &soak->service);
                        look_ms = now_ms + MEMORY_MS;
                }
                poll(NULL, 0, 20);
        }
        return 0;
}

struct question {
        const struct soak *soak;
        const struct program *program;
};

static bool is_served(void *context)
{
        const struct question *question = context;
        char token[TOKEN_SIZE];
        struct http_response response = {0};
        token_new(token);
        char *body = programs_body(question->program, token);
        struct http_request request = {
                .port = question->soak->service.port, .path = "/api/execute", .body = body};
        bool served = !http_send(&request, 1, &response, NULL) && response.status == 200 &&
                      programs_judge(question->program, token, response.json, NULL) == PROGRAM_RIGHT;
        http_clear(&response);
        free(body);
        return served;
}

/* Everything is put right; then every language must serve, and nothing be left. */
static int rest(struct soak *soak, struct error *err)
{
        int rc = mischief_end(&soak->mischief, err);
        soak->gap_ms = ledger_gap_ms(soak->ledger, LEDGER_SERVED);
        if (clients_end(&soak->clients, err) || rc)
                return -1;
        for (size_t i = 0; i < soak->programs.count; i++) {
                struct question question = {soak, &soak->programs.list[i]};
                if (question.program->kind == PROGRAM_ECHO && !service_until(is_served, &question, BACK_MS))
                        return error_set(err, "%s did not come back", question.program->language);
        }
        rc = remains_surplus(&soak->service, &soak->before, REST_MS, &soak->left, NULL, err);
        memory_look(&soak->memory, &soak->service);
        return rc || quiet_run(&soak->quiet, &soak->service, &soak->clients, soak->client_count,
                             soak->faults ? 0 : soak->seconds, err)
                       ? -1
                       : 0;
}

static int print_ledger(const struct soak *soak)
{
        unsigned mixed_up = ledger_mixed_up_count(soak->ledger), wrong = ledger_wrong_count(soak->ledger);
        printf("requests %u\n", ledger_get(soak->ledger, LEDGER_ANSWER, NULL));
        ledger_print(soak->ledger, LEDGER_ANSWER);
        printf("served by language\n");
        ledger_print(soak->ledger, LEDGER_SERVED);
        printf("done to the service %u\n", ledger_get(soak->ledger, LEDGER_ACT, NULL));
        ledger_print(soak->ledger, LEDGER_ACT);
        if (soak->faults)
                printf("longest time without a result %.1f s\n", (double)soak->gap_ms / 1000);
        printf("mixed-up %u\nwrong %u\n", mixed_up, wrong);
        ledger_print_problems(soak->ledger);
        printf("leaked containers %d\nleaked processes %d\nleaked descriptors %d\nleaked files %d %s\n",
                soak->left.containers, soak->left.processes, soak->left.descriptors, soak->left.files,
                soak->left.file);
        int grown = memory_print(&soak->memory) + quiet_print(&soak->quiet);
        return mixed_up || wrong || soak->left.containers || soak->left.processes || soak->left.descriptors ||
               soak->left.files || grown;
}

int main(void)
{
        static struct soak soak;
        struct error err = {0}, stop_err = {0};
        setvbuf(stdout, NULL, _IOLBF, 0);
        soak.seconds = number_of("SOAK_SECONDS", 60);
        soak.client_count = number_of("SOAK_CLIENTS", 12);
        soak.faults = number_of("SOAK_FAULTS", 1);
        id_random(&soak.seed, sizeof soak.seed);
        soak.seed = number_of("SEED", soak.seed);
        printf("SEED=%u\n", soak.seed);
        soak.ledger = ledger_new();
        int bad = !soak.ledger || start(&soak, &err) || warm_up(&soak, &err);
        if (!bad) {
                printf("%u s, %u clients, %zu programs of%s\n", soak.seconds, soak.client_count,
                        soak.programs.count, soak.languages);
                ledger_begin(soak.ledger);
                bad = soak.faults &&
                      (clients_start(&soak.clients, soak.client_count, &err) || work(&soak, &err));
                if (bad)
                        printf("%s\n", err.text);
                bad |= rest(&soak, &err);
                bad |= print_ledger(&soak);
        }
        docker_proxy_set(&soak.proxy, DOCKER_FAULT_NONE);
        if (service_stop(&soak.service, &stop_err))
                bad = 1;
        docker_proxy_stop(&soak.proxy);
        remains_clear(&soak.before);
        if (*err.text || *stop_err.text)
                printf("%s%s%s\n", err.text, *err.text && *stop_err.text ? "; " : "", stop_err.text);
        printf(bad ? "FAILED, SEED=%u\n" : "all as it should be, SEED=%u\n", soak.seed);
        return bad ? 1 : 0;
}
