/* Whether a language can be served: its image is there, its sample ran and every limit bit; and the pauses
 * between attempts. */
#ifndef SANDPOOL_READINESS_H
#define SANDPOOL_READINESS_H

#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/sandbox.h"

#include <stdbool.h>
#include <stdint.h>

enum readiness_state {
        READINESS_UNKNOWN, /* the image is still to be looked for */
        READINESS_LOOKING,
        READINESS_NO_IMAGE, /* looked for again every few seconds */
        READINESS_UNPRIMED, /* a primer is to be made */
        READINESS_PRIMING,
        READINESS_READY,
};

struct readiness {
        struct engine *engine;           /* borrowed */
        const struct language *language; /* borrowed */
        enum readiness_state state;
        struct engine_call *call; /* looking for the image */
        int64_t due_ms;           /* nothing is tried before; 0: at once */
        int64_t backoff_ms;
        uint32_t proof_ms; /* how long the last primer that succeeded lived; 0: none did */
        char image_id[CONTAINER_IMAGE_ID_SIZE]; /* of the image that was found; "" before */
        char problem[160];                      /* why the last attempt failed; "" after a good one */
};

/* Begin anew. readiness_stop ends what is under way. */
void readiness_start(struct readiness *readiness, struct engine *engine, const struct language *language);
void readiness_stop(struct readiness *readiness);

/* Whether something may be tried now. */
bool readiness_is_due(const struct readiness *readiness);

/* Look for the image when that is due. Returns whether a primer is to be made now: say readiness_priming when
 * it is. */
bool readiness_wants_primer(struct readiness *readiness);
void readiness_priming(struct readiness *readiness);

/* A sandbox of the language came to be idle for the first time, or failed on the way, or could not be made:
 * why. */
void readiness_succeeded(struct readiness *readiness);
void readiness_failed(struct readiness *readiness, const char *why);

/* A sandbox of the language is being removed; before: the state it was in. */
void readiness_removed(struct readiness *readiness, const struct sandbox *sandbox, enum sandbox_state before);

/* Take over what another one has found out about the same language in the same image. */
void readiness_inherit(struct readiness *readiness, const struct readiness *from);

/* The daemon is back: try everything that failed for its sake at once. */
void readiness_retry(struct readiness *readiness);

#endif
