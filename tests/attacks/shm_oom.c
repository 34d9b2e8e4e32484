/* Puts all memory into System V segments, which outlive the processes that are killed for it. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        (void)argv;
        /* Alone, it frees next to nothing when it is killed: all the rest stays. */
        for (int i = 0; argc == 1 && i < 4; i++)
                fork();
        for (;;) {
                int id = shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600);
                char *at = id < 0 ? (char *)-1 : shmat(id, NULL, 0);
                if (at != (char *)-1) {
                        memset(at, 1, 1 << 20);
                        shmdt(at);
                }
        }
}
