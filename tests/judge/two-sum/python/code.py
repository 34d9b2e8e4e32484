def two_sum(nums, target):
    seen = {}
    for i, n in enumerate(nums):
        if target - n in seen:
            return [seen[target - n], i]
        seen[n] = i


input()
nums = list(map(int, input().split()))
print(*two_sum(nums, int(input())))
