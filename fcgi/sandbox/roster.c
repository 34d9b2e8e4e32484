/* Finding and counting sandboxes. */
#include "fcgi/sandbox/roster.h"

#include <string.h>

bool roster_any(const struct sandbox *sandbox)
{
        return sandbox->state != SANDBOX_GONE;
}

bool roster_staying(const struct sandbox *sandbox)
{
        return sandbox->state != SANDBOX_REMOVING && sandbox->state != SANDBOX_ABANDONED &&
               sandbox->state != SANDBOX_GONE;
}

bool roster_starting(const struct sandbox *sandbox)
{
        return sandbox->state < SANDBOX_RESETTING;
}

bool roster_coming(const struct sandbox *sandbox)
{
        return roster_staying(sandbox) && sandbox->state != SANDBOX_IDLE && !roster_leased(sandbox) &&
               !sandbox->primer;
}

bool roster_idle(const struct sandbox *sandbox)
{
        return sandbox->state == SANDBOX_IDLE || sandbox->state == SANDBOX_PINGING;
}

bool roster_leased(const struct sandbox *sandbox)
{
        return sandbox->state == SANDBOX_LEASED || sandbox->state == SANDBOX_RESIZING;
}

uint32_t roster_count(const struct roster *roster, const struct language *language, roster_match *match)
{
        uint32_t count = 0;
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                const struct sandbox *sandbox = roster->slots[i];
                if (sandbox && (!language || sandbox->language == language) && match(sandbox))
                        count++;
        }
        return count;
}

int roster_free_slot(const struct roster *roster)
{
        for (int i = 0; i < ROSTER_SLOTS; i++)
                if (!roster->slots[i])
                        return i;
        return -1;
}

struct sandbox *roster_longest_idle(const struct roster *roster, const struct language *language)
{
        struct sandbox *best = NULL;
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                struct sandbox *sandbox = roster->slots[i];
                if (!sandbox || sandbox->state != SANDBOX_IDLE || sandbox->language != language)
                        continue;
                if (!best || sandbox->idle_since_us < best->idle_since_us)
                        best = sandbox;
        }
        return best;
}

struct sandbox *roster_by_name(const struct roster *roster, const char *name)
{
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (roster->slots[i] && !strcmp(roster->slots[i]->name, name))
                        return roster->slots[i];
        return NULL;
}

struct sandbox *roster_by_id(const struct roster *roster, const char *id)
{
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (roster->slots[i] && !strcmp(roster->slots[i]->id, id))
                        return roster->slots[i];
        return NULL;
}

void roster_event(struct roster *roster, roster_match *match, enum sandbox_event event, const char *why)
{
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (roster->slots[i] && match(roster->slots[i]))
                        sandbox_event(roster->slots[i], event, why);
}

size_t roster_polls(const struct roster *roster, struct pollfd *fds, struct sandbox **whose)
{
        size_t count = 0;
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                struct sandbox *sandbox = roster->slots[i];
                int fd = sandbox ? sandbox_poll_fd(sandbox) : -1;
                if (fd < 0)
                        continue;
                whose[count] = sandbox;
                fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
        }
        return count;
}
