/* Counts a call of the Engine API. */
#include "fcgi/sandbox/engine_count.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/metrics.h"

void engine_count(const char *kind, bool answered, bool good, int64_t began_us)
{
        unsigned call = metrics_label(METRICS_ENGINE_CALLS, 0, kind);
        metrics_count(METRICS_ENGINE_CALLS, call,
                metrics_label(METRICS_ENGINE_CALLS, 1, good ? "ok" : "failed"), 0);
        if (answered)
                metrics_observe(METRICS_ENGINE_SECONDS, call, clock_us() - began_us);
}
