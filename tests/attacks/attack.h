/* What the attack programs share. */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdio.h>
#include <unistd.h>

#define ATTACK_PLACES 3
static const char *const attack_places[ATTACK_PLACES]
        __attribute__((unused)) = {"/workspace", "/tmp", "/dev/shm"};

#endif
