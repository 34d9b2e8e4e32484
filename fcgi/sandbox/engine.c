/* The Docker Engine API by libcurl's multi interface. The only file that knows libcurl. */
#include "fcgi/sandbox/engine.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/clock.h"
#include "fcgi/sandbox/engine_count.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (64 * 1024)
#define FOLLOWED_MAX                                                                                         \
        (LINE_MAX_BYTES + CURL_MAX_WRITE_SIZE) /* beside what a line may be, what comes at once */
#define CONNECT_TIMEOUT_MS 2000L
#define CACHED_CONNECTIONS 8L

struct engine {
        CURLM *multi;
        char *socket_path;
        uint32_t timeout_ms;
        char prefix[16];
        struct engine_call *calls; /* under way */
        int64_t last_us, last_at_us;
};

struct engine_call {
        const char *kind; /* for the metrics */
        int64_t began_us;
        struct engine *engine;
        struct engine_call *next;
        CURL *easy;
        struct curl_slist *headers;
        struct buffer body;
        engine_done *done;
        engine_line *line; /* NULL for a plain call */
        bool paused;       /* what came has no room until the lines before it are handed out */
        void *context;
};

struct engine *engine_new(const char *socket_path, uint32_t timeout_ms, struct error *err)
{
        struct engine *engine = calloc(1, sizeof *engine);
        if (!engine || curl_global_init(CURL_GLOBAL_DEFAULT))
                goto fail;
        engine->timeout_ms = timeout_ms;
        engine->socket_path = strdup(socket_path);
        engine->multi = curl_multi_init();
        if (!engine->multi || !engine->socket_path)
                goto fail;
        curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, CACHED_CONNECTIONS);
        return engine;
fail:
        error_set(err, "cannot set up the Docker client: out of memory");
        engine_free(engine);
        return NULL;
}

void engine_free(struct engine *engine)
{
        if (!engine)
                return;
        while (engine->calls)
                engine_cancel(engine->calls);
        if (engine->multi)
                curl_multi_cleanup(engine->multi);
        free(engine->socket_path);
        free(engine);
}

/* "1.41" as 141 with room for three digits behind the point; -1 when it is no version. */
static int version_number(const char *text)
{
        int major, minor, end = 0;
        if (!text || sscanf(text, "%3d.%3d%n", &major, &minor, &end) != 2 || text[end] || major < 0 ||
                minor < 0)
                return -1;
        return major * 1000 + minor;
}

int engine_use_version(
        struct engine *engine, const char *api_version, const char *min_api_version, struct error *err)
{
        int theirs = version_number(api_version);
        int theirs_min = min_api_version ? version_number(min_api_version) : 0;
        int ours = version_number(ENGINE_API_MAX);
        if (theirs < 0 || theirs_min < 0)
                return error_set(err, "Docker names no API version");
        if (theirs < version_number(ENGINE_API_MIN) || theirs_min > ours)
                return error_set(err,
                        "Docker speaks API %s to %s, sandpool " ENGINE_API_MIN " to " ENGINE_API_MAX,
                        min_api_version ? min_api_version : "?", api_version);
        int chosen = theirs < ours ? theirs : ours;
        snprintf(engine->prefix, sizeof engine->prefix, "/v%d.%d", chosen / 1000, chosen % 1000);
        return 0;
}

void engine_forget_version(struct engine *engine)
{
        *engine->prefix = '\0';
}

const char *engine_prefix(const struct engine *engine)
{
        return engine->prefix;
}

const char *engine_socket(const struct engine *engine)
{
        return engine->socket_path;
}

uint32_t engine_last_us(const struct engine *engine)
{
        return (uint32_t)engine->last_us;
}

uint32_t engine_last_age_ms(const struct engine *engine)
{
        return engine->last_at_us ? (uint32_t)((clock_us() - engine->last_at_us) / 1000) : 0;
}

static char *end_of_line(const struct engine_call *call)
{
        return call->body.size ? memchr(call->body.data, '\n', call->body.size) : NULL;
}

