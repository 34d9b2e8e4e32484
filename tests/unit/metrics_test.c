/* Counters and histograms: what is counted is what the text says, in every process, and never more series
 * than the table has. */
#include "fcgi/base/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static int open_metrics(void **state)
{
        struct error err = {0};
        (void)state;
        return metrics_open(&err);
}

/* The text, NUL-terminated; the caller's. */
static char *text(void)
{
        struct buffer out = BUFFER_MAX(4 << 20);
        assert_int_equal(metrics_text(&out), 0);
        assert_int_equal(buffer_add(&out, "", 1), 0);
        return out.data;
}

static void says(const char *line)
{
        char *all = text(), whole[300];
        snprintf(whole, sizeof whole, "\n%s\n", line);
        if (!strstr(all, whole))
                fail_msg("'%s' is not in\n%s", line, all);
        free(all);
}

static void counts_of_all_processes_are_one_sum(void **state)
{
        (void)state;
        unsigned python = metrics_language("python");
        unsigned success = metrics_label(METRICS_REQUESTS, 1, "success");
        unsigned none = metrics_label(METRICS_REQUESTS, 2, "none");
        for (int process = 0; process < 4; process++)
                if (fork() == 0) {
                        for (int i = 0; i < 10000; i++)
                                metrics_count(METRICS_REQUESTS, python, success, none);
                        _exit(0);
                }
        while (wait(NULL) > 0)
                ;
        says("sandpool_requests_total{language=\"python\",status=\"success\",reason=\"none\"} 40000");
}

static void a_histogram_counts_up_to_each_bound(void **state)
{
        static const int64_t times[] = {-5, 0, 1000, 1001, 9000, 250000, 59000000, 61000000};
        (void)state;
        unsigned ruby = metrics_language("ruby");
        for (size_t i = 0; i < sizeof times / sizeof *times; i++)
                metrics_observe(METRICS_RUN_SECONDS, ruby, times[i]);
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"0.001\"} 3");
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"0.0025\"} 4");
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"0.01\"} 5");
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"0.25\"} 6");
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"60\"} 7");
        says("sandpool_run_duration_seconds_bucket{language=\"ruby\",le=\"+Inf\"} 8");
        says("sandpool_run_duration_seconds_sum{language=\"ruby\"} 120.261001");
        says("sandpool_run_duration_seconds_count{language=\"ruby\"} 8");
}

static void unknown_words_are_one_series(void **state)
{
        (void)state;
        unsigned other = metrics_label(METRICS_REQUESTS, 2, "never heard of");
        assert_int_equal(other, metrics_label(METRICS_REQUESTS, 2, "nor of this"));
        metrics_count(METRICS_REQUESTS, metrics_language("perl"), 0, other);
        says("sandpool_requests_total{language=\"perl\",status=\"success\",reason=\"other\"} 1");
        metrics_count(METRICS_REQUESTS, 100000, 0, 0); /* beyond every list: not counted, and no harm */
        metrics_count(METRICS_REQUESTS, 0, 100000, 0);
        metrics_observe(METRICS_RUN_SECONDS, 100000, 1);
}

static void languages_without_end_are_one_series(void **state)
{
        (void)state;
        char id[32];
        for (int i = 0; i < 2 * METRICS_LANGUAGES_MAX; i++) {
                snprintf(id, sizeof id, "language\"%d", i);
                metrics_count(METRICS_POLICY_BLOCKS, metrics_language(id), 0, 0);
        }
        says("sandpool_policy_blocks_total{language=\"language_0\"} 1");
        char *all = text();
        size_t series = 0;
        for (char *at = all; (at = strstr(at, "\nsandpool_policy_blocks_total{")); at++)
                series++;
        assert_true(series <= METRICS_LANGUAGES_MAX);
        assert_non_null(strstr(all, "{language=\"other\"}"));
        free(all);
}

/* The last family of the table has its cells, too. */
static void every_family_has_room(void **state)
{
        (void)state;
        metrics_count(METRICS_RELOADS, metrics_label(METRICS_RELOADS, 0, "failed"), 0, 0);
        says("sandpool_configuration_reloads_total{result=\"failed\"} 1");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(counts_of_all_processes_are_one_sum),
                cmocka_unit_test(a_histogram_counts_up_to_each_bound),
                cmocka_unit_test(unknown_words_are_one_series),
                cmocka_unit_test(languages_without_end_are_one_series),
                cmocka_unit_test(every_family_has_room),
        };
        return cmocka_run_group_tests(tests, open_metrics, NULL);
}
