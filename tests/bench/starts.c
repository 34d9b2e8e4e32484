/* What is compared alternates in short turns, because a machine is not the same from one minute to the next.
 */
#include "tests/bench/starts.h"

#include "tests/bench/bare_start.h"
#include "tests/bench/comparison.h"
#include "tests/bench/programs.h"

#include <stdbool.h>
#include <stdio.h>

#define WARM_UP 5     /* the first of each loads what the later ones find loaded */
#define OURS_A_TURN 5 /* of python, for one `docker run` */

struct start {
        const struct program *program;
        struct samples ours, bare;
};

/* Samples are too large for a stack. */
static struct start python = {.program = &programs_python}, javascript = {.program = &programs_javascript},
                    cpp = {.program = &programs_cpp};
static struct samples docker_run;

static int turn_bare(struct start *start, struct bare_start *bare, struct error *err)
{
        int64_t compiled = 0, ran;
        if (start->program->compile)
                compiled = bare_start_run(bare, start->program->compile, NULL, err);
        ran = compiled < 0 ? -1 : bare_start_run(bare, start->program->run, NULL, err);
        if (ran >= 0)
                samples_add(&start->bare, compiled + ran);
        return ran < 0 ? -1 : 0;
}

static int turn_ours(struct start *start, struct question *question, struct error *err)
{
        int64_t taken = question_ask(question, err);
        if (taken >= 0)
                samples_add(&start->ours, taken);
        return taken < 0 ? -1 : 0;
}

static int turn_docker(const char *sources, struct error *err)
{
        int64_t taken = bare_start_docker_run(programs_python.image, sources, programs_python.run, err);
        if (taken >= 0)
                samples_add(&docker_run, taken);
        return taken < 0 ? -1 : 0;
}

/* Who comes first changes from turn to turn. */
static int take_turns(struct start *start, const struct bench *bench, int turns, int each, bool with_docker,
        struct error *err)
{
        struct bare_start bare = {0};
        struct question question = programs_question(start->program, bench->service.port);
        int rc = bare_start_open(&bare, start->program->image, bench->sources, NULL, NULL, err);
        fprintf(stderr, "%s: %d turns\n", start->program->language, turns);
        for (int i = 0; rc == 0 && i < WARM_UP; i++)
                rc = turn_ours(start, &question, err) || turn_bare(start, &bare, err) ? -1 : 0;
        start->ours.count = start->bare.count = 0;
        for (int i = 0; rc == 0 && i < turns; i++) {
                for (int j = 0; rc == 0 && j < each; j++)
                        rc = i % 2 ? turn_ours(start, &question, err) || turn_bare(start, &bare, err)
                                   : turn_bare(start, &bare, err) || turn_ours(start, &question, err);
                if (rc == 0 && with_docker)
                        rc = turn_docker(bench->sources, err);
        }
        bare_start_close(&bare);
        question_free(&question);
        return rc ? -1 : 0;
}

static double more_ms(struct start *start, double percent)
{
        return samples_ms(&start->ours, percent) - samples_ms(&start->bare, percent);
}

static void print_python(void)
{
        char so[80];
        double more = more_ms(&python, 50), more99 = more_ms(&python, 99);
        double times = samples_ms(&docker_run, 50) / samples_ms(&python.ours, 50);
        snprintf(so, sizeof so, "%+.1f ms, p99 %+.1f ms", more, more99);
        comparison_row(&(struct comparison){"python `print`", &python.ours, "bare start", &python.bare, so,
                "+1.5 ms, p99 +5 ms", comparison_met(more <= 1.5 && more99 <= 5)});
        snprintf(so, sizeof so, "%.1f times faster", times);
        comparison_row(&(struct comparison){"python `print`", &python.ours, "`docker run --rm`", &docker_run,
                so, "15 times", comparison_met(times >= 15)});
}

static void print_others(void)
{
        char so[80];
        double ratio = samples_ms(&cpp.ours, 50) / samples_ms(&cpp.bare, 50);
        snprintf(so, sizeof so, "%+.1f ms", more_ms(&javascript, 50));
        comparison_row(&(struct comparison){
                "javascript `console.log`", &javascript.ours, "bare start", &javascript.bare, so, "-", "-"});
        snprintf(so, sizeof so, "%.2f of it", ratio);
        comparison_row(&(struct comparison){"C++ hello, `<bits/stdc++.h>`", &cpp.ours,
                "plain `g++`, then the program", &cpp.bare, so, "0.6 of it", comparison_met(ratio <= 0.6)});
}

int starts_table(struct bench *bench, struct error *err)
{
        const struct bench_plan *plan = bench->plan;
        if (take_turns(&python, bench, plan->python, OURS_A_TURN, true, err) ||
                take_turns(&javascript, bench, plan->javascript, 1, false, err) ||
                take_turns(&cpp, bench, plan->cpp, 1, false, err))
                return -1;
        comparison_head();
        print_python();
        print_others();
        printf("\n%zu requests and as many bare starts of python, %zu of javascript, %zu of C++, %zu of "
               "`docker "
               "run`; in turns.\n",
                python.ours.count, javascript.ours.count, cpp.ours.count, docker_run.count);
        return 0;
}
