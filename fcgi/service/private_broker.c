/* Forks a broker for one command. */
#include "fcgi/service/private_broker.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/broker.h"
#include "fcgi/service/privilege.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A language's first sandbox on a cold disk; nobody else is waiting. */
#define QUEUE_TIMEOUT_MS 60000

struct private_broker {
        struct settings settings; /* the configuration's, but for a few values */
        const struct registry *registry;
        const char *seccomp;
        char folder[64];
        char path[80];
        int listen_fd;
        pid_t pid;
        struct broker_link *link;
};

static int docker_listens(const struct settings *settings, struct error *err)
{
        int fd = io_connect_unix(settings->docker_socket, SOCK_STREAM, err);
        if (fd < 0)
                return error_wrap(err, "Docker cannot be reached");
        io_close(&fd);
        return 0;
}

static void change_settings(struct private_broker *b, struct config *config)
{
        b->settings = *config->settings;
        b->settings.pool_max = 1;
        b->settings.queue_timeout_ms = QUEUE_TIMEOUT_MS;
        snprintf(b->settings.instance, sizeof(b->settings.instance), "%.16s-run-%d",
                config->settings->instance, (int)getpid());
        snprintf(b->settings.run_dir, sizeof(b->settings.run_dir), "%s", b->folder);
        b->registry = config->registry;
        b->seccomp = config->seccomp;
        for (size_t i = 0; i < config->registry->count; i++) {
                config->registry->languages[i].warm = 0;
                config->registry->languages[i].max = 1;
        }
}

static void be_broker(const struct private_broker *b, pid_t parent) __attribute__((noreturn));

static void be_broker(const struct private_broker *b, pid_t parent)
{
        struct error err = {0};
        int status = 1;
        struct broker_options options = {.settings = &b->settings,
                .registry = b->registry,
                .seccomp = b->seccomp,
                .listen_fd = b->listen_fd,
                .spared = DOCKER_SPARE_NONE,
                .orders_fd = -1,
                .peer_uid = geteuid(),
                .workers = 1};
        setpgid(0, 0); /* Ctrl-C is for the parent */
        log_set_process("broker");
        if (!privilege_bind(parent, SIGTERM, &err))
                status = broker_run(&options, &err);
        if (err.text[0])
                log_error("process.failed", LOG_S("error", err.text));
        /* The parent may have been killed; else it finds nothing left to do. */
        unlink(b->path);
        rmdir(b->folder);
        _exit(status);
}

/* Signals are blocked over the fork, so that the child cannot be ended before it takes them by signalfd. */
static int fork_broker(struct private_broker *b, struct error *err)
{
        sigset_t all, before;
        pid_t parent = getpid();
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before);
        b->pid = fork();
        if (b->pid == 0)
                be_broker(b, parent);
        int failed = b->pid < 0 ? error_errno(err, "fork") : 0;
        sigprocmask(SIG_SETMASK, &before, NULL);
        return failed;
}

struct private_broker *private_broker_new(struct config *config, struct error *err)
{
        struct private_broker *b = calloc(1, sizeof(*b));
        if (!b) {
                error_set(err, "out of memory");
                return NULL;
        }
        b->listen_fd = -1;
        if (docker_listens(config->settings, err))
                goto fail;
        snprintf(b->folder, sizeof(b->folder), "/tmp/sandpool-XXXXXX");
        if (!mkdtemp(b->folder)) {
                b->folder[0] = 0;
                error_errno(err, "cannot make a temporary folder");
                goto fail;
        }
        change_settings(b, config);
        snprintf(b->path, sizeof(b->path), "%s/broker.sock", b->folder);
        b->listen_fd = io_listen_unix(b->path, SOCK_SEQPACKET, 0600, (gid_t)-1, 4, err);
        if (b->listen_fd < 0 || fork_broker(b, err))
                goto fail;
        io_close(&b->listen_fd); /* so that nobody waits for a broker that could not start */
        b->link = broker_link_new(b->path, b->settings.queue_timeout_ms);
        if (!b->link) {
                error_set(err, "out of memory");
                goto fail;
        }
        return b;
fail:
        private_broker_free(b);
        return NULL;
}

struct broker_link *private_broker_link(struct private_broker *broker)
{
        return broker->link;
}

void private_broker_free(struct private_broker *b)
{
        if (!b)
                return;
        broker_link_free(b->link);
        if (b->pid > 0) {
                kill(b->pid, SIGTERM);
                while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
        io_close(&b->listen_fd);
        if (b->path[0])
                unlink(b->path);
        if (b->folder[0])
                rmdir(b->folder);
        free(b);
}
