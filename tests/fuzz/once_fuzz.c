/* Fuzzes what --once reads: the request; or, behind "recipe\n", the language that an image was built with,
 * for which a request is there. */
#include "images/runner/ask.h"
#include "images/runner/fault.h"
#include "images/runner/files.h"
#include "images/runner/recipe.h"
#include "tests/fuzz/input.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECIPE "recipe\n"

static const char good_recipe[] =
        "{\"id\": \"toy\", \"name\": \"Toy\", \"version\": \"1\", \"source\": \"main.toy\", \"env\": {\"A\": "
        "\"b\"},"
        " \"compile\": {\"command\": [\"cc\", \"-o\", \"{name}\", \"{files}\"], \"timeout\": 20},"
        " \"run\": {\"command\": [\"./{name}\", \"{source}\"]},"
        " \"limits\": {\"timeout\": 10, \"timeoutMax\": 30, \"memory\": 128, \"outputBytes\": 1048576,"
        " \"fileBytes\": 1048576, \"openFiles\": 64}}";
static const char good_request[] = "{\"files\": [{\"name\": \"a.toy\", \"content\": \"\"}, {\"name\": "
                                   "\"-b/c.toy\", \"content\": \"x\"}]}";

static jmp_buf faulted;

void fault_exit(const char *format, ...)
{
        (void)format;
        longjmp(faulted, 1);
}

void fault_errno(const char *format, ...)
{
        (void)format;
        longjmp(faulted, 1);
}

static void plan(const struct recipe *recipe, json_t *command, const struct ask *ask)
{
        static const struct protocol_step limits = {.processes = 1, .wall_ms = 1};
        struct plan plan = {.input = -1};
        plan_begin(&plan, &limits);
        if (command && !recipe_plan(recipe, command, ask->names, ask->files, &plan) &&
                (plan.programs[0].args < 1 || plan.programs[0].argv[plan.programs[0].args]))
                abort();
        plan_end(&plan);
}

static void try_request(const struct recipe *recipe, const char *text, size_t size)
{
        struct ask ask;
        struct ask_problem problem;
        int rc = ask_parse(&ask, recipe, text, size, &problem);
        if (rc && (!problem.reason || !*problem.text))
                abort();
        for (size_t i = 0; !rc && i < ask.files; i++)
                if (!files_name_valid(ask.names[i], strlen(ask.names[i])))
                        abort();
        if (!rc) {
                plan(recipe, recipe->compile, &ask);
                plan(recipe, recipe->run, &ask);
        }
        ask_free(&ask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct recipe good, tried;
        size_t skip = strlen(RECIPE);
        char path[64];
        if (!good.root) {
                input_file(good_recipe, strlen(good_recipe), path);
                if (setjmp(faulted))
                        input_broken("the recipe");
                recipe_load(&good, path);
        }
        if (size < skip || memcmp(data, RECIPE, skip)) {
                try_request(&good, (const char *)data, size);
                return 0;
        }
        int fd = input_file(data + skip, size - skip, path);
        if (!setjmp(faulted)) {
                recipe_load(&tried, path);
                try_request(&tried, good_request, strlen(good_request));
        }
        recipe_free(&tried);
        close(fd);
        return 0;
}
