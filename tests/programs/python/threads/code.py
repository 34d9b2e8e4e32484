import threading

results = []
threads = [threading.Thread(target=results.append, args=(i,)) for i in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(results))
