import asyncio
import time


async def open_later(name):
    await asyncio.sleep(0.01)
    return name


print(asyncio.run(open_later("exec")), time.time() > 0)
