/* Reads /metrics. */
#include "tests/integration/metrics_page.h"

#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 120000

char *metrics_page_get(void)
{
        struct http_request request = {.port = fixture.port, .path = "/metrics"};
        struct http_response response = {0};
        struct error err = {0};
        char type[64];
        if (http_send(&request, 1, &response, &err))
                fail_msg("%s", err.text);
        assert_int_equal(response.status, 200);
        assert_int_equal(http_header(&response, "Content-Type", type, sizeof type), 1);
        assert_string_equal(type, "text/plain; version=0.0.4; charset=utf-8");
        char *text = strndup(response.body.data, response.body.size);
        http_clear(&response);
        assert_non_null(text);
        return text;
}

static bool is_whole(void *page)
{
        char **now = page;
        free(*now);
        *now = metrics_page_get();
        return metrics_page_value(*now, "sandpool_broker_up") == 1;
}

char *metrics_page_whole(void)
{
        char *page = NULL;
        if (!service_until(is_whole, &page, PATIENCE_MS))
                fail_msg("the broker does not answer");
        return page;
}

double metrics_page_value(const char *page, const char *series)
{
        char whole[300];
        snprintf(whole, sizeof whole, "\n%s ", series);
        const char *at = strstr(page, whole);
        return at ? strtod(at + strlen(whole), NULL) : NAN;
}

double metrics_page_count(const char *page, const char *series)
{
        double value = metrics_page_value(page, series);
        return isnan(value) ? 0 : value;
}

double metrics_page_now(const char *series)
{
        char *page = metrics_page_get();
        double number = metrics_page_value(page, series);
        free(page);
        return number;
}

double metrics_page_sum(const char *page, const char *family, const char *label)
{
        char begin[200];
        double sum = 0;
        snprintf(begin, sizeof begin, "\n%s{", family);
        for (const char *at = page; (at = strstr(at, begin)); at++) {
                const char *labels = at + strlen(begin), *end = strstr(labels, "} ");
                const char *found = strstr(labels, label);
                if (end && found && found < end)
                        sum += strtod(end + 2, NULL);
        }
        return sum;
}

struct expected {
        const char *series;
        double value;
};

static bool is_there(void *context)
{
        const struct expected *expected = context;
        return metrics_page_now(expected->series) == expected->value;
}

void metrics_page_await(const char *series, double number)
{
        struct expected expected = {series, number};
        if (!service_until(is_there, &expected, PATIENCE_MS))
                fail_msg("%s is %g and not %g", series, metrics_page_now(series), number);
}
