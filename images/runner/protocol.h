/* What the service and the runner say to each other over a sandbox's attached stream. Both sides include this
 * file.
 *
 * Frames: a header of 8 bytes (payload length as u32, type as u8, three zero bytes), then the payload. All
 * integers are little-endian. Strings are bytes without a terminator; their end is the payload's end.
 *
 * To the runner: RESET and PING come from the broker. Between two resets there is one job: any number of FILE
 * (each followed by DATA frames that add up to its size), then steps one after the other: STEP, ARG and ENV
 * in order, optionally STDIN (followed by its DATA), START. While a step runs only KILL, PING and RESET are
 * understood. Anything out of order is answered with FAULT, and the runner exits.
 *
 * From the runner: READY answers RESET (and only when the sandbox is provably clean, otherwise FAULT and
 * exit), PONG answers PING, STDOUT and STDERR stream while a step runs, REPORT ends it. FAULT is the runner's
 * own failure, never a program's.
 *
 * The host must treat everything that comes from the runner as hostile: it may be forged where a kernel bug
 * lets a program take the runner over. Before READY with the token of the latest RESET, the host drops every
 * byte, aligned or not. */
#ifndef SANDPOOL_PROTOCOL_H
#define SANDPOOL_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 3
#define PROTOCOL_HEADER_SIZE 8
#define PROTOCOL_PAYLOAD_MAX 65536 /* either way; a longer frame is an error */
#define PROTOCOL_TOKEN_SIZE 16
#define PROTOCOL_FILES_MAX 64
#define PROTOCOL_ARGS_MAX 256                /* of one process */
#define PROTOCOL_ENV_MAX 64                  /* of one process */
#define PROTOCOL_TEXT_MAX (1024 * 1024)      /* all arguments and environments of a step, their NULs too */
#define PROTOCOL_STDIN_MAX (8 * 1024 * 1024) /* it lies in the sandbox's memory */
#define PROTOCOL_PROCESSES_MAX 2
#define PROTOCOL_FORK_SERVER                                                                                 \
        255 /* for ENV, of a run among several: what its fork server has beside its own */
#define PROTOCOL_PATH_MAX 255
#define PROTOCOL_SUITE_PLACE "/tmp/suite" /* where FILE_SUITE puts files */
#define PROTOCOL_SILENCE_S 90 /* a runner that hears nothing for so long, and runs nothing, exits */

enum frame_type {
        /* to the runner */
        FRAME_RESET = 1, /* token[16] */
        FRAME_PING = 2,  /* u64, returned as it is */
        FRAME_JOB = 3,   /* u8 flags: enum job_flags */
        FRAME_FILE =
                4, /* u32 size, u8 enum file_flags, path relative to the workspace or the suite's place */
        FRAME_DATA = 5,  /* bytes of the FILE or STDIN before it, 1 to PROTOCOL_PAYLOAD_MAX of them */
        FRAME_STEP = 6,  /* struct protocol_step, encoded */
        FRAME_ARG = 7,   /* u8 process, bytes without NUL */
        FRAME_ENV = 8,   /* u8 process or PROTOCOL_FORK_SERVER, "NAME=value" without NUL */
        FRAME_STDIN = 9, /* u32 size; what process 0 reads; left out: empty */
        FRAME_START = 10,
        FRAME_KILL = 11, /* end the running step now; ignored when none runs */

        /* from the runner */
        FRAME_READY = 64, /* struct protocol_ready, encoded */
        FRAME_PONG = 65,
        FRAME_STDOUT = 66,
        FRAME_STDERR = 67,
        FRAME_REPORT = 68, /* struct protocol_report, encoded */
        FRAME_FAULT = 69,  /* text for our log */
};

enum job_flags {
        JOB_MANY_RUNS = 1, /* several run steps follow: files are read-only for them, and what the compile
                              step made loses group and other write */
};

/* FILE_SUITE: the file is put below PROTOCOL_SUITE_PLACE, which one uid alone may enter: that of process 0 of
 * the job's run, which then has two processes and starts in that place, while process 1 owns the other files.
 * Not in a job with several runs. */
enum file_flags { FILE_EXECUTABLE = 1, FILE_SUITE = 2 };

enum step_kind { STEP_COMPILE = 0, STEP_RUN = 1 };

/* One step. Every process of it has a uid of its own; a compile step and a run step never share one. With two
 * processes, process 0 drives (a test suite) and process 1 is what it talks to: process 0 reads 1's standard
 * output on descriptor 3 and writes 1's standard input on descriptor 4; the step's stdout, stderr and end are
 * those of process 0, 1's stderr joins the step's stderr. A STDIN frame feeds process 0. */
struct protocol_step {
        uint8_t kind;          /* enum step_kind */
        uint8_t processes;     /* 1 or 2 */
        uint32_t wall_ms;      /* wall clock limit, > 0 */
        uint32_t cpu_ms;       /* CPU time limit of all processes together, 0: none */
        uint32_t output_bytes; /* over stdout and stderr; one byte more kills the step */
        uint32_t file_bytes;   /* RLIMIT_FSIZE */
        uint32_t open_files;   /* RLIMIT_NOFILE */
};
#define PROTOCOL_STEP_SIZE 24 /* kind u8, processes u8, u16 zero, then the five u32 in order */

