/* Runs a step.
 *
 * RUNNING until process 0 has ended, or a limit or KILL ended it; then everything is killed and collected at
 * once, so that nothing can write any more, and what still lies in the pipes is passed on as room allows:
 * DRAINING. Then the report is complete: OVER. */
#include "images/runner/step.h"

#include "images/runner/fault.h"
#include "images/runner/fork_server.h"
#include "images/runner/identity.h"
#include "images/runner/reap.h"
#include "images/runner/sockets.h"
#include "images/runner/start.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_BATCH 256        /* orphans between two looks at everything else */
#define CPU_LOOK_MIN_US 5000  /* how late a CPU limit may be noticed */
#define SOCKETS_LOOK_US 10000 /* a core makes some 300 connections in that time; a look takes 8 us */
#define SOCKETS_PER_FILE 2    /* a client's and a server's process, every descriptor of both a socket */
#define PROGRAM_IN 3          /* descriptor on which process 0 reads process 1's output */
#define PROGRAM_OUT 4         /* and on which it writes process 1's input */

static void close_fd(int *fd)
{
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

/* A pipe that belongs to uid, so that programs may open /dev/stdout. */
static void make_pipe(int ends[2], uid_t uid)
{
        identity_assume(uid);
        if (pipe2(ends, O_CLOEXEC))
                fault_errno("pipe");
        identity_assume(0);
}

static void make_output_pipe(int ends[2], uid_t uid)
{
        make_pipe(ends, uid);
        if (fcntl(ends[0], F_SETFL, O_NONBLOCK))
                fault_errno("pipe");
}

/* A second opening of a pipe's writing end: O_NONBLOCK and the like, which belong to an opening, stay each
 * program's own. */
static int open_again(int end, uid_t uid)
{
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", end);
        identity_assume(uid);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                fault_errno("opening a pipe again");
        identity_assume(0);
        return fd;
}

/* The descriptors of a step's programs. */
struct wiring {
        int out[2], err[2], up[2], down[2], null;
        int second_err; /* another opening of err[1] */
};

static void wire(struct wiring *wiring, const struct plan *plan)
{
        uid_t uid = plan->programs[0].uid;
        *wiring = (struct wiring){.up = {-1, -1}, .down = {-1, -1}, .second_err = -1};
        make_output_pipe(wiring->out, uid);
        make_output_pipe(wiring->err, uid);
        wiring->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (wiring->null < 0)
                fault_errno("/dev/null");
        if (plan->limits.processes == 1)
                return;
        make_pipe(wiring->up, uid);
        make_pipe(wiring->down, uid);
        wiring->second_err = open_again(wiring->err[1], uid);
}

static void unwire(struct wiring *wiring)
{
        int *ends[] = {&wiring->out[1], &wiring->err[1], &wiring->up[0], &wiring->up[1], &wiring->down[0],
                &wiring->down[1], &wiring->null, &wiring->second_err};
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
                close_fd(ends[i]);
}

/* Process 0 first, so that the other cannot keep it from starting by using up all processes. Returns 0, or
 * exec's errno. */
static int start_programs(struct step *step, const struct plan *plan, const struct wiring *wiring)
{
        int reason = 0;
        int first[START_FDS] = {plan->input < 0 ? wiring->null : plan->input, wiring->out[1], wiring->err[1],
                wiring->up[0], wiring->down[1]};
        int second[START_FDS] = {wiring->down[0], wiring->up[1], wiring->second_err, -1, -1};
        step->pids[0] = fork_server_run(plan, first);
        if (step->pids[0] < 0)
                step->pids[0] = start_program(&plan->programs[0], &plan->limits, first, &reason);
        if (!reason && plan->limits.processes == 2)
                step->pids[1] = start_program(&plan->programs[1], &plan->limits, second, &reason);
        return reason;
}

static void read_counters(struct step *step)
{
        step->cpu_counted = !cgroup_cpu_us(step->cgroup, &step->cpu_before);
        step->oom_counted = !cgroup_oom_kills(step->cgroup, &step->oom_before);
        step->refaults_counted = !cgroup_refaults(step->cgroup, &step->refaults_before);
}

/* When the CPU limit could be reached at the earliest, were every processor used. */
static int64_t cpu_look_after(uint64_t left_us)
{
        cpu_set_t set;
        int cpus = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
        int64_t wait = (int64_t)left_us / (cpus > 0 ? cpus : 1);
        return wait > CPU_LOOK_MIN_US ? wait : CPU_LOOK_MIN_US;
}

void step_start(
        struct step *step, const struct plan *plan, const struct cgroup *cgroup, const struct step_sink *sink)
{
        struct wiring wiring;
        int64_t began = ticks_us();
        *step = (struct step){.state = STEP_RUNNING,
                .limits = plan->limits,
                .cgroup = cgroup,
                .sink = sink,
                .pids = {-1, -1},
                .report = {.kind = plan->limits.kind, .exit_code = -1, .second_exit_code = -1}};
        fork_server_prepare(plan);
        read_counters(step);
        wire(&wiring, plan);
        step->pipes[0] = wiring.out[0];
        step->pipes[1] = wiring.err[0];
        int reason = start_programs(step, plan, &wiring);
        unwire(&wiring);
        step->started = ticks_us();
        step->report.start_us = (uint32_t)(step->started - began);
        step->wall_deadline = step->started + (int64_t)plan->limits.wall_ms * 1000;
        uint64_t cpu_limit_us = (uint64_t)plan->limits.cpu_ms * 1000;
        step->next_cpu_look = cpu_limit_us ? step->started + cpu_look_after(cpu_limit_us) : TICKS_NEVER;
        step->next_sockets_look = step->started + SOCKETS_LOOK_US;
        if (reason) {
                step_abandon(step);
                step->report.ended_by = ENDED_BY_NO_START;
                step->report.exit_code = reason & 0xff;
                step->state = STEP_OVER;
        }
}

void step_poll(const struct step *step, struct pollfd fds[2])
{
        size_t room = 0;
        bool active = step->state == STEP_RUNNING || step->state == STEP_DRAINING;
        if (active)
                step->sink->reserve(&room);
        for (int i = 0; i < 2; i++)
                fds[i] = (struct pollfd){.fd = room ? step->pipes[i] : -1, .events = POLLIN};
}

int64_t step_deadline(const struct step *step)
{
        if (step->state != STEP_RUNNING)
                return TICKS_NEVER;
        int64_t look =
                step->next_cpu_look < step->next_sockets_look ? step->next_cpu_look : step->next_sockets_look;
        return step->wall_deadline < look ? step->wall_deadline : look;
}

static void note_status(int status, int32_t *exit_code, unsigned *number)
{
        *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        *number = WIFSIGNALED(status) ? (unsigned)WTERMSIG(status) : 0;
}

static void note_child(void *context, pid_t pid, int status, const struct rusage *usage)
{
        struct step *step = context;
        struct protocol_report *report = &step->report;
        unsigned number;
        if (usage->ru_maxrss > 0 && (uint64_t)usage->ru_maxrss > report->peak_kib)
                report->peak_kib = (uint64_t)usage->ru_maxrss;
        step->rusage_us += (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
                           (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
        if (pid == step->pids[0]) {
                note_status(status, &report->exit_code, &number);
                report->signal = (uint8_t)number;
                step->pids[0] = -1;
                step->first_ended = true;
        } else if (pid == step->pids[1]) {
                note_status(status, &report->second_exit_code, &report->second_signal);
                step->pids[1] = -1;
        }
}

static uint64_t cpu_used(const struct step *step)
{
        uint64_t now;
        if (!step->cpu_counted || cgroup_cpu_us(step->cgroup, &now) || now < step->cpu_before)
                return step->rusage_us;
        return now - step->cpu_before;
}

/* Nothing runs any more after this. */
static void finish(struct step *step, enum ended_by why)
{
        step->report.ended_by = (uint8_t)why;
        step->report.wall_us = (uint64_t)(ticks_us() - step->started);
        reap_rest(note_child, step);
        step->report.cpu_us = cpu_used(step);
        step->state = STEP_DRAINING;
}

static void note_overflow(struct step *step)
{
        step->report.truncated = 1;
        close_fd(&step->pipes[0]);
        close_fd(&step->pipes[1]);
        if (step->state == STEP_RUNNING)
                finish(step, ENDED_BY_OUTPUT);
        else if (step->report.ended_by == ENDED_BY_ITSELF)
                step->report.ended_by = ENDED_BY_OUTPUT;
}

/* One read of a stream. One byte more than the limit is asked for, to see whether there is one. Returns
 * whether there may be more to read at once. */
static bool pump(struct step *step, int i)
{
        struct protocol_report *report = &step->report;
        uint64_t left = step->limits.output_bytes - (report->out_bytes + report->err_bytes);
        size_t room = 0;
        char *to = step->pipes[i] < 0 ? NULL : step->sink->reserve(&room);
        if (!to || !room)
                return false;
        size_t want = left + 1 < room ? (size_t)left + 1 : room;
        ssize_t got = read(step->pipes[i], to, want);
        if (got < 0 && errno == EINTR)
                return true;
        /* Once nothing runs, an empty pipe stays empty, even if a writing end still travels in some socket's
         * queue. */
        if (got == 0 || (got < 0 && (errno != EAGAIN || step->state == STEP_DRAINING)))
                close_fd(&step->pipes[i]);
        if (got <= 0)
                return false;
        size_t passed = (uint64_t)got > left ? (size_t)left : (size_t)got;
        *(i ? &report->err_bytes : &report->out_bytes) += passed;
        if (passed)
                step->sink->commit(i + 1, passed);
        if ((uint64_t)got > left)
                note_overflow(step);
        return true;
}

static void look_at_cpu(struct step *step, int64_t now)
{
        uint64_t used = cpu_used(step), limit_us = (uint64_t)step->limits.cpu_ms * 1000;
        if (used >= limit_us)
                finish(step, ENDED_BY_CPU);
        else
                step->next_cpu_look = now + cpu_look_after(limit_us - used);
}

/* A connection that nobody accepted is kernel memory that no control group counts, and no descriptor, once
 * its client has closed it: nothing else bounds how many there are. */
static void look_at_sockets(struct step *step, int64_t now)
{
        uint64_t used, time_wait;
        bool counted = !sockets_count(&used, &time_wait);
        step->next_sockets_look = counted ? now + SOCKETS_LOOK_US : TICKS_NEVER;
        if (counted && used > SOCKETS_PER_FILE * (uint64_t)step->limits.open_files)
                finish(step, ENDED_BY_MEMORY);
}

static void look_at_limits(struct step *step, int64_t now)
{
        if (now >= step->wall_deadline)
                finish(step, ENDED_BY_WALL);
        if (step->state == STEP_RUNNING && now >= step->next_cpu_look)
                look_at_cpu(step, now);
        if (step->state == STEP_RUNNING && now >= step->next_sockets_look)
                look_at_sockets(step, now);
}

/* The kernel's word about memory goes before what the program made of it. */
static void judge(struct step *step)
{
        struct protocol_report *report = &step->report;
        uint64_t kills = 0, memory_limit = UINT64_MAX;
        report->finish_us = (uint32_t)((uint64_t)(ticks_us() - step->started) - report->wall_us);
        cgroup_memory_limit(step->cgroup, &memory_limit);
        if (report->peak_kib > memory_limit / 1024)
                report->peak_kib = memory_limit / 1024;
        if (report->ended_by == ENDED_BY_KILL)
                return;
        if (step->oom_counted && !cgroup_oom_kills(step->cgroup, &kills) && kills > step->oom_before)
                report->ended_by = ENDED_BY_MEMORY;
        if (report->ended_by == ENDED_BY_WALL && step->refaults_counted &&
                cgroup_thrashed(step->cgroup, step->refaults_before))
                report->ended_by = ENDED_BY_MEMORY;
}

bool step_work(struct step *step)
{
        bool more = false;
        if (step->state == STEP_RUNNING) {
                more = reap_some(REAP_BATCH, note_child, step) == REAP_BATCH;
                if (step->first_ended)
                        finish(step, ENDED_BY_ITSELF);
                else
                        look_at_limits(step, ticks_us());
        }
        for (int i = 0; i < 2; i++)
                more |= pump(step, i);
        if (step->state == STEP_DRAINING && step->pipes[0] < 0 && step->pipes[1] < 0) {
                judge(step);
                step->state = STEP_OVER;
                return false;
        }
        return more;
}

void step_kill(struct step *step)
{
        if (step->state == STEP_RUNNING)
                finish(step, ENDED_BY_KILL);
}

void step_abandon(struct step *step)
{
        close_fd(&step->pipes[0]);
        close_fd(&step->pipes[1]);
        reap_everything(note_child, step);
        step->state = STEP_IDLE;
}
