// System V shared memory, semaphores and message queues, a POSIX queue, shared memory and a named semaphore.
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main()
{
    int left = 0;
    left += shmget(4711, 4096, 0) >= 0;
    left += semget(4711, 1, 0) >= 0;
    left += msgget(4711, 0) >= 0;
    mqd_t old = mq_open("/left", O_RDONLY);
    left += old != (mqd_t)-1;
    left += shm_open("/left", O_RDONLY, 0) >= 0;
    left += sem_open("/left", 0) != SEM_FAILED;
    int made = 0;
    made += shmget(4711, 4096, IPC_CREAT | 0666) >= 0;
    made += semget(4711, 1, IPC_CREAT | 0666) >= 0;
    int queue = msgget(4711, IPC_CREAT | 0666);
    struct {
        long type;
        char text[8];
    } message = {1, "left"};
    if (queue >= 0)
        msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT);
    mqd_t posix = mq_open("/left", O_CREAT | O_RDWR, 0666, nullptr);
    made += posix != (mqd_t)-1;
    made += shm_open("/left", O_CREAT | O_RDWR, 0666) >= 0;
    made += sem_open("/left", O_CREAT, 0666, 1) != SEM_FAILED;
    std::printf("%d left, something made: %s\n", left, made ? "yes" : "no");
}
