const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

if (isMainThread) {
  const results = [13, 15].map(
    (i) => new Promise((resolve) => new Worker(__filename, { workerData: i }).on("message", resolve)));
  Promise.all(results).then((all) => console.log(all.reduce((a, b) => a + b)));
} else {
  parentPort.postMessage(workerData);
}
