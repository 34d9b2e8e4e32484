/* One request's work against a scripted broker and runner: processes that speak both protocols, truly or not.
 */
#ifndef TESTS_UNIT_SCRIPT_H
#define TESTS_UNIT_SCRIPT_H

#include "fcgi/execute/execute.h"
#include "fcgi/service/config.h"
#include "images/runner/protocol.h"

#include <stdio.h>

/* The shipped configuration, and copies of two of its languages, to be bent. */
extern struct config *script_config;
extern struct language script_python, script_cpp;

/* How long anybody here waits for somebody else, who may not get a processor for seconds. A step's limit is
 * at least that where a test is not about its end: the runner that is to report is a process too. */
#define SCRIPT_PATIENCE_MS 60000

/* What the broker does. */
extern struct script_broker {
        int lease_answer;
        uint32_t death; /* answer to MESSAGE_DEATH */
        bool resize_fails;
} script_broker;

/* One request and what became of it. */
struct trial {
        struct request request;
        struct request_file file;
        struct result result;
        struct execute_times times;
        struct error err;
        char seen[16]; /* what the broker saw */
        enum execute_outcome outcome;
        int64_t took_ms;
};

/* A request to run code, as the policy `off` lets it through, with SCRIPT_PATIENCE_MS to run. */
void script_prepare(struct trial *t, const struct language *language, const char *code);

/* Have it done, with a runner that plays this; cancel_fd as in execute_request. The broker's part is noted in
 * seen: A acquire, S resize, D death, c and u for a release of a clean and of an unclean sandbox. */
void script_run_with_cancel(struct trial *t, void (*play)(int), int cancel_fd);
void script_run(struct trial *t, void (*play)(int));
void script_done(struct trial *t);

/* --- for what a runner plays, in its own process ------------------------------------------------ */

extern size_t script_piece; /* bytes a Docker frame carries: 1 splits everything everywhere */
extern const struct protocol_report script_fine;

/* End the process when it is not so. */
void script_must(int ok);

/* Bytes as they are; behind Docker's headers; as one frame of the runner's; a report. */
void script_raw(int fd, const void *bytes, size_t size);
void script_wrapped(int fd, const void *bytes, size_t size);
void script_say(int fd, uint8_t type, const void *payload, size_t size);
void script_report(int fd, const struct protocol_report *r);

/* Read exactly so many bytes; the process ends when the worker let go. */
void script_exactly(int fd, void *into, size_t size);

/* Read frames until START. What they are is written to told, as text, if that is not NULL. */
void script_hear_step(int fd, FILE *told);

/* --- for the tests ------------------------------------------------------------------------------ */

void script_assert_buffer(const struct buffer *buffer, const char *expected);
int script_set_up(void **state);
int script_tear_down(void **state);

#endif
