/* Fuzzes what a FastCGI server passes on: parameters and a body, any bytes, in records as nginx frames them.
 * (libfcgi itself believes a peer's lengths; only nginx can reach the socket.) A worker takes them as it
 * runs, in a thread, with nobody behind it to lend sandboxes. What comes back must be records, and in them an
 * answer of HTTP. */
#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/service/worker.h"
#include "tests/fuzz/input.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };
enum { PARAMS_MAX = 40 };

static char folder[] = "/tmp/sandpool-fuzz-XXXXXX", path[64];
static struct worker_options options = {.socket = ROUTER_MAIN, .silence_ms = 5000};

static void tidy(void)
{
        unlink(path);
        rmdir(folder);
}

static void *work(void *unused)
{
        struct error err = {0};
        worker_run(&options, &err);
        input_broken(err.text);
        return unused;
}

static void start_worker(void)
{
        pthread_t thread;
        struct error err = {0};
        struct config *config = config_load("conf/sandpool.yaml", &err);
        if (!config || !mkdtemp(folder))
                input_broken(err.text);
        snprintf(config->settings->run_dir, sizeof config->settings->run_dir, "%s", folder);
        snprintf(path, sizeof path, "%s/fastcgi.sock", folder);
        options.config = config;
        options.broker_path = "/nowhere/broker.sock";
        options.listen_fd = io_listen_unix(path, SOCK_STREAM, 0600, (gid_t)-1, 64, &err);
        if (options.listen_fd < 0)
                input_broken(err.text);
        atexit(tidy);
        input_quiet();
        if (pthread_create(&thread, NULL, work, NULL))
                input_broken("pthread_create");
}

/* The connection's end, with or without an answer; never a wait. */
static void receive(int fd, struct buffer *in)
{
        int64_t deadline = clock_ms() + 10000;
        for (;;) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                char *at = buffer_reserve(in, 4096);
                if (!at || io_poll(&wait, 1, deadline) != 1)
                        abort();
                ssize_t size = recv(fd, at, 4096, 0);
                if (size <= 0)
                        return;
                in->size += (size_t)size;
        }
}

static void must_be_answer(const struct buffer *in)
{
        struct buffer text = BUFFER_MAX(1 << 20);
        bool ended = false;
        for (size_t at = 0; at < in->size;) {
                const uint8_t *header = (const uint8_t *)in->data + at;
                if (in->size - at < 8 || header[0] != 1 || ended)
                        abort();
                size_t length = (size_t)header[4] << 8 | header[5], whole = 8 + length + header[6];
                if (in->size - at < whole)
                        abort();
                if (header[1] == STDOUT && buffer_add(&text, header + 8, length))
                        abort();
                ended = header[1] == END_REQUEST;
                at += whole;
        }
        if (text.size && (text.size < 12 || memcmp(text.data, "Status: ", 8)))
                abort();
        buffer_clear(&text);
}

static void add_record(struct buffer *out, uint8_t type, const void *body, size_t size)
{
        const uint8_t header[8] = {1, type, 0, 1, (uint8_t)(size >> 8), (uint8_t)size};
        if (buffer_add(out, header, sizeof header) || (size && buffer_add(out, body, size)))
                abort();
}

/* Name and value, each as long as a byte says; below 128, a length is one byte in the protocol too. */
static void add_params(struct buffer *out, struct input *input)
{
        struct buffer pairs = BUFFER_MAX(1 << 16);
        for (int i = input_byte(input) % PARAMS_MAX; i > 0; i--) {
                size_t name_size, value_size;
                const uint8_t *name = input_take(input, input_byte(input) & 0x7f, &name_size);
                const uint8_t *value = input_take(input, input_byte(input) & 0x7f, &value_size);
                const uint8_t sizes[2] = {(uint8_t)name_size, (uint8_t)value_size};
                if (buffer_add(&pairs, sizes, 2) || (name_size && buffer_add(&pairs, name, name_size)) ||
                        (value_size && buffer_add(&pairs, value, value_size)))
                        abort();
        }
        if (pairs.size)
                add_record(out, PARAMS, pairs.data, pairs.size);
        add_record(out, PARAMS, NULL, 0);
        buffer_clear(&pairs);
}

static void make_request(struct buffer *out, const uint8_t *data, size_t size)
{
        static const uint8_t responder[8] = {0, 1};
        struct input input = {data, size};
        add_record(out, BEGIN_REQUEST, responder, sizeof responder);
        add_params(out, &input);
        if (input.left)
                add_record(out, STDIN, input.at, input.left);
        add_record(out, STDIN, NULL, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct buffer in = BUFFER_MAX(1 << 20), out = BUFFER_MAX(1 << 20);
        struct error err = {0};
        if (!options.config)
                start_worker();
        int fd = io_connect_unix(path, SOCK_STREAM, &err);
        if (fd < 0)
                input_broken(err.text);
        make_request(&out, data, size < 60000 ? size : 60000);
        io_write_all(fd, out.data, out.size, clock_ms() + 10000, NULL); /* it may have hung up already */
        shutdown(fd, SHUT_WR);
        receive(fd, &in);
        must_be_answer(&in);
        buffer_clear(&in);
        buffer_clear(&out);
        io_close(&fd);
        return 0;
}
