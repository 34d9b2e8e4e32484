/* A FastCGI responder for tests of the nginx configuration (FastCGI specification 1.0, sections 3.3, 3.4 and
 * 5). */
#include "tests/integration/nginx_responder.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/fastcgi_client.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER_SIZE 8
#define CONTENT_MAX 65535
#define REQUEST_MAX (8 << 20)
#define CONNECTIONS_MAX 128
#define WAIT_MS 60000

struct connection {
        int fd; /* -1: free */
        bool held;
        bool begun; /* of what is held, the first part was sent */
        struct buffer in;
};

struct server {
        int listen_fd[2];
        int control_fd;
        int held;
        struct connection connections[CONNECTIONS_MAX];
};

/* A request whose last record has come: the contents of its PARAMS and of its STDIN records. */
struct whole {
        struct buffer params, body;
};

/* Whether the request is complete; then it is taken apart. */
static bool take_apart(const struct buffer *in, struct whole *whole)
{
        for (size_t at = 0; at + HEADER_SIZE <= in->size;) {
                const uint8_t *header = (const uint8_t *)in->data + at;
                size_t content = (size_t)header[4] << 8 | header[5];
                if (at + HEADER_SIZE + content + header[6] > in->size)
                        return false;
                if (header[1] == FASTCGI_STDIN && !content)
                        return true;
                if (header[1] == FASTCGI_PARAMS)
                        buffer_add(&whole->params, header + HEADER_SIZE, content);
                if (header[1] == FASTCGI_STDIN)
                        buffer_add(&whole->body, header + HEADER_SIZE, content);
                at += HEADER_SIZE + content + header[6];
        }
        return false;
}

