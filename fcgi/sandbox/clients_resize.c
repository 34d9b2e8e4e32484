/* Memory: how much of it a lease gets, and other limits between a worker's steps. */
#include "fcgi/sandbox/clients_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

uint32_t clients_clamp_memory(
        const struct clients *clients, const struct language *language, uint32_t memory_mib)
{
        uint32_t min = pool_edition(clients->pool)->settings->limits.memory_mib.min;
        uint32_t max = language->memory_mib.max;
        if (max < language_idle_memory_mib(language))
                max = language_idle_memory_mib(language);
        return memory_mib < min ? min : memory_mib > max ? max : memory_mib;
}

/* A resize is an Engine call of the lease's own: it outlives neither the sandbox's lease nor its client
 * unnoticed, because both are looked up again when it answers. */
struct resize {
        struct clients *clients;
        uint64_t number;
        uint32_t memory_mib;
};

/* What the kernel says when a limit is below what is in use: EBUSY on cgroup v1, in the daemon's words.
 * Version 2 ends processes instead, which the next step's report tells. */
static uint32_t resize_outcome(const struct engine_answer *answer)
{
        if (answer->status == 200)
                return 0;
        return strstr(answer->problem, "busy") ? 1 : MESSAGE_FAILED;
}

static void on_resized(void *context, const struct engine_answer *answer)
{
        struct resize *resize = context;
        uint32_t outcome = resize_outcome(answer);
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
                struct client *client = resize->clients->list[i];
                if (!client || client->number != resize->number)
                        continue;
                client->resizing = 0;
                if (client->sandbox && !outcome)
                        client->sandbox->memory_mib = resize->memory_mib;
                clients_done(client, resize->number, client->sandbox ? outcome : MESSAGE_FAILED);
        }
        free(resize);
}

void clients_resize(struct clients *clients, struct client *client, const struct message *ask)
{
        struct sandbox *sandbox = client->sandbox;
        if (client->resizing && client->resizing == client->number) {
                shutdown(client->fd, SHUT_RDWR); /* a worker waits for the answer before it asks again */
                return;
        }
        struct resize *context = sandbox && ask->number == client->number ? malloc(sizeof *context) : NULL;
        char path[128], body[96];
        if (!context) {
                clients_done(client, ask->number, MESSAGE_FAILED);
                return;
        }
        *context = (struct resize){.clients = clients,
                .number = ask->number,
                .memory_mib = clients_clamp_memory(clients, sandbox->language, ask->memory_mib)};
        /* Unknown until it answers: 0 is no sandbox's idle memory, so the limit is restored in any case. */
        sandbox->memory_mib = 0;
        snprintf(path, sizeof path, "/containers/%s/update", sandbox->id);
        container_memory_update(context->memory_mib, body, sizeof body);
        if (engine_begin(clients->engine, "POST", path, body, 0, on_resized, context)) {
                client->resizing = client->number;
                return;
        }
        free(context);
        clients_done(client, ask->number, MESSAGE_FAILED);
}
