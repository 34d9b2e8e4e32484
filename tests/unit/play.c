/* Plays runners, each in its own process. */
#include "tests/unit/play.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void play_hello(int fd)
{
        struct protocol_report r = script_fine;
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_STDOUT, "hello ", 6);
        script_say(fd, FRAME_STDERR, "oh", 2);
        script_say(fd, FRAME_PONG, "12345678", 8);
        script_say(fd, FRAME_STDOUT, "world\n", 6);
        r.out_bytes = 12;
        r.err_bytes = 2;
        script_report(fd, &r);
}

void play_tell(int fd)
{
        char *text = NULL;
        size_t size = 0;
        struct protocol_report r = script_fine;
        FILE *told = open_memstream(&text, &size);
        script_hear_step(fd, told);
        fclose(told);
        script_say(fd, FRAME_STDOUT, text, size);
        r.out_bytes = size;
        script_report(fd, &r);
}

void play_flood_first(int fd)
{
        static char block[PROTOCOL_PAYLOAD_MAX];
        struct protocol_report r = script_fine;
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 16; i++)
                script_say(fd, FRAME_STDOUT, block, sizeof(block));
        script_hear_step(fd, NULL);
        r.out_bytes = 16 * sizeof(block);
        script_report(fd, &r);
}

struct protocol_report play_report;
const char *play_err = "";

void play_scripted(int fd)
{
        script_hear_step(fd, NULL);
        if (*play_err)
                script_say(fd, FRAME_STDERR, play_err, strlen(play_err));
        play_report.err_bytes = strlen(play_err);
        script_report(fd, &play_report);
}

void play_silence(int fd)
{
        char byte;
        script_hear_step(fd, NULL);
        script_exactly(fd, &byte, 1);
}

int play_heard[2];

void play_silence_aloud(int fd)
{
        char byte = 0;
        script_hear_step(fd, NULL);
        script_must(write(play_heard[1], &byte, 1) == 1);
        script_exactly(fd, &byte, 1);
}

void play_death(int fd)
{
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_STDOUT, "last words", 10);
}

void play_compile_and_run(int fd)
{
        struct protocol_report r = script_fine;
        r.kind = STEP_COMPILE;
        r.err_bytes = 7;
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_STDERR, "warning", 7);
        script_report(fd, &r);
        play_tell(fd);
}

void play_compile_error(int fd)
{
        struct protocol_report r = script_fine;
        r.kind = STEP_COMPILE;
        r.err_bytes = 5;
        r.exit_code = 1;
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_STDERR, "error", 5);
        script_report(fd, &r);
}

void play_wrong_kind(int fd)
{
        struct protocol_report r = script_fine;
        script_hear_step(fd, NULL);
        r.kind = STEP_COMPILE;
        script_report(fd, &r);
}

void play_early_report(int fd)
{
        struct pollfd hang_up = {.fd = fd};
        script_report(fd, &script_fine);
        script_must(poll(&hang_up, 1, SCRIPT_PATIENCE_MS) == 1);
}

void play_miscount(int fd)
{
        struct protocol_report r = script_fine;
        script_hear_step(fd, NULL);
        r.out_bytes = 1;
        script_report(fd, &r);
}

void play_too_much(int fd)
{
        static char block[PROTOCOL_PAYLOAD_MAX];
        script_hear_step(fd, NULL);
        for (int i = 0; i < 17; i++)
                script_say(fd, FRAME_STDERR, block, sizeof(block));
        script_report(fd, &script_fine);
}

void play_behind_report(int fd)
{
        uint8_t both[2 * PROTOCOL_HEADER_SIZE + PROTOCOL_REPORT_SIZE + 1];
        script_hear_step(fd, NULL);
        protocol_put_header(both, FRAME_REPORT, PROTOCOL_REPORT_SIZE);
        protocol_put_report(both + PROTOCOL_HEADER_SIZE, &script_fine);
        protocol_put_header(both + PROTOCOL_HEADER_SIZE + PROTOCOL_REPORT_SIZE, FRAME_STDOUT, 1);
        both[sizeof(both) - 1] = 'x';
        script_wrapped(fd, both, sizeof(both));
}

void play_foreign_frame(int fd)
{
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_READY, "0123456789abcdef01234567", 24);
}

void play_empty_output(int fd)
{
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_STDOUT, NULL, 0);
}

void play_pongs(int fd)
{
        script_hear_step(fd, NULL);
        for (int i = 0; i < 9; i++)
                script_say(fd, FRAME_PONG, "12345678", 8);
        script_report(fd, &script_fine);
}

void play_short_report(int fd)
{
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_REPORT, "0123", 4);
}

void play_fault(int fd)
{
        script_hear_step(fd, NULL);
        script_say(fd, FRAME_FAULT, "fork:\nno", 8);
}

void play_docker_garbage(int fd)
{
        script_hear_step(fd, NULL);
        script_raw(fd, "HTTP/1.1 500 Internal", 21);
}

void play_long_frame(int fd)
{
        uint8_t header[8] = {1, 0, 1, 0, FRAME_STDOUT, 0, 0, 0}; /* 65,537 bytes */
        script_hear_step(fd, NULL);
        script_wrapped(fd, header, 8);
}
