#include <fstream>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char **argv)
{
        std::vector<std::string> paths(argv + 1, argv + argc);
        paths.insert(paths.end(), {"/workspace/x", "/tmp/x", "/dev/shm/x"});
        std::cout << "written:";
        for (auto &path : paths) {
                std::ofstream file(path, std::ios::app);
                file << "x" << std::flush;
                if (file)
                        std::cout << " " << path;
        }
        std::cout << "\n";
}
