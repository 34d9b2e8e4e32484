/* A FastCGI process: takes requests from its socket one at a time until it is told to end. */
#ifndef SANDPOOL_SERVICE_WORKER_H
#define SANDPOOL_SERVICE_WORKER_H

#include "fcgi/service/config.h"
#include "fcgi/service/reload_note.h"
#include "fcgi/service/router.h"
#include "fcgi/service/watchdog.h"

struct worker_options {
        const struct config *config;
        const struct reload_note *reload_note; /* NULL: no reload is told of */
        const char *broker_path;
        int listen_fd; /* non-blocking; stays the caller's */
        enum router_socket socket;
        struct watch *watch; /* NULL: nobody watches */
        int silence_ms;      /* FASTCGI_SILENCE_MS, but for tests */
};

/* Run until SIGTERM or SIGHUP; a request at hand is finished first. After SIGTERM whoever waits to be served
 * is told that the service shuts down; after SIGHUP others serve them. Signals may be blocked by the caller.
 * Returns the process's exit status. */
int worker_run(const struct worker_options *options, struct error *err);

#endif
