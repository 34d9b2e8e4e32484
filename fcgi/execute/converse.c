/* Sends a step and collects what the runner says until its report; every byte from there is hostile. */
#include "fcgi/execute/converse.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define CHUNK 16384

/* The broker pings idle sandboxes; an answer may come after the lease was granted. More is nonsense. */
#define PONGS_MAX 8

enum { GO_ON = -1 }; /* beside the values of enum converse_end */

struct state {
        const struct conversation *with;
        struct buffer *send;
        size_t sent; /* of send: removed from it at the end, not byte by byte */
        struct protocol_report *report;
        unsigned pongs;
        bool closed; /* nothing can be written any more */
        struct error *err;
};

static int broken(struct state *s, const char *what)
{
        error_set(s->err, "the runner sent %s", what);
        return CONVERSE_BROKEN;
}

static int take_output(struct state *s, struct buffer *into, const struct frame *frame)
{
        size_t have = s->with->out->size + s->with->err->size;
        if (!frame->size)
                return broken(s, "empty output");
        if (have + frame->size > s->with->output_bytes)
                return broken(s, "more output than the limit allows");
        if (buffer_add(into, frame->data, frame->size)) {
                error_set(s->err, "no memory for a program's output");
                return CONVERSE_BROKEN;
        }
        return GO_ON;
}

static int take_report(struct state *s, const struct frame *frame)
{
        if (s->sent < s->send->size)
                return broken(s, "a report before its step was sent");
        if (protocol_get_report(frame->data, frame->size, s->report))
                return broken(s, "a malformed report");
        if (s->report->kind != s->with->kind)
                return broken(s, "a report of another step");
        if (s->report->out_bytes != s->with->out->size || s->report->err_bytes != s->with->err->size)
                return broken(s, "a report that miscounts the output");
        if (!frames_empty(s->with->frames))
                return broken(s, "something behind its report");
        return CONVERSE_REPORT;
}

/* The runner's own words, for our log: shortened, nothing but printable ASCII. */
static int take_fault(struct state *s, const struct frame *frame)
{
        char text[161];
        size_t length = frame->size < sizeof(text) - 1 ? frame->size : sizeof(text) - 1;
        for (size_t i = 0; i < length; i++)
                text[i] = frame->data[i] >= 0x20 && frame->data[i] < 0x7F ? (char)frame->data[i] : '?';
        text[length] = 0;
        error_set(s->err, "the runner failed: %s", text);
        return CONVERSE_BROKEN;
}

static int take_frame(struct state *s, const struct frame *frame)
{
        switch (frame->type) {
        case FRAME_STDOUT:
                return take_output(s, s->with->out, frame);
        case FRAME_STDERR:
                return take_output(s, s->with->err, frame);
        case FRAME_PONG:
                return ++s->pongs > PONGS_MAX ? broken(s, "too many pongs") : GO_ON;
        case FRAME_REPORT:
                return take_report(s, frame);
        case FRAME_FAULT:
                return take_fault(s, frame);
        default:
                return broken(s, "a frame that does not belong here");
        }
}

static int receive(struct state *s, bool more_can_come)
{
        char chunk[CHUNK];
        ssize_t got = recv(s->with->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
        if (got < 0)
                return more_can_come && (errno == EAGAIN || errno == EINTR) ? GO_ON : CONVERSE_ENDED;
        if (got == 0)
                return CONVERSE_ENDED;
        if (frames_feed(s->with->frames, chunk, (size_t)got))
                return broken(s, "what Docker's framing does not allow");
        for (;;) {
                struct frame frame;
                int next = frames_next(s->with->frames, &frame);
                if (next < 0)
                        return broken(s, "no frame");
                if (next == 0)
                        return GO_ON;
                int end = take_frame(s, &frame);
                if (end != GO_ON)
                        return end;
        }
}

/* A failed write is no end of its own: what the runner said before it went is still to be read, and then the
 * stream's end. */
static void transmit(struct state *s)
{
        ssize_t done = send(
                s->with->fd, s->send->data + s->sent, s->send->size - s->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done > 0)
                s->sent += (size_t)done;
        else if (done < 0 && errno != EAGAIN && errno != EINTR)
                s->closed = true;
}

static bool has_left(short revents)
{
        return revents & (POLLRDHUP | POLLHUP | POLLERR);
}

static enum converse_end loop(struct state *s)
{
        for (;;) {
                bool writing = s->sent < s->send->size && !s->closed;
                struct pollfd fds[2] = {
                        {.fd = s->with->fd, .events = (short)(POLLIN | (writing ? POLLOUT : 0))},
                        {.fd = s->with->cancel_fd, .events = POLLRDHUP},
                };
                int ready = io_poll(fds, 2, s->with->deadline_ms);
                if (ready < 0) {
                        error_errno(s->err, "poll");
                        return CONVERSE_BROKEN;
                }
                if (ready == 0 || clock_left_ms(s->with->deadline_ms) == 0)
                        return CONVERSE_LATE;
                if (has_left(fds[1].revents))
                        return CONVERSE_CANCELLED;
                if (fds[0].revents & POLLOUT)
                        transmit(s);
                if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
                        int end = receive(s, !(fds[0].revents & (POLLHUP | POLLERR)));
                        if (end != GO_ON)
                                return (enum converse_end)end;
                }
        }
}

enum converse_end converse(const struct conversation *conversation, struct buffer *send,
        struct protocol_report *report, struct error *err)
{
        struct state s = {.with = conversation, .send = send, .report = report, .err = err};
        enum converse_end end = loop(&s);
        buffer_consume(send, s.sent);
        return end;
}
