/* How many sandboxes there may be: by the settings, else by the machine's processors and memory. */
#include "fcgi/sandbox/pool_state.h"

#include <sys/sysinfo.h>
#include <unistd.h>

static uint32_t default_max(const struct settings *settings)
{
        struct sysinfo info;
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        uint64_t by_cores = 4 * (uint64_t)(cores > 0 ? cores : 1);
        if (sysinfo(&info))
                return (uint32_t)by_cores;
        uint64_t memory_mib = (uint64_t)info.totalram * info.mem_unit / (1024 * 1024);
        uint32_t largest = settings->limits.memory_mib.max;
        if (largest < settings->limits.compile_memory_mib)
                largest = settings->limits.compile_memory_mib;
        uint64_t by_memory = memory_mib / largest;
        uint64_t max = by_cores < by_memory ? by_cores : by_memory;
        return (uint32_t)(max ? max : 1);
}

uint32_t pool_max(const struct settings *settings)
{
        uint32_t max = settings->pool_max ? settings->pool_max : default_max(settings);
        return max < ROSTER_SLOTS / 2 ? max
                                      : ROSTER_SLOTS / 2; /* the other half is for those on their way out */
}
