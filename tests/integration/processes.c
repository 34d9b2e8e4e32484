/* Reads /proc. */
#include "tests/integration/processes.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static FILE *open_proc(pid_t pid, const char *file)
{
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
        return fopen(path, "re");
}

/* proc(5): the name stands in parentheses and may itself contain any of them. */
static int read_process(pid_t pid, struct process *process)
{
        char line[512], *open, *close;
        int parent, group, session;
        FILE *file = open_proc(pid, "stat");
        if (!file)
                return -1;
        size_t size = fread(line, 1, sizeof line - 1, file);
        fclose(file);
        line[size] = '\0';
        open = strchr(line, '(');
        close = strrchr(line, ')');
        if (!open || !close ||
                sscanf(close + 1, " %c %d %d %d", &process->state, &parent, &group, &session) != 4)
                return -1;
        snprintf(process->name, sizeof process->name, "%.*s", (int)(close - open - 1), open + 1);
        process->pid = pid;
        process->parent = parent;
        process->session = session;
        return 0;
}

size_t processes_list(pid_t session, pid_t parent, struct process list[PROCESSES_MAX])
{
        size_t count = 0;
        struct dirent *entry;
        DIR *dir = opendir("/proc");
        if (!dir)
                return 0;
        while (count < PROCESSES_MAX && (entry = readdir(dir))) {
                struct process process;
                pid_t pid = atoi(entry->d_name);
                if (pid <= 0 || read_process(pid, &process) || process.state == 'Z' || process.state == 'X')
                        continue;
                if ((!session || process.session == session) && (!parent || process.parent == parent))
                        list[count++] = process;
        }
        closedir(dir);
        return count;
}

void processes_kill_session(pid_t session, pid_t child)
{
        struct process list[PROCESSES_MAX];
        kill(child, SIGKILL);
        for (size_t count; (count = processes_list(session, 0, list));)
                for (size_t i = 0; i < count; i++)
                        kill(list[i].pid, SIGKILL);
        waitpid(child, NULL, 0);
}

bool processes_has_argument(pid_t pid, const char *argument)
{
        char text[4096];
        bool has = false;
        FILE *file = open_proc(pid, "cmdline");
        if (!file)
                return false;
        size_t size = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[size] = '\0';
        for (size_t at = 0; at < size && !has; at += strlen(text + at) + 1)
                has = !strcmp(text + at, argument);
        return has;
}

int processes_descriptors(pid_t pid)
{
        char path[64];
        int count = 0;
        snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
        DIR *dir = opendir(path);
        if (!dir)
                return -1;
        for (struct dirent *entry; (entry = readdir(dir));)
                count += entry->d_name[0] != '.';
        closedir(dir);
        return count;
}

int processes_status(pid_t pid, const char *key, char *value, size_t size)
{
        char line[1024];
        int rc = -1;
        size_t length = strlen(key);
        FILE *file = open_proc(pid, "status");
        if (!file)
                return -1;
        while (rc && fgets(line, sizeof line, file))
                if (!strncmp(line, key, length) && line[length] == ':') {
                        const char *at = line + length + 1;
                        at += strspn(at, " \t");
                        snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
                        rc = 0;
                }
        fclose(file);
        return rc;
}

long processes_private_kib(pid_t pid)
{
        char line[256];
        long sum = -1, kib;
        FILE *file = open_proc(pid, "smaps_rollup");
        if (!file)
                return -1;
        while (fgets(line, sizeof line, file))
                if (sscanf(line, "Private_Clean: %ld", &kib) == 1 ||
                        sscanf(line, "Private_Dirty: %ld", &kib) == 1)
                        sum = sum < 0 ? kib : sum + kib;
        fclose(file);
        return sum;
}
