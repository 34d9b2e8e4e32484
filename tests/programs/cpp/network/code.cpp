#include <arpa/inet.h>
#include <iostream>
#include <netdb.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

static bool reach(const std::string &target)
{
        size_t colon = target.find(':');
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(std::stoi(target.substr(colon + 1)));
        inet_pton(AF_INET, target.substr(0, colon).c_str(), &to.sin_addr);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool reached = fd >= 0 && connect(fd, (sockaddr *)&to, sizeof to) == 0;
        close(fd);
        return reached;
}

int main(int argc, char **argv)
{
        int reached = 0;
        addrinfo *found = nullptr;
        for (int i = 1; i < argc; i++)
                reached += reach(argv[i]);
        int names = getaddrinfo("debian.org", "80", nullptr, &found) == 0;
        std::cout << argc - 1 << " tried, " << reached << " reached, " << names << " names\n";
}
