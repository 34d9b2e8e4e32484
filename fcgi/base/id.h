/* Random identifiers. */
#ifndef SANDPOOL_ID_H
#define SANDPOOL_ID_H

#include <stdbool.h>
#include <stddef.h>

#define ID_SIZE 33 /* 32 hexadecimal digits, as nginx's $request_id, and NUL */

/* Fill bytes from getrandom(2); aborts the process when the kernel has no randomness to give. */
void id_random(void *bytes, size_t length);

/* A fresh id of 128 random bits in lower-case hexadecimal. */
void id_new(char id[ID_SIZE]);

/* Whether string is 1 to 32 characters of [0-9A-Za-z_-]: safe in a header, a log line and a file name. */
bool id_valid(const char *string);

#endif
