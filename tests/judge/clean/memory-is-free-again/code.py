# Files in memory count; what is left of one case would be missing in the next.
import mmap
import os

kept = []
for i in range(4):
    fd = os.memfd_create("left%d" % i)
    os.ftruncate(fd, 15 << 20)
    area = mmap.mmap(fd, 15 << 20)
    for at in range(0, 15 << 20, 4096):
        area[at] = 1
    kept.append(area)
print("clean")
