/* `sandpool serve`. */
#include "fcgi/base/log.h"
#include "fcgi/service/commands.h"
#include "fcgi/service/host.h"
#include "fcgi/service/log_file.h"
#include "fcgi/service/supervisor.h"

#include <stdio.h>
#include <unistd.h>

/* Before the service has a log, people read what keeps it from starting. */
static void report(void *context, const char *test, enum finding finding, const char *text)
{
        (void)context;
        if (finding == FINDING_FAILED)
                fprintf(stderr, "sandpool: %s: %s\n", test, text);
        else if (finding == FINDING_WARNING)
                log_warning("host.warning", LOG_S("test", test), LOG_S("text", text));
}

int command_serve(const char *config_path)
{
        struct error err = {0};
        int status = 1;
        struct inheritance inheritance;
        struct config *config = NULL;
        /* What whoever started us left open is not the workers' business. */
        if (handover_inherit(&inheritance, &err))
                goto out;
        config = config_load(config_path, &err);
        if (!config || log_file_open(config->settings, &err))
                goto out;
        if (host_check(config, report, NULL)) {
                error_set(&err, "this machine is not fit to serve; `sandpool check` tells more");
                goto out;
        }
        status = supervisor_run(config, &inheritance, &err);
out:
        if (err.text[0])
                fprintf(stderr, "sandpool: %s\n", err.text);
        config_free(config);
        return status;
}
