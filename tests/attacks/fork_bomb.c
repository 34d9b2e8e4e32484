/* Forks until the process limit is full, and goes on trying in every process. */
#include <unistd.h>

int main(void)
{
        for (;;)
                fork();
}
