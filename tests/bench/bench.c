/* Measures what the design promises, side by side in one run, and prints it as a Markdown table.
 *
 * What is compared alternates in short turns, because a machine is not the same from one minute to the next.
 * It asserts nothing: whether a budget is met stands in the table's last column. */
#include "fcgi/base/clock.h"
#include "tests/bench/bare_start.h"
#include "tests/bench/clients.h"
#include "tests/bench/judging.h"
#include "tests/bench/languages.h"
#include "tests/bench/load.h"
#include "tests/bench/policies.h"
#include "tests/bench/question.h"
#include "tests/bench/samples.h"
#include "tests/integration/processes.h"
#include "tests/integration/service.h"
#include "tests/integration/spawn.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 8
#define OURS_A_TURN 5 /* of the cheap ones, for one `docker run` */

/* How much of each; --quick takes the second column. */
static const struct {
        int python, javascript, cpp, judging, load_ms, docker_ms, clients_ms, languages;
} plans[] = {{100, 60, 12, 8, 10000, 6000, 5000, 30}, {10, 6, 3, 2, 2000, 2000, 1000, 3}}, *plan = plans;

static const char python_code[] = "print(\"Hello, World!\")\n";
static const char javascript_code[] = "console.log(\"Hello, World!\");\n";
static const char cpp_code[] =
        "#include <bits/stdc++.h>\n\nint main()\n{\n        std::cout << \"Hello, World!\\n\";\n}\n";

static struct service service;
static char sources[80];

static struct question ask_for(const char *language, const char *code)
{
        return question_new(service.port, language, code, "Hello, World!\n");
}

static int write_source(const char *name, const char *text, struct error *err)
{
        char path[160];
        snprintf(path, sizeof path, "%s/%s", sources, name);
        FILE *file = fopen(path, "we");
        if (!file || fputs(text, file) < 0 || fclose(file))
                return error_errno(err, "%s", path);
        return 0;
}

static int write_sources(struct error *err)
{
        snprintf(sources, sizeof sources, "%s/src", service.dir);
        if (mkdir(sources, 0755))
                return error_errno(err, "%s", sources);
        return write_source("main.py", python_code, err) || write_source("main.js", javascript_code, err) ||
                               write_source("main.cpp", cpp_code, err)
                       ? -1
                       : 0;
}

/* One comparison: ours, bare, and the bare CPU time. */
struct comparison {
        const char *language, *image, *code;
        const char *command;  /* bare */
        const char *command2; /* after it, timed with it; NULL: none */
        struct samples ours, bare, bare_cpu;
};

static struct comparison python = {"python", "sandpool/python", python_code,
        "/usr/bin/python3 -u /src/main.py", NULL, {.count = 0}, {.count = 0}, {.count = 0}};
static struct comparison javascript = {"javascript", "sandpool/javascript", javascript_code,
        "/usr/local/bin/node /src/main.js", NULL, {.count = 0}, {.count = 0}, {.count = 0}};
static struct comparison cpp = {"cpp", "sandpool/cpp", cpp_code, "/usr/bin/g++ /src/main.cpp -o main",
        "/workspace/main", {.count = 0}, {.count = 0}, {.count = 0}};
static struct samples docker_run;
static struct judging judged_cpp = {.language = "cpp",
        .image = "sandpool/cpp",
        .code = cpp_code,
        .prepare = "/usr/bin/g++ -O2 /src/main.cpp -o main",
        .command = "/workspace/main"};
static struct judging judged_python = {.language = "python",
        .image = "sandpool/python",
        .code = python_code,
        .command = "/usr/bin/python3 -u /src/main.py",
        .cpus = "0.5"};

static int turn_bare(struct comparison *what, struct bare_start *bare, struct error *err)
{
        int64_t cpu = 0, cpu2 = 0, taken2 = 0, taken = bare_start_run(bare, what->command, &cpu, err);
        if (taken >= 0 && what->command2)
                taken2 = bare_start_run(bare, what->command2, &cpu2, err);
        if (taken < 0 || taken2 < 0)
                return -1;
        samples_add(&what->bare, taken + taken2);
        samples_add(&what->bare_cpu, cpu + cpu2);
        return 0;
}

