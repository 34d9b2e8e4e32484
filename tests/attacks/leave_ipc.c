/* Leaves System V and POSIX shared memory, semaphores and queues behind, and gives some of it to somebody
 * else. */
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static int system5(void)
{
        struct shmid_ds shm;
        struct {
                long type;
                char text[100];
        } message = {1, "left behind"};
        int made = 0;
        for (int i = 0; i < 20; i++) {
                int id = shmget(0x1000 + i, 65536, IPC_CREAT | 0600);
                void *at = shmat(id, NULL, 0);
                if (at != (void *)-1)
                        memset(at, 1, 65536);
                if (id >= 0 && !shmctl(id, IPC_STAT, &shm)) {
                        shm.shm_perm.uid = 12345;
                        shm.shm_perm.mode = 0;
                        made += !shmctl(id, IPC_SET, &shm);
                }
                made += semget(0x2000 + i, 5, IPC_CREAT | 0600) >= 0;
                id = msgget(0x3000 + i, IPC_CREAT | 0600);
                made += id >= 0 && !msgsnd(id, &message, sizeof message.text, 0);
        }
        return made;
}

static int posix(void)
{
        struct mq_attr attributes = {.mq_maxmsg = 5, .mq_msgsize = 100};
        int made = 0;
        for (int i = 0; i < 5; i++) {
                char name[32];
                snprintf(name, sizeof name, "/left%d", i);
                int fd = shm_open(name, O_CREAT | O_RDWR, 0);
                made += fd >= 0 && !ftruncate(fd, 65536);
                made += sem_open(name, O_CREAT, 0, 1) != SEM_FAILED;
                mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0, &attributes);
                made += queue != (mqd_t)-1 && !mq_send(queue, "left", 4, 0);
        }
        return made;
}

int main(void)
{
        printf("%d", system5());
        printf(" %d\n", posix());
        return 0;
}
