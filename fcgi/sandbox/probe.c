/* The probe's job and its judgement. */
#include "fcgi/sandbox/probe.h"

#include "fcgi/sandbox/job.h"
#include "fcgi/sandbox/prime.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define FRAMES_MAX 4096
#define OUTPUT_MAX 4096
#define FILE_BYTES (2 * 1024 * 1024) /* the probe's files have one MiB */
#define OPEN_FILES 64

int probe_begin(int fd, struct error *err)
{
        static char *const argv[] = {"/sandpool/runner", "--probe", NULL}, *const env[] = {NULL};
        struct buffer frames = BUFFER_MAX(FRAMES_MAX);
        struct protocol_step step = {.kind = STEP_RUN,
                .processes = 1,
                .wall_ms = PROBE_TIMEOUT_MS,
                .output_bytes = OUTPUT_MAX,
                .file_bytes = FILE_BYTES,
                .open_files = OPEN_FILES};
        int rc = -1;
        if (job_begin(&frames, 0) || job_step(&frames, &step, argv, env, NULL, 0))
                error_set(err, "out of memory");
        else if (send(fd, frames.data, frames.size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)frames.size)
                error_errno(err, "cannot send the probe");
        else
                rc = 0;
        buffer_clear(&frames);
        return rc;
}

struct findings {
        char root[16], identity[16], namespaces[16], network[16];
        unsigned workspace_kib, processes;
};

static int parse(const struct buffer *out, struct findings *f)
{
        char text[512];
        int end = 0;
        size_t size = out->size < sizeof text ? out->size : sizeof text - 1;
        if (size)
                memcpy(text, out->data, size);
        text[size] = '\0';
        int got = sscanf(text,
                "root %15s identity %15s namespaces %15s network %15s workspace_kib %9u processes %9u%n",
                f->root, f->identity, f->namespaces, f->network, &f->workspace_kib, &f->processes, &end);
        return got == 6 && !strcmp(text + end, "\n") ? 0 : -1;
}

int probe_judge(const struct buffer *out, const struct language *language, const struct settings *settings,
        struct error *err)
{
        struct findings f;
        unsigned workspace_kib = settings->limits.workspace_mib * 1024;
        if (parse(out, &f))
                return error_set(err, "the probe did not finish: are the images older than the service?");
        if (strcmp(f.root, "refused"))
                return error_set(err, "a program can write to the root file system");
        if (strcmp(f.identity, "kept"))
                return error_set(err, "a program can become root");
        if (strcmp(f.namespaces, "refused"))
                return error_set(err, "a program can make namespaces");
        if (strcmp(f.network, "none"))
                return error_set(err, "a program can reach a network");
        if (f.workspace_kib > workspace_kib)
                return error_set(err, "the workspace took %u KiB of %u", f.workspace_kib, workspace_kib);
        if (f.processes > language->processes)
                return error_set(err, "a program had %u processes of %u", f.processes, language->processes);
        return 1;
}

/* The last thing that the probe does is to be killed for its memory. */
static int ended(const struct buffer *out, const struct language *language, const struct settings *settings,
        bool counted, const struct protocol_report *report, struct error *err)
{
        bool killed = report->ended_by == ENDED_BY_MEMORY || (!counted && report->signal == SIGKILL);
        if (report->ended_by == ENDED_BY_NO_START)
                return error_set(err, "the probe cannot be started: %s", strerror(report->exit_code));
        if (!killed)
                return error_set(err, "the memory limit does not bite");
        return probe_judge(out, language, settings, err);
}

int probe_frame(struct buffer *out, const struct language *language, const struct settings *settings,
        bool counted, const struct frame *frame, struct error *err)
{
        struct protocol_report report;
        int rc = prime_collect(out, frame, &report, err);
        if (rc < 0)
                return error_wrap(err, "the probe");
        return rc ? ended(out, language, settings, counted, &report, err) : 0;
}
