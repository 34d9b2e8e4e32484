/* Fuzzes what is read out of Docker's JSON; the first byte says which answer it is. */
#include "fcgi/sandbox/container.h"
#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <string.h>

static struct container_spec spec = {.cgroup_parent = "", .uid_base = 0x40000000, .memory_mib = 128};

static void open_spec(void)
{
        struct error err = {0};
        struct settings *settings = settings_load("tests/unit/data/conf/sandpool.yaml", &err);
        static struct registry *registry; /* reachable, so that it is no leak */
        registry = settings ? registry_load(settings, &err) : NULL;
        if (!registry)
                input_broken(err.text);
        spec.settings = settings;
        spec.language = registry_get(registry, "toy");
        spec.seccomp = "{}";
}

/* It goes into the paths of other calls. */
static void must_be_id(const char *id)
{
        if (strlen(id) != CONTAINER_ID_SIZE - 1 || strspn(id, "0123456789abcdef") != CONTAINER_ID_SIZE - 1)
                abort();
}

static void on_container(void *context, const char *id, const char *name, long generation)
{
        (void)context;
        must_be_id(id);
        if (strlen(name) > 1 << 20 || generation < -1)
                abort();
}

static void read_answer(uint8_t which, const char *text)
{
        char id[CONTAINER_ID_SIZE], image[CONTAINER_IMAGE_ID_SIZE], action[32], api[16], min[16], version[32];
        struct error err = {0};
        switch (which % 7) {
        case 0:
                if (!container_id(text, id))
                        must_be_id(id);
                break;
        case 1:
                if (!container_image_id(text, image) && strlen(image) >= sizeof image)
                        abort();
                break;
        case 2:
                container_each(text, on_container, NULL);
                break;
        case 3:
                if (container_event(text, id, action) &&
                        strlen(id) + strlen(action) > sizeof id + sizeof action)
                        abort();
                break;
        case 4:
                container_has_cgroupfs(text);
                break;
        case 5:
                if (!container_version(text, api, min, version) &&
                        strlen(api) + strlen(min) + strlen(version) > 64)
                        abort();
                break;
        default:
                if ((container_verify(&spec, text, &err) != 0) != (*err.text != 0))
                        abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (!spec.settings)
                open_spec();
        if (!size)
                return 0;
        char *text = calloc(1, size);
        if (!text)
                input_broken("memory");
        memcpy(text, data + 1, size - 1);
        read_answer(*data, text);
        free(text);
        return 0;
}
