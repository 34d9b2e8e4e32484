// rule: javascript-process-object
const fs = process.binding('fs');
console.log(Object.keys(fs));
