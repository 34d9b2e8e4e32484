#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int sum;

static void *add(void *number)
{
        sum += *(int *)number;
        return NULL;
}

int main(void)
{
        pthread_t threads[8];
        int numbers[8];
        for (int i = 0; i < 8; i++) {
                numbers[i] = i;
                if (pthread_create(&threads[i], NULL, add, &numbers[i]))
                        return 1;
        }
        for (int i = 0; i < 8; i++)
                pthread_join(threads[i], NULL);
        printf("%d\n", sum);
}
