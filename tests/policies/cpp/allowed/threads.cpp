#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

int main()
{
        std::atomic<int> count{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 4; i++)
                all.emplace_back([&] { count++; });
        for (auto &one : all)
                one.join();
        return count - 4;
}
