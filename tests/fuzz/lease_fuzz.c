/* Fuzzes what a worker hears from the broker: a peer that answers each question with the next few bytes. Each
 * answer in the input: a byte for its size (0: as much as a message has; 255: as a status has), one whether a
 * descriptor comes with it, the bytes. Behind the last one the connection ends. */
#include "fcgi/base/io.h"
#include "fcgi/sandbox/lease.h"
#include "fcgi/sandbox/message.h"
#include "tests/fuzz/input.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char folder[] = "/tmp/sandpool-fuzz-XXXXXX", path[64];
static int listen_fd, nowhere;
static struct input answers;
static pthread_mutex_t answers_lock = PTHREAD_MUTEX_INITIALIZER;

static void tidy(void)
{
        unlink(path);
        rmdir(folder);
}

static void set_answers(const uint8_t *data, size_t size)
{
        pthread_mutex_lock(&answers_lock);
        answers = (struct input){data, size};
        pthread_mutex_unlock(&answers_lock);
}

/* -1: there is none any more. */
static int next_answer(char *space, size_t *size, int *fd)
{
        size_t got;
        pthread_mutex_lock(&answers_lock);
        int rc = answers.left ? 0 : -1;
        uint8_t length = input_byte(&answers);
        *size = !length ? sizeof(struct message) : length == 255 ? sizeof(struct broker_status) : length;
        *fd = input_byte(&answers) & 1 ? nowhere : -1;
        const uint8_t *bytes = input_take(&answers, *size, &got);
        memset(space, 0, *size);
        memcpy(space, bytes, got);
        pthread_mutex_unlock(&answers_lock);
        return rc;
}

static void serve(int fd)
{
        static char ask[sizeof(struct message)], answer[sizeof(struct broker_status) + 256];
        size_t size;
        int pass;
        while (io_recv_message(fd, ask, sizeof ask, NULL) > 0 && !next_answer(answer, &size, &pass) &&
                !io_send_message(fd, answer, size, pass))
                ;
}

static void *be_broker(void *unused)
{
        for (;;) {
                int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
                if (fd < 0)
                        break;
                serve(fd);
                io_close(&fd);
        }
        return unused;
}

static void start_broker(void)
{
        pthread_t thread;
        struct error err = {0};
        if (!mkdtemp(folder))
                input_broken("mkdtemp");
        snprintf(path, sizeof path, "%s/broker.sock", folder);
        nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        listen_fd = io_listen_unix(path, SOCK_SEQPACKET, 0600, (gid_t)-1, 64, &err);
        if (listen_fd < 0 || io_set_nonblocking(listen_fd, 0) ||
                pthread_create(&thread, NULL, be_broker, NULL))
                input_broken(err.text);
        atexit(tidy);
}

static void use_lease(struct broker_link *link, struct lease *lease)
{
        struct error err = {0};
        if (strnlen(lease->sandbox, sizeof lease->sandbox) == sizeof lease->sandbox || lease->fd < 0)
                abort();
        int rc = lease_resize(link, lease, 64, &err);
        if (rc < -1)
                abort();
        err = (struct error){0};
        if (lease_died_of_memory(link, lease, &err) < 0 && !*err.text)
                abort();
        lease_release(link, lease, true);
        if (lease->fd >= 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct broker_status status;
        struct language language = {.id = "toy"};
        struct lease lease;
        struct error err = {0};
        if (!*path)
                start_broker();
        set_answers(data, size);
        struct broker_link *link = broker_link_new(path, 5000);
        int rc = lease_acquire(link, &language, 128, 1000, "fuzz", -1, &lease, &err);
        if (rc < -1 || rc > LEASE_CANCELLED || (rc < 0) != (*err.text != 0) ||
                (rc == LEASE_GRANTED) != (lease.fd >= 0))
                abort();
        if (rc == LEASE_GRANTED)
                use_lease(link, &lease);
        err = (struct error){0};
        if (broker_status_get(link, &status, 5000, &err) && !*err.text)
                abort();
        broker_link_free(link);
        set_answers((const uint8_t *)"", 0); /* who still asks must not look at what is libFuzzer's again */
        return 0;
}
