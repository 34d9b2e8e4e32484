/* Reads what a test suite says; every byte of it may be hostile. */
#include "fcgi/model/suite_report.h"

#include "fcgi/base/text.h"
#include "fcgi/model/json_values.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GO_ON, STOP, NO_MEMORY = -1 };

enum { LINE_VALUES_MAX = 5 * SUITE_TESTS_MAX }; /* more than a plan's, so that one too long is named so */

static int wrong(struct suite_report *report, const char *what)
{
        snprintf(report->problem, sizeof report->problem, "%s", what);
        return STOP;
}

/* A malloc'd copy of at most max bytes, in whole characters and without a NUL. */
static char *copy_text(const json_t *string, size_t max)
{
        const char *text = json_string_value(string);

        return strndup(text, text_cut(text, strlen(text), max));
}

static bool is_name(const json_t *value)
{
        const char *text = json_string_value(value);

        if (text == NULL || text[0] == '\0' || json_string_length(value) > SUITE_NAME_MAX)
                return false;
        for (size_t i = 0; i < json_string_length(value); i++)
                if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
                        return false;
        return true;
}

static struct suite_test *find(const struct suite_report *report, const json_t *name)
{
        for (size_t i = 0; json_is_string(name) && i < report->count; i++)
                if (strcmp(report->tests[i].name, json_string_value(name)) == 0)
                        return &report->tests[i];
        return NULL;
}

static int take_plan(struct suite_report *report, const json_t *line, const json_t *plan)
{
        size_t count = json_array_size(plan);

        if (json_object_size(line) != 1 || count == 0 || count > SUITE_TESTS_MAX - report->count)
                return wrong(report, "a plan that is no list of tests, or too long a one");
        if (report->tests == NULL)
                report->tests = calloc(SUITE_TESTS_MAX, sizeof *report->tests);
        if (report->tests == NULL)
                return NO_MEMORY;
        for (size_t i = 0; i < count; i++) {
                const json_t *name = json_array_get(plan, i);

                if (!is_name(name))
                        return wrong(report, "a test without a proper name");
                if (find(report, name) != NULL)
                        return wrong(report, "two tests of one name");
                report->tests[report->count].name = copy_text(name, SUITE_NAME_MAX);
                if (report->tests[report->count].name == NULL)
                        return NO_MEMORY;
                report->count++;
        }
        return GO_ON;
}

/* SUITE_UNTOLD: the line says nothing of the kind, or more than that. */
static enum suite_outcome outcome_of(const json_t *line, const json_t *message)
{
        const json_t *passed = json_object_get(line, "passed");

        if ((message != NULL && !json_is_string(message)) ||
                json_object_size(line) != (message != NULL ? 3U : 2U))
                return SUITE_UNTOLD;
        if (json_is_boolean(passed))
                return json_is_true(passed) ? SUITE_PASSED : SUITE_FAILED;
        return message != NULL && json_is_true(json_object_get(line, "skipped")) ? SUITE_SKIPPED
                                                                                 : SUITE_UNTOLD;
}

static int take_test(struct suite_report *report, const json_t *line, const json_t *name)
{
        const json_t *message = json_object_get(line, "message");
        struct suite_test *test = find(report, name);
        enum suite_outcome outcome = outcome_of(line, message);

        if (test == NULL)
                return wrong(report, "a test that was not planned");
        if (test->outcome != SUITE_UNTOLD)
                return wrong(report, "a test that was told before");
        if (outcome == SUITE_UNTOLD)
                return wrong(report, "a test's line with something else in it");
        if (message != NULL && (test->message = copy_text(message, SUITE_MESSAGE_MAX)) == NULL)
                return NO_MEMORY;
        test->outcome = outcome;
        report->told++;
        return GO_ON;
}

static int take_output(struct suite_report *report, const json_t *line, const json_t *text)
{
        size_t room = SUITE_OUTPUT_MAX - report->output.size, size = json_string_length(text), cut;

        if (!json_is_string(text) || json_object_size(line) != 1)
                return wrong(report, "an output's line with something else in it");
        cut = text_cut(json_string_value(text), size, room);
        report->output_cut |= cut < size;
        return buffer_add(&report->output, json_string_value(text), cut) < 0 ? NO_MEMORY : GO_ON;
}

static int take_done(struct suite_report *report, const json_t *line, const json_t *done)
{
        if (!json_is_true(done) || json_object_size(line) != 1)
                return wrong(report, "a last line with something else in it");
        if (report->told < report->count)
                return wrong(report, "an end before the last test");
        report->whole = true;
        return GO_ON;
}

static int take_broken(struct suite_report *report, const json_t *line, const json_t *text)
{
        if (!json_is_string(text) || json_object_size(line) != 1)
                return wrong(report, "a complaint with something else in it");
        report->broken = copy_text(text, SUITE_MESSAGE_MAX);
        return report->broken != NULL ? wrong(report, "it cannot be run") : NO_MEMORY;
}

static const struct {
        const char *key; /* by which a line is known */
        bool after_plan;
        int (*take)(struct suite_report *report, const json_t *line, const json_t *value);
} kinds[] = {
        {"plan", false, take_plan},
        {"test", true, take_test},
        {"output", true, take_output},
        {"done", true, take_done},
        {"broken", false, take_broken},
};

static int take_line(struct suite_report *report, const char *at, size_t size)
{
        json_error_t problem;
        json_t *line;
        int rc = STOP;

        if (report->whole) {
                report->whole = false;
                return wrong(report, "something behind its last line");
        }
        if (json_values_count(at, size) > LINE_VALUES_MAX)
                return wrong(report, "a line that is none of a report's");
        line = json_loadb(at, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
        if (line == NULL &&
                (problem.text[0] == '\0' || json_error_code(&problem) == json_error_out_of_memory)) {
                rc = NO_MEMORY;
                goto out;
        }
        wrong(report, "a line that is none of a report's");
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                const json_t *value = json_object_get(line, kinds[i].key);

                if (value == NULL)
                        continue;
                report->problem[0] = '\0';
                rc = kinds[i].after_plan && report->tests == NULL ? wrong(report, "no plan")
                                                                  : kinds[i].take(report, line, value);
                break;
        }
out:
        json_decref(line);
        return rc;
}

int suite_report_read(const char *bytes, size_t size, struct suite_report *report, struct error *err)
{
        int rc = GO_ON;

        *report = (struct suite_report){.output = BUFFER_MAX(SUITE_OUTPUT_MAX)};
        for (size_t at = 0, length; rc == GO_ON && at < size; at += length + 1) {
                const char *stop = memchr(bytes + at, '\n', size - at);

                if (stop == NULL) {
                        report->whole = false;
                        rc = wrong(report, "an end in the midst of a line");
                        break;
                }
                length = (size_t)(stop - bytes) - at;
                rc = take_line(report, bytes + at, length);
        }
        if (rc == NO_MEMORY)
                return error_set(err, "out of memory");
        if (!report->whole && report->problem[0] == '\0')
                wrong(report, "no last line");
        return 0;
}

void suite_report_clear(struct suite_report *report)
{
        for (size_t i = 0; i < report->count; i++) {
                free(report->tests[i].name);
                free(report->tests[i].message);
        }
        free(report->tests);
        free(report->broken);
        buffer_clear(&report->output);
        *report = (struct suite_report){0};
}
