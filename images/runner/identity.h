/* Who the runner acts as, and which uids it gives to processes. */
#ifndef RUNNER_IDENTITY_H
#define RUNNER_IDENTITY_H

#include <sys/types.h>

#define IDENTITY_RANGE 65536             /* uids of one sandbox */
#define IDENTITY_DEFAULT_BASE 0x40000000 /* far above any real user */

/* Set the first uid of the sandbox's own range; once, at the start. */
void identity_begin(uid_t base);

/* A uid that no process, file or IPC object of this sandbox ever had. A fault when the range is used up:
 * starting over would give one program's uid to another. */
uid_t identity_fresh(void);

/* Act as this uid (its gid the same number; 0: as root again) towards files and IPC. The runner has no
 * capability to override ownership; being the owner is the only way. A fault when it is refused. Real and
 * saved uid stay 0, so that a program of that uid cannot signal the runner meanwhile. */
void identity_assume(uid_t uid);

#endif
