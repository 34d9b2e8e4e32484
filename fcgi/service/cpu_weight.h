/* How much CPU all sandboxes together get when the machine has none left: a control group of their own. */
#ifndef SANDPOOL_CPU_WEIGHT_H
#define SANDPOOL_CPU_WEIGHT_H

#include "fcgi/model/settings.h"

#define CPU_WEIGHT_PARENT_SIZE 128

/* Make the control group and give it pool.cpu_weight. parent becomes its path below the hierarchy's root, as
 * HostConfig.CgroupParent takes it, or "" where that is not ours to do: the weight is 0, we are not root, or
 * systemd manages the groups. What fails is logged; the service runs without it. */
void cpu_weight_make(const struct settings *settings, char parent[CPU_WEIGHT_PARENT_SIZE]);

/* Remove it from every hierarchy, once no sandbox is left in it; also one that was made with a weight when
 * the service was killed, and is not any more. */
void cpu_weight_remove(const struct settings *settings);

#endif
