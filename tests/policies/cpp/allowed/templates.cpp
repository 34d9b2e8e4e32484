#include <algorithm>
#include <map>
#include <vector>

template <typename T> T kill_rate(T a, T b) { return a / b; }

int main()
{
        std::map<int, std::vector<int>> files;
        files[1].push_back(kill_rate(8, 2));
        std::vector<int> v{3, 1, 2};
        v.erase(std::remove_if(v.begin(), v.end(), [](int x) { return x > 2; }), v.end());
        return (int)v.size() - 2;
}
