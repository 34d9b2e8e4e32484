/* The proof that a sandbox is as it was before the job. */
#ifndef RUNNER_PROVE_H
#define RUNNER_PROVE_H

/* Once, at the start, before anything was run: remember how many sockets the kernel itself has here. */
void prove_begin(void);

/* Look whether nothing runs, nothing is in the writable places (nor holds their space), no IPC object and no
 * socket exists. A fault that names what is left when that does not become true within 2 s: the kernel ends
 * sockets and frees files a moment after their last process. */
void prove_clean(void);

/* Before the first run of a job with several: note what its files take. */
void prove_first_run(void);

/* As prove_clean, after such a run: nothing is left but the job's files, and they take no more than before.
 */
void prove_between_runs(void);

#endif
