/* Starts containerd and dockerd side by side with the machine's own. */
#include "tests/integration/private_docker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 60000
#define FILL_CHUNK (1 << 20)

static void in_dir(const struct private_docker *docker, const char *file, char path[128])
{
        snprintf(path, 128, "%s/%s", docker->dir, file);
}

static bool answers(void *context)
{
        char *said = spawn_text(NULL, "docker", "version", NULL);
        (void)context;
        free(said);
        return said != NULL;
}

static bool listens(void *path)
{
        int fd = io_connect_unix(path, SOCK_STREAM, NULL);
        bool does = fd >= 0;
        io_close(&fd);
        return does;
}

static pid_t start(const struct private_docker *docker, const char *const *argv, struct error *err)
{
        char path[128];
        in_dir(docker, "log", path);
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0)
                return error_errno(err, "%s", path);
        pid_t pid = spawn_start(argv, fd, err);
        io_close(&fd);
        return pid;
}

/* Without the plugin for Kubernetes, which would want a port. */
static int start_containerd(struct private_docker *docker, struct error *err)
{
        char socket[128], settings[128], text[512];
        in_dir(docker, "containerd.sock", socket);
        in_dir(docker, "containerd.toml", settings);
        int length = snprintf(text, sizeof text,
                "version = 2\nroot = '%s/containerd'\nstate = '%s/containerd-state'\n"
                "disabled_plugins = ['io.containerd.grpc.v1.cri']\n[grpc]\naddress = '%s'\n",
                docker->dir, docker->dir, socket);
        int fd = open(settings, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        int rc = fd < 0 ? error_errno(err, "%s", settings) : io_write_all(fd, text, (size_t)length, -1, err);
        io_close(&fd);
        if (rc)
                return -1;
        const char *const argv[] = {"containerd", "-c", settings, NULL};
        docker->containerd = start(docker, argv, err);
        if (docker->containerd < 0)
                return -1;
        return service_until(listens, socket, START_MS) ? 0 : error_set(err, "containerd does not listen");
}

int private_docker_begin(struct private_docker *docker, struct error *err)
{
        char containerd[128], data[128], exec[128], pid_file[128], host[80];
        in_dir(docker, "containerd.sock", containerd);
        in_dir(docker, "data", data);
        in_dir(docker, "exec", exec);
        in_dir(docker, "pid", pid_file);
        snprintf(host, sizeof host, "unix://%s", docker->socket);
        const char *const argv[] = {"dockerd", "--containerd", containerd, "--data-root", data, "--exec-root",
                exec, "--pidfile", pid_file, "--host", host, "--bridge=none", "--iptables=false",
                "--ip6tables=false", NULL};
        unlink(pid_file); /* of one that was killed: another process may have its number */
        docker->dockerd = start(docker, argv, err);
        if (docker->dockerd < 0)
                return -1;
        return service_until(answers, NULL, START_MS) ? 0 : error_set(err, "dockerd does not answer");
}

int private_docker_start(struct private_docker *docker, unsigned size_mib, struct error *err)
{
        char options[32], host[80];
        strcpy(docker->dir, "/tmp/sandpool-docker-XXXXXX");
        if (!mkdtemp(docker->dir)) {
                *docker->dir = '\0';
                return error_errno(err, "mkdtemp");
        }
        snprintf(options, sizeof options, "size=%um,mode=755", size_mib);
        if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
                mount("tmpfs", docker->dir, "tmpfs", 0, options))
                return error_errno(err, "a file system of its own");
        snprintf(docker->socket, sizeof docker->socket, "%s/docker.sock", docker->dir);
        snprintf(host, sizeof host, "unix://%s", docker->socket);
        setenv("DOCKER_HOST", host, 1);
        return start_containerd(docker, err) ? -1 : private_docker_begin(docker, err);
}

int private_docker_load(const struct private_docker *docker, const char *image, struct error *err)
{
        char script[256];
        snprintf(script, sizeof script,
                "set -o pipefail; env -u DOCKER_HOST docker save %s | docker -H unix://%s load", image,
                docker->socket);
        char *said = spawn_text(err, "bash", "-c", script, NULL);
        free(said);
        return said ? 0 : -1;
}

static bool was_killed;

bool private_docker_was_killed(void)
{
        return was_killed;
}

int private_docker_end(struct private_docker *docker, int signal, struct error *err)
{
        int status;
        was_killed = was_killed || signal == SIGKILL;
        kill(docker->dockerd, signal);
        if (spawn_wait(docker->dockerd, clock_ms() + START_MS, &status, err))
                return -1;
        docker->dockerd = 0;
        return 0;
}

int private_docker_fill(const struct private_docker *docker, struct error *err)
{
        static char chunk[FILL_CHUNK];
        char path[128];
        in_dir(docker, "filler", path);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
                return error_errno(err, "%s", path);
        while (write(fd, chunk, sizeof chunk) > 0)
                ;
        int full = errno == ENOSPC;
        io_close(&fd);
        return full ? 0 : error_set(err, "%s: not full", path);
}

void private_docker_empty(const struct private_docker *docker)
{
        char path[128];
        in_dir(docker, "filler", path);
        unlink(path);
}

/* A shim whose daemon was killed while it made a container may stay for good. */
static void kill_shims(const struct private_docker *docker)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(0, 0, list);
        for (size_t i = 0; i < count; i++) {
                char path[64], line[4096];
                snprintf(path, sizeof path, "/proc/%d/cmdline", (int)list[i].pid);
                int fd = open(path, O_RDONLY | O_CLOEXEC);
                ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof line);
                io_close(&fd);
                if (size > 0 && memmem(line, (size_t)size, docker->dir, strlen(docker->dir)))
                        kill(list[i].pid, SIGKILL);
        }
}

static void end(pid_t *pid)
{
        int status;
        if (*pid <= 0)
                return;
        kill(*pid, SIGTERM);
        if (spawn_wait(*pid, clock_ms() + START_MS, &status, NULL)) {
                kill(*pid, SIGKILL);
                waitpid(*pid, NULL, 0);
        }
        *pid = 0;
}

void private_docker_stop(struct private_docker *docker)
{
        if (!*docker->dir)
                return;
        private_docker_empty(docker);
        end(&docker->dockerd);
        end(&docker->containerd);
        kill_shims(docker);
        unsetenv("DOCKER_HOST");
        umount2(docker->dir, MNT_DETACH);
        rmdir(docker->dir);
        *docker = (struct private_docker){0};
}
