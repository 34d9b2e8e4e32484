/* Runs every program of tests/exercises, solutions and those that only pretend to be one, and compares the
 * answers. Arguments limit it to exercises ("two-sum") or cases ("two-sum/python-right"). */
#include "tests/integration/corpus.h"
#include "tests/integration/exercise_folder.h"

#include <stdio.h>

int main(int argc, char **argv)
{
        struct exercise_folder folder;
        struct error err = {0};
        /* On a busy machine, a sandbox of another language may take longer to make than requests wait. */
        const struct service_options options = {
                .pool_max = 8, .all_languages = true, .queue_timeout_s = 60, .exercises = folder.path};
        int failed = 1;
        (void)argc;
        if (exercise_folder_make(&folder, &err))
                fprintf(stderr, "%s\n", err.text);
        else
                failed = corpus_run("tests/exercises", argv + 1, &options, NULL);
        exercise_folder_remove(&folder);
        return failed;
}
