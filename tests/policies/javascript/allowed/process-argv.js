const [, , ...args] = process.argv;
console.log(args.length, process.version.length > 0, process.memoryUsage().rss > 0, process.hrtime.bigint() > 0n);
