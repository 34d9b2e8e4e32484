/* What a sandbox's runner says while no worker holds it: READY, PONG, the sample's output; everything else
 * ends it. */
#include "fcgi/sandbox/sandbox.h"

#include "fcgi/sandbox/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define READ_SIZE 65536
#define READS_AT_ONCE 16 /* then the other sandboxes get their turn */

int sandbox_poll_fd(const struct sandbox *sandbox)
{
        switch (sandbox->state) {
        case SANDBOX_LEASED:
        case SANDBOX_RESIZING:
        case SANDBOX_RESTORING:
                return -1;
        default:
                return sandbox->attach.fd;
        }
}

/* Which hardening is missing, in words. */
static void describe_missing(uint32_t missing, char *text, size_t size)
{
        static const char *const names[] = {"seccomp", "no-new-privileges", "capabilities", "read-only root",
                "no network", "tmpfs limits", "memory limit", "process limit", "core limit",
                "tcp_max_tw_buckets and tcp_no_metrics_save", "memory counter", "cpu counter",
                "tcp_rmem and tcp_wmem"};
        size_t used = (size_t)snprintf(text, size, "the runner found missing:");
        for (size_t i = 0; i < sizeof names / sizeof *names && used < size; i++)
                if (missing & 1U << i)
                        used += (size_t)snprintf(text + used, size - used, " %s;", names[i]);
}

/* Counters may be missing where the runtime has no cgroups inside (gVisor): the host's deadlines decide
 * there. */
static uint32_t tolerated(const struct sandbox *sandbox)
{
        uint32_t counters = HARDENING_MEMORY_COUNTER | HARDENING_CPU_COUNTER | HARDENING_MEMORY_LIMIT |
                            HARDENING_PROCESS_LIMIT | HARDENING_SECCOMP | HARDENING_TMPFS |
                            HARDENING_TCP_FORGETS | HARDENING_TCP_BUFFERS;
        return strcmp(sandbox->language->runtime, "runsc") ? 0 : counters;
}

static void look_for_ready(struct sandbox *sandbox)
{
        struct protocol_ready ready;
        char text[256];
        if (!frames_find_ready(sandbox->frames, sandbox->token, &ready))
                return;
        uint32_t missing = ready.missing & ~tolerated(sandbox);
        sandbox->counted = !(ready.missing & HARDENING_MEMORY_COUNTER);
        if (ready.version != PROTOCOL_VERSION) {
                snprintf(text, sizeof text,
                        "the image's runner speaks protocol %u, this service %d: rebuild the images",
                        ready.version, PROTOCOL_VERSION);
                sandbox_event(sandbox, SANDBOX_FAILED, text);
        } else if (missing) {
                describe_missing(missing, text, sizeof text);
                sandbox_event(sandbox, SANDBOX_FAILED, text);
        } else {
                sandbox_event(sandbox, SANDBOX_OK, NULL);
        }
}

/* While idle a runner says nothing but PONG when asked. */
static void look_for_pong(struct sandbox *sandbox)
{
        struct frame frame;
        int rc = frames_next(sandbox->frames, &frame);
        if (!rc)
                return;
        if (rc > 0 && frame.type == FRAME_PONG && sandbox->state == SANDBOX_PINGING &&
                frames_empty(sandbox->frames))
                sandbox_event(sandbox, SANDBOX_OK, NULL);
        else
                sandbox_event(sandbox, SANDBOX_FAILED, "the runner spoke while it was idle");
}

/* One frame of the sample or of the probe: 1 as expected, 0 go on, -1 with err. */
static int primer_frame(struct sandbox *sandbox, const struct frame *frame, struct error *err)
{
        const struct settings *settings = sandbox->owner->settings;
        int rc;
        if (sandbox->state == SANDBOX_PRIMING) {
                rc = prime_frame(
                        &sandbox->prime, sandbox->language, settings, sandbox->attach.fd, frame, err);
                sandbox->primed = rc > 0;
        } else {
                rc = probe_frame(
                        &sandbox->prime.out, sandbox->language, settings, sandbox->counted, frame, err);
                sandbox->proven = rc > 0;
        }
        return rc;
}

static void take_primer_frames(struct sandbox *sandbox)
{
        enum sandbox_state state = sandbox->state;
        struct frame frame;
        int rc;
        while (sandbox->state == state && (rc = frames_next(sandbox->frames, &frame))) {
                struct error err = {0};
                if (rc > 0)
                        rc = primer_frame(sandbox, &frame, &err);
                if (rc > 0)
                        sandbox_event(sandbox, SANDBOX_OK, NULL);
                else if (rc < 0)
                        sandbox_event(sandbox, SANDBOX_FAILED,
                                *err.text ? err.text : "the runner broke the protocol");
        }
}

static void take_in(struct sandbox *sandbox, const void *bytes, size_t size)
{
        if (sandbox->state == SANDBOX_DRAINING)
                return;
        if (frames_feed(sandbox->frames, bytes, size)) {
                sandbox_event(sandbox, SANDBOX_FAILED, "the stream's framing is broken");
                return;
        }
        switch (sandbox->state) {
        case SANDBOX_RESETTING:
                look_for_ready(sandbox);
                break;
        case SANDBOX_PRIMING:
        case SANDBOX_PROBING:
                take_primer_frames(sandbox);
                break;
        case SANDBOX_IDLE:
        case SANDBOX_PINGING:
                look_for_pong(sandbox);
                break;
        default:
                break;
        }
}

/* Some runtimes end the whole sandbox for its memory, and taking that is the last thing that the probe does:
 * then what it has said before decides. */
static void stream_ended(struct sandbox *sandbox, bool cleanly)
{
        struct error why = {0};
        bool meant = cleanly && sandbox->state == SANDBOX_DRAINING;
        if (cleanly && sandbox->state == SANDBOX_PROBING && !sandbox->counted)
                meant = sandbox->proven = probe_judge(&sandbox->prime.out, sandbox->language,
                                                  sandbox->owner->settings, &why) > 0;
        error_set(&why, "the stream ended");
        sandbox_event(sandbox, meant ? SANDBOX_OK : SANDBOX_FAILED, meant ? NULL : why.text);
}

static void read_stream(struct sandbox *sandbox)
{
        static char bytes[READ_SIZE];
        enum sandbox_state state = sandbox->state;
        for (int i = 0; i < READS_AT_ONCE && sandbox->state == state; i++) {
                ssize_t size = recv(sandbox->attach.fd, bytes, sizeof bytes, MSG_DONTWAIT);
                if (size < 0 && (errno == EAGAIN || errno == EINTR))
                        return;
                if (size > 0) {
                        take_in(sandbox, bytes, (size_t)size);
                        continue;
                }
                stream_ended(sandbox, !size);
        }
}

void sandbox_readable(struct sandbox *sandbox)
{
        struct error err = {0};
        if (sandbox->state != SANDBOX_ATTACHING && sandbox->state != SANDBOX_REATTACHING) {
                read_stream(sandbox);
                return;
        }
        int rc = attach_continue(&sandbox->attach, &err);
        if (rc)
                sandbox_event(sandbox, rc > 0 ? SANDBOX_OK : SANDBOX_FAILED, rc > 0 ? NULL : err.text);
}
