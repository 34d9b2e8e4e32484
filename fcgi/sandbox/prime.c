/* The sample's steps, one after the other, without blocking: its frames fit into a socket's buffer. */
#include "fcgi/sandbox/prime.h"

#include "fcgi/sandbox/job.h"

#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#define SAMPLE_FRAMES_MAX (128 * 1024)
#define SAMPLE_OUTPUT_MAX (64 * 1024)

uint32_t prime_memory_mib(const struct language *language)
{
        uint32_t twice = 2 * language_idle_memory_mib(language);
        return twice > PRIME_MEMORY_MIB ? twice : PRIME_MEMORY_MIB;
}

static int send_all(int fd, struct buffer *frames, struct error *err)
{
        ssize_t sent = send(fd, frames->data, frames->size, MSG_NOSIGNAL | MSG_DONTWAIT);
        int rc = 0;
        if (sent < 0 || (size_t)sent != frames->size)
                rc = error_errno(err, "cannot send the sample");
        return rc;
}

static int send_step(const struct prime *prime, const struct language *language,
        const struct settings *settings, int fd, struct buffer *frames, struct error *err)
{
        const struct limits *limits = &settings->limits;
        const struct command *command = prime->running_program ? &language->run : &language->compile;
        const char *names[] = {language->source};
        struct protocol_step step = {
                .kind = prime->running_program ? STEP_RUN : STEP_COMPILE,
                .processes = 1,
                .wall_ms = PRIME_TIMEOUT_MS,
                .output_bytes = SAMPLE_OUTPUT_MAX,
                .file_bytes = limits->file_mib * 1024 * 1024,
                .open_files = language->open_files,
        };
        char **argv = language_argv(language, command, names, 1);
        int rc = argv ? job_step(frames, &step, argv, language->env, NULL, 0) : -1;
        language_argv_free(argv);
        if (rc)
                return error_set(err, "the sample cannot be made into a job");
        return send_all(fd, frames, err);
}

int prime_begin(struct prime *prime, const struct language *language, const struct settings *settings, int fd,
        struct error *err)
{
        struct buffer frames = BUFFER_MAX(SAMPLE_FRAMES_MAX);
        int rc = -1;
        prime->running_program = !language->compile.argv;
        buffer_clear(&prime->out);
        prime->out.max = SAMPLE_OUTPUT_MAX;
        if (job_begin(&frames, 0) ||
                job_file(&frames, language->source, language->sample_code, strlen(language->sample_code), 0))
                error_set(err, "the sample is too large");
        else
                rc = send_step(prime, language, settings, fd, &frames, err);
        buffer_clear(&frames);
        return rc;
}

static size_t trimmed(const char *text, size_t size)
{
        while (size && isspace((unsigned char)text[size - 1]))
                size--;
        return size;
}

static int judge(const struct prime *prime, const struct language *language, struct error *err)
{
        size_t got = trimmed(prime->out.data, prime->out.size);
        size_t want = trimmed(language->sample_expected, strlen(language->sample_expected));
        if (got != want || (got && memcmp(prime->out.data, language->sample_expected, got)))
                return error_set(err, "the sample printed something else than expected");
        return 1;
}

static int next_step(struct prime *prime, const struct language *language, const struct settings *settings,
        int fd, const struct protocol_report *report, struct error *err)
{
        const char *what = prime->running_program ? "the sample" : "compiling the sample";
        if (report->ended_by == ENDED_BY_NO_START)
                return error_set(
                        err, "%s: command not found in the image: %s", what, strerror(report->exit_code));
        if (report->ended_by != ENDED_BY_ITSELF || report->exit_code)
                return error_set(err, "%s failed: exit code %d, signal %d, ended by limit %d", what,
                        (int)report->exit_code, report->signal, report->ended_by);
        if (prime->running_program)
                return judge(prime, language, err);
        prime->running_program = true;
        buffer_clear(&prime->out);
        struct buffer frames = BUFFER_MAX(SAMPLE_FRAMES_MAX);
        int rc = send_step(prime, language, settings, fd, &frames, err);
        buffer_clear(&frames);
        return rc;
}

int prime_collect(
        struct buffer *out, const struct frame *frame, struct protocol_report *report, struct error *err)
{
        switch (frame->type) {
        case FRAME_STDOUT:
                return buffer_add(out, frame->data, frame->size) ? error_set(err, "it printed too much") : 0;
        case FRAME_STDERR:
        case FRAME_PONG:
                return 0;
        case FRAME_REPORT:
                if (!protocol_get_report(frame->data, frame->size, report))
                        return 1;
                /* fall through */
        default:
                return error_set(err, "the runner broke the protocol");
        }
}

int prime_frame(struct prime *prime, const struct language *language, const struct settings *settings, int fd,
        const struct frame *frame, struct error *err)
{
        struct protocol_report report;
        int rc = prime_collect(&prime->out, frame, &report, err);
        if (rc < 0)
                return error_wrap(err, "the sample");
        return rc ? next_step(prime, language, settings, fd, &report, err) : 0;
}
