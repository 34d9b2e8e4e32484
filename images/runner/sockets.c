/* Reads the network namespace's own counters: "sockets: used N" and "TCP: ... tw N" in /proc/net/sockstat
 * (net/ipv4/proc.c, sockstat_seq_show). */
#include "images/runner/sockets.h"

#include "images/runner/lines.h"

#include <stdbool.h>
#include <string.h>

/* The number behind "name: ... key" on a line of sockstat. */
static int number_on(char *line, const char *name, const char *key, uint64_t *number)
{
        char *field[20];
        if (strncmp(line, name, strlen(name)))
                return -1;
        size_t count = lines_split(line, field, 20);
        for (size_t i = 1; i + 1 < count; i++)
                if (!strcmp(field[i], key))
                        return lines_number(field[i + 1], number);
        return -1;
}

int sockets_count(uint64_t *used, uint64_t *time_wait)
{
        struct lines lines;
        bool have_used = false, have_time_wait = false;
        if (lines_open(&lines, "/proc/net/sockstat"))
                return -1;
        for (char *line; (line = lines_next(&lines));) {
                if (!have_used)
                        have_used = !number_on(line, "sockets:", "used", used);
                if (!have_time_wait)
                        have_time_wait = !number_on(line, "TCP:", "tw", time_wait);
        }
        lines_close(&lines);
        return have_used && have_time_wait ? 0 : -1;
}
