// rule: javascript-process-object
process?.kill(process.pid);