static size_t param_length(const struct buffer *params, size_t *at)
{
        const uint8_t *bytes = (const uint8_t *)params->data + *at;
        if (*at < params->size && bytes[0] < 128) {
                *at += 1;
                return bytes[0];
        }
        if (*at + 4 > params->size) {
                *at = params->size;
                return 0;
        }
        *at += 4;
        return (size_t)(bytes[0] & 127) << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

static json_t *params_json(const struct buffer *params)
{
        json_t *object = json_object();
        for (size_t at = 0; at < params->size;) {
                char name[128];
                size_t name_length = param_length(params, &at), length = param_length(params, &at);
                if (name_length >= sizeof name || name_length + length > params->size - at)
                        break;
                memcpy(name, params->data + at, name_length);
                name[name_length] = '\0';
                json_object_set_new(object, name, json_stringn(params->data + at + name_length, length));
                at += name_length + length;
        }
        return object;
}

/* The first part of an answer that says of itself that it is streamed. */
static void send_first_part(int fd)
{
        static const char part[] = "Status: 200 OK\r\nContent-Type: application/json\r\nX-Accel-Buffering: "
                                   "no\r\n\r\n{\"first\":1,";
        struct buffer out = BUFFER_MAX(1024);
        fastcgi_client_record(&out, FASTCGI_STDOUT, part, sizeof part - 1);
        io_write_all(fd, out.data, out.size, clock_ms() + WAIT_MS, NULL);
        buffer_clear(&out);
}

static void send_answer(int fd, const char *bytes, size_t size)
{
        static const uint8_t end[8] = {0};
        struct buffer out = BUFFER_MAX(REQUEST_MAX + (64 << 10));
        for (size_t at = 0; at < size; at += CONTENT_MAX)
                fastcgi_client_record(
                        &out, FASTCGI_STDOUT, bytes + at, size - at < CONTENT_MAX ? size - at : CONTENT_MAX);
        fastcgi_client_record(&out, FASTCGI_STDOUT, NULL, 0);
        fastcgi_client_record(&out, FASTCGI_END, end, sizeof end);
        io_write_all(fd, out.data, out.size, clock_ms() + WAIT_MS, NULL);
        buffer_clear(&out);
}

static void send_json(int fd, const struct whole *whole)
{
        struct buffer out = BUFFER_MAX(1 << 20);
        json_t *object =
                json_pack("{s:o, s:i}", "params", params_json(&whole->params), "size", (int)whole->body.size);
        char *text = json_dumps(object, 0);
        buffer_add_string(&out, "Status: 200 OK\r\nContent-Type: application/json\r\n"
                                "X-Request-Id: the-service-says-so\r\n\r\n");
        buffer_add_string(&out, text ? text : "");
        send_answer(fd, out.data, out.size);
        buffer_clear(&out);
        json_decref(object);
        free(text);
}

static void end_connection(struct server *server, struct connection *connection)
{
        server->held -= connection->held;
        connection->held = false;
        buffer_clear(&connection->in);
        io_close(&connection->fd);
}

static bool body_is(const struct whole *whole, const char *word)
{
        return whole->body.size >= strlen(word) && !memcmp(whole->body.data, word, strlen(word));
}

static void read_request(struct server *server, struct connection *connection)
{
        struct whole whole = {BUFFER_MAX(1 << 20), BUFFER_MAX(REQUEST_MAX)};
        char bytes[16384];
        ssize_t got = read(connection->fd, bytes, sizeof bytes);
        if (got <= 0 || buffer_add(&connection->in, bytes, (size_t)got)) {
                end_connection(server, connection); /* also a held one whose client left */
                return;
        }
        if (take_apart(&connection->in, &whole)) {
                if (body_is(&whole, "hold") || body_is(&whole, "drip")) {
                        connection->held = true;
                        connection->begun = body_is(&whole, "drip");
                        server->held++;
                        if (connection->begun)
                                send_first_part(connection->fd);
                } else {
                        if (body_is(&whole, "answer:"))
                                send_answer(connection->fd, whole.body.data + 7, whole.body.size - 7);
                        else if (!body_is(&whole, "close"))
                                send_json(connection->fd, &whole);
                        end_connection(server, connection);
                }
        }
        buffer_clear(&whole.params);
        buffer_clear(&whole.body);
}

static void accept_connection(struct server *server, int listen_fd)
{
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
        for (size_t i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
                if (server->connections[i].fd >= 0)
                        continue;
                server->connections[i] = (struct connection){fd, false, false, BUFFER_MAX(REQUEST_MAX)};
                return;
        }
        io_close(&fd);
}

/* A byte from the test: 'r' releases what is held, and each is answered with the number that is held. */
static void obey(struct server *server)
{
        static const char answer[] =
                "Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{\"held\":true}";
        char byte;
        if (read(server->control_fd, &byte, 1) != 1)
                _exit(0);
        for (size_t i = 0; byte == 'r' && i < CONNECTIONS_MAX; i++) {
                if (!server->connections[i].held)
                        continue;
                const char *text = server->connections[i].begun ? "\"last\":2}" : answer;
                send_answer(server->connections[i].fd, text, strlen(text));
                end_connection(server, &server->connections[i]);
        }
        int32_t held = server->held;
        if (write(server->control_fd, &held, sizeof held) != sizeof held)
                _exit(1);
}

static void serve(struct server *server)
{
        struct pollfd fds[CONNECTIONS_MAX + 3];
        for (;;) {
                fds[0] = (struct pollfd){server->control_fd, POLLIN, 0};
                for (int i = 0; i < 2; i++)
                        fds[1 + i] = (struct pollfd){server->listen_fd[i], POLLIN, 0};
                for (int i = 0; i < CONNECTIONS_MAX; i++)
                        fds[3 + i] = (struct pollfd){server->connections[i].fd, POLLIN, 0};
                if (io_poll(fds, CONNECTIONS_MAX + 3, -1) < 0)
                        _exit(1);
                for (int i = 0; i < CONNECTIONS_MAX; i++)
                        if (fds[3 + i].revents)
                                read_request(server, &server->connections[i]);
                for (int i = 0; i < 2; i++)
                        if (fds[1 + i].revents)
                                accept_connection(server, server->listen_fd[i]);
                if (fds[0].revents)
                        obey(server);
        }
}

int nginx_responder_start(struct nginx_responder *responder, const char *run_dir, struct error *err)
{
        static const char *const names[] = {"fastcgi", "control"};
        static struct server server;
        int pair[2];
        char path[108];
        for (int i = 0; i < CONNECTIONS_MAX; i++)
                server.connections[i].fd = -1;
        for (int i = 0; i < 2; i++) {
                snprintf(path, sizeof path, "%s/%s.sock", run_dir, names[i]);
                server.listen_fd[i] = io_listen_unix(path, SOCK_STREAM, 0666, (gid_t)-1, 64, err);
                if (server.listen_fd[i] < 0)
                        return -1;
        }
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
                return error_errno(err, "socketpair");
        responder->pid = fork();
        if (responder->pid < 0)
                return error_errno(err, "fork");
        if (!responder->pid) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                signal(SIGPIPE, SIG_IGN);
                io_close(&pair[0]);
                server.control_fd = pair[1];
                serve(&server);
        }
        io_close(&pair[1]);
        for (int i = 0; i < 2; i++)
                io_close(&server.listen_fd[i]);
        responder->control_fd = pair[0];
        return 0;
}

/* Send a byte; the answer is how many requests are held, -1 when none came. */
static int ask(struct nginx_responder *responder, char byte, struct error *err)
{
        int32_t held = -1;
        if (write(responder->control_fd, &byte, 1) != 1 ||
                read(responder->control_fd, &held, sizeof held) != sizeof held)
                return error_errno(err, "the responder does not answer");
        return held;
}

int nginx_responder_wait_held(struct nginx_responder *responder, int count, struct error *err)
{
        int held = 0;
        for (int64_t deadline_ms = clock_ms() + WAIT_MS; clock_ms() < deadline_ms; poll(NULL, 0, 5)) {
                held = ask(responder, '?', err);
                if (held < 0 || held == count)
                        return held < 0 ? -1 : 0;
        }
        return error_set(err, "%d requests are held, %d expected", held, count);
}

int nginx_responder_release(struct nginx_responder *responder, struct error *err)
{
        return ask(responder, 'r', err) < 0 ? -1 : 0;
}

void nginx_responder_stop(struct nginx_responder *responder)
{
        if (responder->pid <= 0)
                return;
        io_close(&responder->control_fd);
        kill(responder->pid, SIGKILL);
        waitpid(responder->pid, NULL, 0);
        responder->pid = 0;
}
