/* Leaves listening and connected sockets behind, in a process that stays, and ports that were just used. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_port = htons(7777), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0abstract"};
        static char unread[100000];
        int server = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 100))
                return 1;
        for (int i = 0; i < 20; i++) {
                int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
                connect(client, (struct sockaddr *)&address, sizeof address);
                int served = accept(server, NULL, NULL);
                if (served < 0)
                        return 2;
                send(client, unread, sizeof unread, MSG_DONTWAIT);
                if (i % 2)
                        close(served);
        }
        int local = socket(AF_UNIX, SOCK_STREAM, 0);
        if (bind(local, (struct sockaddr *)&name, sizeof name) || listen(local, 10))
                return 3;
        int datagram = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(datagram, (struct sockaddr *)&address, sizeof address))
                return 4;
        if (!fork()) {
                setsid();
                for (;;)
                        pause();
        }
        puts("listening");
        return 0;
}
