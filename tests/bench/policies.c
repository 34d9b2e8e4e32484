/* Every language's rules on 50 kB of each adversarial piece: the worst of them, in CPU time. */
#include "tests/bench/policies.h"
#include "fcgi/model/policy.h"
#include "tests/adversarial.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CODE_SIZE 50000
#define REPEATS 3 /* the fastest counts: the others had a colder cache or a neighbour */

struct worst {
        double ms;
        const char *first, *unit;
};

static double thread_ms(void)
{
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Returns ms, or -1. */
static double check_ms(const struct policy *policy, const struct language *language, const char *code,
        size_t size, struct error *err)
{
        double best = -1;
        for (int i = 0; i < REPEATS; i++) {
                struct violations violations = {0};
                double start = thread_ms();
                int rc = policy_check(policy, language, "", code, size, &violations, err);
                double taken = thread_ms() - start;
                violations_free(&violations);
                if (rc)
                        return -1;
                best = best < 0 || taken < best ? taken : best;
        }
        return best;
}

static int find_worst(
        const struct policy *policy, const struct language *language, struct worst *worst, struct error *err)
{
        static char code[CODE_SIZE];
        for (int first = 0; first < ADVERSARIAL_FIRSTS; first++)
                for (int unit = 0; unit < ADVERSARIAL_COUNT; unit++) {
                        adversarial_fill(
                                code, sizeof code, adversarial_firsts[first], adversarial_units[unit]);
                        double ms = check_ms(policy, language, code, sizeof code, err);
                        if (ms < 0)
                                return -1;
                        if (ms > worst->ms)
                                *worst = (struct worst){
                                        ms, adversarial_firsts[first], adversarial_units[unit]};
                }
        return 0;
}

static void print_piece(const char *text)
{
        for (; *text; text++)
                if (*text == '\n')
                        fputs("\\n", stdout);
                else if (*text == '|')
                        fputs("\\|", stdout);
                else if ((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f)
                        putchar(*text);
                else
                        printf("\\x%02x", (unsigned char)*text);
}

static int print_language(const struct policy *policy, const struct language *language, struct error *err)
{
        struct worst worst = {0};
        double sample = check_ms(policy, language, language->sample_code, strlen(language->sample_code), err);
        if (sample < 0 || find_worst(policy, language, &worst, err))
                return -1;
        printf("| %s | %.3f | %.1f | `", language->id, sample, worst.ms);
        print_piece(worst.unit);
        puts("` |");
        return 0;
}

int policies_table(struct bench *bench, struct error *err)
{
        (void)bench;
        int rc = -1;
        struct settings *settings = settings_load("conf/sandpool.yaml", err);
        struct registry *registry = settings ? registry_load(settings, err) : NULL;
        struct policies *policies = registry ? policies_load(settings, registry, err) : NULL;
        if (!policies)
                goto out;
        printf("\n| `strict`, CPU ms | sample | worst 50 kB of %d kinds | which repeats |\n"
               "| --- | --- | --- | --- |\n",
                ADVERSARIAL_FIRSTS * ADVERSARIAL_COUNT);
        rc = 0;
        for (size_t i = 0; rc == 0 && i < registry->count; i++)
                rc = print_language(policies_find(policies, "strict"), &registry->languages[i], err);
out:
        policies_free(policies);
        registry_free(registry);
        settings_free(settings);
        return rc;
}
