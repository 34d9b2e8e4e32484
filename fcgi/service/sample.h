/* Requests that come from us and not by HTTP: a file of the command line, a language's sample. */
#ifndef SANDPOOL_SERVICE_SAMPLE_H
#define SANDPOOL_SERVICE_SAMPLE_H

#include "fcgi/service/config.h"

/* A request for one program with the language's own limits and policy. code and input are borrowed, so is all
 * else: there is nothing to free, and file must live as long as request. */
void sample_request(struct request *request, struct request_file *file, const struct config *config,
        const struct language *language, char *code, size_t size, char *input, size_t input_size);

#endif
