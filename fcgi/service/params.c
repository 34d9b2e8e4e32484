/* Unpacks a FastCGI request's parameters. */
#include "fcgi/service/params.h"

#include <stdint.h>
#include <string.h>

/* One byte below 128, else four with the first bit set. *at is advanced. -1: cut short. */
static int take_length(const uint8_t **at, const uint8_t *end, size_t *length)
{
        const uint8_t *a = *at;
        if (a == end || (*a & 0x80 && end - a < 4))
                return -1;
        *length =
                *a & 0x80 ? (size_t)(a[0] & 0x7F) << 24 | (size_t)a[1] << 16 | (size_t)a[2] << 8 | a[3] : *a;
        *at += *a & 0x80 ? 4 : 1;
        return 0;
}

/* Move a string to where it belongs and end it. */
static int move(uint8_t **to, const uint8_t **from, size_t length)
{
        if (memchr(*from, 0, length))
                return -1;
        memmove(*to, *from, length);
        (*to)[length] = 0;
        *to += length + 1;
        *from += length;
        return 0;
}

/* "name", NUL, "value", NUL, one pair behind the other: the two NULs take no more than the two lengths did.
 */
int params_unpack(struct buffer *packed)
{
        uint8_t *to = (uint8_t *)packed->data;
        if (!packed->size)
                return 0;
        const uint8_t *at = to, *end = to + packed->size;
        while (at < end) {
                size_t name, value;
                if (take_length(&at, end, &name) || take_length(&at, end, &value))
                        return -1;
                if (name > (size_t)(end - at) || value > (size_t)(end - at) - name)
                        return -1;
                if (move(&to, &at, name) || move(&to, &at, value))
                        return -1;
        }
        packed->size = (size_t)(to - (uint8_t *)packed->data);
        return 0;
}

const char *params_get(const struct buffer *unpacked, const char *name)
{
        const char *at = unpacked->data, *end = at ? at + unpacked->size : NULL;
        while (at < end) {
                const char *value = at + strlen(at) + 1;
                if (!strcmp(at, name))
                        return value;
                at = value + strlen(value) + 1;
        }
        return "";
}