/* Lines are not handed out here: who gets one may begin other calls, and libcurl takes none meanwhile. */
static size_t on_body(char *bytes, size_t one, size_t size, void *context)
{
        struct engine_call *call = context;
        (void)one;
        if (!buffer_add(&call->body, bytes, size))
                return size;
        if (!call->line || !end_of_line(call))
                return 0;
        call->paused = true;
        return CURL_WRITEFUNC_PAUSE;
}

static void call_free(struct engine_call *call)
{
        struct engine_call **at = &call->engine->calls;
        while (*at && *at != call)
                at = &(*at)->next;
        if (*at)
                *at = call->next;
        if (call->easy) {
                curl_multi_remove_handle(call->engine->multi, call->easy);
                curl_easy_cleanup(call->easy);
        }
        curl_slist_free_all(call->headers);
        buffer_clear(&call->body);
        free(call);
}

void engine_cancel(struct engine_call *call)
{
        if (call)
                call_free(call);
}

/* Expect: off, because dockerd answers at once; JSON, because libcurl's default is a form. */
static int set_options(
        struct engine_call *call, const char *method, const char *path, const char *body, uint32_t timeout_ms)
{
        struct engine *engine = call->engine;
        CURL *easy = call->easy;
        char url[512];
        int length = snprintf(url, sizeof url, "http://docker%s%s", engine->prefix, path);
        if (length < 0 || (size_t)length >= sizeof url)
                return -1;
        struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
        call->headers = headers;
        if (!headers || !curl_slist_append(headers, "Expect:"))
                return -1;
        int bad = 0;
        bad |= curl_easy_setopt(easy, CURLOPT_URL, url);
        bad |= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, engine->socket_path);
        bad |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        bad |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
        bad |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
        bad |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
        bad |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        bad |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        bad |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
        bad |= curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
        if (body || !strcmp(method, "POST")) {
                bad |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, body ? (long)strlen(body) : 0L);
                bad |= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body ? body : "");
        }
        bad |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
        return bad ? -1 : 0;
}

/* What a call is counted as. */
static const char *kind_of(const char *method, const char *path)
{
        static const struct {
                const char *method, *word, *kind;
        } kinds[] = {{"POST", "/containers/create", "create"}, {"POST", "/start", "start"},
                {"POST", "/update", "update"}, {"DELETE", "/containers/", "remove"},
                {"GET", "/containers/json", "list"}, {"GET", "/containers/", "inspect"},
                {"GET", "/images/", "image"}};
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (!strcmp(method, kinds[i].method) && strstr(path, kinds[i].word))
                        return kinds[i].kind;
        return "other";
}

static struct engine_call *begin(struct engine *engine, const char *method, const char *path,
        const char *body, uint32_t timeout_ms, engine_done *done, engine_line *line, void *context)
{
        struct engine_call *call = calloc(1, sizeof *call);
        if (!call)
                return NULL;
        *call = (struct engine_call){
                .engine = engine, .next = engine->calls, .done = done, .line = line, .context = context};
        engine->calls = call;
        call->kind = kind_of(method, path);
        call->began_us = clock_us();
        call->body = BUFFER_MAX(line ? FOLLOWED_MAX : ENGINE_BODY_MAX);
        call->easy = curl_easy_init();
        if (!call->easy || set_options(call, method, path, body, timeout_ms) ||
                curl_multi_add_handle(engine->multi, call->easy)) {
                call_free(call);
                return NULL;
        }
        return call;
}

struct engine_call *engine_begin(struct engine *engine, const char *method, const char *path,
        const char *body, uint32_t timeout_ms, engine_done *done, void *context)
{
        return begin(engine, method, path, body, timeout_ms ? timeout_ms : engine->timeout_ms, done, NULL,
                context);
}

struct engine_call *engine_follow(
        struct engine *engine, const char *path, engine_line *line, engine_done *done, void *context)
{
        return begin(engine, "GET", path, NULL, 0, done, line, context);
}

