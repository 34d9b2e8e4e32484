/* Judges how a step ended, from the runner's report. */
#ifndef SANDPOOL_EXECUTE_VERDICT_H
#define SANDPOOL_EXECUTE_VERDICT_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/result.h"
#include "images/runner/protocol.h"

/* What a text for a person needs to know about the step. */
struct verdict_limits {
        uint32_t wall_ms;
        uint32_t memory_mib;
        uint32_t output_bytes;
};

/* Fill verdict (whose out and err hold the output already) and text from the report. text stays "" where the
 * step's own stderr says what is to be said. 0; or -1 when the report tells of our failure and not of the
 * program's. */
int verdict_of_run(struct verdict *verdict, const struct protocol_report *report,
        const struct language *language, const struct verdict_limits *limits, char text[512],
        struct error *err);
int verdict_of_compile(struct verdict *verdict, const struct protocol_report *report,
        const struct verdict_limits *limits, char text[512], struct error *err);

/* A step whose report did not come in time, elapsed_ms after it began. */
void verdict_late(struct verdict *verdict, enum step_kind kind, const struct verdict_limits *limits,
        uint32_t elapsed_ms, char text[512]);

/* A step whose sandbox died of its memory limit, the runner included. */
void verdict_died_of_memory(struct verdict *verdict, enum step_kind kind, const struct verdict_limits *limits,
        uint32_t elapsed_ms, char text[512]);

#endif
