/* Makes connections to itself that it never accepts, and closes their clients: what was sent waits in the
 * kernel, and no descriptor is left that would count. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_port = htons(7777), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int server = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 4000))
                return 1;
        for (int i = 0; i < 3000; i++) {
                int client = socket(AF_INET, SOCK_STREAM, 0);
                if (connect(client, (struct sockaddr *)&address, sizeof address) ||
                        send(client, "x", 1, 0) != 1)
                        return 2;
                close(client);
        }
        puts("connected");
        for (;;)
                pause();
}
