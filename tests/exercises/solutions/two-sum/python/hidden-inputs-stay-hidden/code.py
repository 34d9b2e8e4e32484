def two_sum(nums, target):
    raise ValueError(f"given {nums} and {target}")
