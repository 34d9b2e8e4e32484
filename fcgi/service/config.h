/* Everything that conf/ says, loaded once: settings, languages, policies, exercises, the seccomp
 * profile. */
#ifndef SANDPOOL_SERVICE_CONFIG_H
#define SANDPOOL_SERVICE_CONFIG_H

#include "fcgi/base/error.h"
#include "fcgi/model/request.h"

struct config {
        char *path; /* of the settings, absolute, symbolic links as they were named */
        struct settings *settings;
        struct registry *registry;
        struct policies *policies;
        struct exercises *exercises;
        char *seccomp;   /* as of seccomp_profile_load */
        int64_t load_us; /* how long reading and checking all of it took */
};

/* Where the settings are when nobody says: conf/sandpool.yaml here, else /etc/sandpool/sandpool.yaml. */
const char *config_default_path(void);

/* Load and check all of it. The caller frees. NULL with "file:line: what". */
struct config *config_load(const char *path, struct error *err);

/* The same, with every file that was read, as a bundle (source.h) in *bundle_fd, the caller's. */
struct config *config_load_bundled(const char *path, int *bundle_fd, struct error *err);
void config_free(struct config *config);

/* What requests are checked against; borrows from config. Those that name no exercise have none. */
struct catalog config_catalog(const struct config *config);

/* How long a request may take when every step takes as long as it may: in the queue, compiling, running. */
uint64_t config_longest_request_ms(const struct config *config);

#endif
