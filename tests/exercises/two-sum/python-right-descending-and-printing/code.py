def two_sum(nums, target):
    print("looking for", target)
    return next((j, i) for j in range(len(nums)) for i in range(j) if nums[i] + nums[j] == target)
