#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
        struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
        char text[100] = "";
        int failed = getaddrinfo("localhost", "3000", &hints, &found);
        if (failed) {
                puts(gai_strerror(failed));
                return 1;
        }
        int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(server, found->ai_addr, found->ai_addrlen) || listen(server, 1))
                return 2;
        if (connect(client, found->ai_addr, found->ai_addrlen))
                return 3;
        int served = accept(server, NULL, NULL);
        write(served, "hello from localhost", 20);
        close(served);
        if (read(client, text, sizeof text - 1) < 0)
                return 4;
        puts(text);
        freeaddrinfo(found);
        return 0;
}
