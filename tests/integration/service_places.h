/* Where a test finds what it runs with: files of the source tree, what was built, ports that nobody uses. */
#ifndef SANDPOOL_TEST_SERVICE_PLACES_H
#define SANDPOOL_TEST_SERVICE_PLACES_H

#include <stddef.h>

/* The path of a file of the source tree, given relative to its root: absolute, into path. */
void service_source_path(const char *relative, char *path, size_t size);

/* The same for what was built, relative to the folder that BUILD names, or build/. */
void service_built_path(const char *relative, char *path, size_t size);

/* That of the service's program: SANDPOOL_PROGRAM, else the built one. */
void service_binary_path(char *path, size_t size);

/* The first of so many ports in a row on 127.0.0.1 that nobody uses, of those that no connection gets by
 * itself. -1 when there are none. */
int service_free_ports(int count);

#endif
