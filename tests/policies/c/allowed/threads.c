#include <pthread.h>
#include <math.h>
#include <time.h>

static void *work(void *x) { return x; }

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, work, NULL);
        pthread_join(thread, NULL);
        return time(NULL) == 0 || sin(0) > 1;
}
