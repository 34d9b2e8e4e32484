/* A kernel text file, line by line, through a small buffer. */
#ifndef RUNNER_LINES_H
#define RUNNER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_MAX 2048 /* a longer line is cut */

struct lines {
        int fd;
        size_t at, end;
        char buffer[LINES_MAX];
        char line[LINES_MAX];
};

/* Open path. Returns 0/-1 (errno). lines_close is harmless after a failure. */
int lines_open(struct lines *lines, const char *path);
void lines_close(struct lines *lines);

/* The next line without its newline, good until the next call; NULL at the end or on an error. */
char *lines_next(struct lines *lines);

/* Split a line in place at blanks; field[i] for i < the returned count, at most max. */
size_t lines_split(char *line, char **field, size_t max);

/* Read a decimal number that is the whole of text (a newline may follow). "max" is UINT64_MAX, as cgroup v2
 * writes it. Returns 0/-1. */
int lines_number(const char *text, uint64_t *number);

#endif
