/* Turns frames into files, steps and resets. */
#include "images/runner/job.h"

#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/files.h"
#include "images/runner/identity.h"
#include "images/runner/outgoing.h"
#include "images/runner/plan.h"
#include "images/runner/prove.h"
#include "images/runner/reap.h"
#include "images/runner/seal.h"
#include "images/runner/protocol.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Where a job stands: bits, because a frame may be in order in several. */
enum state {
        UNREADY = 1 << 0,    /* nothing was proven yet: a reset comes first */
        FRESH = 1 << 1,      /* just reset */
        FILES = 1 << 2,      /* the job has begun */
        FILE_DATA = 1 << 3,  /* the file's bytes are coming */
        DESCRIBING = 1 << 4, /* a step's arguments and environment */
        INPUT_DATA = 1 << 5, /* its standard input's bytes are coming */
        DESCRIBED = 1 << 6,  /* after its standard input */
        RUNNING = 1 << 7,    /* the step */
        BETWEEN = 1 << 8,    /* after a step */
        ANY = (1 << 9) - 1
};

static struct {
        enum state state;
        bool many_runs, run_seen;
        bool suite; /* files of one are there */
        uid_t file_uid, run_uid, suite_uid;
        unsigned files;
        int file;      /* being written, else -1 */
        uint32_t left; /* of FILE's or STDIN's bytes */
        struct plan plan;
        struct step step;
        const struct cgroup *cgroup;
        uint32_t missing;
} job = {.state = UNREADY, .file = -1, .plan.input = -1};

static const struct step_sink sink = {outgoing_reserve, outgoing_commit};

void job_begin(const struct cgroup *cgroup, uint32_t missing)
{
        job.cgroup = cgroup;
        job.missing = missing;
        job.step.pipes[0] = job.step.pipes[1] = -1;
}

struct step *job_step(void)
{
        return &job.step;
}

static void close_file(void)
{
        if (job.file >= 0)
                close(job.file);
        job.file = -1;
}

/* With one run, its files are the run's own; with several, nobody's that runs. */
static void start_job(bool many_runs)
{
        job.many_runs = many_runs;
        job.run_seen = job.suite = false;
        job.files = 0;
        job.run_uid = identity_fresh();
        job.file_uid = many_runs ? identity_fresh() : job.run_uid;
        job.state = FILES;
}

static void on_reset(const uint8_t *payload, size_t size)
{
        struct protocol_ready ready = {.version = PROTOCOL_VERSION, .missing = job.missing};
        uint8_t encoded[PROTOCOL_READY_SIZE];
        close_file();
        plan_end(&job.plan);
        step_abandon(&job.step);
        clean_everything();
        prove_clean();
        outgoing_drop();
        memcpy(ready.token, payload, size);
        protocol_put_ready(encoded, &ready);
        outgoing_put(FRAME_READY, encoded, sizeof encoded);
        job.state = FRESH;
}

/* Without room there is nobody who reads, hence nobody who misses it. */
static void on_ping(const uint8_t *payload, size_t size)
{
        outgoing_put(FRAME_PONG, payload, size);
}

static void on_job(const uint8_t *payload, size_t size)
{
        (void)size;
        if (payload[0] & ~JOB_MANY_RUNS)
                fault_exit("unknown job flags 0x%02x", payload[0]);
        start_job(payload[0] & JOB_MANY_RUNS);
}

/* The place is made with the first file in it, as a user whom no program has been. */
static void open_suite(void)
{
        if (job.suite)
                return;
        if (job.many_runs)
                fault_exit("a suite in a job with several runs");
        job.suite = true;
        job.suite_uid = identity_fresh();
        if (files_make_private(PROTOCOL_SUITE_PLACE, job.suite_uid))
                fault_errno("making " PROTOCOL_SUITE_PLACE);
}

static void on_file(const uint8_t *payload, size_t size)
{
        char name[PROTOCOL_PATH_MAX + 1];
        size_t length = size - 5;
        bool suite = payload[4] & FILE_SUITE;
        if (job.state == FRESH)
                start_job(false);
        if (++job.files > PROTOCOL_FILES_MAX || payload[4] & ~(FILE_EXECUTABLE | FILE_SUITE) ||
                !files_name_valid((const char *)payload + 5, length))
                fault_exit("a file's name, kind or number is not allowed");
        memcpy(name, payload + 5, length);
        name[length] = '\0';
        job.left = protocol_get_u32(payload);
        if (suite)
                open_suite();
        job.file = files_create(suite ? PROTOCOL_SUITE_PLACE : CLEAN_WORKSPACE, name,
                payload[4] & FILE_EXECUTABLE, suite ? job.suite_uid : job.file_uid);
        if (job.file < 0)
                fault_errno("creating file %u", job.files);
        if (job.left)
                job.state = FILE_DATA;
        else
                close_file();
}

static void write_file(const uint8_t *payload, size_t size)
{
        while (size) {
                ssize_t put = write(job.file, payload, size);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        fault_errno("writing file %u", job.files);
                payload += put;
                size -= (size_t)put;
        }
}

static void on_data(const uint8_t *payload, size_t size)
{
        if (size > job.left)
                fault_exit("more data than was announced");
        job.left -= (uint32_t)size;
        if (job.state == FILE_DATA) {
                write_file(payload, size);
                if (job.left)
                        return;
                close_file();
                job.state = FILES;
                return;
        }
        if (plan_input_add(&job.plan, payload, size) || (!job.left && plan_input_seal(&job.plan)))
                fault_errno("keeping standard input");
        if (!job.left)
                job.state = DESCRIBED;
}

