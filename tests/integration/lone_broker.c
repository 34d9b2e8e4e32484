/* Starts and stops a broker without the rest of the service. */
#include "tests/integration/lone_broker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/model/seccomp_profile.h"
#include "fcgi/sandbox/broker.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define UID_BASE 0x58000000 /* apart from a service's on the same machine */
#define DRAIN_TIMEOUT_MS 5000

struct lone_broker broker;

/* What the tests of a broker ask for. Every other language would keep it and the machine busy with its
 * sample. */
static bool is_asked_for(const struct language *language)
{
        static const char *const ids[] = {"python", "javascript", "cpp"};
        bool found = false;
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
                found |= !strcmp(language->id, ids[i]);
        return found;
}

int lone_broker_prepare(uint32_t queue_timeout_ms, uint32_t pool_max)
{
        struct error err = {0};
        char path[1024];
        broker = (struct lone_broker){.folder = "/tmp/sandpool-broker-XXXXXX", .listen_fd = -1};
        if (!mkdtemp(broker.folder))
                return -1;
        snprintf(broker.path, sizeof broker.path, "%s/broker.sock", broker.folder);
        service_source_path("conf/sandpool.yaml", path, sizeof path);
        broker.settings = settings_load(path, &err);
        broker.registry = broker.settings ? registry_load(broker.settings, &err) : NULL;
        broker.seccomp = broker.registry ? seccomp_profile_load(broker.settings->seccomp_file, &err) : NULL;
        if (!broker.seccomp) {
                print_error("%s\n", err.text);
                return -1;
        }
        snprintf(broker.settings->instance, sizeof broker.settings->instance, "sandpool-broker-%d",
                (int)getpid());
        broker.settings->queue_timeout_ms = queue_timeout_ms;
        broker.settings->drain_timeout_ms = DRAIN_TIMEOUT_MS;
        broker.settings->pool_max = pool_max;
        broker.settings->uid_base = UID_BASE;
        for (size_t i = 0; i < broker.registry->count; i++) {
                struct language *language = &broker.registry->languages[i];
                language->warm = 0;
                language->enabled = is_asked_for(language) ? LANGUAGE_ON : LANGUAGE_OFF;
        }
        return 0;
}

struct language *lone_broker_language(const char *id)
{
        for (size_t i = 0; i < broker.registry->count; i++)
                if (!strcmp(broker.registry->languages[i].id, id))
                        return &broker.registry->languages[i];
        fail_msg("no language %s", id);
        return NULL;
}

void lone_broker_start(uint32_t per_process)
{
        struct error err = {0};
        broker.listen_fd = io_listen_unix(broker.path, SOCK_SEQPACKET, 0600, (gid_t)-1, 64, &err);
        assert_string_equal(err.text, "");
        pid_t parent = getpid();
        broker.pid = fork();
        assert_true(broker.pid >= 0);
        if (broker.pid)
                return;
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        log_set_level(LOG_LEVEL_ERROR);
        struct broker_options options = {.settings = broker.settings,
                .registry = broker.registry,
                .seccomp = broker.seccomp,
                .listen_fd = broker.listen_fd,
                .spared = DOCKER_SPARE_NONE,
                .orders_fd = -1,
                .peer_uid = getuid(),
                .workers = 32,
                .per_process = per_process};
        _exit(getppid() == parent ? broker_run(&options, &err) : 1);
}

char *lone_broker_containers(const char *format)
{
        struct error err = {0};
        char filter[80];
        snprintf(filter, sizeof filter, "label=sandpool.instance=%s", broker.settings->instance);
        char *text = spawn_text(&err, "docker", "ps", "-a", "--filter", filter, "--format", format, NULL);
        assert_string_equal(err.text, "");
        return text;
}

void lone_broker_stop(void)
{
        int status;
        struct error err = {0};
        if (!broker.pid)
                return;
        kill(broker.pid, SIGTERM);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + LONE_BROKER_PATIENCE_MS, &status, &err), 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        broker.pid = 0;
        io_close(&broker.listen_fd);
        char *left = lone_broker_containers("{{.Names}}");
        assert_string_equal(left, "");
        free(left);
}

int lone_broker_clear(void **state)
{
        (void)state;
        if (broker.pid) {
                kill(broker.pid, SIGTERM);
                waitpid(broker.pid, NULL, 0);
        }
        io_close(&broker.listen_fd);
        unlink(broker.path);
        rmdir(broker.folder);
        free(broker.seccomp);
        registry_free(broker.registry);
        settings_free(broker.settings);
        return 0;
}
