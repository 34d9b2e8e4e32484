/* Builds the frames of a job. */
#include "fcgi/sandbox/job.h"

#include <string.h>

static int add_frame(struct buffer *out, uint8_t type, const void *payload, size_t size)
{
        uint8_t header[PROTOCOL_HEADER_SIZE];
        if (size > PROTOCOL_PAYLOAD_MAX)
                return -1;
        protocol_put_header(header, type, (uint32_t)size);
        if (buffer_add(out, header, sizeof header))
                return -1;
        return size ? buffer_add(out, payload, size) : 0;
}

static int add_data(struct buffer *out, const void *data, size_t size)
{
        const char *at = data;
        while (size) {
                size_t part = size < PROTOCOL_PAYLOAD_MAX ? size : PROTOCOL_PAYLOAD_MAX;
                if (add_frame(out, FRAME_DATA, at, part))
                        return -1;
                at += part;
                size -= part;
        }
        return 0;
}

/* ARG and ENV: the process's number and the string. */
static int add_strings(struct buffer *out, uint8_t type, uint8_t process, char *const *strings, size_t max)
{
        for (size_t i = 0; strings && strings[i]; i++) {
                size_t length = strlen(strings[i]);
                uint8_t header[PROTOCOL_HEADER_SIZE + 1];
                if (i == max || length >= PROTOCOL_PAYLOAD_MAX)
                        return -1;
                protocol_put_header(header, type, (uint32_t)length + 1);
                header[PROTOCOL_HEADER_SIZE] = process;
                if (buffer_add(out, header, sizeof header) || buffer_add(out, strings[i], length))
                        return -1;
        }
        return 0;
}

int job_begin(struct buffer *out, uint8_t flags)
{
        return add_frame(out, FRAME_JOB, &flags, 1);
}

int job_file(struct buffer *out, const char *name, const void *data, size_t size, uint8_t flags)
{
        uint8_t payload[5 + PROTOCOL_PATH_MAX];
        size_t length = strlen(name);
        if (length > PROTOCOL_PATH_MAX || size > UINT32_MAX)
                return -1;
        protocol_put_u32(payload, (uint32_t)size);
        payload[4] = flags;
        memcpy(payload + 5, name, length);
        if (add_frame(out, FRAME_FILE, payload, 5 + length))
                return -1;
        return add_data(out, data, size);
}

int job_step(struct buffer *out, const struct protocol_step *step, char *const *argv, char *const *env,
        const void *input, size_t input_size)
{
        const struct job_process process = {argv, env, NULL};
        if (step->processes != 1)
                return -1;
        return job_processes(out, step, &process, input, input_size);
}

int job_processes(struct buffer *out, const struct protocol_step *step, const struct job_process *processes,
        const void *input, size_t input_size)
{
        uint8_t payload[PROTOCOL_STEP_SIZE];
        protocol_put_step(payload, step);
        if (add_frame(out, FRAME_STEP, payload, sizeof payload))
                return -1;
        for (uint8_t i = 0; i < step->processes; i++)
                if (add_strings(out, FRAME_ARG, i, processes[i].argv, PROTOCOL_ARGS_MAX) ||
                        add_strings(out, FRAME_ENV, i, processes[i].env, PROTOCOL_ENV_MAX) ||
                        add_strings(out, FRAME_ENV, PROTOCOL_FORK_SERVER, processes[i].fork_server,
                                PROTOCOL_ENV_MAX))
                        return -1;
        if (input_size) {
                uint8_t length[4];
                if (input_size > UINT32_MAX)
                        return -1;
                protocol_put_u32(length, (uint32_t)input_size);
                if (add_frame(out, FRAME_STDIN, length, sizeof length) || add_data(out, input, input_size))
                        return -1;
        }
        return add_frame(out, FRAME_START, NULL, 0);
}

int job_reset(struct buffer *out, const uint8_t token[PROTOCOL_TOKEN_SIZE])
{
        return add_frame(out, FRAME_RESET, token, PROTOCOL_TOKEN_SIZE);
}

int job_ping(struct buffer *out, uint64_t number)
{
        uint8_t payload[8];
        protocol_put_u64(payload, number);
        return add_frame(out, FRAME_PING, payload, sizeof payload);
}
