/* A byte buffer that grows up to a ceiling. */
#ifndef SANDPOOL_BUFFER_H
#define SANDPOOL_BUFFER_H

#include <stddef.h>

/* Zero-initialise with BUFFER_MAX(n). data is NULL while empty, never NUL-terminated by itself. */
struct buffer {
        char *data;
        size_t size;     /* bytes in use */
        size_t capacity; /* bytes allocated */
        size_t max;      /* size never exceeds this */
};

#define BUFFER_MAX(n)                                                                                        \
        (struct buffer)                                                                                      \
        {                                                                                                    \
                .max = (n)                                                                                   \
        }

/* Append length bytes. Returns 0, or -1 when the ceiling or memory does not allow it: then nothing is
 * appended. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);

/* Append a NUL-terminated string, without its NUL. */
int buffer_add_string(struct buffer *buffer, const char *string);

/* Make room for length more bytes and return where they go (the caller then adds to size), or NULL. */
char *buffer_reserve(struct buffer *buffer, size_t length);

/* Drop the first length bytes (at most size). */
void buffer_consume(struct buffer *buffer, size_t length);

/* Forget the contents and give the memory back. The ceiling stays. */
void buffer_clear(struct buffer *buffer);

#endif
