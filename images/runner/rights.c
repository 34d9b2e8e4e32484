/* Reads what a process may do. */
#include "images/runner/rights.h"

#include "images/runner/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_status(struct lines *lines, pid_t pid)
{
        char path[40] = "/proc/self/status";
        if (pid)
                snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
        return lines_open(lines, path);
}

/* What stands behind "key:" on the line; NULL when it is another's. */
static char *value_of(char *line, const char *key)
{
        size_t length = strlen(key);
        return !strncmp(line, key, length) && line[length] == ':' ? line + length + 1 : NULL;
}

long long rights_number(pid_t pid, const char *key, int base)
{
        struct lines lines;
        long long number = -1;
        if (open_status(&lines, pid))
                return -1;
        for (char *line, *value; number < 0 && (line = lines_next(&lines));)
                if ((value = value_of(line, key)))
                        number = strtoll(value, NULL, base);
        lines_close(&lines);
        return number;
}

/* Real, effective, saved and file system's. */
static bool four_ids(char *value, unsigned long long id)
{
        char *field[5];
        uint64_t number;
        size_t count = lines_split(value, field, 5), same = 0;
        for (size_t i = 0; i < count; i++)
                same += !lines_number(field[i], &number) && number == id;
        return count == 4 && same == 4;
}

static bool no_group(char *value, unsigned long long nothing)
{
        (void)nothing;
        return !value[strspn(value, " \t\n")];
}

static bool is_hex(char *value, unsigned long long wanted)
{
        return strtoull(value, NULL, 16) == wanted;
}

struct line {
        const char *key;
        bool (*is_right)(char *value, unsigned long long wanted);
        unsigned long long wanted;
};

/* Whether every one of the lines is there and right. Lists end with a NULL key; at most 32. */
static bool says(pid_t pid, const struct line *wanted)
{
        struct lines lines;
        uint32_t right = 0, all = 0;
        if (open_status(&lines, pid))
                return false;
        for (size_t i = 0; wanted[i].key; i++)
                all |= 1U << i;
        for (char *line, *value; (line = lines_next(&lines));)
                for (size_t i = 0; wanted[i].key; i++)
                        if ((value = value_of(line, wanted[i].key)) &&
                                wanted[i].is_right(value, wanted[i].wanted))
                                right |= 1U << i;
        lines_close(&lines);
        return right == all;
}

bool rights_are_none(pid_t pid, uid_t uid)
{
        const struct line lines[] = {{"Uid", four_ids, uid}, {"Gid", four_ids, uid}, {"Groups", no_group, 0},
                {"CapInh", is_hex, 0}, {"CapPrm", is_hex, 0}, {"CapEff", is_hex, 0}, {"CapAmb", is_hex, 0},
                {"NoNewPrivs", is_hex, 1}, {"Seccomp", is_hex, 2}, {NULL, NULL, 0}};
        return says(pid, lines);
}

bool rights_are_for_forking(pid_t pid)
{
        const struct line lines[] = {{"Uid", four_ids, 0}, {"Gid", four_ids, 0}, {"Groups", no_group, 0},
                {"CapInh", is_hex, 0}, {"CapPrm", is_hex, RIGHTS_FORKING}, {"CapEff", is_hex, RIGHTS_FORKING},
                {"CapAmb", is_hex, 0}, {"NoNewPrivs", is_hex, 1}, {"Seccomp", is_hex, 2}, {NULL, NULL, 0}};
        return says(pid, lines);
}
