/* The bare start: for each line of input, a number and a command's words, run it that many times, one right
 * after the other, and print what it took.
 *
 * It is the entry of a container without limits, made from the same image as the sandboxes. So what it
 * measures is fork, exec, the interpreter's start and its end, from the same files: nothing of ours. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 32

static long long now_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long microseconds(struct timeval time)
{
        return time.tv_sec * 1000000LL + time.tv_usec;
}

static void become(char **argv)
{
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        execv(argv[0], argv);
        _exit(127);
}

/* CPU time; *status: how it ended. */
static long long run(char **argv, int *status)
{
        struct rusage usage;
        pid_t pid = fork();
        if (pid == 0)
                become(argv);
        if (pid < 0 || wait4(pid, status, 0, &usage) != pid)
                exit(1);
        return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

/* "wall cpu status" of all, in microseconds, on a line. It ends with the first that fails. */
static void measure(char **argv, long times)
{
        int status = 0;
        long long cpu = 0, start = now_us();
        for (long i = 0; i < times && !status; i++)
                cpu += run(argv, &status);
        printf("%lld %lld %d\n", now_us() - start, cpu, status);
        fflush(stdout);
}

int main(void)
{
        char line[4096];
        while (fgets(line, sizeof line, stdin)) {
                char *argv[WORDS_MAX + 1] = {NULL};
                size_t count = 0;
                for (char *word = strtok(line, " \n"); word && count < WORDS_MAX; word = strtok(NULL, " \n"))
                        argv[count++] = word;
                if (count > 1)
                        measure(argv + 1, strtol(argv[0], NULL, 10));
        }
        return 0;
}
