/* Judges the runs of test cases into a result, one after the other, keeping only what the answer needs. */
#ifndef SANDPOOL_EXECUTE_JUDGE_H
#define SANDPOOL_EXECUTE_JUDGE_H

#include "fcgi/model/request.h"
#include "fcgi/model/result.h"

/* Zero-initialise but for compare and the result, which judge_prepare prepared. */
struct judge {
        struct result *result;
        const struct compare *compare;
        bool failed; /* a case did not pass: it is the one that the answer shows */
        size_t kept; /* bytes of outputs and errors in the result's list */
        uint32_t wall_ms, cpu_ms;
        uint64_t memory_kib;
};

/* Enter the request's test cases into the result, all skipped so far. 0/-1 (memory). */
int judge_prepare(struct result *result, const struct request *request);

/* Judge the run of a case: its verdict as by its ending, and the text for a person ("": its stderr says it).
 * Compares its output where it ended well. Takes over the verdict's buffers where the answer will show them,
 * and leaves those that the caller is to free. 0/-1 (memory). */
int judge_case(struct judge *judge, size_t index, struct verdict *verdict, const char *text);

/* The text of a case that was ended because all cases together took too long. */
void judge_say_budget(uint32_t budget_ms, char text[512]);

/* No further case is run: sum up. Where all that were run passed and some were not, time is what they lacked.
 */
void judge_end(struct judge *judge, uint32_t budget_ms);

#endif
