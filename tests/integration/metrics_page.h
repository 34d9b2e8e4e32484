/* What the fixture's /metrics says. */
#ifndef SANDPOOL_TEST_METRICS_PAGE_H
#define SANDPOOL_TEST_METRICS_PAGE_H

/* GET /metrics, which must be answered as it should be; NUL-terminated. The caller's. */
char *metrics_page_get(void);

/* The same, asked again until the broker had its part in it: it is given a second, which on a busy machine
 * may be too short although all is well. */
char *metrics_page_whole(void);

/* The value of a series, written as on the page; NAN where the page has none. */
double metrics_page_value(const char *page, const char *series);

/* That of a counter: 0 for one that never counted. */
double metrics_page_count(const char *page, const char *series);

/* metrics_page_value of a page of now. */
double metrics_page_now(const char *series);

/* The sum over all series of a family that have this text among their labels ("": all of them); 0 for none.
 */
double metrics_page_sum(const char *page, const char *family, const char *label);

/* Wait until a series has exactly this value, else fail: what becomes of a request is counted when its answer
 * has been sent, which may be after it was read. */
void metrics_page_await(const char *series, double number);

#endif
