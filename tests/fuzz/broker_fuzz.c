/* Fuzzes what workers can say to the broker: a few of them, any messages in any order, with the pool as it
 * is, but no daemon: two sandboxes stand there idle, and no other comes. Each message of the input: a byte
 * for who says it (and, 128: leaves instead), one for its size (0: a whole message), the bytes. */
#include "fcgi/base/io.h"
#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/message.h"
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKERS 4
#define SANDBOXES 2
#define LEAVES 128

static char folder[] = "/tmp/sandpool-fuzz-XXXXXX", path[64];
static struct broker_options options = {
        .seccomp = "{}", .orders_fd = -1, .spared = DOCKER_SPARE_NONE, .workers = WORKERS};

struct broker {
        struct engine *engine;
        struct clients *clients;
        struct pool *pool;
        struct docker *docker;
        int workers[WORKERS]; /* the other ends */
};

static void tidy(void)
{
        unlink(path);
        rmdir(folder);
}

static void start(void)
{
        struct error err = {0};
        input_quiet();
        options.settings = settings_load("tests/unit/data/conf/sandpool.yaml", &err);
        options.registry = options.settings ? registry_load(options.settings, &err) : NULL;
        if (!options.registry || !mkdtemp(folder))
                input_broken(err.text);
        snprintf(path, sizeof path, "%s/broker.sock", folder);
        options.listen_fd = io_listen_unix(path, SOCK_SEQPACKET, 0600, (gid_t)-1, 64, &err);
        options.peer_uid = geteuid();
        if (options.listen_fd < 0)
                input_broken(err.text);
        atexit(tidy);
}

static bool on_known(void *context, const char *name)
{
        (void)context;
        (void)name;
        return true;
}

static void on_event(void *context, const char *id, const char *action)
{
        (void)context;
        (void)id;
        (void)action;
}

static void on_changed(void *context)
{
        (void)context;
}

/* A sandbox as it stands in the pool between two leases; its stream leads to nobody. */
static void add_sandbox(struct broker *broker, unsigned slot)
{
        struct sandbox *sandbox = calloc(1, sizeof *sandbox);
        int ends[2];
        if (!sandbox || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
                input_broken("a sandbox");
        io_close(&ends[1]);
        sandbox->owner = &pool_edition(broker->pool)->owner;
        sandbox->language = registry_find(options.registry, "toy");
        sandbox->state = SANDBOX_IDLE;
        sandbox->slot = slot;
        snprintf(sandbox->name, sizeof sandbox->name, "toy-%u", slot);
        memset(sandbox->id, 'a' + (int)slot, CONTAINER_ID_SIZE - 1);
        sandbox->memory_mib = language_idle_memory_mib(sandbox->language);
        sandbox->attach.fd = ends[0];
        sandbox->frames = frames_new();
        pool_roster(broker->pool)->slots[slot] = sandbox;
}

static void broker_open(struct broker *broker)
{
        static const struct docker_hooks docker_hooks = {on_known, on_event, on_changed, NULL};
        broker->engine = engine_new("/nowhere/docker.sock", 1000, NULL);
        broker->clients = clients_new(&options, broker->engine, NULL);
        struct pool_hooks hooks = {clients_answer, clients_taken, broker->clients};
        struct edition *edition = edition_borrow(options.settings, options.registry, options.seccomp, NULL);
        broker->pool = pool_new(broker->engine, edition, 0, &hooks, NULL);
        broker->docker = docker_new(broker->engine, options.settings, &docker_hooks, DOCKER_SPARE_NONE, NULL);
        if (!broker->pool || !broker->docker)
                input_broken("memory");
        clients_use(broker->clients, broker->pool, broker->docker);
        for (unsigned i = 0; i < SANDBOXES; i++)
                add_sandbox(broker, i);
        for (size_t i = 0; i < WORKERS; i++)
                broker->workers[i] = -1;
}

static void broker_close(struct broker *broker)
{
        for (size_t i = 0; i < WORKERS; i++)
                io_close(&broker->workers[i]);
        clients_free(broker->clients);
        docker_free(broker->docker);
        pool_free(broker->pool);
        engine_free(broker->engine);
}

/* Nobody holds two. */
static void must_be_in_order(const struct broker *broker)
{
        const struct roster *roster = pool_roster(broker->pool);
        const void *holders[SANDBOXES];
        size_t count = 0;
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                if (!roster->slots[i] || !roster->slots[i]->holder)
                        continue;
                for (size_t j = 0; j < count; j++)
                        if (holders[j] == roster->slots[i]->holder)
                                abort();
                if (count == SANDBOXES)
                        abort();
                holders[count++] = roster->slots[i]->holder;
        }
}

static void turn(struct broker *broker)
{
        static struct pollfd fds[1 + CLIENTS_MAX];
        struct error err = {0};
        pool_settle(broker->pool);
        clients_settle(broker->clients);
        size_t count = clients_polls(broker->clients, fds);
        if (engine_wait(broker->engine, fds, count, 0, &err))
                abort();
        clients_dispatch(broker->clients, fds, count);
        must_be_in_order(broker);
}

/* An answer is read, as workers do, or now and then not. */
static void hear(int fd, bool read)
{
        static char answer[sizeof(struct broker_status)];
        int got_fd = -1;
        if (fd < 0 || !read)
                return;
        while (recv(fd, answer, 1, MSG_PEEK | MSG_DONTWAIT) > 0 &&
                io_recv_message(fd, answer, sizeof answer, &got_fd) > 0)
                io_close(&got_fd);
}

static void say(struct broker *broker, struct input *input)
{
        struct message message = {0};
        size_t got;
        uint8_t who = input_byte(input), size = input_byte(input);
        int *fd = &broker->workers[who % WORKERS];
        if (who & LEAVES) {
                io_close(fd);
                return;
        }
        if (*fd < 0)
                *fd = io_connect_unix(path, SOCK_SEQPACKET, NULL);
        const uint8_t *bytes = input_take(input, size ? size : sizeof message, &got);
        if (got > sizeof message) {
                send(*fd, bytes, got, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
                memcpy(&message, bytes, got);
                send(*fd, &message, size ? got : sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        turn(broker);
        turn(broker);
        hear(*fd, !(who & 64));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        struct broker broker;
        if (!options.registry)
                start();
        broker_open(&broker);
        for (int i = 0; i < 64 && input.left; i++)
                say(&broker, &input);
        broker_close(&broker);
        return 0;
}
