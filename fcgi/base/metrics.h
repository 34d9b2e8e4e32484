/* Counters and histograms in memory that all processes of the service share: whoever counts adds to a cell
 * without a lock or a system call, whoever reads takes the cells as they are. Which families there are is a
 * table; every label's values are a fixed list, so that nothing a client sends can make more of them.
 *
 * Before metrics_open, and in programs that never call it, counting goes to memory of the process's own. */
#ifndef SANDPOOL_METRICS_H
#define SANDPOOL_METRICS_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metrics_family {
        METRICS_REQUESTS,      /* language, status, reason */
        METRICS_POLICY_BLOCKS, /* language */
        METRICS_SHED,
        METRICS_REQUEST_SECONDS, /* these five: language */
        METRICS_QUEUE_SECONDS,
        METRICS_COMPILE_SECONDS,
        METRICS_RUN_SECONDS,
        METRICS_OVERHEAD_SECONDS,
        METRICS_LEASES, /* answer */
        METRICS_RESET_SECONDS,
        METRICS_SANDBOXES_CREATED,
        METRICS_SANDBOXES_REMOVED, /* why */
        METRICS_ENGINE_CALLS,      /* call, result */
        METRICS_ENGINE_SECONDS,    /* call */
        METRICS_PROCESS_ENDS,      /* process */
        METRICS_RELOADS,           /* result */
        METRICS_FAMILIES
};

/* For language: its index as metrics_language says. Other labels: their value's index, by metrics_label. */
#define METRICS_LANGUAGES_MAX 96

/* Make the shared memory; before the first fork. 0/-1. */
int metrics_open(struct error *err);

/* The index of a language's id, for this process and those that it forks from now on: make it known before
 * they need it. The last index, "other", when there are too many. METRICS_NO_LANGUAGE: of a request that came
 * to none. */
#define METRICS_NO_LANGUAGE "none"
unsigned metrics_language(const char *id);

/* The index of a value in the list of a family's label (0 for the first), the list's last for one that is not
 * there. */
unsigned metrics_label(enum metrics_family family, unsigned label, const char *value);

/* Count one. Indices of labels that the family does not have are 0. */
void metrics_count(enum metrics_family family, unsigned first, unsigned second, unsigned third);

/* A duration in microseconds, for a histogram. */
void metrics_observe(enum metrics_family family, unsigned label, int64_t us);

/* All of it in Prometheus text (the exposition format, version 0.0.4). Series that never counted are left
 * out where a family has labels. 0/-1 when out has no room. */
int metrics_text(struct buffer *out);

/* For values that are not counted but looked at: "# HELP" and "# TYPE" of a gauge, and a line of it.
 * labels: "" or `a="b",c="d"` as it is to stand there. */
int metrics_text_gauge(struct buffer *out, const char *name, const char *help);
int metrics_text_value(struct buffer *out, const char *name, const char *labels, double value);

#endif
