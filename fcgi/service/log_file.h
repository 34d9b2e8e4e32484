/* The file that log.file names. */
#ifndef SANDPOOL_SERVICE_LOG_FILE_H
#define SANDPOOL_SERVICE_LOG_FILE_H

#include "fcgi/model/settings.h"

/* Log as the settings say from now on: the level, and the file, opened anew (append, 0640), so that one that
 * was moved away is left behind. Without a file, stderr. Returns 0, or -1 with err: then nothing changed. */
int log_file_open(const struct settings *settings, struct error *err);

/* The descriptor of the file that is open; -1: stderr. Borrowed until the next log_file_open. */
int log_file_fd(void);

#endif
