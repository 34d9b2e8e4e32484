/* Encoding and decoding of the frames that the service and the runner exchange. */
#include "images/runner/protocol.h"

#include <string.h>

void protocol_put_u32(uint8_t *at, uint32_t value)
{
        for (int i = 0; i < 4; i++)
                at[i] = (uint8_t)(value >> (8 * i));
}

uint32_t protocol_get_u32(const uint8_t *at)
{
        uint32_t value = 0;
        for (int i = 3; i >= 0; i--)
                value = value << 8 | at[i];
        return value;
}

void protocol_put_u64(uint8_t *at, uint64_t value)
{
        for (int i = 0; i < 8; i++)
                at[i] = (uint8_t)(value >> (8 * i));
}

uint64_t protocol_get_u64(const uint8_t *at)
{
        uint64_t value = 0;
        for (int i = 7; i >= 0; i--)
                value = value << 8 | at[i];
        return value;
}

void protocol_put_header(uint8_t header[PROTOCOL_HEADER_SIZE], uint8_t type, uint32_t length)
{
        protocol_put_u32(header, length);
        header[4] = type;
        header[5] = header[6] = header[7] = 0;
}

int protocol_get_header(const uint8_t header[PROTOCOL_HEADER_SIZE], uint8_t *type, uint32_t *length)
{
        *length = protocol_get_u32(header);
        *type = header[4];
        if (*length > PROTOCOL_PAYLOAD_MAX || header[5] || header[6] || header[7])
                return -1;
        return 0;
}

void protocol_put_step(uint8_t *at, const struct protocol_step *step)
{
        at[0] = step->kind;
        at[1] = step->processes;
        at[2] = at[3] = 0;
        protocol_put_u32(at + 4, step->wall_ms);
        protocol_put_u32(at + 8, step->cpu_ms);
        protocol_put_u32(at + 12, step->output_bytes);
        protocol_put_u32(at + 16, step->file_bytes);
        protocol_put_u32(at + 20, step->open_files);
}

int protocol_get_step(const uint8_t *at, size_t size, struct protocol_step *step)
{
        if (size != PROTOCOL_STEP_SIZE)
                return -1;
        step->kind = at[0];
        step->processes = at[1];
        step->wall_ms = protocol_get_u32(at + 4);
        step->cpu_ms = protocol_get_u32(at + 8);
        step->output_bytes = protocol_get_u32(at + 12);
        step->file_bytes = protocol_get_u32(at + 16);
        step->open_files = protocol_get_u32(at + 20);
        if (step->kind > STEP_RUN || step->processes < 1 || step->processes > PROTOCOL_PROCESSES_MAX ||
                !step->wall_ms)
                return -1;
        return 0;
}

void protocol_put_ready(uint8_t *at, const struct protocol_ready *ready)
{
        memcpy(at, ready->token, PROTOCOL_TOKEN_SIZE);
        protocol_put_u32(at + 16, ready->version);
        protocol_put_u32(at + 20, ready->missing);
}

int protocol_get_ready(const uint8_t *at, size_t size, struct protocol_ready *ready)
{
        if (size != PROTOCOL_READY_SIZE)
                return -1;
        memcpy(ready->token, at, PROTOCOL_TOKEN_SIZE);
        ready->version = protocol_get_u32(at + 16);
        ready->missing = protocol_get_u32(at + 20);
        return 0;
}

void protocol_put_report(uint8_t *at, const struct protocol_report *report)
{
        at[0] = report->kind;
        at[1] = report->ended_by;
        at[2] = report->truncated;
        at[3] = report->signal;
        protocol_put_u32(at + 4, (uint32_t)report->exit_code);
        protocol_put_u64(at + 8, report->wall_us);
        protocol_put_u64(at + 16, report->cpu_us);
        protocol_put_u64(at + 24, report->peak_kib);
        protocol_put_u64(at + 32, report->out_bytes);
        protocol_put_u64(at + 40, report->err_bytes);
        protocol_put_u32(at + 48, (uint32_t)report->second_exit_code);
        protocol_put_u32(at + 52, report->second_signal);
        protocol_put_u32(at + 56, report->start_us);
        protocol_put_u32(at + 60, report->finish_us);
}

int protocol_get_report(const uint8_t *at, size_t size, struct protocol_report *report)
{
        if (size != PROTOCOL_REPORT_SIZE)
                return -1;
        report->kind = at[0];
        report->ended_by = at[1];
        report->truncated = at[2];
        report->signal = at[3];
        report->exit_code = (int32_t)protocol_get_u32(at + 4);
        report->wall_us = protocol_get_u64(at + 8);
        report->cpu_us = protocol_get_u64(at + 16);
        report->peak_kib = protocol_get_u64(at + 24);
        report->out_bytes = protocol_get_u64(at + 32);
        report->err_bytes = protocol_get_u64(at + 40);
        report->second_exit_code = (int32_t)protocol_get_u32(at + 48);
        report->second_signal = protocol_get_u32(at + 52);
        report->start_us = protocol_get_u32(at + 56);
        report->finish_us = protocol_get_u32(at + 60);
        if (report->kind > STEP_RUN || report->ended_by > ENDED_BY_NO_START || report->truncated > 1 ||
                report->signal > 64 || report->exit_code < -1 || report->exit_code > 255)
                return -1;
        return 0;
}
