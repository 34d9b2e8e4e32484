/* Fuzzes what a test suite says. Build with clang -fsanitize=fuzzer,address and run from the repository's
 * root. */
#include "fcgi/base/text.h"
#include "fcgi/model/suite_report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What every report must be: all that is in it is fit to be shown, and a whole one told of every test. */
static void check(const struct suite_report *report)
{
        size_t told = 0;

        if (report->told > report->count || report->count > SUITE_TESTS_MAX ||
                report->output.size > SUITE_OUTPUT_MAX || report->whole != (report->problem[0] == '\0') ||
                (report->whole && (report->told < report->count || report->count == 0)) ||
                (report->whole && report->broken != NULL) ||
                (report->broken != NULL && (strlen(report->broken) > SUITE_MESSAGE_MAX ||
                                                   !text_is_utf8(report->broken, strlen(report->broken)))) ||
                !text_is_utf8(report->output.data, report->output.size))
                abort();
        for (size_t i = 0; i < report->count; i++) {
                const struct suite_test *test = &report->tests[i];

                if (test->name == NULL || !text_is_utf8(test->name, strlen(test->name)) ||
                        (test->message != NULL &&
                                (strlen(test->message) > SUITE_MESSAGE_MAX ||
                                        !text_is_utf8(test->message, strlen(test->message)))) ||
                        (test->outcome == SUITE_UNTOLD && test->message != NULL))
                        abort();
                told += test->outcome != SUITE_UNTOLD;
        }
        if (told != report->told)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct suite_report report;

        if (suite_report_read((const char *)data, size, &report, NULL) < 0)
                abort();
        check(&report);
        suite_report_clear(&report);
        return 0;
}
