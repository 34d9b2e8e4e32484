/* The table of paths, and the way from a request to its endpoint. */
#include "fcgi/service/router.h"

#include <string.h>

static const struct route routes[] = {
        {"/api/execute", "POST", endpoint_execute, ROUTER_MAIN},
        {"/api/v1/execute", "POST", endpoint_execute, ROUTER_MAIN},
        {"/api/run-code", "POST", endpoint_run_code, ROUTER_MAIN},
        {"/livez", "GET, HEAD", endpoint_livez, ROUTER_CONTROL},
        {"/readyz", "GET, HEAD", endpoint_readyz, ROUTER_CONTROL},
        {"/api/health", "GET, HEAD", endpoint_health, ROUTER_CONTROL},
        {"/api/v1/health", "GET, HEAD", endpoint_health, ROUTER_CONTROL},
        {"/api/languages", "GET, HEAD", endpoint_languages, ROUTER_CONTROL},
        {"/api/v1/languages", "GET, HEAD", endpoint_languages, ROUTER_CONTROL},
        {"/metrics", "GET, HEAD", endpoint_metrics, ROUTER_CONTROL},
        {"/api/exercises", "GET, HEAD", endpoint_exercises, ROUTER_CONTROL},
        {"/api/exercises/", "GET, HEAD", endpoint_exercise, ROUTER_CONTROL},
};

static bool matches(const char *pattern, const char *path)
{
        size_t length = strlen(pattern);
        if (pattern[length - 1] != '/')
                return !strcmp(pattern, path);
        return !strncmp(pattern, path, length) && path[length] && !strchr(path + length, '/');
}

const struct route *router_find(enum router_socket socket, const char *path)
{
        for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
                if (routes[i].socket == socket && matches(routes[i].path, path))
                        return &routes[i];
        return NULL;
}

bool router_allows(const struct route *route, const char *method)
{
        size_t length = strlen(method);
        if (!length || strpbrk(method, ", "))
                return false;
        for (const char *at = route->methods; at; at = strstr(at, ", ") ? strstr(at, ", ") + 2 : NULL)
                if (!strncmp(at, method, length) && (at[length] == ',' || !at[length]))
                        return true;
        return false;
}

void router_answer(enum router_socket socket, struct exchange *x)
{
        const struct route *route = router_find(socket, x->path);
        if (!route) {
                reply_error(
                        &x->reply, 404, "not_found", "There is nothing at this path", NULL, x->request_id);
                return;
        }
        if (!router_allows(route, x->method)) {
                x->reply.allow = route->methods;
                reply_error(&x->reply, 405, "method_not_allowed", "This path does not answer that method",
                        NULL, x->request_id);
                return;
        }
        route->endpoint(x);
}
