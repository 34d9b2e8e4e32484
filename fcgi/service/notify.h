/* What systemd is told about the service: sd_notify(3), without its library. Where nobody asked (no
 * NOTIFY_SOCKET), nothing. */
#ifndef SANDPOOL_SERVICE_NOTIFY_H
#define SANDPOOL_SERVICE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

void notify_ready(void);
void notify_stopping(void);

/* Another process of this service is the main one from here on. */
void notify_main_is(pid_t pid);

/* Called with whether a reload is under way, as often as anybody likes: tells when that changes. */
void notify_reloading(bool reloading);

/* Called in every turn of the main process's loop: tells that it turns, twice as often as systemd asked for
 * (WATCHDOG_USEC), for the first time when half of that has passed: by then systemd knows which process that
 * is. */
void notify_alive(int64_t now_ms);

#endif
