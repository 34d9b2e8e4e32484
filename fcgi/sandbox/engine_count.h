/* Calls of the Engine API as the metrics have them, whoever makes them. */
#ifndef SANDPOOL_ENGINE_COUNT_H
#define SANDPOOL_ENGINE_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/* Count a call that ended, by what it is called in sandpool_engine_calls_total ("other" where it is not
 * there). Its time is counted where the daemon answered, whatever it said. began_us: as of clock_us. */
void engine_count(const char *kind, bool answered, bool good, int64_t began_us);

#endif
