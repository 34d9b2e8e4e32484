/* Programs in a service's sandboxes: they can be told to go on, so that a test decides how long one runs. */
#ifndef SANDPOOL_TEST_GUESTS_H
#define SANDPOOL_TEST_GUESTS_H

#include "tests/integration/service.h"

/* The beginning of a python program (of a string in JSON) that goes on when it is told, or after 20 seconds;
 * and a whole one in the shell, that then says a word. */
#define GUEST_WAITS                                                                                          \
        "import signal, time\\ntold = []\\nsignal.signal(signal.SIGUSR2, lambda *_: told.append(1))\\n"      \
        "until = time.monotonic() + 20\\n"                                                                   \
        "while not told and time.monotonic() < until: time.sleep(0.05)\\n"
#define GUEST_WAITS_IN_SHELL                                                                                 \
        "trap 'say slept; exit' USR2; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "      \
        "sleep 1; done; say slept"

/* How many processes the sandboxes have beside their runners. */
int guests_count(const struct service *service);

/* How many of them wait to be told. */
int guests_waiting(const struct service *service);

/* Tell all that wait. Returns how many. */
int guests_release(const struct service *service);

#endif