static int turn_ours(struct comparison *what, struct question *question, struct error *err)
{
        int64_t taken = question_ask(question, err);
        if (taken < 0)
                return -1;
        samples_add(&what->ours, taken);
        return 0;
}

static int turn_docker(const char *image, struct error *err)
{
        static const char *const command[] = {"/usr/bin/python3", "-u", "/src/main.py", NULL};
        int64_t taken = bare_start_docker_run(image, sources, command, err);
        if (taken < 0)
                return -1;
        samples_add(&docker_run, taken);
        return 0;
}

/* Who comes first changes from turn to turn. */
static int compare(struct comparison *what, int turns, int each, bool with_docker, struct error *err)
{
        struct bare_start bare = {0};
        struct question question = ask_for(what->language, what->code);
        int rc = bare_start_open(&bare, what->image, sources, NULL, NULL, err);
        fprintf(stderr, "%s: %d turns\n", what->language, turns);
        /* The first of each loads what the later ones find loaded. */
        for (int i = 0; rc == 0 && i < 5; i++)
                rc = turn_ours(what, &question, err) || turn_bare(what, &bare, err) ? -1 : 0;
        what->ours.count = what->bare.count = what->bare_cpu.count = 0;
        for (int i = 0; rc == 0 && i < turns; i++) {
                for (int j = 0; rc == 0 && j < each; j++)
                        rc = i % 2 ? turn_ours(what, &question, err) || turn_bare(what, &bare, err)
                                   : turn_bare(what, &bare, err) || turn_ours(what, &question, err);
                if (rc == 0 && with_docker)
                        rc = turn_docker(what->image, err);
        }
        bare_start_close(&bare);
        question_free(&question);
        return rc ? -1 : 0;
}

/* Private memory of the supervisor and all its children, KiB. */
static long service_private_kib(void)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(service.supervisor, 0, list);
        long sum = 0;
        for (size_t i = 0; i < count; i++) {
                long kib = processes_private_kib(list[i].pid);
                sum += kib > 0 ? kib : 0;
        }
        return sum;
}

/* The largest of all runners, KiB. */
static long runner_private_kib(struct error *err)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        long most = -1;
        int count = service_containers(&service, ids, err);
        for (int i = 0; i < count; i++) {
                char *pid = spawn_text(err, "docker", "inspect", "-f", "{{.State.Pid}}", ids[i], NULL);
                long kib = pid ? processes_private_kib(atoi(pid)) : -1;
                most = kib > most ? kib : most;
                free(pid);
        }
        return most;
}

static int64_t work_docker_run(void *context, struct error *err)
{
        static const char *const command[] = {"/usr/bin/python3", "-u", "/src/main.py", NULL};
        (void)context;
        return bare_start_docker_run("sandpool/python", sources, command, err);
}

/* At least so many sandboxes of all languages idle. */
static bool warm(void *context)
{
        return service_sandboxes(&service, "idle", NULL) >= *(int *)context;
}

struct figures {
        double throughput, docker_throughput;
        struct samples loaded, docker_loaded;
        long idle_kib, after_kib, runner_kib, runner_after_kib;
};

