/* One thread at a time. */
#include "fcgi/base/arena.h"

#include <pthread.h>
#include <stddef.h>

struct job {
        void (*work)(void *context);
        void *context;
};

static void *run(void *argument)
{
        const struct job *job = argument;
        job->work(job->context);
        return NULL;
}

void arena_run(void (*work)(void *context), void *context)
{
        pthread_t thread;
        struct job job = {work, context};
        if (pthread_create(&thread, NULL, run, &job))
                run(&job);
        else
                pthread_join(thread, NULL);
}
