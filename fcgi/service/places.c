/* Makes, takes over and removes the run directory's files and sockets. */
#include "fcgi/service/places.h"

#include "fcgi/base/io.h"
#include "fcgi/base/tcp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_of(const struct settings *settings, const char *name, char path[128])
{
        snprintf(path, 128, "%s/%s", settings->run_dir, name);
}

int places_claim(const struct settings *settings, struct nursery *nursery, struct error *err)
{
        char text[24];
        int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
        /* At no time is there no number. */
        if (pwrite(nursery->pid_fd, text, (size_t)length, 0) != length || ftruncate(nursery->pid_fd, length))
                return error_errno(err, "%s/sandpool.pid", settings->run_dir);
        return 0;
}

/* The lock is the truth, the number in the file is for people and scripts. Whoever can open the file can lock
 * it too, and keep the service from starting. */
static int lock_pid_file(const struct settings *settings, struct nursery *nursery, struct error *err)
{
        char path[128];
        path_of(settings, "sandpool.pid", path);
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return error_errno(err, "%s", path);
        if (flock(fd, LOCK_EX | LOCK_NB)) {
                io_close(&fd);
                return error_set(err, "%s is locked: sandpool runs already", settings->run_dir);
        }
        nursery->pid_fd = fd;
        if (fchmod(fd, 0600))
                return error_errno(err, "%s", path);
        return places_claim(settings, nursery, err);
}

static int make_run_dir(const struct settings *settings, struct error *err)
{
        struct stat st;
        const char *path = settings->run_dir;
        if (mkdir(path, 0755) && errno != EEXIST)
                return error_errno(err, "%s", path);
        if (stat(path, &st))
                return error_errno(err, "%s", path);
        if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
                return error_set(err,
                        "%s: must be a directory that its owner, who starts sandpool, alone can write", path);
        return 0;
}

static int listen_at(const struct settings *settings, const char *name, gid_t group, struct error *err)
{
        char path[128];
        path_of(settings, name, path);
        return io_listen_unix(path, SOCK_STREAM, 0660, group, (int)settings->backlog, err);
}

/* Where nginx connects to: two sockets in the run directory, or two ports. */
static int make_frontend(const struct settings *settings, struct nursery *nursery, struct error *err)
{
        struct tcp_address address;
        int backlog = (int)settings->backlog;
        gid_t group = geteuid() == 0 ? privilege_group(settings->socket_group, err) : (gid_t)-1;
        if (err->text[0])
                return -1;
        if (!settings->tcp[0]) {
                nursery->fastcgi_fd = listen_at(settings, "fastcgi.sock", group, err);
                if (nursery->fastcgi_fd >= 0)
                        nursery->control_fd = listen_at(settings, "control.sock", group, err);
        } else if (!tcp_address_parse(settings->tcp, &address, err)) {
                nursery->fastcgi_fd = tcp_listen(&address, 0, backlog, err);
                if (nursery->fastcgi_fd >= 0)
                        nursery->control_fd = tcp_listen(&address, 1, backlog, err);
        }
        return nursery->control_fd < 0 ? -1 : 0;
}

/* Each generation has its own, so that no worker ever asks another generation's broker. */
static void broker_path(const struct settings *settings, unsigned generation, char path[128])
{
        char name[32] = "broker.sock";
        if (generation)
                snprintf(name, sizeof(name), "broker-%u.sock", generation);
        path_of(settings, name, path);
}

static int make_broker_socket(const struct settings *settings, struct nursery *nursery, struct error *err)
{
        gid_t group = geteuid() == 0 ? nursery->worker.gid : (gid_t)-1;
        broker_path(settings, nursery->generation, nursery->broker_path);
        nursery->broker_fd = io_listen_unix(
                nursery->broker_path, SOCK_SEQPACKET, 0660, group, (int)settings->workers + 8, err);
        return nursery->broker_fd < 0 ? -1 : 0;
}

static void forget_broker(const struct settings *settings, unsigned generation)
{
        char path[128];
        broker_path(settings, generation, path);
        unlink(path);
}

/* Of services that were killed after an upgrade. Whoever holds the pid file's lock is the only one here. */
static int remove_old_brokers(const struct settings *settings, struct error *err)
{
        unsigned generation;
        char mark;
        DIR *dir = opendir(settings->run_dir);
        if (!dir)
                return error_errno(err, "%s", settings->run_dir);
        for (struct dirent *entry; (entry = readdir(dir));)
                if (sscanf(entry->d_name, "broker-%u.soc%c", &generation, &mark) == 2 && mark == 'k')
                        forget_broker(settings, generation);
        closedir(dir);
        return 0;
}

void places_forget_spared(const struct settings *settings, const struct nursery *nursery)
{
        if (nursery->spared >= 0)
                forget_broker(settings, (unsigned)nursery->spared);
}

static int find_users(const struct settings *settings, struct nursery *nursery, struct error *err)
{
        struct stat st;
        if (privilege_find(settings->worker_user, &nursery->worker, err) ||
                privilege_find(settings->broker_user, &nursery->broker, err) ||
                privilege_apart(&nursery->worker, &nursery->broker, err))
                return -1;
        if (geteuid() == 0 && stat(settings->docker_socket, &st) == 0 &&
                (st.st_gid == nursery->worker.gid || st.st_uid == nursery->worker.uid ||
                        (st.st_mode & S_IWOTH)))
                return error_set(err, "user %s could open %s: workers must not", settings->worker_user,
                        settings->docker_socket);
        return 0;
}

/* Descriptors of another place would be served under this one's name. */
static int take_over(const struct settings *settings, const struct inheritance *inheritance,
        struct nursery *nursery, struct error *err)
{
        nursery->fastcgi_fd = inheritance->fastcgi_fd;
        nursery->control_fd = inheritance->control_fd;
        nursery->pid_fd = inheritance->pid_fd;
        nursery->generation = inheritance->generation;
        nursery->spared = inheritance->elder;
        if (strcmp(settings->run_dir, inheritance->run_dir))
                return error_set(err, "%s: listen.run_dir has changed: that needs a restart", settings->path);
        return 0;
}

int places_open(const struct settings *settings, const struct inheritance *inheritance,
        struct nursery *nursery, struct error *err)
{
        if (find_users(settings, nursery, err))
                return -1;
        if (inheritance->any)
                return take_over(settings, inheritance, nursery, err) ||
                                       make_broker_socket(settings, nursery, err)
                               ? -1
                               : 0;
        return make_run_dir(settings, err) || lock_pid_file(settings, nursery, err) ||
                               remove_old_brokers(settings, err) || make_frontend(settings, nursery, err) ||
                               make_broker_socket(settings, nursery, err)
                       ? -1
                       : 0;
}

static void remove_file(const struct settings *settings, const char *name)
{
        char path[128];
        path_of(settings, name, path);
        unlink(path);
}

void places_close(const struct settings *settings, struct nursery *nursery, bool taken_over)
{
        if (nursery->broker_fd >= 0)
                unlink(nursery->broker_path);
        if (!taken_over && !settings->tcp[0]) {
                if (nursery->fastcgi_fd >= 0)
                        remove_file(settings, "fastcgi.sock");
                if (nursery->control_fd >= 0)
                        remove_file(settings, "control.sock");
        }
        if (!taken_over && nursery->pid_fd >= 0)
                remove_file(settings, "sandpool.pid");
        io_close(&nursery->fastcgi_fd);
        io_close(&nursery->control_fd);
        io_close(&nursery->broker_fd);
        io_close(&nursery->pid_fd);
}
