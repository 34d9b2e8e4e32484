/* What a running service cannot change about itself. */
#include "fcgi/model/settings.h"

#include "fcgi/model/yaml_tree.h"

#include <stddef.h>
#include <string.h>

#define FIXED(name, member)                                                                                  \
        {                                                                                                    \
                name, offsetof(struct settings, member), sizeof((struct settings *)NULL)->member             \
        }

/* Sockets, identities, and what containers and their users are known by. */
static const struct {
        const char *key;
        size_t offset, size;
} fixed[] = {
        FIXED("listen.run_dir", run_dir),
        FIXED("listen.group", socket_group),
        FIXED("listen.backlog", backlog),
        FIXED("listen.tcp", tcp),
        FIXED("users.worker", worker_user),
        FIXED("users.broker", broker_user),
        FIXED("docker.socket", docker_socket),
        FIXED("docker.instance", instance),
        FIXED("docker.timeout", engine_timeout_ms),
        FIXED("pool.uid_base", uid_base),
        FIXED("pool.cpu_weight", cpu_weight),
};

/* Both are text up to its NUL, or a number: behind a NUL, what was there before may be left. */
static bool same(const char *a, const char *b, size_t size)
{
        return size == sizeof(uint32_t) ? memcmp(a, b, size) == 0 : strncmp(a, b, size) == 0;
}

int settings_fixed(const struct settings *now, const struct settings *next, struct error *err)
{
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
                struct yaml *yaml;

                if (same((const char *)now + fixed[i].offset, (const char *)next + fixed[i].offset,
                            fixed[i].size))
                        continue;
                yaml = yaml_tree_load(next->path, err);
                if (yaml != NULL)
                        yaml_tree_error(yaml, yaml_tree_line(yaml, fixed[i].key), err,
                                "a change of '%s' needs a restart", fixed[i].key);
                yaml_tree_free(yaml);
                return -1;
        }
        return 0;
}
