/* What the supervisor tells the broker, over a SEQPACKET socketpair that both have from birth: fixed structs
 * between processes of one binary. */
#ifndef SANDPOOL_ORDERS_H
#define SANDPOOL_ORDERS_H

#include "fcgi/base/error.h"

#include <stdint.h>

enum order_type {
        ORDER_RELOAD = 1, /* with a bundle's descriptor; text: under which path the settings stand in it */
        ORDER_LOG,        /* number: the level; with a descriptor: write there from now on */
        ORDER_SPARE,      /* text: the generation whose containers are another's; DOCKER_SPARE_NONE: none */
        ORDER_WARM,       /* the broker says, once: it can serve as well as it ever will */
        ORDER_DONE,       /* the broker's answer to a reload; text: "" or why everything is as it was */
};

struct order {
        uint32_t type;
        uint32_t number; /* of a reload, for its answer */
        char text[1024];
};

/* Send one; pass_fd -1: without a descriptor. 0/-1. */
int orders_send(int line, const struct order *order, int pass_fd, struct error *err);

/* Take one; a descriptor that came with it goes to *fd, else -1. 1, 0 when there is none, -1 when the other
 * side is gone or says something else. */
int orders_take(int line, struct order *order, int *fd);

#endif
