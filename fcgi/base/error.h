/* What went wrong on our side, in words for a person: fixed size, owned by the caller, first error wins. */
#ifndef SANDPOOL_ERROR_H
#define SANDPOOL_ERROR_H

#define ERROR_TEXT_SIZE 512

struct error {
        char text[ERROR_TEXT_SIZE]; /* empty: no error */
};

/* Record a message unless one is recorded already. Always returns -1, so that failing is one line. err may be
 * NULL. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with ": " and strerror(errno) behind it. Always returns -1. */
int error_errno(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "prefix: " before the recorded message, on its way up. Always returns -1. */
int error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The analyser sees one file at a time; the compilers' warnings would mind the -1 that nobody uses. */
#ifdef __clang_analyzer__
#define error_set(...) (error_set(__VA_ARGS__), -1)
#define error_errno(...) (error_errno(__VA_ARGS__), -1)
#define error_wrap(...) (error_wrap(__VA_ARGS__), -1)
#endif

#endif
