enum Exec { Eval, Open }
interface Require { fs: string }
const require_: Require = { fs: `eval(${Exec.Open})` };
console.log(require_.fs);
