/* Reads the kernel's text files line by line. */
#include "images/runner/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *lines, const char *path)
{
        lines->at = lines->end = 0;
        lines->fd = open(path, O_RDONLY | O_CLOEXEC);
        return lines->fd < 0 ? -1 : 0;
}

void lines_close(struct lines *lines)
{
        if (lines->fd >= 0)
                close(lines->fd);
        lines->fd = -1;
}

static bool refill(struct lines *lines)
{
        ssize_t got;
        do
                got = read(lines->fd, lines->buffer, sizeof lines->buffer);
        while (got < 0 && errno == EINTR);
        lines->at = 0;
        lines->end = got > 0 ? (size_t)got : 0;
        return got > 0;
}

char *lines_next(struct lines *lines)
{
        size_t length = 0;
        bool any = false;
        for (;;) {
                if (lines->at == lines->end && !refill(lines))
                        break;
                any = true;
                char c = lines->buffer[lines->at++];
                if (c == '\n')
                        break;
                if (length + 1 < sizeof lines->line)
                        lines->line[length++] = c;
        }
        lines->line[length] = '\0';
        return any ? lines->line : NULL;
}

size_t lines_split(char *line, char **field, size_t max)
{
        size_t count = 0;
        char *rest = NULL;
        for (char *at = strtok_r(line, " \t", &rest); at && count < max; at = strtok_r(NULL, " \t", &rest))
                field[count++] = at;
        return count;
}

int lines_number(const char *text, uint64_t *number)
{
        if (!strncmp(text, "max", 3) && (!text[3] || text[3] == '\n')) {
                *number = UINT64_MAX;
                return 0;
        }
        if (*text < '0' || *text > '9')
                return -1;
        char *end;
        errno = 0;
        *number = strtoull(text, &end, 10);
        return errno || (*end && *end != '\n') ? -1 : 0;
}
