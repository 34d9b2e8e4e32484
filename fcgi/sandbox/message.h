/* What workers and the broker say to each other: fixed structs over a SEQPACKET socket, between processes of
 * one binary. */
#ifndef SANDPOOL_MESSAGE_H
#define SANDPOOL_MESSAGE_H

#include "fcgi/base/id.h"
#include "fcgi/model/language.h"
#include "fcgi/sandbox/lease.h"

#include <stdint.h>

enum message_type {
        MESSAGE_ACQUIRE = 1, /* answered by ANSWER, with the stream's descriptor when granted */
        MESSAGE_CANCEL, /* ends a wait; answered by ANSWER (LEASE_CANCELLED, or granted when that was quicker)
                         */
        MESSAGE_RESIZE, /* answered by DONE: value 1 when the sandbox holds more already */
        MESSAGE_DEATH,  /* answered by DONE: value 1 when it ran out of memory */
        MESSAGE_RELEASE, /* no answer */
        MESSAGE_STATUS,  /* answered by a struct broker_status */
        MESSAGE_ANSWER,
        MESSAGE_DONE,
};

/* The same shape both ways; what a type does not use is zero. */
struct message {
        uint32_t type;
        uint32_t value;  /* ANSWER: enum lease_answer; RELEASE: 1 when clean; DONE: 0 or 1, UINT32_MAX for
                            failure */
        uint64_t number; /* of the lease */
        uint32_t memory_mib;
        uint32_t hold_ms;
        char language[LANGUAGE_ID_SIZE];
        char request_id[ID_SIZE];
        char sandbox[13];
};

#define MESSAGE_FAILED UINT32_MAX

#endif
