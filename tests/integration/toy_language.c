/* Builds and describes the loud shell. */
#include "tests/integration/toy_language.h"

#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char yaml[] = "id: toy\n"
                           "name: Toy\n"
                           "version: \"1\"\n"
                           "image: %s\n"
                           "source: main.toy\n"
                           "run:\n"
                           "  command: [/usr/local/bin/toy, \"{source}\"]\n"
                           "env: {PATH: \"/usr/local/bin:/usr/bin:/bin\"}\n"
                           "pool: {warm: 1}\n"
                           "syntax:\n"
                           "  comments: [{open: \"#\"}]\n"
                           "  strings: []\n"
                           "policy: off\n"
                           "sample:\n"
                           "  code: say hello\n"
                           "  expected: %s\n";

static void name_image(char image[64])
{
        snprintf(image, 64, "sandpool-test-toy-%d", (int)getpid());
}

void toy_language_build(const char *suffix)
{
        char script[1024], image[64];
        struct error err = {0};
        name_image(image);
        snprintf(script, sizeof script,
                "mkdir -p %s/toy && cd %s/toy && printf '%%s\\n' '#!/bin/sh' "
                "'say() { printf \"%%s%s\\n\" \"$*\"; }' '. ./\"$1\"' >toy && chmod 755 toy && "
                "printf '%%s\\n' 'FROM sandpool/base' 'COPY toy /usr/local/bin/toy' >Dockerfile && "
                "DOCKER_BUILDKIT=0 docker build -q --network none -t %s .",
                fixture.dir, fixture.dir, suffix, image);
        char *built = spawn_text(&err, "sh", "-c", script, NULL);
        if (!built)
                fail_msg("%s", err.text);
        free(built);
}

void toy_language_write(const char *expected)
{
        char text[1024], image[64];
        name_image(image);
        snprintf(text, sizeof text, yaml, image, expected);
        conf_edit_write("languages/toy.yaml", text);
}

char *toy_language_image(void)
{
        char image[64];
        struct error err = {0};
        name_image(image);
        char *id = spawn_text(&err, "docker", "image", "inspect", "-f", "{{.Id}}", image, NULL);
        if (!id)
                fail_msg("%s", err.text);
        return id;
}

void toy_language_remove(void)
{
        conf_edit_remove("languages/toy.yaml");
}

void toy_language_clear(void)
{
        char image[64];
        name_image(image);
        free(spawn_text(NULL, "docker", "rmi", "-f", image, NULL));
}
