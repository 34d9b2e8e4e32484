/* Base64, strict in what it reads. */
#include "fcgi/model/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_size(size_t length)
{
        return (length + 2) / 3 * 4;
}

void base64_encode(const void *bytes, size_t length, char *out)
{
        const unsigned char *in = bytes;

        for (; length > 0; out += 4) {
                size_t count = length < 3 ? length : 3;
                uint32_t group = (uint32_t)in[0] << 16;

                if (count > 1)
                        group |= (uint32_t)in[1] << 8;
                if (count > 2)
                        group |= in[2];
                out[0] = digits[group >> 18];
                out[1] = digits[group >> 12 & 63];
                out[2] = count > 1 ? digits[group >> 6 & 63] : '=';
                out[3] = count > 2 ? digits[group & 63] : '=';
                in += count;
                length -= count;
        }
}

static int digit_value(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, of which the last pad are '='. Returns the 24 bits, or -1. */
static int32_t decode_group(const char *text, int pad)
{
        int32_t group = 0;

        for (int i = 0; i < 4; i++) {
                int value = i < 4 - pad ? digit_value(text[i]) : 0;
                if (value < 0)
                        return -1;
                group = group << 6 | value;
        }
        return group;
}

long base64_decode(const char *text, size_t length, char *out)
{
        long size = 0;

        if (length % 4 != 0)
                return -1;
        for (size_t at = 0; at < length; at += 4) {
                int pad = 0;
                int32_t group;

                if (at + 4 == length && text[at + 3] == '=')
                        pad = text[at + 2] == '=' ? 2 : 1;
                group = decode_group(text + at, pad);
                if (group < 0 || (group & ((1 << 8 * pad) - 1)) != 0)
                        return -1;
                for (int i = 0; i < 3 - pad; i++)
                        out[size++] = (char)(group >> (16 - 8 * i) & 0xff);
        }
        out[size] = '\0';
        return size;
}
