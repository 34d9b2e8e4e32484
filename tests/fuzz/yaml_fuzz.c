/* Fuzzes the YAML tree. */
#include "fcgi/model/yaml_tree.h"
#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct error err = {""};
        char path[64];
        int fd = input_file(data, size, path);
        struct yaml *yaml = yaml_tree_load(path, &err);
        close(fd);
        if ((yaml == NULL) != (err.text[0] != '\0'))
                abort();
        yaml_tree_free(yaml);
        return 0;
}
