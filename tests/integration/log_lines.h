/* The lines of the fixture's log, parsed. */
#ifndef SANDPOOL_TEST_LOG_LINES_H
#define SANDPOOL_TEST_LOG_LINES_H

#include <jansson.h>
#include <stddef.h>

/* How many bytes the log has by now. */
size_t log_lines_end(void);

/* An array of all whole lines that begin at or behind that place and have this event (NULL: any). A line that
 * is no JSON object fails the test. The caller's. */
json_t *log_lines_of(size_t from, const char *event);

#endif
