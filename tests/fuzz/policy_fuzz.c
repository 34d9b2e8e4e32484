/* Fuzzes the masker and the rules of all policies: the first line is a language's id, the rest its code.
 * Build with clang -fsanitize=fuzzer,address and run from the repository's root; tests/fuzz/corpus/policy is
 * kept. */
#include "fcgi/base/text.h"
#include "fcgi/model/mask.h"
#include "fcgi/model/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings *settings;
static struct registry *registry;
static struct policies *policies;

static void load(void)
{
        struct error err = {""};

        settings = settings_load("conf/sandpool.yaml", &err);
        registry = settings != NULL ? registry_load(settings, &err) : NULL;
        policies = registry != NULL ? policies_load(settings, registry, &err) : NULL;
        if (policies == NULL) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
        }
}

static void require(bool holds)
{
        if (!holds)
                abort();
}

static bool is_line_end(char c)
{
        return c == '\n' || c == '\r';
}

/* Nothing moves, nothing appears, and lines stay lines. */
static void check_mask(const struct language *language, const char *code, size_t size)
{
        char *bare = malloc(2 * size + 1), *code_only = bare + size;

        require(bare != NULL);
        require(mask_code(language->syntax, code, size, bare, code_only) <= size);
        for (size_t i = 0; i < size; i++) {
                bool ascii = (unsigned char)code[i] < 0x80;

                require(is_line_end(code[i]) == is_line_end(bare[i]));
                require(bare[i] == code[i] || bare[i] == ' ' || (!ascii && bare[i] == '_'));
                require(code_only[i] == bare[i] || (code_only[i] == ' ' && !is_line_end(code[i])));
        }
        free(bare);
}

static void check_violations(const struct violations *violations, size_t size)
{
        require(violations->count <= VIOLATIONS_MAX);
        for (size_t i = 0; i < violations->count; i++) {
                const struct violation *one = &violations->list[i];

                require(one->line >= 1 && one->line <= size + 1 && one->column >= 1 &&
                        one->column <= size + 1);
                require(text_is_utf8(one->snippet, strlen(one->snippet)));
                require(i == 0 || one[-1].severity >= one->severity);
        }
}

static void check_policy(const char *id, const struct language *language, const char *code, size_t size)
{
        struct violations violations = {0};

        require(policy_check(policies_find(policies, id), language, "", code, size, &violations, NULL) == 0);
        check_violations(&violations, size);
        require(!violations.blocked || violations.count > 0);
        violations_free(&violations);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *code = memchr(data, '\n', size);
        const struct language *language;
        char id[LANGUAGE_ID_SIZE] = "";

        if (policies == NULL)
                load();
        if (code == NULL || (size_t)(code - (const char *)data) >= sizeof id)
                return -1;
        memcpy(id, data, (size_t)(code - (const char *)data));
        language = registry_get(registry, id);
        if (language == NULL)
                return -1;
        size -= (size_t)(++code - (const char *)data);
        check_mask(language, code, size);
        check_policy("strict", language, code, size);
        check_policy("standard", language, code, size);
        return 0;
}
