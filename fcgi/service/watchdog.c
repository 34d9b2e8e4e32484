/* The shared words that say what each worker is at, and that the broker is at something. */
#include "fcgi/service/watchdog.h"
#include "fcgi/base/clock.h"

#include <sys/mman.h>

#define TRANSFER_MAX_MS 15000

struct watch *watchdog_new(size_t count, struct error *err)
{
        struct watch *watches = mmap(
                NULL, count * sizeof(*watches), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (watches == MAP_FAILED) {
                error_errno(err, "mmap");
                return NULL;
        }
        return watches;
}

int watchdog_keep(struct watch *watches, size_t count, const struct watch *own, struct error *err)
{
        size_t before = own ? (size_t)(own - watches) : count, after = own ? count - before - 1 : 0;
        if ((before && munmap(watches, before * sizeof(*watches))) ||
                (after && munmap(watches + before + 1, after * sizeof(*watches))))
                return error_errno(err, "munmap");
        return 0;
}

void watchdog_note(struct watch *watch, enum watch_phase phase)
{
        if (watch)
                atomic_store(&watch->word, (uint64_t)clock_ms() << 2 | phase);
}

int64_t watchdog_age(const struct watch *watch, int64_t now_ms, enum watch_phase *phase)
{
        uint64_t word = atomic_load(&watch->word);
        *phase = (enum watch_phase)(word & 3);
        return now_ms - (int64_t)(word >> 2);
}

bool watchdog_hangs(enum watch_phase phase, int64_t age_ms, int64_t busy_max_ms)
{
        switch (phase) {
        case WATCH_READING:
        case WATCH_WRITING:
                return age_ms > TRANSFER_MAX_MS;
        case WATCH_BUSY:
                return age_ms > busy_max_ms;
        case WATCH_IDLE:
        default:
                return false;
        }
}

bool watchdog_stands_still(struct watch_look *look, const struct watch *watch, int64_t now_ms)
{
        uint64_t word = atomic_load(&watch->word);
        if (word != look->word)
                *look = (struct watch_look){.word = word, .at_ms = now_ms};
        if (now_ms - look->at_ms < WATCHDOG_LOOK_MS)
                return false;
        look->at_ms = now_ms;
        return ++look->same >= WATCHDOG_LOOKS;
}

const char *watchdog_phase_name(enum watch_phase phase)
{
        static const char *const names[] = {"idle", "reading", "busy", "writing"};
        return names[phase];
}
