#include <cassert>
#include <chrono>
#include <iostream>
#include <random>
#include <thread>

int main()
{
        using namespace std::chrono;
        assert(year_month_day(floor<days>(system_clock::now())).year() >= year(2025));
        auto before = steady_clock::now();
        std::this_thread::sleep_for(10ms);
        assert(steady_clock::now() - before >= 10ms);
        std::random_device device;
        std::mt19937 generator(device());
        std::uniform_int_distribution<int> die(1, 6);
        for (int i = 0; i < 1000; i++) {
                int thrown = die(generator);
                assert(thrown >= 1 && thrown <= 6);
        }
        assert(device() != device() || device() != device());
        std::cout << "time and random\n";
}
