/* Runs every program of tests/programs through nginx and compares the answers. Arguments limit it to
 * languages ("python") or cases ("python/hello"). */
#include "tests/integration/corpus.h"

int main(int argc, char **argv)
{
        const struct service_options options = {.pool_max = 4, .all_languages = true};
        (void)argc;
        return corpus_run("tests/programs", argv + 1, &options);
}
