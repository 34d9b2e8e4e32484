// Leaves a process behind that goes on printing for whoever comes next.
const { spawn } = require('child_process');
console.log('@TOKEN@');
spawn(process.execPath, ['-e', 'setInterval(() => { console.log("@TOKEN@"); console.error("@TOKEN@"); }, 10)'], { stdio: 'inherit', detached: true }).unref();
