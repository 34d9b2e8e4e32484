/* Fuzzes the YAML tree. Build with clang -fsanitize=fuzzer,address. */
#include "fcgi/model/yaml_tree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int fd = memfd_create("yaml", MFD_CLOEXEC);
        struct error err = {""};
        struct yaml *yaml;
        char path[64];

        if (fd < 0 || write(fd, data, size) != (ssize_t)size)
                abort();
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        yaml = yaml_tree_load(path, &err);
        close(fd);
        if ((yaml == NULL) != (err.text[0] != '\0'))
                abort();
        yaml_tree_free(yaml);
        return 0;
}