/* What a TCP connection may buffer at most, bytes, each way. Linux's own 4 and 6 MiB are for long ways, and
 * not every control group counts them. */
#define PROTOCOL_TCP_BUFFER 262144

/* Which hardening the runner found missing when it looked from inside, at its start: bits of
 * protocol_ready.missing. */
enum hardening {
        HARDENING_SECCOMP = 1 << 0,        /* Seccomp: 2 in /proc/self/status */
        HARDENING_NO_NEW_PRIVS = 1 << 1,   /* NoNewPrivs: 1 */
        HARDENING_CAPABILITIES = 1 << 2,   /* CapPrm and CapBnd are exactly SETUID, SETGID, KILL */
        HARDENING_READ_ONLY_ROOT = 1 << 3, /* / is mounted ro */
        HARDENING_NO_NETWORK = 1 << 4,     /* no interface but lo */
        HARDENING_TMPFS =
                1 << 5, /* /workspace, /tmp, /dev/shm: tmpfs, nosuid, nodev, with size and nr_inodes */
        HARDENING_MEMORY_LIMIT = 1 << 6,  /* the memory cgroup has a limit below 4 GiB */
        HARDENING_PROCESS_LIMIT = 1 << 7, /* the pids cgroup has a limit */
        HARDENING_CORE_LIMIT = 1 << 8,    /* RLIMIT_CORE is at most 1 byte */
        /* nothing stays of a connection: net.ipv4.tcp_max_tw_buckets is 0, net.ipv4.tcp_no_metrics_save 1 */
        HARDENING_TCP_FORGETS = 1 << 9,
        HARDENING_MEMORY_COUNTER = 1 << 10, /* the cgroup's oom_kill counter can be read */
        HARDENING_CPU_COUNTER = 1 << 11,    /* the cgroup's CPU time can be read */
        /* net.ipv4.tcp_rmem and tcp_wmem end at PROTOCOL_TCP_BUFFER at most */
        HARDENING_TCP_BUFFERS = 1 << 12,
};

struct protocol_ready {
        uint8_t token[PROTOCOL_TOKEN_SIZE];
        uint32_t version; /* PROTOCOL_VERSION of the runner */
        uint32_t missing; /* enum hardening */
};
#define PROTOCOL_READY_SIZE 24

enum ended_by {
        ENDED_BY_ITSELF = 0, /* exit code or a signal of its own */
        ENDED_BY_WALL = 1,
        ENDED_BY_CPU = 2,
        ENDED_BY_OUTPUT = 3,
        ENDED_BY_MEMORY = 4,   /* the cgroup's out-of-memory kills rose while the step ran, it thrashed until
                                  its   time was up, or it had more than twice as many sockets as one process
                                  may   have   open files */
        ENDED_BY_KILL = 5,     /* FRAME_KILL */
        ENDED_BY_NO_START = 6, /* exec failed: exit_code holds errno */
};

struct protocol_report {
        uint8_t kind;             /* enum step_kind */
        uint8_t ended_by;         /* enum ended_by */
        uint8_t truncated;        /* output beyond the limit was dropped */
        uint8_t signal;           /* process 0: number of the signal that ended it, else 0 */
        int32_t exit_code;        /* process 0: 0..255, -1 when a signal ended it */
        uint64_t wall_us;         /* from exec to the end of process 0 (or the kill) */
        uint64_t cpu_us;          /* by the cgroup's counter over the step; rusage where there is none */
        uint64_t peak_kib;        /* largest resident set of any process reaped, at most the memory limit */
        uint64_t out_bytes;       /* stdout bytes sent */
        uint64_t err_bytes;       /* stderr bytes sent */
        int32_t second_exit_code; /* process 1, as exit_code; -1 without one */
        uint32_t second_signal;
        uint32_t start_us;  /* from START to exec */
        uint32_t finish_us; /* from the end of process 0 (or the kill) until nothing runs and all output is
                               passed on */
};
#define PROTOCOL_REPORT_SIZE 64

/* Write a header into 8 bytes. */
void protocol_put_header(uint8_t header[PROTOCOL_HEADER_SIZE], uint8_t type, uint32_t length);

/* Read a header. Returns 0, or -1 when the length is over the maximum or a reserved byte is not zero. */
int protocol_get_header(const uint8_t header[PROTOCOL_HEADER_SIZE], uint8_t *type, uint32_t *length);

void protocol_put_u32(uint8_t *at, uint32_t value);
uint32_t protocol_get_u32(const uint8_t *at);
void protocol_put_u64(uint8_t *at, uint64_t value);
uint64_t protocol_get_u64(const uint8_t *at);

/* Encode into exactly PROTOCOL_..._SIZE bytes; decode returns 0, or -1 when the size is wrong or a value is
 * out of its range (unknown kind or ended_by, processes not 1 or 2, wall_ms 0). */
void protocol_put_step(uint8_t *at, const struct protocol_step *step);
int protocol_get_step(const uint8_t *at, size_t size, struct protocol_step *step);
void protocol_put_ready(uint8_t *at, const struct protocol_ready *ready);
int protocol_get_ready(const uint8_t *at, size_t size, struct protocol_ready *ready);
void protocol_put_report(uint8_t *at, const struct protocol_report *report);
int protocol_get_report(const uint8_t *at, size_t size, struct protocol_report *report);

#endif
