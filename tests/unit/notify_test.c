/* What systemd hears, at a path and in the abstract namespace; and that nothing is said where nobody asked.
 */
#include "fcgi/service/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static int manager;

/* name as NOTIFY_SOCKET has it. */
static void listen_as(const char *name)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
        memcpy(address.sun_path, name, strlen(name));
        if (*name == '@')
                address.sun_path[0] = '\0';
        manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_int_equal(bind(manager, (struct sockaddr *)&address, size), 0);
        setenv("NOTIFY_SOCKET", name, 1);
}

/* "" when nothing was said. */
static const char *heard(void)
{
        static char text[256];
        ssize_t size = recv(manager, text, sizeof text - 1, 0);
        text[size > 0 ? size : 0] = '\0';
        return text;
}

static void states(void)
{
        notify_ready();
        assert_string_equal(heard(), "READY=1");
        notify_reloading(false);
        assert_string_equal(heard(), "");
        notify_reloading(true);
        assert_int_equal(strncmp(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
        notify_reloading(true);
        assert_string_equal(heard(), "");
        notify_reloading(false);
        assert_string_equal(heard(), "READY=1");
        notify_main_is(4711);
        assert_string_equal(heard(), "MAINPID=4711\nWATCHDOG=1");
        notify_stopping();
        assert_string_equal(heard(), "STOPPING=1");
}

static void at_a_path(void **state)
{
        char folder[] = "/tmp/sandpool-notify-XXXXXX", path[64];
        (void)state;
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/notify", folder);
        listen_as(path);
        states();
        close(manager);
        unlink(path);
        rmdir(folder);
}

static void in_the_abstract_namespace(void **state)
{
        char name[64];
        (void)state;
        snprintf(name, sizeof name, "@sandpool-notify-%d", (int)getpid());
        listen_as(name);
        states();
        /* Not asked for that. */
        notify_alive(0);
        assert_string_equal(heard(), "");
        setenv("WATCHDOG_USEC", "nonsense", 1);
        notify_alive(0);
        assert_string_equal(heard(), "");
        setenv("WATCHDOG_USEC", "4000000", 1);
        notify_alive(10); /* the manager may not know yet whose word this is */
        assert_string_equal(heard(), "");
        notify_alive(2009);
        assert_string_equal(heard(), "");
        notify_alive(2010);
        assert_string_equal(heard(), "WATCHDOG=1");
        notify_alive(4009);
        assert_string_equal(heard(), "");
        notify_alive(4010);
        assert_string_equal(heard(), "WATCHDOG=1");
        close(manager);
}

static void nobody(void **state)
{
        static const char *const names[] = {NULL, "", "@", "relative", "/nowhere/notify"};
        char name[64];
        (void)state;
        snprintf(name, sizeof name, "@sandpool-notify-%d", (int)getpid());
        listen_as(name);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                if (names[i])
                        setenv("NOTIFY_SOCKET", names[i], 1);
                else
                        unsetenv("NOTIFY_SOCKET");
                notify_ready();
                assert_string_equal(heard(), "");
        }
        close(manager);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(at_a_path),
                cmocka_unit_test(in_the_abstract_namespace),
                cmocka_unit_test(nobody),
        };
        return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
