/* The event loop of the runner.
 *
 * Theory of operation. The runner is PID 1 of a container that is created once and used for one job after the
 * other. It is root with SETUID, SETGID and KILL and nothing else; what it starts is neither (start.c). One
 * thread, one loop:
 *
 *   standard input   frames from the host. It is always read, whatever else goes on, so that a RESET or KILL
 * always arrives. A frame is acted on when it is complete (job.c knows what is in order when). standard
 * output  frames to the host, non-blocking, from a bounded buffer (outgoing.c). While that is full, the pipes
 * of the running step are not read, so that a flood is held up in the program that makes it. two pipes the
 * step's stdout and stderr (step.c) a signalfd       SIGCHLD. As PID 1 the runner inherits every orphan. the
 * clock        the step's limits; and a silent host: then the sandbox belongs to nobody any more.
 *
 * Nothing that a program says is ever taken for a frame: its output only travels as the payload of frames
 * made here, and the descriptors 0 and 1 of the runner are not open in it. When a step is over, everything is
 * killed by kill(-1) and collected until ECHILD (reap.c), which proves that nothing runs; only then files and
 * IPC are removed (clean.c), so that nothing races with that; and READY is only sent when it could be proven
 * that nothing is left (prove.c).
 *
 * The runner's own failure is never repaired: FAULT is sent, the runner exits, and with it the container
 * ends. */
#include "images/runner/serve.h"

#include "images/runner/cgroup.h"
#include "images/runner/fault.h"
#include "images/runner/incoming.h"
#include "images/runner/inspect.h"
#include "images/runner/job.h"
#include "images/runner/outgoing.h"
#include "images/runner/protocol.h"
#include "images/runner/prove.h"
#include "images/runner/reap.h"
#include "images/runner/signals.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FAULT_FLUSH_US 1000000 /* how long a host may take to read our last words */
#define REAP_IDLE_BATCH 1024

enum { AT_INPUT, AT_OUTPUT, AT_SIGNAL, AT_PIPES, AT_COUNT = AT_PIPES + 2 };

static struct {
        struct incoming incoming;
        int signals;
        int64_t heard;
        struct cgroup cgroup;
} serve;

static void flush(void)
{
        if (outgoing_flush(STDOUT_FILENO))
                _exit(1);
}

static void report_fault(const char *text)
{
        int64_t deadline = ticks_us() + FAULT_FLUSH_US;
        if (outgoing_put(FRAME_FAULT, text, strlen(text)))
                return;
        while (!outgoing_flush(STDOUT_FILENO) && !outgoing_is_empty()) {
                struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
                int64_t left = deadline - ticks_us();
                if (left <= 0 || poll(&fd, 1, (int)(left / 1000) + 1) < 0)
                        return;
        }
}

static void act(uint8_t type, const uint8_t *payload, size_t size)
{
        job_frame(type, payload, size);
        /* Before the next frame: a step that could not start is over already. */
        if (job_step()->state == STEP_OVER)
                job_finish_step(flush);
}

/* Returns whether the stream goes on. */
static bool read_input(void)
{
        size_t room;
        uint8_t *at = incoming_reserve(&serve.incoming, &room);
        ssize_t got = read(STDIN_FILENO, at, room);
        if (got < 0)
                return errno == EAGAIN || errno == EINTR;
        serve.heard = ticks_us();
        incoming_commit(&serve.incoming, (size_t)got, act);
        return got > 0;
}

static int64_t next_deadline(void)
{
        const struct step *step = job_step();
        if (step->state == STEP_RUNNING)
                return step_deadline(step);
        return serve.heard + (int64_t)PROTOCOL_SILENCE_S * 1000000;
}

static void wait_for_events(struct pollfd fds[AT_COUNT], bool at_once)
{
        fds[AT_INPUT] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
        fds[AT_OUTPUT] = (struct pollfd){.fd = STDOUT_FILENO, .events = outgoing_is_empty() ? 0 : POLLOUT};
        fds[AT_SIGNAL] = (struct pollfd){.fd = serve.signals, .events = POLLIN};
        step_poll(job_step(), fds + AT_PIPES);
        int64_t left = at_once ? 0 : next_deadline() - ticks_us();
        if (left < 0)
                left = 0;
        struct timespec timeout = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
        if (ppoll(fds, AT_COUNT, &timeout, NULL) < 0 && errno != EINTR)
                fault_errno("poll");
}

static bool work(void)
{
        struct step *step = job_step();
        if (step->state == STEP_IDLE)
                return reap_some(REAP_IDLE_BATCH, NULL, NULL) == REAP_IDLE_BATCH;
        bool more = step_work(step);
        if (step->state == STEP_OVER)
                job_finish_step(flush);
        return more;
}

int serve_run(void)
{
        struct pollfd fds[AT_COUNT];
        bool more = false;
        fault_set_reporter(report_fault);
        serve.signals = signals_open();
        if (fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) || fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK))
                fault_errno("standard input and output");
        cgroup_open(&serve.cgroup, CGROUP_ROOT);
        job_begin(&serve.cgroup, inspect_missing(&serve.cgroup));
        prove_begin();
        serve.heard = ticks_us();
        for (;;) {
                wait_for_events(fds, more);
                if (fds[AT_SIGNAL].revents)
                        signals_take(serve.signals);
                if (fds[AT_OUTPUT].revents & (POLLERR | POLLHUP))
                        return 1;
                if (fds[AT_INPUT].revents && !read_input())
                        return 0;
                more = work();
                flush();
                if (job_step()->state != STEP_RUNNING &&
                        ticks_us() - serve.heard >= (int64_t)PROTOCOL_SILENCE_S * 1000000)
                        return 0;
        }
}
