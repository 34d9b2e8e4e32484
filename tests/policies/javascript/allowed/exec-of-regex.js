const match = /(\d+)/.exec("abc 42");
const exec = { field: match[1] };
console.log(exec.field);
