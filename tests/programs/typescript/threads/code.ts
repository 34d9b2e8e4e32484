import { Worker, isMainThread, parentPort, workerData } from "worker_threads";

if (isMainThread) {
    const results = [13, 15].map((n) => new Promise<number>((resolve) =>
        new Worker(__filename, { workerData: n }).on("message", resolve)));
    Promise.all(results).then((all) => console.log(all.reduce((a, b) => a + b)));
} else {
    parentPort!.postMessage(workerData);
}
