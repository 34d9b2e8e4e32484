/* conf/sandpool.yaml as a checked struct: what the whole service is set to. */
#ifndef SANDPOOL_SETTINGS_H
#define SANDPOOL_SETTINGS_H

#include "fcgi/base/error.h"
#include "fcgi/base/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A limit that a request may choose within [min, max]; units as the member says. */
struct limit {
        uint32_t value; /* the default */
        uint32_t min;
        uint32_t max;
};

struct limits {
        struct limit timeout_ms; /* wall clock of one run */
        struct limit memory_mib;
        uint32_t output_bytes; /* stdout and stderr together */
        uint32_t code_bytes;   /* one program; the sum, with files */
        uint32_t stdin_bytes;
        uint32_t body_bytes;
        uint32_t files; /* at most PROTOCOL_FILES_MAX */
        uint32_t args;
        uint32_t arg_bytes;  /* each */
        uint32_t test_cases; /* of one request */
        uint32_t processes;  /* PidsLimit: processes and threads */
        uint32_t workspace_mib;
        uint32_t workspace_inodes;
        uint32_t tmp_mib;
        uint32_t shm_mib;
        uint32_t file_mib;   /* RLIMIT_FSIZE */
        uint32_t open_files; /* RLIMIT_NOFILE */
        uint32_t compile_timeout_ms;
        uint32_t compile_memory_mib;
        uint32_t request_time_ms; /* of a request with test cases: compiling and all runs together */
};

#define SETTINGS_WORKERS_MAX 190 /* twice as many, during a reload, have a connection to the broker each */

/* The broker takes a sandbox from a worker after so long at most: a runner that it lends hears nothing from
 * it. */
#define SETTINGS_HOLD_MAX_MS 86000

/* What fits into that, with what execute/plan.h adds: compiling and a run together, and request_time. */
#define SETTINGS_STEPS_MAX_MS 80000
#define SETTINGS_REQUEST_TIME_MAX_MS 75000

struct settings {
        char path[1024]; /* absolute: of the file they came from */

        /* listen */
        char run_dir[80];      /* sockets and the pid file: <run_dir>/{fastcgi,control,broker}.sock */
        char socket_group[33]; /* may connect to the FastCGI sockets; "" for the service's own */
        uint32_t backlog;
        char tcp[64]; /* address and port that programs come in at, health and languages at the next port, in
                         place of the FastCGI sockets; "": none. Well-formed: tcp_address_parse takes it */

        uint32_t workers;
        char worker_user[33]; /* "" keeps the user that started the service (not allowed for root) */
        char broker_user[33];

        /* docker */
        char docker_socket[108];
        char instance[33]; /* label of our containers */
        uint32_t engine_timeout_ms;

        /* pool */
        uint32_t pool_max; /* sandboxes in all; 0: 4 x cores, at most memory / the largest limit */
        uint32_t queue_timeout_ms;
        uint32_t idle_ms; /* a sandbox above its language's warm minimum is removed after so long without use
                           */
        uint32_t reuse;   /* runs, then replaced */
        uint32_t max_age_ms;
        uint32_t uid_base;   /* 0x40000000: first uid of the first sandbox's range of 65,536 */
        char cpus[64];       /* on which sandboxes run, as "0-2,5"; "": all */
        uint32_t cpu_weight; /* of all sandboxes together, as cgroup v2's cpu.weight; 0: Docker's own group */
        uint32_t drain_timeout_ms;

        struct limits limits;

        char default_language[64];
        char default_policy[64];    /* of languages that name none */
        char **selectable_policies; /* NULL-terminated */
        char languages_dir[1024];   /* absolute, or relative to the settings file's folder: resolved */
        char policies_dir[1024];
        char default_exercise[64]; /* of POST /api/run-code; "": none */
        char exercises_dir[1024];  /* need not exist: then there are none */
        char suites_dir[1024];     /* what languages bring along to run test suites */
        char seccomp_file[1024];
        unsigned languages_line, policies_line,
                exercises_line; /* of these sections, for complaints about what they name */

        enum log_level log_level;
        char log_file[1024]; /* "" for stderr */
};

/* Read and check the file. Returns a settings the caller frees, or NULL with "file:line: what" in err. */
struct settings *settings_load(const char *path, struct error *err);
void settings_free(struct settings *settings);

/* Whether a service that runs with now can go on with next: 0, or -1 with "file:line: what" in err when one
 * of them differs that are fixed for a service's life. */
int settings_fixed(const struct settings *now, const struct settings *next, struct error *err);

#endif
