// rule: javascript-process
const cluster = require(`cluster`);
console.log(cluster.isPrimary);
