/* What a soak counts, in memory that all its processes share. */
#ifndef SANDPOOL_SOAK_LEDGER_H
#define SANDPOOL_SOAK_LEDGER_H

#include <stddef.h>
#include <stdint.h>

struct ledger;

/* Counters of two kinds, under names that are made up as they come: what was answered, what was done to the
 * service. More names than there is room for are counted together. */
enum ledger_kind { LEDGER_ANSWER, LEDGER_ACT, LEDGER_SERVED, LEDGER_KINDS };

/* By these the clients know when nobody can answer. */
#define LEDGER_NGINX_KILLED "nginx killed"
#define LEDGER_NGINX_STARTED "nginx started again"

/* NULL when there is no memory. It lives until its process ends. */
struct ledger *ledger_new(void);

void ledger_count(struct ledger *ledger, enum ledger_kind kind, const char *name);

/* The longest time since ledger_begin in which nothing of a kind was counted, up to the last that was. */
void ledger_begin(struct ledger *ledger);
int64_t ledger_gap_ms(const struct ledger *ledger, enum ledger_kind kind);

/* Of this name; NULL: of all. */
unsigned ledger_get(const struct ledger *ledger, enum ledger_kind kind, const char *name);

/* An answer that was another's; one that was wrong in another way. The first few are kept in words. */
void ledger_mixed_up(struct ledger *ledger, const char *text);
void ledger_wrong(struct ledger *ledger, const char *text);
unsigned ledger_mixed_up_count(const struct ledger *ledger);
unsigned ledger_wrong_count(const struct ledger *ledger);

/* A line each: the counters of a kind, most frequent first; or what was kept of mixed-up and wrong answers.
 */
void ledger_print(const struct ledger *ledger, enum ledger_kind kind);
void ledger_print_problems(const struct ledger *ledger);

#endif
