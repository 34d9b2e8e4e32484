/* Ends the runner with a message when it cannot do what it must. */
#include "images/runner/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULT_TEXT_SIZE 256

static void (*report)(const char *text);

void fault_set_reporter(void (*reporter)(const char *text))
{
        report = reporter;
}

static _Noreturn void leave(const char *text)
{
        if (report)
                report(text);
        else
                dprintf(STDERR_FILENO, "runner: %s\n", text);
        _exit(1);
}

void fault_exit(const char *format, ...)
{
        char text[FAULT_TEXT_SIZE];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        leave(text);
}

void fault_errno(const char *format, ...)
{
        char text[FAULT_TEXT_SIZE];
        const char *reason = strerror(errno);
        va_list args;
        va_start(args, format);
        int used = vsnprintf(text, sizeof text, format, args);
        va_end(args);
        if (used >= 0 && (size_t)used < sizeof text)
                snprintf(text + used, sizeof text - (size_t)used, ": %s", reason);
        leave(text);
}
