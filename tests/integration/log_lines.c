/* Reads the fixture's log. */
#include "tests/integration/log_lines.h"

#include "tests/integration/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOG_MAX (16 << 20)

size_t log_lines_end(void)
{
        struct stat st;
        assert_int_equal(stat(fixture.log, &st), 0);
        return (size_t)st.st_size;
}

json_t *log_lines_of(size_t from, const char *event)
{
        struct error err = {0};
        char *text = NULL, *rest, *line;
        json_t *list = json_array();
        ssize_t size = io_read_file(fixture.log, LOG_MAX, &text, &err);
        if (size < (ssize_t)from)
                fail_msg("the log is shorter than it was: %s", err.text);
        /* What stands behind the last line's end is a line that is being written. */
        for (rest = text + from; (line = strsep(&rest, "\n")) && rest;) {
                json_t *entry = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
                if (!json_is_object(entry))
                        fail_msg("not a JSON object: %s", line);
                if (!event || !strcmp(fixture_text(entry, "event"), event))
                        json_array_append(list, entry);
                json_decref(entry);
        }
        free(text);
        return list;
}
