/* What the fuzzers share. */
#include "tests/fuzz/input.h"

#include "fcgi/base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEPARATOR "\n--\n"

uint8_t input_byte(struct input *input)
{
        if (!input->left)
                return 0;
        input->left--;
        return *input->at++;
}

const uint8_t *input_take(struct input *input, size_t size, size_t *got)
{
        const uint8_t *at = input->at;
        *got = size < input->left ? size : input->left;
        input->at += *got;
        input->left -= *got;
        return at;
}

const uint8_t *input_part(struct input *input, size_t *size)
{
        const uint8_t *end = memmem(input->at, input->left, SEPARATOR, strlen(SEPARATOR));
        const uint8_t *part = input_take(input, end ? (size_t)(end - input->at) : input->left, size);
        size_t skipped;
        if (end)
                input_take(input, strlen(SEPARATOR), &skipped);
        return part;
}

int input_file(const void *bytes, size_t size, char path[64])
{
        int fd = memfd_create("input", MFD_CLOEXEC);
        if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
                input_broken("a file in memory");
        snprintf(path, 64, "/proc/self/fd/%d", fd);
        return fd;
}

void input_broken(const char *what)
{
        perror(what);
        _exit(2);
}

void input_quiet(void)
{
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0)
                input_broken("/dev/null");
        log_set_level(LOG_LEVEL_ERROR);
        log_set_fd(nowhere);
}
