/* One state of the configuration as the broker serves it. A reload makes a new one; sandboxes of an older one
 * may live on for a while. */
#ifndef SANDPOOL_EDITION_H
#define SANDPOOL_EDITION_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"
#include "fcgi/sandbox/sandbox.h"

#include <stdbool.h>

struct edition {
        struct edition *older; /* the next one of those that are not served any more */
        const struct settings *settings;
        const struct registry *registry;
        const char *seccomp;        /* the profile, as of seccomp_profile_load */
        struct sandbox_owner owner; /* what its sandboxes share */
        bool owned;                 /* the three above are freed with it */
};

/* Of what somebody else has read and keeps; NULL with err when memory is out. */
struct edition *edition_borrow(const struct settings *settings, const struct registry *registry,
        const char *seccomp, struct error *err);

/* Of a bundle (source_bundle) in which the settings stand under this path. NULL with "file:line: what". */
struct edition *edition_load(int bundle_fd, const char *settings_path, struct error *err);

void edition_free(struct edition *edition);

/* Whether a sandbox of language a (of edition of_a) could be one of language b: its container would be asked
 * for in the same words. */
bool edition_same_container(const struct edition *of_a, const struct language *a, const struct edition *of_b,
        const struct language *b);

/* Whether what the sample of a has shown holds for b too: the same commands, program and limits. */
bool edition_same_sample(const struct edition *of_a, const struct language *a, const struct edition *of_b,
        const struct language *b);

#endif
