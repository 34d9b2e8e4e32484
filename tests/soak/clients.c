/* Asks, judges, counts. */
#include "tests/soak/clients.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/answer.h"
#include "tests/integration/spawn.h"
#include "tests/integration/token.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAVES_ONE_IN 20
#define PAUSE_MS 50 /* of a client that was sent away */
#define END_MS 240000

static void tell(const struct program *program, const char *token, const struct http_response *response,
        const char *what, char text[1024])
{
        snprintf(text, 1024, "%s/%s, token %s, status %d: %.300s: %.*s", program->language, program->name,
                token, response->status, what, (int)(response->body.size < 400 ? response->body.size : 400),
                response->body.data ? response->body.data : "");
}

/* "200 timeout time_limit", "503 busy" */
static void name_answer(const struct http_response *response, char name[64])
{
        const char *status = json_string_value(json_object_get(response->json, "status"));
        const char *reason = json_string_value(json_object_get(response->json, "reason"));
        bool result = response->status == 200;
        snprintf(name, 64, "%d%s%s%s%s", response->status, result ? " " : "", result && status ? status : "",
                reason ? " " : "", reason ? reason : "");
}

static void judge(const struct clients *clients, const struct program *program, const char *token,
        const struct http_response *response)
{
        struct error err = {0};
        char text[1024], other[TOKEN_SIZE];
        enum program_verdict verdict = PROGRAM_RIGHT;
        if (token_of_another(response, token, other)) {
                error_set(&err, "the token of another: %s", other);
                verdict = PROGRAM_MIXED_UP;
        } else if (answer_check(response, &err))
                verdict = PROGRAM_WRONG;
        else if (response->status == 200)
                verdict = programs_judge(program, token, response->json, &err);
        else if (response->status != 503 && (response->status != 500 || clients->undisturbed))
                verdict = PROGRAM_WRONG;
        tell(program, token, response, err.text, text);
        if (verdict == PROGRAM_WRONG)
                ledger_wrong(clients->ledger, text);
        if (verdict == PROGRAM_MIXED_UP)
                ledger_mixed_up(clients->ledger, text);
}

/* Nobody answers while nginx is dead; at any other time somebody does. started: how often nginx had come back
 * when the request was sent. */
static void judge_silence(
        const struct clients *clients, const struct program *program, const char *token, unsigned started)
{
        char text[1024];
        if (ledger_get(clients->ledger, LEDGER_ACT, LEDGER_NGINX_KILLED) != started)
                return;
        tell(program, token, &(struct http_response){0}, "no answer", text);
        ledger_wrong(clients->ledger, text);
}

/* Returns whether it got a result. */
static bool ask(const struct clients *clients, unsigned *seed)
{
        char token[TOKEN_SIZE], name[64];
        struct http_response response = {0};
        const struct program *program = programs_pick(clients->programs, seed);
        bool leaves = rand_r(seed) % LEAVES_ONE_IN == 0;
        unsigned started = ledger_get(clients->ledger, LEDGER_ACT, LEDGER_NGINX_STARTED);
        token_new(token);
        char *body = programs_body(program, token);
        struct http_request request = {.port = clients->port,
                .path = "/api/execute",
                .body = body,
                .timeout_ms = leaves ? 20 + rand_r(seed) % 1000 : 0};
        http_send(&request, 1, &response, NULL);
        bool served = response.status == 200;
        if (response.status) {
                name_answer(&response, name);
                judge(clients, program, token, &response);
        } else {
                snprintf(name, sizeof name, leaves ? "left by the client" : "no answer");
                if (!leaves)
                        judge_silence(clients, program, token, started);
        }
        ledger_count(clients->ledger, LEDGER_ANSWER, name);
        if (served)
                ledger_count(clients->ledger, LEDGER_SERVED, program->language);
        http_clear(&response);
        free(body);
        return served;
}

static bool is_told(const struct clients *clients, int wait_ms)
{
        struct pollfd end = {.fd = clients->stop[0], .events = POLLIN};
        return poll(&end, 1, wait_ms) > 0;
}

static void be_client(const struct clients *clients, unsigned seed)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(clients->stop[1]);
        while (!is_told(clients, 0))
                if (!ask(clients, &seed))
                        is_told(clients, PAUSE_MS);
        _exit(0);
}

int clients_start(struct clients *clients, size_t count, struct error *err)
{
        if (pipe2(clients->stop, O_CLOEXEC))
                return error_errno(err, "pipe");
        for (clients->count = 0; clients->count < count && clients->count < CLIENTS_MAX;) {
                pid_t pid = fork();
                if (pid < 0)
                        return error_errno(err, "fork");
                if (pid == 0)
                        be_client(clients, clients->seed + (unsigned)clients->count);
                clients->pids[clients->count++] = pid;
        }
        close(clients->stop[0]);
        return 0;
}

int clients_end(struct clients *clients, struct error *err)
{
        int64_t deadline_ms = clock_ms() + END_MS;
        int rc = 0, status = 0;
        if (!clients->count)
                return 0;
        close(clients->stop[1]);
        for (size_t i = 0; i < clients->count; i++) {
                if (spawn_wait(clients->pids[i], deadline_ms, &status, err)) {
                        kill(clients->pids[i], SIGKILL);
                        waitpid(clients->pids[i], NULL, 0);
                        rc = -1;
                } else if (status) {
                        rc = error_set(err, "a client ended with wait status %#x", (unsigned)status);
                }
        }
        clients->count = 0;
        return rc;
}
