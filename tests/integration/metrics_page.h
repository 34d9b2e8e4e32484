/* What the fixture's /metrics says. */
#ifndef SANDPOOL_TEST_METRICS_PAGE_H
#define SANDPOOL_TEST_METRICS_PAGE_H

/* GET /metrics, which must be answered as it should be; NUL-terminated. The caller's. */
char *metrics_page_get(void);

/* The value of a series, written as on the page; NAN where the page has none. */
double metrics_page_value(const char *page, const char *series);

/* The same, of a page of now. */
double metrics_page_now(const char *series);

/* The sum over all series of a family that have this text among their labels ("": all of them); 0 for none.
 */
double metrics_page_sum(const char *page, const char *family, const char *label);

/* Wait until a series has exactly this value, else fail: what becomes of a request is counted when its answer
 * has been sent, which may be after it was read. */
void metrics_page_await(const char *series, double number);

#endif
