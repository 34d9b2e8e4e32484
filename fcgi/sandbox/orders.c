/* The messages between supervisor and broker. */
#include "fcgi/sandbox/orders.h"

#include "fcgi/base/io.h"

#include <errno.h>

int orders_send(int line, const struct order *order, int pass_fd, struct error *err)
{
        if (io_send_message(line, order, sizeof *order, pass_fd))
                return error_errno(err, "the broker cannot be told");
        return 0;
}

int orders_take(int line, struct order *order, int *fd)
{
        ssize_t size = io_recv_message(line, order, sizeof *order, fd);
        if (size < 0 && errno == EAGAIN)
                return 0;
        if (size != (ssize_t)sizeof *order) {
                io_close(fd);
                return -1;
        }
        order->text[sizeof order->text - 1] = '\0';
        return 1;
}
