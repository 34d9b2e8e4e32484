/* Clients as processes of their own; what they count stands in memory that they share. */
#include "tests/integration/load.h"

#include "fcgi/base/clock.h"
#include "tests/integration/answer.h"
#include "tests/integration/http.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/token.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 120000
#define TIMEOUT_S 30 /* the most that may be asked for */
#define PAUSE_MS 50  /* of a client that was sent away */

#define ON_BOTH(prints) "import sys, time\n" prints "print('%s', file=sys.stderr)"

const char *const load_quick[] = {ON_BOTH("print('%s')\n"), ON_BOTH("time.sleep(0.1)\nprint('%s')\n"),
        ON_BOTH("for c in '%s\\n':\n    sys.stdout.write(c)\n    sys.stdout.flush()\n"),
        ON_BOTH("print('%s', flush=True)\ntime.sleep(0.3)\n"), NULL};
const char *const load_held = ON_BOTH("time.sleep(25)\nprint('%s')\n");

enum outcome { SERVED, REFUSED, FAILED, ENDED, WRONG, OUTCOMES };

struct load_shared {
        atomic_bool stop;
        atomic_uint sent, outcomes[OUTCOMES];
        atomic_int_least64_t broken_us, whole_us; /* by clock_us */
        atomic_flag told;                         /* the first problem is kept */
        char problem[480];
};

static enum outcome wrong(
        struct load_shared *shared, const char *what, const char *token, const struct http_response *response)
{
        if (!atomic_flag_test_and_set(&shared->told))
                snprintf(shared->problem, sizeof shared->problem, "%s: token %s, status %d: %.*s", what,
                        token, response->status, (int)(response->body.size < 300 ? response->body.size : 300),
                        response->body.data ? response->body.data : "");
        return WRONG;
}

static bool is(const struct http_response *response, const char *field, const char *token)
{
        const char *text = json_string_value(json_object_get(response->json, field));
        size_t length = strlen(token);
        return text && !strncmp(text, token, length) && !strcmp(text + length, "\n");
}

/* A request that ends now: an outcome that only a broken service may have. */
static enum outcome mishap(struct load_shared *shared, enum outcome outcome, int64_t began_us,
        const char *token, const struct http_response *response)
{
        char what[120];
        int64_t now_us = clock_us(), broken_us = atomic_load(&shared->broken_us),
                whole_us = atomic_load(&shared->whole_us);
        if (now_us >= broken_us && began_us <= whole_us)
                return outcome;
        if (now_us < broken_us)
                return wrong(shared, "nothing was broken yet", token, response);
        snprintf(what, sizeof what, "sent %d ms after all was whole again",
                (int)((began_us - whole_us) / 1000));
        return wrong(shared, what, token, response);
}

static enum outcome judge(
        struct load_shared *shared, int64_t began_us, const char *token, const struct http_response *response)
{
        struct error err = {0};
        char other[TOKEN_SIZE];
        if (token_of_another(response, token, other))
                return wrong(shared, other, token, response);
        if (!response->status)
                return mishap(shared, ENDED, began_us, token, response);
        if (answer_check(response, &err))
                return wrong(shared, err.text, token, response);
        if (response->status == 503)
                return REFUSED;
        if (response->status == 500)
                return mishap(shared, FAILED, began_us, token, response);
        if (response->status != 200 || !json_is_true(json_object_get(response->json, "success")) ||
                !is(response, "output", token) || !is(response, "stderr", token))
                return wrong(shared, "not its own result", token, response);
        return SERVED;
}

/* The program with the token in place of each %s. */
static void fill(const char *program, const char *token, char *code, size_t size)
{
        size_t used = 0;
        for (const char *at; (at = strstr(program, "%s")) && used < size; program = at + 2)
                used += (size_t)snprintf(
                        code + used, size - used, "%.*s%s", (int)(at - program), program, token);
        if (used < size)
                snprintf(code + used, size - used, "%s", program);
}

static void ask(struct load_shared *shared, int port, const char *program)
{
        char token[TOKEN_SIZE], code[512];
        struct http_response response = {0};
        token_new(token);
        fill(program, token, code, sizeof code);
        json_t *body = json_pack("{s:s, s:s, s:i}", "code", code, "policy", "off", "timeout", TIMEOUT_S);
        char *text = json_dumps(body, JSON_COMPACT);
        struct http_request request = {.port = port, .path = "/api/execute", .body = text};
        int64_t began_us = clock_us();
        atomic_fetch_add(&shared->sent, 1);
        http_send(&request, 1, &response, NULL);
        enum outcome outcome = judge(shared, began_us, token, &response);
        atomic_fetch_add(&shared->outcomes[outcome], 1);
        http_clear(&response);
        free(text);
        json_decref(body);
        if (outcome != SERVED)
                poll(NULL, 0, PAUSE_MS);
}

