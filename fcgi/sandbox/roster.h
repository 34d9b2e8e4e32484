/* All sandboxes there are, each in its slot: finding and counting them. Decides nothing. */
#ifndef SANDPOOL_ROSTER_H
#define SANDPOOL_ROSTER_H

#include "fcgi/sandbox/sandbox.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_SLOTS SANDBOX_SLOTS

struct roster {
        struct sandbox *slots[ROSTER_SLOTS]; /* owned; NULL: free */
};

typedef bool roster_match(const struct sandbox *sandbox);

/* Kinds of sandboxes to count. */
roster_match roster_any;      /* not gone */
roster_match roster_staying;  /* not on its way out: counts against a maximum */
roster_match roster_starting; /* its container is being made */
roster_match roster_coming;   /* on its way to be idle */
roster_match roster_idle;     /* can be lent, but for a ping */
roster_match roster_leased;   /* lent, or about to be */

/* How many of a language (NULL: of all) match. */
uint32_t roster_count(const struct roster *roster, const struct language *language, roster_match *match);

/* A free slot, or -1. */
int roster_free_slot(const struct roster *roster);

/* The one of a language that can be lent and is idle longest; NULL: none. */
struct sandbox *roster_longest_idle(const struct roster *roster, const struct language *language);

/* By name or by id; NULL when there is none. */
struct sandbox *roster_by_name(const struct roster *roster, const char *name);
struct sandbox *roster_by_id(const struct roster *roster, const char *id);

/* Feed an event to every sandbox that matches. */
void roster_event(struct roster *roster, roster_match *match, enum sandbox_event event, const char *why);

/* The streams to poll: fills fds and whose they are (both of ROSTER_SLOTS), returns how many. */
size_t roster_polls(const struct roster *roster, struct pollfd *fds, struct sandbox **whose);

#endif
