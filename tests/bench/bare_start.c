/* Starts the comparison's containers by the docker command. */
#include "tests/bench/bare_start.h"

#include "fcgi/base/clock.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_MS 60000
#define ARGS_MAX 96

/* What the program itself sees is as in a sandbox: its environment, a writable place in memory. */
static void become_container(
        const char *image, const char *sources, const char *const *env, const char *cpus, int in, int out)
{
        static const char *const usual[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/workspace",
                "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1", NULL};
        char helper[512], helper_mount[600], sources_mount[600];
        service_built_path("tests/bench/bare", helper, sizeof helper);
        snprintf(helper_mount, sizeof helper_mount, "%s:/bare:ro", helper);
        snprintf(sources_mount, sizeof sources_mount, "%s:/src:ro", sources);
        const char *argv[ARGS_MAX + 1] = {"docker", "run", "--rm", "-i", "--network", "none", "--log-driver",
                "none", "--tmpfs", "/workspace:exec", "--tmpfs", "/tmp", "-w", "/workspace", "-v",
                helper_mount, "-v", sources_mount, "--entrypoint", "/bare", "--cpus", cpus ? cpus : "0"};
        size_t count = 0;
        while (argv[count])
                count++;
        for (env = env ? env : usual; *env && count < ARGS_MAX - 2; env++) {
                argv[count++] = "-e";
                argv[count++] = *env;
        }
        argv[count] = image;
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
}

int bare_start_open(struct bare_start *bare, const char *image, const char *sources, const char *const *env,
        const char *cpus, struct error *err)
{
        int in[2], out[2];
        if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
                return error_errno(err, "pipe");
        bare->pid = fork();
        if (bare->pid < 0)
                return error_errno(err, "fork");
        if (bare->pid == 0)
                become_container(image, sources, env, cpus, in[0], out[1]);
        close(in[0]);
        close(out[1]);
        bare->to = fdopen(in[1], "w");
        bare->from = fdopen(out[0], "r");
        return bare->to && bare->from ? 0 : error_set(err, "out of memory");
}

static int64_t run(
        struct bare_start *bare, const char *command, unsigned times, int64_t *cpu_us, struct error *err)
{
        char line[128];
        long long wall, cpu;
        int status;
        fprintf(bare->to, "%u %s\n", times, command);
        fflush(bare->to);
        if (!fgets(line, sizeof line, bare->from) || sscanf(line, "%lld %lld %d", &wall, &cpu, &status) != 3)
                return error_set(err, "the bare container does not answer");
        if (status)
                return error_set(err, "bare %s: wait status %#x", command, (unsigned)status);
        if (cpu_us)
                *cpu_us = cpu;
        return wall;
}

int64_t bare_start_run(struct bare_start *bare, const char *command, int64_t *cpu_us, struct error *err)
{
        return run(bare, command, 1, cpu_us, err);
}

int64_t bare_start_repeat(struct bare_start *bare, const char *command, unsigned times, struct error *err)
{
        return run(bare, command, times, NULL, err);
}

void bare_start_close(struct bare_start *bare)
{
        if (bare->to)
                fclose(bare->to);
        if (bare->from)
                fclose(bare->from);
        if (bare->pid > 0)
                waitpid(bare->pid, NULL, 0);
        *bare = (struct bare_start){0};
}

int64_t bare_start_docker_run(const char *image, const char *sources, const char *command, struct error *err)
{
        char mount[600], words[256];
        snprintf(mount, sizeof mount, "%s:/src:ro", sources);
        snprintf(words, sizeof words, "%s", command);
        char *rest = NULL, *word = strtok_r(words, " ", &rest);
        const char *argv[ARGS_MAX] = {"docker", "run", "--rm", "--network", "none", "--log-driver", "none",
                "--read-only", "--tmpfs", "/workspace:exec,size=32m", "--tmpfs", "/tmp:size=16m",
                "--shm-size", "16m", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory",
                "128m", "--memory-swap", "128m", "--pids-limit", "65", "--cpus", "0.5", "-v", mount,
                "--entrypoint", word, image};
        size_t count = 0;
        while (argv[count])
                count++;
        while ((word = strtok_r(NULL, " ", &rest)) && count < ARGS_MAX - 1)
                argv[count++] = word;
        struct buffer said = BUFFER_MAX(65536);
        int64_t start = clock_us();
        int code = spawn_run(argv, RUN_MS, &said, NULL, err);
        int64_t taken = clock_us() - start;
        if (code)
                error_set(err, "docker run: exit code %d: %.*s", code, (int)said.size,
                        said.data ? said.data : "");
        buffer_clear(&said);
        return code ? -1 : taken;
}
