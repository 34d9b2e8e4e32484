/* One HTTP request on its way through a worker: what an endpoint gets and fills. */
#ifndef SANDPOOL_SERVICE_EXCHANGE_H
#define SANDPOOL_SERVICE_EXCHANGE_H

#include "fcgi/base/id.h"
#include "fcgi/execute/execute.h"
#include "fcgi/service/config.h"
#include "fcgi/service/fastcgi.h"
#include "fcgi/service/reload_note.h"
#include "fcgi/service/reply.h"
#include "fcgi/service/watchdog.h"

struct exchange {
        const struct config *config;
        const struct reload_note *reload_note; /* NULL in tests */
        struct broker_link *link;
        struct fastcgi *connection;
        struct watch *watch; /* this worker's; NULL in tests */
        const char *method;
        const char *path;
        char request_id[ID_SIZE];

        struct reply reply; /* the endpoint fills it */

        /* When it came so far (clock_us); 0: it never did. */
        struct {
                int64_t accepted, read, parsed, executed, answered;
        } at;

        /* for the log line; names with static storage */
        const char *language;
        const char *status;
        const char *reason;
        struct execute_times times;
        char client[48]; /* its address as the web server says */
        char user[129];  /* as the request says; "" */
        struct {
                bool is; /* the members below hold: a program ran, or its compiler */
                int exit_code, signal;
                uint64_t memory_kib;
                uint32_t cpu_ms;
                size_t violations;
        } outcome;
        struct error err; /* our failure, or why a request was refused */
        size_t big;       /* bytes of the largest allocation: after a big one, memory is given back */
};

/* Read the body, run the code, answer. */
void endpoint_execute(struct exchange *x);

/* The same, where a request that names no exercise has the settings' default one. */
void endpoint_run_code(struct exchange *x);

/* The control worker's. */
void endpoint_livez(struct exchange *x);
void endpoint_readyz(struct exchange *x);
void endpoint_health(struct exchange *x);
void endpoint_languages(struct exchange *x);
void endpoint_metrics(struct exchange *x);
void endpoint_exercises(struct exchange *x);
void endpoint_exercise(struct exchange *x);

#endif
