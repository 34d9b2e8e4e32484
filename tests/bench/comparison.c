/* Its head and rows, in Markdown. */
#include "tests/bench/comparison.h"

#include <stdio.h>

void comparison_head(void)
{
        printf("\n| over HTTP | p50 ms | p99 ms | against | p50 ms | p99 ms | so | budget | met |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
}

void comparison_row(const struct comparison *row)
{
        char theirs[48] = "- | -";
        if (row->theirs)
                snprintf(theirs, sizeof theirs, "%.1f | %.1f", samples_ms(row->theirs, 50),
                        samples_ms(row->theirs, 99));
        printf("| %s | %.1f | %.1f | %s | %s | %s | %s | %s |\n", row->what, samples_ms(row->ours, 50),
                samples_ms(row->ours, 99), row->than, theirs, row->so, row->budget, row->met);
        fflush(stdout);
}

const char *comparison_met(int is_met)
{
        return is_met ? "yes" : "**no**";
}
