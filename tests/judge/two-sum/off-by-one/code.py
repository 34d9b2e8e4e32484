input()
nums = list(map(int, input().split()))
t = int(input())
for i in range(len(nums)):
    for j in range(i):
        if nums[i] + nums[j] == t:
            print(j + 1, i + 1)
