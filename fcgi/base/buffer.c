/* A byte buffer that grows by doubling, up to its ceiling. */
#include "fcgi/base/buffer.h"

#include <stdlib.h>
#include <string.h>

char *buffer_reserve(struct buffer *buffer, size_t length)
{
        if (buffer->size > buffer->max || length > buffer->max - buffer->size)
                return NULL;
        size_t need = buffer->size + length;
        if (need > buffer->capacity || !buffer->data) {
                size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity;
                while (capacity < need)
                        capacity = capacity > buffer->max / 2 ? buffer->max : capacity * 2;
                if (capacity > buffer->max)
                        capacity = buffer->max ? buffer->max : 1;
                char *data = realloc(buffer->data, capacity);
                if (!data)
                        return NULL;
                buffer->data = data;
                buffer->capacity = capacity;
        }
        return buffer->data + buffer->size;
}

int buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
        if (!length)
                return 0;
        char *at = buffer_reserve(buffer, length);
        if (!at)
                return -1;
        memcpy(at, bytes, length);
        buffer->size += length;
        return 0;
}

int buffer_add_string(struct buffer *buffer, const char *string)
{
        return buffer_add(buffer, string, strlen(string));
}

void buffer_consume(struct buffer *buffer, size_t length)
{
        if (length >= buffer->size) {
                buffer->size = 0;
                return;
        }
        memmove(buffer->data, buffer->data + length, buffer->size - length);
        buffer->size -= length;
}

void buffer_clear(struct buffer *buffer)
{
        free(buffer->data);
        buffer->data = NULL;
        buffer->size = 0;
        buffer->capacity = 0;
}