/* Hand out the whole lines that a followed answer has brought. */
static void give_lines(struct engine_call *call)
{
        char *end;
        while ((end = end_of_line(call))) {
                *end = '\0';
                call->line(call->context, call->body.data);
                buffer_consume(&call->body, (size_t)(end - call->body.data) + 1);
        }
}

static bool is_2xx(long status)
{
        return status >= 200 && status < 300;
}

/* The daemon's own words: {"message": "..."}. */
static const char *daemon_message(json_t *root)
{
        const char *message = json_string_value(json_object_get(root, "message"));
        return message ? message : "no reason given";
}

static void finish(struct engine_call *call, CURLcode code)
{
        long status = 0;
        json_t *root = NULL;
        struct engine_answer answer = {.body = "", .problem = ""};
        if (code == CURLE_OK)
                curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        else
                answer.problem = curl_easy_strerror(code);
        if (code == CURLE_OK && !call->line && !buffer_add(&call->body, "", 1)) {
                answer.body = call->body.data;
                answer.size = call->body.size - 1;
        }
        if (code == CURLE_OK && !is_2xx(status)) {
                root = json_loads(answer.body, 0, NULL);
                answer.problem = daemon_message(root);
        }
        answer.status = (int)status;
        if (code == CURLE_OK && !call->line) {
                call->engine->last_at_us = clock_us();
                call->engine->last_us = call->engine->last_at_us - call->began_us;
        }
        /* A followed one ends when the daemon does. 304: started already; 404: gone already, or no such
         * image.
         */
        if (!call->line)
                engine_count(call->kind, code == CURLE_OK,
                        code == CURLE_OK && (is_2xx(status) || status == 304 || status == 404),
                        call->began_us);
        /* Out of the way first: the callback may begin and cancel other calls. */
        engine_done *done = call->done;
        void *context = call->context;
        curl_multi_remove_handle(call->engine->multi, call->easy);
        struct engine_call **at = &call->engine->calls;
        while (*at != call)
                at = &(*at)->next;
        *at = call->next;
        done(context, &answer);
        json_decref(root);
        curl_easy_cleanup(call->easy);
        curl_slist_free_all(call->headers);
        buffer_clear(&call->body);
        free(call);
}

/* libcurl reads all that there is: a daemon may have said more than is kept while we were not there. */
static void follow(struct engine *engine)
{
        struct engine_call *call = engine->calls;
        CURLcode code = CURLE_OK;
        while (call && !call->line)
                call = call->next;
        if (!call)
                return;
        give_lines(call);
        while (call->paused && !code) {
                call->paused = false;
                code = curl_easy_pause(call->easy, CURLPAUSE_CONT); /* on_body is called in here */
                give_lines(call);
        }
        if (code)
                finish(call, code);
}

/* libcurl's CURL_WAIT_POLLIN and CURL_WAIT_POLLOUT have the values of POLLIN and POLLOUT on Linux; mapped all
 * the same. */
static int wait_on(struct engine *engine, struct pollfd *fds, size_t count, int timeout_ms)
{
        struct curl_waitfd extra[ENGINE_FDS_MAX];
        if (count > ENGINE_FDS_MAX)
                return -1;
        for (size_t i = 0; i < count; i++) {
                extra[i] = (struct curl_waitfd){.fd = fds[i].fd};
                extra[i].events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                                          (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
        }
        if (curl_multi_poll(engine->multi, extra, (unsigned)count, timeout_ms, NULL))
                return -1;
        for (size_t i = 0; i < count; i++)
                fds[i].revents = (short)((extra[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
                                         (extra[i].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
        return 0;
}

int engine_wait(struct engine *engine, struct pollfd *fds, size_t count, int timeout_ms, struct error *err)
{
        int running, queued;
        if (wait_on(engine, fds, count, timeout_ms) || curl_multi_perform(engine->multi, &running))
                return error_set(err, "waiting for Docker failed");
        follow(engine);
        CURLMsg *message;
        while ((message = curl_multi_info_read(engine->multi, &queued))) {
                struct engine_call *call = NULL;
                CURLcode code = message->data.result;
                if (message->msg != CURLMSG_DONE)
                        continue;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
                finish(call, code);
        }
        return 0;
}
