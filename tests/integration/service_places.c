/* Finds files and free ports. */
#include "tests/integration/service_places.h"

#include "fcgi/base/io.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>

#define PORTS_FROM 20000 /* up to where Linux begins to choose ports by itself (ip_local_port_range) */
#define PORTS_TO 32768

/* The tests run from the source tree's root, or SANDPOOL_SOURCE names it. */
void service_source_path(const char *relative, char *path, size_t size)
{
        const char *root = getenv("SANDPOOL_SOURCE");
        char *real = realpath(root ? root : ".", NULL);
        snprintf(path, size, "%s/%s", real ? real : ".", relative);
        free(real);
}

void service_built_path(const char *relative, char *path, size_t size)
{
        const char *build = getenv("BUILD");
        char whole[256];
        snprintf(whole, sizeof whole, "%s/%s", build ? build : "build", relative);
        service_source_path(whole, path, size);
}

void service_binary_path(char *path, size_t size)
{
        const char *program = getenv("SANDPOOL_PROGRAM");
        if (program)
                service_source_path(program, path, size);
        else
                service_built_path("sandpool", path, size);
}

static bool is_free(int port)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                .sin_port = htons((uint16_t)port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is = fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof address);
        io_close(&fd);
        return is;
}

int service_free_ports(int count)
{
        for (int tries = 0; tries < 1000; tries++) {
                uint16_t random;
                int found = 0;
                if (getrandom(&random, sizeof random, 0) != sizeof random)
                        return -1;
                int port = PORTS_FROM + random % (PORTS_TO - PORTS_FROM - count);
                while (found < count && is_free(port + found))
                        found++;
                if (found == count)
                        return port;
        }
        return -1;
}
