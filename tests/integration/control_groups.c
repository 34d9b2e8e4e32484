/* Looks for them where the kernel shows them: cgroup v1 has a hierarchy for each controller, v2 a single one.
 */
#include "tests/integration/control_groups.h"

#include "tests/integration/private_docker.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define OWN "/sys/fs/cgroup/{,*/}sandpool-%s/" /* of v2, of v1 */

static int count_inside(const char *group)
{
        char pattern[CONTROL_GROUPS_PATH_MAX];
        glob_t found = {0};
        snprintf(pattern, sizeof pattern, "%s*/", group);
        int count = glob(pattern, 0, NULL, &found) ? 0 : (int)found.gl_pathc;
        globfree(&found);
        return count;
}

struct control_groups control_groups_of(const char *instance)
{
        struct control_groups groups = {0};
        char pattern[CONTROL_GROUPS_PATH_MAX];
        glob_t found = {0};
        snprintf(pattern, sizeof pattern, OWN, instance);
        glob(pattern, GLOB_BRACE, NULL, &found);
        for (size_t i = 0; i < found.gl_pathc; i++) {
                int inside = count_inside(found.gl_pathv[i]);
                if (inside && private_docker_was_killed())
                        continue;
                groups.own++;
                groups.inside = inside > groups.inside ? inside : groups.inside;
                snprintf(groups.one, sizeof groups.one, "%s", found.gl_pathv[i]);
        }
        globfree(&found);
        return groups;
}
