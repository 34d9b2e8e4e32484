/* The worker's talk with a runner over a leased stream: sends a step, takes in what it says until its report.
 */
#ifndef SANDPOOL_EXECUTE_CONVERSE_H
#define SANDPOOL_EXECUTE_CONVERSE_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"
#include "fcgi/sandbox/frames.h"

#include <stdint.h>

enum converse_end {
        CONVERSE_REPORT,    /* the step ended, report is filled; the stream is fit for another step */
        CONVERSE_LATE,      /* no report by the deadline */
        CONVERSE_ENDED,     /* the stream ended: the sandbox died */
        CONVERSE_BROKEN,    /* what came is not what a runner says, or it had a fault; err tells */
        CONVERSE_CANCELLED, /* cancel_fd said that the client left */
};

struct conversation {
        int fd;                /* the lease's stream */
        int cancel_fd;         /* giving POLLRDHUP or POLLHUP ends the step; -1: none */
        struct frames *frames; /* of this lease */
        enum step_kind kind;   /* which the report must name */
        int64_t deadline_ms;   /* as of clock_ms */
        uint32_t output_bytes; /* over both streams; more is a broken runner, not a program */
        struct buffer *out;    /* where stdout and stderr go; each with a ceiling of at least output_bytes */
        struct buffer *err;
};

/* Write send (consumed as it goes) and read until the report. Both at once, so that neither side can wait for
 * the other for ever. After any other end than REPORT the sandbox must not be used again, except after
 * CANCELLED with nothing or all left in send. */
enum converse_end converse(const struct conversation *conversation, struct buffer *send,
        struct protocol_report *report, struct error *err);

#endif
