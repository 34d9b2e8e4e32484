/* Stops and continues the broker under a supervisor that does not look. */
#include "tests/integration/stopped_broker.h"

#include "tests/integration/service_ask.h"

#include <signal.h>

pid_t stopped_broker_begin(const struct service *service)
{
        pid_t broker = service_process(service, "broker");
        if (broker <= 0 || kill(service->supervisor, SIGSTOP) || kill(broker, SIGSTOP))
                return -1;
        return broker;
}

int stopped_broker_end(const struct service *service, pid_t broker)
{
        int failed = kill(broker, SIGCONT);
        failed |= kill(service->supervisor, SIGCONT);
        return failed ? -1 : 0;
}
