/* The table of what is counted, the cells, and their text. */
#include "fcgi/base/metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LABELS_MAX 3
#define LANGUAGE_SIZE 64
#define LINE_MAX_BYTES 512
#define CELLS_MAX 40000

struct label {
        const char *name;
        const char *const *values; /* ends with NULL; the last stands for all others. NULL: languages */
};

static const char *const statuses[] = {"success", "failed", "error", "timeout", "blocked", "refused", NULL};
static const char *const reasons[] = {"none", "wrong_answer", "compile_error", "runtime_error", "time_limit",
        "memory_limit", "output_limit", "policy", "suite_error", "invalid_json", "invalid_request",
        "unknown_language", "unknown_exercise", "too_large", "unsupported_media_type", "not_found",
        "method_not_allowed", "busy", "unavailable", "shutting_down", "client_gone", "internal", "other",
        NULL};
static const char *const answers[] = {
        "granted", "busy", "no_image", "unavailable", "shutting_down", "cancelled", NULL};
static const char *const whys[] = {"reuse", "max_age", "idle", "room", "configuration", "shutdown",
        "worker_gone", "held_too_long", "unclean", "not_wanted", "proven", "late", "failed", NULL};
static const char *const calls[] = {
        "create", "start", "inspect", "attach", "update", "remove", "list", "image", "other", NULL};
static const char *const results[] = {"ok", "failed", NULL};
static const char *const processes[] = {"worker", "control", "broker", NULL};

#define LANGUAGE                                                                                             \
        {                                                                                                    \
                "language", NULL                                                                             \
        }

static const struct family {
        const char *name, *help;
        bool histogram;
        struct label labels[LABELS_MAX + 1];
} families[METRICS_FAMILIES] = {
        [METRICS_REQUESTS] = {"sandpool_requests_total", "Requests answered, by what became of them.", false,
                {LANGUAGE, {"status", statuses}, {"reason", reasons}}},
        [METRICS_POLICY_BLOCKS] = {"sandpool_policy_blocks_total", "Programs that a policy blocked.", false,
                {LANGUAGE}},
        [METRICS_SHED] = {"sandpool_requests_shed_total",
                "Requests that a worker had and answered 503 busy, no sandbox being free in time. Those for "
                "which no worker was free are answered by nginx, and only its log has them.",
                false, {{0}}},
        [METRICS_REQUEST_SECONDS] = {"sandpool_request_duration_seconds",
                "A request that ran a program, from its first byte to its answer's last.", true, {LANGUAGE}},
        [METRICS_QUEUE_SECONDS] = {"sandpool_queue_duration_seconds", "Waiting for a sandbox.", true,
                {LANGUAGE}},
        [METRICS_COMPILE_SECONDS] = {"sandpool_compile_duration_seconds", "Compiling.", true, {LANGUAGE}},
        [METRICS_RUN_SECONDS] = {"sandpool_run_duration_seconds", "Running the program.", true, {LANGUAGE}},
        [METRICS_OVERHEAD_SECONDS] = {"sandpool_overhead_duration_seconds",
                "What is left of a request without queue, compiling and running.", true, {LANGUAGE}},
        [METRICS_LEASES] = {"sandpool_leases_total", "Workers' requests for a sandbox, by the answer.", false,
                {{"answer", answers}}},
        [METRICS_RESET_SECONDS] = {"sandpool_reset_seconds",
                "From a lease's end until its sandbox can be leased again.", true, {{0}}},
        [METRICS_SANDBOXES_CREATED] = {"sandpool_sandboxes_created_total", "Containers asked for.", false,
                {{0}}},
        [METRICS_SANDBOXES_REMOVED] = {"sandpool_sandboxes_removed_total", "Containers removed, by why.",
                false, {{"why", whys}}},
        [METRICS_ENGINE_CALLS] = {"sandpool_engine_calls_total", "Calls of Docker's Engine API.", false,
                {{"call", calls}, {"result", results}}},
        [METRICS_ENGINE_SECONDS] = {"sandpool_engine_call_duration_seconds",
                "Calls of Docker's Engine API that were answered, until they were.", true, {{"call", calls}}},
        [METRICS_PROCESS_ENDS] = {"sandpool_process_restarts_total",
                "Processes of the service that ended without being told to, and were started again.", false,
                {{"process", processes}}},
        [METRICS_RELOADS] = {"sandpool_configuration_reloads_total", "Reloads of the configuration.", false,
                {{"result", results}}},
};

