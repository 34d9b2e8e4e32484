function first<T extends { length: number }>(list: T[]): T | undefined {
  return list[0];
}
const net: Array<string> = ["require('fs')"];
console.log(first<string>(net));
