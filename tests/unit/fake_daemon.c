/* Listens, and forks for each connection. */
#include "tests/unit/fake_daemon.h"

#include "fcgi/base/io.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_connection(int fd, void (*serve)(int fd, const char *request)) __attribute__((noreturn));

static void be_connection(int fd, void (*serve)(int fd, const char *request))
{
        char request[4096];
        ssize_t size = read(fd, request, sizeof request - 1);
        request[size > 0 ? size : 0] = '\0';
        serve(fd, request);
        _exit(0);
}

static void be_daemon(int listener, void (*serve)(int fd, const char *request)) __attribute__((noreturn));

static void be_daemon(int listener, void (*serve)(int fd, const char *request))
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, SIG_IGN);
        signal(SIGPIPE, SIG_DFL);
        for (;;) {
                int fd = accept(listener, NULL, NULL);
                if (fork() == 0)
                        be_connection(fd, serve);
                close(fd);
        }
}

int fake_daemon_start(struct fake_daemon *daemon, void (*serve)(int fd, const char *request))
{
        strcpy(daemon->folder, "/tmp/sandpool-daemon-XXXXXX");
        if (!mkdtemp(daemon->folder))
                return -1;
        snprintf(daemon->path, sizeof daemon->path, "%s/docker.sock", daemon->folder);
        int listener = io_listen_unix(daemon->path, SOCK_STREAM, 0600, (gid_t)-1, 16, NULL);
        if (listener < 0 || io_set_nonblocking(listener, 0))
                return -1;
        daemon->pid = fork();
        if (daemon->pid == 0)
                be_daemon(listener, serve);
        close(listener);
        return daemon->pid < 0 ? -1 : 0;
}

int fake_daemon_stop(struct fake_daemon *daemon)
{
        kill(daemon->pid, SIGKILL);
        waitpid(daemon->pid, NULL, 0);
        unlink(daemon->path);
        return rmdir(daemon->folder);
}