/* Upper bounds in microseconds, and as they are written. */
static const struct bucket {
        int64_t us;
        const char *text;
} buckets[] = {{1000, "0.001"}, {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"}, {25000, "0.025"},
        {50000, "0.05"}, {100000, "0.1"}, {250000, "0.25"}, {500000, "0.5"}, {1000000, "1"}, {2500000, "2.5"},
        {5000000, "5"}, {10000000, "10"}, {30000000, "30"}, {60000000, "60"}, {INT64_MAX, "+Inf"}};
#define BUCKETS (sizeof buckets / sizeof *buckets)
#define HISTOGRAM_CELLS (BUCKETS + 1) /* and the sum of microseconds */

static _Atomic uint64_t own_cells[CELLS_MAX];
static _Atomic uint64_t *cells = own_cells;
static char languages[METRICS_LANGUAGES_MAX][LANGUAGE_SIZE];
static unsigned language_count;

int metrics_open(struct error *err)
{
        void *shared =
                mmap(NULL, sizeof own_cells, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED)
                return error_errno(err, "mmap");
        cells = shared;
        return 0;
}

unsigned metrics_language(const char *id)
{
        unsigned i = 0;
        while (i < language_count && strcmp(languages[i], id))
                i++;
        if (i < language_count)
                return i;
        if (language_count == METRICS_LANGUAGES_MAX - 1)
                return METRICS_LANGUAGES_MAX - 1;
        snprintf(languages[language_count], LANGUAGE_SIZE, "%s", id);
        for (char *c = languages[language_count]; *c; c++)
                if (*c == '"' || *c == '\\' || *c == '\n')
                        *c = '_'; /* would need escaping; no language's id has one */
        return language_count++;
}

static unsigned count_of(const struct label *label)
{
        unsigned count = 0;
        if (!label->name)
                return 1;
        if (!label->values)
                return METRICS_LANGUAGES_MAX;
        while (label->values[count])
                count++;
        return count;
}

unsigned metrics_label(enum metrics_family family, unsigned label, const char *value)
{
        const struct label *of = &families[family].labels[label];
        unsigned i = 0, last = count_of(of) - 1;
        while (i < last && strcmp(of->values[i], value))
                i++;
        return i;
}

static size_t series_of(const struct family *family)
{
        return (size_t)count_of(&family->labels[0]) * count_of(&family->labels[1]) *
               count_of(&family->labels[2]);
}

static size_t cells_of(const struct family *family)
{
        return family->histogram ? HISTOGRAM_CELLS : 1;
}

/* Where a family's cells begin; NULL beyond the ceiling, which a test keeps from happening. */
static _Atomic uint64_t *first_cell(enum metrics_family family)
{
        static size_t starts[METRICS_FAMILIES + 1];
        for (size_t i = 0; !starts[METRICS_FAMILIES] && i < METRICS_FAMILIES; i++)
                starts[i + 1] = starts[i] + series_of(&families[i]) * cells_of(&families[i]);
        return starts[family + 1] <= CELLS_MAX ? cells + starts[family] : NULL;
}

static _Atomic uint64_t *cell(enum metrics_family family, unsigned first, unsigned second, unsigned third)
{
        const struct family *of = &families[family];
        _Atomic uint64_t *start = first_cell(family);
        unsigned counts[LABELS_MAX];
        for (unsigned i = 0; i < LABELS_MAX; i++)
                counts[i] = count_of(&of->labels[i]);
        if (!start || first >= counts[0] || second >= counts[1] || third >= counts[2])
                return NULL;
        return start + (((size_t)first * counts[1] + second) * counts[2] + third) * cells_of(of);
}

static void add(_Atomic uint64_t *at, uint64_t number)
{
        if (at)
                atomic_fetch_add_explicit(at, number, memory_order_relaxed);
}

void metrics_count(enum metrics_family family, unsigned first, unsigned second, unsigned third)
{
        add(cell(family, first, second, third), 1);
}

void metrics_observe(enum metrics_family family, unsigned label, int64_t us)
{
        _Atomic uint64_t *at = cell(family, label, 0, 0);
        size_t i = 0;
        if (!at)
                return;
        if (us < 0)
                us = 0;
        while (us > buckets[i].us)
                i++;
        add(at + i, 1);
        add(at + BUCKETS, (uint64_t)us);
}

static const char *value_of(const struct label *label, unsigned i)
{
        if (label->values)
                return label->values[i];
        return i < language_count ? languages[i] : "other";
}

/* `a="b",c="d"` of the i-th series. */
static void labels_of(const struct family *family, size_t series, char *text, size_t size)
{
        unsigned index[LABELS_MAX];
        size_t used = 0;
        for (unsigned i = LABELS_MAX; i-- > 0;) {
                index[i] = (unsigned)(series % count_of(&family->labels[i]));
                series /= count_of(&family->labels[i]);
        }
        *text = '\0';
        for (unsigned i = 0; i < LABELS_MAX && family->labels[i].name; i++)
                used += (size_t)snprintf(text + used, size - used, "%s%s=\"%s\"", i ? "," : "",
                        family->labels[i].name, value_of(&family->labels[i], index[i]));
}

static uint64_t look(const _Atomic uint64_t *at)
{
        return atomic_load_explicit(at, memory_order_relaxed);
}

static int add_line(struct buffer *out, const char *name, const char *suffix, const char *labels,
        const char *more, const char *value)
{
        char line[LINE_MAX_BYTES];
        bool some = *labels || *more;
        snprintf(line, sizeof line, "%s%s%s%s%s%s%s %s\n", name, suffix, some ? "{" : "", labels,
                *labels && *more ? "," : "", more, some ? "}" : "", value);
        return buffer_add_string(out, line);
}

static int add_integer(struct buffer *out, const char *name, const char *suffix, const char *labels,
        const char *more, uint64_t value)
{
        char text[24];
        snprintf(text, sizeof text, "%llu", (unsigned long long)value);
        return add_line(out, name, suffix, labels, more, text);
}

/* The count is what the buckets say together, so that they agree whatever is counted meanwhile. */
static int add_histogram(
        struct buffer *out, const struct family *family, const char *labels, const _Atomic uint64_t *at)
{
        char more[32], sum[32];
        uint64_t count = 0, us = look(at + BUCKETS);
        int failed = 0;
        for (size_t i = 0; i < BUCKETS; i++) {
                count += look(at + i);
                snprintf(more, sizeof more, "le=\"%s\"", buckets[i].text);
                failed |= add_integer(out, family->name, "_bucket", labels, more, count);
        }
        snprintf(sum, sizeof sum, "%llu.%06llu", (unsigned long long)(us / 1000000),
                (unsigned long long)(us % 1000000));
        failed |= add_line(out, family->name, "_sum", labels, "", sum);
        return failed | add_integer(out, family->name, "_count", labels, "", count);
}

static bool ever_counted(const _Atomic uint64_t *at, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (look(at + i))
                        return true;
        return false;
}

static int add_head(struct buffer *out, const char *name, const char *help, const char *type)
{
        char line[LINE_MAX_BYTES];
        snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
        return buffer_add_string(out, line);
}

static int add_family(struct buffer *out, enum metrics_family which)
{
        const struct family *family = &families[which];
        const _Atomic uint64_t *at = first_cell(which);
        size_t each = cells_of(family), count = series_of(family);
        int failed = add_head(out, family->name, family->help, family->histogram ? "histogram" : "counter");
        for (size_t i = 0; at && i < count; i++) {
                char labels[LINE_MAX_BYTES / 2];
                if (count > 1 && !ever_counted(at + i * each, each))
                        continue;
                labels_of(family, i, labels, sizeof labels);
                failed |= family->histogram ? add_histogram(out, family, labels, at + i * each)
                                            : add_integer(out, family->name, "", labels, "", look(at + i));
        }
        return failed;
}

int metrics_text(struct buffer *out)
{
        int failed = 0;
        for (int i = 0; i < METRICS_FAMILIES; i++)
                failed |= add_family(out, (enum metrics_family)i);
        return failed ? -1 : 0;
}

int metrics_text_gauge(struct buffer *out, const char *name, const char *help)
{
        return add_head(out, name, help, "gauge");
}

int metrics_text_value(struct buffer *out, const char *name, const char *labels, double value)
{
        char text[40];
        snprintf(text, sizeof text, "%.15g", value);
        return add_line(out, name, "", labels, "", text);
}