static void be_client(
        struct load_shared *shared, int port, const char *first, const char *const *programs, unsigned seed)
{
        size_t count = 0;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (programs[count])
                count++;
        if (first)
                ask(shared, port, first);
        while (!atomic_load(&shared->stop))
                ask(shared, port, programs[(size_t)rand_r(&seed) % count]);
        _exit(0);
}

int load_start_with(struct load *load, int port, size_t clients, const char *first,
        const char *const *programs, struct error *err)
{
        load->count = 0;
        load->shared =
                mmap(NULL, sizeof *load->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (load->shared == MAP_FAILED) {
                load->shared = NULL;
                return error_errno(err, "mmap");
        }
        atomic_store(&load->shared->whole_us, INT64_MAX);
        while (load->count < clients && load->count < LOAD_CLIENTS_MAX) {
                pid_t pid = fork();
                if (pid < 0)
                        return error_errno(err, "fork");
                if (pid == 0)
                        be_client(load->shared, port, first, programs, (unsigned)load->count);
                load->pids[load->count++] = pid;
        }
        return 0;
}

int load_start(struct load *load, int port, size_t clients, const char *const *programs, struct error *err)
{
        return load_start_with(load, port, clients, NULL, programs, err);
}

struct load_counts load_counts(const struct load *load)
{
        struct load_shared *shared = load->shared;
        return (struct load_counts){.sent = atomic_load(&shared->sent),
                .served = atomic_load(&shared->outcomes[SERVED]),
                .refused = atomic_load(&shared->outcomes[REFUSED]),
                .failed = atomic_load(&shared->outcomes[FAILED]),
                .ended = atomic_load(&shared->outcomes[ENDED])};
}

void load_broken(struct load *load)
{
        atomic_store(&load->shared->broken_us, clock_us());
}

void load_whole(struct load *load)
{
        atomic_store(&load->shared->whole_us, clock_us());
}

struct awaited {
        const struct load *load;
        unsigned served, refused;
};

static bool has_counted(void *context)
{
        struct awaited *awaited = context;
        struct load_counts counts = load_counts(awaited->load);
        return counts.served >= awaited->served && counts.refused >= awaited->refused;
}

bool load_served(const struct load *load, unsigned more, int timeout_ms)
{
        struct awaited awaited = {.load = load, .served = load_counts(load).served + more};
        return service_until(has_counted, &awaited, timeout_ms);
}

bool load_refused(const struct load *load, unsigned more, int timeout_ms)
{
        struct awaited awaited = {.load = load, .refused = load_counts(load).refused + more};
        return service_until(has_counted, &awaited, timeout_ms);
}

static int verdict(const struct load *load, int may, struct error *err)
{
        struct load_counts counts = load_counts(load);
        if (atomic_load(&load->shared->outcomes[WRONG]))
                return error_set(err, "%u wrong answers; %s", atomic_load(&load->shared->outcomes[WRONG]),
                        load->shared->problem);
        if (counts.failed && !(may & LOAD_MAY_FAIL))
                return error_set(err, "%u of %u requests: status 500", counts.failed, counts.sent);
        if (counts.ended && !(may & LOAD_MAY_END))
                return error_set(err, "%u of %u requests: no answer", counts.ended, counts.sent);
        return 0;
}

int load_end(struct load *load, int may, struct load_counts *counts, struct error *err)
{
        int rc = 0, status;
        int64_t deadline_ms = clock_ms() + END_MS;
        atomic_store(&load->shared->stop, true);
        for (size_t i = 0; i < load->count; i++)
                if (spawn_wait(load->pids[i], deadline_ms, &status, err))
                        rc = -1;
                else
                        load->pids[i] = 0;
        if (rc == 0)
                rc = verdict(load, may, err);
        if (counts)
                *counts = load_counts(load);
        load_kill(load);
        return rc;
}

void load_kill(struct load *load)
{
        for (size_t i = 0; i < load->count; i++)
                if (load->pids[i] > 0) {
                        kill(load->pids[i], SIGKILL);
                        waitpid(load->pids[i], NULL, 0);
                }
        if (load->shared)
                munmap(load->shared, sizeof *load->shared);
        *load = (struct load){0};
}
