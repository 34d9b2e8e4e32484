/* Opens the log, and again when it was moved away. */
#include "fcgi/service/log_file.h"

#include "fcgi/base/io.h"
#include "fcgi/base/log.h"

#include <fcntl.h>
#include <unistd.h>

static int log_fd = -1;

int log_file_open(const struct settings *settings, struct error *err)
{
        int fd = -1;
        if (settings->log_file[0]) {
                fd = open(settings->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
                if (fd < 0)
                        return error_errno(err, "%s", settings->log_file);
        }
        log_set_level(settings->log_level);
        log_set_fd(fd < 0 ? STDERR_FILENO : fd);
        io_close(&log_fd);
        log_fd = fd;
        return 0;
}

int log_file_fd(void)
{
        return log_fd;
}
