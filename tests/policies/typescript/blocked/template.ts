// rule: javascript-process-object
const text: string = `pid ${process.binding("fs")}`;
console.log(text);
