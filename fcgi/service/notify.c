/* Datagrams to the socket that systemd names. */
#include "fcgi/service/notify.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A path, or a name in the abstract namespace with '@' in place of its NUL. 0: there is none. */
static socklen_t address_of(struct sockaddr_un *address)
{
        const char *name = getenv("NOTIFY_SOCKET");
        size_t length = name ? strlen(name) : 0;
        if ((length < 2 || length >= sizeof(address->sun_path)) || (*name != '/' && *name != '@'))
                return 0;
        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(address->sun_path, name, length);
        if (*name == '@')
                address->sun_path[0] = 0;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* A service manager that does not listen is no reason not to serve. */
static void tell(const char *text)
{
        struct sockaddr_un address;
        socklen_t size = address_of(&address);
        int fd = size ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
        if (fd >= 0)
                sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address,
                        size);
        io_close(&fd);
}

void notify_ready(void)
{
        tell("READY=1");
}

void notify_stopping(void)
{
        tell("STOPPING=1");
}

/* With the last sign of life that counts from this process: nothing of the other one's was heard so far. */
void notify_main_is(pid_t pid)
{
        char text[48];
        snprintf(text, sizeof(text), "MAINPID=%d\nWATCHDOG=1", (int)pid);
        tell(text);
}

void notify_reloading(bool reloading)
{
        static bool told;
        char text[64];
        if (reloading == told)
                return;
        told = reloading;
        snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_us());
        tell(reloading ? text : "READY=1");
}

/* WATCHDOG_PID names the first main process and is left aside: after an upgrade it is another one. */
void notify_alive(int64_t now_ms)
{
        static int64_t due_ms;
        const char *asked = getenv("WATCHDOG_USEC");
        int64_t interval_ms = asked ? strtoll(asked, NULL, 10) / 2000 : 0;
        if (interval_ms <= 0 || now_ms < due_ms)
                return;
        if (due_ms)
                tell("WATCHDOG=1");
        due_ms = now_ms + interval_ms;
}
