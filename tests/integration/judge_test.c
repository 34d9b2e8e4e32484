/* Runs every request of tests/judge, which all have test cases, and compares the answers. Arguments limit it
 * to groups ("compare") or cases ("compare/lines-crlf"). */
#include "tests/integration/corpus.h"

#include <stddef.h>

int main(int argc, char **argv)
{
        const struct service_options options = {.pool_max = 8, .queue_timeout_s = 60, .request_time_s = 75};
        (void)argc;
        return corpus_run("tests/judge", argv + 1, &options, NULL);
}
