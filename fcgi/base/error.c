/* The fixed-size error record that travels up the call chain. */
#include "fcgi/base/error.h"
#undef error_set /* as the analyser sees them */
#undef error_errno
#undef error_wrap

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, const char *format, ...)
{
        if (!err || err->text[0])
                return -1;
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        return -1;
}

int error_errno(struct error *err, const char *format, ...)
{
        int saved = errno;
        if (!err || err->text[0])
                return -1;
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(saved));
        errno = saved;
        return -1;
}

int error_wrap(struct error *err, const char *format, ...)
{
        if (!err)
                return -1;
        char cause[ERROR_TEXT_SIZE];
        memcpy(cause, err->text, sizeof(cause));
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof(err->text) - used, ": %s", cause);
        return -1;
}
