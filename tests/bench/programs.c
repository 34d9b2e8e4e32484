/* Their texts and commands. */
#include "tests/bench/programs.h"

#include <stdio.h>

const struct program programs_python = {.language = "python",
        .image = "sandpool/python",
        .code = "print(\"Hello, World!\")\n",
        .source = "main.py",
        .run = "/usr/bin/python3 -u /src/main.py"};
const struct program programs_javascript = {.language = "javascript",
        .image = "sandpool/javascript",
        .code = "console.log(\"Hello, World!\");\n",
        .source = "main.js",
        .run = "/usr/local/bin/node /src/main.js"};
const struct program programs_cpp = {.language = "cpp",
        .image = "sandpool/cpp",
        .code = "#include <bits/stdc++.h>\n\nint main()\n{\n        std::cout << \"Hello, World!\\n\";\n}\n",
        .source = "main.cpp",
        .compile = "/usr/bin/g++ /src/main.cpp -o main",
        .run = "/workspace/main"};
const struct program *const programs_all[] = {&programs_python, &programs_javascript, &programs_cpp, NULL};

static int write_source(const char *folder, const struct program *program, struct error *err)
{
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, program->source);
        FILE *file = fopen(path, "we");
        int failed = !file || fputs(program->code, file) < 0;
        if ((file && fclose(file)) || failed)
                return error_errno(err, "%s", path);
        return 0;
}

int programs_write(const char *folder, struct error *err)
{
        for (const struct program *const *program = programs_all; *program; program++)
                if (write_source(folder, *program, err))
                        return -1;
        return 0;
}

struct question programs_question(const struct program *program, int port)
{
        return question_new(port, program->language, program->code, "Hello, World!\n");
}
