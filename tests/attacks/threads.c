/* Starts threads until the limit is full, all of them spinning. */
#include <pthread.h>

static void *spin(void *nothing)
{
        volatile int i = 0;
        for (;;)
                i++;
        return nothing;
}

int main(void)
{
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 65536);
        while (!pthread_create(&thread, &attributes, spin, NULL))
                ;
        spin(NULL);
}
