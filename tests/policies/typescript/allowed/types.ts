type Fs = { eval: (text: string) => number };
const fs: Fs = { eval: (text: string): number => text.length };
console.log(fs.eval("import 'net'"));
