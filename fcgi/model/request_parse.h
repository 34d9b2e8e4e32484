/* The parts of request parsing among themselves. */
#ifndef SANDPOOL_REQUEST_PARSE_H
#define SANDPOOL_REQUEST_PARSE_H

#include "fcgi/model/request.h"

#include <jansson.h>

/* Like request_parse: 0 fine, 1 refused, -1 our own failure. */
struct parse {
        const struct catalog *catalog;
        struct request *request;
        struct refusal *refusal;
        struct error *err;
        const char *entry; /* as named in the body; NULL: the first file */
        struct compare compare;
        size_t input_sum, expected_sum; /* over the test cases read so far */
};

/* Refuse a field: 422 invalid_request. Always returns 1. */
int request_refuse(const struct parse *parse, const char *field, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* Our own failure: always returns -1. */
int request_no_memory(const struct parse *parse);

/* Refuse key of an object, which is none of the NULL-terminated known ones, suggesting the nearest. prefix
 * stands before it in the field's name. Always returns 1. */
int request_unknown(const struct parse *parse, const char *prefix, const char *key, const char *const *known);

/* Refuse a name that no language, exercise or other thing ("what") of the NULL-terminated known ones has,
 * suggesting the nearest. reason: static storage. Always returns 1. */
int request_unknown_name(const struct parse *parse, const char *field, const char *what, const char *reason,
        const char *name, const char *const *known);

/* The beginning of what a client wrote, fit to be shown: whole characters, no control characters. */
void request_show(const char *text, char shown[64]);

/* Whether a value is exactly this string. */
bool request_is(const json_t *value, const char *word);

/* Whether a string holds a control character; a NUL too, which C would take for its end. */
bool request_has_control(const json_t *string);

/* A malloc'd copy of a string's bytes, a NUL behind them, or NULL when memory is out. */
char *request_copy(const json_t *string, size_t *size);

/* Readers, one a field. field: the name the client used. Language comes first, what depends on it after. */
int request_read_language(struct parse *parse, const char *field, const json_t *value);
int request_read_policy(struct parse *parse, const char *field, const json_t *value);
int request_read_seconds(struct parse *parse, const char *field, const json_t *value);
int request_read_milliseconds(struct parse *parse, const char *field, const json_t *value);
int request_read_memory(struct parse *parse, const char *field, const json_t *value);
int request_read_entry(struct parse *parse, const char *field, const json_t *value);
int request_read_stdin(struct parse *parse, const char *field, const json_t *value);
int request_read_args(struct parse *parse, const char *field, const json_t *value);
int request_read_user(struct parse *parse, const char *field, const json_t *value);
int request_read_output_encoding(struct parse *parse, const char *field, const json_t *value);

/* A wall-clock limit, checked against the language's range. */
int request_seconds(struct parse *parse, const char *field, const json_t *value, uint32_t *ms);

/* A list of arguments, NULL-terminated, in place of *args, which is freed. */
int request_args(struct parse *parse, const char *field, const json_t *value, char ***args);

/* What judges it: compare comes before the test cases. */
int request_read_compare(struct parse *parse, const char *field, const json_t *value);
int request_read_stop(struct parse *parse, const char *field, const json_t *value);
int request_read_tests(struct parse *parse, const char *field, const json_t *value);

/* The exercise; what goes with it is settled once the language is known: the language where the request names
 * none, then policy, limits and tests; at the end, that the request's own values suit it. */
int request_read_exercise(struct parse *parse, const char *field, const json_t *value);
int request_exercise_language(struct parse *parse);
int request_exercise_apply(struct parse *parse);
int request_exercise_check(struct parse *parse);

/* `code` or `files` into request->files, the entry first. */
int request_read_code(struct parse *parse, const char *field, const json_t *value);
int request_read_files(struct parse *parse, const char *field, const json_t *value);

#endif
