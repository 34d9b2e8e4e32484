/* Builds requests that do not come by HTTP. */
#include "fcgi/service/sample.h"

void sample_request(struct request *request, struct request_file *file, const struct config *config,
        const struct language *language, char *code, size_t size, char *input, size_t input_size)
{
        static char *no_args[] = {NULL};
        const char *policy = language->policy ? language->policy : config->settings->default_policy;
        *file = (struct request_file){.name = language->source, .data = code, .size = size};
        *request = (struct request){
                .language = language,
                .policy = policies_find(config->policies, policy),
                .files = file,
                .file_count = 1,
                .single = true,
                .input = input_size ? input : NULL,
                .input_size = input_size,
                .args = no_args,
                .timeout_ms = language->timeout_ms.value,
                .memory_mib = language->memory_mib.value,
        };
}