/* The first run's program has the uid that owns the files: process 0, or what a suite talks to. */
static void choose_identities(void)
{
        bool run = job.plan.limits.kind == STEP_RUN, suite = run && job.suite;
        for (unsigned i = 0; i < job.plan.limits.processes; i++) {
                struct program *program = &job.plan.programs[i];
                program->directory = suite && !i ? PROTOCOL_SUITE_PLACE : CLEAN_WORKSPACE;
                if (suite && !i)
                        program->uid = job.suite_uid;
                else
                        program->uid = run && i == suite && !job.run_seen ? job.run_uid : identity_fresh();
        }
        if (run && !job.run_seen && job.many_runs)
                prove_first_run();
        job.run_seen |= run;
}

static void on_step(const uint8_t *payload, size_t size)
{
        struct protocol_step limits;
        if (job.state == FRESH)
                start_job(false);
        if (protocol_get_step(payload, size, &limits))
                fault_exit("malformed step");
        if (limits.kind == STEP_RUN && job.run_seen && !job.many_runs)
                fault_exit("a second run in a job that announced one");
        if (limits.kind == STEP_RUN && job.suite && limits.processes != 2)
                fault_exit("a suite with nothing to talk to");
        plan_begin(&job.plan, &limits);
        choose_identities();
        job.state = DESCRIBING;
}

static void on_arg(const uint8_t *payload, size_t size)
{
        if (plan_add_arg(&job.plan, payload[0], payload + 1, size - 1))
                fault_exit("an argument is not allowed");
}

static void on_env(const uint8_t *payload, size_t size)
{
        if (payload[0] == PROTOCOL_FORK_SERVER && !job.many_runs)
                fault_exit("a fork server in a job with one run");
        if (plan_add_env(&job.plan, payload[0], payload + 1, size - 1))
                fault_exit("an environment variable is not allowed");
}

static void on_stdin(const uint8_t *payload, size_t size)
{
        (void)size;
        job.left = protocol_get_u32(payload);
        job.state = DESCRIBED;
        if (!job.left)
                return;
        if (job.left > PROTOCOL_STDIN_MAX)
                fault_exit("standard input is too large");
        if (plan_input_open(&job.plan))
                fault_errno("keeping standard input");
        job.state = INPUT_DATA;
}

static void on_start(const uint8_t *payload, size_t size)
{
        (void)payload;
        (void)size;
        step_start(&job.step, &job.plan, job.cgroup, &sink);
        job.state = RUNNING;
}

static void on_kill(const uint8_t *payload, size_t size)
{
        (void)payload;
        (void)size;
        if (job.state == RUNNING)
                step_kill(&job.step);
}

static const struct order {
        uint8_t type;
        unsigned states; /* in which it is in order */
        size_t min, max; /* payload */
        void (*act)(const uint8_t *payload, size_t size);
} orders[] = {
        {FRAME_RESET, ANY, PROTOCOL_TOKEN_SIZE, PROTOCOL_TOKEN_SIZE, on_reset},
        {FRAME_PING, ANY, 8, 8, on_ping},
        {FRAME_KILL, ANY, 0, 0, on_kill},
        {FRAME_JOB, FRESH, 1, 1, on_job},
        {FRAME_FILE, FRESH | FILES, 6, 5 + PROTOCOL_PATH_MAX, on_file},
        {FRAME_DATA, FILE_DATA | INPUT_DATA, 1, PROTOCOL_PAYLOAD_MAX, on_data},
        {FRAME_STEP, FRESH | FILES | BETWEEN, PROTOCOL_STEP_SIZE, PROTOCOL_STEP_SIZE, on_step},
        {FRAME_ARG, DESCRIBING, 1, PROTOCOL_PAYLOAD_MAX, on_arg},
        {FRAME_ENV, DESCRIBING, 1, PROTOCOL_PAYLOAD_MAX, on_env},
        {FRAME_STDIN, DESCRIBING, 4, 4, on_stdin},
        {FRAME_START, DESCRIBING | DESCRIBED, 0, 0, on_start},
};

void job_frame(uint8_t type, const uint8_t *payload, size_t size)
{
        for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
                const struct order *order = &orders[i];
                if (order->type != type)
                        continue;
                if (!(order->states & job.state) || size < order->min || size > order->max)
                        fault_exit("frame %u of %zu bytes is out of order (0x%03x)", type, size, job.state);
                order->act(payload, size);
                return;
        }
        fault_exit("unknown frame %u", type);
}

/* The host gets its report before the cleaning up, which it need not wait for. */
void job_finish_step(void (*flush)(void))
{
        uint8_t encoded[PROTOCOL_REPORT_SIZE];
        uid_t uids[PROTOCOL_PROCESSES_MAX];
        unsigned processes = job.plan.limits.processes;
        bool run = job.plan.limits.kind == STEP_RUN;
        protocol_put_report(encoded, &job.step.report);
        if (outgoing_put(FRAME_REPORT, encoded, sizeof encoded))
                fault_exit("no room for a report");
        flush();
        for (unsigned i = 0; i < processes; i++)
                uids[i] = job.plan.programs[i].uid;
        plan_end(&job.plan);
        if (!run && job.suite)
                clean_beside_suite(uids, processes);
        else
                clean_after_step(uids, run && job.many_runs ? processes : 0);
        if (run && job.many_runs)
                prove_between_runs();
        for (unsigned i = 0; !run && job.many_runs && i < processes; i++)
                seal_tree(CLEAN_WORKSPACE, uids[i]);
        job.step.state = STEP_IDLE;
        job.state = BETWEEN;
}