static int measure(struct figures *figures, struct error *err)
{
        struct question question = ask_for("python", python_code);
        int rc = -1, all = 8;
        if (!service_until(warm, &all, 60000)) {
                error_set(err, "the pool does not get warm");
                goto out;
        }
        figures->idle_kib = service_private_kib();
        figures->runner_kib = runner_private_kib(err);
        if (compare(&python, plan->python, OURS_A_TURN, true, err) ||
                compare(&javascript, plan->javascript, 1, false, err) ||
                compare(&cpp, plan->cpp, 1, false, err) ||
                judging_measure(&judged_cpp, plan->judging, service.port, sources, err) ||
                judging_measure(&judged_python, plan->judging, service.port, sources, err))
                goto out;
        fprintf(stderr, "%d clients, then as many docker run\n", CLIENTS);
        figures->throughput =
                load_run(CLIENTS, plan->load_ms, question_ask, &question, &figures->loaded, err);
        if (figures->throughput < 0)
                goto out;
        figures->after_kib = service_private_kib();
        figures->runner_after_kib = runner_private_kib(err);
        figures->docker_throughput =
                load_run(CLIENTS, plan->docker_ms, work_docker_run, NULL, &figures->docker_loaded, err);
        rc = figures->docker_throughput < 0 ? -1 : 0;
out:
        question_free(&question);
        return rc;
}

/* ours and theirs in ms, median and p99; how they compare, and what was promised. */
static void row(const char *what, struct samples *ours, const char *than, struct samples *theirs,
        const char *compared, const char *budget, bool met)
{
        printf("| %s | %.1f | %.1f | %s | %.1f | %.1f | %s | %s | %s |\n", what, samples_ms(ours, 50),
                samples_ms(ours, 99), than, samples_ms(theirs, 50), samples_ms(theirs, 99), compared, budget,
                met ? "yes" : "**no**");
}

static void print_starts(void)
{
        char compared[80];
        double more = samples_ms(&python.ours, 50) - samples_ms(&python.bare, 50);
        double more99 = samples_ms(&python.ours, 99) - samples_ms(&python.bare, 99);
        double times = samples_ms(&docker_run, 50) / samples_ms(&python.ours, 50);
        double cpp_ratio = samples_ms(&cpp.ours, 50) / samples_ms(&cpp.bare, 50);
        snprintf(compared, sizeof compared, "%+.1f ms, p99 %+.1f ms", more, more99);
        row("python `print`", &python.ours, "bare start", &python.bare, compared, "+1.5 ms, p99 +5 ms",
                more <= 1.5 && more99 <= 5);
        snprintf(compared, sizeof compared, "%.1f times faster", times);
        row("python `print`", &python.ours, "`docker run --rm`", &docker_run, compared, "15 times",
                times >= 15);
        snprintf(compared, sizeof compared, "%+.1f ms",
                samples_ms(&javascript.ours, 50) - samples_ms(&javascript.bare, 50));
        printf("| javascript `console.log` | %.1f | %.1f | bare start | %.1f | %.1f | %s | - | - |\n",
                samples_ms(&javascript.ours, 50), samples_ms(&javascript.ours, 99),
                samples_ms(&javascript.bare, 50), samples_ms(&javascript.bare, 99), compared);
        snprintf(compared, sizeof compared, "%.2f of it", cpp_ratio);
        row("C++ hello, `<bits/stdc++.h>`", &cpp.ours, "plain `g++`, then the program", &cpp.bare, compared,
                "0.6 of it", cpp_ratio <= 0.6);
}

static void print_load(struct figures *figures)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        double cpu_ms = samples_ms(&python.bare_cpu, 50);
        double promised = 0.7 * (double)cores * 1000 / cpu_ms;
        double times = figures->throughput / figures->docker_throughput;
        printf("| %d clients, python `print`: %.0f/s | %.1f | %.1f | bare CPU time %.1f ms on %ld cores | - "
               "| - "
               "| %.2f of cores / CPU time | %.0f/s (0.7) | %s |\n",
                CLIENTS, figures->throughput, samples_ms(&figures->loaded, 50),
                samples_ms(&figures->loaded, 99), cpu_ms, cores, figures->throughput / promised * 0.7,
                promised, figures->throughput >= promised ? "yes" : "**no**");
        printf("| the same | %.1f | %.1f | `docker run --rm`, %d at once: %.1f/s | %.1f | %.1f | %.1f times "
               "as "
               "many | 8 times | %s |\n",
                samples_ms(&figures->loaded, 50), samples_ms(&figures->loaded, 99), CLIENTS,
                figures->docker_throughput, samples_ms(&figures->docker_loaded, 50),
                samples_ms(&figures->docker_loaded, 99), times, times >= 8 ? "yes" : "**no**");
}

