/* One request's work: plan it, run it in a leased sandbox, judge it. */
#ifndef SANDPOOL_EXECUTE_H
#define SANDPOOL_EXECUTE_H

#include "fcgi/base/error.h"
#include "fcgi/base/id.h"
#include "fcgi/model/request.h"
#include "fcgi/model/result.h"
#include "fcgi/sandbox/lease.h"

enum execute_outcome {
        EXECUTE_DONE,        /* result says how the code fared */
        EXECUTE_BUSY,        /* 503 */
        EXECUTE_UNAVAILABLE, /* 503 */
        EXECUTE_SHUTTING_DOWN,
        EXECUTE_CLIENT_GONE, /* nobody to answer */
        EXECUTE_FAILED,      /* our failure, in err: 500 */
};

/* Where the time of a request went, in microseconds, and which sandbox it had ("" for none): for the log. */
struct execute_times {
        uint32_t policy_us, queue_us, total_us;
        uint32_t steps_us; /* the talk with the sandbox: all its steps, from their first byte to their report
                            */
        /* Of that, by the runner's word, which may be false: until programs began, while compilers and
         * programs ran, and until their reports were complete. */
        uint32_t start_us, compile_us, run_us, finish_us;
        char sandbox[13];
};

/* cancel_fd: descriptor whose POLLRDHUP/POLLHUP says that the client left; -1: none. result is
 * zero-initialised by the caller and freed with result_free in every case. */
enum execute_outcome execute_request(struct broker_link *link, const struct settings *settings,
        const struct request *request, const char *request_id, int cancel_fd, struct result *result,
        struct execute_times *times, struct error *err);

#endif
