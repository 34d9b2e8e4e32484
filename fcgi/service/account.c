/* The line and the counts of a request. Code, input and output are in neither. */
#include "fcgi/service/account.h"

#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"

#include <string.h>

/* Probes that succeed are noise, except to somebody who debugs. */
static enum log_level level_of(int http_status, enum router_socket socket)
{
        if (http_status == 500)
                return LOG_LEVEL_ERROR;
        if (http_status > 500)
                return LOG_LEVEL_WARNING;
        return socket == ROUTER_CONTROL && http_status < 400 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

static const char *or_none(const char *text)
{
        return *text ? text : NULL;
}

/* Microseconds; 0 when it did not come so far. */
static int64_t between(int64_t from, int64_t to)
{
        return from && to ? to - from : 0;
}

static int64_t total_us(const struct exchange *x)
{
        return between(x->at.accepted, x->at.answered);
}

static void log_request(const struct exchange *x, enum router_socket socket)
{
        int http_status = x->reply.http_status ? x->reply.http_status : 499;
        const struct execute_times *times = &x->times;
        struct log_field fields[32] = {LOG_S("method", x->method), LOG_S("path", x->path),
                LOG_S("client", or_none(x->client)), LOG_S("user", or_none(x->user)),
                LOG_I("http", http_status), LOG_S("status", x->status),
                LOG_S("reason", x->reply.reason ? x->reply.reason : x->reason),
                LOG_S("language", x->language), LOG_S("sandbox", or_none(times->sandbox)),
                LOG_I("read_us", between(x->at.accepted, x->at.read)),
                LOG_I("parse_us", between(x->at.read, x->at.parsed)), LOG_I("policy_us", times->policy_us),
                LOG_I("queue_us", times->queue_us), LOG_I("steps_us", times->steps_us),
                LOG_I("start_us", times->start_us), LOG_I("compile_us", times->compile_us),
                LOG_I("run_us", times->run_us), LOG_I("finish_us", times->finish_us),
                LOG_I("answer_us", between(x->at.executed, x->at.answered)), LOG_I("total_us", total_us(x))};
        size_t count = 20;
        if (x->outcome.is) {
                fields[count++] = LOG_I("exit_code", x->outcome.exit_code);
                fields[count++] = LOG_I("signal", x->outcome.signal);
                fields[count++] = LOG_I("cpu_ms", x->outcome.cpu_ms);
                fields[count++] = LOG_I("memory_kib", x->outcome.memory_kib);
        }
        if (x->outcome.violations)
                fields[count++] = LOG_I("violations", x->outcome.violations);
        fields[count++] = LOG_S("error", or_none(x->err.text));
        fields[count] = LOG_END;
        log_fields(level_of(http_status, socket), "request", fields);
}

static void observe_times(const struct exchange *x, unsigned language)
{
        const struct execute_times *times = &x->times;
        int64_t known_us = (int64_t)times->queue_us + times->compile_us + times->run_us;
        metrics_observe(METRICS_REQUEST_SECONDS, language, total_us(x));
        metrics_observe(METRICS_QUEUE_SECONDS, language, times->queue_us);
        metrics_observe(METRICS_RUN_SECONDS, language, times->run_us);
        metrics_observe(METRICS_OVERHEAD_SECONDS, language, total_us(x) - known_us);
        if (times->compile_us)
                metrics_observe(METRICS_COMPILE_SECONDS, language, times->compile_us);
}

static const char *reason_of(const struct exchange *x)
{
        if (x->reply.reason)
                return x->reply.reason;
        if (!x->reply.http_status)
                return "client_gone";
        return x->reason ? x->reason : "none";
}

static void count_request(const struct exchange *x)
{
        const char *status = x->status ? x->status : "refused", *reason = reason_of(x);
        unsigned language = metrics_language(x->language ? x->language : METRICS_NO_LANGUAGE);
        metrics_count(METRICS_REQUESTS, language, metrics_label(METRICS_REQUESTS, 1, status),
                metrics_label(METRICS_REQUESTS, 2, reason));
        if (x->status && !strcmp(x->status, "blocked"))
                metrics_count(METRICS_POLICY_BLOCKS, language, 0, 0);
        else if (x->status)
                observe_times(x, language);
        if (!strcmp(reason, "busy"))
                metrics_count(METRICS_SHED, 0, 0, 0);
}

void account_request(const struct exchange *x, enum router_socket socket)
{
        if (socket == ROUTER_MAIN)
                count_request(x);
        log_request(x, socket);
}