static void print_memory(const struct figures *figures)
{
        long most = figures->after_kib > figures->idle_kib ? figures->after_kib : figures->idle_kib;
        long runner = figures->runner_after_kib > figures->runner_kib ? figures->runner_after_kib
                                                                      : figures->runner_kib;
        printf("\n| private memory | at start | after all runs | budget | met |\n| --- | --- | --- | --- | "
               "--- |\n");
        printf("| service, 32 workers, idle | %.1f MiB | %.1f MiB | 40 MiB | %s |\n",
                (double)figures->idle_kib / 1024, (double)figures->after_kib / 1024,
                most <= 40 * 1024 ? "yes" : "**no**");
        printf("| runner, the largest | %ld KiB | %ld KiB | 1,024 KiB | %s |\n", figures->runner_kib,
                figures->runner_after_kib, runner <= 1024 ? "yes" : "**no**");
}

static void print_all(struct figures *figures)
{
        printf("| over HTTP | p50 ms | p99 ms | against | p50 ms | p99 ms | so | budget | met |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        print_starts();
        judging_print(&judged_cpp, &judged_python);
        print_load(figures);
        print_memory(figures);
        printf("\n%zu requests and %zu bare starts of python, %zu of javascript, %zu of C++, %zu of `docker "
               "run`;"
               " interleaved.\n",
                python.ours.count, python.bare.count, javascript.ours.count, cpp.ours.count,
                docker_run.count);
}

/* The three questions again, by more and more clients. */
static int print_clients(struct error *err)
{
        const struct comparison *all[] = {&python, &javascript, &cpp};
        const char *names[4] = {NULL}, *bodies[4] = {NULL};
        struct question questions[3];
        for (int i = 0; i < 3; i++) {
                questions[i] = ask_for(all[i]->language, all[i]->code);
                names[i] = all[i]->language;
                bodies[i] = questions[i].body;
        }
        int rc = clients_table(service.port, names, bodies, plan->clients_ms, err);
        for (int i = 0; i < 3; i++)
                question_free(&questions[i]);
        return rc;
}

static int everything(struct error *err)
{
        static struct figures figures; /* its samples are too large for a stack */
        if (write_sources(err) || measure(&figures, err))
                return -1;
        print_all(&figures);
        return print_clients(err) || policies_table(err) ? -1 : 0;
}

/* NULL with *languages and the plan set, or how it is used. */
static const char *read_arguments(char **argv, const char **languages)
{
        while (*++argv) {
                if (!strcmp(*argv, "--quick"))
                        plan = &plans[1];
                else if (!strcmp(*argv, "--languages") && argv[1])
                        *languages = *++argv;
                else if (strcmp(*argv, "--policies") && strcmp(*argv, "--clients"))
                        return "usage: bench [--policies] [--clients] [--quick] [--languages all|\"python go "
                               "...\"]";
        }
        return NULL;
}

int main(int argc, char **argv)
{
        struct error err = {0}, stop_err = {0};
        struct service_options options = {.warm = {{"python", 5}}};
        const char *languages = NULL, *usage = read_arguments(argv, &languages);
        bool only_clients = argc == 2 && !strcmp(argv[1], "--clients");
        if (argc == 2 && !strcmp(argv[1], "--policies"))
                return policies_table(&err) ? 1 : 0;
        if (usage) {
                fprintf(stderr, "%s\n", usage);
                return 2;
        }
        options.all_languages = languages != NULL;
        int rc = service_start(&service, &options, &err);
        if (rc == 0)
                rc = languages      ? languages_table(&service, languages, plan->languages, &err)
                     : only_clients ? print_clients(&err)
                                    : everything(&err);
        if (service_stop(&service, &stop_err))
                fprintf(stderr, "stop: %s\n", stop_err.text);
        if (rc)
                fprintf(stderr, "bench: %s\n", err.text);
        return rc ? 1 : 0;
}
