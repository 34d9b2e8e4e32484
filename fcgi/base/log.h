/* Structured log: one JSON object a line to stderr (or a file). Code, secrets and request bodies are never
 * logged. */
#ifndef SANDPOOL_LOG_H
#define SANDPOOL_LOG_H

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Name the process in every line to come ("supervisor", "broker", "worker-3"). Copied. */
void log_set_process(const char *name);

/* Lines below this level are dropped. */
void log_set_level(enum log_level level);

/* Write to this descriptor instead of stderr; it stays the caller's. */
void log_set_fd(int fd);

/* Name the request in every line to come; NULL for none. Copied, at most 32 characters. */
void log_set_request(const char *request_id);

/* A field of a line. Strings are borrowed until the call returns; a NULL string is left out. */
struct log_field {
        const char *key;
        enum { LOG_STRING, LOG_INTEGER } kind;
        const char *string;
        int64_t integer;
};
#define LOG_S(k, v) ((struct log_field){.key = (k), .kind = LOG_STRING, .string = (v)})
#define LOG_I(k, v) ((struct log_field){.key = (k), .kind = LOG_INTEGER, .integer = (int64_t)(v)})
#define LOG_END ((struct log_field){.key = 0})

/* {"time": RFC 3339 UTC with ms, "level", "process", "pid", "request" if any, "event", fields...}, one
 * write(2) a line, strings escaped (invalid UTF-8 becomes ?), a line cut at 4 KiB. event is a short name such
 * as "sandbox.removed". */
void log_fields(enum log_level level, const char *event, const struct log_field *fields);
#define log_event(level, event, ...) log_fields((level), (event), (struct log_field[]){__VA_ARGS__, LOG_END})
#define log_debug(event, ...) log_event(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_event(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_warning(event, ...) log_event(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_error(event, ...) log_event(LOG_LEVEL_ERROR, event, __VA_ARGS__)

#endif
