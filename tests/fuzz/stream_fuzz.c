/* Fuzzes an attached stream as a worker hears it: the daemon's answer to attaching, then what a runner says
 * to a step. The first byte says whether the answer is part of it, and how much of the step has been sent by
 * then. */
#include "fcgi/execute/converse.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/attach.h"
#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <sys/socket.h>

#define OUTPUT_MAX 512

static int attach(int fd)
{
        struct attach attach = {.fd = fd};
        struct error err = {0};
        int rc;
        while (!(rc = attach_continue(&attach, &err)))
                ; /* what was sent is there: it ends with the stream */
        if ((rc < 0) != (*err.text != 0))
                abort();
        return rc;
}

static void talk(int fd, bool compile)
{
        struct buffer out = BUFFER_MAX(OUTPUT_MAX), err_out = BUFFER_MAX(OUTPUT_MAX), send = BUFFER_MAX(64);
        struct protocol_report report = {0};
        struct error err = {0};
        struct conversation with = {.fd = fd,
                .cancel_fd = -1,
                .frames = frames_new(),
                .kind = compile ? STEP_COMPILE : STEP_RUN,
                .deadline_ms = clock_ms() + 10000,
                .output_bytes = OUTPUT_MAX,
                .out = &out,
                .err = &err_out};
        enum converse_end end = converse(&with, &send, &report, &err);
        if (end == CONVERSE_LATE || end == CONVERSE_CANCELLED || out.size + err_out.size > OUTPUT_MAX)
                abort();
        if (end == CONVERSE_REPORT && (report.kind != with.kind || report.out_bytes != out.size ||
                                              report.err_bytes != err_out.size || !frames_empty(with.frames)))
                abort();
        if ((end == CONVERSE_BROKEN) != (*err.text != 0))
                abort();
        frames_free(with.frames);
        buffer_clear(&out);
        buffer_clear(&err_out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int ends[2];
        if (!size || size > 65536)
                return 0;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
                input_broken("socketpair");
        if (io_write_all(ends[1], data + 1, size - 1, -1, NULL))
                input_broken("write");
        shutdown(ends[1], SHUT_WR);
        if (!(*data & 1) || attach(ends[0]) > 0)
                talk(ends[0], *data & 2);
        io_close(&ends[0]);
        io_close(&ends[1]);
        return 0;
}
