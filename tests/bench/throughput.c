/* Against what the processors could do at best, and against `docker run`. */
#include "tests/bench/throughput.h"

#include "tests/bench/bare_start.h"
#include "tests/bench/comparison.h"
#include "tests/bench/load.h"
#include "tests/bench/programs.h"

#include <stdio.h>
#include <unistd.h>

#define CLIENTS 8
#define BARE_STARTS 30
#define PROMISED 0.7 /* of the processors' time spent in programs */

static struct samples ours, docker_run, bare_cpu;

static int64_t work_docker_run(void *context, struct error *err)
{
        return bare_start_docker_run(programs_python.image, context, programs_python.run, err);
}

static int measure_bare_cpu(const char *sources, struct error *err)
{
        struct bare_start bare = {0};
        int rc = bare_start_open(&bare, programs_python.image, sources, NULL, NULL, err);
        for (int i = 0; rc == 0 && i < BARE_STARTS; i++) {
                int64_t cpu_us;
                rc = bare_start_run(&bare, programs_python.run, &cpu_us, err) < 0 ? -1 : 0;
                if (rc == 0)
                        samples_add(&bare_cpu, cpu_us);
        }
        bare_start_close(&bare);
        return rc;
}

static void print(double rate, double docker_rate)
{
        char what[80], than[80], so[80], budget[40];
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        double cpu_ms = samples_ms(&bare_cpu, 50), best = (double)cores * 1000 / cpu_ms;
        double times = rate / docker_rate;
        comparison_head();
        snprintf(what, sizeof what, "%d clients, python `print`: %.0f/s", CLIENTS, rate);
        snprintf(than, sizeof than, "bare CPU time %.1f ms on %ld cores", cpu_ms, cores);
        snprintf(so, sizeof so, "%.2f of cores / CPU time", rate / best);
        snprintf(budget, sizeof budget, "%.0f/s (%.1f)", PROMISED * best, PROMISED);
        comparison_row(&(struct comparison){
                what, &ours, than, NULL, so, budget, comparison_met(rate >= PROMISED * best)});
        snprintf(than, sizeof than, "`docker run --rm`, %d at once: %.1f/s", CLIENTS, docker_rate);
        snprintf(so, sizeof so, "%.1f times as many", times);
        comparison_row(&(struct comparison){
                "the same", &ours, than, &docker_run, so, "8 times", comparison_met(times >= 8)});
}

int throughput_table(struct bench *bench, struct error *err)
{
        struct question question = programs_question(&programs_python, bench->service.port);
        int rc = measure_bare_cpu(bench->sources, err);
        double rate = -1, docker_rate = -1;
        fprintf(stderr, "%d clients, then as many docker run\n", CLIENTS);
        if (rc == 0)
                rate = load_run(CLIENTS, bench->plan->load_ms, question_ask, &question, &ours, err);
        if (rate >= 0)
                docker_rate = load_run(
                        CLIENTS, bench->plan->docker_ms, work_docker_run, bench->sources, &docker_run, err);
        question_free(&question);
        if (docker_rate < 0)
                return -1;
        print(rate, docker_rate);
        return 0;
}
