/* Random identifiers from getrandom(2). */
#include "fcgi/base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void id_random(void *bytes, size_t length)
{
        char *at = bytes;
        while (length) {
                ssize_t got = getrandom(at, length, 0);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        abort();
                at += got;
                length -= (size_t)got;
        }
}

void id_new(char id[ID_SIZE])
{
        static const char digits[] = "0123456789abcdef";
        unsigned char random[(ID_SIZE - 1) / 2];
        id_random(random, sizeof(random));
        for (size_t i = 0; i < sizeof(random); i++) {
                id[2 * i] = digits[random[i] >> 4];
                id[2 * i + 1] = digits[random[i] & 15];
        }
        id[ID_SIZE - 1] = 0;
}

bool id_valid(const char *string)
{
        static const char allowed[] = "0123456789"
                                      "abcdefghijklmnopqrstuvwxyz"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "_-";
        if (!string)
                return false;
        size_t length = strspn(string, allowed);
        return length >= 1 && length < ID_SIZE && !string[length];
}
