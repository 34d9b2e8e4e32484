/* For tests: a sandbox started by hand with `docker run`, and the host's side of the runner's protocol. */
#ifndef RUNNER_CONTAINER_H
#define RUNNER_CONTAINER_H

#include "images/runner/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Pieces of the hardening that can be left out. */
enum container_without {
        WITHOUT_READ_ONLY = 1,
        WITHOUT_TMPFS = 2,
        WITHOUT_CAP_DROP = 4,
        WITHOUT_NO_NEW_PRIVS = 8,
        WITHOUT_MEMORY = 16,
        WITHOUT_PIDS = 32,
        WITHOUT_CORE = 64,
        WITHOUT_TIME_WAIT = 128,
        WITHOUT_SECCOMP = 256,
        WITHOUT_TCP_METRICS = 512,
        WITHOUT_TCP_BUFFERS = 1024,
};

struct container {
        pid_t pid;   /* of `docker run` */
        int in, out; /* the attached stream, demultiplexed */
        uint8_t frame[PROTOCOL_PAYLOAD_MAX];
        uint32_t size;
        uint8_t type;
        uint32_t missing; /* of the last READY */
};

/* What came of one step. */
struct outcome {
        bool over;       /* a REPORT came; otherwise FAULT or the end of the stream */
        char fault[300]; /* text of FAULT, "" without one */
        struct protocol_report report;
        size_t out_size, err_size;
        char out[(1 << 20) + 1]; /* with a NUL behind what there is */
        char err[(1 << 20) + 1];
};

/* Start one with the given number of inodes in each tmpfs. Failing ends the program. */
void container_start(struct container *container, unsigned without, unsigned inodes);

/* End the container and collect `docker run`. Returns its exit status, if it ended by itself, else -1. */
int container_stop(struct container *container);

/* Wait for the container to end by itself. Returns its exit status, -1 after a minute. */
int container_wait(struct container *container);

void container_send(struct container *container, uint8_t type, const void *payload, size_t size);
void container_send_raw(struct container *container, const void *bytes, size_t size);

/* The next frame into frame, size and type. False at the end of the stream or after two minutes. */
bool container_receive(struct container *container);

/* Send RESET and wait for READY with its token. On success returns true. */
bool container_reset(struct container *container);

/* Send a local file as an executable FILE. */
void container_send_file(struct container *container, const char *path, const char *name);
void container_send_bytes(struct container *container, const char *name, const char *bytes);
/* A file of a test suite. */
void container_send_suite(struct container *container, const char *name, const char *bytes);

/* STEP, the arguments (NULL-terminated lists, each for one process), stdin, START. */
void container_send_step(struct container *container, const struct protocol_step *step,
        const char *const *first, const char *const *second, const char *input, size_t input_size);

/* Collect what comes until REPORT, FAULT or the end. */
void container_collect(struct container *container, struct outcome *outcome);

#endif
