/* The policies' own files, conf/policies/<id>.yaml, before it is known what they choose. */
#ifndef SANDPOOL_POLICY_DRAFTS_H
#define SANDPOOL_POLICY_DRAFTS_H

#include "fcgi/model/policy_chosen.h"

#define POLICIES_MAX 64

struct policy_drafts;

/* Read every *.yaml of the folder; rules of their own go into the book. The caller frees; the book and the
 * registry must outlive it. NULL with file and line. */
struct policy_drafts *policy_drafts_read(
        const char *folder, struct rulebook *book, const struct registry *registry, struct error *err);
size_t policy_drafts_count(const struct policy_drafts *drafts);

/* Make a zeroed policy of one. Returns 0/-1 with file and line; policy_chosen_clear in either case. */
int policy_drafts_finish(
        struct policy_drafts *drafts, size_t index, struct policy *policy, struct error *err);
void policy_drafts_free(struct policy_drafts *drafts);

#endif
